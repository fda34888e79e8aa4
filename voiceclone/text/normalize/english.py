"""English words for symbols, units, money, dates and times."""

from dataclasses import replace

from voiceclone.text.normalize.english_usage import own_rules
from voiceclone.text.normalize.numbers import cardinal, ordinal
from voiceclone.text.normalize.words import Currency, Noun, Words, listed

SPELT = listed(
    "US IT ID AI PM WHO PSI LED SOS OS IOS ER LA RIP SAT SEC UPS EST ETA BA MA AD COO TA PA POW ISO ADA MMS AWS ALS "
    "ABS IDS AVI MI"
)
"""Acronyms spelt out although they look like words; others are spelt out unless a dictionary lists them as words."""
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
        "cl": f"centi{litre}",
        "dl": f"deci{litre}",
        "gal": "gallon",
        "tsp": "teaspoon",
        "tbsp": "tablespoon",
        "ha": "hectare",
        "µm": f"micro{metre}",
        "nm": f"nano{metre}",
        "µg": "microgram",
        "mcg": "microgram",
        "yr": "year",
        "yrs": "year",
        "wk": "week",
        "wks": "week",
        "h": "hour",
        "hr": "hour",
        "hrs": "hour",
        "min": "minute",
        "mins": "minute",
        "s": "second",
        "sec": "second",
        "secs": "second",
        "ms": "millisecond",
        "px": "pixel",
        "KB": "kilobyte",
        "kB": "kilobyte",
        "MB": "megabyte",
        "GB": "gigabyte",
        "TB": "terabyte",
        "W": "watt",
        "kW": "kilowatt",
        "MW": "megawatt",
        "kWh": "kilowatt hour",
        "V": "volt",
        "mA": "milliamp",
        "mAh": "milliamp hour",
        "kJ": "kilojoule",
        "kcal": "kilocalorie",
        "mi": "mile",
        "yd": "yard",
        "lb": "pound",
        "lbs": "pound",
        "oz": "ounce",
        "dB": "decibel",
        "m²": f"square {metre}",
        "km²": f"square kilo{metre}",
        "cm²": f"square centi{metre}",
        "m³": f"cubic {metre}",
        "cm³": f"cubic centi{metre}",
        "°": "degree",
    }
    nouns = {short: Noun(name, f"{name}s") for short, name in units.items()}
    same = {"Hz": "hertz", "kHz": "kilohertz", "MHz": "megahertz", "GHz": "gigahertz", "%": "percent"}
    same |= {"psi": "P S I", "rpm": "R P M", "RPM": "R P M"}
    nouns |= {short: Noun(name, name) for short, name in same.items()}
    return nouns | {
        "°C": Noun("degree Celsius", "degrees Celsius"),
        "°F": Noun("degree Fahrenheit", "degrees Fahrenheit"),
        "km/h": Noun(f"kilo{metre} per hour", f"kilo{metre}s per hour"),
        "m/s": Noun(f"{metre} per second", f"{metre}s per second"),
        "mph": Noun("mile per hour", "miles per hour"),
        "MPH": Noun("mile per hour", "miles per hour"),
        "mpg": Noun("mile per gallon", "miles per gallon"),
        "Mbps": Noun("megabit per second", "megabits per second"),
        "Mbit/s": Noun("megabit per second", "megabits per second"),
        "fps": Noun("frame per second", "frames per second"),
        "bpm": Noun("beat per minute", "beats per minute"),
        "wpm": Noun("word per minute", "words per minute"),
        "ft": Noun("foot", "feet"),
        "ft²": Noun("square foot", "square feet"),
        "sq ft": Noun("square foot", "square feet"),
        "fl oz": Noun("fluid ounce", "fluid ounces"),
        "sq m": Noun(f"square {metre}", f"square {metre}s"),
        "‰": Noun("per mille", "per mille"),
    }


_PERIODS = {
    name: name
    for name in listed(
        "second minute hour day night week month quarter year person head guest page item piece unit serving "
        "capita share"
    )
} | {
    "sec": "second",
    "s": "second",
    "min": "minute",
    "hr": "hour",
    "h": "hour",
    "wk": "week",
    "mo": "month",
    "yr": "year",
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
        "±": "plus or minus",
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
        "≥": "greater than or equal to",
        "≤": "less than or equal to",
        "≠": "is not equal to",
        "≈": "about",
        "√": "the square root of",
        "∞": "infinity",
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
            listed(
                "chapter part volume act scene phase type section book war level class title stage bowl olympiad "
                "wrestlemania article appendix canto"
            ),
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
    per="per",
    periods=_PERIODS,
    counted=listed(
        "views clicks downloads people users followers subscribers members readers viewers listeners visitors "
        "customers copies records likes plays streams hits visits searches messages emails tweets posts votes voters "
        "dollars euros pounds jobs homes houses children adults workers students families households businesses "
        "tickets tonnes tons barrels units years times soldiers deaths cases vehicles cars passengers trees acres"
    ),
    weekdays=listed("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    own_rules=own_rules,
    before_short_date=listed("on by until till before after since dated due"),
)
BRITISH = replace(AMERICAN, date=_british_date, units=_units("metre", "litre"), says_and=True)
