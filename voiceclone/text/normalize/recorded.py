"""Normalisation for languages that are recorded and not spoken: numbers and a few signs as words.

It is plainer than that of the spoken languages, whose texts people type: here the text is what was read aloud.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from voiceclone.text.normalize.characters import clean

if TYPE_CHECKING:
    from unicode_rbnf import RbnfEngine

_LONGEST_SPOKEN = 15
"""Digits read as one number, as in `numbers`."""
_YEARS = range(1100, 2100)
_YEARS_BY_HUNDREDS = frozenset({"de", "nl"})
"""Where a number of `_YEARS` is said as a year, nineteen hundred; CLDR's Russian years are genitive ordinals."""


@dataclass(frozen=True)
class _Words:
    cldr: str
    """Language of CLDR's rules."""
    point: str
    minus: str
    signs: dict[str, str]


_WORDS = {
    "ru": _Words("ru", "запятая", "минус", {"%": "процентов", "&": "и", "+": "плюс", "=": "равно", "°": "градусов"}),
    "de": _Words("de", "Komma", "minus", {"%": "Prozent", "&": "und", "+": "plus", "=": "gleich", "°": "Grad"}),
    "nl": _Words("nl", "komma", "min", {"%": "procent", "&": "en", "+": "plus", "=": "is", "°": "graden"}),
    "pl": _Words("pl", "przecinek", "minus", {"%": "procent", "&": "i", "+": "plus", "=": "równa się", "°": "stopni"}),
    "tr": _Words("tr", "virgül", "eksi", {"%": "yüzde", "&": "ve", "+": "artı", "=": "eşittir", "°": "derece"}),
    "pt-pt": _Words(
        "pt_PT", "vírgula", "menos", {"%": "por cento", "&": "e", "+": "mais", "=": "igual a", "°": "graus"}
    ),
}
RECORDED = frozenset(_WORDS)


def spoken_in_recordings(text: str, language: str) -> str:
    """Return a text in one of `RECORDED` with its numbers and signs as words; doing it twice changes nothing."""
    words = _WORDS[language]
    text = clean(text)
    if language == "tr":
        text = re.sub(r"%\s?(\d[\d.,]*\d|\d)", rf"{words.signs['%']} \1", text)  # it stands before the number
    text = re.sub(r"(?<![\w)])-(?=\d)", f"{words.minus} ", text)
    text = re.sub(
        r"\d{1,3}(?:[.\u00a0\u202f ]\d{3})+(?![\d])(?:,\d+)?|\d+(?:[.,]\d+)?", lambda m: _number(m[0], words), text
    )
    for sign, said in words.signs.items():
        text = text.replace(sign, f" {said} ")
    text = re.sub(r"[#$€£¥₹¢²³‰_/<>~×÷±@§\d]", " ", text)
    return " ".join(re.sub(r"\s+([,.;:!?…])", r"\1", text).split())


def _number(written: str, words: _Words) -> str:
    plain = re.fullmatch(r"[1-9]\d{3}", written) is not None  # 1999, not 1.999
    if re.fullmatch(r"\d{1,3}(?:[.\u00a0\u202f ]\d{3})+(?:,\d+)?", written):
        written = re.sub(r"[.\u00a0\u202f ]", "", written)
    whole, _, part = written.replace(".", ",").partition(",")
    said = _spelt(int(whole), words.cldr, may_be_year=True) if plain and not part else _cardinal(whole, words)
    return f" {said} {words.point} {_cardinal(part, words)} " if part else f" {said} "


def _cardinal(digits: str, words: _Words) -> str:
    if len(digits) > _LONGEST_SPOKEN or (len(digits) > 1 and digits.startswith("0")):
        return " ".join(_spelt(int(digit), words.cldr) for digit in digits)
    return _spelt(int(digits), words.cldr)


def _spelt(number: int, cldr: str, may_be_year: bool = False) -> str:
    is_year = may_be_year and number in _YEARS and cldr in _YEARS_BY_HUNDREDS
    rules = "spellout-numbering-year" if is_year else "spellout-numbering"
    said = _engine(cldr).format_number(number, ruleset_names=[rules]).text_by_ruleset[rules]
    return said.replace("\u00ad", "")


@cache
def _engine(cldr: str) -> "RbnfEngine":
    from unicode_rbnf import RbnfEngine

    return RbnfEngine.for_language(cldr)
