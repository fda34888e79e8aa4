"""The one way for synthetic sound to leave: `Marker.write` puts watermark, tags and credentials into a file."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voiceclone import host
from voiceclone.audio.sound import Audio, decode
from voiceclone.errors import InputError
from voiceclone.marking import credentials, watermark
from voiceclone.marking.about import About, write_tags
from voiceclone.marking.certificate import FOLDER, identity
from voiceclone.marking.checking import MarkReport, check
from voiceclone.storage import disk

SETTING_FILE = "setting.json"


@dataclass(frozen=True)
class Format:
    """A kind of sound file that can be written and signed."""

    name: str
    """For libsndfile."""
    subtype: str
    mime: str


FORMATS = {
    ".wav": Format("WAV", "PCM_16", "audio/wav"),
    ".flac": Format("FLAC", "PCM_16", "audio/flac"),
    ".mp3": Format("MP3", "MPEG_LAYER_III", "audio/mpeg"),
}
"""By ending. The library that signs refuses Ogg, Opus, AIFF and others."""


class Marker:
    """Marks what is made with one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir

    @property
    def may_be_off(self) -> bool:
        """False where other people are served: there, marks are always on."""
        return not host.on_space()

    @property
    def is_on(self) -> bool:
        """True unless a person switched marks off on their own computer."""
        if not self.may_be_off:
            return True
        try:
            setting = json.loads((self._data_dir / FOLDER / SETTING_FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return True
        return not (isinstance(setting, dict) and setting.get("on") is False)

    def switch(self, on: bool) -> None:
        """Switch marks on or off, for everything that is made from now on.

        Raises:
            InputError: they cannot be switched off here.
        """
        if not on and not self.may_be_off:
            raise InputError("Marks stay on here, because other people use this page. Run VoiceClone on your computer.")
        disk.write_json(self._data_dir / FOLDER / SETTING_FILE, {"on": bool(on)})

    def watermarked(self, audio: Audio) -> Audio:
        """Return a sound with the watermark, or as it is where marks are off."""
        return watermark.mark(audio) if self.is_on else audio

    def write(self, path: Path, sample_rate: int, pieces: Iterable[np.ndarray], about: About) -> int:
        """Write speech into a file with all marks, one piece in memory at a time; return the number of samples.

        Marks go on last: what changes the sound afterwards may lose them. The file appears only when it is complete.

        Args:
            path: WAV, FLAC or MP3, by its ending; see `FORMATS`.
            sample_rate: hertz.
            pieces: float32 in [-1, 1], shape (samples,), for example sentence by sentence.
            about: what the marks say.

        Raises:
            InputError: another ending.
            StorageError: the disk is full or cannot be written.
            BaseModelError: a part that marks is not installed; nothing is written unmarked instead.
        """
        import soundfile

        kind = FORMATS.get(path.suffix.lower())
        if kind is None:
            raise InputError(f"“{path.name}” is no sound file that can be written. Let its name end in .wav.")
        is_on, frames = self.is_on, 0
        own = identity(self._data_dir) if is_on else None
        with disk.atomic_file(path) as temporary:
            with soundfile.SoundFile(
                temporary, "w", sample_rate, channels=1, subtype=kind.subtype, format=kind.name
            ) as file:
                if is_on:
                    write_tags(file, about)
                for piece in pieces:
                    file.write(watermark.mark(Audio(piece, sample_rate)).samples if is_on else piece)
                    frames += len(piece)
            if own is not None:
                credentials.sign(temporary, kind.mime, about, own)
        disk.hand_out(path)
        return frames

    def copy(self, source: Path, target: Path, voice: str) -> Path:
        """Write a marked copy of speech that is kept unmarked in the data folder; return `target`.

        Args:
            source: a sound file.
            target: where the copy goes; see `write`.
            voice: name of the voice.

        Raises:
            AudioError: the source is damaged.
        """
        audio = decode(source)
        self.write(target, audio.sample_rate, [audio.samples], About(voice))
        return target

    def check(self, path: Path | str) -> MarkReport:
        """Look for marks in a recording of any format.

        Raises:
            AudioError: the file is missing, or not a recording.
        """
        return check(Path(path), self._data_dir)
