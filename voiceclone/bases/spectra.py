"""Training losses of speaking networks: spectral distance, and steady tones that a decoder produces.

A spectral loss without a critic is content with a decoder that fills noise, and even voices, with constant tones: the
constant nearest to a random magnitude is its median. Decoders have them at hand, for every upsampling stage repeats
its own pattern, at the rate of its frames and multiples of it. Two terms keep them out: log power on linear frequency,
where a narrow line is not averaged away as in a mel band, and `frame_rate_lines`. See docs/decisions/0035.
"""

import math
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

MEL_BANDS = {512: 40, 1024: 80, 2048: 128}
"""FFT size -> mel bands. The lower ones keep every band at least one bin wide."""
_MEL_FLOOR = 1e-3
_LINEAR_FLOOR = 1e-3
_AVERAGED_SAMPLES = 1536
_LINES_FROM_HZ = 800.0
"""Lowest frequency searched for lines; below, the harmonics of a voice are too dense."""
_LINE_MARGIN = 0.5
"""Nepers of power by which a line may stand out by chance."""
_FEWEST_FRAMES = 30
"""In a shorter sound two lines leave no room for neighbours between them."""


@cache
def _window(size: int, device: str) -> "torch.Tensor":
    import torch

    return torch.hann_window(size, device=device)


@cache
def _mel_filters(size: int, sample_rate: int, device: str) -> "torch.Tensor":
    """Return mel filters, shape (bins, bands)."""
    import torchaudio

    filters = torchaudio.functional.melscale_fbanks(size // 2 + 1, 0.0, sample_rate / 2, MEL_BANDS[size], sample_rate)
    return filters.to(device)


def magnitudes(samples: "torch.Tensor", size: int) -> "torch.Tensor":
    """Return STFT magnitudes, shape (batch, bins, frames), hop a quarter of `size`."""
    import torch

    window = _window(size, str(samples.device))
    return torch.stft(samples, size, size // 4, window=window, return_complex=True).abs()


def _log_distance(one: "torch.Tensor", other: "torch.Tensor", floor: float) -> "torch.Tensor":
    return ((one + floor).log() - (other + floor).log()).abs().mean()


def _short_averages(magnitudes: "torch.Tensor", size: int) -> "torch.Tensor":
    """Return half the log power on linear frequency, averaged over 64 ms: tones stay, random noise averages out."""
    import torch.nn.functional as functional

    frames = _AVERAGED_SAMPLES * 4 // size
    power = functional.avg_pool1d(magnitudes.square(), frames, frames // 2)
    return 0.5 * (power + _LINEAR_FLOOR**2).log()


def spectral_distance(
    spoken: "torch.Tensor",
    recorded: "torch.Tensor",
    sample_rate: int,
    bandwidth_hz: float,
    linear_weight: float = 1.0,
) -> "torch.Tensor":
    """Return the spectral distance of two batches of sound (batch, samples) below `bandwidth_hz`.

    Per resolution: L1 of log power on linear frequency, averaged over 64 ms (the mean of the three, times
    `linear_weight`), L1 of log mel magnitudes, and 0.3 times the relative L1 of mel magnitudes, which weighs
    the loud parts.
    """
    total = spoken.new_zeros(())
    for size in MEL_BANDS:
        one, other = magnitudes(spoken, size), magnitudes(recorded, size)
        bins = int(bandwidth_hz / sample_rate * size)
        linear = (_short_averages(one[:, :bins], size) - _short_averages(other[:, :bins], size)).abs().mean()
        total = total + linear_weight * linear / len(MEL_BANDS)
        filters = _mel_filters(size, sample_rate, str(spoken.device))
        inside = filters[:, (filters[bins:].sum(0) == 0) & (filters.sum(0) > 0)]
        one_mel, other_mel = one.transpose(1, 2) @ inside, other.transpose(1, 2) @ inside
        total = total + _log_distance(one_mel, other_mel, _MEL_FLOOR)
        total = total + 0.3 * (one_mel - other_mel).abs().mean() / (other_mel.mean() + 1e-4)
    return total


def frame_rate_lines(samples: "torch.Tensor", sample_rate: int, frame_samples: int) -> "torch.Tensor":
    """Return how far tones at multiples of a decoder's frame rate stand out from neighbouring frequencies.

    A steady tone is a line in the spectrum of the whole window; its power is compared with that of the
    neighbouring bins, over the batch together. 0 when none stands out, and for less than 30 frames.

    Args:
        samples: float32, shape (batch, samples).
        sample_rate: of the sound.
        frame_samples: length of the decoder's slowest frames.
    """
    import torch
    import torch.nn.functional as functional

    frames = samples.shape[1] // frame_samples
    if frames < _FEWEST_FRAMES:
        return samples.new_zeros(())
    length = frames * frame_samples  # whole frames, so that each line falls on a bin: every `frames` bins there is one
    spectrum = torch.fft.rfft(samples[:, :length] * _window(length, str(samples.device)))
    power = spectrum.abs().square().mean(0)
    numbers = range(math.ceil(_LINES_FROM_HZ * frame_samples / sample_rate), (frame_samples + 1) // 2)
    lines = torch.tensor(numbers, device=samples.device) * frames
    away = torch.tensor([*range(-12, -3), *range(4, 13)], device=samples.device)
    around = power[lines[:, None] + away].mean(-1)
    excess = (power[lines] + 1e-9).log() - (around + 1e-9).log()
    return functional.relu(excess - _LINE_MARGIN).square().mean()
