"""Base models and recognisers on this computer: list, install and remove them."""

from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone.bases import catalogue
from voiceclone.bases.catalogue import DEFAULT_BASE_ID, BaseCard
from voiceclone.errors import BusyError, InputError
from voiceclone.models.in_use import ModelRemoval
from voiceclone.models.library import ModelLibrary, ModelStatus
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.services.base_models import BaseModels
from voiceclone.voices.library import VoiceLibrary

if TYPE_CHECKING:
    from voiceclone.training.runner import TrainingRunner


class ModelService:
    """The base models and recognisers of a data folder."""

    def __init__(self, data_dir: Path, bases: BaseModels, voices: VoiceLibrary, runner: "TrainingRunner") -> None:
        self._data_dir = data_dir
        self._bases = bases
        self._library = ModelLibrary(data_dir)
        self._voices = voices
        self._runner = runner

    def all(self) -> list[ModelStatus]:
        """Return every base model with its card and state; loads and downloads nothing."""
        return self._library.statuses()

    def card(self, base_id: str) -> BaseCard:
        """Return the card of a base model: abilities, size, licence.

        Raises:
            BaseModelError: unknown id.
        """
        return catalogue.card(base_id)

    def title(self, base_id: str) -> str:
        """Return the title of a base model, or its id if it is unknown."""
        if base_id == self._bases.default_id:
            return self._bases.default.title
        return catalogue.card(base_id).title if base_id in catalogue.BASE_IDS else base_id

    def install(
        self,
        base_id: str,
        *,
        licence_agreed: bool,
        agreed_by: str = "Python program",
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
        mirror: str | None = None,
    ) -> ModelStatus:
        """Install a base model: adopt a folder the user put there, or download it.

        Args:
            base_id: as in `all`.
            licence_agreed: whether the user agreed to the terms on its card.
            agreed_by: where the user agreed, stored with the model.
            on_progress: called with (fraction 0..1, message).
            should_stop: return True to stop; the next call continues the download.
            mirror: URL of a server to use instead of GitHub and the hub, with the same paths.

        Raises:
            ConsentError: no agreement; the message states the terms in plain words.
            BaseModelError: unknown id, failed download, or wrong content.
            StorageError: the disk is full.
            Cancelled: `should_stop` returned True.
        """
        if catalogue.card(base_id).embedded:
            self._bases.get(catalogue.card(base_id).base_id).ensure_ready(on_progress)
            return self._library.status(base_id)
        return self._library.get(
            base_id,
            licence_agreed=licence_agreed,
            agreed_by=agreed_by,
            on_progress=on_progress,
            should_stop=should_stop,
            mirror=mirror,
        )

    def install_official(self, on_progress: OnProgress | None = None, should_stop: ShouldStop | None = None) -> None:
        """Download the official float32 weights of the embedded base; voices trained on other weights do not fit.

        Raises:
            BaseModelError: failed download or wrong content.
            BusyError: a training uses the present weights.
            InputError: the default base has no official weights.
        """
        if self._bases.default_factory is not None or self._bases.default_id != DEFAULT_BASE_ID:
            raise InputError(f"“{self._bases.default.title}” has no official weights to choose. Leave the choice out.")
        active = self._runner.active()
        if active is not None:
            raise BusyError(
                f"“{active.voice_name}” is being trained on the present weights. Let it end, or stop it, first."
            )
        from voiceclone.bases.kokoro.model.official import install_official

        install_official(self._data_dir / "base" / DEFAULT_BASE_ID, on_progress, should_stop)
        self._bases.forget(DEFAULT_BASE_ID)  # what is loaded uses the previous weights

    def remove(self, base_id: str) -> None:
        """Delete a base model's files; voices made with it are kept, and work again once it is reinstalled.

        Raises:
            BusyError: it is being trained on, downloaded, or used in this process.
            InputError: it is the embedded base, which VoiceClone needs.
        """
        card = catalogue.card(base_id)
        active = self._runner.active()
        if active is not None and active.running and active.base_id == card.base_id:
            raise BusyError(f"“{active.voice_name}” is being trained on it. Let it end, or stop it, first.")
        with self._bases.unused(card.base_id, card.title):
            if not card.embedded:
                self._bases.forget(card.base_id)  # first, because some systems cannot delete open files
            self._library.remove(card.base_id)

    def removal(self, base_id: str) -> ModelRemoval:
        """Return the effect of removing a base model: the disk space freed and the voices that need it.

        Raises:
            BaseModelError: unknown id.
        """
        card = catalogue.card(base_id)
        voices = tuple(voice.name for voice in self._voices.voices() if voice.base_id == card.base_id)
        return ModelRemoval(card.base_id, self._library.frees_mb(card.base_id), voices)

    def recognisers(self) -> list[str]:
        """Return the installed multilingual recognisers, the best one last."""
        from voiceclone.recognition.recognisers import installed

        return installed(self._data_dir)

    def install_recogniser(
        self, key: str, on_progress: OnProgress | None = None, should_stop: ShouldStop | None = None
    ) -> None:
        """Download a recogniser (`base` or `small`) from the model hub; errors as in `recognisers.install`."""
        from voiceclone.recognition.recognisers import install

        install(self._data_dir, key, on_progress, should_stop)

    def remove_recogniser(self, key: str) -> None:
        """Delete a recogniser; the bundled one still transcribes English."""
        from voiceclone.recognition.recognisers import remove

        remove(self._data_dir, key)
