"""Numbers as words: cardinals, ordinals, decimals, years, digits."""

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from voiceclone.text.normalize.words import FEMININE, MASCULINE, OBLIQUE, Words

if TYPE_CHECKING:
    from unicode_rbnf import RbnfEngine

_LONGEST_SPOKEN = 15
"""Maximum number of digits read as one number; nobody can follow longer ones, so they are read digit by digit."""
_CLDR_CODES = {"pt_BR": "pt", "": "hi"}
_GENDERS = {MASCULINE: "masculine", FEMININE: "feminine"}
_SLIPS: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (("-", " "), (",", "")),
    "es": (
        ("octingésim", "octingentésim"),
        ("decimoprimer", "undécim"),
        ("decimosegund", "duodécim"),
        ("^un (?=(?:mil|bil)lonésim)", ""),
    ),
    "fr": (
        ("(quatre-vingt)-et-", r"\1-"),  # 81st; only the other tens take "et"
        ("(cent|mille|million|milliard)-et-", r"\1 "),
        ("^un (?=(?:mil|bil)li(?:on|ard)ième)", ""),
        ("-et-", " et "),  # the spelling before 1990, as in most texts
    ),
    "it": (
        (r"tré(?=\w)", "tre"),  # the accent only belongs at the end of a word
        (r"(?<=\w)tre\b", "tré"),
    ),
    "pt_BR": (("^uma? (?=(?:mi|bi|tri)lionésim)", ""),),
    "": (
        ("पन्द्रह", "पंद्रह"),
        ("तिरेपन", "तिरपन"),
        ("तिरेसठ", "तिरसठ"),
        (r"नबे(?!\w)", "नवे"),
    ),
}
"""(regular expression, replacement) where CLDR 44 is wrong or spells a number in an uncommon way."""


