"""Temporary folders inside the data folder; those left by a killed process are swept."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from voiceclone.storage import disk

_PREFIX = ".spool-"
"""The name older versions used, so that their leftovers are swept, too."""
_LOCK = ".lock"


def take_folder(root: Path) -> tuple[Path, FileLock]:
    """Make a new folder inside `root` and return it with the lock that keeps it from being swept.

    The system's temporary folder will not do: it may be small, in memory, or open to other users. The operating system
    holds the lock next to the folder for this process and releases it when the process ends, however that happens.

    Raises:
        StorageError: nothing can be written there.
    """
    folder = root / f"{_PREFIX}{disk.new_id()}"
    with disk.storage_errors(root):
        disk.make_folder(root)
        lock = _lock_of(folder)
        lock.acquire()  # before the folder exists, so that it never appears without an owner
        try:
            disk.make_folder(folder)
        except OSError:
            give_back(folder, lock)
            raise
    return folder, lock


def give_back(folder: Path, lock: FileLock) -> None:
    """Delete a folder that `take_folder` made, and let its lock go."""
    shutil.rmtree(folder, ignore_errors=True)
    lock.release()
    _remove_lock_file(lock)


@contextmanager
def staging_folder(root: Path) -> Iterator[Path]:
    """Yield a new folder inside `root` that exists for the duration of the block; see `take_folder`."""
    folder, lock = take_folder(root)
    try:
        with disk.storage_errors(root):
            yield folder
    finally:
        give_back(folder, lock)


def sweep_staging(root: Path) -> int:
    """Delete the folders in `root` that no living process owns; return how many. Undeletable ones are left alone."""
    swept = 0
    found = {path.with_suffix("") if path.suffix == _LOCK else path for path in root.glob(f"{_PREFIX}*")}
    for folder in found:
        lock = _lock_of(folder)
        try:
            with lock:
                swept += folder.exists()
                shutil.rmtree(folder, ignore_errors=True)
        except (Timeout, OSError):
            continue  # in use, or not ours to delete
        if not folder.exists():
            _remove_lock_file(lock)
    return swept


def _lock_of(folder: Path) -> FileLock:
    # Whichever thread takes it, the process has it.
    return FileLock(folder.with_name(folder.name + _LOCK), timeout=0, mode=0o600, thread_local=False)


def _remove_lock_file(lock: FileLock) -> None:
    with suppress(OSError):
        Path(lock.lock_file).unlink(missing_ok=True)
