"""Forced alignment: finds the duration of each phoneme of a recording with the untouched base, without rendering sound.

A recording is warped onto the same phonemes spoken by the base, whose durations are known. The warping looks at ten
cepstral numbers every 12.5 ms and their slopes only, and what enters the decoder's generator has that rate and holds
most of them: a linear map, fitted once for each style, reads them there. The generator, nine tenths of the time, is
left out.

Only what a training begins with enters, never what it has learnt: so the same recording always gets the same
durations, whenever in a run it is made ready, and they can be kept for the next run.
"""

import copy
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiceclone.bases.kokoro.data import feature_cache, features
from voiceclone.bases.kokoro.data.feature_cache import MAP_FILE, FeatureCache
from voiceclone.bases.kokoro.model import synthesis
from voiceclone.bases.kokoro.model.network import STYLE_SIZE, supports_bfloat16
from voiceclone.bases.kokoro.model.synthesis import TextFeatures
from voiceclone.bases.kokoro.model.weights import read_info
from voiceclone.errors import StorageError
from voiceclone.storage.disk import atomic_file

if TYPE_CHECKING:
    import torch

SHIPPED_MAPS = Path(__file__).with_name("alignment_maps.safetensors")
"""Those of the stock voices that pip brings, by key, made by tools/make_alignment_maps.py: 7 s less before the first
step of a first training. To be made again when `features.cepstrum` changes, which the key does not see (a slow test
makes one and compares)."""
_SENTENCES = (
    "The boy was sure he saw a ship on the thin grey line.",
    "What a wonderful surprise, and with such good news!",
    "She asked for five yellow lemons and a very sharp knife.",
    "Could you judge which measures would change the outcome?",
    "My brother would rather walk than wait for the bus.",
    "They found enough fresh bread, but hardly any butter.",
)
"""What the base says to fit the map, written for this project. More of them read it a little better, but the first
training from a stock voice that is not among `SHIPPED_MAPS`, or from a voice, waits for them: 7 s of two cores."""
_RIDGE = 1e-2
"""Share of the mean square of the inputs that is added to each: they are 512 and hang together."""


class Aligner:
    """Aligns recordings and caches the features; copies what it needs of the network.

    Args:
        network: the one training starts from, untrained.
        base_folder: where its files lie, the fitted maps, and what is remembered.
        style: the one (1, 256) training starts from; the closer to the speaker, the better.
    """

    def __init__(self, network: "torch.nn.Module", base_folder: Path, style: "torch.Tensor") -> None:
        self._network = _without_generator(network)
        self._map = cepstral_map(network, base_folder, style)
        self.style = style.detach().clone()
        self.base_sha256 = read_info(base_folder).weights_sha256
        self.cache = FeatureCache(base_folder / feature_cache.FOLDER)

    def encode(self, tokens: list[int]) -> TextFeatures:
        """Return the output of the (frozen) text encoders for token ids without boundary tokens."""
        import torch

        with torch.no_grad():
            return synthesis.encode_text(self._network, tokens)

    def align(self, text: TextFeatures, samples: np.ndarray) -> np.ndarray:
        """Return the duration of each token in a recording; see `features.durations`.

        Args:
            text: its encoded phonemes.
            samples: 24 kHz.
        """
        hidden, frames = _speak_without_sound(self._network, text, self.style)
        template = features.comparable(_with_one(hidden) @ self._map)
        return features.durations(template, frames, features.alignment_features(samples), len(samples))


def cepstral_map(network: "torch.nn.Module", base_folder: Path, style: "torch.Tensor") -> np.ndarray:
    """Return the map from the generator's input to cepstra in a style: float32 (513, 10).

    One of `SHIPPED_MAPS`, or made once for each style and kept beside the weights. A map for all styles reads them
    worse: what the base makes of the durations is 0.09 to 0.11 further from recordings (docs/decisions/0127).
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file, save_file

    key = map_key(base_folder, style)
    shipped = load_file(SHIPPED_MAPS)
    if key in shipped:
        return shipped[key]
    path = base_folder / MAP_FILE.format(key=key)
    try:
        return load_file(path)["map"]
    except (OSError, SafetensorError, KeyError):
        pass  # not made yet, or damaged
    fitted = fit_map(network, style)
    with suppress(StorageError), atomic_file(path) as temporary:  # a full disk only costs the time
        save_file({"map": fitted}, temporary)
    return fitted


def map_key(base_folder: Path, style: "torch.Tensor") -> str:
    """Return the key of a map: a hash of weights, style and fitted sentences."""
    made_from = [read_info(base_folder).weights_sha256, style.cpu().numpy().tobytes().hex(), *_SENTENCES]
    return hashlib.sha256("\n".join(made_from).encode()).hexdigest()[:16]


def fit_map(network: "torch.nn.Module", style: "torch.Tensor") -> np.ndarray:
    """Fit the map of a style, float32 (513, 10), from the generator's input to the cepstra of its sound."""
    import torch

    with torch.random.fork_rng():  # the base's breath is random, and a training's own random state stays as it is
        torch.manual_seed(0)
        return _fit(network, style)


def _fit(network: "torch.nn.Module", style: "torch.Tensor") -> np.ndarray:
    from voiceclone.bases.kokoro.model.tokens import phonemes_to_tokens
    from voiceclone.text.phonemes import phonemize

    inputs, outputs = [], []
    entered: list[torch.Tensor] = []
    look = network.decoder.generator.register_forward_pre_hook(lambda _, given: entered.append(given[0]))
    try:
        for sentence in _SENTENCES:
            tokens = phonemes_to_tokens(phonemize(sentence, "en-us"))
            spoken = synthesis.synthesize(network, tokens, style).cpu().numpy()
            hidden = _as_rows(entered.pop())
            inputs.append(_with_one(hidden))
            outputs.append(features.cepstrum(spoken)[: len(hidden)])
    finally:
        look.remove()
    return _ridge(inputs, outputs)


def _ridge(inputs: Sequence[np.ndarray], outputs: Sequence[np.ndarray]) -> np.ndarray:
    x = np.concatenate(inputs).astype(np.float64)
    y = np.concatenate(outputs).astype(np.float64)
    square = x.T @ x
    damping = _RIDGE * np.trace(square) / len(square)
    return np.linalg.solve(square + damping * np.eye(len(square)), x.T @ y).astype(np.float32)


def _as_rows(hidden: "torch.Tensor") -> np.ndarray:
    """Return the generator's input (1, 512, 2 * frames) as float32 (2 * frames, 512)."""
    return hidden[0].T.float().cpu().numpy()


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
    return _as_rows(hidden), frames.cpu().numpy()


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
