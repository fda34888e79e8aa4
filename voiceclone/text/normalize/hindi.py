"""Hindi words for symbols, units, money, dates and times, and rules only Hindi needs."""

import re

from voiceclone.text.normalize import romance
from voiceclone.text.normalize.numbers import cardinal, digits, ordinal, year
from voiceclone.text.normalize.words import FEMININE, MASCULINE, OBLIQUE, Currency, Noun, Words, listed

_MONTHS = listed("जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर")


def _date(day: int, month: int, year: str) -> str:
    return f"{cardinal(str(day), WORDS)} {_MONTHS[month - 1]}" + (f" {year}" if year else "")


def _clock(hour: int, minute: int) -> str:
    said = cardinal(str(hour), WORDS)
    return f"{said} बजे" if minute == 0 else f"{said} बजकर {cardinal(str(minute), WORDS)} मिनट"


def _unit(name: str) -> Noun:
    return Noun(name, name)


_SPELT = listed(
    "AI APP ATM BJP CEO CM DSP EVM FIR GST IAS ID IIM IIT IPL IPS IT NCC NDA OBC OTP PM SC ST TV UP UPI US USA USB"
)
_OTHER_SPELLINGS = {
    "फरवरी": "फ़रवरी", "सितम्बर": "सितंबर", "अक्तूबर": "अक्टूबर", "नवम्बर": "नवंबर",
    "दिसम्बर": "दिसंबर",
}  # fmt: skip
_LETTERS = "एड|टेक|कॉम|फिल|पीएच|एससी|ए|बी|सी|डी|ई|एफ|एफ़|जी|एच|आई|जे|के|एल|एम|एन|ओ|पी|क्यू|आर|एस|टी|यू|वी|डब्ल्यू|एक्स|वाई|ज़ेड|जेड"
"""Names of the Latin letters in abbreviations such as सी.बी.आई."""
_WORD = r"[\u0900-\u097f]"
_PARTS_OF_DAY = "सुबह|सवेरे|दोपहर|शाम|रात|तड़के|प्रातः"
_POSTPOSITIONS = "से|तक|पर|के|का|की|को|में|बाद|पहले"
_TIME = re.compile(
    rf"(?:(?P<part>{_PARTS_OF_DAY})\s+)?(?<![\d:.,])(?P<hour>\d{{1,2}})"
    r"(?:(?P<point>[:.])(?P<minute>\d\d)(?::(?P<second>\d\d))?)?"
    rf"(?:\s?(?P<half>[AaPp])\.?\s?[Mm]\b\.?)?(?P<clock>\s*बजे(?!{_WORD}))?(?![\d:])"
)
_ORDINAL = re.compile(
    rf"(?<![\w.,])(?P<number>\d{{1,3}}(?:,\d{{2,3}})*|\d+)\s?"
    rf"(?:(?P<f>वीं|वी|री|ली|थी|ठी)|(?P<o>वें|वे|रे|ले|थे|ठे)|(?P<m>वाँ|वां|वा|रा|ला|था|ठा))(?!{_WORD})"
)
_ENDINGS = {1: "ल", 2: "र", 3: "र", 4: "थ", 6: "ठ"}
_PERIODS = listed("दिन सप्ताह हफ़्ता महीना माह वर्ष साल घंटा मिनट सेकंड व्यक्ति किलो लीटर यूनिट")
_SCALES = "(?:हज़ार|हजार|लाख|करोड़|अरब|खरब|मिलियन|बिलियन|ट्रिलियन)"
_AMOUNT = r"\d+(?:,\d+)*(?:\.\d+)?"


