"""Dates, times of day, years and decades."""

import re
from functools import cache

from voiceclone.text.normalize.abbreviations import FOLLOWING_TIME
from voiceclone.text.normalize.numbers import cardinal, ordinal, say_number, year
from voiceclone.text.normalize.words import Words

_NUMBERED = re.compile(
    r"(?i)\b(?:versions?|versión|versione|versão|sections?|secci[óo]n|sezione|seção|chapters?|chapitres?|cap[íi]tu?lo|tables?"
    r"|tableau|tabla|tabella|tabela|figures?|figuras?|article|art[íi]culo|articolo|artigo|खंड|अध्याय|संस्करण)\s$"
)
"""Words before numbers of sections and releases, `Section 1.2.12`, which are not dates."""


def say_dates(text: str, words: Words, month_first: bool) -> str:
    """Write out `2025-03-04`, `3/4/2025`, `4 March 2025`, `March 4, 2025`."""

    def iso(match: re.Match[str]) -> str:
        return _date(match, int(match[4]), int(match[3]), match[1], words)

    def slashed(match: re.Match[str]) -> str:
        if match[2] == "." and _NUMBERED.search(match.string[: match.start()]):
            return match.group()
        first, second = int(match[1]), int(match[3])
        day, month = (second, first) if (month_first and first <= 12) or second > 12 else (first, second)
        return _date(match, day, month, match[4], words)

    def short(match: re.Match[str]) -> str:
        first, second = int(match[2]), int(match[3])
        day, month = (second, first) if (month_first and first <= 12) or second > 12 else (first, second)
        if not (1 <= month <= 12 and 1 <= day <= 31):
            return match.group()
        return match[1] + words.date(day, month, "")

    text = re.sub(r"(?<![\d/.-])(\d{4})([/-])(\d{1,2})\2(\d{1,2})(?![\d/-])", iso, text)
    text = re.sub(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-])", slashed, text)
    if words.number_code == "en":
        text = _days_of_month(text, words, month_first)
    if words.before_short_date:
        text = re.sub(
            rf"\b((?i:{'|'.join(words.before_short_date)})\s+)(\d{{1,2}})/(\d{{1,2}})(?![\w/])(?!\s(?:of|cup))",
            short,
            text,
        )
    text = _day_month(words).sub(lambda m: _named(m, words), text)
    return _month_day(words).sub(lambda m: _named(m, words), text) if words.number_code == "en" else text


def _days_of_month(text: str, words: Words, month_first: bool) -> str:
    """Write out `May 3-5` and `3–5 May`."""
    months = _month_names(words.number_code, words.months)
    full = {name[:3]: name for name in words.months}
    days = r"(?P<first>\d{1,2})(?:st|nd|rd|th)?\s?[-–]\s?(?P<last>\d{1,2})(?:st|nd|rd|th)?"

    def both(match: re.Match[str]) -> str:
        if not 1 <= int(match["first"]) < int(match["last"]) <= 31:
            return match.group()
        month = full[match["month"][:3]]
        first, last = (ordinal(int(match[name]), words) for name in ("first", "last"))
        if month_first:
            return f"{month} {first} {words.to} {last}"
        return f"the {first} {words.to} the {last} of {month}"

    text = re.sub(rf"\b(?P<month>{months})\.?\s{days}(?![\w:/-])", both, text)
    return re.sub(rf"(?<![\w.,:/-]){days}\s(?P<month>{months})\b", both, text)


def _date(match: re.Match[str], day: int, month: int, written_year: str, words: Words) -> str:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match.group()
    return words.date(day, month, _year(written_year, words))


def _named(match: re.Match[str], words: Words) -> str:
    day, names = int(match["day"]), [month.lower() for month in words.months]
    if not 1 <= day <= 31:
        return match.group()
    month = next(i for i, name in enumerate(names, 1) if name.startswith(match["month"].lower().rstrip(".")))
    return words.date(day, month, _year(match["year"] or "", words))


def _year(written: str, words: Words) -> str:
    if not written:
        return ""
    number = int(written)
    if len(written) == 2:
        number += 2000 if number < 50 else 1900
    return year(number, words)


@cache
def _month_names(code: str, months: tuple[str, ...]) -> str:
    short = [m[:3] for m in months if len(m) > 3] if code == "en" else []
    return "|".join(sorted((*months, *short), key=len, reverse=True))


def _day_month(words: Words) -> re.Pattern[str]:
    link = {"es": r"\s+(?:de\s+)?", "pt_BR": r"\s+(?:de\s+)?", "en": r"\s+(?:of\s+)?"}.get(words.number_code, r"\s+")
    to_year = {"es": r"\s+(?:de(?:l)?\s+)?", "pt_BR": r"\s+(?:de\s+)?", "en": r",?\s+"}.get(words.number_code, r"\s+")
    before = r"(?:the\s+)?" if words.number_code == "en" else ""
    mark = r"(?:st|nd|rd|th)?" if words.number_code == "en" else r"(?:er|º|°)?"
    months = _month_names(words.number_code, words.months)
    return re.compile(
        rf"(?<![\w.,:/-]){before}(?P<day>\d{{1,2}}){mark}{link}(?P<month>{months})\b(?:{to_year}(?P<year>\d{{4}})(?![\d:]))?",
        re.IGNORECASE,
    )


def _month_day(words: Words) -> re.Pattern[str]:
    months = _month_names(words.number_code, words.months)
    return re.compile(
        rf"\b(?P<month>{months})\.?\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?![:\d%])(?:,?\s+(?P<year>\d{{4}})(?![\d:]))?"
    )


