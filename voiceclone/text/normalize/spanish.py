"""Spanish words for signs, units, money, dates and times."""

from voiceclone.text.normalize.numbers import cardinal
from voiceclone.text.normalize.words import FEMININE, Currency, Noun, Words, listed

_MONTHS = listed("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre")
_CENT = Noun("céntimo", "céntimos")
_CENTAVO = Noun("centavo", "centavos")


def _date(day: int, month: int, year: str) -> str:
    said = "primero" if day == 1 else cardinal(str(day), WORDS)
    return f"{said} de {_MONTHS[month - 1]}" + (f" de {year}" if year else "")


def _clock(hour: int, minute: int) -> str:
    said = cardinal(str(hour), WORDS, FEMININE)
    if minute == 0:
        return f"{said} en punto"
    return f"{said} y {cardinal(str(minute), WORDS)}" if minute < 10 else f"{said} {cardinal(str(minute), WORDS)}"


def _unit(name: str, gender: str = "m") -> Noun:
    return Noun(name, name + ("s" if name[-1] in "aeo" else "es"), gender)


WORDS = Words(
    number_code="es",
    decimal_mark=",",
    point="coma",
    digits_after_point=False,
    minus="menos",
    to="a",
    months=_MONTHS,
    signs={
        "&": "y",
        "+": "más",
        "=": "igual a",
        "×": "por",
        "÷": "dividido por",
        "±": "más menos",
        "%": "por ciento",
        "@": "arroba",
        "#": "almohadilla",
        "number": "número",
        "/": "barra",
        ".": "punto",
        "-": "guion",
        "<": "menor que",
        ">": "mayor que",
        "§": "sección",
        "°": "grados",
        "~": "unos",
    },
    scales={
        "k": Noun("mil", "mil"),
        "m": Noun("millón", "millones"),
        "bn": Noun("mil millones", "mil millones"),
    },
    currencies={
        "€": Currency(Noun("euro", "euros"), _CENT),
        "$": Currency(Noun("dólar", "dólares"), _CENTAVO),
        "£": Currency(Noun("libra", "libras", FEMININE), Noun("penique", "peniques")),
        "¥": Currency(Noun("yen", "yenes")),
        "₹": Currency(Noun("rupia", "rupias", FEMININE)),
        "R$": Currency(Noun("real", "reales"), _CENTAVO),
    },
    cents_joiner="con",
    of_scale="de",
    units={
        "km": _unit("kilómetro"),
        "m": _unit("metro"),
        "cm": _unit("centímetro"),
        "mm": _unit("milímetro"),
        "kg": _unit("kilo"),
        "g": _unit("gramo"),
        "mg": _unit("miligramo"),
        "l": _unit("litro"),
        "ml": _unit("mililitro"),
        "h": _unit("hora", FEMININE),
        "min": _unit("minuto"),
        "s": _unit("segundo"),
        "MB": Noun("megabyte", "megabytes"),
        "GB": Noun("gigabyte", "gigabytes"),
        "kWh": Noun("kilovatio hora", "kilovatios hora"),
        "kW": _unit("kilovatio"),
        "W": _unit("vatio"),
        "V": _unit("voltio"),
        "Hz": _unit("hercio"),
        "km/h": Noun("kilómetro por hora", "kilómetros por hora"),
        "m/s": Noun("metro por segundo", "metros por segundo"),
        "m²": Noun("metro cuadrado", "metros cuadrados"),
        "km²": Noun("kilómetro cuadrado", "kilómetros cuadrados"),
        "m³": Noun("metro cúbico", "metros cúbicos"),
        "°C": Noun("grado centígrado", "grados centígrados"),
        "°F": Noun("grado Fahrenheit", "grados Fahrenheit"),
        "°": _unit("grado"),
        "%": Noun("por ciento", "por ciento", ""),
        "‰": Noun("por mil", "por mil", ""),
    },
    fractions={
        2: ("medio", "medios"),
        3: ("tercio", "tercios"),
        4: ("cuarto", "cuartos"),
        5: ("quinto", "quintos"),
    },
    and_a_half="y medio",
    date=_date,
    clock=_clock,
    ordinal_marks=r"\.?(?:(?P<f>ª|a\b)|º|°(?!\s?[CF])|er\b|o\b)",
    regnal_ordinal_to=10,
    before_roman={
        **dict.fromkeys(listed("siglo capítulo tomo volumen parte acto guerra"), "cardinal"),
        **dict.fromkeys(
            listed(
                "felipe carlos alfonso fernando isabel luis enrique juan pablo pío papa jaime sancho pedro benedicto"
            ),
            "ordinal",
        ),
    },
    per="por",
    periods={name: name for name in listed("día semana mes año hora minuto segundo persona noche")}
    | {"h": "hora", "min": "minuto", "s": "segundo"},
)
