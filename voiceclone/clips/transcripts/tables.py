"""Read tables of transcripts: find the delimiter, and the columns with the file names and the words."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from voiceclone.clips.transcripts.columns import Column, TextColumn, choose_text_column
from voiceclone.clips.transcripts.recording_names import has_sound_suffix
from voiceclone.errors import TextError, UnclearTableError

_DELIMITERS = "|\t;,"
_RARE_IN_TEXT = "|\t"
_FILE_HEADINGS = frozenset(
    (
        *("file", "filename", "file_name", "path", "audio", "audio_file", "audio_path", "audio_filepath"),
        *("wav", "wav_file", "wav_path", "clip", "id", "name", "utterance_id"),
        *("datei", "fichier", "archivo", "fichero", "arquivo", "फ़ाइल"),
    )
)
_TEXT_HEADINGS = (
    *("normalized_text", "text_normalized", "normalised_text", "text", "transcript", "transcription", "sentence"),
    *("words", "utterance", "raw_text", "satz", "texte", "phrase", "texto", "frase", "testo", "पाठ"),
)
"""In order of preference."""
_ROWS_LOOKED_AT = 2_000
"""Limits the search for the delimiter; tables of corpora have tens of thousands of rows."""
_THOUSANDS_BEFORE = re.compile(r"[^\W\d].*\D\d{1,3}$", re.DOTALL)
_THOUSANDS_AFTER = re.compile(r"\d{3}(?!\d)")
_QUOTED_CHARACTERS = 30
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


@dataclass(frozen=True)
class _Table:
    """Rows of cells, without empty rows."""

    name: str
    delimiter: str
    rows: list[list[str]]
    """Cells as read; once texts split by the delimiter are rejoined, without surrounding whitespace."""
    lines: list[int]
    """Line in the file where each row begins, from 1."""
    quoted: bool = False
    """Cells are quoted where necessary, so delimiters inside a text do not split it."""

    def without_first(self) -> "_Table":
        return replace(self, rows=self.rows[1:], lines=self.lines[1:])

    def column(self, index: int) -> Column:
        return Column(index, [row[index].strip() if index < len(row) else "" for row in self.rows])

    @property
    def width(self) -> int:
        return max(map(len, self.rows), default=0)


def read_table(content: str, name: str, text_column: str | None = None) -> dict[str, str]:
    """Return the text for each file name in a table.

    Args:
        content: rows with bars, tabs, semicolons or commas between the columns, with or without a heading row.
        name: of the table, for error messages.
        text_column: heading or number (from 1) of the column with the words; None detects it.

    Raises:
        TextError: this is not a table, a row lacks a file, a file has two texts, or it is unclear where the words are.
    """
    if not content.strip():
        raise TextError(f"“{name}” is empty. Write one line for each recording: file|text.")
    table = max((_table(content, name, mark) for mark in _DELIMITERS if mark in content), key=_fit, default=None)
    if table is None or not _fit(table):
        raise TextError(f"“{name}” has no columns. Write one line for each recording: file|text.")
    headings = _headings(table)
    if headings:
        if len(table.rows) == 1:
            raise TextError(f"“{name}” has headings only. Write one line for each recording below them.")
        table = _with_whole_texts(table.without_first(), len(headings), _heading_place(headings, _TEXT_HEADINGS))
    else:
        table = _with_joined_ends(table)
    table = replace(table, rows=[[cell.strip() for cell in row] for row in table.rows])
    file_column = _file_column(table, headings)
    chosen = _text_column(table, headings, file_column, text_column)
    return _texts(table, file_column, chosen)


def _texts(table: _Table, file_column: int, chosen: TextColumn) -> dict[str, str]:
    texts: dict[str, str] = {}
    for line, row in zip(table.lines, table.rows, strict=True):
        if len(row) <= max(file_column, 1) or not row[file_column]:
            raise TextError(
                f"Line {line} of “{table.name}” is not file{table.delimiter}text. Correct it and try again."
            )
        cells = [row[index] for index in (chosen.index, chosen.fallback) if index < len(row)]
        text = " ".join(next(filter(None, cells), "").split())  # line breaks inside a cell become spaces
        if texts.setdefault(row[file_column], text) != text:
            raise TextError(f"“{table.name}” has two texts for “{row[file_column]}” (line {line}). Delete one.")
    return texts


# --- rows -------------------------------------------------------------------------------------


def _table(content: str, name: str, delimiter: str) -> _Table:
    rows = _rows(content, delimiter, csv.QUOTE_MINIMAL) if '"' in content else None
    quoted = rows is not None
    if rows is None:
        rows = _rows(content, delimiter, csv.QUOTE_NONE)
    if rows is None:
        raise TextError(f"“{name}” has a cell that is far too long. Write one line for each recording: file|text.")
    while all(len(cells) > 1 and not cells[-1].strip() for _, cells in rows):  # trailing delimiters of spreadsheets
        rows = [(line, cells[:-1]) for line, cells in rows]
    return _Table(name, delimiter, [cells for _, cells in rows], [line for line, _ in rows], quoted)


def _rows(content: str, delimiter: str, quoting: int) -> list[tuple[int, list[str]]] | None:
    """Return (line, cells) of each row, or None if the quotes belong to the texts and not to the table format."""
    # Only line feeds and carriage returns end a row; str.splitlines would also split at other characters.
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, quoting=quoting, strict=True)
    rows, line = [], 1
    try:
        for cells in reader:
            if quoting == csv.QUOTE_MINIMAL and any(_swallowed_rows(cell, delimiter) for cell in cells):
                return None
            if any(cell.strip() for cell in cells):
                rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error:
        return None
    return rows


def _swallowed_rows(cell: str, delimiter: str) -> bool:
    """True for a cell that swallowed the rows below it because a quote in the text is never closed."""
    beginnings = [line.partition(delimiter) for line in cell.splitlines()[1:]]
    return any(mark and (delimiter in _RARE_IN_TEXT or has_sound_suffix(name)) for name, mark, _ in beginnings)


def _fit(table: _Table) -> float:
    """Rate how well the delimiter divides the rows, 0..1: the first column should look like file names."""
    table = replace(table, rows=table.rows[:_ROWS_LOOKED_AT])
    file_column = _file_column(table, None)
    others = _RARE_IN_TEXT if table.delimiter in _RARE_IN_TEXT else _DELIMITERS
    total = 0.0
    for row in table.rows:
        if len(row) < 2 or file_column >= len(row):
            continue
        if has_sound_suffix(row[file_column]) and not any(mark in row[file_column] for mark in _RARE_IN_TEXT):
            total += 1.0
        elif not any(mark in row[file_column] for mark in others):
            total += 0.5
    return total / max(1, len(table.rows))


def _with_joined_ends(table: _Table) -> _Table:
    """Rejoin texts that were split at their own commas or semicolons, in a table without headings."""
    if table.delimiter in _RARE_IN_TEXT or min(map(len, table.rows)) < 2:
        return table
    if not table.quoted:
        table = replace(table, rows=list(map(partial(_with_punctuation, table.delimiter), table.rows)))
    least = min(map(len, table.rows))
    before = _count_aside(table, 1, least - 1)
    if table.width == least and (table.quoted or not _begins_a_text(table.column(1 + before))):
        return table
    after = _count_aside(replace(table, rows=[row[::-1] for row in table.rows]), 0, least - 2 - before)
    rows = []
    for row in table.rows:
        end = len(row) - after
        rows.append([*row[: 1 + before], table.delimiter.join(row[1 + before : end]), *row[end:]])
    return replace(table, rows=rows)


def _with_punctuation(delimiter: str, row: list[str]) -> list[str]:
    """Rejoin cells if a space follows the delimiter, as in a sentence, or if it divides a number such as 1,000."""
    if len(row) < 3 or row[1].startswith(" "):
        return row
    kept = row[:2]
    for cell in row[2:]:
        in_number = _THOUSANDS_BEFORE.search(kept[-1]) and _THOUSANDS_AFTER.match(cell)
        if cell.startswith(" ") or in_number:
            kept[-1] += delimiter + cell
        else:
            kept.append(cell)
    return kept


def _begins_a_text(column: Column) -> bool:
    """True for distinct single words: if each text has one comma, its first words look like a column."""
    return not column.cannot_be_words and not column.words_share and not column.looks_like_a_label


def _count_aside(table: _Table, first: int, most: int) -> int:
    """Return how many consecutive columns, starting at `first`, hold no words."""
    count = 0
    while count < most:
        column = table.column(first + count)
        if not (column.cannot_be_words or column.looks_like_a_label):
            break
        count += 1
    return count


def _with_whole_texts(table: _Table, width: int, text_place: int | None) -> _Table:
    """Rejoin texts that were split at their own commas or semicolons: rows with more cells than headings."""
    if table.delimiter in _RARE_IN_TEXT or text_place is None:
        return table
    rows = []
    for row in table.rows:
        end = text_place + 1 + max(0, len(row) - width)
        rows.append([*row[:text_place], table.delimiter.join(row[text_place:end]), *row[end:]])
    return replace(table, rows=rows)


# --- columns ----------------------------------------------------------------------------------


def _headings(table: _Table) -> list[str] | None:
    """Return the first row if it names the columns."""
    first = [cell.strip().casefold() for cell in table.rows[0]]
    file_place, text_place = _heading_place(first, _FILE_HEADINGS), _heading_place(first, _TEXT_HEADINGS)
    if file_place is not None and text_place is not None:
        return first
    column = table.column(_file_column(table, None)).cells
    named = sum(map(has_sound_suffix, column[1:]))
    if len(column) > 2 and named == len(column) - 1 and not has_sound_suffix(column[0]):
        return first  # headings in another language
    return None


def _heading_place(headings: Sequence[str], known: Sequence[str] | frozenset[str]) -> int | None:
    if isinstance(known, frozenset):
        return next((place for place, heading in enumerate(headings) if heading in known), None)
    return next((headings.index(heading) for heading in known if heading in headings), None)


def _file_column(table: _Table, headings: Sequence[str] | None) -> int:
    named = _heading_place(headings, _FILE_HEADINGS) if headings else None
    if named is not None:
        return named
    counts = [sum(map(has_sound_suffix, table.column(index).cells)) for index in range(table.width)]
    best = max(range(len(counts)), key=counts.__getitem__, default=0)
    return best if counts and counts[best] * 2 >= len(table.rows) else 0


def _text_column(table: _Table, headings: Sequence[str] | None, file_column: int, wanted: str | None) -> TextColumn:
    if wanted is not None:
        return _wanted_column(table, headings, wanted)
    place = _heading_place(headings, _TEXT_HEADINGS) if headings else None
    if place is not None and place != file_column:
        return TextColumn(place, place)
    others = [table.column(index) for index in range(table.width) if index != file_column]
    chosen = choose_text_column(others)
    if chosen is not None:
        return chosen
    if len(others) == 0 or all(not column.filled for column in others):
        raise TextError(
            f"Line {table.lines[0]} of “{table.name}” is not file{table.delimiter}text. Correct it and try again."
        )
    raise UnclearTableError(_unclear(table, headings, file_column, others))


def _wanted_column(table: _Table, headings: Sequence[str] | None, wanted: str) -> TextColumn:
    name = wanted.strip().casefold()
    if headings and name in headings:
        place = list(headings).index(name)
    elif name.isdecimal() and 1 <= int(name) <= table.width:
        place = int(name) - 1
    else:
        known = (
            f"its headings are {', '.join(headings)}" if headings else f"it has {table.width} columns, counted from 1"
        )
        raise TextError(f"“{table.name}” has no column “{wanted}”; {known}. Choose one of them.")
    return TextColumn(place, place)


def _unclear(table: _Table, headings: Sequence[str] | None, file_column: int, others: Sequence[Column]) -> str:
    likely = [column for column in others if not column.cannot_be_words]
    options = " or ".join(
        f"the {_ORDINALS[column.index] if column.index < len(_ORDINALS) else column.index + 1} "
        f"(“{column.filled[0][:_QUOTED_CHARACTERS]}”)"
        for column in likely[:3]
    )
    what = f"is it {options}" if len(likely) > 1 else "there are only numbers, names or codes beside the files"
    if any(column.holds_phonemes for column in others):
        what = "there are only phonemes, which VoiceClone makes itself"
    names = ["file" if index == file_column else "…" for index in range(table.width)]
    names[likely[0].index if likely else others[-1].index] = "text"
    return (
        f"It is not clear which column of “{table.name}” holds the words: {what}{'?' if len(likely) > 1 else '.'} "
        f"Write a first line that names the columns, such as {table.delimiter.join(names)} "
        "(in the terminal: --transcripts with --text-column)."
    )
