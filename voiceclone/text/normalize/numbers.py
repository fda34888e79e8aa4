"""Numbers as words: cardinals, ordinals, decimals, years, digits."""

import re
from functools import lru_cache

from voiceclone.text.normalize.words import FEMININE, Words

_LONGEST_SPOKEN = 15
"""Digits; longer numbers are read digit by digit, as nobody can follow them otherwise."""


def number_pattern(words: Words) -> str:
    """Return a regular expression, without groups, of a number as `words`' language writes it."""
    if words.decimal_mark == ".":
        return r"(?:\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    return r"(?:\d{1,3}(?:[.\u00a0\u202f ’']\d{3})+(?:,\d+)?(?!\d)|\d+(?:[.,]\d+)?)"


def split_number(written: str, words: Words) -> tuple[str, str]:
    """Return the digits before and after the decimal mark of `written`."""
    if words.decimal_mark == ".":
        whole, _, part = written.replace(",", "").partition(".")
        return whole or "0", part
    if re.fullmatch(r"\d+\.\d{1,2}|\d+\.\d{4,}|0\.\d+", written):  # 3.5 is meant as a decimal everywhere
        written = written.replace(".", ",")
    whole, _, part = re.sub(r"[.\u00a0\u202f ’']", "", written).partition(",")
    return whole, part


def say_number(written: str, words: Words, gender: str = "", british: bool = False) -> str:
    """Return any written number, decimals included, as words."""
    whole, part = split_number(written, words)
    said = cardinal(whole, words, gender if not part else "", british)
    if not part:
        return said
    if words.digits_after_point or part.startswith("0") or len(part) > 2:
        decimals = digits(part, words)
    else:
        decimals = cardinal(part, words)
    return f"{said} {words.point} {decimals}"


def cardinal(number: str, words: Words, gender: str = "", british: bool = False) -> str:
    """Return a whole number, given as digits, as words; with leading zeros or very long, digit by digit."""
    if len(number) > _LONGEST_SPOKEN or (len(number) > 1 and number.startswith("0")):
        return digits(number, words)
    return _agree(_cardinal(int(number), words.number_code, british or words.says_and), words, gender)


@lru_cache(maxsize=4096)
def _cardinal(number: int, code: str, british: bool) -> str:
    if not code:
        from indic_numtowords import num2words as hindi

        return hindi(number, lang="hi")
    from num2words import num2words

    said = num2words(number, lang=code).replace(",", "")
    if code == "en":
        said = said.replace("-", " ")
        if not british:
            said = said.replace(" and ", " ")
    return said


def digits(number: str, words: Words) -> str:
    """Return `number` digit by digit."""
    return " ".join(_cardinal(int(digit), words.number_code, False) for digit in number)


def ordinal(number: int, words: Words, gender: str = "") -> str:
    """Return `number` as an ordinal."""
    if not words.number_code:
        special = {1: "पहला", 2: "दूसरा", 3: "तीसरा", 4: "चौथा", 6: "छठा"}
        said = special.get(number) or _cardinal(number, "", False) + "वाँ"
        return re.sub("ा$", "ी", said).replace("वाँ", "वीं") if gender == FEMININE else said
    from num2words import num2words

    said = num2words(number, lang=words.number_code, to="ordinal").replace("-", " ")
    if words.number_code == "en":
        return said.replace(",", "")
    if gender == FEMININE:
        if words.number_code == "fr":
            return "première" if number == 1 else said
        said = re.sub(r"o\b", "a", said)
    return said


def year(number: int, words: Words) -> str:
    """Return a year as people say it."""
    if words.number_code == "en":
        if number % 1000 < 10 and number >= 1000:  # two thousand three
            return _cardinal(number, "en", False)
        from num2words import num2words

        return num2words(number, lang="en", to="year").replace("-", " ").replace(" and ", " ")
    if not words.number_code and 1100 <= number < 2000:
        hundreds, rest = divmod(number, 100)
        return f"{_cardinal(hundreds, '', False)} सौ" + (f" {_cardinal(rest, '', False)}" if rest else "")
    return _cardinal(number, words.number_code, False)


def _agree(said: str, words: Words, gender: str) -> str:
    """Let a cardinal agree with the noun behind it: `uno` -> `un` or `una`, `dois` -> `duas`."""
    code = words.number_code
    if not gender or code in ("", "en"):
        return said
    feminine = gender == FEMININE
    if code == "es":
        if feminine:
            return re.sub(r"uno$", "una", said).replace("cientos", "cientas").replace("quinientos", "quinientas")
        return re.sub(r"(^|\s)uno$", r"\1un", re.sub(r"veintiuno$", "veintiún", said))
    if code == "it":
        return re.sub(r"^uno$", "una" if feminine else "un", said)
    if code == "fr" and feminine:
        return re.sub(r"un$", "une", said)
    if code == "pt_BR" and feminine:
        return re.sub(r"um$", "uma", re.sub(r"dois$", "duas", said)).replace("entos", "entas")
    return said


def roman_value(numeral: str) -> int:
    """Return the value of a Roman numeral in capitals, 0 when it is not a proper one."""
    if not re.fullmatch(r"M{0,3}(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})", numeral) or not numeral:
        return 0
    values = [{"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}[c] for c in numeral]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))
