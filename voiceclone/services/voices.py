"""The voices of a data folder, and the stock voices of the default base model."""

from collections.abc import Sequence
from pathlib import Path

from voiceclone.bases import catalogue
from voiceclone.bases.abilities import HasStockVoices, WritesForOtherPrograms
from voiceclone.bases.base import Ability, BaseModel, StockVoice
from voiceclone.bases.voice_numbers import read_numbers
from voiceclone.errors import InputError, NotFoundError, VoiceFileError
from voiceclone.models.library import sharing_refusal
from voiceclone.services.base_models import BaseModels, known_id
from voiceclone.storage import disk
from voiceclone.voices.consent import consent_words
from voiceclone.voices.library import BrokenVoice, VoiceLibrary, file_stem, of_this_voice
from voiceclone.voices.other_programs import about_export
from voiceclone.voices.voice_file import Voice, check_voice_file, read_voice

STOCK_MARK = "stock:"
"""Prefix of a stock voice's id, to select it even if one of the user's own voices has that name."""
_STOCK_TOLD = 5


class VoiceService:
    """List, export, import, rename and delete voices."""

    def __init__(self, library: VoiceLibrary, bases: BaseModels) -> None:
        self._library = library
        self._bases = bases
        self._faults: dict[tuple[str, int, int], str] = {}
        """What `problem` found, by id, time of change and size of the file."""

    def all(self) -> list[Voice]:
        """Return all voices, newest first; see also `broken`."""
        return self._library.voices()

    def broken(self) -> list[BrokenVoice]:
        """Return the voices that cannot be used because of what their files say about themselves, by name."""
        return self._library.broken()

    def problem(self, voice_id: str) -> str:
        """Return in plain words why a voice cannot be used; empty if its whole file passes the check.

        Raises:
            NotFoundError: there is no such voice.
        """
        path = self._library.path(voice_id)
        told = path.stat()
        key = (voice_id, told.st_mtime_ns, told.st_size)
        if key not in self._faults:
            self._faults[key] = self._fault(path)
        return self._faults[key]

    def _fault(self, path: Path) -> str:
        try:
            base = self._bases.get(known_id(read_voice(path).base_id))
            if base.is_ready():
                check_voice_file(path, base)
            else:
                read_numbers(path)
        except VoiceFileError as error:
            return of_this_voice(error, path)
        return ""

    def usable(self, voice_id: str) -> Voice | None:
        """Return a voice by its id; None if it was deleted, or cannot be used because of what its file says."""
        try:
            return self._library.voice(voice_id)
        except (NotFoundError, VoiceFileError):
            return None

    def to_delete(self, id_or_name: str) -> tuple[str, str]:
        """Return id and name of a voice that may be broken.

        Raises:
            NotFoundError: no voice, or more than one, has that name.
        """
        wanted = str(id_or_name).strip().casefold()
        named = [one for one in self.broken() if wanted in (one.voice_id, one.name.casefold())]
        if len(named) == 1 and (named[0].voice_id == wanted or self.named(id_or_name) is None):
            return named[0].voice_id, named[0].name
        voice = self.get(id_or_name)
        return voice.voice_id, voice.name

    def get(self, id_or_name: str) -> Voice:
        """Return a voice by id or name; stock voices are not included.

        Raises:
            NotFoundError: no voice, or more than one, has that name.
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
        """Return the path of a voice's file.

        Raises:
            NotFoundError: there is no such voice.
        """
        return self._library.path(voice_id)

    def named(self, name: str) -> Voice | None:
        """Return the newest voice of that name, ignoring case; None if the name is free."""
        wanted = " ".join(str(name).split()).casefold()
        return next((voice for voice in self._library.voices() if voice.name.casefold() == wanted), None)

    def free_name(self, name: str) -> str:
        """Return a name that no voice has: `name`, with a number appended if needed."""
        return self._library.free_name(disk.clean_name(name, "voice name"))

    def rename(self, voice_id: str, name: str) -> Voice:
        """Rename a voice."""
        return self._library.rename(self.get(voice_id).voice_id, name)

    def delete(self, voice_id: str) -> None:
        """Delete a voice for good, even one whose file is damaged."""
        self._library.delete(voice_id if disk.is_id(voice_id) else self.to_delete(voice_id)[0])

    def reads_text(self, voice: Voice) -> bool:
        """True for a voice that speaks text; others only convert recordings."""
        return voice.base_id not in catalogue.BASE_IDS or catalogue.card(voice.base_id).speaks

    def converts(self, voice_id: str) -> bool:
        """True for a voice whose base model converts recordings; False if there is none, or its file is damaged."""
        try:
            base_id = self.get(voice_id).base_id
        except (NotFoundError, VoiceFileError):
            return False
        return Ability.CONVERT in self._bases.get(known_id(base_id)).abilities

    # Voice files

    def export(self, voice_id: str, path: Path | str, *, private_use: bool = False) -> Path:
        """Copy a voice to a file or into a folder; return the path.

        Args:
            voice_id: id or name.
            path: a file or a folder.
            private_use: allow a copy for private use even if the licence forbids sharing; the copy is marked
                as not to be shared.

        Raises:
            VoiceFileError: the licence of its base forbids sharing it.
        """
        voice = self.get(voice_id)
        refusal = sharing_refusal(voice)
        if refusal and private_use is not True:
            raise VoiceFileError(
                f"{refusal} To take it along for yourself, choose “private use” (in the terminal: --private-use)."
            )
        return self._library.export(voice.voice_id, Path(path), private=bool(refusal))

    def export_for_kokoro(self, voice_id: str, path: Path | str) -> Path:
        """Write a voice as the Python package `kokoro` loads it: a zip file of 330 MB; return its path.

        Args:
            voice_id: id or name.
            path: the zip file, or a folder, in which it is named after the voice.

        Raises:
            InputError: the voice is not Kokoro's.
            VoiceFileError: its file is damaged, or its licence forbids sharing it.
            StorageError: the disk is full.
        """
        voice = self.get(voice_id)
        base = self._bases.of_voice(voice)
        if not isinstance(base, WritesForOtherPrograms):
            raise InputError(
                f"“{voice.name}” is a voice of {base.title}, which has no form for other programs. Export it as a file."
            )
        refusal = sharing_refusal(voice)
        if refusal:
            raise VoiceFileError(refusal)
        target = Path(path)
        if target.is_dir():
            target = target / f"{file_stem(voice.name)} for kokoro.zip"
        base.write_for_other_programs(self._library.path(voice.voice_id), target, about_export(voice))
        return target

    def has_form_for_other_programs(self, voice_id: str) -> bool:
        """True for a voice that `export_for_kokoro` can write."""
        voice = self.usable(voice_id)
        if voice is None or voice.base_id not in (*catalogue.BASE_IDS, self._bases.default_id):
            return False
        return isinstance(self._bases.get(voice.base_id), WritesForOtherPrograms)

    def sharing_condition(self, voice_id: str) -> str:
        """Return why a voice may not be shared, or the condition for sharing it; empty if there is none."""
        voice = self.get(voice_id)
        known = catalogue.card(voice.base_id).share_condition if voice.base_id in catalogue.BASE_IDS else ""
        return sharing_refusal(voice) or known

    def consent_words(self, voice_id: str) -> str:
        """Return how the speaker of a voice agreed, in a sentence or two; of an imported one, that nobody checked."""
        voice = self.get(voice_id)
        return consent_words(voice.consent_record, voice.imported)

    def import_file(self, path: Path | str) -> Voice:
        """Check and add a voice file; the voice gets a new id.

        Raises:
            BaseModelError: its base is not on this computer.
            NotFoundError: there is no such file.
            VoiceFileError: not a voice file, too large, damaged, or made for another base.
        """
        return self._library.import_voice(Path(path), self._base_of_file(Path(path)))

    def _base_of_file(self, path: Path) -> BaseModel:
        """Return the base named in a voice file; the default one if unreadable, whose check then explains why."""
        try:
            base_id = read_voice(path).base_id if path.is_file() else self._bases.default_id
        except VoiceFileError:
            base_id = self._bases.default_id
        return self._bases.ready(known_id(base_id))

    # Stock voices

    def stock(self) -> tuple[StockVoice, ...]:
        """Return the stock voices of the default base, which are no clones and need no consent.

        Empty before the base is ready, or if it has none.
        """
        base = self._bases.default
        return base.stock_voices() if isinstance(base, HasStockVoices) else ()

    def find_stock(self, wanted: str) -> StockVoice | None:
        """Return a stock voice by id or name, ignoring case; None if there is none.

        One of the user's own voices of that name takes precedence, unless `wanted` starts with `STOCK_MARK`.

        Raises:
            NotFoundError: several stock voices have that name.
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
        """Return a voice by id or name; if there is none, the error also names stock voices."""
        try:
            return self._library.voice(id_or_name)
        except NotFoundError as error:
            raise NotFoundError(f"{error}{_stock_hint(self.stock())}") from None


def _stock_hint(known: Sequence[StockVoice]) -> str:
    """Return a hint that names some stock voices; empty if there are none."""
    if not known:
        return ""
    told = ", ".join(f"“{stock.name}”" for stock in known[:_STOCK_TOLD])
    more = f" and {len(known) - _STOCK_TOLD} more" if len(known) > _STOCK_TOLD else ""
    return f" Stock voices that came along: {told}{more}."
