"""Fetch one file of the official weights from the model hub: pinned revision, checked by its SHA-256."""

from collections.abc import Callable
from pathlib import Path

from voiceclone.progress import ShouldStop
from voiceclone.storage import download

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
    """Fetch `name` into `folder` unless it lies there whole; errors as in `voiceclone.storage.download.fetch`.

    Args:
        on_bytes: told how many bytes of the file are there.
        endpoint: address of the hub; None is the library's, huggingface.co.
    """
    from huggingface_hub import hf_hub_url

    url = hf_hub_url(repository, name, revision=revision, endpoint=endpoint)
    return download.fetch(
        url, folder / name, lambda have, _: on_bytes(have), should_stop, sha256=sha256, advice=_ELSEWHERE
    )
