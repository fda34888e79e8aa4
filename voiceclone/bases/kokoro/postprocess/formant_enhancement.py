"""Formant enhancement: training blurs spectral peaks and valleys; the loss is measured and compensated.

A decoder trained with spectral losses alone answers with averages, so its formants stand out less than real ones:
by 5 to 10 % below 1 kHz, 10 to 35 % above. The remedy is the old postfilter of speech coders and parametric
synthesis (Chen and Gersho, 1995): the fine deviation of the log spectrum from its broad shape is multiplied by a
factor slightly above 1, here by what the training windows, which say the same, ask for. On one voice it raised
similarity by 0.009 (docs/decisions/0046).
"""

from functools import cache
from typing import Any

import numpy as np

from voiceclone.bases.kokoro.model.network import SAMPLE_RATE

CONTRAST = "contrast"
"""Tensor name in a voice file: share added to each frequency's deviation, float32, shape (513,), 0 Hz to 12 kHz."""
CONTRAST_SIZE = 513
MAX_CONTRAST = 0.2
"""With 0.3 everywhere similarity and naturalness fell again."""
_FFT_SIZE = 2 * (CONTRAST_SIZE - 1)
_HOP_SAMPLES = _FFT_SIZE // 4
_FORMANT_BINS, _BROAD_BINS = 6, 40
"""Widths (standard deviation, bins of 23 Hz) of the two smoothings whose difference is the formants: harmonics are
averaged away by the first, the balance of high and low by the second. Sharpening harmonics cost similarity at once."""
_SMOOTHING_BINS = 20
_FLOOR = 1e-5
_LOUD_SHARE = 1e-3
"""Frames of less power than this share (-30 dB) of the loudest are pauses and stay as they are."""
_MAX_CHANGE = 1.4
"""Nepers, 12 dB."""
_KEPT_SHARE = 0.98
_MIN_WINDOWS = 20
_FADE_HZ = 700.0


@cache
def _formant_filter() -> np.ndarray:
    """Return the matrix (513, 513) that takes a log spectrum to its deviation at the scale of formants."""
    from scipy.ndimage import gaussian_filter1d

    identity = np.eye(CONTRAST_SIZE)
    narrow, broad = (gaussian_filter1d(identity, bins, axis=0, mode="nearest") for bins in (_FORMANT_BINS, _BROAD_BINS))
    return (narrow - broad).astype(np.float32)


def _spectrum(samples: np.ndarray) -> np.ndarray:
    from scipy.signal import stft

    return stft(samples, SAMPLE_RATE, nperseg=_FFT_SIZE, noverlap=_FFT_SIZE - _HOP_SAMPLES)[2]


def _formants(spectrum: np.ndarray) -> np.ndarray:
    import torch

    # torch's threads, not numpy's: after a product OpenBLAS's go on spinning for a while, and what the network
    # computed next took twice the time.
    levels = torch.from_numpy(np.log(np.abs(spectrum) + _FLOOR).astype(np.float32))
    return (torch.from_numpy(_formant_filter()) @ levels).numpy()


class FormantStatistics:
    """Compares formant contrast of synthesized and recorded sound over the latest training windows."""

    def __init__(self) -> None:
        self._sums = np.zeros((2, 3, CONTRAST_SIZE))
        """For spoken and recorded: weight, sum and sum of squares of the deviation at each frequency."""
        self._windows = 0
        self._bandwidth_hz = SAMPLE_RATE / 2

    def add(self, spoken: np.ndarray, recorded: np.ndarray, bandwidth_hz: float) -> None:
        """Add a synthesized and a recorded window, shape (samples,)."""
        for sums, samples in zip(self._sums, (spoken, recorded), strict=True):
            spectrum = _spectrum(samples)
            power = (np.abs(spectrum) ** 2).sum(0)
            deviation = _formants(spectrum)[:, power > _LOUD_SHARE * power.max()]
            sums *= _KEPT_SHARE
            sums += np.stack([np.full(CONTRAST_SIZE, deviation.shape[1]), deviation.sum(1), (deviation**2).sum(1)])
        self._windows += 1
        self._bandwidth_hz = min(self._bandwidth_hz, bandwidth_hz)

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        return {"sums": self._sums.tolist(), "windows": self._windows, "bandwidth_hz": self._bandwidth_hz}

    def restore(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned."""
        self._sums, self._windows = np.array(state["sums"]), int(state["windows"])
        self._bandwidth_hz = float(state["bandwidth_hz"])

    def contrast(self) -> np.ndarray | None:
        """Return the missing contrast, float32 in 0..`MAX_CONTRAST`, shape (513,); None with too little data."""
        from scipy.ndimage import gaussian_filter1d

        if self._windows < _MIN_WINDOWS:
            return None
        weight, total, squares = self._sums[:, 0], self._sums[:, 1], self._sums[:, 2]
        spoken, recorded = np.sqrt(np.maximum(squares / weight - (total / weight) ** 2, 1e-6))
        frequencies_hz = np.linspace(0, SAMPLE_RATE / 2, CONTRAST_SIZE)
        missing = np.clip(recorded / spoken - 1, 0, MAX_CONTRAST)
        fade = np.clip((self._bandwidth_hz - frequencies_hz) / _FADE_HZ, 0, 1)
        return (gaussian_filter1d(missing, _SMOOTHING_BINS) * fade).astype(np.float32)


def sharpen_formants(samples: np.ndarray, contrast: np.ndarray) -> np.ndarray:
    """Add `contrast`, shape (513,), of their own deviation to the formants of 24 kHz sound; length and level stay."""
    from scipy.signal import istft

    if len(samples) < _FFT_SIZE or not np.any(samples):
        return samples
    spectrum = _spectrum(samples)
    power = (np.abs(spectrum) ** 2).sum(0)
    # From nothing in pauses to everything 4 dB above: a switch between neighbouring frames could be heard.
    loud = np.clip(np.log(power / (_LOUD_SHARE * power.max()) + 1e-12), 0, 1)
    change = np.clip(contrast[:, None] * _formants(spectrum), -_MAX_CHANGE, _MAX_CHANGE) * loud
    sharpened = istft(spectrum * np.exp(change), SAMPLE_RATE, nperseg=_FFT_SIZE, noverlap=_FFT_SIZE - _HOP_SAMPLES)[1]
    sharpened = sharpened[: len(samples)]
    level = np.sqrt(np.mean(samples.astype(np.float64) ** 2) / max(float(np.mean(sharpened**2)), 1e-12))
    return (sharpened * level).astype(np.float32)
