"""Naturalness without ears: DNSMOS (Reddy et al., 2021), overall score 1..5, from the models in `speechmos`."""

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone.audio.sound import Audio, resample

if TYPE_CHECKING:
    import numpy as np
    from onnxruntime import InferenceSession

_DNSMOS_RATE = 16_000
_WINDOW_SAMPLES = 144_160
"""9.01 s, what the network takes."""
_HOP_SAMPLES = 160
_SHORTEST_SAMPLES = 16_000
"""Its pooling needs some frames; shorter sound gets silence behind it."""
_OVERALL_CURVE = (-0.06766283, 1.11546468, 0.04602535)
"""From the network's output to a score, highest power first; as in `speechmos` and Microsoft's own script."""


def dnsmos_overall(audio: Audio) -> float:
    """Return DNSMOS OVRL, 1 (bad) to 5 (excellent); clean studio speech reaches about 3.3."""
    import numpy as np
    from speechmos import dnsmos

    samples = np.clip(resample(audio, _DNSMOS_RATE).samples, -1.0, 1.0)
    return float(dnsmos.run(samples, sr=_DNSMOS_RATE)["ovrl_mos"])


def dnsmos_of_sentence(audio: Audio) -> float:
    """Return DNSMOS OVRL of a spoken sentence.

    As `dnsmos_overall` for sound longer than its window of nine seconds, of which the window is moved in steps of one
    second. Shorter sound is repeated to fill one window, where `speechmos` takes further windows of the repetition.
    """
    samples = _samples_of(audio)
    last = max(0, len(samples) - _WINDOW_SAMPLES)
    scores = [_window_score(samples[first:]) for first in range(0, last + 1, _DNSMOS_RATE)]
    return sum(scores) / len(scores)


def dnsmos_of_one_window(audio: Audio) -> float:
    """Return DNSMOS OVRL of the first nine seconds, shorter sound repeated; for comparing two versions of one clip.

    A tenth of the time of `dnsmos_overall`, which moves its window in steps of a second and runs a second network.
    """
    return _window_score(_samples_of(audio))


def _samples_of(audio: Audio) -> "np.ndarray":
    import numpy as np

    samples: np.ndarray = np.clip(resample(audio, _DNSMOS_RATE).samples, -1.0, 1.0)
    return samples


def _window_score(samples: "np.ndarray") -> float:
    """Return the score of the first window of some samples, which are repeated where they are shorter."""
    import numpy as np

    window = np.resize(samples[:_WINDOW_SAMPLES], _WINDOW_SAMPLES).astype(np.float32)[None]
    overall = _network().run(None, {"input_1": window})[0][0][2]
    return float(np.polyval(_OVERALL_CURVE, overall))


def dnsmos_unrepeated(audio: Audio) -> float:
    """Return DNSMOS OVRL of a clip of at most nine seconds as it is, not repeated until the window is full.

    The network takes the maximum over time of what it finds, so a clip that is heard once needs a share of the time.
    Between two versions of a clip it says nearly what the whole window says (correlation 0.89, docs/cleaning.md); its
    figures are up to 0.4 off those that others publish, so they are never shown.
    """
    import numpy as np

    samples = np.clip(resample(audio, _DNSMOS_RATE).samples[:_WINDOW_SAMPLES], -1.0, 1.0)
    padding = -len(samples) % _HOP_SAMPLES + (_SHORTEST_SAMPLES if len(samples) < _SHORTEST_SAMPLES else 0)
    window = np.pad(samples, (0, padding)).astype(np.float32)[None]
    overall = _network_of_any_length().run(None, {"input_1": window})[0][0][2]
    return float(np.polyval(_OVERALL_CURVE, overall))


@functools.lru_cache(maxsize=1)
def _network() -> "InferenceSession":
    import onnxruntime

    return onnxruntime.InferenceSession(_network_file(), providers=["CPUExecutionProvider"])


@functools.lru_cache(maxsize=1)
def _network_of_any_length() -> "InferenceSession":
    """Return the same network with the three places put right where nine seconds are written into it."""
    import numpy as np
    import onnx
    import onnxruntime

    model = onnx.load(_network_file())
    constants = {tensor.name: tensor for tensor in model.graph.initializer}

    def put(name: str, values: list[int]) -> None:
        constants[name].CopyFrom(onnx.numpy_helper.from_array(np.array(values, np.int64), name))

    first_slice = next(node for node in model.graph.node if node.op_type == "Slice")
    put(first_slice.input[2], [2**62, -_HOP_SAMPLES])  # all but the last hop, where it said the first 900
    for node in model.graph.node:
        if node.op_type == "Reshape":
            put(node.input[1], [1, -1, _HOP_SAMPLES])
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_param = "samples"
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def _network_file() -> Path:
    import speechmos

    return Path(speechmos.__file__).parent / "dnsmos_models" / "sig_bak_ovr.onnx"
