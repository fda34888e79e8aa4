"""The audio type used throughout, with decoding, resampling, loudness and encoding."""

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voiceclone.storage.disk import write_bytes

SHORTEST_LOUDNESS_S = 0.4
"""One gating block of ITU-R BS.1770-4; shorter audio has no integrated loudness."""
SILENCE_LUFS = -70.0
"""The absolute gate of ITU-R BS.1770-4, and the value reported for silence."""


@dataclass(frozen=True)
class Audio:
    """Mono audio with its sample rate."""

    samples: np.ndarray
    """float32 in [-1, 1], shape (samples,)."""
    sample_rate: int
    """Hertz."""

    def __post_init__(self) -> None:
        if self.samples.ndim != 1:
            raise ValueError(f"Audio is mono, shape (samples,); got shape {self.samples.shape}")
        if self.samples.dtype != np.float32:
            object.__setattr__(self, "samples", self.samples.astype(np.float32))

    @property
    def duration_s(self) -> float:
        """Duration in seconds."""
        return len(self.samples) / self.sample_rate

    @property
    def peak_dbfs(self) -> float:
        """Level of the highest sample: 0 at full scale, -120 for silence."""
        peak = float(np.max(np.abs(self.samples), initial=0.0))
        return 20 * float(np.log10(max(peak, 1e-6)))


def decode(path: Path) -> Audio:
    """Decode a whole file of any common format at its own sample rate, mixed down to mono.

    The format is recognised by content, not by name. For long files use `voiceclone.audio.decoding.open_recording`,
    which reads block by block.

    Raises:
        AudioError: the file is missing, empty, not a recording, or longer than `MAX_RECORDING_S`.
    """
    from voiceclone.audio.decoding import open_recording, scale_to_fit

    recording = open_recording(path)
    blocks = list(recording.blocks())
    return Audio(scale_to_fit(np.concatenate(blocks)), recording.sample_rate)


def resample(audio: Audio, to_rate: int) -> Audio:
    """Return the same audio at `to_rate` hertz (soxr, high quality)."""
    if to_rate == audio.sample_rate:
        return audio
    import soxr

    samples = soxr.resample(audio.samples, audio.sample_rate, to_rate, quality="HQ")
    # Band-limiting a full-scale signal overshoots by a few per cent.
    return Audio(np.clip(samples, -1.0, 1.0), to_rate)


def loudness_lufs(audio: Audio) -> float:
    """Return the integrated loudness by ITU-R BS.1770-4, from -70 (silence) to about 0.

    Audio shorter than one gating block is repeated to fill it, so that single words can be measured.
    """
    import pyloudnorm

    samples = audio.samples
    shortest = int(SHORTEST_LOUDNESS_S * audio.sample_rate) + 1
    if len(samples) == 0 or not np.any(samples):
        return SILENCE_LUFS
    if len(samples) < shortest:
        samples = np.resize(samples, shortest)
    with warnings.catch_warnings(), np.errstate(divide="ignore"):
        warnings.simplefilter("ignore")  # all blocks below the gate: log of zero, handled below
        measured = pyloudnorm.Meter(audio.sample_rate).integrated_loudness(samples.astype(np.float64))
    return float(max(SILENCE_LUFS, measured)) if np.isfinite(measured) else SILENCE_LUFS


def true_peak_dbfs(audio: Audio) -> float:
    """Return the peak level including the waveform between samples; -120 for silence.

    Four times oversampled, as in ITU-R BS.1770-4, Annex 2; players and MP3 encoders clip there first.
    """
    if not len(audio.samples):
        return -120.0
    from scipy.signal import resample_poly

    peak = float(np.max(np.abs(resample_poly(audio.samples.astype(np.float64), 4, 1))))
    return max(-120.0, 20 * float(np.log10(max(peak, 1e-6))))


def encode_wav(audio: Audio, path: Path) -> None:
    """Write a 16-bit WAV file atomically.

    Raises:
        StorageError: the disk is full or cannot be written.
    """
    _encode(audio, path, "WAV", "PCM_16")


def encode_flac(audio: Audio, path: Path, *, bits: int = 16) -> None:
    """Write a FLAC file with 16 or 24 bits per sample atomically.

    Raises:
        StorageError: the disk is full or cannot be written.
    """
    _encode(audio, path, "FLAC", f"PCM_{bits}")


def _encode(audio: Audio, path: Path, kind: str, subtype: str) -> None:
    import soundfile

    # Encoded in memory before writing, so that a full disk raises OSError and not an obscure codec error.
    encoded = io.BytesIO()
    soundfile.write(encoded, audio.samples, audio.sample_rate, format=kind, subtype=subtype)
    write_bytes(path, encoded.getvalue())
