"""Finds when each phoneme of a recording is said, with the untouched base and without rendering its sound.

A recording is warped onto the same phonemes spoken by the base, whose durations are known. The warping looks at 20
cepstral numbers every 12.5 ms only, and what enters the decoder's generator has that rate and holds most of them: a
linear map, fitted once to what the base says, reads them there. The generator, nine tenths of the time, is left out.

Only the untouched base and a style enter, never what a training has learnt: so the same recording always gets
the same durations, whenever in a run it is made ready, and they can be kept for the next run.
"""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiceclone.bases.kokoro import feature_cache, features, synthesis
from voiceclone.bases.kokoro.feature_cache import FeatureCache
from voiceclone.bases.kokoro.network import STYLE_SIZE, supports_bfloat16
from voiceclone.bases.kokoro.synthesis import TextFeatures
from voiceclone.bases.kokoro.weights import load_stock_voices, read_info
from voiceclone.store import atomic_file

if TYPE_CHECKING:
    import torch

MAP_FILE = "alignment_map_{sha256}.safetensors"
_SENTENCES = (
    "The boy was sure he saw a ship on the thin grey line of the sea.",
    "What a wonderful surprise to see you here, and with such good news!",
    "She asked for five yellow lemons, a jug of water, and a very sharp knife.",
    "Could you judge which of those three measures would change the outcome?",
)
"""What the base says to fit the map, written for this project; two of them do nearly as well as four."""
_RIDGE = 1e-3
"""Share of the mean square of the inputs that is added to each: they are 512 and hang together."""


class Aligner:
    """Aligns recordings, and remembers what preparing them came to; what it needs of the network is copied.

    Args:
        network: the untouched base, which may learn afterwards.
        base_folder: where its files lie, the fitted map, and what is remembered.
    """

    def __init__(self, network: "torch.nn.Module", base_folder: Path) -> None:
        self._network = _without_generator(network)
        self._map = cepstral_map(network, base_folder)
        self.base_sha256 = read_info(base_folder).weights_sha256
        self.cache = FeatureCache(base_folder / feature_cache.FOLDER)

    def encode(self, tokens: list[int]) -> TextFeatures:
        """Return what the text encoders, which never learn, make of token ids (boundary tokens not included)."""
        import torch

        with torch.no_grad():
            return synthesis.encode_text(self._network, tokens)

    def align(self, text: TextFeatures, samples: np.ndarray, style: "torch.Tensor") -> np.ndarray:
        """Return the duration of each token in a recording; see `features.durations`.

        Args:
            text: its encoded phonemes.
            samples: 24 kHz.
            style: the one (1, 256) the phonemes are spoken in; nearer to the speaker is better.
        """
        hidden, frames = _speak_without_sound(self._network, text, style)
        template = features.normalised(_with_one(hidden) @ self._map)
        return features.durations(template, frames, features.alignment_features(samples), len(samples))


def cepstral_map(network: "torch.nn.Module", base_folder: Path) -> np.ndarray:
    """Return the map from the generator's input to cepstra, float32 (513, 20); made once, kept beside the weights."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file, save_file

    path = base_folder / MAP_FILE.format(sha256=read_info(base_folder).weights_sha256[:16])
    try:
        return load_file(path)["map"]
    except (OSError, SafetensorError, KeyError):
        pass  # not made yet, or damaged
    import torch

    with torch.random.fork_rng():  # the base's breath is random, and a training's own random state stays as it is
        torch.manual_seed(0)
        fitted = _fit(network, base_folder)
    with atomic_file(path) as temporary:
        save_file({"map": fitted}, temporary)
    return fitted


def _fit(network: "torch.nn.Module", base_folder: Path) -> np.ndarray:
    from voiceclone.bases.kokoro.dataset import phonemes_to_tokens
    from voiceclone.bases.kokoro.start import typical_style
    from voiceclone.text.phonemes import phonemize

    voices = load_stock_voices(base_folder)
    names = sorted(voices)
    front = _without_generator(network)
    device = network.bert_encoder.weight.device
    inputs, outputs = [], []
    for number, sentence in enumerate(_SENTENCES):
        # Other stock voices each time, so that the map knows high and low ones.
        style = typical_style(voices[names[number * len(names) // len(_SENTENCES)]]).to(device)
        tokens = phonemes_to_tokens(phonemize(sentence, "en-us"))
        spoken = synthesis.synthesize(network, tokens, style).cpu().numpy()
        hidden, _ = _speak_without_sound(front, synthesis.encode_text(front, tokens), style)
        inputs.append(_with_one(hidden))
        outputs.append(features.cepstrum(spoken)[: len(hidden)])
    return _ridge(inputs, outputs)


def _ridge(inputs: Sequence[np.ndarray], outputs: Sequence[np.ndarray]) -> np.ndarray:
    x = np.concatenate(inputs).astype(np.float64)
    y = np.concatenate(outputs).astype(np.float64)
    square = x.T @ x
    damping = _RIDGE * np.trace(square) / len(square)
    return np.linalg.solve(square + damping * np.eye(len(square)), x.T @ y).astype(np.float32)


def _with_one(hidden: np.ndarray) -> np.ndarray:
    return np.concatenate([hidden, np.ones((len(hidden), 1), np.float32)], axis=1)


def _speak_without_sound(
    network: "torch.nn.Module", text: TextFeatures, style: "torch.Tensor"
) -> tuple[np.ndarray, np.ndarray]:
    """Return the generator's input, float32 (2 * frames, 512), and the frames of each token, int64 (tokens,)."""
    import torch

    acoustic_style, prosody_style = style[:, :STYLE_SIZE], style[:, STYLE_SIZE:]
    device = style.device.type
    with torch.no_grad():
        styled, lengths = synthesis.encode_prosody(network, text, prosody_style)
        frames = synthesis.whole_frames(lengths)
        pitch_hz, loudness = synthesis.predict_curves(network, styled, frames, prosody_style)
        stretched = synthesis.stretch(text.acoustic_text, frames)
        # As `synthesis.render` does it.
        with torch.autocast(device, torch.bfloat16, enabled=supports_bfloat16(device)):
            hidden = network.decoder(stretched, pitch_hz, loudness, acoustic_style)
    return hidden[0].T.float().cpu().numpy(), frames.cpu().numpy()


def _without_generator(network: "torch.nn.Module") -> "torch.nn.Module":
    """Return the network with predictor and decoder of its own, whose generator hands its input through."""
    import torch

    class HandThrough(torch.nn.Module):
        def forward(self, x: "torch.Tensor", style: "torch.Tensor", pitch_hz: "torch.Tensor") -> "torch.Tensor":
            return x

    front = torch.nn.Module()
    for name in ("bert", "bert_encoder", "text_encoder"):
        setattr(front, name, getattr(network, name))
    front.predictor = copy.deepcopy(network.predictor)
    # What the memo knows is not copied but replaced.
    front.decoder = copy.deepcopy(network.decoder, {id(network.decoder.generator): HandThrough()})
    return front
