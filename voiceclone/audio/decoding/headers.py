"""Repair headers that were never finalised because the recorder crashed or could not seek back to write the length."""

import os
from pathlib import Path
from typing import BinaryIO

from voiceclone.audio.decoding.extents import Extent, Patch

_MIN_PLACEHOLDER_SIZE = 0x7FFF0000
"""Sizes from here up are placeholders of programs that write to a pipe."""
_MIN_EXCESS_S = 1.0
"""Audio beyond the length in the header, in seconds, that marks the header as outdated."""
_APPENDED_MARKERS = (b"ID3", b"TAG", b"APETAGEX", b"RIFF", b"RF64", b"RIFX")
"""What other programs append: tags, or another recording (see `joins`)."""


def with_corrected_length(extent: Extent) -> Extent:
    """Return `extent` with the length in its header corrected, for WAV, RF64 and AU files longer than they claim.

    libsndfile trusts that length, and reads nothing from a file that claims 0.
    """
    with extent.path.open("rb") as file:
        size = (extent.end or file.seek(0, os.SEEK_END)) - extent.start
        window = _Window(file, extent.start, size)
        if window.bytes_at(0, 4) == b".snd":
            patches = _au_patches(window)
        elif window.bytes_at(0, 4) in (b"RIFF", b"RF64") and window.bytes_at(8, 4) == b"WAVE":
            patches = _wav_patches(window)
        else:
            patches = ()
    return Extent(extent.path, extent.start, extent.end, patches) if patches else extent


def end_of_wav(path: Path, start: int = 0) -> int | None:
    """Return where a WAV file ends according to its header if something follows it in the file; else None."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END) - start
        window = _Window(file, start, size)
        if window.bytes_at(0, 4) != b"RIFF" or window.bytes_at(8, 4) != b"WAVE":
            return None
        end = 8 + window.number_at(4, 4)
        end += end % 2
        return start + end if 44 <= end < size else None


class _Window:
    """Random access to a stretch of a file."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file, self._start, self.size = file, start, size

    def bytes_at(self, position: int, count: int) -> bytes:
        self._file.seek(self._start + position)
        return self._file.read(min(count, max(0, self.size - position)))

    def number_at(self, position: int, count: int) -> int:
        return int.from_bytes(self.bytes_at(position, count), "little")


def _au_patches(file: _Window) -> tuple[Patch, ...]:
    declared, begins = (int.from_bytes(file.bytes_at(place, 4), "big") for place in (8, 4))
    rest = file.size - begins
    if declared >= rest or declared >= _MIN_PLACEHOLDER_SIZE:
        return ()
    return (Patch(8, b"\xff\xff\xff\xff"),)


def _wav_patches(file: _Window) -> tuple[Patch, ...]:
    place, long_sizes, bytes_a_second = 12, None, 0
    while place + 8 <= file.size:
        name, declared = file.bytes_at(place, 4), file.number_at(place + 4, 4)
        if name == b"data":
            break
        if name == b"ds64":
            long_sizes = place + 8
        elif name == b"fmt ":
            bytes_a_second = file.number_at(place + 16, 4)
        place += 8 + declared + declared % 2
    else:
        return ()
    begins = place + 8
    if long_sizes is not None and declared == 0xFFFFFFFF:
        declared = file.number_at(long_sizes + 8, 8)
    elif declared >= _MIN_PLACEHOLDER_SIZE:
        return ()
    ends = begins + declared + declared % 2
    if not _audio_continues(file, ends, declared, bytes_a_second):
        return ()
    length = file.size - begins
    if long_sizes is not None:
        return (Patch(long_sizes + 8, length.to_bytes(8, "little")), Patch(long_sizes + 16, bytes(8)))
    return (Patch(place + 4, min(length, 0xFFFFFFFF).to_bytes(4, "little")),)


def _audio_continues(file: _Window, ends: int, declared: int, bytes_a_second: int) -> bool:
    """True if what follows the declared end of a WAV file's audio is audio as well."""
    rest = file.size - ends
    if rest <= 0 or _are_chunks(file, ends) or file.bytes_at(ends, 8).startswith(_APPENDED_MARKERS):
        return False
    return declared == 0 or (bytes_a_second > 0 and rest >= _MIN_EXCESS_S * bytes_a_second)


def _are_chunks(file: _Window, place: int) -> bool:
    """True if a sequence of named chunks leads from `place` exactly to the end."""
    while place + 8 <= file.size:
        name = file.bytes_at(place, 4)
        if not all(32 <= byte < 127 for byte in name):
            return False
        size = file.number_at(place + 4, 4)
        place += 8 + size + size % 2
    return file.size <= place <= file.size + 1 or place == file.size - 1
