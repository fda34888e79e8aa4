"""A folder in the data folder for sound on its way into clips; one that a killed process left is swept."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from voiceclone.storage import disk

_PREFIX = ".spool-"
_LOCK = ".lock"


@contextmanager
def spool_folder(root: Path) -> Iterator[Path]:
    """Give a new folder inside `root`, for as long as the block lasts.

    In the data folder and not in the system's temporary one, which may be small or in memory. The lock beside it
    is held by the operating system for this process: it ends with the process, however that ends.
    """
    folder = root / f"{_PREFIX}{disk.new_id()}"
    with disk.storage_errors(root):
        root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(_lock_path(folder), timeout=0)
        try:
            with lock:  # before the folder is there, so that it is never seen without its owner
                folder.mkdir()
                try:
                    yield folder
                finally:
                    shutil.rmtree(folder, ignore_errors=True)
        finally:
            _forget(lock)


def sweep_spools(root: Path) -> int:
    """Delete the folders in `root` that no living process owns; return how many. What may not be deleted stays."""
    swept = 0
    found = {path.with_suffix("") if path.suffix == _LOCK else path for path in root.glob(f"{_PREFIX}*")}
    for folder in found:
        lock = FileLock(_lock_path(folder), timeout=0)
        try:
            with lock:
                swept += folder.exists()
                shutil.rmtree(folder, ignore_errors=True)
        except (Timeout, OSError):
            continue  # somebody's, or not ours to touch
        if not folder.exists():
            _forget(lock)
    return swept


def _lock_path(folder: Path) -> Path:
    return folder.with_name(folder.name + _LOCK)


def _forget(lock: FileLock) -> None:
    with suppress(OSError):
        Path(lock.lock_file).unlink(missing_ok=True)
