"""What the decoder is trained on beside `bases/spectra.py`: the untouched decoder, above the recording's bandwidth.

Kokoro's decoder repeats patterns of its own at 80 Hz, 800 Hz and 4800 Hz and their multiples; see there.
"""

from typing import TYPE_CHECKING

from voiceclone.bases import spectra
from voiceclone.bases.kokoro.model.network import CURVE_HOP_SAMPLES, SAMPLE_RATE

if TYPE_CHECKING:
    import torch

LINE_FRAME_SAMPLES = CURVE_HOP_SAMPLES
"""The decoder's slowest frames; its faster stages run at multiples of their rate."""
_FLOOR = 1e-3
_TEACHER_FFT = 1024
FULL_BAND_HZ = 11_000.0
"""A recording that holds frequencies up to here needs no teacher above them."""


def teacher_spectrum(samples: "torch.Tensor", bandwidth_hz: float) -> "torch.Tensor":
    """Return the log magnitudes above `bandwidth_hz` of what a decoder put out, (batch, bins, frames)."""
    first = int(bandwidth_hz / SAMPLE_RATE * _TEACHER_FFT)
    return (spectra.magnitudes(samples, _TEACHER_FFT)[:, first:] + _FLOOR).log()
