"""Fetch one file from the model hub: pinned revision, resumable, with real progress, checked by its SHA-256."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from voiceclone import __version__
from voiceclone.bases.base import ShouldStop
from voiceclone.bases.kokoro.weights import file_sha256
from voiceclone.errors import BaseModelError, Cancelled
from voiceclone.store import storage_errors

ATTEMPTS = 5
"""Broken connections in a row, none of which brought a byte, after which fetching gives up."""
RETRY_PAUSE_S = 1.0
_TIMEOUT_S = 20.0
_CHUNK_BYTES = 256 * 1024
_PART_SUFFIX = ".part"
_ELSEWHERE = "The base model that came with the installation works without a network: python -m voiceclone setup"


def fetch(
    repository: str,
    revision: str,
    name: str,
    sha256: str,
    folder: Path,
    on_bytes: Callable[[int], None],
    should_stop: ShouldStop | None = None,
    endpoint: str | None = None,
) -> Path:
    """Fetch `name` into `folder` unless it lies there whole; what a broken attempt left is gone on from.

    Written on the hub library's addresses and sessions. Its own `hf_hub_download` (2.4.0) begins anew
    in each process, tells progress every 10 MB only and cannot be stopped. No token is sent.

    Args:
        on_bytes: told how many bytes of the file are there.
        endpoint: address of the hub; None is the library's, huggingface.co.

    Raises:
        BaseModelError: the hub cannot be reached, has no such file, or its content is not the expected one.
        StorageError: the disk is full.
        Cancelled: `should_stop` turned True; what was fetched stays.
    """
    from huggingface_hub import hf_hub_url

    path = folder / name
    with storage_errors(folder), _network_errors(name):
        if path.is_file() and file_sha256(path) == sha256:
            on_bytes(path.stat().st_size)
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + _PART_SUFFIX)
        url = hf_hub_url(repository, name, revision=revision, endpoint=endpoint)
        _fetch_with_retries(url, part, on_bytes, should_stop)
        if file_sha256(part) != sha256:
            part.unlink()
            raise BaseModelError(
                f"The file “{name}” that the hub sent is not the expected one (its checksum is wrong), so it was "
                f"thrown away. Try again; if that does not help, do without. {_ELSEWHERE}"
            )
        part.replace(path)
    return path


def _fetch_with_retries(url: str, part: Path, on_bytes: Callable[[int], None], should_stop: ShouldStop | None) -> None:
    import httpx2

    broken_in_a_row = 0
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            return _fetch_rest(url, part, before, on_bytes, should_stop)
        except httpx2.TransportError:
            grew = part.exists() and part.stat().st_size > before
            broken_in_a_row = 1 if grew else broken_in_a_row + 1
            if broken_in_a_row >= ATTEMPTS:
                raise
            time.sleep(RETRY_PAUSE_S)


def _fetch_rest(
    url: str, part: Path, have: int, on_bytes: Callable[[int], None], should_stop: ShouldStop | None
) -> None:
    """Append to `part` what is missing of the file behind `url`."""
    from huggingface_hub import get_session
    from huggingface_hub.utils import hf_raise_for_status

    headers = {"User-Agent": f"voiceclone/{__version__}", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    with get_session().stream("GET", url, headers=headers, timeout=_TIMEOUT_S) as response:
        if have and response.status_code == 416:  # nothing is missing; the checksum says whether that is so
            return
        hf_raise_for_status(response)
        if response.status_code != 206:  # the server sends the whole file, asked or not
            have = 0
        with part.open("ab" if have else "wb") as handle:
            on_bytes(have)
            for chunk in response.iter_bytes(_CHUNK_BYTES):
                if should_stop and should_stop():
                    raise Cancelled("Stopped fetching the base model; next time it goes on from here.")
                handle.write(chunk)
                have += len(chunk)
                on_bytes(have)


@contextmanager
def _network_errors(name: str) -> Iterator[None]:
    """Turn what can go wrong between here and the hub into a sentence."""
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    try:
        yield
    except OfflineModeIsEnabled as error:
        raise BaseModelError(
            "HF_HUB_OFFLINE is set, so the model hub may not be asked. Unset it and try again. " + _ELSEWHERE
        ) from error
    except HfHubHTTPError as error:
        raise BaseModelError(
            f"The model hub did not give “{name}” (answer {error.response.status_code}). Try again later. {_ELSEWHERE}"
        ) from error
    except httpx2.HTTPError as error:
        raise BaseModelError(
            f"The model hub cannot be reached while fetching “{name}” ({type(error).__name__}). Check the network and "
            f"run the same command again: it goes on from where it ended. {_ELSEWHERE}"
        ) from error
