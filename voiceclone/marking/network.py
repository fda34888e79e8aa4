"""The networks of `resemble-perth` 1.0.1 (Resemble AI, MIT): one draws the watermark, the other looks for it.

Only the weights of the wheel are used. Its own code needs `pkg_resources`, librosa and torchaudio, which it does not
ask for, and becomes `None` without a word where one of them is missing; speech would then leave unmarked. The layers
below are its layers, and `tests/test_marking_watermark.py` compares both.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from voiceclone.errors import BaseModelError

if TYPE_CHECKING:
    import torch

RATE = 32_000
"""Hertz. This and the next four: `hparams.yaml` in the wheel."""
FFT_SIZE = 2048
HOP_SAMPLES = 320
BINS = 128
"""Below 2,000 Hz: only there the watermark lies."""
LOWEST_BIN = 20
"""From 312 Hz on. Below, our marks change nothing: there the pattern costs most likeness and naturalness, telephones
take it away, and cleaning makes real speech look marked (docs/marking.md)."""
HEARD_FROM_BIN = 10
"""From 156 Hz on. Bins below are emptied by cleaning and by telephones, which looks like a mark."""
SMALLEST_MAGNITUDE = 1e-9
LEVELS_DB = 195.0
"""What is one for the networks: from `SMALLEST_MAGNITUDE` (-180 dB) to 15 dB above 1."""
HEARD_SHARE = 0.05
"""Frames with less than this share of the loudest frame's levels are digital silence, and hold no mark."""
SPEEDS = {"slow": 1.25, "normal": 1.0, "fast": 0.75}
"""The one that looks does so at three speeds and weighs them; values are how much longer it makes the sound."""
_WEIGHTS = "perth_net/pretrained/implicit/perth_net_250000.pth.tar"
_CONVOLUTIONS = 7
_FILLED_FROM = 8
"""Bins whose mean stands in for those left out."""


class Spectrum(NamedTuple):
    """Short-time spectrum of one sound at `RATE`."""

    values: "torch.Tensor"
    """complex64, shape (bins, frames); all bins, of which the networks see the first `BINS`."""
    levels: "torch.Tensor"
    """float32, shape (bins, frames): logarithmic magnitudes, 0 at -180 dB and 1 at 15 dB."""
    heard: "torch.Tensor"
    """float32, shape (frames,): 0 in digital silence, otherwise 1."""


def spectrum_of(samples: "torch.Tensor") -> Spectrum:
    """Return the spectrum of float32 samples at `RATE`, shape (samples,), longer than half a window."""
    import torch

    values = torch.stft(samples, FFT_SIZE, HOP_SAMPLES, window=torch.hann_window(FFT_SIZE), return_complex=True)
    levels = (20 * torch.log10(values.abs().clip(SMALLEST_MAGNITUDE)) + 180) / LEVELS_DB
    loudness = levels.sum(dim=0)
    return Spectrum(values, levels, (loudness > HEARD_SHARE * loudness.max()).float())


def sound_of(values: "torch.Tensor", length: int) -> "torch.Tensor":
    """Return the sound of a complex spectrum, float32, shape (length,)."""
    import torch

    return torch.istft(values, FFT_SIZE, HOP_SAMPLES, window=torch.hann_window(FFT_SIZE), length=length)


def drawn_gains_db(spectrum: Spectrum) -> "torch.Tensor":
    """Return the watermark: by how much each of the first `BINS` bins is raised or lowered, decibels.

    Nothing below `LOWEST_BIN`.
    """
    drawn = _convolved("encoder.layers", spectrum.levels[None, :BINS])[0] * spectrum.heard * LEVELS_DB
    drawn[:LOWEST_BIN] = 0
    return drawn


def without_lowest(spectrum: Spectrum) -> Spectrum:
    """Return a spectrum whose bins below `HEARD_FROM_BIN`, which hold no mark of ours, look like those above."""
    levels = spectrum.levels.clone()
    levels[:HEARD_FROM_BIN] = levels[HEARD_FROM_BIN : HEARD_FROM_BIN + _FILLED_FROM].mean(dim=0)
    return spectrum._replace(levels=levels)


def confidence(spectrum: Spectrum) -> float:
    """Return how marked a sound looks: about 1 with the watermark, about 0 without; NaN for digital silence."""
    import torch
    from torch.nn.functional import interpolate

    seen, heard = spectrum.levels[None, :BINS], spectrum.heard[None, None]
    frames = seen.shape[2]
    weights, marks = [], []
    for name, longer in SPEEDS.items():
        moved = seen
        if longer != 1.0:
            moved = interpolate(seen, size=int(frames * longer), mode="linear", align_corners=True)
        found = _convolved(f"decoder.{name}_layers", moved)
        mask = interpolate(heard, size=found.shape[2], mode="nearest")
        means = (found * mask).sum(dim=2) / mask.sum(dim=2)
        weights.append(means[0, 0])
        marks.append(means[0, 1])
    return float((torch.softmax(torch.stack(weights), dim=0) * torch.stack(marks)).sum())


def _convolved(name: str, values: "torch.Tensor") -> "torch.Tensor":
    """Run one stack of convolutions on (1, channels, frames)."""
    from torch.nn.functional import conv1d, leaky_relu

    weights = _weights()
    for number in range(_CONVOLUTIONS):
        kernel = weights[f"{name}.{number}.conv.weight"]
        values = conv1d(values, kernel, weights[f"{name}.{number}.conv.bias"], padding=kernel.shape[2] // 2)
        if number < _CONVOLUTIONS - 1:
            values = leaky_relu(values, 0.01)
    return values


@cache
def _weights() -> "dict[str, torch.Tensor]":
    """Load the weights once per process.

    Raises:
        BaseModelError: the package is missing or not the one that is expected.
    """
    import torch

    # The name is looked up, not imported: see above.
    package = find_spec("perth")
    folders = (package.submodule_search_locations or ()) if package is not None else ()
    path = next((found for folder in folders if (found := Path(folder) / _WEIGHTS).is_file()), None)
    if path is None:
        raise BaseModelError(
            "The part that marks speech (resemble-perth 1.0.1) is not installed, so no speech can be given out. "
            "Run “make setup”, then try again."
        )
    return dict(torch.load(path, map_location="cpu", weights_only=True)["model"])
