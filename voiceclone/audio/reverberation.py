"""Estimate a room's reverberation time from speech alone."""

from itertools import pairwise

import numpy as np

from voiceclone.audio.sound import Audio, resample

_RATE = 16_000
_FFT_SAMPLES = 512
_HOP_SAMPLES = 128
_BAND_EDGES_HZ = np.geomspace(250, 6_500, 17)
_MIN_DECAY_FRAMES = 12
"""About 0.1 s; shorter decays come from the speaker, not the room."""
_MIN_DROP_DB = 10.0
_START_BELOW_LOUD_DB = 30.0
"""Decays that start lower end in the noise."""
_MIN_DECAYS = 3
"""A clip of a few seconds in a room with 1 s may have no more; of 48 clips, 44 had five and all had three."""
_DECAY_S = (0.15, 0.24, 0.32, 0.40, 0.51, 0.57)
_REVERBERATION_S = (0.0, 0.2, 0.3, 0.4, 0.6, 0.8)
"""Median decay of speech in synthetic rooms of known reverberation time, with the direct sound as strong as the echo:
means over 24 recordings of two voices. Above 0.8 s hardly any decay is long enough, and the value stays the same."""


def reverberation_s(audio: Audio) -> float | None:
    """Estimate the reverberation time (RT60) in seconds, 0 to 0.8; 0.8 means that or longer.

    After Prego, Lima, Netto, Lee, Said, Schafer and Kalker, “A blind algorithm for reverberation-time estimation
    using subband decomposition of speech signals” (J. Acoust. Soc. Am. 131, 2012), the type of estimator that did
    best in the ACE challenge (Eaton, Gaubitch, Moore, Naylor, 2016): find the stretches of uninterrupted decay in each
    of sixteen bands, fit a line to each, take the median of all, and calibrate.

    Returns:
        None with fewer than three such stretches: too little speech, or too much noise.
    """
    decays = free_decays_s(audio)
    if len(decays) < _MIN_DECAYS:
        return None
    return float(np.interp(np.median(decays), _DECAY_S, _REVERBERATION_S))


def free_decays_s(audio: Audio) -> np.ndarray:
    """Return the time in seconds that each free decay would take to fall by 60 dB, over all bands."""
    found = []
    for level_db in _band_levels_db(audio):
        loud_db = np.quantile(level_db, 0.98)
        for start, end in _decays(level_db):
            stretch = level_db[start : end + 1]
            drops = stretch[0] - stretch[-1] >= _MIN_DROP_DB
            if end - start >= _MIN_DECAY_FRAMES and drops and stretch[0] > loud_db - _START_BELOW_LOUD_DB:
                per_frame_db = float(np.polyfit(np.arange(len(stretch)), stretch, 1)[0])
                found.append(-60 / per_frame_db * _HOP_SAMPLES / _RATE)
    return np.array(found)


def _band_levels_db(audio: Audio) -> np.ndarray:
    """Return the level of each band and frame, smoothed over three frames; shape (16, frames)."""
    from scipy.ndimage import uniform_filter1d
    from scipy.signal import stft

    samples = resample(audio, _RATE).samples
    if len(samples) < _FFT_SAMPLES:
        return np.zeros((0, 0))
    frequencies, _, spectrum = stft(
        samples, _RATE, nperseg=_FFT_SAMPLES, noverlap=_FFT_SAMPLES - _HOP_SAMPLES, boundary=None, padded=False
    )
    power = np.abs(spectrum) ** 2
    edges = pairwise(_BAND_EDGES_HZ)
    bands = np.array([power[(frequencies >= low) & (frequencies < high)].sum(axis=0) for low, high in edges])
    return 10 * np.log10(uniform_filter1d(bands, 3, axis=1) + 1e-14)


def _decays(level_db: np.ndarray) -> list[tuple[int, int]]:
    """Return (first, last) frame of each stretch of steadily falling level."""
    falling = np.concatenate([[False], np.diff(level_db) < 0, [False]])
    changes = np.flatnonzero(falling[1:] != falling[:-1])
    return [(int(start), int(end)) for start, end in zip(changes[::2], changes[1::2], strict=True)]
