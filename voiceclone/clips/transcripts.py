"""Texts that come beside recordings: CSV, TSV and LJSpeech tables, and laying one text onto several clips."""

import codecs
import csv
import difflib
import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from voiceclone.errors import TextError

MAX_TABLE_MB = 50
TABLE_NAMES = ("metadata.csv", "transcripts.csv", "transcripts.tsv", "transcripts.txt")
"""Tables that are read by themselves when a folder is added."""
SOUND_SUFFIXES = frozenset(
    f".{ending}"
    for ending in (
        *("wav", "flac", "mp3", "ogg", "oga", "opus", "m4a", "mp4", "aac", "webm", "aif", "aiff"),
        *("wma", "mka", "amr", "caf", "au", "w64"),
        *("mov", "mkv", "avi", "mpg", "mpeg", "wmv", "flv", "m4v", "ts", "mts", "m2ts", "vob", "3gp", "3g2"),
    )
)
TEXT_BESIDE_SUFFIXES = (".txt", ".lab")
_FILE_HEADINGS = {"file", "filename", "file_name", "path", "audio", "audio_file", "wav", "clip", "id", "name"}
_TEXT_HEADINGS = {"text", "transcript", "transcription", "sentence", "normalized_text", "words"}
_ALIKE_ENOUGH = 0.6
"""Share of a slice's recognised words that must be found in the given text to trust the place."""


def read_transcripts(path: Path) -> dict[str, str]:
    """Read a table of texts: `file|text`, LJSpeech `id|text|normalised`, or with tabs, commas or semicolons.

    A heading line is optional; file names may have folders and endings or not. UTF-8 with or
    without a byte-order mark, UTF-16 with one, else Latin-1.

    Returns:
        Text by file name as written in the table; use `TextsByFile` to look one up.

    Raises:
        TextError: the file is missing, empty, no table, or gives one file two texts.
    """
    lines = [line for line in _read_text(path).splitlines() if line.strip()]
    if not lines:
        raise TextError(f"“{path.name}” is empty. Write one line for each recording: file|text.")
    delimiter = next((mark for mark in "|\t;," if mark in lines[0]), None)
    if delimiter is None:
        raise TextError(f"“{path.name}” has no columns. Write one line for each recording: file|text.")
    # Quotes are part of the text in LJSpeech and tab-separated tables; only spreadsheets quote.
    quoting = csv.QUOTE_MINIMAL if delimiter in ",;" else csv.QUOTE_NONE
    rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=delimiter, quoting=quoting)]
    file_column, text_column, first_row = _columns(rows[0])
    texts: dict[str, str] = {}
    for number, row in enumerate(rows[first_row:], start=first_row + 1):
        if len(row) <= max(file_column, 1) or not row[file_column]:
            raise TextError(f"Line {number} of “{path.name}” is not file{delimiter}text. Correct it and try again.")
        text = _text_of(row, file_column, text_column, delimiter)
        if texts.setdefault(row[file_column], text) != text:
            raise TextError(f"“{path.name}” has two texts for “{row[file_column]}” (line {number}). Delete one.")
    return texts


class TextsByFile:
    """Looks the text of a recording up in a table whose names may lack folders or endings."""

    def __init__(self, transcripts: dict[str, str]) -> None:
        self._by_stem: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for key, text in transcripts.items():
            parts = PurePosixPath(key.replace("\\", "/").casefold()).parts
            if parts:
                self._by_stem.setdefault(_stem(parts[-1]), []).append((parts, text))

    def find(self, path: Path) -> str | None:
        """Return the text whose name fits best (same ending, most folders in common), or None."""
        parts = tuple(part.casefold() for part in path.parts)
        candidates = self._by_stem.get(_stem(parts[-1]), [])
        return max(candidates, key=lambda candidate: _likeness(parts, candidate[0]), default=(None, None))[1]


def text_beside(path: Path) -> str | None:
    """Return the text in `name.txt` or `name.lab` beside `name.wav`, when there is one."""
    for suffix in TEXT_BESIDE_SUFFIXES:
        beside = path.with_suffix(suffix)
        if beside != path and beside.is_file():
            return " ".join(_read_text(beside).split()) or None
    return None


