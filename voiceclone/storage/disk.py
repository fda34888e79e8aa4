"""Files on disk: generated ids, the one safe-path function, atomic writes, and full-disk errors in words."""

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


def new_id() -> str:
    """Return an identifier nobody can guess, 32 hexadecimal digits."""
    return uuid.uuid4().hex


def is_id(value: object) -> bool:
    """True for what `new_id` makes."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def now_iso() -> str:
    """Return the present moment in UTC, for example `2026-01-31T09:30:00.125+00:00`."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def clean_name(name: str, what: str = "name") -> str:
    """Return a label with its spaces tidied.

    Args:
        name: what a person typed; it is never part of a path.
        what: the word for it in the message, for example `voice name`.

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
    """Join `parts` below `root` and refuse whatever would lead out of it, or to `root` itself.

    Raises:
        NotFoundError: the path would not lie inside `root`.
    """
    try:
        path = root.joinpath(*parts).resolve()
        inside = path != root.resolve() and path.is_relative_to(root.resolve())
    except (OSError, ValueError, RuntimeError) as error:  # a null byte, a loop of links
        raise NotFoundError("That name is not one of yours; choose it from the list.") from error
    if not inside:
        raise NotFoundError("That name is not one of yours; choose it from the list.")
    return path


@contextmanager
def storage_errors(where: Path) -> Iterator[None]:
    """Turn a full or forbidden disk, or an impossible name, into a `StorageError` with its remedy."""
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
                f"A file of that name cannot be made in “{where}”. Choose another name or folder."
            ) from error
        raise


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; it takes the place of `path` when the block succeeds."""
    with storage_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.parent / f".part-{uuid.uuid4().hex}{path.suffix}"
        try:
            temporary.touch()
            yield temporary
            with temporary.open("r+b") as written:  # Windows flushes only what is open for writing
                os.fsync(written.fileno())
            move_into_place(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


def move_into_place(source: Path, target: Path) -> None:
    """Let `source` take the place of `target`, which may be there."""
    # On Windows a file that another process is reading just now cannot be replaced; it is free
    # again within milliseconds, so a short wait is the whole cure.
    for attempt in range(_REPLACE_ATTEMPTS):
        try:
            source.replace(target)
            return
        except PermissionError:
            if os.name != "nt" or attempt == _REPLACE_ATTEMPTS - 1:
                raise
            time.sleep(_REPLACE_PAUSE_S)


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


def copy_path(path: Path) -> Path:
    """Return where `write_json_twice` puts the copy of a file, for example `run.copy.json`."""
    return path.with_name(f"{path.stem}.copy{path.suffix}")


def write_json_twice(path: Path, value: Any) -> None:
    """Write `value` as JSON to `path` and to a copy beside it: for what is written once and cannot be made again."""
    write_json(copy_path(path), value)
    write_json(path, value)


def read_json_twice(
    path: Path,
    *,
    missing: VoiceCloneError,
    damaged: VoiceCloneError,
    on_repair: Callable[[], None] | None = None,
) -> Any:
    """Read what `write_json_twice` wrote; where `path` is damaged, its copy counts and takes its place.

    Args:
        path: the file.
        missing: raised when neither is there.
        damaged: raised when neither can be read.
        on_repair: called when the copy had to be used.
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
    """Delete a folder and what is in it; one that is not there is fine.

    Raises:
        StorageError: something in it may not be deleted.
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
    """Raise `StorageError` unless a file can be made in `folder`, which is made where it is missing."""
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".part-{uuid.uuid4().hex}"
        try:
            probe.touch()
        finally:
            probe.unlink(missing_ok=True)
