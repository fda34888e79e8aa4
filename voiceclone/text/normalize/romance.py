"""Rules shared by Spanish, Italian and Portuguese; what differs between them is passed as arguments."""

import re
from collections.abc import Callable, Mapping

from voiceclone.text.normalize.gender import gender_after, is_feminine
from voiceclone.text.normalize.numbers import cardinal, digits, ordinal, roman_value
from voiceclone.text.normalize.words import FEMININE, MASCULINE, Words, listed

NO_INITIAL_BEFORE = r"(?<![A-Z]\.)(?<![A-Z]\.\s)"
"""Precedes a one-letter abbreviation, to exclude initials as in `J. R. R. Tolkien`."""
_COMPARISONS = "≥≤≈≠"
_NUMERAL = r"[IVXLCDM]+"
_FEMININE_ARTICLES = frozenset(
    listed("a as la las da na à una uma esta pela sua nossa nuestra della alla nella dalla questa")
)
_LARGEST_PLACE = 60
"""Roman numerals before a noun count congresses, editions, anniversaries; a larger one is more likely a word."""
_LARGEST_SCORE = 20
"""Goals; `3-1` is a result, `50-10` more likely a telephone number or a subtraction."""


def spell(text: str, acronyms: tuple[str, ...]) -> str:
    """Spell out acronyms that could be read as words, unless the whole text is in capitals."""
    long_words = re.findall(r"[^\W\d_]{2,}", text)
    capitals = sum(word.isupper() for word in long_words)
    if capitals > 2 and capitals * 2 > len(long_words):
        return text
    return re.sub(rf"\b(?:{'|'.join(acronyms)})\b(?!['’.-]\w)", lambda m: " ".join(m[0]), text)


def say_comparisons(text: str, names: tuple[str, str, str, str]) -> str:
    """Write out `≥ ≤ ≈ ≠` (`names` in this order), and turn the `x` between numbers into `×`."""
    for sign, name in zip(_COMPARISONS, names, strict=True):
        text = re.sub(rf"\s*{sign}\s*", f" {name} ", text)
    return re.sub(r"(?<=\d)\s?x\s?(?=\d)", " × ", text).strip()


def say_thousands(text: str) -> str:
    """Turn numbers in American notation, `1,500.00`, `$1,500`, `2,000,000`, into `1.500,00`."""

    def turned(match: re.Match[str]) -> str:
        return match.group().translate(str.maketrans(",.", ".,"))

    text = re.sub(r"(?<![\w.,])\d{1,3}(?:,\d{3})+\.\d{1,2}(?![\d,]|\.\d)", turned, text)
    text = re.sub(r"(?<![\w.,])\d{1,3}(?:,\d{3}){2,}(?![\d,]|\.\d)", turned, text)
    return re.sub(r"(?<=[$€£])(\s?\d{1,3}),(\d{3})(?![\d,.])", r"\1.\2", text)


def say_short_dates(text: str, words: Words, labels: str) -> str:
    """Write out `el 25/12`; `2/3 de` is still a fraction."""

    def date(match: re.Match[str]) -> str:
        day, month = int(match[2]), int(match[3])
        return match[1] + words.date(day, month, "") if 1 <= day <= 31 and 1 <= month <= 12 else match.group()

    of = r"(?!\s(?:d[aeio]s?|del(?:l[aeo])?|degli|dei)\b)"
    return re.sub(rf"\b((?i:{labels})\s)(\d{{1,2}})/(\d{{1,2}})(?![\w/]){of}", date, text)


def say_lone_units(text: str, words: Words) -> str:
    """Write out a unit without a number before it: `2 € al kg`, `el km 21`."""
    pattern = r"(?<!\d )(?i:\b(al|el|por|o|cada|ogni|per|do|del|no)) (kg|km|m²|ml|cm)(?![\w/²³])"
    return re.sub(pattern, lambda m: f"{m[1]} {words.units[m[2]].one}", text)


