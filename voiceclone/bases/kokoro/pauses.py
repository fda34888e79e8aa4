"""Quieter pauses: a downward expander for the faint hiss that a trained decoder leaves between sounds."""

import numpy as np

from voiceclone.bases.kokoro.network import SAMPLE_RATE

THRESHOLD_DB = -30.0
"""Below this level, relative to speech, sound is a pause. Voiceless f and th lie 20 to 30 dB below the loudest."""
RATIO = 2.0
"""A sound 1 dB further below the threshold comes out 2 dB further below."""
MAX_CUT_DB = 18.0
_HOP_SAMPLES = SAMPLE_RATE // 200
_LEVEL_HOPS = 4
"""Levels are those of 20 ms."""
_OPENING_HOPS = 3
"""The gain opens 5 ms before a sound and closes 5 ms after it, then is smoothed over 15 ms: nothing is cut off."""
_SPEECH_RANGE_DB = 25.0
"""What lies within this range of the loudest 20 ms counts as speech when its level is taken."""


def quieten_pauses(samples: np.ndarray) -> np.ndarray:
    """Turn down what is much quieter than the speech around it; 24 kHz, float32, shape (samples,), length stays.

    A trained voice's quiet moments came out at -44 to -49 dB below its speech where the cleaned recordings
    have -55 (docs/decisions.md, “Hiss in pauses”).
    """
    from scipy.ndimage import maximum_filter1d, uniform_filter1d

    hops = len(samples) // _HOP_SAMPLES
    if hops < _LEVEL_HOPS:
        return samples
    power = (samples[: hops * _HOP_SAMPLES].reshape(hops, _HOP_SAMPLES).astype(np.float64) ** 2).mean(1)
    level_db = 10 * np.log10(uniform_filter1d(power, _LEVEL_HOPS) + 1e-12)
    loud = level_db > level_db.max() - _SPEECH_RANGE_DB
    speech_db = 10 * np.log10(power[loud].mean() + 1e-12)
    below_db = np.minimum(level_db - speech_db - THRESHOLD_DB, 0.0)
    gain_db = np.maximum(below_db * (RATIO - 1), -MAX_CUT_DB)
    gain_db = uniform_filter1d(maximum_filter1d(gain_db, _OPENING_HOPS), _OPENING_HOPS)
    middles = (np.arange(hops) + 0.5) * _HOP_SAMPLES
    gain = 10 ** (np.interp(np.arange(len(samples)), middles, gain_db) / 20)
    return (samples * gain).astype(np.float32)
