"""Mel-cepstral distortion: how far the spectrum of one sentence is from that of another, in dB, whatever their timing.

Kubichek, “Mel-cepstral distance measure for objective speech quality assessment”, 1993. His constant is 10 √2 / ln 10
before the root of the summed squares of the differences, 6.1419; by the theorem of Parseval this is the root mean
square of the difference of two smoothed spectra in dB. Coefficient 0, the level, is left out. The frames of the two are
put side by side by dynamic time warping, and the distance is the mean along that path.

Figures depend on how cepstra are taken, so compare them within this table only.
"""

from functools import cache

import numpy as np

from voiceclone.audio.sound import Audio, resample
from voiceclone.audio.vad import speech_frames
from voiceclone.clips.quality.clean import trim_silence

COEFFICIENTS = 13
"""1 to 13; usual in the literature on speech synthesis."""
DB = 10 * np.sqrt(2) / np.log(10)
_RATE = 16_000
_FFT_SIZE, _WINDOW_SIZE, _HOP_SIZE = 512, 400, 160
"""25 ms every 10 ms, as recognisers hear speech."""
_BANDS = 40
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 7_600.0
"""Recordings at 16 kHz end near 8 kHz."""
_FLOOR = 1e-6
"""60 dB below the loudest band of the sentence: what is quieter is noise, not voice."""


def distortion_db(spoken: Audio, recorded: Audio) -> float:
    """Return the mel-cepstral distortion between two readings of one text, dB; 0 for the same sound at any level.

    Silence before and after the words is trimmed in both.
    """
    return aligned_distance(*(mel_cepstra(trim_silence(one, speech_frames(one))) for one in (spoken, recorded)))


def mel_cepstra(audio: Audio) -> np.ndarray:
    """Return coefficients 1 to 13 of each frame, shape (frames, 13)."""
    from numpy.lib.stride_tricks import sliding_window_view

    samples = resample(audio, _RATE).samples.astype(np.float64)
    samples = np.pad(samples, (0, max(0, _WINDOW_SIZE - len(samples))))
    frames = sliding_window_view(samples, _WINDOW_SIZE)[::_HOP_SIZE] * np.hanning(_WINDOW_SIZE)
    power = np.abs(np.fft.rfft(frames, _FFT_SIZE)) ** 2 @ _mel_bands().T
    return cepstra_of(np.log(np.maximum(power, _FLOOR * power.max() + np.finfo(float).tiny)))


def cepstra_of(log_power: np.ndarray) -> np.ndarray:
    """Return coefficients 1 to 13 of natural logarithms of power, shape (frames, bands)."""
    bands = log_power.shape[1]
    waves = np.cos(np.pi * np.outer(np.arange(1, COEFFICIENTS + 1), np.arange(bands) + 0.5) / bands)
    return log_power @ waves.T / bands


@cache
def _mel_bands() -> np.ndarray:
    """Return triangles over the bins, each of sum 1, shape (bands, bins)."""
    import librosa

    bands = librosa.filters.mel(
        sr=_RATE, n_fft=_FFT_SIZE, n_mels=_BANDS, fmin=_LOWEST_HZ, fmax=_HIGHEST_HZ, htk=True, norm=None
    ).astype(np.float64)
    return bands / bands.sum(axis=1, keepdims=True)


def aligned_distance(one: np.ndarray, other: np.ndarray) -> float:
    """Return the mean distance in dB along the path through two sequences of cepstra that costs least.

    A step goes on in either or in both; all steps weigh the same.

    Args:
        one, other: shape (frames, coefficients), at least a frame each.
    """
    from scipy.spatial.distance import cdist

    distances = DB * cdist(one, other)
    rows, columns = distances.shape
    # Cells of one diagonal depend on the two before only, so each is computed at once. Slot 0 lies outside.
    cost = [np.full(rows + 1, np.inf) for _ in range(3)]
    length = [np.zeros(rows + 1) for _ in range(3)]
    for diagonal in range(rows + columns - 1):
        row = np.arange(max(0, diagonal - columns + 1), min(rows - 1, diagonal) + 1)
        before = np.stack([cost[0][row], cost[1][row], cost[1][row + 1]])
        lengths = np.stack([length[0][row], length[1][row], length[1][row + 1]])
        if diagonal == 0:
            before[:] = 0.0
        chosen = before.argmin(axis=0)
        here, steps = np.full(rows + 1, np.inf), np.zeros(rows + 1)
        here[row + 1] = np.take_along_axis(before, chosen[None], 0)[0] + distances[row, diagonal - row]
        steps[row + 1] = np.take_along_axis(lengths, chosen[None], 0)[0] + 1
        cost, length = [cost[1], here, here], [length[1], steps, steps]
    return float(cost[1][rows] / length[1][rows])