def _own_rules(text: str) -> str:
    """Apply the rules only Hindi needs."""
    text = romance.spell(text, _SPELT)
    text = re.sub(rf"(?<!{_WORD})(?:(?:{_LETTERS})\.\s?){{2,}}", _letters, text)
    text = re.sub("|".join(map(re.escape, _OTHER_SPELLINGS)), lambda m: _OTHER_SPELLINGS[m.group()], text)
    text = re.sub(rf"(?<=\d )({'|'.join(_MONTHS)}), (?=\d{{4}}\b)", r"\1 ", text)
    text = _telephones(text)
    text = re.sub(r"(?<![\d/.-])(1[1-9]\d\d|20\d\d)-(\d\d)(?![\d-])", _financial_year, text)
    text = re.sub(rf"(?<![\d:.,])(\d{{1,2}})\s?[-–]\s?(?=\d{{1,2}}(?::\d\d)?\s*बजे(?!{_WORD}))", r"\1 से ", text)
    text = _TIME.sub(_time, text)
    text = _ORDINAL.sub(_place, text)
    text = _halves(text)
    text = _money(text)
    text = re.sub(rf"(\d[ \u00a0]?{_WORD}+)/({'|'.join(_PERIODS)})(?!{_WORD})", _per, text)
    text = re.sub(r"(?<![\w.,/₹])(\d{1,3})/(\d{2,3})(?![\w/]|[.,]\d)", _over, text)
    text = re.sub(r"(?<=\d)\s?[-–—]\s?(?=\d+\s?=)", f" {WORDS.minus} ", text)
    text = re.sub(r"(?<![\w₹$€£.,])([248])K\b", r"\1 K", text)  # 4K video
    text = re.sub(rf"({_WORD}|[A-Za-z])-(?=\d)", r"\1 ", text)  # चंद्रयान-3
    return re.sub(r"(?<=\d)[xX](?=\s)", " गुना", text)


def _over(match: re.Match[str]) -> str:
    """Write out a score such as `75/100`, and the date in `15/08 को`."""
    above, below = int(match[1]), int(match[2])
    if 1 <= above <= 31 and 1 <= below <= 12 and re.match(r"\s(?:को|से|तक)", match.string[match.end() :]):
        return _date(above, below, "")
    return f"{match[1]} बटा {match[2]}"


def _per(match: re.Match[str]) -> str:
    """Write out the slash of `3 लीटर/दिन`; units such as `किमी/घंटा` have their own name."""
    unit = re.sub(r"^\d\s?", "", match.group())
    return match.group() if unit in WORDS.units else f"{match[1]} {WORDS.per} {match[2]}"


def _letters(match: re.Match[str]) -> str:
    names = " ".join(name.strip() for name in match.group().split(".") if name.strip())
    rest = match.string[match.end() :]
    return names + ("" if not rest or rest[0] in ".,!?" else " ")


def _telephones(text: str) -> str:
    """Write out ten-digit telephone numbers, those with an area code, and PIN codes digit by digit."""
    text = re.sub(
        r"(?<![\w.,+-])(\+91[ -]?)?([6-9]\d{4})[ -]?(\d{5})(?![\w-]|[.,]\d)",
        lambda m: ("प्लस नौ एक, " if m[1] else "") + f"{digits(m[2], WORDS)}, {digits(m[3], WORDS)}",
        text,
    )
    text = re.sub(
        r"(?<![\w.,+-])(0\d{2,4}|1800)-(\d{3,8})(?:-(\d{3,4}))?(?![\w-]|[.,]\d)",
        lambda m: ", ".join(digits(part, WORDS) for part in m.groups() if part),
        text,
    )
    return re.sub(
        r"(पिन(?: ?कोड)?:? ?|PIN(?: code)?:? ?)(\d{3} ?\d{3})\b",
        lambda m: m[1] + digits(m[2].replace(" ", ""), WORDS),
        text,
    )


def _financial_year(match: re.Match[str]) -> str:
    """Write out `2023-24`, the year from April to March; a longer span is left to other rules."""
    first, last = int(match[1]), int(match[2])
    if (first + 1) % 100 != last:
        return match.group()
    return f"{year(first, WORDS)}-{cardinal(str(last), WORDS)}"


