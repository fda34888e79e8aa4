"""The base models in a data folder: their status, downloading one once its licence is agreed to, removing one."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from voiceclone.bases import catalogue
from voiceclone.bases.catalogue import BaseCard, Source
from voiceclone.bases.coqui.released import INFO_FILE, MODEL_FILES
from voiceclone.errors import ArchiveError, BaseModelError, BusyError, ConsentError, InputError, NotFoundError
from voiceclone.limits import MIN_FREE_DISK_MB
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.storage import disk
from voiceclone.storage.archive import move_in, unpack
from voiceclone.storage.download import fetch, file_sha256
from voiceclone.voices.voice_file import Voice

State = Literal["ready", "missing", "folder-found", "incomplete"]
_DOWNLOADS = "download"
"""Subfolder of a base model where partial downloads wait until they are complete."""
_WEIGHTS_FILES = (*MODEL_FILES, "WavLM-Large.pt", "speaker_encoder.pt")
"""The files a voice depends on; with different bytes in these, it is a different base model."""
_UNPACK_SHARE = 0.05
_CHECK_SHARE = 0.05
_GITHUB, _HUB = "https://github.com/", "https://huggingface.co/"


@dataclass(frozen=True)
class ModelStatus:
    """A base model and its status in a data folder."""

    card: BaseCard
    state: State
    """`folder-found`: its files are here, but its licence was not agreed to; `incomplete`: some files are missing."""
    licence_agreed: bool
    missing_files: tuple[str, ...] = ()
    """Names of the missing files."""


class ModelLibrary:
    """The base models in a data folder; querying their status neither loads nor downloads anything."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._bases_dir = data_dir / "base"

    def statuses(self) -> list[ModelStatus]:
        """Return the status of every base model this version supports, in catalogue order."""
        return [self.status(base_id) for base_id in catalogue.BASE_IDS]

    def status(self, base_id: str) -> ModelStatus:
        """Return the status of a base model.

        Raises:
            BaseModelError: there is no base model with that id.
        """
        card = catalogue.card(base_id)
        info = self._info(card)
        if card.embedded:
            return ModelStatus(card, "ready" if info else "missing", True)
        agreed = bool(info.get("licence_agreed"))
        missing_files = [
            name
            for source in card.sources
            if not source.only_for_training
            for name in self._missing_files(card, source)
        ]
        if not missing_files:
            return ModelStatus(card, "ready" if agreed else "folder-found", agreed)
        begun = [self._bases_dir / card.base_id, *(folder for folder, _ in self._folders_to_adopt(card))]
        has_begun = any(path.is_file() for folder in begun for path in folder.rglob("*"))
        return ModelStatus(card, "incomplete" if has_begun else "missing", agreed, tuple(missing_files))

    def get(
        self,
        base_id: str,
        *,
        licence_agreed: bool,
        agreed_by: str,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
        mirror: str | None = None,
    ) -> ModelStatus:
        """Install a base model unless it is installed: adopt a folder the user put here, else download what is missing.

        Args:
            licence_agreed: whether the user agreed to `licence_question`.
            agreed_by: where they agreed; stored with the model.
            on_progress: called with (fraction 0..1, message).
            should_stop: polled often; return True to stop. The next call resumes.
            mirror: address of a server to use instead of GitHub and the hub, with the same paths.

        Raises:
            BaseModelError: the id is unknown, or the model cannot be downloaded or is not as expected.
            ConsentError: the licence was not agreed to; the message summarises it in plain words.
            BusyError: another process is downloading it.
            StorageError: the disk is full.
            Cancelled: `should_stop` returned True.
        """
        status = self.status(base_id)
        card = status.card
        if licence_agreed is not True and not status.licence_agreed:
            raise ConsentError(licence_question(card))
        report = on_progress or (lambda share, message: None)
        with self._exclusive(card):
            self._adopt(card)
            whole = self.status(base_id).state in ("ready", "folder-found")
            # An adopted folder needs no download, even if it lacks files that only training needs.
            missing = [source for source in card.sources if not self._is_in_place(card, source)]
            if missing and (status.state == "ready" or not whole):
                self._fetch_all(card, missing, report, should_stop, mirror)
            if status.state != "ready":
                report(1.0 - _CHECK_SHARE, f"Checking {card.title}")
                agreement = self._info(card).get("licence_agreed") or {
                    "by": agreed_by,
                    "at": disk.now_iso(),
                    "statement": licence_question(card),
                }
                self._write_info(card, agreement, "folder" if whole else "download")
            disk.remove_folder(self._bases_dir / card.base_id / _DOWNLOADS)
        report(1.0, f"{card.title} is ready")
        return self.status(base_id)

    def _fetch_all(
        self,
        card: BaseCard,
        missing: list[Source],
        report: OnProgress,
        should_stop: ShouldStop | None,
        mirror: str | None,
    ) -> None:
        folder = self._bases_dir / card.base_id
        total_mb = sum(source.size_mb for source in missing)
        zipped_mb = max((source.size_mb for source in missing if source.is_zip), default=0.0)
        disk.require_free_disk(folder, total_mb + zipped_mb + MIN_FREE_DISK_MB)
        done_mb = 0.0
        for source in missing:
            begin, span = done_mb / total_mb, source.size_mb / total_mb
            part = _FileProgress(report, card.title, (1.0 - _CHECK_SHARE) * begin, (1.0 - _CHECK_SHARE) * span)
            self._fetch(card, source, part, should_stop, mirror)
            done_mb += source.size_mb

    def _fetch(
        self, card: BaseCard, source: Source, part: "_FileProgress", should_stop: ShouldStop | None, mirror: str | None
    ) -> None:
        url = _mirrored_url(source.url, mirror)
        place = self._place(card, source)
        downloads = self._bases_dir / card.base_id / _DOWNLOADS
        name = source.url.rpartition("/")[2]
        advice = (
            "Or fetch it with a browser and put its unzipped folder into the data folder. The base model that came "
            "with VoiceClone works without a network."
        )
        path = downloads / name if source.is_zip else downloads / source.into / name
        fetched = fetch(url, path, part.on_bytes, should_stop, advice=advice)
        with disk.storage_errors(place):
            disk.make_folder(place)
            if source.is_zip:
                self._unpack(fetched, place, card, source, part, should_stop)
            else:
                fetched.replace(place / name)

    def _unpack(
        self,
        archive: Path,
        place: Path,
        card: BaseCard,
        source: Source,
        part: "_FileProgress",
        should_stop: ShouldStop | None,
    ) -> None:
        try:
            unpack(archive, place, part.on_unpacking, should_stop)
        except ArchiveError as error:
            archive.unlink(missing_ok=True)  # useless in any case; the next attempt downloads it again
            raise BaseModelError(
                f"{error} Get the model again; if that does not help, fetch it with a browser, unzip it and put its "
                "folder into the data folder."
            ) from error
        archive.unlink()
        if not self._is_in_place(card, source):
            raise BaseModelError(
                f"“{archive.name}” unpacked to other files than {card.title} has. Get the model again, or update "
                "VoiceClone."
            )

    def _adopt(self, card: BaseCard) -> None:
        """Move folders the user put here to where they belong."""
        for dropped, target in self._folders_to_adopt(card):
            if all((target / name.name).exists() for name in dropped.iterdir()):
                continue  # shared with another base model and already in place
            move_in(dropped, target)

    def _write_info(self, card: BaseCard, agreement: dict[str, Any], origin: str) -> None:
        info = {
            "base_id": card.base_id,
            "weights_sha256": self._weights_sha256(card),
            "licence_agreed": agreement,
            "source": origin,
        }
        disk.write_json(self._bases_dir / card.base_id / INFO_FILE, info)

    def _weights_sha256(self, card: BaseCard) -> str:
        """Return the hash of the weights file, or a hash of the hashes of several."""
        hashes = []
        for source in card.sources:
            names = MODEL_FILES if source.is_zip else [name for name in source.files if name in _WEIGHTS_FILES]
            found = [self._place(card, source) / name for name in names]
            hashes += [file_sha256(path) for path in found if path.is_file()][:1]
        return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()

    @contextmanager
    def _exclusive(self, card: BaseCard) -> Iterator[None]:
        from filelock import FileLock, Timeout

        with disk.storage_errors(self._bases_dir):
            disk.make_folder(self._bases_dir)
        try:
            with FileLock(self._bases_dir / f".getting-{card.base_id}.lock", timeout=0, mode=0o600):
                yield
        except Timeout as error:
            raise BusyError(f"{card.title} is being fetched already. Wait until that has ended.") from error

    def remove(self, base_id: str) -> None:
        """Delete a base model's files, except those it shares with another installed one.

        Raises:
            InputError: it is the bundled base model.
            BusyError: it is being downloaded.
            StorageError: a file cannot be deleted.
        """
        card = catalogue.card(base_id)
        if card.embedded:
            raise InputError(f"{card.title} came with VoiceClone, which needs it. Remove another base model.")
        with self._exclusive(card):
            for folder in self._own_folders(card):
                disk.remove_folder(folder)

    def frees_mb(self, base_id: str) -> float:
        """Return the disk space `remove` would free, in megabytes of a million bytes."""
        card = catalogue.card(base_id)
        folders = () if card.embedded else self._own_folders(card)
        files = {path for folder in folders for path in folder.rglob("*") if path.is_file()}
        return sum(path.stat().st_size for path in files) / 1e6

    def _own_folders(self, card: BaseCard) -> list[Path]:
        """Return the folders that no other installed base model needs."""
        others = [status.card for status in self.statuses() if status.state != "missing" and status.card != card]
        needed = {source.into for other in others for source in other.sources if source.shared}
        shared = [source for source in card.sources if source.shared and source.into not in needed]
        return [self._bases_dir / card.base_id, *(self._place(card, source) for source in shared)]

    def _missing_files(self, card: BaseCard, source: Source) -> list[str]:
        """Return the files a part lacks, both in its place and in a folder to adopt."""
        place = self._place(card, source)
        dropped = [
            folder / place.relative_to(target)
            for folder, target in self._folders_to_adopt(card)
            if place.is_relative_to(target)
        ]
        return min((_missing_files(folder, source) for folder in (place, *dropped)), key=len)

    def _is_in_place(self, card: BaseCard, source: Source) -> bool:
        return not _missing_files(self._place(card, source), source)

    def _place(self, card: BaseCard, source: Source) -> Path:
        return (self._bases_dir if source.shared else self._bases_dir / card.base_id) / source.into

    def _folders_to_adopt(self, card: BaseCard) -> list[tuple[Path, Path]]:
        """Return (folder, destination) for each folder the user put here that is not in its place yet."""
        base = self._bases_dir / card.base_id
        shared = {source.into for source in card.sources if source.shared}
        found = []
        for number, name in enumerate(card.released_folders):
            target = base if number == 0 else (self._bases_dir if name in shared else base) / name
            for folder in (self._data_dir / name, self._bases_dir / name, base / name):
                inner = folder / name  # unzipped into a folder of the same name
                folder = inner if inner.is_dir() else folder
                if folder.is_dir() and folder != target and any(folder.iterdir()):
                    found.append((folder, target))
        return found

    def _info(self, card: BaseCard) -> dict[str, Any]:
        nothing = NotFoundError("no base")
        try:
            info = disk.read_json(self._bases_dir / card.base_id / INFO_FILE, missing=nothing, damaged=nothing)
        except NotFoundError:
            return {}
        return info if isinstance(info, dict) else {}


