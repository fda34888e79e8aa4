"""The loudness envelope of a clip: coarse for a small picture, fine to detect duplicates."""

import numpy as np

from voiceclone.audio.sound import Audio

ENVELOPE_POINTS = 48
_FINE_S = 0.02
_LOWEST_DB = -45.0
"""Relative to the loudest moment; quieter moments are drawn as silence."""

_SILENT_DBFS = -90.0


def loudness_envelope(audio: Audio) -> tuple[int, ...]:
    """Return `ENVELOPE_POINTS` values from 0 (silence) to 99 (the loudest moment)."""
    pieces = np.array_split(audio.samples.astype(np.float64), ENVELOPE_POINTS)
    level_db = _level_db(np.array([np.mean(piece**2) if len(piece) else 0.0 for piece in pieces]))
    if level_db.max() < _SILENT_DBFS:
        return (0,) * ENVELOPE_POINTS
    share = np.clip(1 - (level_db - level_db.max()) / _LOWEST_DB, 0, 1)
    return tuple(int(value) for value in np.round(99 * share))


def fine_envelope(audio: Audio) -> np.ndarray:
    """Return the level in dB every 20 ms, without the quiet before the first and after the last loud moment.

    Float32, shape (frames,), from -45 to 0 dB relative to the loudest frame.
    """
    length = max(1, round(_FINE_S * audio.sample_rate))
    frames = audio.samples[: len(audio.samples) // length * length].astype(np.float64).reshape(-1, length)
    if len(frames) == 0:
        return np.zeros(0, np.float32)
    level_db = _level_db(np.mean(frames**2, axis=1))
    level_db = np.clip(level_db - level_db.max(), _LOWEST_DB, 0.0)
    loud = np.flatnonzero(level_db > _LOWEST_DB / 2)
    return level_db[loud[0] : loud[-1] + 1].astype(np.float32)


def envelope_correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Return the best correlation of two fine envelopes over shifts of up to 0.1 s, -1..1.

    0 if their durations differ by more than 0.2 s.
    """
    if abs(len(one) - len(other)) > 0.2 / _FINE_S or min(len(one), len(other)) < 10:
        return 0.0
    shifts = range(-round(0.1 / _FINE_S), round(0.1 / _FINE_S) + 1)
    return max(_correlation(one[max(0, shift) :], other[max(0, -shift) :]) for shift in shifts)


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    count = min(len(one), len(other))
    one, other = (part[:count] - part[:count].mean() for part in (one, other))
    return float(np.dot(one, other) / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-9))


def _level_db(power: np.ndarray) -> np.ndarray:
    return 10 * np.log10(power + 1e-10)