def say_results(text: str, words: Words) -> str:
    """Write out the result of a game, `3-1`; other descending numbers are left alone."""

    def result(match: re.Match[str]) -> str:
        high, low = int(match[1]), int(match[2])
        return f"{high} {words.to} {low}" if low <= high <= _LARGEST_SCORE else match.group()

    return re.sub(r"(?<![\w.,/:+-])(\d{1,2})[-–](\d{1,2})(?![\w/:%-]|[.,]\d| ?[€$£])", result, text)


def say_days(text: str, words: Words, first: str) -> str:
    """Write out the days in `del 1 al 7 de mayo` and `XV de Novembro`; `first` is the word for the first day."""
    month = rf"\s(?:de\s)?(?i:{'|'.join(words.months)})\b"

    def roman(match: re.Match[str]) -> str:
        value = roman_value(match[1])
        return cardinal(str(value), words) if 1 < value < 32 else match.group()

    text = re.sub(rf"\b([IVX]+)(?={month})", roman, text)
    to = r"\s(?:al?|all'|y|e|o|ou)\s?(?:el |il |l')?\d{1,2}[°º]?"
    return re.sub(rf"(?<![\w.,:/'-])1(?:er|[°º])?(?={to}{month})", first, text)


def say_short_days(text: str, short: Mapping[str, str], to: str) -> str:
    """Write out `lun.-vie.` and `seg. a sex.`; `short` maps `lun` to `lunes`."""
    day = "|".join(short)
    pattern = rf"(?i)(?<![\w.-])({day})\.?\s?(?:[-–]|{to}|a)\s?({day})\b(?:\.(?=\s?[a-z,;]))?(?!-)"
    return re.sub(pattern, lambda m: f"{short[m[1].lower()]} {to} {short[m[2].lower()]}", text)


def say_short_months(text: str, short: Mapping[str, str], to: str, endings: str = "") -> str:
    """Write out abbreviated months after a number and on both sides of a dash.

    Args:
        short: full name by abbreviation, in lower case.
        endings: regular expression for extra letters of an abbreviation, such as the t of `sept.`.
    """
    months = "|".join(short)
    text = re.sub(
        rf"(?i)(?<=\d )(de )?({months}){endings}\.(?=\s?\w|,)", lambda m: (m[1] or "") + short[m[2].lower()], text
    )
    return re.sub(
        rf"(?i)\b({months}){endings}\.?\s?[-–]\s?({months})\b(?:{endings}\.)?(?!\w)",
        lambda m: f"{short[m[1].lower()]} {to} {short[m[2].lower()]}",
        text,
    )


def say_hectares(text: str, name: tuple[str, str]) -> str:
    """Write out `ha` for hectares in `200 ha`; it may also be a verb: `Windows 95 ha bisogno`."""
    behind = r"(?=\s*(?:[.,;:!?)]|$)|\s(?:de|di|e|y|a)\s(?!nuovo|nuevo|certo|fatto))"
    return re.sub(
        rf"(?<=\d)[ \u00a0]?ha{behind}", f" {name[1]}", re.sub(rf"\b1[ \u00a0]ha{behind}", f"1 {name[0]}", text)
    )


def say_spoonfuls(text: str, short: Mapping[str, tuple[str, str]]) -> str:
    """Write out abbreviated measures in recipes, `2 cdas.`; `short` maps `cda` to (singular, plural)."""

    def measure(match: re.Match[str]) -> str:
        one, many = short[match["short"]]
        return f"{match['number']} {one if match['number'] in ('1', '1/2') else many}"

    pattern = rf"(?<![\w.,])(?P<number>[\d/.,]*\d) ?(?P<short>{'|'.join(short)})s?\.?(?=\s(?:de|di|d'|\(|y|e)|[,;)]|$)"
    return re.sub(pattern, measure, text)


def say_inches(text: str, name: str) -> str:
    """Write out the inches of `55"`, unless the mark closes a quotation."""

    def inches(match: re.Match[str]) -> str:
        opened = match.string[: match.start()].count('"') % 2
        return match.group() if opened else f"{match[1]} {name}"

    return re.sub(r"(?<![\w.,/])(\d+(?:,\d+)?)\s?\"(?!\w)", inches, text)


