"""The voices in a data folder: list, install, export, import, rename and delete them."""

import shutil
from dataclasses import replace
from pathlib import Path

from voiceclone.bases.base import BaseModel
from voiceclone.errors import NotFoundError, VoiceFileError
from voiceclone.limits import MAX_NAME_CHARACTERS
from voiceclone.storage import disk
from voiceclone.voices import foreign_file
from voiceclone.voices.voice_file import (
    Voice,
    check_voice_file,
    copy_with_description,
    describe,
    is_described,
    read_voice,
)
from voiceclone.wording import count


class VoiceLibrary:
    """The voices in a data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "voices"

    def voices(self) -> list[Voice]:
        """Return every readable voice, the newest first."""
        found = []
        for path in self._folder.glob("*.safetensors"):
            if not disk.is_id(path.stem):
                continue
            try:
                found.append(read_voice(path))
            except VoiceFileError:
                continue  # `voice` tells what is wrong with it when it is asked for by its id
        return sorted(found, key=lambda voice: (voice.created_at, voice.voice_id), reverse=True)

    def voice(self, id_or_name: str) -> Voice:
        """Return one voice, by its id or its name.

        Raises:
            NotFoundError: no voice is called so, or more than one is.
            VoiceFileError: its file is damaged.
        """
        if disk.is_id(id_or_name):
            return read_voice(self.path(id_or_name))
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
        """Put the tensors a base wrote on the shelf, described by `voice`; replaces the same id.

        The voice whose id is `replaces` goes once the new one lies there: never is there none.
        """
        name = self.free_name(voice.name, voice.voice_id, replaces)
        installed = self._write(tensors_path, replace(voice, name=name))
        if replaces is not None and replaces != voice.voice_id:
            self.delete(replaces)
        return installed

    def export(self, voice_id: str, target: Path, *, private: bool = False) -> Path:
        """Copy a voice to `target` (a folder gets a file named after the voice); return where it lies.

        With `private` the copy says of itself that it may not be passed on.
        """
        source = self.path(voice_id)
        if target.is_dir():
            target = target / f"{_file_stem(read_voice(source).name)}.safetensors"
        if private:
            copy_with_description(source, target, describe(replace(read_voice(source), may_share=False)))
            return target
        with disk.atomic_file(target) as temporary:
            shutil.copyfile(source, temporary)
        return target

    def import_voice(self, source: Path, base: BaseModel) -> Voice:
        """Check a voice file from elsewhere and put a copy on the shelf under a new id.

        Raises:
            NotFoundError: there is no such file.
            VoiceFileError: it is no voice file, too large, damaged, or made for another base.
        """
        if not source.exists():
            raise NotFoundError(f"There is no file “{source}”. Choose a voice file (.safetensors).")
        if not is_described(source):
            raise foreign_file.refusal(source)
        check_voice_file(source, base)
        voice = read_voice(source)
        voice = replace(voice, voice_id=disk.new_id(), name=self.free_name(voice.name))
        return self._write(source, voice)

    def rename(self, voice_id: str, name: str) -> Voice:
        """Give a voice another name; the sound stays as it is."""
        path = self.path(voice_id)
        name = self.free_name(disk.clean_name(name, "voice name"), voice_id)
        return self._write(path, replace(read_voice(path), name=name))

    def delete(self, voice_id: str) -> None:
        """Delete a voice for good."""
        path = self.path(voice_id)
        with disk.storage_errors(path):
            path.unlink(missing_ok=True)

    def _path(self, voice_id: str) -> Path:
        if not disk.is_id(voice_id):
            raise NotFoundError("That voice is not one of yours; choose it from the list.")
        return disk.safe_path(self._folder, f"{voice_id}.safetensors")

    def _write(self, tensors_path: Path, voice: Voice) -> Voice:
        target = self._path(voice.voice_id)
        copy_with_description(tensors_path, target, describe(voice))
        return read_voice(target)

    def free_name(self, name: str, *but: str | None) -> str:
        """Return `name`, with a number behind it where a voice is called so; those with an id in `but` do not count."""
        taken = {voice.name.casefold() for voice in self.voices() if voice.voice_id not in but}
        candidate, number = name, 2
        while candidate.casefold() in taken:
            mark = f" ({number})"
            candidate, number = name[: MAX_NAME_CHARACTERS - len(mark)] + mark, number + 1
        return candidate


def _file_stem(name: str) -> str:
    kept = "".join(letter if letter.isalnum() or letter in " -_()" else "_" for letter in name)
    return kept.strip() or "voice"
