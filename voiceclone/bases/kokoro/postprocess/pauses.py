"""Quieter pauses: a downward expander that gives quiet moments the levels they have in the recordings.

A trained decoder leaves faint hiss between sounds, and its stops close less deep than real ones: quiet moments came out
at -42 to -49 dB below speech where the cleaned recordings have -54. How much quieter each level has to be is
measured in training windows, which say the same: a level that a twentieth of what is spoken lies below becomes the
level that a twentieth of what was recorded lies below, and so on (docs/decisions/0042).
"""

from typing import Any

import numpy as np

from voiceclone.bases.kokoro.model.network import SAMPLE_RATE

PAUSE_CURVE = "pause_curve"
"""Tensor name in a voice file: gains in dB, 0 or less, float32, shape (71,), for levels of -70 to 0 dB below speech."""
LEVELS_DB = np.arange(-70.0, 1.0)
THRESHOLD_DB = -20.0
"""Above this level, relative to speech, nothing is changed. Voiceless f and th lie 20 to 30 dB below the loudest."""
RATIO = 4.0
"""Without a measured curve, a sound 1 dB further below `_PLAIN_THRESHOLD_DB` comes out 4 dB further below. With 2.5
from -30 dB on, a voice from 20 s of speech paused 3 dB louder than its recordings (docs/decisions/0043)."""
_PLAIN_THRESHOLD_DB = -28.0
MAX_CUT_DB = 20.0
_HOP_SAMPLES = SAMPLE_RATE // 200
_LEVEL_HOPS = 3
"""Levels are those of 15 ms, a step to either side: with less, speech itself would be turned down at its edges."""
_SMOOTHING_HOPS = 3
"""The gain is smoothed over 15 ms, and the level it follows hears 5 ms ahead: sounds keep their edges, and stops of
20 ms are turned down, too. Held open for 5 ms more on either side, most of these escaped."""
_SPEECH_RANGE_DB = 25.0
"""What lies within this range of the loudest 15 ms counts as speech when its level is taken."""
_LOWEST_DBFS = -100
_KEPT_SHARE = 0.98
"""Decay per window, as in the other statistics."""
_MIN_WINDOWS = 20
_MARGIN_DB = 8.0
"""Pauses are turned down by so much more than measured: the gain opens slowly, so short ones get a part of it only.
With 2 dB one of two runs of one voice (allison, 300 s) ended 2 dB above the recordings."""
_LEAD_FADE_S = 0.07
_LEAD_KEPT_S = 0.08
"""The first sound starts up to this long before the boundary token ends (0.2 to 0.25 s long); this much is left alone.
Of 60 sentences of three voices nothing louder than -37 dBFS was taken away, at a speech level of -19."""
_END_QUIET_DB = -40.0
_END_QUIET_HOPS = 10
"""50 ms below that level, relative to speech; a closure before a last burst ends before the search begins."""
_SMOOTHING_LEVELS = 3.0
"""Standard deviation in dB: a minute of speech has few moments of each level."""


