"""Decide from all rows what each column of a table holds: words, durations, speakers, languages or phonemes."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

from voiceclone.clips.transcripts.recording_names import has_sound_suffix

_NUMBER = re.compile(r"[-+]?[\d.,:]*\d[\d.,:]*\s?(?:s|ms|sec|%|dB)?", re.IGNORECASE)
"""Also durations and times: 4.20, 0:03, 3,2 s."""
_LANGUAGE_CODES = (
    "ar bg bn ca cs cy da de el en es et eu fa fi fr ga gl he hi hr hu id is it ja jp ka kn ko lt lv ml mr ms nb nl no",
    "pl pt ro ru sk sl sr sv sw ta te th tl tr uk ur vi yue zh eng deu ger fra fre spa ita por hin",
    "english deutsch german french français spanish español italian italiano portuguese português hindi",
)
_LANGUAGES = frozenset(word for line in _LANGUAGE_CODES for word in line.split())
_IPA = frozenset("ˈˌːɪʊəɛɔæɑɒʌɜɚɹɾʃʒŋθðɡʁɲʎɐɕʑ")
_SENTENCE_ENDS = (".", "?", "!", "…", "।", "。")
_NEARLY_ALL = 0.9
_SAME_WORDS = 0.5
"""Mean similarity above which two columns are the same text in two spellings: twelve sentences full of numbers score
0.56 against their written-out form, sentences without numbers 1; six sentences and their translations score 0.39."""
_COMPARED_ROWS = 20
_FEW_ROWS = 3
"""With fewer rows, repetition proves nothing."""


@dataclass(frozen=True)
class Column:
    """One column of a table; `cells` has one entry per row, "" where the row has none."""

    index: int
    cells: Sequence[str]

    @cached_property
    def filled(self) -> list[str]:
        return [cell for cell in self.cells if cell]

    @cached_property
    def words_share(self) -> float:
        """Share of all rows with several words or a whole sentence in this column."""
        return sum(map(_says_something, self.cells)) / max(1, len(self.cells))

    @cached_property
    def different_share(self) -> float:
        """Share of distinct values among the filled cells: low for speakers and moods."""
        return len(set(self.filled)) / max(1, len(self.filled))

    @property
    def text_score(self) -> float:
        """How much the column looks like a transcript, 0..1."""
        return self.words_share * self.different_share

    @cached_property
    def cannot_be_words(self) -> bool:
        """True for numbers, languages, paths and phonemes."""
        kinds = (_NUMBER.fullmatch, _is_language, _is_path)
        return not self.filled or any(self._mostly(kind) for kind in kinds) or self.holds_phonemes

    @cached_property
    def holds_phonemes(self) -> bool:
        """True for the phonetic alphabet, which some trainers expect instead of words."""
        return self._mostly(lambda cell: len(_IPA.intersection(cell)) >= 2 or cell.count("ˈ") > 0)

    @cached_property
    def looks_like_a_label(self) -> bool:
        """True if a few values without sentence-final punctuation repeat, as speakers and moods do."""
        sentences = sum(cell.endswith(_SENTENCE_ENDS) for cell in self.filled)
        few = len(set(self.filled)) <= max(1, len(self.filled) // 5)
        if not self.words_share:
            few = self.different_share < 0.5
        return len(self.filled) >= _FEW_ROWS and few and sentences < len(self.filled) / 2

    def _mostly(self, test: Callable[[str], object]) -> bool:
        return sum(map(bool, map(test, self.filled))) >= _NEARLY_ALL * len(self.filled)


@dataclass(frozen=True)
class TextColumn:
    """The column that holds the words."""

    index: int
    fallback: int
    """The column to use in rows where the first one is empty."""


def choose_text_column(columns: Sequence[Column]) -> TextColumn | None:
    """Choose the column with the words among all columns except the file names; None if it is unclear.

    If two columns hold the same sentences, as in LJSpeech, the last one has the numbers written out.
    """
    possible = [column for column in columns if not column.cannot_be_words]
    if not possible:
        return None
    best = max(possible, key=lambda column: column.text_score)
    if best.looks_like_a_label or (not best.text_score and len(possible) > 1):
        return None
    spellings = [column for column in possible if column is best or _same_sentences(column, best)]
    rivals = [column for column in possible if column not in spellings and column.text_score > best.text_score / 2]
    return None if rivals else TextColumn(spellings[-1].index, spellings[0].index)


def _same_sentences(one: Column, other: Column) -> bool:
    pairs = [(a.casefold(), b.casefold()) for a, b in zip(one.cells, other.cells, strict=True) if a and b]
    pairs = pairs[:_COMPARED_ROWS]
    alike = sum(SequenceMatcher(a=a, b=b, autojunk=False).ratio() for a, b in pairs)
    return bool(pairs) and alike / len(pairs) > _SAME_WORDS


def _says_something(cell: str) -> bool:
    words = [word for word in cell.split() if any(sign.isalpha() for sign in word)]
    return len(words) >= 2 or (bool(words) and cell.rstrip("\"'”’»").endswith(_SENTENCE_ENDS))


def _is_language(cell: str) -> bool:
    return re.split(r"[-_]", cell.casefold())[0] in _LANGUAGES and not re.search(r"\s", cell)


def _is_path(cell: str) -> bool:
    return has_sound_suffix(cell) or (not re.search(r"\s", cell) and bool(re.search(r"[/\\]", cell)))
