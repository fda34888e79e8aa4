"""What the decoder is trained on: spectra close to the recording's, and none of the steady tones such losses invite.

A spectral loss without a critic is content with a decoder that fills noise with constant tones: the
constant nearest to a random magnitude is its median. Kokoro's decoder has them at hand, for every
upsampling stage repeats its own pattern: 80 Hz, 800 Hz and 4800 Hz and their multiples. Three terms keep
them out: log power on linear frequency, where a narrow line is not averaged away as in a mel band; the
untouched decoder as the teacher above the recording's own bandwidth; and `frame_rate_lines`.
Measured in docs/decisions.md, “Buzz”.
"""

from functools import cache
from typing import TYPE_CHECKING

from voiceclone.bases.kokoro.network import SAMPLE_RATE

if TYPE_CHECKING:
    import torch

MEL_BANDS = {512: 40, 1024: 80, 2048: 128}
"""FFT size -> mel bands. The lower ones keep every band at least one bin wide."""
_MEL_FLOOR = 1e-3
_LINEAR_FLOOR = 1e-3
_AVERAGED_SAMPLES = 1536
_TEACHER_FFT = 1024
FULL_BAND_HZ = 11_000.0
"""A recording that holds frequencies up to here needs no teacher above them."""
_LINE_SPACING_HZ = 80
"""Rate of the decoder's slowest frames; the faster stages run at multiples of it."""
_LINES = range(10, 150)
"""Multiples looked at: 800 Hz (below, a voice's own harmonics lie too dense) to 12 kHz."""
_LINE_MARGIN = 0.5
"""Nepers of power by which a line may stand out: chance alone gives some."""


@cache
def _window(size: int, device: str) -> "torch.Tensor":
    import torch

    return torch.hann_window(size, device=device)


@cache
def _mel_filters(size: int, device: str) -> "torch.Tensor":
    """Return mel filters, shape (bins, bands)."""
    import torchaudio

    filters = torchaudio.functional.melscale_fbanks(size // 2 + 1, 0.0, SAMPLE_RATE / 2, MEL_BANDS[size], SAMPLE_RATE)
    return filters.to(device)


def magnitudes(samples: "torch.Tensor", size: int) -> "torch.Tensor":
    """Return STFT magnitudes, shape (batch, bins, frames), hop a quarter of `size`."""
    import torch

    window = _window(size, str(samples.device))
    return torch.stft(samples, size, size // 4, window=window, return_complex=True).abs()


def _log_distance(one: "torch.Tensor", other: "torch.Tensor", floor: float) -> "torch.Tensor":
    return ((one + floor).log() - (other + floor).log()).abs().mean()


def _short_averages(magnitudes: "torch.Tensor", size: int) -> "torch.Tensor":
    """Return half the log power on linear frequency, averaged over 64 ms: a tone stays, the chance in noise goes."""
    import torch.nn.functional as functional

    frames = _AVERAGED_SAMPLES * 4 // size
    power = functional.avg_pool1d(magnitudes.square(), frames, frames // 2)
    return 0.5 * (power + _LINEAR_FLOOR**2).log()


def spectral_distance(
    spoken: "torch.Tensor", recorded: "torch.Tensor", bandwidth_hz: float, linear_weight: float = 1.0
) -> "torch.Tensor":
    """Return how far two batches of sound (batch, samples) are apart below `bandwidth_hz`.

    Per resolution: L1 of log power on linear frequency, averaged over 64 ms (the mean of the three, times
    `linear_weight`), L1 of log mel magnitudes, and 0.3 times the relative L1 of mel magnitudes, which weighs
    the loud parts.
    """
    total = spoken.new_zeros(())
    for size in MEL_BANDS:
        one, other = magnitudes(spoken, size), magnitudes(recorded, size)
        bins = int(bandwidth_hz / SAMPLE_RATE * size)
        linear = (_short_averages(one[:, :bins], size) - _short_averages(other[:, :bins], size)).abs().mean()
        total = total + linear_weight * linear / len(MEL_BANDS)
        filters = _mel_filters(size, str(spoken.device))
        inside = filters[:, (filters[bins:].sum(0) == 0) & (filters.sum(0) > 0)]
        one_mel, other_mel = one.transpose(1, 2) @ inside, other.transpose(1, 2) @ inside
        total = total + _log_distance(one_mel, other_mel, _MEL_FLOOR)
        total = total + 0.3 * (one_mel - other_mel).abs().mean() / (other_mel.mean() + 1e-4)
    return total


def teacher_spectrum(samples: "torch.Tensor", bandwidth_hz: float) -> "torch.Tensor":
    """Return the log magnitudes above `bandwidth_hz` of what a decoder put out, (batch, bins, frames)."""
    first = int(bandwidth_hz / SAMPLE_RATE * _TEACHER_FFT)
    return (magnitudes(samples, _TEACHER_FFT)[:, first:] + _LINEAR_FLOOR).log()


def frame_rate_lines(samples: "torch.Tensor") -> "torch.Tensor":
    """Return how far tones at the decoder's own frame rates stand out of their surroundings, 0 when they do not.

    A steady tone is a line in the spectrum of the whole window; its power is compared with that of the
    neighbouring bins, over the batch together.
    """
    import torch
    import torch.nn.functional as functional

    length = samples.shape[1] // (SAMPLE_RATE // _LINE_SPACING_HZ) * (SAMPLE_RATE // _LINE_SPACING_HZ)
    spacing_bins = length * _LINE_SPACING_HZ // SAMPLE_RATE
    if spacing_bins < 30:  # shorter than 0.4 s: no room for neighbours between two lines
        return samples.new_zeros(())
    spectrum = torch.fft.rfft(samples[:, :length] * _window(length, str(samples.device)))
    power = spectrum.abs().square().mean(0)
    lines = torch.tensor(_LINES, device=samples.device) * spacing_bins
    away = torch.tensor([*range(-12, -3), *range(4, 13)], device=samples.device)
    around = power[lines[:, None] + away].mean(-1)
    excess = (power[lines] + 1e-9).log() - (around + 1e-9).log()
    return functional.relu(excess - _LINE_MARGIN).square().mean()
