"""Tables of texts as people have them: which sign divides the columns, and what does each column hold?"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from voiceclone.clips.transcripts.columns import Choice, Column, choose
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
"""The best one first."""
_ROWS_LOOKED_AT = 2_000
"""To find the sign that divides the columns; tables of corpora have tens of thousands."""
_THOUSANDS_BEFORE = re.compile(r"[^\W\d].*\D\d{1,3}$", re.DOTALL)
_THOUSANDS_AFTER = re.compile(r"\d{3}(?!\d)")
_TOLD_CHARACTERS = 30
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


@dataclass(frozen=True)
class _Table:
    """Rows of cells; empty rows are left out."""

    name: str
    delimiter: str
    rows: list[list[str]]
    """Cells as they are, until texts that were divided are whole again; then without spaces around them."""
    lines: list[int]
    """The line of the file each row begins in, from 1."""
    quoted: bool = False
    """Cells that need it are in quotes, so no mark within a text divides it."""

    def without_first(self) -> "_Table":
        return replace(self, rows=self.rows[1:], lines=self.lines[1:])

    def column(self, index: int) -> Column:
        return Column(index, [row[index].strip() if index < len(row) else "" for row in self.rows])

    @property
    def width(self) -> int:
        return max(map(len, self.rows), default=0)


def read_table(content: str, name: str, text_column: str | None = None) -> dict[str, str]:
    """Return the text for each file name of a table.

    Args:
        content: bars, tabs, semicolons or commas between its columns; a line with headings or none.
        name: of the table, for errors.
        text_column: heading or number (from 1) of the column with the words; None finds it out.

    Raises:
        TextError: no table, a row without a file, two texts for one file, or nobody can tell where the words are.
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


def _texts(table: _Table, file_column: int, chosen: Choice) -> dict[str, str]:
    texts: dict[str, str] = {}
    for line, row in zip(table.lines, table.rows, strict=True):
        if len(row) <= max(file_column, 1) or not row[file_column]:
            raise TextError(
                f"Line {line} of “{table.name}” is not file{table.delimiter}text. Correct it and try again."
            )
        cells = [row[index] for index in (chosen.index, chosen.otherwise) if index < len(row)]
        text = " ".join(next(filter(None, cells), "").split())  # line breaks inside a cell are spaces
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
    while all(len(cells) > 1 and not cells[-1].strip() for _, cells in rows):  # spreadsheets end each row so
        rows = [(line, cells[:-1]) for line, cells in rows]
    return _Table(name, delimiter, [cells for _, cells in rows], [line for line, _ in rows], quoted)


def _rows(content: str, delimiter: str, quoting: int) -> list[tuple[int, list[str]]] | None:
    """Return (line, cells) of each row, None where the quotes are none of a spreadsheet: they belong to the texts."""
    # Only line feeds and carriage returns end a row; str.splitlines would also divide at … and other signs.
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, quoting=quoting, strict=True)
    rows, line = [], 1
    try:
        for cells in reader:
            if quoting == csv.QUOTE_MINIMAL and any(_holds_rows(cell, delimiter) for cell in cells):
                return None
            if any(cell.strip() for cell in cells):
                rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error:
        return None
    return rows


def _holds_rows(cell: str, delimiter: str) -> bool:
    """True for a cell that took in the rows below, because a quote of the text is never closed."""
    beginnings = [line.partition(delimiter) for line in cell.splitlines()[1:]]
    return any(mark and (delimiter in _RARE_IN_TEXT or has_sound_suffix(name)) for name, mark, _ in beginnings)


def _fit(table: _Table) -> float:
    """Return how well the delimiter divides the rows, 0..1: what names the recording looks like a name."""
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
    """Put texts together that commas or semicolons of their own divided, in a table without headings."""
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
    """Put cells together where a space follows the mark between them, as in sentences, or it is that of 1,000."""
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
    """True for single words that differ: where each text has one comma, its first words look like a column."""
    return not column.cannot_be_words and not column.words_share and not column.looks_like_a_label


def _count_aside(table: _Table, first: int, most: int) -> int:
    """Return how many columns in a row, from `first` on, hold no words."""
    count = 0
    while count < most:
        column = table.column(first + count)
        if not (column.cannot_be_words or column.looks_like_a_label):
            break
        count += 1
    return count


def _with_whole_texts(table: _Table, width: int, text_place: int | None) -> _Table:
    """Put texts together that commas or semicolons of their own divided: rows with more cells than headings."""
    if table.delimiter in _RARE_IN_TEXT or text_place is None:
        return table
    rows = []
    for row in table.rows:
        end = text_place + 1 + max(0, len(row) - width)
        rows.append([*row[:text_place], table.delimiter.join(row[text_place:end]), *row[end:]])
    return replace(table, rows=rows)


# --- columns ----------------------------------------------------------------------------------


def _headings(table: _Table) -> list[str] | None:
    """Return the first row where it names the columns."""
    first = [cell.strip().casefold() for cell in table.rows[0]]
    file_place, text_place = _heading_place(first, _FILE_HEADINGS), _heading_place(first, _TEXT_HEADINGS)
    if file_place is not None and text_place is not None:
        return first
    column = table.column(_file_column(table, None)).cells
    named = sum(map(has_sound_suffix, column[1:]))
    if len(column) > 2 and named == len(column) - 1 and not has_sound_suffix(column[0]):
        return first  # headings of another language
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


def _text_column(table: _Table, headings: Sequence[str] | None, file_column: int, wanted: str | None) -> Choice:
    if wanted is not None:
        return _wanted_column(table, headings, wanted)
    place = _heading_place(headings, _TEXT_HEADINGS) if headings else None
    if place is not None and place != file_column:
        return Choice(place, place)
    others = [table.column(index) for index in range(table.width) if index != file_column]
    chosen = choose(others)
    if chosen is not None:
        return chosen
    if len(others) == 0 or all(not column.filled for column in others):
        raise TextError(
            f"Line {table.lines[0]} of “{table.name}” is not file{table.delimiter}text. Correct it and try again."
        )
    raise UnclearTableError(_unclear(table, headings, file_column, others))


def _wanted_column(table: _Table, headings: Sequence[str] | None, wanted: str) -> Choice:
    name = wanted.strip().casefold()
    if headings and name in headings:
        place = list(headings).index(name)
    elif name.isdecimal() and 1 <= int(name) <= table.width:
        place = int(name) - 1
    else:
        known = f"its headings are {', '.join(headings)}" if headings else f"it has {table.width} columns, from 1 on"
        raise TextError(f"“{table.name}” has no column “{wanted}”; {known}. Choose one of them.")
    return Choice(place, place)


def _unclear(table: _Table, headings: Sequence[str] | None, file_column: int, others: Sequence[Column]) -> str:
    likely = [column for column in others if not column.cannot_be_words]
    told = " or ".join(
        f"the {_ORDINALS[column.index] if column.index < len(_ORDINALS) else column.index + 1} "
        f"(“{column.filled[0][:_TOLD_CHARACTERS]}”)"
        for column in likely[:3]
    )
    what = f"is it {told}" if len(likely) > 1 else "there are only numbers, names or codes beside the files"
    if any(column.holds_phonemes for column in others):
        what = "there are only phonemes, which VoiceClone makes itself"
    names = ["file" if index == file_column else "…" for index in range(table.width)]
    names[likely[0].index if likely else others[-1].index] = "text"
    return (
        f"It is not clear which column of “{table.name}” holds the words: {what}{'?' if len(likely) > 1 else '.'} "
        f"Write a first line that names the columns, such as {table.delimiter.join(names)} "
        "(in the terminal: --transcripts with --text-column)."
    )
