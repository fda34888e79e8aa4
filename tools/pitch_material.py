"""Speech whose pitch is known, or on which trackers agree, for `compare_pitch_trackers.py`; and ways to spoil it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import butter, sosfiltfilt

from voiceclone.audio.sound import Audio, resample

if TYPE_CHECKING:
    import torch

RATE = 16_000
HOP_S = 0.0125
"""Kokoro's curve has a value as often."""
_VOICED_CURVE_HZ = 40.0
"""The base's own melody says less than 15 Hz where nothing is voiced."""
_HEARD_DB = 35.0
"""A frame this far below the loudest one counts as neither voiced nor unvoiced."""
_AGREE, _AGREE_UNVOICED, _NEAR = 0.6, 0.8, 0.1
"""Share of the trackers that must agree, to within a tenth, on a pitch, and on there being none."""


@dataclass(frozen=True)
class Sample:
    """Speech of one kind and what its pitch is."""

    kind: str
    samples: np.ndarray
    """float32, 16 kHz."""
    truth_hz: np.ndarray | None
    """Pitch every `HOP_S`; 0: unvoiced, nan: not known. None: what trackers agree on is the truth."""


def joined(audio: Sequence[Audio], seconds: float) -> np.ndarray:
    """Return recordings after one another at 16 kHz, each at the same level, no longer than `seconds`."""
    parts = [resample(one, RATE).samples for one in audio]
    return np.concatenate([0.05 * part / (np.sqrt(np.mean(part**2)) + 1e-9) for part in parts])[: int(seconds * RATE)]


def agreed(curves: Sequence[np.ndarray]) -> np.ndarray:
    """Return what most curves say: a pitch, 0 where most say unvoiced, nan where they are at odds."""
    stacked = np.stack(curves)
    middle = np.array([np.median(column[column > 0]) if column.any() else 0.0 for column in stacked.T])
    near = (np.abs(stacked / np.maximum(middle, 1.0) - 1) < _NEAR).mean(0)
    truth = np.where(near >= _AGREE, middle, np.nan)
    truth[(stacked == 0).mean(0) >= _AGREE_UNVOICED] = 0.0
    return truth


def heard(samples: np.ndarray, truth_hz: np.ndarray) -> np.ndarray:
    """Return the truth with nan where it is voiced and next to nothing can be heard."""
    hop = int(HOP_S * RATE)
    padded = np.pad(samples, (0, max(0, len(truth_hz) * hop - len(samples))))[: len(truth_hz) * hop]
    level_db = 10 * np.log10((padded.reshape(-1, hop) ** 2).mean(1) + 1e-12)
    return np.where((truth_hz > 0) & (level_db < level_db.max() - _HEARD_DB), np.nan, truth_hz)


def rendered(base_folder: Path, texts: Sequence[str], voice: str, height_hz: float, jitter: float) -> Sample:
    """Let the base say `texts` at a given height: its own melody, moved there, each value off by `jitter` at random."""
    import torch

    from voiceclone.bases.kokoro.model import synthesis, weights
    from voiceclone.bases.kokoro.model.network import STYLE_SIZE
    from voiceclone.bases.kokoro.model.tokens import phonemes_to_tokens
    from voiceclone.bases.kokoro.starting_voice import typical_style
    from voiceclone.text.phonemes import phonemize

    network = _network(base_folder)
    style = typical_style(weights.load_stock_voices(base_folder)[voice])
    chance = np.random.default_rng(0)
    sounds, truths = [], []
    with torch.inference_mode():
        for text in texts:
            encoded = synthesis.encode_text(network, phonemes_to_tokens(phonemize(text, "en-us")))
            styled, durations = synthesis.encode_prosody(network, encoded, style[:, STYLE_SIZE:])
            frames = synthesis.whole_frames(durations)
            own, loudness = synthesis.predict_curves(network, styled, frames, style[:, STYLE_SIZE:])
            curve = own[0].numpy()
            voiced = curve > _VOICED_CURVE_HZ
            curve = height_hz * (curve / np.median(curve[voiced])) ** 0.7
            curve *= 1 + jitter * chance.standard_normal(len(curve))
            curve = np.where(voiced, curve, 0.0).astype(np.float32)
            stretched = synthesis.stretch(encoded.acoustic_text, frames)
            sound = synthesis.render(network, stretched, torch.from_numpy(curve)[None], loudness, style[:, :STYLE_SIZE])
            sounds.append(resample(Audio(sound[0].numpy(), 24_000), RATE).samples)
            truths.append(curve)
    samples, truth = np.concatenate(sounds), np.concatenate(truths).astype(np.float64)
    return Sample(f"rendered at {height_hz:.0f} Hz", samples, heard(samples, truth))


