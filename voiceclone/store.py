"""Files on disk: generated ids, the one safe-path function, atomic writes, and full-disk errors in words."""

import errno
import json
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from voiceclone.errors import NotFoundError, StorageError, VoiceCloneError
from voiceclone.limits import MIN_FREE_DISK_MB

_ID = re.compile(r"[0-9a-f]{32}")
_STORAGE_ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}


def new_id() -> str:
    """Return an identifier nobody can guess, 32 hexadecimal digits."""
    return uuid.uuid4().hex


def is_id(value: object) -> bool:
    """True for what `new_id` makes."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def safe_path(root: Path, *parts: str) -> Path:
    """Join `parts` below `root` and refuse whatever would lead out of it.

    Raises:
        NotFoundError: the path would leave `root`.
    """
    try:
        path = root.joinpath(*parts).resolve()
    except (OSError, ValueError) as error:  # e.g. an embedded null byte
        raise NotFoundError("That name is not one of yours; choose it from the list.") from error
    if not path.is_relative_to(root.resolve()):
        raise NotFoundError("That name is not one of yours; choose it from the list.")
    return path


@contextmanager
def storage_errors(where: Path) -> Iterator[None]:
    """Turn a full, read-only or forbidden disk into a `StorageError` that names the remedy."""
    try:
        yield
    except OSError as error:
        if error.errno not in _STORAGE_ERRNOS:
            raise
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageError(
                f"The disk that holds “{where}” is full. Free some space and try again; "
                "everything saved before is still there."
            ) from error
        raise StorageError(
            f"VoiceClone may not write to “{where}”. Give it permission to write there, "
            "or set VOICECLONE_HOME to a folder of your own."
        ) from error


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; it takes the place of `path` when the block succeeds."""
    with storage_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-", suffix=path.suffix)
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            with temporary.open("rb") as written:
                os.fsync(written.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all."""
    with atomic_file(path) as temporary:
        temporary.write_bytes(content)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as JSON to `path`, whole or not at all."""
    write_bytes(path, (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))


def read_json(path: Path, *, missing: VoiceCloneError, damaged: VoiceCloneError) -> Any:
    """Read JSON; raise `missing` or `damaged` when it is not there or not readable."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise missing from None
    except (ValueError, OSError) as error:
        raise damaged from error


def require_free_disk(folder: Path, needed_mb: float = MIN_FREE_DISK_MB) -> None:
    """Raise `StorageError` unless the disk of `folder` has `needed_mb` free."""
    existing = folder
    while not existing.exists():
        existing = existing.parent
    free_mb = shutil.disk_usage(existing).free / 1e6
    if free_mb < needed_mb:
        raise StorageError(
            f"Only {free_mb:.0f} MB are free on the disk that holds “{folder}”, and "
            f"{needed_mb:.0f} MB are needed. Free some space and try again."
        )
