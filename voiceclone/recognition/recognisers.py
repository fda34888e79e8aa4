"""Multilingual speech recognisers, downloaded from the Hugging Face Hub only on request."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from voiceclone.errors import InputError
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.storage.disk import remove_folder, require_free_disk, safe_path
from voiceclone.storage.download import fetch

_FOLDER = "recognisers"
_FETCHED_LAST = "model.bin"
"""Downloaded last: a folder that has it is complete."""
_TOKENIZER = "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab"
_VOCABULARY = "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913"
_ADVICE = "English is transcribed without it; in other languages you can type the words yourself."


@dataclass(frozen=True)
class Recogniser:
    """A released recogniser; all are OpenAI's Whisper converted for faster-whisper: MIT licence, 99 languages."""

    key: str
    title: str
    size_mb: int
    repository: str
    revision: str
    files: Mapping[str, str]
    """SHA-256 by file name, in download order."""


RECOGNISERS = {
    "base": Recogniser(
        "base",
        "Whisper base",
        148,
        "Systran/faster-whisper-base",
        "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
        {
            "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
            "tokenizer.json": _TOKENIZER,
            "vocabulary.txt": _VOCABULARY,
            _FETCHED_LAST: "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        },
    ),
    "small": Recogniser(
        "small",
        "Whisper small",
        486,
        "Systran/faster-whisper-small",
        "536b0662742c02347bc0e980a01041f333bce120",
        {
            "config.json": "b55496ac7940a7ae47d2c01eab40edfd8701feec1229d9cce3b40014383fb828",
            "tokenizer.json": _TOKENIZER,
            "vocabulary.txt": _VOCABULARY,
            _FETCHED_LAST: "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671",
        },
    ),
}
"""In order of quality: larger recognisers make fewer mistakes."""


def get_recogniser(key: str) -> Recogniser:
    """Return a recogniser by its key.

    Raises:
        InputError: there is none of that name.
    """
    if key not in RECOGNISERS:
        raise InputError(f"There is no recogniser “{key}”; choose one of {', '.join(RECOGNISERS)}.")
    return RECOGNISERS[key]


def installed(data_dir: Path) -> list[str]:
    """Return the keys of the installed recognisers, the best one last."""
    return [key for key in RECOGNISERS if (_folder(data_dir, key) / _FETCHED_LAST).is_file()]


def best_folder(data_dir: Path | None) -> Path | None:
    """Return the folder of the best multilingual recogniser, or None if none is installed."""
    keys = installed(data_dir) if data_dir is not None else []
    return _folder(data_dir, keys[-1]) if data_dir is not None and keys else None


def install(
    data_dir: Path,
    key: str,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
    endpoint: str | None = None,
) -> None:
    """Download a recogniser; interrupted downloads are resumed and each file is checked by its SHA-256.

    Args:
        on_progress: called with (fraction 0..1, message).
        should_stop: polled often; return True to stop. What has been downloaded is kept for the next time.
        endpoint: address of the hub; None means huggingface.co.

    Raises:
        InputError: the key is unknown.
        BaseModelError: the hub cannot be reached, or the content is not as expected.
        StorageError: the disk is full.
        Cancelled: `should_stop` returned True.
    """
    from huggingface_hub import hf_hub_url

    wanted = get_recogniser(key)
    place = _folder(data_dir, key)
    require_free_disk(place, wanted.size_mb)
    done_bytes = 0
    for name, sha256 in wanted.files.items():
        have_bytes = 0

        def on_bytes(have: int, _whole: int | None) -> None:
            nonlocal have_bytes
            have_bytes = have
            fetched_mb = (done_bytes + have) / 1e6  # noqa: B023 - only called while this file downloads
            if on_progress:
                on_progress(min(1.0, fetched_mb / wanted.size_mb), f"Fetching {wanted.title} ({fetched_mb:.0f} MB)")

        url = hf_hub_url(wanted.repository, name, revision=wanted.revision, endpoint=endpoint)
        fetch(url, place / name, on_bytes, should_stop, sha256=sha256, advice=_ADVICE)
        done_bytes += have_bytes
    if on_progress:
        on_progress(1.0, "Done")


def remove(data_dir: Path, key: str) -> None:
    """Delete a recogniser, including a partial download."""
    remove_folder(_folder(data_dir, get_recogniser(key).key))


def _folder(data_dir: Path, key: str) -> Path:
    return safe_path(data_dir / _FOLDER, key)
