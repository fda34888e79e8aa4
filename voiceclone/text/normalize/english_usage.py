"""Rules only English needs: `th'`, titles without a full stop, `'05`, `9/11`, `5 ft 3 in`, `a 4K TV`, `10/10`.

They run first and bring the text into forms that the shared rules know.
"""

import re
from collections.abc import Callable

_WEEKDAYS = {
    "Mon": "Monday",
    "Tue": "Tuesday",
    "Tues": "Tuesday",
    "Wed": "Wednesday",
    "Thu": "Thursday",
    "Thurs": "Thursday",
    "Fri": "Friday",
    "Sat": "Saturday",
    "Sun": "Sunday",
}
_MONTH = "Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec|January|February|March|April|August|September|October"
_SHORTENED = {"th": "the", "o": "of", "an": "and", "wi": "with", "thro": "through"}
_NAMED_BY_NUMBERS = {"9/11": "nine eleven", "7/7": "seven seven", "7/11": "seven eleven", "24/7": "twenty four seven"}
_MANY = {"10": "tens", "100": "hundreds", "1000": "thousands", "10000": "tens of thousands", "1000000": "millions"}
_DOTTED = r"fl\.\s?oz|sq\.\s?ft|ft|oz|lbs?|yrs?|hrs?|mins?|secs?|mi|yd|gal|kg|km|cm|mm|mph|tsp|tbsp"
_BESIDE_FRACTION = {
    "tsp": "teaspoon", "tbsp": "tablespoon", "oz": "ounce", "lb": "pound", "lbs": "pound", "mi": "mile", "in": "inch",
    "hr": "hour", "gal": "gallon",
}  # fmt: skip
_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")

_Replacement = str | Callable[[re.Match[str]], str]


def _whole_word(match: re.Match[str]) -> str:
    whole = _SHORTENED[match[1].lower()]
    return whole.capitalize() if match[1][0].isupper() else whole


def _weekday(match: re.Match[str]) -> str:
    return f"{_WEEKDAYS[match[1]]}, " if "," in match.group() else f"{_WEEKDAYS[match[1]]} "


def _inches(match: re.Match[str]) -> str:
    one = re.search(r"(?<![\d.,])1$", match.string[: match.start()])
    return (" inch" if one else " inches") + ("." if match.end() == len(match.string) else "")


def _minutes(match: re.Match[str]) -> str:
    one = re.search(r"(?<![\d.,])1$", match.string[: match.start()])
    return " minute." if one else " minutes."  # without a number, `min.` means minimum


def _fraction_of_unit(match: re.Match[str]) -> str:
    many = "" if match["whole"] is None else "es" if match["unit"] == "in" else "s"
    return f"{match['amount']} {_BESIDE_FRACTION[match['unit']]}{many}"


def _power(match: re.Match[str]) -> str:
    exponent = match.group().translate(_POWERS)
    named = {"2": " squared", "3": " cubed"}
    return named.get(exponent) or f" to the power of {exponent}"


