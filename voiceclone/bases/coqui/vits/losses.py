"""Training losses of a VITS network, and its distance on held-out clips."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from voiceclone.bases import spectra
from voiceclone.bases.coqui.vits.data import Batch, LoadedClip, make_batch, mel_of
from voiceclone.bases.coqui.vits.network import conditioning, spectrogram_of

if TYPE_CHECKING:
    import torch

SPECTRUM_SHARE = 0.2
"""Weight of `spectra`'s losses as a share of the weight of the mel bands: then both say about as much."""
_MATCHING_WINDOW_S = 1.5
_SPEAKERS_AT_ONCE = 8


def forward(network: "torch.nn.Module", batch: Batch, speakers: "torch.Tensor") -> "dict[str, torch.Tensor]":
    """Return the library's forward pass: sound of a random window per clip, and what the losses need.

    Args:
        network: a VITS network.
        batch: clips.
        speakers: shape (batch, size).
    """
    conditions = {"d_vectors": speakers, "speaker_ids": None, "language_ids": batch.language_rows}
    return network.forward(
        batch.tokens, batch.token_counts, batch.spectrogram, batch.frame_counts, batch.waveform, aux_input=conditions
    )


def discriminator_loss(network: "torch.nn.Module", outputs: "dict[str, torch.Tensor]") -> "torch.Tensor":
    """Return the loss of the discriminator (least squares, as in the library)."""
    spoken, _, recorded, _ = network.disc(outputs["model_outputs"].detach().float(), outputs["waveform_seg"])
    return sum(
        ((1 - real.float()) ** 2).mean() + (made.float() ** 2).mean()
        for real, made in zip(recorded, spoken, strict=True)
    )


def generator_losses(
    network: "torch.nn.Module", batch: Batch, outputs: "dict[str, torch.Tensor]", adversarial: bool
) -> "dict[str, torch.Tensor]":
    """Return the generator's losses, weighted as the model's configuration says; `loss` is their sum.

    `loss_spectrum` is ours: eighty mel bands do not tell harmonics apart, and no released model brings the critic that
    would, so a voice came out as tones at the decoder's frame rate (docs/decisions/0075).
    """
    import torch
    from TTS.tts.layers.losses import VitsGeneratorLoss, feature_loss, generator_loss
    from TTS.tts.utils.helpers import segment, sequence_mask

    config = network.config
    spoken = outputs["model_outputs"].float()
    mel = segment(batch.mel, outputs["slice_ids"], network.spec_segment_size, pad_short=True)
    mask = sequence_mask(batch.frame_counts).unsqueeze(1)
    losses = {
        "loss_mel": torch.nn.functional.l1_loss(mel_of(network, spoken), mel) * config.mel_loss_alpha,
        "loss_kl": VitsGeneratorLoss.kl_loss(
            outputs["z_p"], outputs["logs_q"], outputs["m_p"], outputs["logs_p"], mask
        ) * config.kl_loss_alpha,
        "loss_spectrum": _spectrum_loss(network, spoken[:, 0], outputs["waveform_seg"][:, 0].float())
        * (SPECTRUM_SHARE * config.mel_loss_alpha),
        "loss_duration": outputs["loss_duration"].float().sum() * config.dur_loss_alpha,
    }  # fmt: skip
    if adversarial:
        scores, made, _, real = network.disc(spoken, outputs["waveform_seg"])
        losses["loss_gen"] = generator_loss(scores_fake=scores)[0] * config.gen_loss_alpha
        losses["loss_feat"] = feature_loss(feats_real=real, feats_generated=made) * config.feat_loss_alpha
    return {"loss": sum(losses.values()), **losses}


def _spectrum_loss(network: "torch.nn.Module", spoken: "torch.Tensor", recorded: "torch.Tensor") -> "torch.Tensor":
    import torch

    audio = network.config.audio
    heard_hz = audio.mel_fmax or audio.sample_rate / 2
    with torch.autocast(spoken.device.type, enabled=False):
        distance = spectra.spectral_distance(spoken, recorded, audio.sample_rate, heard_hz)
        return distance + spectra.frame_rate_lines(spoken, audio.sample_rate, audio.hop_length)


