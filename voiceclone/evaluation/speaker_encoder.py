"""The speaker encoder: one vector of 256 numbers that says whose voice a recording is.

The network, its weights and its preparation of sound are those of Resemblyzer 0.1.4 (Resemble AI, Apache-2.0), a
three-layer LSTM of 1.4 million parameters trained with the loss of Wan and others, “Generalized End-to-End Loss for
Speaker Verification”, 2018. They are carried here because the package itself asks for webrtcvad, which has to be
compiled, and keeps its weights as a pickle. `benchmarks/speaker_encoder.py` compares this module with it,
`tools/make_speaker_encoder.py` made the weights' file.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

SAMPLE_RATE = 16_000
EMBEDDING_SIZE = 256
WEIGHTS_FILE = Path(__file__).with_name("speaker_encoder.safetensors")
"""The state of `_network()` in half precision; read as float32."""

_HIDDEN_SIZE = 256
_LAYERS = 3
_MEL_BANDS = 40
_FFT_SIZE = 400
_HOP_SIZE = 160

_WINDOW_FRAMES = 160
"""The network hears 1.6 s at a time."""
_STEP_FRAMES = 77
"""From one window to the next: 1.3 windows a second."""
_LEAST_COVERAGE = 0.75
"""A last window with a smaller part of it inside the recording is left out, unless it is the only one."""

_LEAST_DBFS = -30.0
"""Quieter recordings are raised to this level (root mean square); louder ones stay."""
_VAD_SAMPLES = 480
"""30 ms, the longest frame of WebRTC's voice detector."""
_VAD_MODE = 3
"""Its strictest: what is doubtful counts as no speech."""
_SMOOTHED_FRAMES = 8
_KEPT_FRAMES = 3
"""So much silence is kept on either side of speech, in frames of the detector."""


def embed(samples: np.ndarray) -> np.ndarray:
    """Return the speaker embedding of a recording: float32, shape (256,), no number negative, length 1.

    Args:
        samples: mono float32 in [-1, 1] at `SAMPLE_RATE`, shape (samples,); of any length, silence too.
    """
    import torch

    speech = trim_long_silences(raise_level(samples))
    starts = window_starts(len(speech))
    speech = np.pad(speech, (0, max(0, (starts[-1] + _WINDOW_FRAMES) * _HOP_SIZE - len(speech))))
    with torch.inference_mode():
        bands = _mel_bands(torch.from_numpy(speech))
        windows = torch.stack([bands[start : start + _WINDOW_FRAMES] for start in starts])
        network = _network()
        _, (hidden, _) = network["lstm"](windows)
        vectors = torch.nn.functional.normalize(torch.relu(network["linear"](hidden[-1])), dim=1)
        return torch.nn.functional.normalize(vectors.mean(dim=0), dim=0).numpy()


def raise_level(samples: np.ndarray) -> np.ndarray:
    """Return the recording at a level of at least -30 dBFS; silence stays silence."""
    level = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0
    least = 10 ** (_LEAST_DBFS / 20)
    return samples if level == 0.0 or level >= least else samples * np.float32(least / level)


def trim_long_silences(samples: np.ndarray) -> np.ndarray:
    """Return the recording without its silences, but for 90 ms beside speech; the last part of a frame is dropped."""
    import webrtcvad
    from scipy.ndimage import binary_dilation

    samples = samples[: len(samples) - len(samples) % _VAD_SAMPLES]
    if not len(samples):
        return samples
    # Raising the level may have taken peaks out of range; they wrap around here as they do in Resemblyzer.
    pcm = np.round(samples * np.iinfo(np.int16).max).astype(np.int32).astype("<i2").reshape(-1, _VAD_SAMPLES)
    detector = webrtcvad.Vad(_VAD_MODE)
    voiced = np.array([detector.is_speech(frame.tobytes(), SAMPLE_RATE) for frame in pcm], np.int64)
    padded = np.pad(voiced, ((_SMOOTHED_FRAMES - 1) // 2, _SMOOTHED_FRAMES // 2))
    mostly = np.convolve(padded, np.ones(_SMOOTHED_FRAMES, np.int64), "valid") > _SMOOTHED_FRAMES // 2
    kept = binary_dilation(mostly, np.ones(2 * _KEPT_FRAMES + 1, bool))
    return samples[np.repeat(kept, _VAD_SAMPLES)]


def window_starts(sample_count: int) -> list[int]:
    """Return the first frame (10 ms) of each window that the network hears; at least one."""
    frame_count = -(-(sample_count + 1) // _HOP_SIZE)
    starts = list(range(0, max(1, frame_count - _WINDOW_FRAMES + _STEP_FRAMES + 1), _STEP_FRAMES))
    coverage = (sample_count - starts[-1] * _HOP_SIZE) / (_WINDOW_FRAMES * _HOP_SIZE)
    return starts[:-1] if coverage < _LEAST_COVERAGE and len(starts) > 1 else starts


def _mel_bands(samples: "torch.Tensor") -> "torch.Tensor":
    """Return the power in mel bands, not its logarithm, shape (frames, 40), as librosa's defaults have it."""
    import torch

    window = torch.hann_window(_FFT_SIZE)
    spectrum = torch.stft(samples, _FFT_SIZE, _HOP_SIZE, window=window, pad_mode="constant", return_complex=True)
    return spectrum.abs().square().T @ _mel_filters()


@cache
def _mel_filters() -> "torch.Tensor":
    import torchaudio

    return torchaudio.functional.melscale_fbanks(
        _FFT_SIZE // 2 + 1, 0.0, SAMPLE_RATE / 2, _MEL_BANDS, SAMPLE_RATE, norm="slaney", mel_scale="slaney"
    )


@cache
def _network() -> "torch.nn.ModuleDict":
    import torch
    from safetensors.torch import load_file

    with torch.device("meta"):  # no first weights are drawn: a training's random numbers stay as they are
        network = torch.nn.ModuleDict(
            {
                "lstm": torch.nn.LSTM(_MEL_BANDS, _HIDDEN_SIZE, _LAYERS, batch_first=True),
                "linear": torch.nn.Linear(_HIDDEN_SIZE, EMBEDDING_SIZE),
            }
        )
    weights = {name: value.float() for name, value in load_file(WEIGHTS_FILE).items()}
    network.load_state_dict(weights, assign=True)
    return network.eval().requires_grad_(False)
