"""The consent kept in a project: a spoken one with its recording, or a note about a written permission."""

from dataclasses import asdict, dataclass
from pathlib import Path

from voiceclone import limits
from voiceclone.audio.sound import Audio, decode, encode_flac
from voiceclone.errors import InputError, NotFoundError
from voiceclone.storage import disk
from voiceclone.wording import count

FOLDER = "consent"
"""Below a project's folder, so that it is deleted with the person."""
FILE, RECORDING_FILE = "consent.json", "spoken.flac"


@dataclass(frozen=True)
class SpokenConsent:
    """A sentence that the person in the clips read aloud. Its recording stays in the project."""

    name: str
    """As read out."""
    language: str
    day: str
    """That was read out, `2026-11-29`."""
    sentence: str
    at: str
    """When it was checked, ISO 8601, UTC."""
    by: str
    """Where: the page, the terminal, a Python program."""
    words_checked: bool
    """False where no recogniser for the language is on this computer: then only voice and length were."""
    similarity: float
    """Of the reading to the clips, -1..1."""
    clips_sha256: str
    """Of the clips it was compared with, see `speaker.clips_sha256`."""
    clip_count: int

    def as_evidence(self) -> dict[str, object]:
        """Return what a voice file keeps of it."""
        return asdict(self)


@dataclass(frozen=True)
class WrittenPermission:
    """Somebody says that the speaker agreed in writing."""

    note: str
    """Who agreed to what, and where that is kept."""
    at: str
    by: str

    def as_evidence(self) -> dict[str, object]:
        """Return what a voice file keeps of it."""
        return asdict(self)


def permission(note: str, by: str) -> WrittenPermission:
    """Return a written permission.

    Raises:
        InputError: the note says nothing, or is too long.
    """
    tidy = " ".join("".join(sign if sign.isprintable() else " " for sign in str(note)).split())
    if len(tidy) < limits.MIN_PERMISSION_CHARACTERS:
        raise InputError("Say who gave the permission, when, and where you keep it; the note stays in the voice.")
    if len(tidy) > limits.MAX_PERMISSION_CHARACTERS:
        raise InputError(
            f"The note has {count(len(tidy), 'character')}; at most {limits.MAX_PERMISSION_CHARACTERS} fit. Shorten it."
        )
    return WrittenPermission(tidy, disk.now_iso(), by)


def keep_spoken(folder: Path, consent: SpokenConsent, reading: Audio) -> None:
    """Keep a spoken consent and its recording, in place of any earlier consent."""
    with disk.atomic_file(folder / RECORDING_FILE) as temporary:
        encode_flac(reading, temporary)
    disk.write_json_twice(folder / FILE, {"kind": "spoken", **asdict(consent)})


def keep_permission(folder: Path, given: WrittenPermission) -> None:
    """Keep a written permission, in place of any earlier consent."""
    disk.write_json_twice(folder / FILE, {"kind": "permission", **asdict(given)})
    (folder / RECORDING_FILE).unlink(missing_ok=True)


def kept(folder: Path) -> SpokenConsent | WrittenPermission | None:
    """Return the consent in a project; None if there is none, or it cannot be read."""
    nothing = NotFoundError("no consent")
    try:
        value = dict(disk.read_json_twice(folder / FILE, missing=nothing, damaged=nothing))
        kind = value.pop("kind")
        return SpokenConsent(**value) if kind == "spoken" else WrittenPermission(**value)
    except (NotFoundError, TypeError, KeyError, ValueError):
        return None


def reading(folder: Path) -> Audio:
    """Return the recording of the spoken consent.

    Raises:
        AudioError: it is not there, or damaged.
    """
    return decode(folder / RECORDING_FILE)


def withdraw(folder: Path) -> bool:
    """Delete the consent with its recording and any sentence to read; True if there was one."""
    was_there = kept(folder) is not None
    disk.remove_folder(folder)
    return was_there
