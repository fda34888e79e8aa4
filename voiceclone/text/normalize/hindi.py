"""Hindi words for signs, units, money, dates and times."""

from voiceclone.text.normalize.numbers import cardinal
from voiceclone.text.normalize.words import Currency, Noun, Words, listed

_MONTHS = listed("जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर")


def _date(day: int, month: int, year: str) -> str:
    return f"{cardinal(str(day), WORDS)} {_MONTHS[month - 1]}" + (f" {year}" if year else "")


def _clock(hour: int, minute: int) -> str:
    said = cardinal(str(hour), WORDS)
    return f"{said} बजे" if minute == 0 else f"{said} बजकर {cardinal(str(minute), WORDS)} मिनट"


def _unit(name: str) -> Noun:
    return Noun(name, name)


WORDS = Words(
    number_code="",
    decimal_mark=".",
    point="दशमलव",
    digits_after_point=True,
    minus="ऋण",
    to="से",
    months=_MONTHS,
    signs={
        "&": "और",
        "+": "धन",
        "=": "बराबर",
        "×": "गुणा",
        "÷": "भाग",
        "±": "प्लस माइनस",
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
        "MB": _unit("मेगाबाइट"),
        "GB": _unit("गीगाबाइट"),
        "W": _unit("वाट"),
        "V": _unit("वोल्ट"),
        "Hz": _unit("हर्ट्ज़"),
        "km/h": _unit("किलोमीटर प्रति घंटा"),
        "m²": _unit("वर्ग मीटर"),
        "km²": _unit("वर्ग किलोमीटर"),
        "°C": _unit("डिग्री सेल्सियस"),
        "°F": _unit("डिग्री फ़ारेनहाइट"),
        "°": _unit("डिग्री"),
        "%": _unit("प्रतिशत"),
    },
    fractions={
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
    periods={name: name for name in listed("दिन सप्ताह महीना माह वर्ष साल घंटा मिनट सेकंड व्यक्ति")},
)
