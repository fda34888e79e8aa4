"""Were these the words? Compares what a recogniser heard with what was to be read, tolerant to its own slips."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from voiceclone.evaluation.wer import edit_distance
from voiceclone.text.normalize import spoken

_LETTERS_PER_SLIP = 4
"""One letter in four of a word may be heard differently: “tomatoe”, “colour”. Our choice; no two words of a list are
that alike."""


@dataclass(frozen=True)
class HeardWords:
    """How much of a sentence was heard."""

    missing: tuple[str, ...]
    """The random words that were not heard in their order."""
    agreement_share: float
    """Of the words that say what is agreed to, 0..1."""


def compare_words(words: Sequence[str], agreement: str, heard: str, language: str) -> HeardWords:
    """Return which of the random words, and how much of the agreement, were heard.

    Args:
        words: the random words, in the order they were to be read in.
        agreement: what is agreed to, in words.
        heard: what a recogniser wrote.
        language: of all of it, a code such as `en-us`.
    """
    told = plain_words(heard, language)
    agreed = plain_words(agreement, language)
    drawn = [" ".join(plain_words(word, language)) for word in words]
    found = _in_order(drawn, told)
    said = len(_in_order(agreed, told))
    return HeardWords(tuple(word for place, word in enumerate(words) if place not in found), said / max(1, len(agreed)))


def plain_words(text: str, language: str) -> list[str]:
    """Return the words of a text in small letters, numbers spelled out, without punctuation.

    Unlike `evaluation.wer.comparable_words` it keeps the vowel signs of Hindi, which are no letters to `re`.
    """
    plain = unicodedata.normalize("NFC", spoken(text, language).lower().replace("’", "'"))
    kept = "".join(
        sign if sign.isalnum() or sign == "'" or unicodedata.category(sign)[0] == "M" else " " for sign in plain
    )
    return [word.strip("'") for word in kept.split() if word.strip("'")]


def are_alike(word: str, heard: str) -> bool:
    """True if `heard` is `word`, or differs in a letter out of four."""
    if word == heard:
        return True
    slips = len(word) // _LETTERS_PER_SLIP
    return abs(len(word) - len(heard)) <= slips and edit_distance(word, heard) <= slips


def _in_order(wanted: Sequence[str], told: Sequence[str]) -> set[int]:
    """Return the places in `wanted` of the longest sequence of its words that `told` holds in the same order."""
    same = [[are_alike(word, other) for other in told] for word in wanted]
    longest = [[0] * (len(told) + 1) for _ in range(len(wanted) + 1)]
    for row in range(len(wanted) - 1, -1, -1):
        for column in range(len(told) - 1, -1, -1):
            longest[row][column] = (
                1 + longest[row + 1][column + 1]
                if same[row][column]
                else max(longest[row + 1][column], longest[row][column + 1])
            )
    found, row, column = set(), 0, 0
    while row < len(wanted) and column < len(told):
        if same[row][column]:
            found.add(row)
            row, column = row + 1, column + 1
        elif longest[row + 1][column] >= longest[row][column + 1]:
            row += 1
        else:
            column += 1
    return found