_RULES: tuple[tuple[re.Pattern[str], _Replacement], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # Contractions
        (r"(?<=\w)\s?'n'\s?(?=\w)", " and "),  # rock 'n' roll
        (r"(?<![\w'])((?i:th|o|an|wi|thro))'(?=\s+\w)", _whole_word),
        (r"\bgov't\b", "government"),
        (r"\b([Nn])o\.(?=\sof\s)", r"\1umber"),
        (r"\b([Ii])ncl\.(?=\s)", r"\1ncluding"),
        (r"\b([Tt])emp\.(?=\s)", r"\1emperature"),
        # Days, years, times
        (rf"\b({'|'.join(_WEEKDAYS)})\.?,?\s(?=\d{{1,2}}(?:st|nd|rd|th)?\s[A-Z]|(?:{_MONTH})\b)", _weekday),
        (r"\b(\d{1,2})\.(\d\d)(?=\s?(?i:[ap])\.?(?i:m)\b)", r"\1:\2"),  # 3.30pm
        (r"\b(9)\s?[-–]\s?(5)\b(?!\s?[-–/.]?\d)", r"\1 to \2"),  # office hours
        (r"(?<![\w'])'00\b(?!'|s\b|\")", "two thousand"),
        (r"(?<![\w'])'0(\d)\b(?!'|s\b|\")", r"oh \1"),  # '05
        (r"(?<![\w'])'(\d\d)\b(?!'|s\b|\")", r"\1"),
        (r"(?<![\w.,/])(?:9/11|7/7|7/11|24/7)(?![\w/])", lambda m: _NAMED_BY_NUMBERS[m.group()]),
        (r"\bFY\s?(?=\d)", "FY "),
        # Titles, streets and units: add the full stop that later rules look for, or remove it.
        (r"\bNo(?=\s\d+\b(?!\s[a-z]|[.,:]\d))", "No."),  # No 10
        (
            r"\b(Dr|St|Prof|Mt|Sgt|Capt|Lt|Col|Maj|Rev|Gen)(?=\s[A-Z][a-z])(?!\s(?:The|In|And|Is|He|She|It)\b)",
            r"\1.",
        ),
        (r"\b([A-Z][a-z]+\s(?:St|Rd|Ave|Dr|Ln|Sq|Blvd))(?=[,;]|\s+[a-z]|\s*$)", r"\1."),
        (r"\b((?i:nos?|pp?|vol|figs?|ch|sec)\.)(?=\d)", r"\1 "),
        (rf"(?<=\d)(\s?)({_DOTTED})\.(?=\s+[a-z\d(]|[,;:)])", lambda m: m[1] + m[2].replace(".", "")),
        # Measures
        (r"\b(\d{1,2})\s?st(?=\s\d{1,2}\s?lbs?\b)", r"\1 stone"),
        (r"\b(\d+\s?ft\.?)\s(\d+)\s?in\b\.?", r"\1 \2 inches"),
        (r"(?<=\d)'(?=\s(?:tall|high|long|wide|deep|by|x)\b)", " feet"),
        (r"\b(a \d{1,2})'(?=\s[a-z])", r"\1 foot"),
        (r"(?<=\d)\s?in\.(?!\w)", _inches),
        (r"(?<=\d)\s?mins?\.(?=\s+[A-Z]|\s*$)", _minutes),
        (
            rf"(?<![\w.,/])(?P<amount>(?P<whole>\d+ )?\d/\d)\s?(?P<unit>{'|'.join(_BESIDE_FRACTION)})\b"
            r"(?!\s(?:the|a|\d))",
            _fraction_of_unit,
        ),
        (r"\b([48])K\b(?!\s(?:race|run))", r"\1 K"),
        (r"(?<=\d)\s?x\s?(?=\d)", " by "),  # 4x4
        (r"(?<=\d)[²³⁰¹⁴-⁹]+(?!\w)|(?<=\b[a-lnoq-zA-Z])[²³](?!\w)", _power),
        # Numbers
        (r"(?<![\w.,])(\d[\d,]*)(ST|ND|RD|TH)\b", lambda m: m[1] + m[2].lower()),  # MAY 5TH
        (r"(?<![\w.,])\d{1,3}(?:[ \u00a0\u202f]\d{3}){2,}(?![\w.,]\d)", lambda m: re.sub(r"\D", "", m.group())),
        (r"(?<![\w.,])\d{1,3}(?:[\u00a0\u202f]\d{3})+(?![\w.,]\d)", lambda m: re.sub(r"\D", "", m.group())),
        (r"(?<![\w.,])(10|100|1,?000|10,?000|1,000,000)s\b(?= of)", lambda m: _MANY[m[1].replace(",", "")]),
        (r"([$£€])(\d[\d,.]*)\s?[-–]\s?\1?(?=\d[\d,.]*(?![\d-]))", r"\2 to \1"),  # $5-10
        (r"(?<=/)(\d{1,2})ths\b", r"\1"),
        (r"(?<![\w.,/])10/10(?![\w/])", "10 out of 10"),
        (r"\b((?:scored|rated it|gave it|got|score of|rating of)\s)(\d{1,3})/(\d{1,3})\b", r"\1\2 out of \3"),
        # Labels
        (r"\b([A-Z])(\d+)\s?[-–]\s?(?=\1\d)", r"\1\2 to "),  # Q1–Q3
        (r"\b([A-Z]{1,3})(?!19\d\d\b|20\d\d\b)(\d{4,})\b", lambda m: f"{m[1]} {' '.join(m[2])}"),  # BA2490
        (r"\b([A-Z]{2}) (\d{5})(?:-(\d{4}))?\b", lambda m: f"{m[1]} {' '.join(m[2] + (m[3] or ''))}"),  # NY 10001
    )
)


def own_rules(text: str) -> str:
    """Return `text` with English notations brought into forms that the later rules know."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    if text.count('"') % 2:  # not a quotation
        text = re.sub(r"(?<=\d)(?<!'\d)(?<!'\d\d)\"(?=\s[A-Za-z]+)", " inch", text, count=1)
    return text