@cache
def _network(base_folder: Path) -> "torch.nn.Module":
    from voiceclone.bases.kokoro.model.weights import load_network

    return load_network(base_folder)


def moved(source: Sample, height_hz: float, jitter: float, formants: float = 1.0) -> Sample:
    """Say what was recorded at another height with WORLD: a slow made-up melody, so no tracker's errors remain in it.

    Args:
        source: real speech with its truth.
        height_hz: the median wanted.
        jitter: share by which each value of 5 ms is off at random.
        formants: factor on the frequencies of the envelope.
    """
    import pyworld

    assert source.truth_hz is not None
    times = np.arange(0, len(source.samples) / RATE, 0.005)
    nearest = np.minimum((times / HOP_S).round().astype(int), len(source.truth_hz) - 1)
    analysed = np.nan_to_num(source.truth_hz)[nearest]
    signal = source.samples.astype(np.float64)
    envelope = pyworld.cheaptrick(signal, analysed, times, RATE)
    bins = np.arange(envelope.shape[1]) / formants
    envelope = np.stack([np.interp(bins, np.arange(len(row)), row) for row in envelope])
    noise_share = pyworld.d4c(signal, analysed, times, RATE)
    melody = height_hz * (1 + 0.12 * np.sin(2 * np.pi * 0.9 * times) + 0.06 * np.sin(2 * np.pi * 2.3 * times))
    melody *= 1 + jitter * np.random.default_rng(0).standard_normal(len(times))
    pitch = np.where(analysed > 0, melody, 0.0)
    samples = pyworld.synthesize(pitch, envelope, noise_share, RATE, 5.0).astype(np.float32)
    samples *= 0.05 / (np.sqrt(np.mean(samples**2)) + 1e-9)
    grid = np.minimum((np.arange(len(source.truth_hz)) * HOP_S / 0.005).astype(int), len(pitch) - 1)
    return Sample(f"{source.kind} moved to {height_hz:.0f} Hz", samples, heard(samples, pitch[grid]))


def with_noise(noise: np.ndarray, snr_db: float) -> Callable[[np.ndarray], np.ndarray]:
    """Return what adds `noise` so many dB below the speech."""

    def spoil(samples: np.ndarray) -> np.ndarray:
        part = np.resize(noise, len(samples))
        gain = np.sqrt(np.mean(samples**2) / np.mean(part**2)) * 10 ** (-snr_db / 20)
        return (samples + gain * part).astype(np.float32)

    return spoil


def pink(length: int) -> np.ndarray:
    """Return noise whose power falls by 3 dB an octave."""
    spectrum = np.fft.rfft(np.random.default_rng(1).standard_normal(length))
    return np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), length)


def telephone(samples: np.ndarray) -> np.ndarray:
    """Return what a telephone lets through: 300 to 3,400 Hz at 8 kHz."""
    band = sosfiltfilt(butter(6, (300, 3_400), "bandpass", fs=RATE, output="sos"), samples)
    return resample(resample(Audio(band.astype(np.float32), RATE), 8_000), RATE).samples


def low_pass(samples: np.ndarray) -> np.ndarray:
    """Return what a low-bit-rate file keeps: below 4 kHz."""
    return sosfiltfilt(butter(8, 4_000, "lowpass", fs=RATE, output="sos"), samples).astype(np.float32)


def spoilt(sample: Sample, how: str, spoil: Callable[[np.ndarray], np.ndarray]) -> Sample:
    """Return the same speech spoilt; what its pitch is does not change."""
    return replace(sample, kind=f"{sample.kind}, {how}", samples=spoil(sample.samples))
