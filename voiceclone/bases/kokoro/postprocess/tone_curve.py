"""Tone curve of a voice: an equaliser that gives synthesized sound the spectral balance of the recordings.

The training losses compare logarithms, and their best answer to a noisy spectrum is its median: the average
power of what is spoken stays 1 to 5 dB below the recordings', most where speech is noise. The difference,
measured in training windows where both say the same, is taken out by half by a filter of 43 ms
(docs/decisions/0045).
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from voiceclone.bases.kokoro.model.network import SAMPLE_RATE

if TYPE_CHECKING:
    import torch

TONE_CURVE = "tone_curve"
"""Tensor name in a voice file: gains in dB, float32, shape (513,), from 0 Hz to 12 kHz."""
CURVE_SIZE = 513
_FFT_SIZE = 2 * (CURVE_SIZE - 1)
_BIN_HZ = SAMPLE_RATE / _FFT_SIZE
MAX_GAIN_DB = 6.0
"""More would raise the hiss between words with it."""
TAKEN_SHARE = 0.5
"""Share of the measured difference to correct. Half gave similarity .905 / .906 / .911 on three voices, the whole
.903 / .904 / .907, nothing .901 / .905 / .911: unseen sentences want less of it than the windows it is measured in."""
_SMOOTHING_BINS = 15
"""350 Hz: wider than a voice's harmonics, narrower than a formant."""
_FADE_HZ = 700.0
"""Above the recordings' bandwidth the curve goes back to 0 dB over so much."""
_LOUD_SHARE = 3e-3
"""Frames of less power than this share (-25 dB) of the window's loudest are pauses."""
_KEPT_SHARE = 0.98
"""Decay per window: about the last fifty count, when the voice hardly changes any more."""
_MIN_WINDOWS = 20


class ToneCurveStatistics:
    """Compares average spectra of synthesized and recorded sound over the latest training windows."""

    def __init__(self) -> None:
        self._spoken = np.zeros(CURVE_SIZE)
        self._recorded = np.zeros(CURVE_SIZE)
        self._windows = 0
        self._bandwidth_hz = SAMPLE_RATE / 2

    def add(self, spoken: "torch.Tensor", recorded: "torch.Tensor", bandwidth_hz: float) -> None:
        """Add a synthesized and a recorded batch of windows, (batch, samples)."""
        from voiceclone.bases.spectra import magnitudes

        one, other = (magnitudes(sound.detach(), _FFT_SIZE).square() for sound in (spoken, recorded))
        frame_power = other.sum(1, keepdim=True)
        loud = (frame_power > _LOUD_SHARE * frame_power.amax(2, keepdim=True)).float()
        for total, power in ((self._spoken, one), (self._recorded, other)):
            total *= _KEPT_SHARE
            total += (power * loud).sum((0, 2)).double().cpu().numpy()
        self._windows += 1
        self._bandwidth_hz = min(self._bandwidth_hz, bandwidth_hz)

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        return {
            "spoken": self._spoken.tolist(),
            "recorded": self._recorded.tolist(),
            "windows": self._windows,
            "bandwidth_hz": self._bandwidth_hz,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned."""
        self._spoken, self._recorded = np.array(state["spoken"]), np.array(state["recorded"])
        self._windows, self._bandwidth_hz = int(state["windows"]), float(state["bandwidth_hz"])

    def curve_db(self) -> np.ndarray | None:
        """Return the gains in dB, float32, shape (513,); None with too little data."""
        if self._windows < _MIN_WINDOWS:
            return None
        wanted_db = 10 * np.log10((self._recorded + 1e-9) / (self._spoken + 1e-9))
        frequencies_hz = np.arange(CURVE_SIZE) * _BIN_HZ
        top = min(CURVE_SIZE - 1, int(self._bandwidth_hz / _BIN_HZ))
        fade = np.clip(1 - (frequencies_hz - top * _BIN_HZ) / _FADE_HZ, 0, 1)
        wanted_db[top:] = wanted_db[max(0, top - _SMOOTHING_BINS) : top].mean() * fade[top:]
        kernel = np.hanning(_SMOOTHING_BINS + 2)
        smooth_db = np.convolve(
            np.pad(wanted_db, (_SMOOTHING_BINS + 1) // 2, mode="edge"), kernel / kernel.sum(), "valid"
        )
        return np.clip(TAKEN_SHARE * smooth_db, -MAX_GAIN_DB, MAX_GAIN_DB).astype(np.float32)


def apply_tone_curve(samples: np.ndarray, curve_db: np.ndarray) -> np.ndarray:
    """Filter 24 kHz sound with a linear-phase filter of `curve_db`, shape (513,); length and timing stay."""
    from scipy.signal import fftconvolve

    impulse = np.fft.fftshift(np.fft.irfft(10 ** (curve_db.astype(np.float64) / 20)))
    impulse = np.append(impulse, impulse[0]) * np.hanning(_FFT_SIZE + 1)
    return fftconvolve(samples, impulse, mode="same").astype(np.float32)
