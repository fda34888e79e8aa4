"""Kokoro's forward pass in named steps, so that training and speaking share one reading of the network."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voiceclone.bases.kokoro.model.edges import keep_edges
from voiceclone.bases.kokoro.model.network import FRAME_S, STYLE_SIZE, supports_bfloat16
from voiceclone.bases.voice_numbers import check_length

if TYPE_CHECKING:
    import torch

MIN_DURATION_FRAMES = 1


@dataclass(frozen=True)
class TextFeatures:
    """What the network makes of the phonemes alone; no style enters."""

    tokens: "torch.Tensor"
    """int64, shape (1, tokens); 0 at both ends."""
    prosody_text: "torch.Tensor"
    """float32, shape (1, 512, tokens): ALBERT's reading, input of the prosody predictor."""
    acoustic_text: "torch.Tensor"
    """float32, shape (1, 512, tokens): the text encoder's reading, input of the decoder."""


def encode_text(network: "torch.nn.Module", tokens: list[int]) -> TextFeatures:
    """Run the two text encoders on token ids (boundary tokens not included)."""
    import torch

    ids = torch.tensor([[0, *tokens, 0]], device=network.bert_encoder.weight.device)
    lengths = torch.tensor([ids.shape[1]])
    mask = torch.zeros(ids.shape, dtype=torch.bool, device=ids.device)
    hidden = network.bert(ids, attention_mask=(~mask).int()).float()
    return TextFeatures(
        tokens=ids,
        prosody_text=network.bert_encoder(hidden).transpose(-1, -2),
        acoustic_text=network.text_encoder(ids, lengths, mask),
    )


def encode_prosody(
    network: "torch.nn.Module", text: TextFeatures, prosody_style: "torch.Tensor"
) -> tuple["torch.Tensor", "torch.Tensor"]:
    """Return the style-aware text (1, tokens, 640) and the expected duration of each token in frames (1, tokens)."""
    import torch

    lengths = torch.tensor([text.tokens.shape[1]])
    mask = torch.zeros(text.tokens.shape, dtype=torch.bool, device=text.tokens.device)
    styled = network.predictor.text_encoder(text.prosody_text, prosody_style, lengths, mask)
    hidden, _ = network.predictor.lstm(styled)
    durations = torch.sigmoid(network.predictor.duration_proj(hidden)).sum(dim=-1)
    return styled, durations


def whole_frames(durations: "torch.Tensor", speed: float = 1.0) -> "torch.Tensor":
    """Round durations (1, tokens) to whole frames, shape (tokens,), at least one each."""
    return (durations[0] / speed).round().clamp(min=MIN_DURATION_FRAMES).long()


def stretch(per_token: "torch.Tensor", frames: "torch.Tensor") -> "torch.Tensor":
    """Repeat each token's column for its frames: (1, channels, tokens) -> (1, channels, sum(frames))."""
    return per_token.repeat_interleave(frames, dim=-1)


def predict_curves(
    network: "torch.nn.Module", styled: "torch.Tensor", frames: "torch.Tensor", prosody_style: "torch.Tensor"
) -> tuple["torch.Tensor", "torch.Tensor"]:
    """Return pitch in Hz and log loudness, each (1, 2 * sum(frames)), one value per 12.5 ms."""
    return network.predictor.F0Ntrain(stretch(styled.transpose(-1, -2), frames), prosody_style)


def render(
    network: "torch.nn.Module",
    acoustic_text: "torch.Tensor",
    pitch_hz: "torch.Tensor",
    loudness: "torch.Tensor",
    acoustic_style: "torch.Tensor",
) -> "torch.Tensor":
    """Run the decoder: stretched text (batch, 512, frames) and curves (batch, 2 * frames) -> (batch, 600 * frames).

    Its convolutions run in bfloat16 where the processor has it, which halves the time.
    """
    import torch

    device = acoustic_text.device.type
    with torch.autocast(device, torch.bfloat16, enabled=supports_bfloat16(device)):
        return network.decoder(acoustic_text, pitch_hz, loudness, acoustic_style)[:, 0].float()


def speak_features(
    network: "torch.nn.Module", text: TextFeatures, style: "torch.Tensor", speed: float = 1.0
) -> tuple["torch.Tensor", "torch.Tensor"]:
    """Speak an encoded text in `style` (1, 256); return samples (600 * frames,) and frames per token (tokens,).

    Raises:
        UnspeakableError: the style makes the sentence far longer than voices speak; nothing is rendered.
    """
    acoustic_style, prosody_style = style[:, :STYLE_SIZE], style[:, STYLE_SIZE:]
    styled, durations = encode_prosody(network, text, prosody_style)
    check_length(float(durations.sum()) * FRAME_S, text.tokens.shape[1])
    frames = keep_edges(whole_frames(durations, speed), whole_frames(durations), text.tokens[0].tolist(), speed)
    pitch_hz, loudness = predict_curves(network, styled, frames, prosody_style)
    return render(network, stretch(text.acoustic_text, frames), pitch_hz, loudness, acoustic_style)[0], frames


def synthesize(
    network: "torch.nn.Module", tokens: list[int], style: "torch.Tensor", speed: float = 1.0
) -> "torch.Tensor":
    """Speak token ids (boundary tokens not included) in `style` (1, 256); return samples, shape (600 * frames,)."""
    return synthesize_with_frames(network, tokens, style, speed)[0]


def synthesize_with_frames(
    network: "torch.nn.Module", tokens: list[int], style: "torch.Tensor", speed: float = 1.0
) -> tuple["torch.Tensor", "torch.Tensor"]:
    """Speak as `synthesize` does; return the samples and the frames of each token, both boundary tokens included."""
    import torch

    with torch.inference_mode():
        return speak_features(network, encode_text(network, tokens), style, speed)
