"""The base models of a data folder: which are there, get one after its licence was agreed to, remove one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from voiceclone import store
from voiceclone.bases import catalogue
from voiceclone.bases.base import OnProgress, ShouldStop
from voiceclone.bases.catalogue import BaseCard, Source
from voiceclone.bases.coqui.released import INFO_FILE, MODEL_FILES
from voiceclone.errors import BaseModelError, ConsentError, InputError, NotFoundError
from voiceclone.voice_file import Voice

State = Literal["ready", "missing", "folder-found", "incomplete"]


@dataclass(frozen=True)
class ModelStatus:
    """One base model, and how it stands in a data folder."""

    card: BaseCard
    state: State
    """`folder-found`: its files lie here, its licence was not agreed to yet; `incomplete`: some files are missing."""
    licence_agreed: bool


class ModelShelf:
    """The base models in a data folder; asking about them loads and fetches nothing."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._bases_dir = data_dir / "base"

    def statuses(self) -> list[ModelStatus]:
        """Return every base model this version knows, in the order of the catalogue."""
        return [self.status(base_id) for base_id in catalogue.BASE_IDS]

    def status(self, base_id: str) -> ModelStatus:
        """Return how one base model stands.

        Raises:
            BaseModelError: no base has that id.
        """
        card = catalogue.card(base_id)
        info = self._info(card)
        if card.embedded:
            return ModelStatus(card, "ready" if info else "missing", True)
        agreed = bool(info.get("licence_agreed"))
        whole = all(self._is_there(card, source) for source in card.sources if not source.only_for_training)
        if whole:
            return ModelStatus(card, "ready" if agreed else "folder-found", agreed)
        folder = self._bases_dir / card.base_id
        begun = folder.is_dir() and any(folder.iterdir())
        return ModelStatus(card, "incomplete" if begun else "missing", agreed)

    def get(
        self,
        base_id: str,
        *,
        licence_agreed: bool,
        agreed_by: str,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> ModelStatus:
        """Get a base model in place, unless it is.

        Raises:
            BaseModelError: no base has that id, or it cannot be fetched.
            ConsentError: its licence was not agreed to; the message holds it in plain words.
        """
        status = self.status(base_id)
        if status.state == "ready":
            return status
        if licence_agreed is not True and not status.licence_agreed:
            raise ConsentError(licence_question(status.card))
        raise BaseModelError(f"Fetching {status.card.title} is not possible yet.")

    def remove(self, base_id: str) -> None:
        """Delete a base model's files, and those it shares with no other base that is there.

        Raises:
            InputError: it is the embedded base.
            StorageError: something may not be deleted.
        """
        card = catalogue.card(base_id)
        if card.embedded:
            raise InputError(f"{card.title} came with VoiceClone, which needs it. Remove another base model.")
        store.remove_folder(self._bases_dir / card.base_id)
        in_use = {
            source.into for status in self.statuses() if status.state != "missing" for source in status.card.sources
        }
        for source in card.sources:
            if source.shared and source.into not in in_use:
                store.remove_folder(self._place(card, source))

    def _is_there(self, card: BaseCard, source: Source) -> bool:
        folder = self._place(card, source)
        if not all((folder / name).is_file() for name in source.files):
            return False
        return not source.is_zip or any((folder / name).is_file() for name in MODEL_FILES)

    def _place(self, card: BaseCard, source: Source) -> Path:
        return (self._bases_dir if source.shared else self._bases_dir / card.base_id) / source.into

    def _info(self, card: BaseCard) -> dict[str, Any]:
        nothing = NotFoundError("no base")
        try:
            info = store.read_json(self._bases_dir / card.base_id / INFO_FILE, missing=nothing, damaged=nothing)
        except NotFoundError:
            return {}
        return info if isinstance(info, dict) else {}


def sharing_refusal(voice: Voice) -> str:
    """Return why a voice may not be passed on; nothing when it may."""
    card = next((known for known in catalogue.CARDS if known.base_id == voice.base_id), None)
    if card is not None and not card.may_share_voices:
        why = f"The licence of {card.title}, {card.licence}, does not allow that: {card.why_not_share}."
    elif not voice.may_share:
        why = f"The licence of its base model, {voice.base_licence}, does not allow that."
    else:
        return ""
    return (
        f"“{voice.name}” may not be passed on. {why} You may export it for your own use only: "
        "choose “private use”, or give the command --private-use."
    )


def licence_question(card: BaseCard) -> str:
    """Return the sentence that has to be agreed to before a base model is got."""
    return (
        f"{card.title} comes under {card.licence}: {card.licence_words} All of it: {card.licence_url} "
        "Agree to these terms first, then get the model."
    )