def held_out_mel(network: "torch.nn.Module", clips: Sequence[LoadedClip], speaker: "torch.Tensor") -> float:
    """Return the distance to held-out recordings: mean L1 of log mel bands.

    Each clip's text is spoken without noise, in the recording's own timing (its best alignment), so that both can be
    laid over each other frame by frame. The same clips and speaker give the same figure.

    Args:
        network: in any mode.
        clips: held-out clips.
        speaker: shape (1, size).
    """
    import torch

    device = str(speaker.device)
    training = network.training
    network.eval()
    distances = []
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(0)
        for clip in clips:
            batch = make_batch(network, [clip], device)
            spoken = mel_of(network, _spoken_in_time(network, batch, speaker))
            frames = min(spoken.shape[2], batch.mel.shape[2])
            distances.append(float((spoken[:, :, :frames] - batch.mel[:, :, :frames]).abs().mean()))
    network.train(training)
    return sum(distances) / len(distances)


def _spoken_in_time(network: "torch.nn.Module", batch: Batch, speaker: "torch.Tensor") -> "torch.Tensor":
    import torch

    g = conditioning(network, speaker)
    language = None if batch.language_rows is None else network.emb_l(batch.language_rows).unsqueeze(-1)
    text, mean, spread, text_mask = network.text_encoder(batch.tokens, batch.token_counts, lang_emb=language)
    _, latent, _, mask = network.posterior_encoder(batch.spectrogram, batch.frame_counts, g=g)
    neutral = network.flow(latent * mask, mask, g=g)
    _, path = network.forward_mas({}, neutral, mean, spread, text, text_mask, mask, g=g, lang_emb=language)
    prior = torch.einsum("klmn, kjm -> kjn", [path, mean])
    return network.waveform_decoder(network.flow(prior * mask, mask, g=g, reverse=True) * mask, g=g)


def closest_speaker(
    network: "torch.nn.Module", recordings: "Sequence[torch.Tensor]", speakers: "dict[str, torch.Tensor]"
) -> str:
    """Return the known speaker whose embedding reconstructs recordings best.

    A model with a table of speakers cannot hear who speaks. Its posterior encoder and decoder, told the right
    speaker, give a recording back; told another one, they change it.

    Args:
        network: a VITS network.
        recordings: float32, shape (samples,) each; 1.5 s from the middle of each are used.
        speakers: name -> shape (1, size).
    """
    import torch

    device = next(network.parameters()).device
    names, totals = list(speakers), dict.fromkeys(speakers, 0.0)
    frame = network.config.audio.hop_length
    wanted = int(_MATCHING_WINDOW_S * network.config.audio.sample_rate) // frame * frame
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(0)
        for recording in recordings:
            length = min(wanted, len(recording) // frame * frame)
            begin = (len(recording) - length) // 2
            sound = recording[None, None, begin : begin + length].to(device)
            spectrogram, mel = spectrogram_of(network, sound), mel_of(network, sound)
            frames = torch.tensor([spectrogram.shape[2]], device=device)
            for first in range(0, len(names), _SPEAKERS_AT_ONCE):
                asked = names[first : first + _SPEAKERS_AT_ONCE]
                g = conditioning(network, torch.cat([speakers[name] for name in asked]))
                count = len(asked)
                _, latent, _, mask = network.posterior_encoder(
                    spectrogram.expand(count, -1, -1), frames.expand(count), g=g
                )
                again = mel_of(network, network.waveform_decoder(latent * mask, g=g))
                for name, distance in zip(asked, (again - mel).abs().mean(dim=(1, 2)).tolist(), strict=True):
                    totals[name] += distance
    return min(names, key=totals.__getitem__)
