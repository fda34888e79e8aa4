"""A part of a file presented as a file of its own, with individual bytes corrected."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True)
class Patch:
    """Bytes to read in place of those in the file."""

    position: int
    content: bytes


@dataclass(frozen=True)
class Extent:
    """The part of a file to read."""

    path: Path
    start: int = 0
    end: int | None = None
    """Byte positions; None means the end of the file."""
    patches: tuple[Patch, ...] = ()

    @contextmanager
    def open(self) -> Iterator[str | BinaryIO]:
        """Yield what decoders open: the path if the whole file is read unchanged, else a file object."""
        if self.start == 0 and self.end is None and not self.patches:
            yield str(self.path)
            return
        with self.path.open("rb") as file:
            yield io.BufferedReader(_Stretch(file, self), 1 << 16)


class _Stretch(io.RawIOBase):
    def __init__(self, file: BinaryIO, extent: Extent) -> None:
        self._file = file
        self._extent = extent
        end = file.seek(0, io.SEEK_END)
        self._size = (end if extent.end is None else min(end, extent.end)) - extent.start
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: bytearray) -> int:
        self._file.seek(self._extent.start + self._position)
        content = bytearray(self._file.read(max(0, min(len(buffer), self._size - self._position))))
        for patch in self._extent.patches:
            for place, byte in enumerate(patch.content, patch.position - self._position):
                if 0 <= place < len(content):
                    content[place] = byte
        buffer[: len(content)] = content
        self._position += len(content)
        return len(content)