class PauseStatistics:
    """Histograms of levels in synthesized and recorded sound over the latest training windows."""

    def __init__(self) -> None:
        self._counts = np.zeros((2, -_LOWEST_DBFS))
        """For spoken and recorded: moments with a level of -100 to -99 dBFS, -99 to -98, ..."""
        self._windows = 0

    def add(self, spoken: np.ndarray, recorded: np.ndarray) -> None:
        """Add a synthesized and a recorded window, shape (samples,)."""
        for counts, samples in zip(self._counts, (spoken, recorded), strict=True):
            counts *= _KEPT_SHARE
            counts += np.histogram(_levels_db(samples), len(counts), (_LOWEST_DBFS, 0))[0]
        self._windows += 1

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        return {"counts": self._counts.tolist(), "windows": self._windows}

    def restore(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned."""
        self._counts, self._windows = np.array(state["counts"]), int(state["windows"])

    def curve_db(self) -> np.ndarray | None:
        """Return the gains in dB, float32, shape (71,); None with too little data."""
        from scipy.ndimage import gaussian_filter1d

        if self._windows < _MIN_WINDOWS:
            return None
        (spoken_db, spoken_share), (recorded_db, recorded_share) = map(_distribution, self._counts)
        shares = np.interp(LEVELS_DB, spoken_db, spoken_share)
        wanted_db = np.interp(shares, recorded_share, recorded_db) - LEVELS_DB
        wanted_db -= np.clip(_PLAIN_THRESHOLD_DB - LEVELS_DB, 0, _MARGIN_DB)
        # Below what was ever spoken the last gain goes on; a quieter moment may not come out louder than this one.
        wanted_db[spoken_db[0] > LEVELS_DB] = np.interp(spoken_db[0], LEVELS_DB, wanted_db)
        gains_db = np.where(LEVELS_DB < THRESHOLD_DB, np.clip(wanted_db, -MAX_CUT_DB, 0.0), 0.0)
        smooth_db = gaussian_filter1d(gains_db, _SMOOTHING_LEVELS, mode="nearest")
        measured_db = np.minimum.accumulate((smooth_db * (LEVELS_DB < THRESHOLD_DB))[::-1])[::-1]
        # Never less than without measuring: whole sentences have pauses that windows of 1.2 s seldom hold.
        return np.minimum(measured_db, plain_curve_db()).astype(np.float32)


def plain_curve_db() -> np.ndarray:
    """Return the gains for a voice without measured ones, shape (71,)."""
    return np.clip((LEVELS_DB - _PLAIN_THRESHOLD_DB) * (RATIO - 1), -MAX_CUT_DB, 0.0)


def quieten_pauses(samples: np.ndarray, curve_db: np.ndarray | None = None) -> np.ndarray:
    """Turn down what is much quieter than the speech around it; 24 kHz, float32, shape (samples,), length stays.

    Args:
        samples: one sentence.
        curve_db: a voice's own gains, see `PAUSE_CURVE`; None takes `plain_curve_db`.
    """
    from scipy.ndimage import uniform_filter1d

    level_db = _levels_db(samples)
    if not len(level_db):
        return samples
    gain_db = np.interp(
        level_db - _speech_db(level_db, np.ones(len(level_db))),
        LEVELS_DB,
        plain_curve_db() if curve_db is None else curve_db,
    )
    gain_db = uniform_filter1d(gain_db, _SMOOTHING_HOPS)
    middles = (np.arange(len(gain_db)) + 0.5) * _HOP_SAMPLES
    gain = 10 ** (np.interp(np.arange(len(samples)), middles, gain_db) / 20)
    return (samples * gain).astype(np.float32)


def quieten_lead(samples: np.ndarray, lead_samples: int) -> np.ndarray:
    """Silence everything before the first sound; float32, shape (samples,), length stays.

    A voice from little speech puffs faintly there, 26 dB below speech, where its recordings are silent.

    Args:
        samples: one sentence, 24 kHz.
        lead_samples: length of the boundary token that every sentence begins with.
    """
    end = max(0, lead_samples - round(_LEAD_KEPT_S * SAMPLE_RATE))
    begin = max(0, end - round(_LEAD_FADE_S * SAMPLE_RATE))
    quiet = samples.copy()
    quiet[:begin] = 0.0
    quiet[begin:end] *= np.sin(np.linspace(0, np.pi / 2, end - begin, dtype=np.float32)) ** 2
    return quiet


def quieten_end(samples: np.ndarray, begin: int) -> np.ndarray:
    """Silence everything after the last sound has died away; float32, shape (samples,), length stays.

    At speed 2 the network ends some sentences with a click, 0.25 s after the last word and 37 dB below speech.

    Args:
        samples: one sentence, 24 kHz.
        begin: where the last sound, its closure and burst included, is over at the latest; from the first quiet moment
            after this one on there is silence, if there is one.
    """
    levels_db = _levels_db(samples)
    if not len(levels_db):
        return samples
    quiet = levels_db - _speech_db(levels_db, np.ones(len(levels_db))) < _END_QUIET_DB
    for hop in range(begin // _HOP_SAMPLES, len(quiet) - _END_QUIET_HOPS + 1):
        if quiet[hop : hop + _END_QUIET_HOPS].all():
            break
    else:
        return samples
    begin, end = ((hop + more) * _HOP_SAMPLES for more in (0, _END_QUIET_HOPS))
    silent = samples.copy()
    silent[begin:end] *= np.cos(np.linspace(0, np.pi / 2, end - begin, dtype=np.float32)) ** 2
    silent[end:] = 0.0
    return silent


def _levels_db(samples: np.ndarray) -> np.ndarray:
    """Return the level of every 15 ms in dBFS, at least -100, in steps of 5 ms; empty for less than that."""
    from scipy.ndimage import uniform_filter1d

    hops = len(samples) // _HOP_SAMPLES
    if hops < _LEVEL_HOPS:
        return np.zeros(0)
    power = (samples[: hops * _HOP_SAMPLES].reshape(hops, _HOP_SAMPLES).astype(np.float64) ** 2).mean(1)
    return 10 * np.log10(np.maximum(uniform_filter1d(power, _LEVEL_HOPS), 10 ** (_LOWEST_DBFS / 10)))


def _speech_db(levels_db: np.ndarray, counts: np.ndarray) -> float:
    """Return the mean power, in dB, of the levels that are speech."""
    heard = levels_db[counts > 0]
    loud = levels_db > heard.max() - _SPEECH_RANGE_DB
    return float(10 * np.log10(np.average(10 ** (levels_db[loud] / 10), weights=counts[loud])))


def _distribution(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return levels relative to speech, rising, and the share of moments that lie below each."""
    edges_db = np.arange(_LOWEST_DBFS, 1.0)
    middles_db = (edges_db[:-1] + edges_db[1:]) / 2
    # One moment in a thousand more or less: a single bang is not the loudest speech.
    shares = np.append(0.0, np.cumsum(counts)) / counts.sum()
    usual = np.where((shares[1:] > 0) & (shares[:-1] < 0.999), counts, 0.0)
    there = np.flatnonzero(counts)
    inside = slice(there[0], there[-1] + 2)
    return edges_db[inside] - _speech_db(middles_db, usual), shares[inside]
