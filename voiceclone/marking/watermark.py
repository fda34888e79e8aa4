"""The inaudible watermark: put into speech, and looked for in a recording.

Perth (Resemble AI) raises and lowers the bins up to 2 kHz a little, in a pattern its second network knows again. We
take its pattern above 300 Hz at a share of its strength, and add only the difference to the sound, at the sound's own
rate, so that nothing else changes: neither length, nor what lies outside that band, nor pauses of digital silence.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from voiceclone.audio.sound import Audio, loudness_lufs, resample
from voiceclone.audio.vad import FRAME_S, SPEECH_STARTS, speech_frames
from voiceclone.compute import in_one_thread
from voiceclone.limits import MARK_FOUND_ABOVE
from voiceclone.marking import network

if TYPE_CHECKING:
    import torch

STRENGTH = 0.9
"""Share of the library's own gains, in decibels: measured in docs/marking.md."""
LISTENING_LUFS = 0.0
"""Every sound is looked at as if it were this loud: quiet sounds look marked (docs/marking.md). Our choice, far above
any recording; nothing is clipped, since only the detector hears it."""
PART_S = 15.0
"""A recording is looked at in parts: a marked sentence in an hour of talk would drown in the mean."""
SHORTEST_SPEECH_S = 0.3
"""With less speech in a part nothing is said about it: hum, tones and silence can look marked."""
_BLOCK_S, _OVERLAP_S = 30.0, 1.0
"""Long speech is marked block by block, to bound memory; neighbours fade into each other."""


@in_one_thread
def mark(audio: Audio, strength: float = STRENGTH) -> Audio:
    """Return the same sound with the watermark: same length and rate, samples within [-1, 1].

    Args:
        audio: speech of any length; digital silence stays as it is.
        strength: share of the library's gains, 0..1.

    Raises:
        BaseModelError: the watermark's package is not installed; nothing is ever returned unmarked instead.
    """
    marked = audio.samples.copy()
    for first, samples in _blocks(audio):
        marked[first : first + len(samples)] += _difference(Audio(samples, audio.sample_rate), strength)
    return Audio(np.clip(marked, -1.0, 1.0), audio.sample_rate)


def confidence(audio: Audio) -> float | None:
    """Return how marked a recording looks, about 0 (not) to 1 (marked); the highest of its parts of `PART_S`.

    None if there is too little speech to tell.
    """
    return max(part_confidences([audio.samples], audio.sample_rate), default=None)


def is_found(confidence: float | None) -> bool:
    """True if that confidence means the watermark."""
    return confidence is not None and confidence > MARK_FOUND_ABOVE


def part_confidences(blocks: Iterable[np.ndarray], sample_rate: int) -> list[float]:
    """Return the confidence for each part with speech; see `confidence`.

    Args:
        blocks: consecutive mono float32 blocks of one recording; a few parts of it are in memory at a time.
        sample_rate: hertz.
    """
    found = (_part_confidence(Audio(part, sample_rate)) for part in _parts(blocks, round(PART_S * sample_rate)))
    return [value for value in found if value is not None]


def _parts(blocks: Iterable[np.ndarray], length: int) -> Iterator[np.ndarray]:
    """Yield parts of `length` samples; what is left at the end is divided into parts about as long."""
    waiting = np.zeros(0, np.float32)
    for block in blocks:
        waiting = np.concatenate([waiting, block])
        while len(waiting) >= 2 * length:
            yield waiting[:length]
            waiting = waiting[length:]
    yield from np.array_split(waiting, max(1, round(len(waiting) / length)))


@in_one_thread
def _part_confidence(audio: Audio) -> float | None:
    import torch

    spoken_s = float(np.sum(speech_frames(audio) >= SPEECH_STARTS)) * FRAME_S
    if spoken_s < SHORTEST_SPEECH_S:
        return None
    gain = 10 ** ((LISTENING_LUFS - loudness_lufs(audio)) / 20)
    with torch.inference_mode():
        spectrum = network.spectrum_of(_at_network_rate(audio) * gain)
        found = network.confidence(network.without_lowest(spectrum))
    return found if np.isfinite(found) else None


def _blocks(audio: Audio) -> Iterator[tuple[int, np.ndarray]]:
    """Yield (first sample, samples) of overlapping blocks whose sum is the sound."""
    length, overlap = (round(s * audio.sample_rate) for s in (_BLOCK_S, _OVERLAP_S))
    samples, first = audio.samples, 0
    rising = np.linspace(0, 1, overlap, dtype=np.float32)
    while len(samples) - first > 0:
        last = first + length + overlap >= len(samples)
        block = samples[first:].copy() if last else samples[first : first + length].copy()
        if first:
            block[:overlap] *= rising[: len(block)]
        if not last:
            block[-overlap:] *= rising[::-1]
        yield first, block
        if last:
            return
        first += length - overlap


def _difference(audio: Audio, strength: float) -> np.ndarray:
    """Return what the mark adds, float32, as long as the sound."""
    import torch

    with torch.inference_mode():
        samples = _at_network_rate(audio)
        spectrum = network.spectrum_of(samples)
        gains = 10 ** (strength * network.drawn_gains_db(spectrum) / 20)
        added = torch.zeros_like(spectrum.values)
        added[: network.BINS] = spectrum.values[: network.BINS] * (gains - 1)
        sound = network.sound_of(added, len(samples))
    at_rate = resample(Audio(sound.numpy(), network.RATE), audio.sample_rate).samples[: len(audio.samples)]
    return np.pad(at_rate, (0, len(audio.samples) - len(at_rate)))


def _at_network_rate(audio: Audio) -> "torch.Tensor":
    """Return the samples at the network's rate, with silence behind them up to a whole window and hop."""
    import torch

    samples = resample(audio, network.RATE).samples
    behind = max(0, network.FFT_SIZE - len(samples))
    behind += -(len(samples) + behind) % network.HOP_SAMPLES
    return torch.from_numpy(np.pad(samples, (0, behind)))
