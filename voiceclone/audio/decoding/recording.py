"""What every reader offers: a recording as mono blocks, read any number of times."""

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
"""Length of one block read by `Recording.blocks`."""
_MOST_VALUES = 8_000_000
"""Numbers in one block, all channels together: 32 MB."""
Format = tuple[int, int]
"""Rate in hertz and number of channels."""


@dataclass(frozen=True)
class Piece:
    """Some sound as the file holds it."""

    samples: np.ndarray
    """float32, shape (samples, channels)."""
    sample_rate: int
    """Hertz; what a file holds from some place on may have another rate than its beginning."""

    @property
    def format(self) -> Format:
        """Rate and channels."""
        return self.sample_rate, self.samples.shape[1]


class Recording(ABC):
    """An audio file of any common kind, readable any number of times."""

    def __init__(self, path: Path, sample_rate: int, channels: int, bits: int, duration_s: float | None) -> None:
        self.path = path
        self.sample_rate = sample_rate
        """Hertz, as at the beginning of the file; what follows at another rate is brought to this one."""
        self.channels = channels
        """At the beginning of the file."""
        self.bits = bits
        """16 when 16 bits hold the decoded mono sound without loss, else 24."""
        self.duration_s = duration_s
        """What the file says about itself, or what its size suggests; None when nothing is known."""
        self.duration_is_told = True
        """False where the length is only guessed from the size of the file."""
        self.cut_off = False
        """True once reading has shown that the file ends before its own header says."""
        self.remark: str | None = None
        """A sentence for the person, where a choice was made for them."""
        self._mixes: dict[Format, Mix] | None = None

    def blocks(self) -> Iterator[np.ndarray]:
        """Yield mono float32 blocks, shape (samples,), about `BLOCK_S` long.

        How channels become one is decided for the whole recording, see `mixing`; for that it is read once more before.
        Values beyond 1 are possible, in float files and where two people spoke into a channel each; see `fit`.

        Raises:
            AudioError: nothing at all can be read, or the recording is longer than `MAX_RECORDING_S`.
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
        told_s = self.duration_s if self.duration_is_told else None
        if told_s and read < 0.98 * told_s * self.sample_rate - 4096:
            self.cut_off = True

    @abstractmethod
    def read(self) -> Iterator[Piece]:
        """Yield the sound in pieces, each of one format and no longer than `block_length`."""

    def _mono(self) -> Iterator[tuple[int, np.ndarray]]:
        """Yield (rate, samples)."""
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
    """Return how many samples of each channel are read at once."""
    return max(1, min(round(BLOCK_S * sample_rate), _MOST_VALUES // channels))


def check_format(path: Path, sample_rate: int, channels: int) -> None:
    """Check that rate and channels are ones that are read.

    Raises:
        AudioError: the sentence says which are.
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


def fit(samples: np.ndarray) -> np.ndarray:
    """Return float32 samples within [-1, 1]; a float file that goes beyond is turned down, not clipped."""
    peak = float(np.max(np.abs(samples), initial=0.0))
    return (samples / peak if peak > 1.0 else samples).astype(np.float32, copy=False)


def gathered(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Join small pieces of the same format until they are as long as blocks are."""
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
