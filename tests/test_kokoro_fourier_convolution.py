"""Convolutions in the frequency domain give what plain ones give, forwards and backwards."""

import pytest
import torch

from voiceclone.bases.kokoro.model import fourier_convolution


def plain(x, weight, bias, dilation):
    padding = dilation * (weight.shape[-1] // 2)
    return torch.nn.functional.conv1d(x, weight, bias, padding=padding, dilation=dilation)


def made(batch: int, channels_in: int, channels_out: int, samples: int, taps: int) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(taps + samples)
    shapes = ((batch, channels_in, samples), (channels_out, channels_in, taps), (channels_out,))
    return [torch.randn(shape, generator=generator).requires_grad_() for shape in shapes]


@pytest.mark.parametrize("dilation", [1, 3, 5])
@pytest.mark.parametrize("taps", [3, 7, 11])
@pytest.mark.parametrize(("batch", "samples"), [(1, 500), (3, 97), (1, 1), (1, 26)])
def test_values_and_gradients_are_those_of_a_plain_convolution(taps, dilation, batch, samples):
    inputs = made(batch, 6, 5, samples, taps)
    spoken, wanted = fourier_convolution.convolve(*inputs, dilation), plain(*inputs, dilation)
    assert spoken.shape == wanted.shape
    torch.testing.assert_close(spoken, wanted, rtol=1e-4, atol=1e-4)
    direction = torch.randn(wanted.shape, generator=torch.Generator().manual_seed(1))
    found = torch.autograd.grad(spoken, inputs, direction)
    for gradient, other in zip(found, torch.autograd.grad(wanted, inputs, direction), strict=True):
        torch.testing.assert_close(gradient, other, rtol=1e-4, atol=1e-3)


def test_frozen_weights_get_no_gradient_and_the_sound_still_does():
    x, weight, bias = made(1, 4, 4, 200, 7)
    weight, bias = weight.detach(), bias.detach()
    (found,) = torch.autograd.grad(fourier_convolution.convolve(x, weight, bias, 3).square().sum(), x)
    (wanted,) = torch.autograd.grad(plain(x, weight, bias, 3).square().sum(), x)
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-2)


def test_the_error_is_that_of_rounding():
    inputs = made(1, 128, 128, 1_000, 11)
    exact = plain(*(one.double() for one in inputs), 5)
    error = (fourier_convolution.convolve(*inputs, 5) - exact).abs().max() / exact.abs().max()
    assert error < 5e-6


@pytest.mark.parametrize(
    ("taps", "kind", "worth"), [(7, torch.float32, True), (3, torch.float32, False), (11, torch.bfloat16, False)]
)
def test_only_wide_kernels_in_float32_are_worth_it(taps, kind, worth):
    x, weight, _ = made(1, 2, 2, 50, taps)
    assert fourier_convolution.is_worth_it(x.to(kind), weight.to(kind)) == (worth and torch.backends.mkl.is_available())


def test_autocast_keeps_its_own_convolutions():
    x, weight, _ = made(1, 2, 2, 50, 11)
    with torch.autocast("cpu", torch.bfloat16):
        assert not fourier_convolution.is_worth_it(x, weight)
