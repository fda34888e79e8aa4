"""Naturalness without ears: DNSMOS (Reddy et al., 2021), overall score 1..5, from the models in `speechmos`."""

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone.audio import Audio, resample

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_DNSMOS_RATE = 16_000
_WINDOW_SAMPLES = 144_160
"""9.01 s, what the network takes."""
_OVERALL_CURVE = (-0.06766283, 1.11546468, 0.04602535)
"""From the network's output to a score, highest power first; as in `speechmos` and Microsoft's own script."""


def dnsmos_overall(audio: Audio) -> float:
    """Return DNSMOS OVRL, 1 (bad) to 5 (excellent); clean studio speech reaches about 3.3."""
    import numpy as np
    from speechmos import dnsmos

    samples = np.clip(resample(audio, _DNSMOS_RATE).samples, -1.0, 1.0)
    return float(dnsmos.run(samples, sr=_DNSMOS_RATE)["ovrl_mos"])


def dnsmos_of_one_window(audio: Audio) -> float:
    """Return DNSMOS OVRL of the first nine seconds, shorter sound repeated; for comparing two versions of one clip.

    A tenth of the time of `dnsmos_overall`, which moves its window in steps of a second and runs a second network.
    """
    import numpy as np

    samples = np.clip(resample(audio, _DNSMOS_RATE).samples, -1.0, 1.0)
    window = np.resize(samples, _WINDOW_SAMPLES).astype(np.float32)[None]
    overall = _network().run(None, {"input_1": window})[0][0][2]
    return float(np.polyval(_OVERALL_CURVE, overall))


@functools.lru_cache(maxsize=1)
def _network() -> "InferenceSession":
    import onnxruntime
    import speechmos

    file = Path(speechmos.__file__).parent / "dnsmos_models" / "sig_bak_ovr.onnx"
    return onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
