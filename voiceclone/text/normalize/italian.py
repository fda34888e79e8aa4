"""Italian words for signs, units, money, dates and times."""

from voiceclone.text.normalize.numbers import cardinal
from voiceclone.text.normalize.words import FEMININE, Currency, Noun, Words, listed

_MONTHS = listed("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre")
_CENT = Noun("centesimo", "centesimi")


def _date(day: int, month: int, year: str) -> str:
    said = "primo" if day == 1 else cardinal(str(day), WORDS)
    return f"{said} {_MONTHS[month - 1]}" + (f" {year}" if year else "")


def _clock(hour: int, minute: int) -> str:
    said = cardinal(str(hour), WORDS)
    return f"{said} in punto" if minute == 0 else f"{said} e {cardinal(str(minute), WORDS)}"


def _unit(name: str) -> Noun:
    feminine = name.endswith("a")
    return Noun(name, name[:-1] + ("e" if feminine else "i"), FEMININE if feminine else "m")


WORDS = Words(
    number_code="it",
    decimal_mark=",",
    point="virgola",
    digits_after_point=False,
    minus="meno",
    to="a",
    months=_MONTHS,
    signs={
        "&": "e",
        "+": "più",
        "=": "uguale",
        "×": "per",
        "÷": "diviso",
        "±": "più o meno",
        "%": "per cento",
        "@": "chiocciola",
        "#": "hashtag",
        "number": "numero",
        "/": "barra",
        ".": "punto",
        "-": "trattino",
        "<": "minore di",
        ">": "maggiore di",
        "§": "paragrafo",
        "°": "gradi",
        "~": "circa",
    },
    scales={"k": Noun("mila", "mila"), "m": Noun("milione", "milioni"), "bn": Noun("miliardo", "miliardi")},
    currencies={
        "€": Currency(Noun("euro", "euro"), _CENT),
        "$": Currency(Noun("dollaro", "dollari"), Noun("centesimo", "centesimi")),
        "£": Currency(Noun("sterlina", "sterline", FEMININE), Noun("penny", "penny")),
        "¥": Currency(Noun("yen", "yen")),
        "₹": Currency(Noun("rupia", "rupie", FEMININE)),
        "R$": Currency(Noun("real", "real"), Noun("centavo", "centavos")),
    },
    cents_joiner="e",
    of_scale="di",
    units={
        "km": _unit("chilometro"),
        "m": _unit("metro"),
        "cm": _unit("centimetro"),
        "mm": _unit("millimetro"),
        "kg": _unit("chilo"),
        "g": _unit("grammo"),
        "mg": _unit("milligrammo"),
        "l": _unit("litro"),
        "ml": _unit("millilitro"),
        "h": _unit("ora"),
        "min": _unit("minuto"),
        "s": _unit("secondo"),
        "MB": Noun("megabyte", "megabyte"),
        "GB": Noun("gigabyte", "gigabyte"),
        "kWh": Noun("chilowattora", "chilowattora"),
        "kW": Noun("chilowatt", "chilowatt"),
        "W": Noun("watt", "watt"),
        "V": Noun("volt", "volt"),
        "Hz": Noun("hertz", "hertz"),
        "km/h": Noun("chilometro orario", "chilometri orari"),
        "m/s": Noun("metro al secondo", "metri al secondo"),
        "m²": Noun("metro quadrato", "metri quadrati"),
        "km²": Noun("chilometro quadrato", "chilometri quadrati"),
        "m³": Noun("metro cubo", "metri cubi"),
        "°C": Noun("grado Celsius", "gradi Celsius"),
        "°F": Noun("grado Fahrenheit", "gradi Fahrenheit"),
        "°": _unit("grado"),
        "%": Noun("per cento", "per cento", ""),
        "‰": Noun("per mille", "per mille", ""),
    },
    fractions={
        2: ("mezzo", "mezzi"),
        3: ("terzo", "terzi"),
        4: ("quarto", "quarti"),
        5: ("quinto", "quinti"),
    },
    and_a_half="e mezzo",
    date=_date,
    clock=_clock,
    ordinal_marks=r"(?:(?P<f>ª)|º|°(?!\s?[CF]))",
    regnal_ordinal_to=40,
    before_roman={
        **dict.fromkeys(listed("capitolo volume parte atto tomo"), "cardinal"),
        **dict.fromkeys(
            listed("secolo luigi carlo enrico vittorio umberto giovanni paolo pio papa elisabetta filippo benedetto"),
            "ordinal",
        ),
    },
    per="per",
    periods={name: name for name in listed("giorno settimana mese anno ora minuto secondo persona notte")}
    | {"h": "ora", "min": "minuto", "s": "secondo"},
)
