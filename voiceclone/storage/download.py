"""Download a file: resumable, with fine-grained progress, verified by hash or size, cancellable."""

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone.errors import BaseModelError, Cancelled
from voiceclone.progress import ShouldStop
from voiceclone.storage.disk import make_folder, require_free_disk, storage_errors
from voiceclone.version import __version__

if TYPE_CHECKING:
    import httpx2

OnBytes = Callable[[int, int | None], None]
"""Called with the number of bytes present and the file's total (None while unknown)."""
ATTEMPTS = 5
"""Number of consecutive connections without a single byte after which the download fails."""
RETRY_PAUSE_S = 1.0
_TIMEOUT_S = 20.0
_CHUNK_BYTES = 256 * 1024
_PART_SUFFIX = ".part"
_SPARE_MB = 200.0
"""Free space to leave on the disk."""
_SHA256 = re.compile(r'"?([0-9a-f]{64})"?')


@dataclass(frozen=True)
class RemoteFile:
    """What the server states about the whole file; None where it states nothing."""

    size_bytes: int | None = None
    sha256: str | None = None


def fetch(
    url: str,
    path: Path,
    on_bytes: OnBytes,
    should_stop: ShouldStop | None = None,
    *,
    sha256: str = "",
    advice: str = "",
) -> Path:
    """Download `url` to `path` unless it is there already; an interrupted download is resumed.

    Uses the session of huggingface_hub, which handles proxies and certificates. Its own `hf_hub_download` (2.4.0) does
    not resume across processes, reports progress only every 10 MB, cannot be stopped, and knows no other server. No
    token is sent. Without `sha256`, the hash given by the hub (`X-Linked-ETag`) is checked if there is one; the size
    always is.

    Args:
        url: the source.
        path: the destination; the suffix `.part` is appended until the file is complete and verified.
        on_bytes: called as bytes arrive.
        should_stop: polled for every chunk; return True to stop. What has been downloaded is kept.
        sha256: the expected hash, if published in advance.
        advice: a sentence saying what else to do if the download fails.

    Raises:
        BaseModelError: the server cannot be reached, does not have the file, or the content is not as expected.
        StorageError: the disk is full.
        Cancelled: `should_stop` returned True.
    """
    with storage_errors(path.parent), _network_errors(path.name, advice):
        if path.is_file() and (not sha256 or file_sha256(path) == sha256):
            on_bytes(path.stat().st_size, path.stat().st_size)
            return path
        make_folder(path.parent)
        part = path.with_name(path.name + _PART_SUFFIX)
        published = _fetch_with_retries(url, part, on_bytes, should_stop)
        wrong = _mismatch(part, published, sha256)
        if wrong:
            part.unlink()
            raise BaseModelError(
                f"The downloaded file “{path.name}” is not the expected one (its {wrong}), so it was deleted. "
                f"Try again; if that does not help, do without. {advice}".rstrip()
            )
        part.replace(path)
    return path


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, read block by block."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _mismatch(part: Path, published: RemoteFile, sha256: str) -> str:
    size_bytes = part.stat().st_size
    if published.size_bytes is not None and size_bytes != published.size_bytes:
        return f"size is wrong: {size_bytes:,} bytes in place of {published.size_bytes:,}"
    expected = sha256 or published.sha256
    return "checksum is wrong" if expected and file_sha256(part) != expected else ""


def _fetch_with_retries(url: str, part: Path, on_bytes: OnBytes, should_stop: ShouldStop | None) -> RemoteFile:
    import httpx2

    broken_in_a_row = 0
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            return _fetch_remaining(url, part, before, on_bytes, should_stop)
        except httpx2.TransportError:
            grew = part.exists() and part.stat().st_size > before
            broken_in_a_row = 1 if grew else broken_in_a_row + 1
            if broken_in_a_row >= ATTEMPTS:
                raise
            time.sleep(RETRY_PAUSE_S)


def _fetch_remaining(url: str, part: Path, have: int, on_bytes: OnBytes, should_stop: ShouldStop | None) -> RemoteFile:
    """Append the missing part of the file at `url` to `part`."""
    from huggingface_hub import get_session
    from huggingface_hub.utils import hf_raise_for_status

    headers = {"User-Agent": f"voiceclone/{__version__}", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    with get_session().stream("GET", url, headers=headers, timeout=_TIMEOUT_S) as response:
        published = _remote_file(response)
        if have and response.status_code == 416:  # nothing is missing, or `part` belongs to another file
            return published
        hf_raise_for_status(response)
        if response.status_code != 206:  # the server ignored the range and sends the whole file
            have = 0
        if published.size_bytes is not None:
            require_free_disk(part.parent, (published.size_bytes - have) / 1e6 + _SPARE_MB)
        with part.open("ab" if have else "wb") as handle:
            on_bytes(have, published.size_bytes)
            for chunk in response.iter_bytes(_CHUNK_BYTES):
                if should_stop and should_stop():
                    raise Cancelled("Stopped fetching the base model; next time it goes on from here.")
                handle.write(chunk)
                have += len(chunk)
                on_bytes(have, published.size_bytes)
    return published


def _remote_file(response: "httpx2.Response") -> RemoteFile:
    """Read what the server, and the hub that redirected to it, state about the whole file."""
    linked = [answer.headers for answer in (*response.history, response)]
    sizes = [headers["X-Linked-Size"] for headers in linked if headers.get("X-Linked-Size", "").isdecimal()]
    hashes = [match[1] for headers in linked if (match := _SHA256.fullmatch(headers.get("X-Linked-ETag", "")))]
    size = response.headers.get("Content-Range", "").rpartition("/")[2]
    if response.status_code == 200:
        size = response.headers.get("Content-Length", "")
    size = sizes[0] if sizes else size
    return RemoteFile(int(size) if size.isdecimal() else None, hashes[0] if hashes else None)


@contextmanager
def _network_errors(name: str, advice: str) -> Iterator[None]:
    """Turn network errors into a `BaseModelError` in plain words."""
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    try:
        yield
    except OfflineModeIsEnabled as error:
        raise BaseModelError(
            f"HF_HUB_OFFLINE is set, so nothing may be fetched. Unset it and try again. {advice}".rstrip()
        ) from error
    except HfHubHTTPError as error:
        host, answer = error.response.url.host, error.response.status_code
        raise BaseModelError(
            f"{host} did not give “{name}” (answer {answer}). Try again later. {advice}".rstrip()
        ) from error
    except httpx2.HTTPError as error:
        raise BaseModelError(
            f"“{name}” cannot be reached on the network ({type(error).__name__}). Check the network and do the same "
            f"again: it goes on from where it ended. {advice}".rstrip()
        ) from error