def say_spans_of_names(text: str, names: tuple[str, ...], to: str) -> str:
    """Write out `lunes-viernes` and `gen.-mar.`; `names` are regular expressions for days or months."""
    either = "|".join(names)
    return re.sub(rf"(?<![\w-])({either})\s?[-–]\s?(?=(?:{either})(?![\w-]))", rf"\1 {to} ", text, flags=re.IGNORECASE)


def say_spans_of_time(text: str, to: str) -> str:
    """Write out the hyphen of `9:30-11:00`."""
    return re.sub(r"(?<![\d:])(\d{1,2}:\d\d)\s?[-–]\s?(?=\d{1,2}:\d\d(?![\d:]))", rf"\1 {to} ", text)


def say_half_days(text: str, part_of_day: Callable[[int, bool], str]) -> str:
    """Write out `3 p. m.` and `9:30am`.

    Args:
        part_of_day: called with (hour 0..12, whether it is before noon), returns a phrase such as `de la tarde`.
    """

    def said(match: re.Match[str]) -> str:
        hour, minutes = int(match["hour"]), match["minutes"] or ""
        part = f" {part_of_day(hour, match['half'].lower() == 'a')}" if hour <= 12 else ""
        ends = match.group().endswith(".") and re.match(r"\s*$|\s+[¿¡]?[A-ZÁÂÃÉÊÍÓÔÚ]", match.string[match.end() :])
        return f"{hour}{minutes if minutes != ':00' else ''}{part}" + ("." if ends else "")

    half = r"(?<![\d:.,])(?P<hour>\d{1,2})(?P<minutes>:\d\d)?\s?(?P<half>[ap])\.?\s?m\b\.?"
    return re.sub(half, said, text, flags=re.I)


def say_labelled_telephone(text: str, labels: str, words: Words) -> str:
    """Write out digit by digit a telephone number that follows one of `labels`, a regular expression."""
    pattern = rf"(?i:\b(?:{labels})[:.]*)\s*(?=\(?\d)(?P<groups>\(?\d{{2,4}}\)?(?:[ .-]?\d{{2,}}){{1,4}})(?![\w,])"
    return re.sub(pattern, lambda m: m.group()[: m.start("groups") - m.start()] + groups(m["groups"], words), text)


def groups(number: str, words: Words) -> str:
    """Return the digits of a telephone number in words, with commas between its groups."""
    return ", ".join(digits(part, words) for part in re.findall(r"\d+", number))


def say_halves(text: str, words: Words, half: tuple[str, str]) -> str:
    """Write out `1/2 litro` and `2 1/2 litros`; `half` is its masculine and feminine word."""

    def half_of(match: re.Match[str]) -> str:
        name = match["noun"]
        unit = words.units.get(name)
        whole = match["whole"]
        plural = bool(whole) and whole != "1"
        if unit:
            said, feminine = (unit.many if plural else unit.one), unit.gender == FEMININE
        else:
            if not name.isalpha() or not gender_after(f" {name}", words.nouns, singular=not plural):
                return match.group()
            said, feminine = name, is_feminine(name, words.nouns, singular=not plural)
        form = half[feminine]
        if not whole:
            return f"{form} {said}"
        return f"{cardinal(whole, words, FEMININE if feminine else MASCULINE)} {said} {words.signs['&']} {form}"

    def and_half(match: re.Match[str]) -> str:
        return f"{match[1]}{half[is_feminine(match[2], words.nouns, singular=match[2][-1] != 's')]}"

    text = re.sub(r"(\b\d+ ([^\W\d_]+) (?:e|y) )1/2(?![\w/])", and_half, text)
    return re.sub(r"(?<![\w.,/])(?:(?P<whole>\d+) )?1/2[ \u00a0](?P<noun>[^\W\d_]+[²³]?)", half_of, text)