def say_times(text: str, words: Words) -> str:
    """Write out `3:30 pm`, `15:45`, `10:05:30`, `15h45`, `3 pm`, `9am-5pm`."""

    def clock(match: re.Match[str]) -> str:
        hour, minute, half = int(match["hour"]), int(match["minute"] or 0), match["half"]
        if hour > 24 or minute > 59:
            return match.group()
        if half and words.number_code == "en":
            said = cardinal(str(hour), words) if minute == 0 else words.clock(hour, minute)
            said += _seconds(match, words)
            return f"{said} {half[0].upper()} M" + ("." if match.group().endswith(".") and _ends(match) else "")
        if half and hour <= 12:
            hour = hour % 12 + (12 if half[0].lower() == "p" else 0)
        return words.clock(hour, minute) + _seconds(match, words)

    half = r"(?:\s?(?P<half>[ap])\.?\s?m\b\.?)"
    # A dash between two times, at least one of which is recognisable as a time.
    text = re.sub(r"(?<=\d[ap]m|:\d\d)\s?[-–—]\s?(?=\d{1,2}(?:\b|[ap]m\b))(?!\d+/)", f" {words.to} ", text, flags=re.I)
    text = re.sub(r"(?<=[ap]\.m\.)\s?[-–—]\s?(?=\d)", f" {words.to} ", text, flags=re.I)
    text = re.sub(
        r"(?<![\d:.,$€£-])(\d{1,2})\s?[-–]\s?(?=\d{1,2}(?::\d\d\b|(?::\d\d)?\s?[ap]\.?m\b))",
        rf"\1 {words.to} ",
        text,
        flags=re.I,
    )
    text = re.sub(
        rf"(?<![\d:.])(?P<hour>\d{{1,2}}):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?!:?\d){half}?",
        clock,
        text,
        flags=re.I,
    )
    text = re.sub(rf"(?<![\d:.])(?P<hour>\d{{1,2}})(?P<minute>)(?P<second>){half}", clock, text, flags=re.I)
    if words.number_code in ("fr", "pt_BR", "es"):
        text = re.sub(r"(?<![\d:.,])(?P<hour>\d{1,2})\s?h\s?(?P<minute>\d\d)(?P<half>)(?P<second>)\b", clock, text)
    if not words.number_code:
        text = re.sub(r"बजे(\s+बजे)+", "बजे", text)
    return text


def _seconds(match: re.Match[str], words: Words) -> str:
    if not match["second"] or int(match["second"]) == 0:
        return ""
    second = words.units["s"]
    number = int(match["second"])
    said = cardinal(str(number), words, second.gender)
    return f" {words.signs['&']} {said} {second.one if number == 1 else second.many}"


def say_ranges_of_names(text: str, words: Words) -> str:
    """Write out the dash of `Oct–Dec`, `enero-marzo`, `Mon–Fri`."""
    for names in (words.months, words.weekdays):
        if not names:
            continue
        short = {name[:3]: name for name in names} if words.weekdays else {}
        full = short | {name: name for name in names}
        if words.weekdays:
            full |= {"Sept": "September", "Tues": "Tuesday", "Thurs": "Thursday"}
            full = {written: name for written, name in full.items() if name in names}
        pattern = "|".join(sorted(full, key=len, reverse=True))

        def both(match: re.Match[str], full: dict[str, str] = full) -> str:
            return f"{full[match[1]]} {words.to} {full[match[2]]}"

        text = re.sub(rf"\b({pattern})\.?\s?[-–—]\s?({pattern})\b\.?(?!-)", both, text)
    return text


def _ends(match: re.Match[str]) -> bool:
    rest = match.string[match.end() :].lstrip()
    return not rest or (rest[0].isupper() and re.match(r"\w*", rest)[0].lower() not in FOLLOWING_TIME)


def say_decades(text: str, words: Words) -> str:
    """Write out `1990s` and `'80s` in English."""
    if words.number_code == "en":
        text = re.sub(r"(?<![\d.,])(1[1-9]\d|20\d)0'?s\b", lambda m: _decade(year(int(m[1] + "0"), words)), text)
        text = re.sub(r"(?<!\w)'?([2-9]0)'?s\b", lambda m: _decade(cardinal(m[1], words)), text)
    return text


def say_years(text: str, words: Words) -> str:
    """Write out four-digit years in English and Hindi, where they are said differently from numbers."""
    if words.number_code not in ("en", ""):
        return text
    if words.number_code == "en":  # 1066 is a year only if the surrounding words say so
        pattern = (
            r"\b(?i:(in|since|until|before|after|by|around|from|of)) (10\d\d)\b(?![.,]\d|\s[a-z]+s\b|\s(?:of|people)\b)"
        )
        text = re.sub(pattern, lambda m: f"{m[1]} {year(int(m[2]), words)}", text)
    return re.sub(r"(?<![\w.,:/$€£₹#])(1[1-9]\d\d|20\d\d)(?![\d:%°]|[.,/]\d)", lambda m: year(int(m[1]), words), text)


def _decade(said: str) -> str:
    return said[:-1] + "ies" if said.endswith("y") else said + "s"


def say_plain_range_of_years(text: str, words: Words) -> str:
    """Write out `1914–1918`."""
    pattern = r"(?<![\w.,/-])(1[1-9]\d\d|20\d\d)\s?[-–—]\s?(1[1-9]\d\d|20\d\d|\d\d)(?![\w.,/-]\d|\d)"

    def both(match: re.Match[str]) -> str:
        end = match[2] if len(match[2]) == 4 else match[1][:2] + match[2]
        if int(end) <= int(match[1]):
            return match.group()
        last = year(int(end), words) if len(match[2]) == 4 else say_number(match[2], words)
        return f"{year(int(match[1]), words)} {words.to} {last}"

    return re.sub(pattern, both, text)
