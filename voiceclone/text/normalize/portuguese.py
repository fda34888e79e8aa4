"""Brazilian Portuguese words for signs, units, money, dates and times."""

from voiceclone.text.normalize.numbers import cardinal
from voiceclone.text.normalize.words import FEMININE, Currency, Noun, Words, listed

_MONTHS = listed("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro")
_CENTAVO = Noun("centavo", "centavos")
_CENT = Noun("cêntimo", "cêntimos")


def _date(day: int, month: int, year: str) -> str:
    said = "primeiro" if day == 1 else cardinal(str(day), WORDS)
    return f"{said} de {_MONTHS[month - 1]}" + (f" de {year}" if year else "")


def _clock(hour: int, minute: int) -> str:
    said = cardinal(str(hour), WORDS, FEMININE)
    if minute == 0:
        return f"{said} hora{'s' if hour != 1 else ''}"
    return f"{said} e {cardinal(str(minute), WORDS)}"


def _unit(name: str, gender: str = "m") -> Noun:
    return Noun(name, name + "s", gender)


WORDS = Words(
    number_code="pt_BR",
    decimal_mark=",",
    point="vírgula",
    digits_after_point=False,
    minus="menos",
    to="a",
    months=_MONTHS,
    signs={
        "&": "e",
        "+": "mais",
        "=": "igual a",
        "×": "vezes",
        "÷": "dividido por",
        "±": "mais ou menos",
        "%": "por cento",
        "@": "arroba",
        "#": "hashtag",
        "number": "número",
        "/": "barra",
        ".": "ponto",
        "-": "hífen",
        "<": "menor que",
        ">": "maior que",
        "§": "parágrafo",
        "°": "graus",
        "~": "cerca de",
    },
    scales={"k": Noun("mil", "mil"), "m": Noun("milhão", "milhões"), "bn": Noun("bilhão", "bilhões")},
    currencies={
        "R$": Currency(Noun("real", "reais"), _CENTAVO),
        "$": Currency(Noun("dólar", "dólares"), _CENTAVO),
        "€": Currency(Noun("euro", "euros"), _CENT),
        "£": Currency(Noun("libra", "libras", FEMININE), Noun("pêni", "pence")),
        "¥": Currency(Noun("iene", "ienes")),
        "₹": Currency(Noun("rupia", "rupias", FEMININE)),
    },
    cents_joiner="e",
    of_scale="de",
    units={
        "km": _unit("quilômetro"),
        "m": _unit("metro"),
        "cm": _unit("centímetro"),
        "mm": _unit("milímetro"),
        "kg": _unit("quilo"),
        "g": _unit("grama"),
        "mg": _unit("miligrama"),
        "l": _unit("litro"),
        "ml": _unit("mililitro"),
        "h": _unit("hora", FEMININE),
        "min": _unit("minuto"),
        "s": _unit("segundo"),
        "MB": _unit("megabyte"),
        "GB": _unit("gigabyte"),
        "kWh": Noun("quilowatt hora", "quilowatts hora"),
        "kW": _unit("quilowatt"),
        "W": _unit("watt"),
        "V": _unit("volt"),
        "Hz": Noun("hertz", "hertz"),
        "km/h": Noun("quilômetro por hora", "quilômetros por hora"),
        "m/s": Noun("metro por segundo", "metros por segundo"),
        "m²": Noun("metro quadrado", "metros quadrados"),
        "km²": Noun("quilômetro quadrado", "quilômetros quadrados"),
        "m³": Noun("metro cúbico", "metros cúbicos"),
        "°C": Noun("grau Celsius", "graus Celsius"),
        "°F": Noun("grau Fahrenheit", "graus Fahrenheit"),
        "°": Noun("grau", "graus"),
        "%": Noun("por cento", "por cento", ""),
        "‰": Noun("por mil", "por mil", ""),
    },
    fractions={
        2: ("meio", "meios"),
        3: ("terço", "terços"),
        4: ("quarto", "quartos"),
        5: ("quinto", "quintos"),
    },
    and_a_half="e meio",
    date=_date,
    clock=_clock,
    ordinal_marks=r"\.?(?:(?P<f>ª|a\b)|º|°(?!\s?[CF])|o\b)",
    regnal_ordinal_to=10,
    before_roman={
        **dict.fromkeys(listed("século capítulo tomo volume parte ato guerra"), "cardinal"),
        **dict.fromkeys(listed("pedro joão luís carlos filipe henrique afonso manuel papa pio bento paulo"), "ordinal"),
    },
    per="por",
    periods={name: name for name in listed("dia semana mês ano hora minuto segundo pessoa noite")}
    | {"h": "hora", "min": "minuto", "s": "segundo"},
)
