"""CAM++, the speaker encoder that the speaker loss asks: a vector of 192 numbers that says whose voice a recording is.

Wang and others, “CAM++: A Fast and Efficient Network for Speaker Verification Using Context-Aware Masking”, 2023.
The weights are those of 3D-Speaker's `speech_campplus_sv_zh_en_16k-common_advanced` (Apache-2.0), trained on 200,000
speakers; `tools/make_campplus.py` made the files. It judges nothing that people see: what a training follows cannot
tell how good its voice is.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import torch

    Weights: TypeAlias = "dict[str, torch.Tensor]"

SAMPLE_RATE = 16_000
EMBEDDING_SIZE = 192
WEIGHTS_FILES = tuple(Path(__file__).with_name(f"campplus_{part}.safetensors") for part in (1, 2))
"""Most matrices as int8 with a float16 scale for each row (`NAME` and `NAME.scale`), the rest as float16."""

_MEL_BANDS = 80
_WINDOW_SAMPLES, _HOP_SAMPLES, _FFT_SIZE = 400, 160, 512
_PREEMPHASIS = 0.97
_LOWEST_HZ = 20.0
_BLOCKS = ((12, 1), (24, 2), (16, 2))
"""Layers of each block, and the dilation of their convolutions."""
_SEGMENT_FRAMES = 100
"""What the mask of a layer sees besides the whole: 2 s."""


def embed(samples: "torch.Tensor") -> "torch.Tensor":
    """Return the embedding of a sound: float32, shape (192,), of length 1; gradients pass through to the sound.

    Args:
        samples: float32 at `SAMPLE_RATE`, shape (samples,), at least 0.1 s; silences are heard, too.
    """
    import torch

    bands = _mel_bands(samples)
    return torch.nn.functional.normalize(run(_weights(), (bands - bands.mean(0)).T[None]), dim=1)[0]


def vector(samples: np.ndarray) -> np.ndarray:
    """Return the embedding of mono float32 samples at `SAMPLE_RATE`, shape (192,)."""
    import torch

    with torch.no_grad():
        return embed(torch.from_numpy(samples)).numpy()


def run(weights: "Weights", bands: "torch.Tensor") -> "torch.Tensor":
    """Run the network: log mel bands less their mean (batch, 80, frames) -> vectors (batch, 192), not of length 1.

    Args:
        weights: by 3D-Speaker's names, each batch norm as a factor (`NAME.factor`) and a shift (`NAME.shift`).
        bands: 25 ms windows, 10 ms apart.
    """
    import torch
    import torch.nn.functional as functional

    def norm(name: str, x: "torch.Tensor") -> "torch.Tensor":
        shape = (1, -1) + (1,) * (x.dim() - 2)
        return x * weights[f"{name}.factor"].view(shape) + weights[f"{name}.shift"].view(shape)

    def residual(name: str, x: "torch.Tensor", stride: int) -> "torch.Tensor":
        out = functional.conv2d(x, weights[f"{name}.conv1.weight"], stride=(stride, 1), padding=1)
        out = functional.conv2d(norm(f"{name}.bn1", out).relu(), weights[f"{name}.conv2.weight"], padding=1)
        out = norm(f"{name}.bn2", out)
        if stride > 1:
            x = functional.conv2d(x, weights[f"{name}.shortcut.0.weight"], stride=(stride, 1))
            x = norm(f"{name}.shortcut.1", x)
        return (out + x).relu()

    def masked(name: str, x: "torch.Tensor", dilation: int) -> "torch.Tensor":
        """A convolution whose channels are weighted by what the whole and the nearby 2 s contain."""
        local = functional.conv1d(x, weights[f"{name}.linear_local.weight"], padding=dilation, dilation=dilation)
        nearby = functional.avg_pool1d(x, _SEGMENT_FRAMES, _SEGMENT_FRAMES, ceil_mode=True)
        context = x.mean(-1, keepdim=True) + nearby.repeat_interleave(_SEGMENT_FRAMES, -1)[..., : x.shape[-1]]
        for number in (1, 2):
            layer = f"{name}.linear{number}"
            context = functional.conv1d(context, weights[f"{layer}.weight"], weights[f"{layer}.bias"])
            context = context.relu() if number == 1 else context.sigmoid()
        return local * context

    def dense(name: str, x: "torch.Tensor", dilation: int) -> "torch.Tensor":
        inner = functional.conv1d(norm(f"{name}.nonlinear1.batchnorm", x).relu(), weights[f"{name}.linear1.weight"])
        inner = norm(f"{name}.nonlinear2.batchnorm", inner).relu()
        return torch.cat([x, masked(f"{name}.cam_layer", inner, dilation)], dim=1)

    x = functional.conv2d(bands[:, None], weights["head.conv1.weight"], padding=1)
    x = norm("head.bn1", x).relu()
    for layer in ("head.layer1", "head.layer2"):
        x = residual(f"{layer}.1", residual(f"{layer}.0", x, 2), 1)
    x = functional.conv2d(x, weights["head.conv2.weight"], stride=(2, 1), padding=1)
    x = norm("head.bn2", x).relu().flatten(1, 2)

    x = functional.conv1d(x, weights["xvector.tdnn.linear.weight"], stride=2, padding=2)
    x = norm("xvector.tdnn.nonlinear.batchnorm", x).relu()
    for number, (layers, dilation) in enumerate(_BLOCKS, start=1):
        for layer_number in range(1, layers + 1):
            x = dense(f"xvector.block{number}.tdnnd{layer_number}", x, dilation)
        x = norm(f"xvector.transit{number}.nonlinear.batchnorm", x).relu()
        x = functional.conv1d(x, weights[f"xvector.transit{number}.linear.weight"])
    x = norm("xvector.out_nonlinear.batchnorm", x).relu()
    statistics = torch.cat([x.mean(-1), x.std(-1)], dim=1)[..., None]
    vectors = functional.conv1d(statistics, weights["xvector.dense.linear.weight"])
    return norm("xvector.dense.nonlinear.batchnorm", vectors)[..., 0]


def _mel_bands(samples: "torch.Tensor") -> "torch.Tensor":
    """Return log mel bands (frames, 80) as Kaldi computes them.

    torchaudio's `fbank` gives the same numbers, and no gradients once torchaudio was first imported in inference mode.
    """
    import torch

    frames = samples.unfold(0, _WINDOW_SAMPLES, _HOP_SAMPLES)
    frames = frames - frames.mean(1, keepdim=True)
    frames = frames - _PREEMPHASIS * torch.cat([frames[:, :1], frames[:, :-1]], dim=1)
    spectrum = torch.fft.rfft(frames * torch.hann_window(_WINDOW_SAMPLES, periodic=False) ** 0.85, _FFT_SIZE)
    power = spectrum.real.square() + spectrum.imag.square()
    return (power @ _mel_filters()).clamp_min(torch.finfo(torch.float32).eps).log()


@cache
def _mel_filters() -> "torch.Tensor":
    import torch
    from torchaudio.compliance.kaldi import get_mel_banks

    with torch.inference_mode(False):  # kept, and gradients may have to pass through it later
        filters, _ = get_mel_banks(_MEL_BANDS, _FFT_SIZE, SAMPLE_RATE, _LOWEST_HZ, 0.0, 100.0, -500.0, 1.0)
        return torch.nn.functional.pad(filters, (0, 1)).T


@cache
def _weights() -> "Weights":
    import torch
    from safetensors.torch import load_file

    with torch.inference_mode(False):  # kept, and gradients may have to pass through it later
        stored = {name: value for path in WEIGHTS_FILES for name, value in load_file(path).items()}
        return {
            name: value.float() * stored[f"{name}.scale"].float() if f"{name}.scale" in stored else value.float()
            for name, value in stored.items()
            if not name.endswith(".scale")
        }
