"""The voices of a data folder, and the stock voices of the default base model."""

from collections.abc import Sequence
from pathlib import Path

from voiceclone.bases import catalogue
from voiceclone.bases.abilities import HasStockVoices
from voiceclone.bases.base import Ability, BaseModel, StockVoice
from voiceclone.errors import NotFoundError, VoiceFileError
from voiceclone.models.library import sharing_refusal
from voiceclone.services.base_models import BaseModels, known_id
from voiceclone.storage import disk
from voiceclone.voices.library import VoiceLibrary
from voiceclone.voices.voice_file import Voice, read_voice

STOCK_MARK = "stock:"
"""Before the id of a stock voice: that one is meant, even where a voice of one's own is called the same."""
_STOCK_TOLD = 5


class VoiceService:
    """List, export, import, rename and delete voices."""

    def __init__(self, library: VoiceLibrary, bases: BaseModels) -> None:
        self._library = library
        self._bases = bases

    def all(self) -> list[Voice]:
        """Return every voice, the newest first."""
        return self._library.voices()

    def get(self, id_or_name: str) -> Voice:
        """Return one voice, by its id or its name; stock voices are not among them.

        Raises:
            NotFoundError: no voice is called so, or more than one is.
            VoiceFileError: its file is damaged.
        """
        stock = self.find_stock(id_or_name)
        if stock is not None:
            raise NotFoundError(
                f"“{stock.name}” is a stock voice: it comes with the base model and can only be spoken with. "
                "Name a voice of your own."
            )
        return self._library.voice(id_or_name)

    def path(self, voice_id: str) -> Path:
        """Return the file of a voice.

        Raises:
            NotFoundError: there is no such voice.
        """
        return self._library.path(voice_id)

    def named(self, name: str) -> Voice | None:
        """Return the newest voice that is called so, ignoring case; None where the name is free."""
        wanted = " ".join(str(name).split()).casefold()
        return next((voice for voice in self._library.voices() if voice.name.casefold() == wanted), None)

    def free_name(self, name: str) -> str:
        """Return a name that no voice has: `name` itself, or with a number behind it."""
        return self._library.free_name(disk.clean_name(name, "voice name"))

    def rename(self, voice_id: str, name: str) -> Voice:
        """Give a voice another name."""
        return self._library.rename(self.get(voice_id).voice_id, name)

    def delete(self, voice_id: str) -> None:
        """Delete a voice for good, even one whose file is damaged."""
        self._library.delete(voice_id if disk.is_id(voice_id) else self.get(voice_id).voice_id)

    def reads_text(self, voice: Voice) -> bool:
        """True for a voice that speaks texts; the others only convert recordings."""
        return voice.base_id not in catalogue.BASE_IDS or catalogue.card(voice.base_id).speaks

    def converts(self, voice_id: str) -> bool:
        """True for a voice whose base model converts recordings; False where there is no such voice."""
        try:
            base_id = self.get(voice_id).base_id
        except NotFoundError:
            return False
        return Ability.CONVERT in self._bases.get(known_id(base_id)).abilities

    # Files of voices

    def export(self, voice_id: str, path: Path | str, *, private_use: bool = False) -> Path:
        """Copy a voice to a file (or into a folder); return where it lies.

        Args:
            voice_id: id or name.
            path: a file or a folder.
            private_use: take it along for oneself, even where the licence forbids passing it on; the copy
                says of itself that it may not be shared.

        Raises:
            VoiceFileError: the licence of its base forbids passing it on.
        """
        voice = self.get(voice_id)
        refusal = sharing_refusal(voice)
        if refusal and private_use is not True:
            raise VoiceFileError(
                f"{refusal} To take it along for yourself, choose “private use” (in the terminal: --private-use)."
            )
        return self._library.export(voice.voice_id, Path(path), private=bool(refusal))

    def sharing_condition(self, voice_id: str) -> str:
        """Return what to keep to when a voice is passed on: why it may not be, a condition, or nothing."""
        voice = self.get(voice_id)
        known = catalogue.card(voice.base_id).share_condition if voice.base_id in catalogue.BASE_IDS else ""
        return sharing_refusal(voice) or known

    def import_file(self, path: Path | str) -> Voice:
        """Add a voice file from elsewhere, after checking it; it gets an id of its own.

        Raises:
            BaseModelError: the base it was made for is not on this computer.
            NotFoundError: there is no such file.
            VoiceFileError: it is no voice file, too large, damaged, or made for another base.
        """
        return self._library.import_voice(Path(path), self._base_of_file(Path(path)))

    def _base_of_file(self, path: Path) -> BaseModel:
        """Return the base a file says it was made for, else the default one, whose check then tells why not."""
        try:
            base_id = read_voice(path).base_id
        except VoiceFileError:
            base_id = self._bases.default_id
        return self._bases.ready(known_id(base_id))

    # Stock voices

    def stock(self) -> tuple[StockVoice, ...]:
        """Return the voices that came with the default base; nobody's clone, so nobody has to agree to them.

        None before the base is ready, or where it has none to choose from.
        """
        base = self._bases.default
        return base.stock_voices() if isinstance(base, HasStockVoices) else ()

    def find_stock(self, wanted: str) -> StockVoice | None:
        """Return the stock voice meant by an id or a name, ignoring case; None where it is none.

        A voice of one's own that is called so goes before it, except where `STOCK_MARK` stands before the id.

        Raises:
            NotFoundError: several stock voices are called so.
        """
        name = str(wanted).strip().removeprefix(STOCK_MARK).casefold()
        same = [stock for stock in self.stock() if name == stock.voice_id.casefold()]
        same = same or [stock for stock in self.stock() if name == stock.name.casefold()]
        if not same or (not str(wanted).startswith(STOCK_MARK) and self.named(wanted) is not None):
            return None
        if len(same) > 1:
            ids = ", ".join(stock.voice_id for stock in same)
            raise NotFoundError(f"{len(same)} stock voices are called “{same[0].name}”; name one by its id: {ids}.")
        return same[0]

    def get_or_hint(self, id_or_name: str) -> Voice:
        """Return one voice as `get` does; where there is none, the error names stock voices, too."""
        try:
            return self._library.voice(id_or_name)
        except NotFoundError as error:
            raise NotFoundError(f"{error}{_stock_hint(self.stock())}") from None


def _stock_hint(known: Sequence[StockVoice]) -> str:
    """Return which stock voices could be meant; nothing where there are none."""
    if not known:
        return ""
    told = ", ".join(f"“{stock.name}”" for stock in known[:_STOCK_TOLD])
    more = f" and {len(known) - _STOCK_TOLD} more" if len(known) > _STOCK_TOLD else ""
    return f" Stock voices that came along: {told}{more}."
