"""Temporary files of this process, in one private folder inside the data folder.

`temporary/.spool-<id>/` belongs to one process, which holds the lock beside it; see `staging`. It goes when the process
ends, and if that was killed, at the next start of any. What is shown in the browser lies below `page/<owner>/`, where
the owner is the id of the person, voice, clip or training that it is of: whoever deletes the owner, in whatever
process, deletes these copies too.
"""

import atexit
import os
import shutil
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock

from voiceclone.errors import StorageError
from voiceclone.storage import disk
from voiceclone.storage.staging import give_back, sweep_staging, take_folder

FOLDER = "temporary"
PAGE_FOLDER = "page"
"""Inside a process's folder: what the browser may read, and what it uploaded."""
NOBODY = "0" * 32
"""The owner of what is nobody's, for example the speech of a stock voice."""
_ABANDONED_S = 24 * 3600.0
"""A file that is half written for so long is what a killed process left: none takes a day to write."""
_UPLOADING_S = 600.0
"""A file that was written to more recently may still be arriving."""

_turn = threading.RLock()
_held: dict[tuple[int, Path], tuple[Path, FileLock]] = {}
"""By process and data folder: a process that was forked has none of its own yet."""


def own_folder(data_dir: Path) -> Path:
    """Return this process's folder for temporary files; it is made on first use.

    Raises:
        StorageError: nothing can be written in the data folder.
    """
    key = (os.getpid(), data_dir)
    with _turn:
        if key not in _held or not _held[key][0].is_dir():
            leave(data_dir)
            _held[key] = take_folder(data_dir / FOLDER)
        return _held[key][0]


def page_folder(data_dir: Path) -> Path:
    """Return this process's folder of what the browser may read; errors as in `own_folder`."""
    folder = own_folder(data_dir) / PAGE_FOLDER
    with disk.storage_errors(folder):
        disk.make_folder(folder)
    return folder


def leave(data_dir: Path) -> None:
    """Delete this process's temporary files; a later use makes another folder."""
    with _turn:
        held = _held.pop((os.getpid(), data_dir), None)
        if held is not None:
            give_back(*held)


def sweep(data_dir: Path) -> int:
    """Delete what processes that are gone left behind; return how many folders and files that were."""
    half_written = [path for path in data_dir.rglob(".part-*") if _is_abandoned(path)]
    discard(data_dir, half_written)
    return sweep_staging(data_dir / FOLDER) + len(half_written)


def _is_abandoned(path: Path) -> bool:
    with suppress(OSError):
        return time.time() - path.stat().st_mtime > _ABANDONED_S
    return False


@contextmanager
def work_folder(data_dir: Path) -> Iterator[Path]:
    """Yield a new folder that the browser cannot read and that exists for the duration of the block."""
    folder = own_folder(data_dir) / f"work-{disk.new_id()}"
    with disk.storage_errors(folder):
        disk.make_folder(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def copies(data_dir: Path, owners: Collection[str]) -> list[Path]:
    """Return the folders of all processes with what belongs to one of `owners`."""
    ids = sorted(owner for owner in owners if disk.is_id(owner))
    return [folder for page in _pages(data_dir) for owner in ids if (folder := page / owner).is_dir()]


def uploads(data_dir: Path) -> list[Path]:
    """Return what browsers sent to any process and nobody has taken in yet; nobody can tell whose that is."""
    now = time.time()
    found = []
    for page in _pages(data_dir):
        for path in page.iterdir():
            with suppress(FileNotFoundError):
                arriving = path.is_file() and now - path.stat().st_mtime < _UPLOADING_S
                if not disk.is_id(path.name) and not arriving:
                    found.append(path)
    return found


def discard(data_dir: Path, paths: Collection[Path]) -> None:
    """Delete files and folders of the data folder for good, so that a kill on the way leaves none of them in place.

    All are moved out of sight first, one after another, then deleted. What is missing is fine.

    Raises:
        StorageError: something cannot be deleted.
    """
    if not paths:
        return
    with work_folder(data_dir) as away:
        for number, path in enumerate(paths):
            with disk.storage_errors(path):
                _move_away(path, away / str(number))
        with disk.storage_errors(away):
            shutil.rmtree(away)


def _move_away(path: Path, target: Path) -> None:
    try:
        disk.move_into_place(path, target)
    except FileNotFoundError:
        return
    except OSError:  # another disk, or open on a system that does not move open files
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _pages(data_dir: Path) -> list[Path]:
    return [page for page in (data_dir / FOLDER).glob(f"*/{PAGE_FOLDER}") if page.is_dir()]


@atexit.register
def _leave_all() -> None:
    for process_id, data_dir in list(_held):
        if process_id == os.getpid():
            with suppress(OSError, StorageError):
                leave(data_dir)
