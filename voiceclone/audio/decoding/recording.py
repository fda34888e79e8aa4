"""The interface of all readers: a recording as mono blocks that can be read any number of times."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from voiceclone.audio.decoding.mixing import Mix, find_mixes
from voiceclone.errors import AudioError
from voiceclone.limits import MAX_CHANNELS, MAX_RECORDING_S, MAX_SAMPLE_RATE, MIN_SAMPLE_RATE
from voiceclone.wording import count

BLOCK_S = 10.0
"""Duration of a block from `Recording.blocks`, in seconds."""
_MAX_BLOCK_VALUES = 8_000_000
"""Values in one block, all channels together: 32 MB."""
Format = tuple[int, int]
"""Sample rate in hertz and number of channels."""


@dataclass(frozen=True)
class Piece:
    """A stretch of audio as stored in the file."""

    samples: np.ndarray
    """float32, shape (samples, channels)."""
    sample_rate: int
    """Hertz; it may change within a file."""

    @property
    def format(self) -> Format:
        """Sample rate and number of channels."""
        return self.sample_rate, self.samples.shape[1]


class Recording(ABC):
    """An audio file of any common format that can be read any number of times."""

    def __init__(self, path: Path, sample_rate: int, channels: int, bits: int, duration_s: float | None) -> None:
        self.path = path
        self.sample_rate = sample_rate
        """Hertz, at the beginning of the file; later parts at other rates are resampled to it."""
        self.channels = channels
        """At the beginning of the file."""
        self.bits = bits
        """16 if 16 bits hold the decoded mono audio without loss, else 24."""
        self.duration_s = duration_s
        """As the file states, or as estimated from its size; None if unknown."""
        self.duration_is_stated = True
        """False if the duration is only an estimate from the file size."""
        self.cut_off = False
        """True once reading has shown that the file ends before the length in its header."""
        self.remark: str | None = None
        """A sentence for the user about a choice that was made for them."""
        self._mixes: dict[Format, Mix] | None = None

    def blocks(self) -> Iterator[np.ndarray]:
        """Yield mono float32 blocks, shape (samples,), of about `BLOCK_S`.

        How to mix the channels is decided for the whole recording (see `mixing`), which is read once more for it.
        Values may exceed 1 in float files and where two people have a channel each; see `scale_to_fit`.

        Raises:
            AudioError: nothing can be read, or the recording is longer than `MAX_RECORDING_S`.
        """
        read = 0
        for block in _at_one_rate(self._mono(), self.sample_rate):
            read += len(block)
            yield block
        if read == 0:
            raise AudioError(
                f"“{self.path.name}” holds no sound: it is empty or was cut off while it was saved. "
                "Record or export it again."
            )
        stated_s = self.duration_s if self.duration_is_stated else None
        if stated_s and read < 0.98 * stated_s * self.sample_rate - 4096:
            self.cut_off = True

    @abstractmethod
    def read(self) -> Iterator[Piece]:
        """Yield the audio in pieces of one format each, no longer than `block_length`."""

    def _mono(self) -> Iterator[tuple[int, np.ndarray]]:
        """Yield (sample rate, mono samples)."""
        for piece in self._within_limits():
            if piece.samples.shape[1] == 1:
                yield piece.sample_rate, piece.samples[:, 0]
                continue
            if self._mixes is None:
                self._mixes = find_mixes(self._within_limits)
            yield piece.sample_rate, self._mixes[piece.format].apply(piece.samples)

    def _within_limits(self) -> Iterator[Piece]:
        read_s = 0.0
        for piece in self.read():
            if not len(piece.samples):
                continue
            check_format(self.path, *piece.format)
            read_s += len(piece.samples) / piece.sample_rate
            if read_s > MAX_RECORDING_S:
                raise too_long(self.path)
            yield Piece(np.nan_to_num(piece.samples, posinf=1.0, neginf=-1.0), piece.sample_rate)


def block_length(sample_rate: int, channels: int) -> int:
    """Return how many samples per channel to read at once."""
    return max(1, min(round(BLOCK_S * sample_rate), _MAX_BLOCK_VALUES // channels))


def check_format(path: Path, sample_rate: int, channels: int) -> None:
    """Check that sample rate and number of channels are supported.

    Raises:
        AudioError: they are not; the message names the supported ones.
    """
    if not MIN_SAMPLE_RATE <= sample_rate <= MAX_SAMPLE_RATE:
        raise AudioError(
            f"“{path.name}” has {sample_rate} samples a second; VoiceClone reads "
            f"{MIN_SAMPLE_RATE} to {MAX_SAMPLE_RATE}. Export it at 44100."
        )
    if channels > MAX_CHANNELS:
        raise AudioError(
            f"“{path.name}” has {channels} channels; VoiceClone reads up to {MAX_CHANNELS}. Export the one with the "
            "voice as mono."
        )


def too_long(path: Path) -> AudioError:
    """Return the error for a recording longer than `MAX_RECORDING_S`."""
    return AudioError(
        f"“{path.name}” is longer than {count(MAX_RECORDING_S // 3600, 'hour')}. Cut it into shorter files "
        "and add those; an hour of speech is already more than enough."
    )


def scale_to_fit(samples: np.ndarray) -> np.ndarray:
    """Return float32 samples within [-1, 1]; audio beyond that is scaled down, not clipped."""
    peak = float(np.max(np.abs(samples), initial=0.0))
    return (samples / peak if peak > 1.0 else samples).astype(np.float32, copy=False)


def merge_small_pieces(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Join small pieces of the same format up to the block length."""
    for (rate, channels), same in groupby(pieces, key=lambda piece: piece.format):
        waiting: list[np.ndarray] = []
        length = 0
        for piece in same:
            waiting.append(piece.samples)
            length += len(piece.samples)
            if length >= block_length(rate, channels):
                yield Piece(np.concatenate(waiting), rate)
                waiting, length = [], 0
        if waiting:
            yield Piece(np.concatenate(waiting), rate)


def _at_one_rate(mono: Iterable[tuple[int, np.ndarray]], sample_rate: int) -> Iterator[np.ndarray]:
    for rate, same in groupby(mono, key=lambda block: block[0]):
        if rate == sample_rate:
            yield from (samples for _, samples in same)
            continue
        import soxr

        stream = soxr.ResampleStream(rate, sample_rate, 1, dtype="float32", quality="HQ")
        for _, samples in same:
            yield stream.resample_chunk(np.ascontiguousarray(samples))
        yield stream.resample_chunk(np.zeros(0, np.float32), last=True)