def _time(match: re.Match[str]) -> str:
    """Write out `09:15 बजे`, `5:30 PM`, `शाम 6 बजे`, with the part of the day and बजे once each."""
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    clock, half, part = match["clock"], match["half"], match["part"]
    shown = clock or half or match["point"] == ":"
    if not shown or hour > 24 or minute > 59 or (match["point"] == "." and not clock):
        return match.group()
    if half and hour <= 12:
        part = part or _part_of_day(hour % 12 + (12 if half.lower() == "p" else 0))
    said = _clock(hour, minute)
    if match["second"] and int(match["second"]):
        said += f" {cardinal(str(int(match['second'])), WORDS)} सेकंड"
    if part:
        said = f"{part} {said}"
    following = re.match(rf"\s+({_WORD}+)", match.string[match.end() :])
    if minute and clock and following and following[1] not in _POSTPOSITIONS.split("|"):
        said += " पर"
    return said


def _part_of_day(hour: int) -> str:
    return "रात" if hour < 4 or hour >= 20 else "सुबह" if hour < 12 else "दोपहर" if hour < 16 else "शाम"


def _place(match: re.Match[str]) -> str:
    """Write out `5वीं`, `3रे`, `10 वाँ`; `4 थे` with a space is more likely the verb."""
    number = int(match["number"].replace(",", ""))
    mark = match["f"] or match["o"] or match["m"]
    gap = match.group()[len(match["number"])] == " "
    if (mark[0] != "व" and (gap or _ENDINGS.get(number) != mark[0])) or (gap and mark in ("वा", "वी", "वे")):
        return match.group()
    return ordinal(number, WORDS, FEMININE if match["f"] else OBLIQUE if match["o"] else MASCULINE)


def _halves(text: str) -> str:
    """Write out `½`, `1½`, `2½` and `3½`, which have their own words."""

    def half(match: re.Match[str]) -> str:
        whole = match["whole"]
        return {None: "आधा", "1": "डेढ़", "2": "ढाई"}.get(whole) or f"साढ़े {cardinal(whole, WORDS)}"

    text = re.sub(r"(?<![\w.,/])(?P<whole>\d+) 1/2(?![\w/])", half, text)
    return re.sub(
        rf"(?<![\w.,/])(?P<whole>x)?1/2 (?=(?:कप|किलो|लीटर|घंटा|चम्मच|किमी|दर्जन)(?!{_WORD}))", lambda m: "आधा ", text
    )


def _money(text: str) -> str:
    """Normalise amounts to forms the shared rules know: `रु. 500`, `₹100/-`, `₹5 लाख`, `₹10-20`."""
    text = re.sub(r"(?<!\w)(?:रु\.?|Rs\.?|INR)\s?(?=\d)", "₹", text)
    text = re.sub(rf"(?<=\d)\s?रु\.?(?!{_WORD})", " रुपये", text)
    text = re.sub(r"(?<=\d)/-", "", text)
    text = re.sub(rf"([₹$€£])\s?({_AMOUNT})\s?[-–]\s?(?={_AMOUNT})", r"\2 से \1", text)
    sign = {"₹": "रुपये", "$": "डॉलर", "€": "यूरो", "£": "पाउंड"}
    return re.sub(
        rf"([₹$€£])\s?({_AMOUNT})\s?({_SCALES}(?:\s(?:{_SCALES}))?)(?!{_WORD})",
        lambda m: f"{m[2]} {m[3]} {sign[m[1]]}",
        text,
    )


