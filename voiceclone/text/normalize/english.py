"""English words for signs, units, money, dates and times."""

from dataclasses import replace

from voiceclone.text.normalize.numbers import cardinal, ordinal
from voiceclone.text.normalize.words import Currency, Noun, Words, listed

_CENT = Noun("cent", "cents")
_MONTHS = listed("January February March April May June July August September October November December")


def _american_date(day: int, month: int, year: str) -> str:
    return f"{_MONTHS[month - 1]} {ordinal(day, AMERICAN)}" + (f", {year}" if year else "")


def _british_date(day: int, month: int, year: str) -> str:
    return f"the {ordinal(day, BRITISH)} of {_MONTHS[month - 1]}" + (f" {year}" if year else "")


def _clock(hour: int, minute: int) -> str:
    said = cardinal(str(hour), AMERICAN)
    if minute == 0:
        return f"{said} o'clock" if 1 <= hour <= 12 else f"{said} hundred hours"
    return (
        f"{said} oh {cardinal(str(minute), AMERICAN)}" if minute < 10 else f"{said} {cardinal(str(minute), AMERICAN)}"
    )


def _units(metre: str, litre: str) -> dict[str, Noun]:
    units = {
        "km": f"kilo{metre}",
        "m": metre,
        "cm": f"centi{metre}",
        "mm": f"milli{metre}",
        "kg": "kilogram",
        "g": "gram",
        "mg": "milligram",
        "l": litre,
        "L": litre,
        "ml": f"milli{litre}",
        "mL": f"milli{litre}",
        "h": "hour",
        "hr": "hour",
        "hrs": "hour",
        "min": "minute",
        "s": "second",
        "sec": "second",
        "ms": "millisecond",
        "KB": "kilobyte",
        "kB": "kilobyte",
        "MB": "megabyte",
        "GB": "gigabyte",
        "TB": "terabyte",
        "W": "watt",
        "kW": "kilowatt",
        "kWh": "kilowatt hour",
        "V": "volt",
        "mi": "mile",
        "yd": "yard",
        "lb": "pound",
        "lbs": "pound",
        "oz": "ounce",
        "dB": "decibel",
        "m²": f"square {metre}",
        "km²": f"square kilo{metre}",
        "m³": f"cubic {metre}",
        "°": "degree",
    }
    nouns = {short: Noun(name, f"{name}s") for short, name in units.items()}
    same = {"Hz": "hertz", "kHz": "kilohertz", "MHz": "megahertz", "GHz": "gigahertz", "%": "percent"}
    nouns |= {short: Noun(name, name) for short, name in same.items()}
    return nouns | {
        "°C": Noun("degree Celsius", "degrees Celsius"),
        "°F": Noun("degree Fahrenheit", "degrees Fahrenheit"),
        "km/h": Noun(f"kilo{metre} per hour", f"kilo{metre}s per hour"),
        "m/s": Noun(f"{metre} per second", f"{metre}s per second"),
        "mph": Noun("mile per hour", "miles per hour"),
        "ft": Noun("foot", "feet"),
        "‰": Noun("per mille", "per mille"),
    }


AMERICAN = Words(
    number_code="en",
    decimal_mark=".",
    point="point",
    digits_after_point=True,
    minus="minus",
    to="to",
    months=_MONTHS,
    signs={
        "&": "and",
        "+": "plus",
        "=": "equals",
        "×": "times",
        "÷": "divided by",
        "%": "percent",
        "@": "at",
        "#": "hashtag",
        "number": "number",
        "/": "slash",
        ".": "dot",
        "-": "dash",
        "<": "less than",
        ">": "greater than",
        "§": "section",
        "°": "degrees",
        "~": "about",
    },
    scales={
        "k": Noun("thousand", "thousand"),
        "m": Noun("million", "million"),
        "bn": Noun("billion", "billion"),
        "tn": Noun("trillion", "trillion"),
    },
    currencies={
        "$": Currency(Noun("dollar", "dollars"), _CENT),
        "€": Currency(Noun("euro", "euros"), _CENT),
        "£": Currency(Noun("pound", "pounds"), Noun("penny", "pence")),
        "¥": Currency(Noun("yen", "yen")),
        "₹": Currency(Noun("rupee", "rupees"), Noun("paisa", "paise")),
        "R$": Currency(Noun("real", "reais"), Noun("centavo", "centavos")),
    },
    cents_joiner="and",
    of_scale="",
    units=_units("meter", "liter"),
    fractions={2: ("half", "halves"), 3: ("third", "thirds"), 4: ("quarter", "quarters")},
    and_a_half="and a half",
    date=_american_date,
    clock=_clock,
    ordinal_marks=r"(?:st|nd|rd|th)",
    regnal_ordinal_to=40,
    before_roman={
        **dict.fromkeys(
            listed("chapter part volume act scene phase type section book war level class title stage"),
            "cardinal",
        ),
        **dict.fromkeys(
            listed(
                "henry elizabeth louis charles george william edward richard pope philip john paul pius "
                "james benedict alexander catherine nicholas napoleon leo gregory"
            ),
            "ordinal",
        ),
    },
)
BRITISH = replace(AMERICAN, date=_british_date, units=_units("metre", "litre"))
