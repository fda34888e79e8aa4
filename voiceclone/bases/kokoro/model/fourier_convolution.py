"""Convolutions of long sounds with wide kernels, computed block by block in the frequency domain.

Overlap-save with short real Fourier transforms (Stockham, "High-speed convolution and correlation", 1966). A kernel of
11 taps takes 11 multiplications per output and pair of channels; in blocks of 32 it takes 2.9. The transforms are small
matrix products, too, for those are what processors do best, and the backward pass uses the same spectra.
"""

import math
from functools import cache
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from torch import Tensor

BLOCK = 32
"""Samples per transform. Twice as many save more multiplications, but read twice as many spectra of kernels, which
takes as long (docs/experiments/speed.md)."""
_WIDE_KERNEL = 7
"""Taps from which on this is faster than a plain convolution."""


def is_worth_it(x: "Tensor", weight: "Tensor") -> bool:
    """True where `convolve` is faster than a plain convolution: wide kernels, float32 on a processor with MKL."""
    if x.device.type != "cpu" or x.dtype != torch.float32 or torch.is_autocast_enabled("cpu"):
        return False
    return weight.shape[-1] >= _WIDE_KERNEL and torch.backends.mkl.is_available()


def convolve(x: "Tensor", weight: "Tensor", bias: "Tensor", dilation: int = 1) -> "Tensor":
    """Return what `torch.nn.functional.conv1d` returns with zeros around `x` that keep its length.

    Args:
        x: float32 (batch, channels in, samples).
        weight: float32 (channels out, channels in, taps), an odd number of taps.
        bias: float32 (channels out,).
        dilation: samples between taps.

    Returns:
        float32 (batch, channels out, samples); up to rounding (5e-6 of the largest value) a plain convolution.
    """
    return _Convolution.apply(x, weight, bias, dilation)