def sharing_refusal(voice: Voice) -> str:
    """Return why a voice may not be shared; empty if it may."""
    card = next((known for known in catalogue.CARDS if known.base_id == voice.base_id), None)
    if card is not None and not card.may_share_voices:
        why = f"The licence of {card.title}, {card.licence}, does not allow that: {card.why_not_share}."
    elif not voice.may_share:
        why = f"The licence of its base model, {voice.base_licence}, does not allow that."
    else:
        return ""
    return f"“{voice.name}” may not be passed on; it is for your own use only. {why}"


def licence_question(card: BaseCard) -> str:
    """Return the sentence a user has to agree to before a base model is downloaded."""
    return (
        f"{card.title} comes under the licence {card.licence}. {card.licence_words} Full text: {card.licence_url} "
        "Agree to these terms first, then get the model."
    )


class _FileProgress:
    """Converts the bytes of one file into progress of the whole download."""

    def __init__(self, report: OnProgress, title: str, begin: float, span: float) -> None:
        self._report, self._title, self._begin, self._span = report, title, begin, span

    def on_bytes(self, have: int, total: int | None) -> None:
        share = min(1.0, have / total) if total else 0.0
        of = f" of {total / 1e6:.0f}" if total else ""
        self._report_share((1.0 - _UNPACK_SHARE) * share, f"Fetching {self._title}: {have / 1e6:.0f}{of} MB")

    def on_unpacking(self, share: float, _: str) -> None:
        self._report_share(1.0 - _UNPACK_SHARE * (1.0 - share), f"Unpacking {self._title}")

    def _report_share(self, share: float, words: str) -> None:
        self._report(self._begin + self._span * share, words)


def _missing_files(folder: Path, source: Source) -> list[str]:
    missing_files = [name for name in source.files if not (folder / name).is_file()]
    if source.is_zip and not any((folder / name).is_file() for name in MODEL_FILES):
        missing_files.append(MODEL_FILES[0])
    return missing_files


def _mirrored_url(url: str, mirror: str | None) -> str:
    if mirror is not None:
        if not mirror.startswith(("https://", "http://")):
            raise InputError(f"“{mirror}” is not a server address. It begins with https://.")
        return f"{mirror.rstrip('/')}/{url.removeprefix(_GITHUB).removeprefix(_HUB)}"
    if url.startswith(_HUB):
        from huggingface_hub.constants import ENDPOINT  # HF_ENDPOINT, set by users of a hub mirror

        return f"{ENDPOINT.rstrip('/')}/{url.removeprefix(_HUB)}"
    return url
