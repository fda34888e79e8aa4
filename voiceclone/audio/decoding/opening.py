"""Choose the reader for a file by its content, not its name."""

from pathlib import Path

from voiceclone.audio.decoding.av_reader import AvRecording
from voiceclone.audio.decoding.extents import Extent
from voiceclone.audio.decoding.headers import with_corrected_length
from voiceclone.audio.decoding.joins import JoinedRecording, find_joins
from voiceclone.audio.decoding.recording import Recording, check_format, too_long
from voiceclone.audio.decoding.sndfile_reader import SndfileRecording
from voiceclone.audio.decoding.tracks import choose_track
from voiceclone.errors import AudioError
from voiceclone.limits import MAX_RECORDING_S

_READABLE = "Add WAV, FLAC, MP3, OGG, M4A or MP4"


def open_recording(path: Path) -> Recording:
    """Open a recording, recognised by its content.

    Raises:
        AudioError: the file is missing, locked, empty, not a recording, too long, or at a rate outside 8-384 kHz.
    """
    path = Path(path)
    require_readable(path)
    if path.stat().st_size == 0:
        raise AudioError(f"“{path.name}” is empty (0 bytes): nothing was saved in it. Record or copy it again.")
    parts = [part for part in map(_opened, find_joins(path)) if part is not None]
    recording = parts[0] if len(parts) == 1 else JoinedRecording(parts) if parts else None
    if recording is None:
        raise AudioError(
            f"“{path.name}” cannot be read: it is damaged or not a recording. {_READABLE}; "
            "if it plays elsewhere, save it there as WAV."
        )
    check_format(path, recording.sample_rate, recording.channels)
    if recording.duration_s and recording.duration_s > MAX_RECORDING_S:
        raise too_long(path)
    return recording


def stated_duration_s(path: Path) -> float | None:
    """Return the duration in seconds stated at the beginning of a file; None if unknown or unreadable.

    Fast enough for corpora of many thousand files, because it does not search the file for joined recordings.

    Raises:
        AudioError: the file is missing or locked, or holds only pictures.
    """
    require_readable(path)
    recording = _opened(Extent(path))
    return None if recording is None else recording.duration_s


def _opened(extent: Extent) -> Recording | None:
    recording = SndfileRecording.open(with_corrected_length(extent))
    if recording is not None:
        return recording
    tracks = AvRecording.open(extent)
    return choose_track(tracks) if tracks else None


def require_readable(path: Path) -> None:
    """Check that a file exists and can be read before its format is examined.

    Raises:
        AudioError: it is missing, locked by another program or by permissions, or its disk fails.
    """
    try:
        if not path.is_file():
            raise AudioError(f"There is no file “{path.name}”. Choose it again.")
        with path.open("rb") as file:
            file.read(1)
    except PermissionError as error:  # on Windows also if another program has locked it
        raise AudioError(
            f"“{path.name}” may not be read: another program has it open, or it belongs to somebody else. "
            "Close that program, or copy the file, and add it again."
        ) from error
    except OSError as error:
        raise AudioError(
            f"“{path.name}” cannot be read from its disk ({error.strerror or error}). "
            "Copy it to another disk and add the copy."
        ) from error
