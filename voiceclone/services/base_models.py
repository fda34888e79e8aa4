"""The base models of one program: each is made once, shared by all threads, and kept while something works with it."""

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
    """The base models that were asked for so far; weights are loaded when a base first needs them.

    Args:
        data_dir: the data folder.
        default_id: the base that is meant where none is named.
        default_factory: `package.module:Class` of the default base, where it is one of your own.
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
        """Return one base model, None the default one; the same object each time.

        Raises:
            BaseModelError: no base has that id.
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
        """Return a base that can work now; the default one gets itself ready when it is needed.

        Raises:
            BaseModelError: no base has that id, or it is not on this computer.
        """
        base = self.get(base_id)
        if base_id not in (None, self.default_id) and not base.is_ready():
            raise BaseModelError(
                f"The base model {base.title} is not on this computer. Get it first: its card shows size and licence, "
                f"or run: python -m voiceclone get {base.base_id}"
            )
        return base

    def of_voice(self, voice: Voice) -> BaseModel:
        """Return the base a voice was made with, ready, and with the same weights.

        Raises:
            BaseModelError: it is not on this computer.
            VoiceFileError: the voice was made for another base or other weights.
        """
        base = self.ready(known_id(voice.base_id))
        check_base(voice, base)
        return base

    def speaker_of(self, base: BaseModel) -> "Speaker":
        """Return what speaks texts with a base; the same object each time."""
        from voiceclone.voices.speech import Speaker

        with self._turn:
            if base.base_id not in self._speakers:
                self._speakers[base.base_id] = Speaker(base)
            return self._speakers[base.base_id]

    def use(self, base_id: str) -> AbstractContextManager[None]:
        """Keep a base model from being removed for as long as the block lasts."""
        return self._in_use.use(base_id)

    def unused(self, base_id: str, title: str) -> AbstractContextManager[None]:
        """Let nothing begin with a base model for as long as the block lasts.

        Raises:
            BusyError: something works with it.
        """
        return self._in_use.unused(base_id, title)

    def forget(self, base_id: str) -> None:
        """Let go of a base model and its open files; it is loaded anew when it is next needed."""
        with self._turn:
            self._loaded.pop(base_id, None)
            self._speakers.pop(base_id, None)


def known_id(base_id: str) -> str | None:
    """Return the id of a base of the catalogue; None, which means the default base, for any other."""
    return base_id if base_id in catalogue.BASE_IDS else None
