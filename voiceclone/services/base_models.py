"""The base models in this process: each is created once, shared by all threads, and kept while in use."""

import threading
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone.bases import catalogue
from voiceclone.bases.base import BaseModel
from voiceclone.bases.registry import load_base
from voiceclone.errors import BaseModelError
from voiceclone.models.in_use import ModelsInUse
from voiceclone.voices.voice_file import Voice, check_base

if TYPE_CHECKING:
    from voiceclone.voices.speech import Speaker


class BaseModels:
    """Creates base models on demand; a base loads its weights when it first needs them.

    Args:
        data_dir: the data folder.
        default_id: the base to use if none is named.
        default_factory: `package.module:Class` of the default base, if it is your own.
    """

    def __init__(self, data_dir: Path, default_id: str, default_factory: str | None = None) -> None:
        self.default_id = default_id
        self.default_factory = default_factory
        self._data_dir = data_dir
        self._in_use = ModelsInUse()
        self._loaded: dict[str, BaseModel] = {}
        self._speakers: dict[str, Speaker] = {}
        self._turn = threading.RLock()

    @property
    def default(self) -> BaseModel:
        """The default base model."""
        return self.get()

    def get(self, base_id: str | None = None) -> BaseModel:
        """Return a base model (None: the default one); the same object each time.

        Raises:
            BaseModelError: unknown id.
        """
        base_id = self.default_id if base_id is None else base_id
        if base_id != self.default_id:
            base_id = catalogue.card(base_id).base_id
        with self._turn:
            if base_id not in self._loaded:
                factory = self.default_factory if base_id == self.default_id else None
                self._loaded[base_id] = load_base(base_id, factory, self._data_dir)
            return self._loaded[base_id]

    def is_default(self, base: BaseModel) -> bool:
        """True for the default base model."""
        return base is self.default

    def ready(self, base_id: str | None) -> BaseModel:
        """Return an installed base; the default one prepares itself when first used.

        Raises:
            BaseModelError: unknown id, or the base is not on this computer.
        """
        base = self.get(base_id)
        if base_id not in (None, self.default_id) and not base.is_ready():
            raise BaseModelError(
                f"The base model {base.title} is not on this computer. Get it first: its card shows size and licence, "
                f"or run: python -m voiceclone get {base.base_id}"
            )
        return base

    def of_voice(self, voice: Voice) -> BaseModel:
        """Return the base a voice was made with, checked to be ready and to have the same weights.

        Raises:
            BaseModelError: the base is not on this computer.
            VoiceFileError: the voice was made for another base or other weights.
        """
        base = self.ready(known_id(voice.base_id))
        check_base(voice, base)
        return base

    def speaker_of(self, base: BaseModel) -> "Speaker":
        """Return the speaker of a base; the same object each time."""
        from voiceclone.voices.speech import Speaker

        with self._turn:
            if base.base_id not in self._speakers:
                self._speakers[base.base_id] = Speaker(base)
            return self._speakers[base.base_id]

    def use(self, base_id: str) -> AbstractContextManager[None]:
        """Context manager: protect a base model from removal."""
        return self._in_use.use(base_id)

    def unused(self, base_id: str, title: str) -> AbstractContextManager[None]:
        """Context manager: keep others from using a base model.

        Raises:
            BusyError: it is in use.
        """
        return self._in_use.unused(base_id, title)

    def forget(self, base_id: str) -> None:
        """Release a base model and its open files; `get` loads it again."""
        with self._turn:
            self._loaded.pop(base_id, None)
            self._speakers.pop(base_id, None)


def known_id(base_id: str) -> str | None:
    """Return `base_id` if it is in the catalogue, otherwise None, which means the default base."""
    return base_id if base_id in catalogue.BASE_IDS else None