def lay_text(given: str, recognised: Sequence[str]) -> list[str | None]:
    """Cut a given text into the parts that belong to slices, by matching words with what was recognised.

    Args:
        given: the whole text.
        recognised: what a recogniser heard in each slice, in order.

    Returns:
        For each slice its part of `given`, or None where too few words agree.
    """
    given_words = given.split()
    heard = [(_bare(word), index) for index, text in enumerate(recognised) for word in text.split()]
    matcher = difflib.SequenceMatcher(
        a=[_bare(word) for word in given_words], b=[word for word, _ in heard], autojunk=False
    )
    places: list[int | None] = [None] * len(given_words)
    agreeing = [0] * len(recognised)
    for block in matcher.get_matching_blocks():
        for offset in range(block.size):
            slice_index = heard[block.b + offset][1]
            places[block.a + offset] = slice_index
            agreeing[slice_index] += 1
    _fill(places)
    parts: list[str | None] = []
    for index, text in enumerate(recognised):
        words = [word for word, place in zip(given_words, places, strict=True) if place == index]
        alike = agreeing[index] / max(len(words), len(text.split()), 1)
        parts.append(" ".join(words) if words and alike >= _ALIKE_ENOUGH else None)
    return parts


def _fill(places: list[int | None]) -> None:
    """Give words that were not recognised to the slice of the nearer one that was."""
    known = [index for index, place in enumerate(places) if place is not None]
    if not known:
        return
    for before, after in zip([None, *known], [*known, None], strict=True):
        start = 0 if before is None else before + 1
        end = len(places) if after is None else after
        for index in range(start, end):
            nearer_after = before is None or (after is not None and after - index < index - before)
            places[index] = places[after] if nearer_after else places[before]  # type: ignore[index]


def _bare(word: str) -> str:
    return re.sub(r"[^\w']", "", word).casefold()


def _columns(first: list[str]) -> tuple[int, int | None, int]:
    """Return the columns of file and text, and the first row with data; text None means by position."""
    headings = [cell.casefold() for cell in first]
    file_column = next((i for i, cell in enumerate(headings) if cell in _FILE_HEADINGS), None)
    text_column = next((i for i, cell in enumerate(headings) if cell in _TEXT_HEADINGS), None)
    if file_column is not None and text_column is not None:
        return file_column, text_column, 1
    return 0, None, 0


def _text_of(row: list[str], file_column: int, text_column: int | None, delimiter: str) -> str:
    if text_column is not None:
        return row[text_column] if text_column < len(row) else ""
    if delimiter == "|":  # LJSpeech's third column has its numbers written out
        return row[2] if len(row) > 2 and row[2] else row[1]
    # A comma in an unquoted text is part of the text.
    return f"{delimiter} ".join(row[1:]).strip() if delimiter == "," else row[1]


def _stem(name: str) -> str:
    suffix = PurePosixPath(name).suffix
    return name.removesuffix(suffix) if suffix in SOUND_SUFFIXES else name


def _likeness(found: tuple[str, ...], asked: tuple[str, ...]) -> tuple[bool, int]:
    shared = 0
    for left, right in zip(reversed(found[:-1]), reversed(asked[:-1]), strict=False):
        if left != right:
            break
        shared += 1
    return found[-1] == asked[-1], shared


def _read_text(path: Path) -> str:
    if not path.is_file():
        raise TextError(f"There is no file “{path.name}”. Choose it again.")
    if path.stat().st_size > MAX_TABLE_MB * 1_000_000:
        raise TextError(f"“{path.name}” is larger than {MAX_TABLE_MB} MB. Give a table of texts, not a recording.")
    try:
        content = path.read_bytes()
    except OSError as error:  # on Windows also what another program has locked
        raise TextError(
            f"“{path.name}” may not be read: another program has it open, or it belongs to somebody else. "
            "Close that program, or copy the file, and try again."
        ) from error
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    if b"\x00" in content:
        raise TextError(f"“{path.name}” is not a text file. Give a CSV or TSV table: file|text.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")
