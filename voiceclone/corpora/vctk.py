"""VCTK: many speakers of English with different accents, and a text file per sentence."""

from collections.abc import Iterator
from pathlib import Path

from voiceclone.corpora.model import FolderCorpus, Utterance, folders_below, home_of, lines_of

_SOUND_FOLDERS = ("wav48_silence_trimmed", "wav48", "wav16")
"""Of version 0.92 (two microphones, FLAC), version 0.80 (WAV), and copies at a lower sample rate."""
_AMERICAN = {"american", "canadian"}


class VCTK(FolderCorpus):
    """`txt/p225/p225_001.txt` and `wav48_silence_trimmed/p225/p225_001_mic1.flac`, or `wav48/p225/p225_001.wav`."""

    kind = "vctk"
    title = "VCTK"
    language = "en-gb"
    holds = "the folders txt and wav48_silence_trimmed (or wav48)"

    def __init__(self, folder: Path) -> None:
        super().__init__(home_of(folder, _is_home) or folder)
        self._accents: dict[str, str] | None = None

    @classmethod
    def matches(cls, folder: Path) -> bool:
        """True for the folder itself or the one that contains it."""
        return home_of(folder, _is_home) is not None

    def utterances(self, speaker_id: str | None = None) -> Iterator[Utterance]:
        """Yield recordings in order of name, from the first of two microphones, as in older versions."""
        sounds = next(self.folder / name for name in _SOUND_FOLDERS if (self.folder / name).is_dir())
        for speaker in self.speaker_ids():
            if speaker_id not in (None, speaker):
                continue
            for path in sorted((self.folder / "txt" / speaker).glob("*.txt")):
                names = (f"{path.stem}_mic1.flac", f"{path.stem}.wav", f"{path.stem}.flac")
                found = next((name for name in names if (sounds / speaker / name).is_file()), names[0])
                text = " ".join(lines_of(path)).strip().strip('"')
                yield Utterance(speaker, found, _tidy(text), sounds / speaker / found)

    def speaker_ids(self) -> Iterator[str]:
        """Yield the speakers with texts."""
        for folder in folders_below(self.folder / "txt", depth=1):
            if folder.name != "txt":
                yield folder.name

    def language_of(self, speaker_id: str) -> str:
        """Return `en-us` for North Americans, `en-gb` for everybody else."""
        accent = self.notes().get(speaker_id, "").casefold()
        return "en-us" if any(word in accent for word in _AMERICAN) else self.language

    def notes(self) -> dict[str, str]:
        """Return the sex and accent of each speaker from `speaker-info.txt`: ID AGE GENDER ACCENTS REGION."""
        if self._accents is None:
            path = self.folder / "speaker-info.txt"
            rows = [line.split() for line in lines_of(path)] if path.is_file() else []
            # The first release writes 225 where the folders are named p225.
            self._accents = {_with_p(row[0]): f"{row[2]}, {row[3]}" for row in rows[1:] if len(row) > 3}
        return self._accents


def _is_home(folder: Path) -> bool:
    return (folder / "txt").is_dir() and any((folder / name).is_dir() for name in _SOUND_FOLDERS)


def _with_p(speaker_id: str) -> str:
    return f"p{speaker_id}" if speaker_id.isdecimal() else speaker_id


def _tidy(text: str) -> str:
    """Return the text without the spaces before commas that some sentences have."""
    return " ".join(text.replace(" ,", ",").replace(" .", ".").split())
