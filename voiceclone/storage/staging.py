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


@contextmanager
def staging_folder(root: Path) -> Iterator[Path]:
    """Yield a new folder inside `root` that exists for the duration of the block.

    The system's temporary folder will not do: it may be small or in memory. The operating system holds the lock next
    to the folder for this process and releases it when the process ends, however that happens.
    """
    folder = root / f"{_PREFIX}{disk.new_id()}"
    with disk.storage_errors(root):
        root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(_lock_path(folder), timeout=0)
        try:
            with lock:  # taken before the folder exists, so that it never appears without an owner
                folder.mkdir()
                try:
                    yield folder
                finally:
                    shutil.rmtree(folder, ignore_errors=True)
        finally:
            _remove_lock_file(lock)


def sweep_staging(root: Path) -> int:
    """Delete the folders in `root` that no living process owns; return how many. Undeletable ones are left alone."""
    swept = 0
    found = {path.with_suffix("") if path.suffix == _LOCK else path for path in root.glob(f"{_PREFIX}*")}
    for folder in found:
        lock = FileLock(_lock_path(folder), timeout=0)
        try:
            with lock:
                swept += folder.exists()
                shutil.rmtree(folder, ignore_errors=True)
        except (Timeout, OSError):
            continue  # in use, or not ours to delete
        if not folder.exists():
            _remove_lock_file(lock)
    return swept


def _lock_path(folder: Path) -> Path:
    return folder.with_name(folder.name + _LOCK)


def _remove_lock_file(lock: FileLock) -> None:
    with suppress(OSError):
        Path(lock.lock_file).unlink(missing_ok=True)
