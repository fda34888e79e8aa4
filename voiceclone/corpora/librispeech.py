"""LibriSpeech: FLAC files by speaker and chapter, with upper-case texts in a `.trans.txt` per chapter."""

from collections.abc import Callable, Iterator
from pathlib import Path

from voiceclone.corpora.model import FolderCorpus, Utterance, folders_below, is_bare_file_name, lines_of


class LibriSpeech(FolderCorpus):
    """[LibriSpeech/][subset/]SPEAKER/CHAPTER/SPEAKER-CHAPTER-NNNN.flac, the layout of openslr.org/12."""

    kind = "librispeech"
    title = "LibriSpeech"
    language = "en-us"
    holds = "folders SPEAKER/CHAPTER with .flac files and a .trans.txt"

    @classmethod
    def matches(cls, folder: Path) -> bool:
        """True if there is a `.trans.txt` anywhere in it."""
        return any(True for chapter in folders_below(folder) for _ in chapter.glob("*.trans.txt"))

    def utterances(self, speaker_id: str | None = None) -> Iterator[Utterance]:
        """Yield recordings chapter by chapter, without entering other speakers' folders."""
        for chapter in folders_below(self.folder, only_speaker(speaker_id)):
            for table in sorted(chapter.glob("*.trans.txt")):
                for line in lines_of(table):
                    name, _, text = line.strip().partition(" ")
                    speaker = name.split("-")[0]
                    if speaker_id in (None, speaker) and is_bare_file_name(name):
                        yield Utterance(speaker, f"{name}.flac", text.strip(), chapter / f"{name}.flac")

    def speaker_ids(self) -> Iterator[str]:
        """Yield the speakers by the names of their transcript files, for example `19-198.trans.txt`."""
        known = set()
        for chapter in folders_below(self.folder):
            for table in sorted(chapter.glob("*.trans.txt")):
                speaker = table.name.split("-")[0]
                if speaker not in known:
                    known.add(speaker)
                    yield speaker

    def notes(self) -> dict[str, str]:
        """Return the sex and name of each speaker from `SPEAKERS.TXT`."""
        path = find_table(self.folder, "SPEAKERS.TXT")
        return dict(_speakers(path)) if path else {}


def only_speaker(speaker_id: str | None) -> Callable[[Path], bool]:
    """Return a filter for other speakers' folders; speakers are numbers in both Libri corpora."""

    def is_wanted(folder: Path) -> bool:
        # A number below a number is a chapter.
        is_speaker = folder.name.isdecimal() and not folder.parent.name.isdecimal()
        return speaker_id is None or not is_speaker or folder.name == speaker_id

    return is_wanted


def find_table(folder: Path, name: str) -> Path | None:
    """Return the table of speakers, from the folder itself, the one above, or one of its subfolders."""
    around = (folder, *folder.parents[:2], *folders_below(folder, depth=1))
    return next((place / name for place in around if (place / name).is_file()), None)


def _speakers(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (id, note) from lines such as `19   | F | train-clean-100  | 25.19 | Kara Shallenberg`."""
    for line in lines_of(path):
        fields = [field.strip() for field in line.split("|", 4)]  # a name may also contain the separator
        if not line.startswith(";") and len(fields) == 5:
            yield fields[0], f"{fields[1]}, {fields[4]}"
