"""Speech recognisers for more languages than English: fetched from the model hub only when a person asks for one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from voiceclone.errors import InputError
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.storage.disk import remove_folder, require_free_disk, safe_path
from voiceclone.storage.download import fetch

_FOLDER = "recognisers"
_LAST = "model.bin"
"""Fetched last: a folder that has it has the rest."""
_TOKENIZER = "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab"
_VOCABULARY = "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913"
_ADVICE = "English is written down without it; in other languages you can type the words yourself."


@dataclass(frozen=True)
class Recogniser:
    """One released recogniser; all are Whisper by OpenAI, converted for faster-whisper, MIT licence, 99 languages."""

    key: str
    title: str
    size_mb: int
    repository: str
    revision: str
    files: Mapping[str, str]
    """Name -> SHA-256, in the order they are fetched."""


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
            _LAST: "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
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
            _LAST: "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671",
        },
    ),
}
"""The larger, the fewer mistakes; the later in this table, the better."""


def get_recogniser(key: str) -> Recogniser:
    """Return one by its key.

    Raises:
        InputError: there is none of that name.
    """
    if key not in RECOGNISERS:
        raise InputError(f"There is no recogniser “{key}”; choose one of {', '.join(RECOGNISERS)}.")
    return RECOGNISERS[key]


def installed(data_dir: Path) -> list[str]:
    """Return the keys of the recognisers that are there, the best one last."""
    return [key for key in RECOGNISERS if (_place(data_dir, key) / _LAST).is_file()]


def best_folder(data_dir: Path | None) -> Path | None:
    """Return where the best recogniser for all languages lies; None when there is none."""
    keys = installed(data_dir) if data_dir is not None else []
    return _place(data_dir, keys[-1]) if data_dir is not None and keys else None


def install(
    data_dir: Path,
    key: str,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
    endpoint: str | None = None,
) -> None:
    """Fetch a recogniser: resumed where it broke off, each file checked by its SHA-256.

    Args:
        data_dir: the data folder.
        key: of `RECOGNISERS`.
        on_progress: told share and words.
        should_stop: ends early; what was fetched stays for the next time.
        endpoint: address of the hub; None is huggingface.co.

    Raises:
        InputError: an unknown key.
        BaseModelError: the hub cannot be reached, or what it sends is not what it should be.
        StorageError: the disk is full.
        Cancelled: stopped.
    """
    from huggingface_hub import hf_hub_url

    wanted = get_recogniser(key)
    place = _place(data_dir, key)
    require_free_disk(place, wanted.size_mb)
    done_bytes = 0
    for name, sha256 in wanted.files.items():
        have_bytes = 0

        def on_bytes(have: int, _whole: int | None) -> None:
            nonlocal have_bytes
            have_bytes = have
            fetched_mb = (done_bytes + have) / 1e6  # noqa: B023 - called while its file is fetched only
            if on_progress:
                on_progress(min(1.0, fetched_mb / wanted.size_mb), f"Fetching {wanted.title} ({fetched_mb:.0f} MB)")

        url = hf_hub_url(wanted.repository, name, revision=wanted.revision, endpoint=endpoint)
        fetch(url, place / name, on_bytes, should_stop, sha256=sha256, advice=_ADVICE)
        done_bytes += have_bytes
    if on_progress:
        on_progress(1.0, "Done")


def remove(data_dir: Path, key: str) -> None:
    """Delete a recogniser, or what was fetched of it."""
    remove_folder(_place(data_dir, get_recogniser(key).key))


def _place(data_dir: Path, key: str) -> Path:
    return safe_path(data_dir / _FOLDER, key)