WORDS = Words(
    number_code="",
    decimal_mark=".",
    point="दशमलव",
    digits_after_point=True,
    minus="माइनस",
    to="से",
    months=_MONTHS,
    signs={
        "&": "और",
        "+": "प्लस",
        "=": "बराबर",
        "×": "गुणा",
        "÷": "भाग",
        "±": "प्लस या माइनस",
        "%": "प्रतिशत",
        "@": "ऐट",
        "#": "हैशटैग",
        "number": "नंबर",
        "/": "स्लैश",
        ".": "डॉट",
        "-": "डैश",
        "<": "से कम",
        ">": "से ज़्यादा",
        "§": "धारा",
        "°": "डिग्री",
        "~": "लगभग",
        "≥": "से ज़्यादा या बराबर",
        "≤": "से कम या बराबर",
        "≠": "बराबर नहीं",
        "≈": "लगभग",
        "√": "वर्गमूल",
        "∞": "अनंत",
    },
    scales={"k": _unit("हज़ार"), "m": _unit("मिलियन"), "bn": _unit("अरब")},
    currencies={
        "₹": Currency(Noun("रुपया", "रुपये"), Noun("पैसा", "पैसे")),
        "$": Currency(_unit("डॉलर"), _unit("सेंट")),
        "€": Currency(_unit("यूरो"), _unit("सेंट")),
        "£": Currency(_unit("पाउंड"), _unit("पेंस")),
        "¥": Currency(_unit("येन")),
        "R$": Currency(_unit("रियाल")),
    },
    cents_joiner="",
    of_scale="",
    units={
        "km": _unit("किलोमीटर"),
        "किमी": _unit("किलोमीटर"),
        "m": _unit("मीटर"),
        "cm": _unit("सेंटीमीटर"),
        "mm": _unit("मिलीमीटर"),
        "kg": _unit("किलो"),
        "किग्रा": _unit("किलोग्राम"),
        "g": _unit("ग्राम"),
        "l": _unit("लीटर"),
        "ml": _unit("मिलीलीटर"),
        "h": Noun("घंटा", "घंटे"),
        "min": _unit("मिनट"),
        "s": _unit("सेकंड"),
        "MB": _unit("एमबी"),
        "GB": _unit("जीबी"),
        "W": _unit("वाट"),
        "V": _unit("वोल्ट"),
        "Hz": _unit("हर्ट्ज़"),
        "km/h": _unit("किलोमीटर प्रति घंटा"),
        "m²": _unit("वर्ग मीटर"),
        "km²": _unit("वर्ग किलोमीटर"),
        "m³": _unit("घन मीटर"),
        "mg": _unit("मिलीग्राम"),
        "kW": _unit("किलोवाट"),
        "kWh": _unit("किलोवाट घंटा"),
        "m/s": _unit("मीटर प्रति सेकंड"),
        "किमी/घंटा": _unit("किलोमीटर प्रति घंटा"),
        "सेमी": _unit("सेंटीमीटर"),
        "मिमी": _unit("मिलीमीटर"),
        "मिली": _unit("मिलीलीटर"),
        "मिग्रा": _unit("मिलीग्राम"),
        "ft": _unit("फुट"),
        "TB": _unit("टीबी"),
        "°C": _unit("डिग्री सेल्सियस"),
        "°F": _unit("डिग्री फ़ारेनहाइट"),
        "°": _unit("डिग्री"),
        "%": _unit("प्रतिशत"),
    },
    fractions={
        **{
            below: (f"बटा {said}", f"बटा {said}")
            for below, said in ((6, "छह"), (7, "सात"), (8, "आठ"), (9, "नौ"), (10, "दस"))
        },
        2: ("बटा दो", "बटा दो"),
        3: ("बटा तीन", "बटा तीन"),
        4: ("बटा चार", "बटा चार"),
        5: ("बटा पाँच", "बटा पाँच"),
    },
    and_a_half="सही एक बटा दो",
    date=_date,
    clock=_clock,
    ordinal_marks=r"(?:(?P<f>वीं|वी|री|ली|थी|ठी)|वाँ|वां|वा|वें|रा|ला|था|ठा)(?![\u0900-\u097f])",
    regnal_ordinal_to=0,
    before_roman={},
    per="प्रति",
    periods={name: name for name in _PERIODS},
    version="संस्करण",
    own_rules=_own_rules,
)
