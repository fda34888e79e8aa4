"""The voices in a data folder: list, install, export, import, rename and delete them."""

import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from voiceclone.bases.base import BaseModel
from voiceclone.errors import NotFoundError, VoiceFileError
from voiceclone.limits import MAX_NAME_CHARACTERS
from voiceclone.storage import disk, temporary
from voiceclone.voices import foreign_file
from voiceclone.voices.voice_file import (
    Voice,
    check_voice_file,
    copy_with_description,
    describe,
    is_described,
    name_in,
    read_voice,
)
from voiceclone.wording import count


@dataclass(frozen=True)
class BrokenVoice:
    """A voice in the library that cannot be used; it can be deleted."""

    voice_id: str
    name: str
    """As its file says, as far as that is readable."""
    problem: str
    """One or two sentences: what is wrong, and what to do."""


class VoiceLibrary:
    """The voices in a data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._folder = data_dir / "voices"

    def voices(self) -> list[Voice]:
        """Return every readable voice, newest first."""
        found = []
        for path in self._files():
            with suppress(VoiceFileError):  # `broken` has those
                found.append(read_voice(path))
        return sorted(found, key=lambda voice: (voice.created_at, voice.voice_id), reverse=True)

    def broken(self) -> list[BrokenVoice]:
        """Return the voices that `voices` leaves out because of what their files say, by name."""
        found = [
            BrokenVoice(path.stem, name_in(path), why) for path in self._files() if (why := description_fault(path))
        ]
        return sorted(found, key=lambda voice: (voice.name.casefold(), voice.voice_id))

    def voice(self, id_or_name: str) -> Voice:
        """Return a voice by its id or name.

        Raises:
            NotFoundError: no voice has that name, or several have it.
            VoiceFileError: its file is damaged.
        """
        if disk.is_id(id_or_name):
            path = self.path(id_or_name)
            try:
                return read_voice(path)
            except VoiceFileError as error:
                raise VoiceFileError(of_this_voice(error, path)) from error
        known = self.voices()
        wanted = str(id_or_name).strip()
        same = [voice for voice in known if voice.name == wanted]
        same = same or [voice for voice in known if voice.name.casefold() == wanted.casefold()]
        if len(same) == 1:
            return same[0]
        if same:
            ids = ", ".join(voice.voice_id for voice in same)
            raise NotFoundError(f"{count(len(same), 'voice')} are called “{wanted}”; name one by its id: {ids}.")
        names = ", ".join(f"“{voice.name}”" for voice in known)
        hint = f"You have {names}." if known else "Train one first, or import a voice file."
        raise NotFoundError(f"There is no voice called “{wanted}”. {hint}")

    def path(self, voice_id: str) -> Path:
        """Return the file of a voice.

        Raises:
            NotFoundError: there is no such voice.
        """
        path = self._path(voice_id)
        if not path.is_file():
            raise NotFoundError("That voice is no longer there; choose one from the list.")
        return path

    def install(self, tensors_path: Path, voice: Voice, replaces: str | None = None) -> Voice:
        """Install the tensors a base model wrote, described by `voice`; replaces a voice of the same id.

        The voice with the id `replaces` is deleted only after the new one is in place.
        """
        name = self.free_name(voice.name, voice.voice_id, replaces)
        installed = self._write(tensors_path, replace(voice, name=name))
        if replaces is not None and replaces != voice.voice_id:
            with suppress(NotFoundError):  # deleted while this one was made
                self.delete(replaces)
        return installed

    def export(self, voice_id: str, target: Path, *, private: bool = False) -> Path:
        """Copy a voice to `target` (in a folder, the file is named after the voice) and return its path.

        With `private`, the copy is marked as not to be shared.
        """
        source = self.path(voice_id)
        if target.is_dir():
            target = target / f"{file_stem(read_voice(source).name)}.safetensors"
        if private:
            copy_with_description(source, target, describe(replace(read_voice(source), may_share=False)))
        else:
            with disk.atomic_file(target) as temporary:
                shutil.copyfile(source, temporary)
        disk.hand_out(target)
        return target

    def import_voice(self, source: Path, base: BaseModel) -> Voice:
        """Validate a voice file from elsewhere and install a copy under a new id.

        Raises:
            NotFoundError: the file does not exist.
            VoiceFileError: it is not a voice file, too large, damaged, or made for another base model.
        """
        if not source.exists():
            raise NotFoundError(f"There is no file “{source}”. Choose a voice file (.safetensors).")
        if not source.is_file() or not is_described(source):
            raise foreign_file.not_a_voice_error(source)
        check_voice_file(source, base)
        voice = read_voice(source)
        voice = replace(voice, voice_id=disk.new_id(), name=self.free_name(voice.name), imported=True)
        return self._write(source, voice)

    def rename(self, voice_id: str, name: str) -> Voice:
        """Rename a voice; its audio data does not change."""
        path = self.path(voice_id)
        name = self.free_name(disk.clean_name(name, "voice name"), voice_id)
        return self._write(path, replace(read_voice(path), name=name))

    def delete(self, voice_id: str) -> None:
        """Delete a voice permanently, with the copies of it and of what it said that the browser got."""
        path = self.path(voice_id)
        temporary.discard(self._data_dir, [path, *temporary.copies(self._data_dir, [voice_id])])

    def _files(self) -> list[Path]:
        return [path for path in self._folder.glob("*.safetensors") if disk.is_id(path.stem)]

    def _path(self, voice_id: str) -> Path:
        if not disk.is_id(voice_id):
            raise NotFoundError("That voice is not one of yours; choose it from the list.")
        return disk.safe_path(self._folder, f"{voice_id}.safetensors")

    def _write(self, tensors_path: Path, voice: Voice) -> Voice:
        target = self._path(voice.voice_id)
        copy_with_description(tensors_path, target, describe(voice))
        return read_voice(target)

    def free_name(self, name: str, *but: str | None) -> str:
        """Return `name`, with a number appended if another voice has it; voices with an id in `but` are ignored."""
        taken = {voice.name.casefold() for voice in self.voices() if voice.voice_id not in but}
        candidate, number = name, 2
        while candidate.casefold() in taken:
            mark = f" ({number})"
            candidate, number = name[: MAX_NAME_CHARACTERS - len(mark)] + mark, number + 1
        return candidate


def description_fault(path: Path) -> str:
    """Return what is wrong with the description of a library's voice file, for the user; empty if nothing is."""
    try:
        read_voice(path)
    except VoiceFileError as error:
        return of_this_voice(error, path)
    return ""


def of_this_voice(error: VoiceFileError, path: Path) -> str:
    """Return an error's message for a voice in the library, whose file name tells people nothing."""
    return str(error).replace(f"“{path.name}”", "This voice")


def file_stem(name: str) -> str:
    """Return a voice's name as the name of a file, without its ending."""
    kept = "".join(letter if letter.isalnum() or letter in " -_()" else "_" for letter in name)
    return kept.strip() or "voice"
