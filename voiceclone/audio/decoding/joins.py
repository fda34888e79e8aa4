"""Several recordings one after another in a file, as radios, players and `cat` join them."""

import mmap
from collections.abc import Iterator
from pathlib import Path

from voiceclone.audio.decoding.extents import Extent
from voiceclone.audio.decoding.headers import end_of_wav
from voiceclone.audio.decoding.recording import Piece, Recording
from voiceclone.errors import AudioError

_MAX_JOINED = 1000
_OGG_PAGE = b"OggS"
_FLAC_BEGINS = b"fLaC\x00\x00\x00\x22"
"""The marker and the header of the metadata block that always comes first."""


def find_joins(path: Path) -> list[Extent]:
    """Return the recordings in a file; a single one if nothing was joined.

    Covers Ogg, FLAC and WAV, whose decoders stop at the second recording. Those of MP3 and AAC continue by themselves.

    Raises:
        AudioError: there are too many.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        beginning = content[:4]
        if beginning == _OGG_PAGE:
            places = _ogg_places(content)
        elif beginning == b"fLaC":
            places = _flac_places(content)
        elif beginning == b"RIFF":
            places = _wav_places(path, content)
        else:
            places = iter((0,))
        starts: list[int] = []
        for place in places:
            starts.append(place)
            if len(starts) > _MAX_JOINED:
                raise AudioError(
                    f"“{path.name}” is more than {_MAX_JOINED} recordings joined into one file. Add them one by one, "
                    "in a folder or a zip file."
                )
    if len(starts) == 1:
        return [Extent(path)]
    return [Extent(path, start, end) for start, end in zip(starts, [*starts[1:], None], strict=True)]


class JoinedRecording(Recording):
    """Several recordings played one after another."""

    def __init__(self, parts: list[Recording]) -> None:
        first = parts[0]
        lengths_s = [part.duration_s for part in parts]
        duration_s = None if None in lengths_s else sum(lengths_s)
        bits = max(part.bits for part in parts)
        super().__init__(first.path, first.sample_rate, first.channels, bits, duration_s)
        self.duration_is_stated = all(part.duration_is_stated for part in parts)
        self.cut_off = any(part.cut_off for part in parts)
        self._parts = parts

    def read(self) -> Iterator[Piece]:
        """Yield the pieces of each recording in turn."""
        for part in self._parts:
            yield from part.read()
            self.cut_off |= part.cut_off


def _ogg_places(content: mmap.mmap) -> Iterator[int]:
    """Yield where streams begin after earlier ones have started; streams that begin together form one recording."""
    place, beginning = 0, False
    while place >= 0:
        header = content[place : place + 27]
        if len(header) < 27:
            return
        begins_stream = bool(header[5] & 2)
        if begins_stream and not beginning:
            yield place
        beginning = begins_stream
        sizes = content[place + 27 : place + 27 + header[26]]
        place += 27 + header[26] + sum(sizes)
        if content[place : place + 4] != _OGG_PAGE:
            place = content.find(_OGG_PAGE, place)


def _flac_places(content: mmap.mmap) -> Iterator[int]:
    yield 0
    place = content.find(_FLAC_BEGINS, 4)
    while place >= 0:
        yield place
        place = content.find(_FLAC_BEGINS, place + 4)


def _wav_places(path: Path, content: mmap.mmap) -> Iterator[int]:
    place: int | None = 0
    while place is not None:
        yield place
        place = end_of_wav(path, place)
        if place is not None and (content[place : place + 4] != b"RIFF" or content[place + 8 : place + 12] != b"WAVE"):
            return
