"""Recordings on disk, read block by block, so that three hours of sound never lie in memory at once."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiceclone.counts import count
from voiceclone.errors import AudioError
from voiceclone.limits import MAX_RECORDING_S, MAX_SAMPLE_RATE, MIN_SAMPLE_RATE

if TYPE_CHECKING:
    from soundfile import SoundFile

BLOCK_S = 10.0
"""Length of one block read by `Recording.blocks`."""
# FFmpeg also reads playlists and scripts that name other files or addresses; an uploaded file must not
# make us open those. Hence only plain containers, and no protocol but the file itself.
_CONTAINERS = (
    "3g2,3gp,aac,ac3,aiff,amr,ape,asf,au,avi,caf,eac3,flac,flv,m4a,matroska,mj2,mov,mp3,mp4,mpeg,"
    "mpegts,ogg,tta,w64,wav,webm,wv"
)
_AV_OPTIONS = {"format_whitelist": _CONTAINERS, "protocol_whitelist": "file"}
_COARSE_SUBTYPES = {"PCM_16", "PCM_S8", "PCM_U8", "ULAW", "ALAW", "GSM610", "IMA_ADPCM", "MS_ADPCM"}
_READABLE = "Add WAV, FLAC, MP3, OGG, M4A or MP4"


class Recording(ABC):
    """An audio file of any common kind, readable any number of times."""

    def __init__(self, path: Path, sample_rate: int, channels: int, bits: int, duration_s: float | None) -> None:
        self.path = path
        self.sample_rate = sample_rate
        """Hertz, as in the file."""
        self.channels = channels
        self.bits = bits
        """16 when 16 bits hold the decoded mono sound without loss, else 24."""
        self.duration_s = duration_s
        """What the file says about itself; None when it does not say."""
        self.cut_off = False
        """True once reading has shown that the file ends before its own header says."""

    def blocks(self) -> Iterator[np.ndarray]:
        """Yield mono float32 blocks, shape (samples,), about `BLOCK_S` long.

        Values beyond 1 are possible in float files; see `fit`.

        Raises:
            AudioError: nothing at all can be read, or the recording is longer than `MAX_RECORDING_S`.
        """
        read = 0
        for block in self._read():
            read += len(block)
            if read > MAX_RECORDING_S * self.sample_rate:
                raise _too_long(self.path)
            yield np.nan_to_num(block, posinf=1.0, neginf=-1.0)
        if read == 0:
            raise AudioError(
                f"“{self.path.name}” holds no sound: it is empty or was cut off while it was saved. "
                "Record or export it again."
            )
        if self.duration_s and read < 0.98 * self.duration_s * self.sample_rate - 4096:
            self.cut_off = True

    @abstractmethod
    def _read(self) -> Iterator[np.ndarray]:
        """Yield the sound in blocks, float32, shape (samples,)."""


def open_recording(path: Path) -> Recording:
    """Recognise a file by its content.

    Raises:
        AudioError: the file is missing, locked, empty, no recording, at a rate outside 8-384 kHz or too long.
    """
    path = Path(path)
    require_readable(path)
    if path.stat().st_size == 0:
        raise AudioError(f"“{path.name}” is empty (0 bytes): nothing was saved in it. Record or copy it again.")
    recording = _SoundFileRecording.open(path) or _AvRecording.open(path)
    if recording is None:
        raise AudioError(
            f"“{path.name}” cannot be read: it is damaged or not a recording. {_READABLE}; "
            "if it plays elsewhere, save it there as WAV."
        )
    if not MIN_SAMPLE_RATE <= recording.sample_rate <= MAX_SAMPLE_RATE:
        raise AudioError(
            f"“{path.name}” has {recording.sample_rate} samples a second; VoiceClone reads "
            f"{MIN_SAMPLE_RATE} to {MAX_SAMPLE_RATE}. Export it at 44100."
        )
    if recording.duration_s and recording.duration_s > MAX_RECORDING_S:
        raise _too_long(path)
    return recording


def require_readable(path: Path) -> None:
    """Check that a file is there and lets itself be read, before anybody wonders what is in it.

    Raises:
        AudioError: it is not there, another program or another person's rights keep it shut, or its disk fails.
    """
    try:
        if not path.is_file():
            raise AudioError(f"There is no file “{path.name}”. Choose it again.")
        with path.open("rb") as file:
            file.read(1)
    except PermissionError as error:  # on Windows also what another program has locked
        raise AudioError(
            f"“{path.name}” may not be read: another program has it open, or it belongs to somebody else. "
            "Close that program, or copy the file, and add it again."
        ) from error
    except OSError as error:
        raise AudioError(
            f"“{path.name}” cannot be read from its disk ({error.strerror or error}). "
            "Copy it to another disk and add the copy."
        ) from error


def fit(samples: np.ndarray) -> np.ndarray:
    """Return float32 samples within [-1, 1]; a float file that goes beyond is turned down, not clipped."""
    peak = float(np.max(np.abs(samples), initial=0.0))
    return (samples / peak if peak > 1.0 else samples).astype(np.float32, copy=False)


def _too_long(path: Path) -> AudioError:
    return AudioError(
        f"“{path.name}” is longer than {count(MAX_RECORDING_S // 3600, 'hour')}. Cut it into shorter files "
        "and add those; an hour of speech is already more than enough."
    )


class _SoundFileRecording(Recording):
    """WAV, FLAC, AIFF, OGG, MP3 and others through libsndfile."""

    @classmethod
    def open(cls, path: Path) -> "Recording | None":
        import soundfile

        try:
            with soundfile.SoundFile(path) as file:
                coarse = file.subtype in _COARSE_SUBTYPES and file.channels == 1
                recording = cls(
                    path, file.samplerate, file.channels, 16 if coarse else 24, file.frames / file.samplerate
                )
                recording.cut_off = _wav_is_cut_off(file.extra_info)
        # TypeError: soundfile takes “.raw” by name as headerless.
        except (soundfile.LibsndfileError, TypeError):
            return None
        return recording

    def _read(self) -> Iterator[np.ndarray]:
        import soundfile

        with soundfile.SoundFile(self.path) as file:
            yield from self._read_pieces(file, int(BLOCK_S * self.sample_rate))
            if not self.cut_off:
                return
            position = self._good_samples
        # A damaged file loses the whole piece in which the damage lies: take what is left in small steps.
        with soundfile.SoundFile(self.path) as file:
            file.seek(position)
            yield from self._read_pieces(file, 1024)

    def _read_pieces(self, file: "SoundFile", piece_length: int) -> Iterator[np.ndarray]:
        import soundfile

        self._good_samples = file.tell()
        while True:
            try:
                piece = file.read(piece_length, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError:
                self.cut_off = True
                return
            if len(piece) == 0:
                return
            self._good_samples += len(piece)
            yield piece.mean(axis=1)


def _wav_is_cut_off(log: str) -> bool:
    """True when libsndfile notes a data chunk that promises more than the file holds."""
    found = re.search(r"data : (\d+) \(should be (\d+)\)", log)
    # Programs that write into a pipe leave the largest number there on purpose.
    return bool(found) and int(found[2]) < int(found[1]) < 0x7FFF0000


class _AvRecording(Recording):
    """M4A, MP4, WebM and whatever else PyAV's own FFmpeg libraries read."""

    @classmethod
    def open(cls, path: Path) -> "Recording | None":
        import av

        try:
            with av.open(str(path), options=_AV_OPTIONS, metadata_errors="ignore") as container:
                if not container.streams.audio:
                    raise AudioError(f"“{path.name}” holds pictures but no sound. Choose a file with speech in it.")
                stream = container.streams.audio[0]
                seconds = stream.duration * float(stream.time_base) if stream.duration else None
                if seconds is None and container.duration:
                    seconds = container.duration / av.time_base
                rate, channels = stream.codec_context.sample_rate, stream.codec_context.channels
        except (av.error.FFmpegError, OSError, ValueError):
            return None
        return cls(path, rate, channels, 24, seconds) if rate else None

    def _read(self) -> Iterator[np.ndarray]:
        waiting: list[np.ndarray] = []
        length = 0
        for piece in self._frames():
            waiting.append(piece)
            length += len(piece)
            if length >= BLOCK_S * self.sample_rate:
                yield np.concatenate(waiting)
                waiting, length = [], 0
        if waiting:
            yield np.concatenate(waiting)

    def _frames(self) -> Iterator[np.ndarray]:
        import av

        with av.open(str(self.path), options=_AV_OPTIONS, metadata_errors="ignore") as container:
            # Only the number format changes here: FFmpeg's own downmix may exceed full scale.
            to_float = av.AudioResampler(format="fltp", rate=self.sample_rate)
            try:
                for packet in container.demux(audio=0):
                    try:
                        frames = packet.decode()
                    except av.error.InvalidDataError:
                        self.cut_off = True  # one damaged packet; the next may be whole
                        continue
                    for frame in frames:
                        for converted in to_float.resample(frame):
                            yield converted.to_ndarray().mean(axis=0)
            except av.error.FFmpegError:
                self.cut_off = True
