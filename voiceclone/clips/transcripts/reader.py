"""Texts that come with recordings: which file of texts is of what kind, and which text belongs to which recording."""

from collections.abc import Mapping
from pathlib import Path

from voiceclone.clips.transcripts.recording_names import parts_of, stem_of, uploaded
from voiceclone.clips.transcripts.tables import read_table
from voiceclone.clips.transcripts.text_files import read_text_file
from voiceclone.clips.transcripts.timed_texts import TIMED_SUFFIXES, TimedText, read_timed_texts

TABLE_NAMES = ("metadata.csv", "transcripts.csv", "transcripts.tsv", "transcripts.txt")
"""Tables that are read before any other when a folder is added."""
TABLE_SUFFIXES = (".csv", ".tsv", ".list", ".txt")
TEXT_BESIDE_SUFFIXES = (".txt", ".lab", *TIMED_SUFFIXES)
Words = str | tuple[TimedText, ...]
"""What is said in a recording, or in its parts."""


class Transcripts(dict[str, Words]):
    """Words by file name as a table has them; use `TextsByFile` to look one up."""

    def __init__(self, words: Mapping[str, Words], name: str) -> None:
        super().__init__(words)
        self.name = name
        """Of the table."""


def read_transcripts(path: Path, text_column: str | None = None) -> Transcripts:
    """Read a file of texts.

    Either a table: `file|text`, LJSpeech `id|text|normalised`, the lists of other trainings, or with tabs, commas or
    semicolons; a heading line is optional, file names may have folders and endings or not. Or texts with times (SRT,
    VTT, labels of Audacity, TextGrid): they are for the recording of the same name.

    Args:
        path: the file, in any usual encoding.
        text_column: heading or number (from 1) of the column with the words; None finds it out.

    Raises:
        TextError: the file is missing, empty, no table, gives one file two texts, or nobody can tell where the words
            are.
    """
    content = read_text_file(path)
    timed = read_timed_texts(content, path.name)
    if timed is not None:
        return Transcripts({path.stem: timed}, path.name)
    return Transcripts(read_table(content, path.name, text_column), path.name)


class TextsByFile:
    """Looks the text of a recording up in a table whose names may lack folders or endings."""

    def __init__(self, transcripts: Mapping[str, Words]) -> None:
        self.name = transcripts.name if isinstance(transcripts, Transcripts) else ""
        """Of the table; empty where the words come from a program."""
        self.names = list(transcripts)
        self.found: set[str] = set()
        """Names that belong to recordings that were asked for."""
        self._words = transcripts
        self._by_stem: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._by_uploaded: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for key in transcripts:
            parts = parts_of(key)
            if parts:
                stem = stem_of(parts[-1])
                self._by_stem.setdefault(stem, []).append((parts, key))
                self._by_uploaded.setdefault(uploaded(stem), []).append((parts, key))

    def find(self, path: Path) -> Words | None:
        """Return the words whose name fits best (same ending, most folders in common), or None."""
        parts = parts_of(str(path))
        stem = stem_of(parts[-1])
        candidates = self._by_stem.get(stem, [])
        if not candidates and uploaded(stem) == stem:
            candidates = self._by_uploaded.get(stem, [])
            if len(candidates) > 1:
                return None  # “take #1” and “take 1” are one name after an upload
        if not candidates:
            return None
        key = max(candidates, key=lambda candidate: _likeness(parts, candidate[0]))[1]
        self.found.add(key)
        return self._words[key]

    def for_the_only_one(self) -> Words | None:
        """Return texts with times for a recording of another name: who gives both alone means them together."""
        words = list(self._words.values())
        if len(words) != 1 or isinstance(words[0], str) or self.found:
            return None
        self.found.update(self.names)
        return words[0]


def text_beside(path: Path) -> Words | None:
    """Return the words in `name.txt`, `name.srt` and the like beside `name.wav`, when there are some.

    Raises:
        TextError: they are there, but cannot be read.
    """
    for suffix in (*TIMED_SUFFIXES, ".TextGrid", *TEXT_BESIDE_SUFFIXES):
        for beside in dict.fromkeys((path.with_suffix(suffix), path.with_suffix(suffix.upper()))):
            if beside != path and beside.is_file():
                words = read_words(beside)
                if words:
                    return words
    return None


def read_words(path: Path) -> Words:
    """Return the words of a file that belongs to one recording: with times, or one text."""
    content = read_text_file(path)
    return read_timed_texts(content, path.name) or " ".join(content.split())


def _likeness(found: tuple[str, ...], asked: tuple[str, ...]) -> tuple[bool, int]:
    shared = 0
    for left, right in zip(reversed(found[:-1]), reversed(asked[:-1]), strict=False):
        if left != right:
            break
        shared += 1
    return found[-1] == asked[-1], shared
