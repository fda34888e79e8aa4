"""Read transcripts of any kind and look up which text belongs to which recording."""

from collections.abc import Mapping
from pathlib import Path

from voiceclone.clips.transcripts.recording_names import as_uploaded, parts_of, stem_of
from voiceclone.clips.transcripts.tables import read_table
from voiceclone.clips.transcripts.text_files import read_text_file
from voiceclone.clips.transcripts.timed_texts import TIMED_SUFFIXES, TimedText, read_timed_texts

TABLE_NAMES = ("metadata.csv", "transcripts.csv", "transcripts.tsv", "transcripts.txt")
"""Tables that take precedence when a folder is added."""
TABLE_SUFFIXES = (".csv", ".tsv", ".list", ".txt")
SIDECAR_SUFFIXES = (".txt", ".lab", *TIMED_SUFFIXES)
Transcript = str | tuple[TimedText, ...]
"""What is said in a recording: one text, or timed texts."""


class Transcripts(dict[str, Transcript]):
    """Texts by file name as written in a table; use `TextsByFile` to look one up."""

    def __init__(self, words: Mapping[str, Transcript], name: str) -> None:
        super().__init__(words)
        self.name = name
        """Of the table."""


def read_transcripts(path: Path, text_column: str | None = None) -> Transcripts:
    """Read a transcript file.

    Either a table (`file|text`, LJSpeech's `id|text|normalised`, the file lists of other trainers, or columns divided
    by tabs, commas or semicolons; the heading row is optional, file names may have folders and suffixes or not), or
    timed texts (SRT, VTT, Audacity labels, TextGrid), which belong to the recording of the same name.

    Args:
        path: the file, in any usual encoding.
        text_column: heading or number (from 1) of the column with the words; None detects it.

    Raises:
        TextError: the file is missing, empty or not a table, has two texts for one file, or it is unclear which column
            holds the words.
    """
    content = read_text_file(path)
    timed = read_timed_texts(content, path.name)
    if timed is not None:
        return Transcripts({path.stem: timed}, path.name)
    return Transcripts(read_table(content, path.name, text_column), path.name)


class TextsByFile:
    """Looks up the text of a recording in a table whose names may lack folders or suffixes."""

    def __init__(self, transcripts: Mapping[str, Transcript]) -> None:
        self.name = transcripts.name if isinstance(transcripts, Transcripts) else ""
        """Of the table; empty if the texts were passed by a program."""
        self.names = list(transcripts)
        self.found: set[str] = set()
        """Names that matched a requested recording."""
        self._words = transcripts
        self._by_stem: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._by_uploaded: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for key in transcripts:
            parts = parts_of(key)
            if parts:
                stem = stem_of(parts[-1])
                self._by_stem.setdefault(stem, []).append((parts, key))
                self._by_uploaded.setdefault(as_uploaded(stem), []).append((parts, key))

    def find(self, path: Path) -> Transcript | None:
        """Return the text whose name matches best (same suffix, most folders in common), or None."""
        parts = parts_of(str(path))
        stem = stem_of(parts[-1])
        candidates = self._by_stem.get(stem, [])
        if not candidates and as_uploaded(stem) == stem:
            candidates = self._by_uploaded.get(stem, [])
            if len(candidates) > 1:
                return None  # “take #1” and “take 1” have the same name after an upload
        if not candidates:
            return None
        key = max(candidates, key=lambda candidate: _match_rank(parts, candidate[0]))[1]
        self.found.add(key)
        return self._words[key]

    def only_timed_text(self) -> Transcript | None:
        """Return the only timed texts even if their name differs: given with a single recording, they belong to it."""
        words = list(self._words.values())
        if len(words) != 1 or isinstance(words[0], str) or self.found:
            return None
        self.found.update(self.names)
        return words[0]


def sidecar_text(path: Path) -> Transcript | None:
    """Return the text in `name.txt`, `name.srt` or similar next to `name.wav`, if there is one.

    Raises:
        TextError: the file exists but cannot be read.
    """
    for suffix in (*TIMED_SUFFIXES, ".TextGrid", *SIDECAR_SUFFIXES):
        for beside in dict.fromkeys((path.with_suffix(suffix), path.with_suffix(suffix.upper()))):
            if beside != path and beside.is_file():
                words = read_words(beside)
                if words:
                    return words
    return None


def read_words(path: Path) -> Transcript:
    """Read a file with the text of one recording: timed texts, or a single one."""
    content = read_text_file(path)
    return read_timed_texts(content, path.name) or " ".join(content.split())


def _match_rank(found: tuple[str, ...], asked: tuple[str, ...]) -> tuple[bool, int]:
    shared = 0
    for left, right in zip(reversed(found[:-1]), reversed(asked[:-1]), strict=False):
        if left != right:
            break
        shared += 1
    return found[-1] == asked[-1], shared
