"""Decode MP3, M4A, MP4, WebM, AMR and whatever else PyAV's FFmpeg libraries support."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from voiceclone.audio.decoding.extents import Extent
from voiceclone.audio.decoding.recording import Piece, Recording, merge_small_pieces
from voiceclone.errors import AudioError

if TYPE_CHECKING:
    import av
    from av.container import InputContainer

# FFmpeg also reads playlists and scripts that refer to other files or addresses, which an uploaded file must not
# make us open. Hence only plain containers, and no protocol except local files.
_CONTAINERS = (
    "3g2,3gp,aac,ac3,aiff,amr,ape,asf,au,avi,caf,eac3,flac,flv,m4a,matroska,mj2,mov,mp3,mp4,mpeg,"
    "mpegts,ogg,tta,w64,wav,webm,wv"
)
_OPTIONS = {"format_whitelist": _CONTAINERS, "protocol_whitelist": "file"}
_OTHER_DECODERS = {"amrnb": "libopencore_amrnb", "amrwb": "libopencore_amrwb"}
"""FFmpeg's own AMR decoders reject comfort-noise frames, which would lose their duration."""
_GUESSED_LENGTHS = {"aac", "ac3", "amr", "eac3", "mp3", "mpeg", "mpegts"}
"""Containers that store no duration; FFmpeg estimates it from the file size and the first bit rate."""
_PACKETS_TRIED = 50
"""At the beginning, to find one that can be decoded."""


class AvRecording(Recording):
    """An audio track of a file that FFmpeg's libraries can read."""

    def __init__(self, extent: Extent, stream: "av.AudioStream", first: Piece) -> None:
        container = stream.container
        seconds = stream.duration * float(stream.time_base) if stream.duration else None
        if seconds is None and container.duration:
            seconds = container.duration / 1e6
        super().__init__(extent.path, *first.format, 24, seconds)
        self.duration_is_stated = not _GUESSED_LENGTHS & set(container.format.name.split(","))
        self.title = stream.metadata.get("title", "")
        """Track title written by the recording program."""
        self._extent = extent
        self._track = list(container.streams.audio).index(stream)

    @classmethod
    def open(cls, extent: Extent) -> "list[AvRecording]":
        """Return each audio track that can be decoded; an empty list if the file cannot be read.

        Raises:
            AudioError: the file holds only pictures.
        """
        import av

        found = []
        try:
            with _opened(extent) as container:
                count = len(container.streams.audio)
            if not count:
                raise AudioError(f"“{extent.path.name}” holds pictures but no sound. Choose a file with speech in it.")
            for track in range(count):
                with _opened(extent) as container:
                    stream = container.streams.audio[track]
                    first = next(_decoded(container, stream, _PACKETS_TRIED), None)
                    if first is not None:
                        found.append(cls(extent, stream, first))
        except (av.error.FFmpegError, OSError, ValueError):
            return found
        return found

    def read(self) -> Iterator[Piece]:
        """Yield the track in pieces, skipping damaged packets."""
        yield from merge_small_pieces(self._frames())

    def excerpt(self, start_s: float, duration_s: float) -> Iterator[Piece]:
        """Yield about `duration_s` seconds from about `start_s`, as precisely as the container can seek."""
        import av

        with _opened(self._extent) as container:
            stream = container.streams.audio[self._track]
            try:
                if start_s > 0:
                    container.seek(int(start_s / stream.time_base), stream=stream)
                read_s = 0.0
                for piece in _decoded(container, stream):
                    yield piece
                    read_s += len(piece.samples) / piece.sample_rate
                    if read_s >= duration_s:
                        return
            except av.error.FFmpegError:
                return

    def _frames(self) -> Iterator[Piece]:
        import av

        with _opened(self._extent) as container:
            try:
                yield from _decoded(container, container.streams.audio[self._track], on_damage=self._note_damage)
            except av.error.FFmpegError:
                self.cut_off = True

    def _note_damage(self) -> None:
        self.cut_off = True


@contextmanager
def _opened(extent: Extent) -> "Iterator[InputContainer]":
    import av

    with extent.open() as source, av.open(source, options=_OPTIONS, metadata_errors="ignore") as container:
        yield container


def _decoded(
    container: "InputContainer",
    stream: "av.AudioStream",
    most_packets: int | None = None,
    on_damage: Any = lambda: None,
) -> Iterator[Piece]:
    """Yield decoded frames unchanged; `on_damage` is called for packets that cannot be decoded.

    Where two recordings were joined, the packet between them may belong to neither, which is not damage.
    """
    import av

    decoder = _decoder(container, stream)
    before, doubtful = None, False
    for packet in islice(container.demux(stream), most_packets):
        try:
            frames = decoder.decode(packet if packet.size else None)
        except av.error.EOFError:
            break
        except av.error.FFmpegError:
            doubtful = True  # a single damaged packet; the next may be intact
            continue
        for frame in frames:
            # FFmpeg's MP3 decoder labels the first frame after a format change with the previous rate.
            rate = decoder.sample_rate if decoder.name.startswith("mp3") else frame.sample_rate
            piece = Piece(_as_floats(frame), rate)
            if doubtful and before in (None, piece.format):
                on_damage()
            before, doubtful = piece.format, False
            yield piece
    if doubtful:
        on_damage()


def _decoder(container: "InputContainer", stream: "av.AudioStream") -> Any:
    import av

    own = stream.codec_context
    other = _OTHER_DECODERS.get(own.name)
    if other in av.codecs_available:
        return av.CodecContext.create(other, "r")
    if container.format.name == "caf" and own.name == "alac":
        # The last ALAC packet has no padding, but FFmpeg's CAF demuxer would have it trimmed again.
        own.flags2 |= av.codec.context.Flags2.skip_manual
    return own


def _as_floats(frame: "av.AudioFrame") -> np.ndarray:
    """Return float32, shape (samples, channels).

    Only the number format changes: FFmpeg's downmix may exceed full scale, and adds channels that must not be added.
    """
    values = frame.to_ndarray()
    values = values.T if frame.format.is_planar else values.reshape(-1, frame.layout.nb_channels)
    if values.dtype == np.uint8:
        return (values.astype(np.float32) - 128) / 128
    if values.dtype.kind == "i":
        return (values / -float(np.iinfo(values.dtype).min)).astype(np.float32)
    return values.astype(np.float32)
