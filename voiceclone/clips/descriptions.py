"""The JSON descriptions of projects and clips. Each is stored twice; reports those whose copies are both damaged."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from voiceclone.clips.model import ClipRecord, Project
from voiceclone.errors import AudioError, NotFoundError, StorageError
from voiceclone.storage import disk
from voiceclone.wording import count

PROJECT_FILE, CLIP_FILE = "project.json", "clip.json"
MISSING_CLIP = "There is no such clip; it may have been deleted. Load the list again."
_DAMAGED_CLIP = (
    "This part of your data is damaged: a clip's description cannot be read. Delete it and add the recording again; "
    "the others are fine."
)


def write_project(folder: Path, project: Project) -> None:
    """Write a project's description."""
    disk.write_json_twice(folder / PROJECT_FILE, asdict(project))


def read_project(folder: Path) -> Project:
    """Read a project's description; a damaged one is restored from its copy.

    Raises:
        NotFoundError: there is none.
        StorageError: it and its copy are damaged.
    """
    missing = NotFoundError("There is no such project. Choose one from the list.")
    damaged = StorageError(
        "The description of one person's recordings is damaged, so they cannot be listed. Nothing was deleted: to have "
        f"them back, add the files “original.flac” that lie in “{folder / 'clips'}” to a new person."
    )
    value = disk.read_json_twice(folder / PROJECT_FILE, missing=missing, damaged=damaged)
    try:
        project = Project(**value)
    except TypeError:
        raise damaged from None
    if not disk.copy_path(folder / PROJECT_FILE).exists():  # written by a version that kept no copies
        with suppress(StorageError):
            write_project(folder, project)
    return project


def write_record(folder: Path, record: ClipRecord) -> None:
    """Write a clip's description."""
    disk.write_json_twice(folder / CLIP_FILE, asdict(record))


def read_record(folder: Path) -> ClipRecord:
    """Read a clip's description; a damaged one is restored from its copy.

    Raises:
        NotFoundError: there is none.
        AudioError: it is damaged, and so is its copy if it has one.
    """
    damaged = AudioError(_DAMAGED_CLIP)
    value = disk.read_json_twice(folder / CLIP_FILE, missing=NotFoundError(MISSING_CLIP), damaged=damaged)
    try:
        return ClipRecord(**value)
    except TypeError:
        raise damaged from None


def lost_clips_sentence(folders: Sequence[Path]) -> str:
    """Return the sentence that reports clips with damaged descriptions; empty without any."""
    if not folders:
        return ""
    others = f" and {len(folders) - 1} more beside it" if len(folders) > 1 else ""
    what = "One recording is" if len(folders) == 1 else f"{count(len(folders), 'recording')} are"
    return (
        f"{what} not listed, because the description is damaged. The sound is still there, in “{folders[0]}”{others}: "
        "add the file “original.flac” again."
    )
