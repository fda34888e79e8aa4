"""Files on disk: generated ids, safe paths, atomic writes, and full-disk errors in plain words."""

import errno
import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from voiceclone.errors import InputError, NotFoundError, StorageError, VoiceCloneError
from voiceclone.limits import MAX_NAME_CHARACTERS, MIN_FREE_DISK_MB
from voiceclone.wording import count

_ID = re.compile(r"[0-9a-f]{32}")
_FULL_ERRNOS = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN_ERRNOS = {errno.EROFS, errno.EACCES, errno.EPERM}
_NO_SUCH_PLACE_ERRNOS = {errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.EINVAL}
_REPLACE_ATTEMPTS = 40
_REPLACE_PAUSE_S = 0.025
_USUAL_UMASK = os.umask(0o077)
os.umask(_USUAL_UMASK)  # it can only be read by setting it


def new_id() -> str:
    """Return an unguessable identifier of 32 hexadecimal digits."""
    return uuid.uuid4().hex


def is_id(value: object) -> bool:
    """True if `value` has the form of `new_id`."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def now_iso() -> str:
    """Return the current time in UTC, for example `2026-01-31T09:30:00.125+00:00`."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def clean_name(name: str, what: str = "name") -> str:
    """Return a label with normalised whitespace.

    Args:
        name: as typed by a person; never used in a path.
        what: its description in the error message, for example `voice name`.

    Raises:
        InputError: the name is empty, longer than `MAX_NAME_CHARACTERS` or not printable.
    """
    tidy = " ".join(str(name).split())
    if not tidy:
        raise InputError(f"The {what} is empty. Type a name, for example “Anna”.")
    if len(tidy) > MAX_NAME_CHARACTERS:
        raise InputError(
            f"The {what} has {count(len(tidy), 'character')}; at most {MAX_NAME_CHARACTERS} fit. Shorten it."
        )
    if not tidy.isprintable():
        raise InputError(f"The {what} holds a character that cannot be shown. Type it again.")
    return tidy


def safe_path(root: Path, *parts: str) -> Path:
    """Join `parts` below `root`, refusing a result outside it or equal to it.

    Raises:
        NotFoundError: the path is not inside `root`.
    """
    try:
        path = root.joinpath(*parts).resolve()
        inside = path != root.resolve() and path.is_relative_to(root.resolve())
    except (OSError, ValueError, RuntimeError) as error:  # a null byte, a symlink loop
        raise NotFoundError("That name is not one of yours; choose it from the list.") from error
    if not inside:
        raise NotFoundError("That name is not one of yours; choose it from the list.")
    return path


@contextmanager
def storage_errors(where: Path) -> Iterator[None]:
    """Turn a full disk, missing permissions or an impossible name into a `StorageError` with its remedy."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL_ERRNOS:
            raise StorageError(
                f"The disk that holds “{where}” is full. Free some space and try again; "
                "everything saved before is still there."
            ) from error
        if error.errno in _FORBIDDEN_ERRNOS:
            raise StorageError(
                f"VoiceClone may not write to “{where}”. Give it permission to write there, "
                "or set VOICECLONE_HOME to a folder of your own."
            ) from error
        if error.errno in _NO_SUCH_PLACE_ERRNOS:
            raise StorageError(
                f"A file of that name cannot be created in “{where}”. Choose another name or folder."
            ) from error
        raise


def make_folder(folder: Path) -> None:
    """Create a folder and its missing parents, for this user only where the system knows users (mode 0700)."""
    if not folder.is_dir():
        if folder.parent != folder:
            make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def hand_out(path: Path) -> None:
    """Give a file that was made for use elsewhere the permissions that other programs' files get.

    What `atomic_file` writes is for this user only. In a folder that is for this user only, it stays so.
    """
    if os.name != "nt" and path.parent.stat().st_mode & 0o077:
        with suppress(OSError):  # a file system without permissions
            path.chmod(0o666 & ~_USUAL_UMASK)


def private_opener(path: str, flags: int) -> int:
    """For `open(…, opener=…)`: a file that is made is for this user only."""
    return os.open(path, flags, 0o600)


@contextmanager
def private_by_default() -> Iterator[None]:
    """Let everything this process creates in the block be for this user only, whoever creates it."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path next to `path`, which replaces `path` if the block succeeds.

    The file, and folders that are missing, are for this user only; `hand_out` is for files that leave the data folder.
    """
    with storage_errors(path.parent):
        make_folder(path.parent)
        temporary = path.parent / f".part-{uuid.uuid4().hex}{path.suffix}"
        try:
            temporary.touch(mode=0o600)
            yield temporary
            with temporary.open("r+b") as written:  # Windows can only flush files open for writing
                os.fsync(written.fileno())
            move_into_place(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


def move_into_place(source: Path, target: Path) -> None:
    """Move `source` to `target`, replacing it if it exists."""
    # On Windows a file that another process is reading cannot be replaced. It is free again within milliseconds,
    # so a short wait suffices.
    for attempt in range(_REPLACE_ATTEMPTS):
        try:
            source.replace(target)
            return
        except PermissionError:
            if os.name != "nt" or attempt == _REPLACE_ATTEMPTS - 1:
                raise
            time.sleep(_REPLACE_PAUSE_S)


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path` atomically."""
    with atomic_file(path) as temporary:
        temporary.write_bytes(content)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as JSON to `path` atomically."""
    write_bytes(path, (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))


def read_json(path: Path, *, missing: VoiceCloneError, damaged: VoiceCloneError) -> Any:
    """Read JSON; raise `missing` if the file does not exist, `damaged` if it cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise missing from None
    except (ValueError, OSError) as error:
        raise damaged from error


def copy_path(path: Path) -> Path:
    """Return the path of the copy that `write_json_twice` makes, for example `run.copy.json`."""
    return path.with_name(f"{path.stem}.copy{path.suffix}")


def write_json_twice(path: Path, value: Any) -> None:
    """Write `value` as JSON to `path` and to a copy next to it, for data that cannot be made again."""
    write_json(copy_path(path), value)
    write_json(path, value)


def read_json_twice(
    path: Path,
    *,
    missing: VoiceCloneError,
    damaged: VoiceCloneError,
    on_repair: Callable[[], None] | None = None,
) -> Any:
    """Read what `write_json_twice` wrote; if `path` is damaged, restore it from its copy.

    Args:
        path: the file.
        missing: raised if neither file exists.
        damaged: raised if neither file can be read.
        on_repair: called if the copy had to be used.
    """
    try:
        return read_json(path, missing=missing, damaged=damaged)
    except VoiceCloneError as error:
        try:
            value = read_json(copy_path(path), missing=error, damaged=error)
        except VoiceCloneError:
            raise error from None
    with suppress(StorageError):
        write_json(path, value)
    if on_repair is not None:
        on_repair()
    return value


def remove_folder(folder: Path) -> None:
    """Delete a folder with its contents; a missing one is fine.

    Raises:
        StorageError: something in it cannot be deleted.
    """
    with storage_errors(folder):
        if folder.exists():
            shutil.rmtree(folder)


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


def require_writable(folder: Path) -> None:
    """Raise `StorageError` unless a file can be created in `folder`, which is created if missing."""
    with storage_errors(folder):
        make_folder(folder)
        probe = folder / f".part-{uuid.uuid4().hex}"
        try:
            probe.touch()
        finally:
            probe.unlink(missing_ok=True)
