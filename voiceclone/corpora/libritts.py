"""LibriTTS and LibriTTS-R: WAV files by speaker and chapter, sentences with capitals and punctuation."""

from collections.abc import Iterator
from pathlib import Path

from voiceclone.corpora.librispeech import find_table, only_speaker
from voiceclone.corpora.model import FolderCorpus, Utterance, folders_below, is_bare_file_name, lines_of

_TEXT_ENDING = ".normalized.txt"


class LibriTTS(FolderCorpus):
    """[LibriTTS/][subset/]SPEAKER/CHAPTER/SPEAKER_CHAPTER_NNNNNN_NNNNNN.wav, the layout of openslr.org/60 and /141."""

    kind = "libritts"
    title = "LibriTTS"
    language = "en-us"
    holds = "folders SPEAKER/CHAPTER with .wav files and a .trans.tsv or .normalized.txt files"

    @classmethod
    def matches(cls, folder: Path) -> bool:
        """True if there is a chapter table or the text of a sentence anywhere in it."""
        return any(True for chapter in folders_below(folder) for ending in _TABLES for _ in chapter.glob(f"*{ending}"))

    def utterances(self, speaker_id: str | None = None) -> Iterator[Utterance]:
        """Yield recordings chapter by chapter, without entering other speakers' folders."""
        for chapter in folders_below(self.folder, only_speaker(speaker_id)):
            for name, text in _chapter_texts(chapter):
                speaker = name.split("_")[0]
                if speaker_id in (None, speaker) and is_bare_file_name(name):
                    yield Utterance(speaker, f"{name}.wav", text, chapter / f"{name}.wav")

    def notes(self) -> dict[str, str]:
        """Return the sex and name of each speaker from `speakers.tsv`: READER, GENDER, SUBSET, NAME."""
        path = find_table(self.folder, "speakers.tsv")
        rows = [[cell.strip() for cell in line.split("\t")] for line in lines_of(path)] if path else []
        return {row[0]: f"{row[1]}, {row[3]}" for row in rows[1:] if len(row) > 3}


_TABLES = (".trans.tsv", _TEXT_ENDING)


def _chapter_texts(chapter: Path) -> Iterator[tuple[str, str]]:
    """Yield (name, normalised text) from the chapter's table, or from the text files next to its recordings.

    The table has the columns name, original text, and text with numbers and abbreviations written out.
    """
    tables = sorted(chapter.glob("*.trans.tsv"))
    for table in tables:
        for line in lines_of(table):
            columns = [column.strip() for column in line.split("\t")]
            if len(columns) > 1:
                yield columns[0], columns[2] if len(columns) > 2 and columns[2] else columns[1]
    if not tables:
        for path in sorted(chapter.glob(f"*{_TEXT_ENDING}")):
            yield path.name.removesuffix(_TEXT_ENDING), " ".join(lines_of(path))
