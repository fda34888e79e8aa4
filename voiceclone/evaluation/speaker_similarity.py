"""Speaker similarity: cosine of Resemblyzer's embeddings (Casanova et al. 2022, YourTTS, call it SECS)."""

import functools
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from voiceclone.audio.sound import Audio, resample
from voiceclone.compute import in_one_thread

if TYPE_CHECKING:
    from resemblyzer import VoiceEncoder

_ENCODER_RATE = 16_000


def _resemblyzer() -> ModuleType:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it imports a deprecated name of SciPy, and webrtcvad pkg_resources
        import resemblyzer

    return resemblyzer


@functools.lru_cache(maxsize=1)
def _encoder() -> "VoiceEncoder":
    return _resemblyzer().VoiceEncoder("cpu", verbose=False)


@in_one_thread
def embed(audio: Audio) -> np.ndarray:
    """Return the speaker embedding of a recording: float32, shape (256,), length 1.

    Uses the package's own preprocessing (16 kHz, -30 dBFS, long silences removed), so that figures are comparable with
    published ones.
    """
    sound = resample(audio, _ENCODER_RATE)
    prepared = _resemblyzer().preprocess_wav(sound.samples, source_sr=_ENCODER_RATE)
    return _encoder().embed_utterance(prepared)


def mean_embedding(recordings: Sequence[Audio]) -> np.ndarray:
    """Return the unit-length mean of the recordings' embeddings, shape (256,)."""
    mean = np.mean([embed(recording) for recording in recordings], axis=0)
    return mean / np.linalg.norm(mean)


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    """Return the cosine of two embeddings, -1..1; 0.91 is usual between clips of one person."""
    return float(np.dot(one, other) / (np.linalg.norm(one) * np.linalg.norm(other)))