def say_place(number: int, rest: str, words: Words, feminine: bool = False, short: bool = False) -> str:
    """Return an ordinal that agrees with the noun at the beginning of `rest`, the text after the number.

    Args:
        feminine: the number is marked as feminine.
        short: the number is marked as the short form, `1er`.
    """
    masculine_noun = gender_after(rest, words.nouns, singular=True) == MASCULINE
    gender = FEMININE if feminine else MASCULINE
    return ordinal(number, words, gender, before_noun=short or (not feminine and masculine_noun))


def counts_a_noun(rest: str, words: Words) -> bool:
    """Return whether `rest`, the text after a number, begins with a noun the number could count."""
    return bool(gender_after(rest, words.nouns, singular=True))


def say_per(text: str, words: Words, names: Mapping[str, str]) -> str:
    """Write out the slash of `20 €/mes` where the language has its own phrase; `names` maps `mes` to `al mes`."""

    def per(match: re.Match[str]) -> str:
        if f"{match['unit']}/{match['name']}" in words.units:  # km/h has its own name
            return match.group()
        return f"{match['amount']}{match['unit']} {names[match['name']]}"

    every = "|".join(map(re.escape, names))
    return re.sub(rf"(?P<amount>\d[ \u00a0]?)(?P<unit>[^\W\d_]+[²³]?|[€$£]|)/(?P<name>{every})(?![\w²³/])", per, text)


def say_spans_of_money(text: str, to: str) -> str:
    """Write out the dash of `10-15 €` and `R$ 10-15`."""
    number = r"\d[\d.]*(?:,\d+)?"
    text = re.sub(rf"(?<![\w.,-])({number})(?: ?[€£$])?\s?[-–]\s?(?={number}\s?(?:[€£$]|euros?\b))", rf"\1 {to} ", text)
    return re.sub(rf"((?:R|US)?[€£$]\s?)({number})\s?[-–]\s?(?:(?:R|US)?[€£$]\s?)?(?={number})", rf"\2 {to} \1", text)


def say_centuries(text: str, words: Words, labels: str, ordinal_to: int) -> str:
    """Write out `siglo XIX` and `siglos XVI y XVII`, as ordinals up to `ordinal_to`."""

    def number(numeral: str) -> str:
        value = roman_value(numeral)
        return ordinal(value, words) if value <= ordinal_to else cardinal(str(value), words)

    def century(match: re.Match[str]) -> str:
        if not all(roman_value(match[i]) for i in (2, 4) if match[i]):
            return match.group()
        return match[1] + number(match[2]) + (match[3] + number(match[4]) if match[4] else "")

    dash = f" {words.to} "
    text = re.sub(rf"(\b(?:{labels})\s{_NUMERAL})[-–](?={_NUMERAL}\b)", rf"\1{dash}", text)
    return re.sub(rf"(\b(?:{labels})\s)({_NUMERAL})\b(?:(\s(?:y|al?|o|ou|e|au?o?)\s)({_NUMERAL})\b)?", century, text)


def say_roman_places(text: str, words: Words, articles: str) -> str:
    """Write out numerals between an article and a noun: `la II Guerra Mundial`, `XXV aniversario`."""

    def place(match: re.Match[str]) -> str:
        value = roman_value(match["numeral"])
        rest = match.string[match.end() :]
        gender = gender_after(rest, words.nouns, singular=True)
        if not 0 < value <= _LARGEST_PLACE or not gender:
            return match.group()
        if match["article"].split()[-1:] and match["article"].split()[-1].lower() in _FEMININE_ARTICLES:
            gender = FEMININE
        return match["article"] + ordinal(value, words, gender, before_noun=gender == MASCULINE)

    # Without an article, a single letter is more likely a word, above all the Italian article I.
    behind = rf"(?P<article>\b(?i:{articles})(?:\s|(?<='))(?:(?i:gran)\s)?)(?P<numeral>[IVX]+)"
    begins = r"(?P<article>(?:^|[.!?:(“]\s?))(?P<numeral>[IVX]{2,})"
    for start in (behind, begins):
        text = re.sub(rf"{start}(?=[ \u00a0][^\W\d_]{{3}})", place, text)
    return text