def number_pattern(words: Words) -> str:
    """Return a regular expression, without groups, for a number as written in the language of `words`."""
    if words.decimal_mark == ".":
        return r"(?:\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    return r"(?:\d{1,3}(?:[.\u00a0\u202f ’']\d{3})+(?:,\d+)?(?!\d)|\d+(?:[.,]\d+)?)"


def split_number(written: str, words: Words) -> tuple[str, str]:
    """Return the digits before and after the decimal mark of `written`."""
    if words.decimal_mark == ".":
        whole, _, part = written.replace(",", "").partition(".")
        return whole or "0", part
    if re.fullmatch(r"\d+\.\d{1,2}|\d+\.\d{4,}|0\.\d+", written):  # 3.5 is a decimal in every language
        written = written.replace(".", ",")
    whole, _, part = re.sub(r"[.\u00a0\u202f ’']", "", written).partition(",")
    return whole, part


def say_number(written: str, words: Words, gender: str = "", british: bool = False) -> str:
    """Return any written number, decimals included, as words."""
    whole, part = split_number(written, words)
    said = cardinal(whole, words, gender if not part else "", british)
    if not part:
        return said
    if words.digits_after_point or part.startswith("0") or len(part) > (3 if words.number_code == "fr" else 2):
        decimals = digits(part, words)
    else:
        decimals = cardinal(part, words)
    return f"{said} {words.point} {decimals}"


def cardinal(number: str, words: Words, gender: str = "", british: bool = False) -> str:
    """Return a whole number, given as digits, as words; digit by digit if it is very long or has leading zeros.

    Args:
        gender: of the noun after it, `MASCULINE` or `FEMININE`; empty if it stands alone.
    """
    if len(number) > _LONGEST_SPOKEN or (len(number) > 1 and number.startswith("0")):
        return digits(number, words)
    verbose = (british or words.says_and) and words.number_code == "en"
    return _cardinal(int(number), words.number_code, gender, verbose)


@lru_cache(maxsize=4096)
def _cardinal(number: int, code: str, gender: str = "", british: bool = False) -> str:
    if british:
        return _spelt(number, code, "cardinal-verbose")
    if code == "it":  # CLDR would give "ventuna case", which is rare
        return (
            {MASCULINE: "un", FEMININE: "una"}[gender] if number == 1 and gender else _spelt(number, code, "numbering")
        )
    said = _spelt(number, code, f"cardinal-{_GENDERS[gender]}" if gender else "numbering", "numbering", "cardinal")
    if code == "es" and gender == FEMININE:  # CLDR keeps the thousands masculine
        said = re.sub(r"(cient|quinient)os(?!.*mill)", r"\1as", said)
    return said


def digits(number: str, words: Words) -> str:
    """Return `number` digit by digit."""
    return " ".join(_cardinal(int(digit), words.number_code) for digit in number)


def ordinal(number: int, words: Words, gender: str = "", before_noun: bool = False) -> str:
    """Return `number` as an ordinal, by default masculine.

    Args:
        gender: `MASCULINE`, `FEMININE` or, in Hindi, `OBLIQUE`.
        before_noun: use the short form of Spanish before a masculine noun, `primer piso`.
    """
    code = words.number_code
    if code == "it" and number >= 1000:
        said = _long_italian_ordinal(number)
        return said[:-1] + "a" if gender == FEMININE else said
    if not code:
        return _hindi_ordinal(number, gender)
    if words.says_and:
        return _spelt(number, code, "ordinal-verbose")
    name = f"ordinal-{_GENDERS[gender or MASCULINE]}"
    return _spelt(number, code, f"{name}-adjective" if before_noun else name, name, "ordinal")


def _long_italian_ordinal(number: int) -> str:
    """Return a masculine ordinal above 999, where unicode-rbnf 2.4.1 is wrong (`unmilasimo` for 10,000)."""
    said = re.sub(r"mila$", "mille", _spelt(number, "it", "numbering")).removeprefix("un ")
    return (said.replace("é", "e") if said.endswith(("é", "sei")) else said[:-1]) + "esimo"


def _hindi_ordinal(number: int, gender: str) -> str:
    said = _spelt(number, "", "ordinal-masculine")
    if number in (100, 1000, 100_000):  # the hundredth, not the one-hundredth
        said = said.removeprefix("एक ")
    vowel = {FEMININE: "ी", OBLIQUE: "े"}.get(gender, "ा")
    return re.sub("वाँ$", f"व{vowel}ं", said) if vowel != "ा" and said.endswith("वाँ") else re.sub("ा$", vowel, said)


def year(number: int, words: Words) -> str:
    """Return a year as people say it."""
    if words.number_code == "en":
        return _spelt(number, "en", "numbering" if number % 1000 < 10 else "numbering-year")
    if not words.number_code and 1100 <= number < 2000:
        hundreds, rest = divmod(number, 100)
        return f"{_cardinal(hundreds, '')} सौ" + (f" {_cardinal(rest, '')}" if rest else "")
    return _cardinal(number, words.number_code)


def _spelt(number: int, code: str, *kinds: str) -> str:
    """Return `number` by CLDR's rules for the first of `kinds` that the language has, with known errors corrected."""
    engine = _engine(_CLDR_CODES.get(code, code))
    names = (f"spellout-{kind}" for kind in kinds)
    rules = next(name for name in names if name in engine.rulesets)
    said = engine.format_number(number, ruleset_names=[rules]).text_by_ruleset[rules]
    for slip, right in _SLIPS[code]:
        said = re.sub(slip, right, said)
    return said


@cache
def _engine(language: str) -> "RbnfEngine":
    from unicode_rbnf import RbnfEngine

    return RbnfEngine.for_language(language)


def roman_value(numeral: str) -> int:
    """Return the value of a Roman numeral in capitals, or 0 if it is malformed."""
    if not re.fullmatch(r"M{0,3}(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})", numeral) or not numeral:
        return 0
    values = [{"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}[c] for c in numeral]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))
