"""The data folder belongs to one user: folders 0700, files 0600, also those of versions that did not see to it."""

import os
import stat
from contextlib import suppress
from pathlib import Path

FOLDERS = ("base", "recognisers", "projects", "runs", "pace", "voices", "blind", "comparisons", "temporary")
"""What a data folder holds; whatever else lies there is not ours."""
_FILES = ("training.lock", "training.lock.guard")
_BESIDE = "README.md"
"""In the data folder of a checkout."""
_OTHERS = 0o077
"""Any right of the group and of everybody else."""


def make_private(data_dir: Path) -> int:
    """Take the rights of other users to the data folder away; return how many files and folders that changed.

    Only what belongs to this user changes, and links are not followed. A folder that also holds other things, such as a
    home folder, keeps its own rights; what VoiceClone keeps in it does not. On Windows nothing is done: folders below
    a user's own are private there.
    """
    if os.name == "nt" or not data_dir.is_dir():
        return 0
    entries = [path.name for path in data_dir.iterdir()]
    ours = all(name in FOLDERS or name in _FILES or name == _BESIDE or name.startswith(".") for name in entries)
    changed = _tighten(data_dir) if ours else 0
    for name in entries:
        if name in _FILES:
            changed += _tighten(data_dir / name)
        if name in FOLDERS:
            changed += _tighten((data_dir / name).resolve())
            for folder, folders, files in os.walk(data_dir / name):
                changed += sum(_tighten(Path(folder, inner)) for inner in (*folders, *files))
    return changed


def _tighten(path: Path) -> bool:
    with suppress(OSError):  # deleted meanwhile, or a file system without permissions
        about = path.lstat()
        if about.st_uid == os.getuid() and about.st_mode & _OTHERS and not stat.S_ISLNK(about.st_mode):
            path.chmod(stat.S_IMODE(about.st_mode) & ~_OTHERS)
            return True
    return False
