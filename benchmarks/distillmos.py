"""A second judge of naturalness beside DNSMOS, with other blind spots: DistillMOS, 1 to 5.

Stahl and Gamper, “Distillation and Pruning for Scalable Self-Supervised Representation-Based Speech Quality
Assessment”, 2025; network and weights out of the PyPI packages `distillmos` and `xls-r-sqa` (both MIT), which are not
installed. The large networks that the latter can fetch are not used.
"""

import importlib
import sys
from functools import cache
from typing import TYPE_CHECKING

from benchmarks import fetched
from voiceclone.audio.sound import Audio, resample

if TYPE_CHECKING:
    import torch

_PACKAGE, _PARTS_PACKAGE = "distillmos==0.9.1", "xls-r-sqa==0.1.0"
_WEIGHTS = "distillmos/weights/distill_mos_v7.pt"
_SHA256 = {
    "distillmos/__init__.py": "f87b7e71a31c08a53bd5c7a43c4dafd7596a2b556b1b326102fa5770501f85d7",
    "distillmos/sqa.py": "48cf76e7ffd1c55cb62fff36feba46f58be1878a8d0644bf5fc350c7af323ece",
    _WEIGHTS: "b18b3ac60227267cfb91e5d00ce22cc7b73716fd92f269484da1446e27031a40",
}
_PARTS_SHA256 = {
    "xls_r_sqa/__init__.py": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "xls_r_sqa/config.py": "615ee25e1ee204a4dd2abaf6c5d7f2a968e0b585e8dcac9dc1d5ae173e275858",
    "xls_r_sqa/pool_att_ff.py": "977cf729eb7ba53ccf7b52b276f4bdecc1d931eb3175fd8e7a2f8e91281203be",
    "xls_r_sqa/sqa_model.py": "3c3cbe8b1d35976dd060759bfc7e11250f896a93eff20056443e3b2ff7201ff5",
    "xls_r_sqa/transformer_wrapper.py": "1f2a645e4d419b23f161c1d27a277ae343a174ce9edd92ad4b544dcd5c2ae4ac",
}
_RATE = 16_000


def distillmos(audio: Audio) -> float:
    """Return the naturalness of a recording, 1 (bad) to 5 (excellent); shorter than 7.7 s it gets silence behind it."""
    import torch

    with torch.inference_mode():
        return float(_network()(torch.from_numpy(resample(audio, _RATE).samples)[None]))


@cache
def _network() -> "torch.nn.Module":
    import torch

    folder = fetched.folder_of(_PACKAGE, _SHA256, "distillmos")
    parts = fetched.folder_of(_PARTS_PACKAGE, _PARTS_SHA256, "distillmos")
    assert parts == folder
    sys.path.insert(0, str(folder))
    try:
        network = importlib.import_module("distillmos.sqa").ConvTransformerSQAModel(load_weights=False)
    finally:
        sys.path.remove(str(folder))
    network.load_state_dict(torch.load(folder / _WEIGHTS, map_location="cpu", weights_only=True)["model"])
    return network.eval().requires_grad_(False)
