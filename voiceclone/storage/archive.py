"""Unpack untrusted zip files: every path is checked and every byte counted."""

import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from voiceclone.errors import ArchiveError, Cancelled, NotFoundError
from voiceclone.limits import MAX_MODEL_FILES, MAX_MODEL_MB
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.storage.disk import make_folder, remove_folder, require_free_disk, safe_path, storage_errors
from voiceclone.wording import count

_CHUNK_BYTES = 1 << 20
_LITTER = ("__MACOSX", ".DS_Store", "Thumbs.db")
_MOVED_LAST = "config.json"
"""Moved into place last: a folder that has it is complete."""


def unpack(
    archive: Path,
    folder: Path,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
    *,
    max_mb: float = MAX_MODEL_MB,
    max_files: int = MAX_MODEL_FILES,
) -> None:
    """Unpack `archive` into `folder`, without the outer folder that many archives wrap around their files.

    Files appear in `folder` only once all of them are unpacked and their checksums are right.

    Args:
        folder: the destination; files of the same name are replaced.
        on_progress: called with (fraction 0..1, message).
        should_stop: polled between blocks; return True to stop, which leaves nothing behind.
        max_mb: largest unpacked size accepted, in megabytes of a million bytes.
        max_files: largest number of files accepted.

    Raises:
        ArchiveError: not a zip file, damaged, too large, or with a path outside `folder`.
        StorageError: the disk is full.
        Cancelled: `should_stop` returned True.
    """
    staging = folder.parent / f".unpacking-{folder.name}"
    remove_folder(staging)
    try:
        with storage_errors(folder), _archive_errors(archive), zipfile.ZipFile(archive) as opened:
            members = _checked(opened, archive, max_mb, max_files)
            total = sum(member.file_size for member in members)
            require_free_disk(folder, total / 1e6)
            done = 0
            for member in members:
                target = _target(staging, member.filename, archive)
                make_folder(target.parent)
                with opened.open(member) as source, target.open("wb") as written:
                    while chunk := source.read(_CHUNK_BYTES):
                        if should_stop and should_stop():
                            raise Cancelled("Stopped unpacking; next time it starts over.")
                        done += len(chunk)
                        if done > max_mb * 1e6:
                            raise _too_large(archive, max_mb)
                        written.write(chunk)
                        if on_progress:
                            on_progress(
                                min(1.0, done / max(1, total)), f"Unpacking {PurePosixPath(member.filename).name}"
                            )
        move_in(_without_outer_folder(staging), folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def move_in(source: Path, folder: Path) -> None:
    """Move everything in `source` into `folder`, replacing files of the same name, and delete `source`."""
    with storage_errors(folder):
        make_folder(folder)
        for path in sorted(source.iterdir(), key=lambda path: path.name == _MOVED_LAST):
            target = folder / path.name
            if path.is_dir() and not path.is_symlink() and target.is_dir():
                move_in(path, target)
                continue
            if target.is_dir():
                remove_folder(target)
            shutil.move(path, target)
        source.rmdir()


def _checked(opened: zipfile.ZipFile, archive: Path, max_mb: float, max_files: int) -> list[zipfile.ZipInfo]:
    members = [
        member
        for member in opened.infolist()
        if not member.is_dir() and not set(_LITTER) & set(PurePosixPath(member.filename).parts)
    ]
    if not members:
        raise ArchiveError(f"“{archive.name}” holds no files.")
    if len(members) > max_files:
        raise ArchiveError(f"“{archive.name}” holds {count(len(members), 'file')}; at most {max_files} are unpacked.")
    if sum(member.file_size for member in members) > max_mb * 1e6:
        raise _too_large(archive, max_mb)
    for member in members:
        if stat.S_ISLNK(member.external_attr >> 16):
            raise _leads_out(archive, member.filename)
        _target(archive.parent / "check", member.filename, archive)
    return members


def _target(root: Path, name: str, archive: Path) -> Path:
    # zipfile turns only this system's separators into ‘/’; Windows also knows drives and the backslash.
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or not parts[0] or any(":" in part or "\0" in part for part in parts):
        raise _leads_out(archive, name)
    try:
        return safe_path(root, *parts)
    except NotFoundError as error:
        raise _leads_out(archive, name) from error


def _without_outer_folder(staging: Path) -> Path:
    entries = list(staging.iterdir())
    return entries[0] if len(entries) == 1 and entries[0].is_dir() else staging


@contextmanager
def _archive_errors(archive: Path) -> Iterator[None]:
    try:
        yield
    # RuntimeError: the archive has a password; NotImplementedError: an exotic compression.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        raise ArchiveError(f"“{archive.name}” is not a zip file, or it is damaged or has a password.") from error


def _too_large(archive: Path, max_mb: float) -> ArchiveError:
    return ArchiveError(f"“{archive.name}” would unpack to more than {max_mb:,.0f} MB.")


def _leads_out(archive: Path, name: str) -> ArchiveError:
    return ArchiveError(
        f"“{archive.name}” holds a file that would be written outside its folder (“{name[:80]}”); nothing was unpacked."
    )