@cache
def _transforms() -> tuple["Tensor", "Tensor"]:
    """Return the real Fourier transform of `BLOCK` samples and its inverse as square matrices, float32.

    Rows are the real parts of the frequencies 0 .. BLOCK/2 - 1, then their imaginary parts, but for frequency 0, which
    has none: its place holds the real part of the last frequency, BLOCK/2.
    """
    samples = torch.arange(BLOCK, dtype=torch.float64)
    angles = 2 * math.pi / BLOCK * torch.arange(BLOCK // 2, dtype=torch.float64)[:, None] * samples
    real, imaginary = angles.cos(), -angles.sin()
    imaginary[0] = (math.pi * samples).cos()
    scale = torch.full((BLOCK,), 2 / BLOCK, dtype=torch.float64)
    scale[0] = scale[BLOCK // 2] = 1 / BLOCK
    forward = torch.cat([real, imaginary])
    return forward.float(), (forward.T * scale).float().contiguous()


class _Layout:
    """How a sound is cut into blocks: `hop` outputs each, one row of blocks for every phase of the dilation."""

    def __init__(self, x: "Tensor", weight: "Tensor", dilation: int) -> None:
        self.batch, _, self.samples = x.shape
        self.taps, self.dilation = weight.shape[-1], dilation
        self.hop = BLOCK - self.taps + 1
        self.blocks = -(-self.samples // (self.hop * dilation))
        self.padding = dilation * (self.taps // 2)

    def overlapping_blocks(self, x: "Tensor") -> "Tensor":
        """Return the blocks that the outputs need, (block, channels, batch * blocks * dilation)."""
        length = self.dilation * (self.blocks * self.hop + self.taps - 1)
        padded = torch.nn.functional.pad(x, (self.padding, length - self.samples - self.padding))
        batch, channels, _ = x.shape
        size = (BLOCK, channels, batch, self.blocks, self.dilation)
        strides = (self.dilation, length, channels * length, self.hop * self.dilation, 1)
        return padded.as_strided(size, strides).reshape(BLOCK, -1)

    def separate_blocks(self, y: "Tensor") -> "Tensor":
        """Return outputs cut into blocks, (hop, channels * batch * blocks * dilation)."""
        padded = torch.nn.functional.pad(y, (0, self.blocks * self.hop * self.dilation - self.samples))
        cut = padded.view(self.batch, y.shape[1], self.blocks, self.hop, self.dilation)
        return cut.permute(3, 1, 0, 2, 4).reshape(self.hop, -1)

    def joined(self, rows: "Tensor") -> "Tensor":
        """Return blocks as one sound: the inverse of `separate_blocks` before its end is cut off."""
        cut = rows.view(len(rows), -1, self.batch, self.blocks, self.dilation)
        return cut.permute(2, 1, 3, 0, 4)


def _spectral_products(one: "Tensor", other: "Tensor", conjugated: bool) -> "Tensor":
    """Return the products of matrices of spectra, frequency by frequency.

    Args:
        one: (2 frequencies, rows, inner), laid out as `_transforms` says.
        other: (2 frequencies, inner, columns).
        conjugated: whether `one` is conjugated first.
    """
    half, sign = len(one) // 2, 1 if conjugated else -1
    out = one.new_empty(len(one), one.shape[1], other.shape[2])
    (ar, ai), (br, bi) = (one[:half], one[half:]), (other[:half], other[half:])
    real, imaginary = out[:half], out[half:]
    torch.bmm(ar, br, out=real)
    real.baddbmm_(ai, bi, alpha=sign)
    torch.bmm(ar, bi, out=imaginary)
    imaginary.baddbmm_(ai, br, alpha=-sign)
    # Frequency 0 and the last one are both real and share a place.
    torch.mm(ar[0], br[0], out=real[0])
    torch.mm(ai[0], bi[0], out=imaginary[0])
    return out


class _Convolution(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: "Tensor", weight: "Tensor", bias: "Tensor", dilation: int) -> "Tensor":
        layout = _Layout(x, weight, dilation)
        forward, inverse = _transforms()
        heard = (forward @ layout.overlapping_blocks(x)).view(BLOCK, x.shape[1], -1)
        kernels = (forward[:, : layout.taps] @ weight.reshape(-1, layout.taps).T).view(BLOCK, *weight.shape[:2])
        out = _spectral_products(kernels, heard, conjugated=True)
        rows = inverse[: layout.hop] @ out.view(BLOCK, -1)
        if any(ctx.needs_input_grad[:3]):
            ctx.layout = layout
            ctx.save_for_backward(heard, kernels)
        joined = layout.joined(rows) + bias.view(-1, 1, 1, 1)
        return joined.reshape(layout.batch, len(bias), -1)[..., : layout.samples]

    @staticmethod
    def backward(ctx: Any, gradient: "Tensor") -> tuple["Tensor | None", ...]:
        layout, (heard, kernels) = ctx.layout, ctx.saved_tensors
        forward, inverse = _transforms()
        spectra = (forward[:, : layout.hop] @ layout.separate_blocks(gradient)).view(BLOCK, gradient.shape[1], -1)
        of_x = of_weight = of_bias = None
        if ctx.needs_input_grad[0]:
            products = _spectral_products(kernels.transpose(1, 2), spectra, conjugated=False)
            rows = inverse @ products.view(BLOCK, -1)
            of_x = _overlap_added(layout, rows)
        if ctx.needs_input_grad[1]:
            products = _spectral_products(spectra, heard.transpose(1, 2), conjugated=True)
            taps = (inverse[: layout.taps] @ products.view(BLOCK, -1)).view(layout.taps, *products.shape[1:])
            of_weight = taps.permute(1, 2, 0)
        if ctx.needs_input_grad[2]:
            of_bias = gradient.sum((0, 2))
        return of_x, of_weight, of_bias, None


def _overlap_added(layout: _Layout, rows: "Tensor") -> "Tensor":
    """Return the gradient of `x` from blocks (block, ...), each of which reaches into the next."""
    joined = layout.joined(rows)
    batch, channels, blocks, _, dilation = joined.shape
    reach = layout.taps - 1
    whole = rows.new_zeros(batch, channels, blocks + 1, layout.hop, dilation)
    whole[:, :, :-1].copy_(joined[:, :, :, : layout.hop])
    whole[:, :, 1:, :reach] += joined[:, :, :, layout.hop :]
    flat = whole.view(batch, channels, -1)
    return flat[..., layout.padding : layout.padding + layout.samples]
