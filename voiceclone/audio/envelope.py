"""The loudness of a clip over time, coarse for a small picture and fine to find the same take again."""

import numpy as np

from voiceclone.audio.sound import Audio

SHAPE_POINTS = 48
_FINE_S = 0.02
_LOWEST_DB = -45.0
"""Below the loudest moment; quieter ones are drawn as nothing."""

_SILENT_DBFS = -90.0


def loudness_shape(audio: Audio) -> tuple[int, ...]:
    """Return `SHAPE_POINTS` numbers from 0 (silence) to 99 (the clip's loudest moment)."""
    pieces = np.array_split(audio.samples.astype(np.float64), SHAPE_POINTS)
    level_db = _level_db(np.array([np.mean(piece**2) if len(piece) else 0.0 for piece in pieces]))
    if level_db.max() < _SILENT_DBFS:
        return (0,) * SHAPE_POINTS
    share = np.clip(1 - (level_db - level_db.max()) / _LOWEST_DB, 0, 1)
    return tuple(int(value) for value in np.round(99 * share))


def fine_shape(audio: Audio) -> np.ndarray:
    """Return the level of every 20 ms in dB, silence before and after the first and last loud moment left out.

    Float32, shape (frames,), between -45 and 0 dB below the loudest frame.
    """
    length = max(1, round(_FINE_S * audio.sample_rate))
    frames = audio.samples[: len(audio.samples) // length * length].astype(np.float64).reshape(-1, length)
    if len(frames) == 0:
        return np.zeros(0, np.float32)
    level_db = _level_db(np.mean(frames**2, axis=1))
    level_db = np.clip(level_db - level_db.max(), _LOWEST_DB, 0.0)
    loud = np.flatnonzero(level_db > _LOWEST_DB / 2)
    return level_db[loud[0] : loud[-1] + 1].astype(np.float32)


def shape_likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Return how much two fine shapes run alike, -1..1: the best correlation over shifts of up to 0.1 s.

    0 when their lengths differ by more than 0.2 s.
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
