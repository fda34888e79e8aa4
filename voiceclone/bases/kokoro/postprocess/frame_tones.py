"""Steady tones at the decoder's frame rate: found in what is spoken, and turned down to the level of their neighbours.

The decoder ends in an inverse short-time Fourier transform of 4,800 frames a second. Whatever its last layer puts out
alike in every frame sounds as lines at 4.8 and 9.6 kHz, however soft, and where the recordings end below (telephones,
16 kHz) nothing in them teaches it otherwise. A line is what stands out of the median spectrum: `evaluation/tones.py`.
"""

from functools import cache

import numpy as np

from voiceclone.bases.kokoro.model.network import SAMPLE_RATE

FRAME_RATE_HZ = 4_800
"""24 kHz by the hop of 5 samples of Kokoro's config.json, `gen_istft_hop_size`."""
MAX_CUT_DB = 15.0
_FFT_SIZE = 4096
_HOP_SAMPLES = 1024
_MIN_FRAMES = 12
"""Half a second: of less, the median says more about a sound than about the decoder."""
_LINE_BINS = 5
"""Turned down on either side of a line: a steady tone under a Hann window is 2 bins wide, slow changes widen it."""
_NEIGHBOUR_BINS = 20


@cache
def _lines() -> tuple[int, ...]:
    return tuple(round(hz * _FFT_SIZE / SAMPLE_RATE) for hz in range(FRAME_RATE_HZ, SAMPLE_RATE // 2, FRAME_RATE_HZ))


def tone_cuts_db(samples: np.ndarray) -> np.ndarray:
    """Return by how much the lines stand out, dB in 0..`MAX_CUT_DB`, shape (2049,), 0 away from the lines."""
    from scipy.signal import stft

    spectrum = stft(samples, SAMPLE_RATE, nperseg=_FFT_SIZE, noverlap=_FFT_SIZE - _HOP_SAMPLES, boundary=None)[2]
    cuts_db = np.zeros(len(spectrum))
    for line in _lines():
        around = slice(line - _NEIGHBOUR_BINS, line + _NEIGHBOUR_BINS + 1)
        level_db = np.median(20 * np.log10(np.abs(spectrum[around]) + 1e-9), axis=1)
        near = slice(line - _LINE_BINS, line + _LINE_BINS + 1)
        inside = slice(_NEIGHBOUR_BINS - _LINE_BINS, _NEIGHBOUR_BINS + _LINE_BINS + 1)
        cuts_db[near] = np.clip(level_db[inside] - np.median(level_db), 0, MAX_CUT_DB)
    return cuts_db


def remove_frame_tones(samples: np.ndarray) -> np.ndarray:
    """Turn down the frame-rate lines of 24 kHz sound, shape (samples,); length, timing and all else stay."""
    from scipy.signal import fftconvolve

    if len(samples) < _FFT_SIZE + _MIN_FRAMES * _HOP_SAMPLES:
        return samples
    gains = 10 ** (-tone_cuts_db(samples) / 20)
    impulse = np.fft.fftshift(np.fft.irfft(gains))
    impulse = np.append(impulse, impulse[0]) * np.hanning(_FFT_SIZE + 1)
    return fftconvolve(samples, impulse, mode="same").astype(np.float32)
