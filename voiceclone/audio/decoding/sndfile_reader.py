"""Decode WAV, FLAC, AIFF, OGG and other formats with libsndfile."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from voiceclone.audio.decoding.extents import Extent
from voiceclone.audio.decoding.recording import Piece, Recording, block_length

if TYPE_CHECKING:
    from soundfile import SoundFile

_COARSE_SUBTYPES = {"PCM_16", "PCM_S8", "PCM_U8", "ULAW", "ALAW", "GSM610", "IMA_ADPCM", "MS_ADPCM"}
_UNKNOWN_LENGTH = 1 << 60
"""libsndfile reports 2^63 - 1 samples for FLAC that was written to a pipe."""


class SndfileRecording(Recording):
    """A file, or part of one, that libsndfile can read completely."""

    def __init__(self, extent: Extent, file: "SoundFile") -> None:
        coarse = file.subtype in _COARSE_SUBTYPES and file.channels == 1
        bits = 16 if coarse else 24
        super().__init__(extent.path, file.samplerate, file.channels, bits, file.frames / file.samplerate)
        self._extent = extent
        self.cut_off = _wav_is_cut_off(file.extra_info)

    @classmethod
    def open(cls, extent: Extent) -> "Recording | None":
        """Open a file; None if libsndfile does not know its format or would not read all of it."""
        import soundfile

        try:
            with extent.open() as source, soundfile.SoundFile(source) as file:
                # It reads MP3 only up to a change of format, and cannot read GSM in WAV in pieces.
                if file.format == "MP3" or not file.seekable() or file.frames > _UNKNOWN_LENGTH:
                    return None
                return cls(extent, file)
        # TypeError: soundfile takes files named “.raw” for headerless.
        except (soundfile.LibsndfileError, TypeError):
            return None

    def read(self) -> Iterator[Piece]:
        """Yield pieces; a damaged place loses little more than itself."""
        import soundfile

        with self._extent.open() as source, soundfile.SoundFile(source) as file:
            yield from self._read_pieces(file, block_length(self.sample_rate, self.channels))
            if not self.cut_off:
                return
            position = self._good_samples
        # A read that meets damage loses the whole piece, so the rest is read in small steps.
        with self._extent.open() as source, soundfile.SoundFile(source) as file:
            file.seek(position)
            yield from self._read_pieces(file, 1024)

    def _read_pieces(self, file: "SoundFile", piece_length: int) -> Iterator[Piece]:
        import soundfile

        self._good_samples = file.tell()
        while True:
            try:
                samples = file.read(piece_length, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError:
                self.cut_off = True
                return
            if len(samples) == 0:
                return
            self._good_samples += len(samples)
            yield Piece(samples, self.sample_rate)


def _wav_is_cut_off(log: str) -> bool:
    """True if libsndfile reports a data chunk longer than the file."""
    found = re.search(r"data : (\d+) \(should be (\d+)\)", log)
    # Programs that write to a pipe leave the largest number there on purpose.
    return bool(found) and int(found[2]) < int(found[1]) < 0x7FFF0000
