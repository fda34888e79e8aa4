"""Cache of preprocessed recordings by content, for the next training on the same clips."""

import hashlib
import logging
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np

from voiceclone.errors import StorageError
from voiceclone.storage.disk import atomic_file

_LOG = logging.getLogger(__name__)

FOLDER = "features"
LIMIT_MB = 400.0
"""Whatever was used longest ago goes first. 400 MB hold about an hour and a half of speech; an hour is the most that
one training takes."""
VERSION = 3
"""Raised when the same recording comes to something else than before: what lies in a cache or a run of another version
is made again. 3: pitch by SwiftF0, floor 50 Hz."""
MAP_FILE = "alignment_map_{key}.safetensors"
"""Beside `FOLDER`: what the alignment knows of a style, see `alignment`. The key does not tell whose style it is."""
_SUFFIX = ".safetensors"
_CLIP = "clip"
"""Says in a file's header from which clip it was made; files of older versions lack it."""


class FeatureCache:
    """Arrays by the hash of their inputs; several processes may share the folder.

    Checksums detect torn or altered files, which are computed again. A full or read-only disk only costs the time the
    cache would have saved.

    Args:
        folder: of the files.
        limit_mb: total size, 10^6 bytes.
    """

    def __init__(self, folder: Path, limit_mb: float = LIMIT_MB) -> None:
        self._folder = folder
        self._limit_bytes = limit_mb * 1e6

    def get(self, key: str) -> dict[str, np.ndarray] | None:
        """Return the arrays of `key`, None when there are no intact ones."""
        from safetensors import SafetensorError, safe_open

        path = self._path(key)
        try:
            with safe_open(path, framework="np") as kept:
                arrays = {name: kept.get_tensor(name) for name in kept.keys()}  # noqa: SIM118
                whole = (kept.metadata() or {}).get("checksum") == _checksum(arrays)
        except FileNotFoundError:
            return None
        except (OSError, SafetensorError, ValueError):
            whole = False
        try:
            if not whole:
                path.unlink(missing_ok=True)
                return None
            os.utime(path)  # used now
        except OSError:
            pass  # a folder that may only be read
        return arrays if whole else None

    def put(self, key: str, arrays: Mapping[str, np.ndarray], clip_id: str = "") -> None:
        """Store arrays under `key` with the id of the clip they are of, and evict the least recently used."""
        from safetensors.numpy import save_file

        contiguous = {name: np.ascontiguousarray(value) for name, value in arrays.items()}
        try:
            with atomic_file(self._path(key)) as temporary:
                save_file(contiguous, temporary, metadata={"checksum": _checksum(contiguous), _CLIP: clip_id})
            self._shrink()
        except (OSError, StorageError) as error:
            _LOG.warning("Prepared recordings are not kept for the next training: %s", error)

    def of_clips(self, clip_ids: Collection[str], *, unclear: bool = False) -> list[Path]:
        """Return the files made from these clips; with `unclear`, also those that do not say from which they were."""
        from safetensors import SafetensorError, safe_open

        found = []
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
            try:
                with safe_open(path, framework="np") as kept:
                    clip_id = (kept.metadata() or {}).get(_CLIP)
            except FileNotFoundError:
                continue
            except (OSError, SafetensorError, ValueError):
                clip_id = None
            if clip_id in clip_ids or (unclear and not clip_id):
                found.append(path)
        return found

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}{_SUFFIX}"

    def _shrink(self) -> None:
        found = []
        for path in self._folder.glob(f"*{_SUFFIX}"):
            try:
                about = path.stat()
            except FileNotFoundError:  # another process was quicker
                continue
            found.append((about.st_mtime, about.st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= self._limit_bytes:
                return
            path.unlink(missing_ok=True)
            total -= size


def content_key(sound: np.ndarray, tokens: Sequence[int], style: np.ndarray, base_sha256: str) -> str:
    """Return the hash of everything the features depend on.

    Args:
        sound: the recording, float32, 24 kHz, at the base's level.
        tokens: its phonemes.
        style: the start voice, shape (1, 256).
        base_sha256: of the base's weights.
    """
    told = hashlib.sha256(str(VERSION).encode())
    for part in (sound.astype("<f4"), np.asarray(tokens, "<i8"), style.astype("<f4")):
        told.update(len(part.tobytes()).to_bytes(8, "little"))
        told.update(part.tobytes())
    told.update(base_sha256.encode())
    return told.hexdigest()


def _checksum(arrays: Mapping[str, np.ndarray]) -> str:
    told = hashlib.sha256()
    for name in sorted(arrays):
        told.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        told.update(arrays[name].tobytes())
    return told.hexdigest()
