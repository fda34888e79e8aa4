"""Pitch tracking: a curve for training, a median to judge a voice by."""

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from voiceclone.audio.sound import Audio, resample

if TYPE_CHECKING:
    from swift_f0 import SwiftF0

MIN_PITCH_HZ, MAX_PITCH_HZ = 50.0, 600.0
_TRACKER_RATE = 16_000
_VOICED = 0.3
"""Confidence from which a frame counts as voiced. The tracker's default of 0.5 misses 1 to 5 % of clearly voiced frames
in clean speech and up to 13 % on the telephone; 0.3 misses 0 to 2 % and 5 %. Neither voices a pause
(docs/experiments/pitch.md)."""
_LEVEL_DBFS = -23.0
"""RMS level given to the tracker, which does not normalise by itself: at -60 dBFS it finds nothing voiced."""


def pitch_curve(audio: Audio, hop_s: float, length: int | None = None) -> np.ndarray:
    """Return the pitch in Hz every `hop_s` seconds, 0 where unvoiced; float32, shape (length,).

    Uses SwiftF0 0.3 (Nieradzik, 2025), a network of 14,386 weights with one value every 16 ms, interpolated on a
    logarithmic scale. The trackers of WORLD mistake a low voice for one an octave higher (docs/experiments/pitch.md).

    Args:
        audio: speech at any sample rate.
        hop_s: step in seconds; the first value belongs to the first sample.
        length: number of values; the curve is cut, or padded with its last value. None covers the audio.
    """
    samples = resample(audio, _TRACKER_RATE).samples
    moments_s = np.arange(int(len(samples) / _TRACKER_RATE / hop_s) + 1) * hop_s
    curve = _tracked(samples, moments_s) if samples.any() else np.zeros(len(moments_s))
    return fit_length(curve, len(curve) if length is None else length)


def _tracked(samples: np.ndarray, moments_s: np.ndarray) -> np.ndarray:
    rms = float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))
    gain = np.float32(10 ** (_LEVEL_DBFS / 20) / rms)
    found = _tracker().detect(gain * samples, _TRACKER_RATE, MIN_PITCH_HZ, MAX_PITCH_HZ)
    voiced = found.confidence >= _VOICED
    if not voiced.any():
        return np.zeros(len(moments_s))
    curve = np.exp(np.interp(moments_s, found.timestamps[voiced], np.log(found.pitch_hz[voiced])))
    sure = np.interp(moments_s, found.timestamps, found.confidence)
    return np.where(sure >= _VOICED, curve, 0.0)


@cache
def _tracker() -> "SwiftF0":
    from swift_f0 import SwiftF0

    return SwiftF0(threads=1, spin=False)  # 80 times real time on one thread; more would disturb torch's


def fit_length(curve: np.ndarray, length: int) -> np.ndarray:
    """Cut or pad (with the last value) a curve to `length`, as float32."""
    if len(curve) < length:
        curve = np.pad(curve, (0, length - len(curve)), mode="edge")
    return curve[:length].astype(np.float32)


def median_pitch_hz(audio: Audio) -> float | None:
    """Return the median pitch of the voiced frames in Hz, or None if nothing is voiced."""
    curve = pitch_curve(audio, hop_s=0.0125)
    voiced = curve[curve > 0]
    return float(np.median(voiced)) if len(voiced) else None


def semitones(pitch_hz: float, reference_hz: float) -> float:
    """Return the distance from `reference_hz` up to `pitch_hz` in semitones."""
    return float(12 * np.log2(pitch_hz / reference_hz))
