"""Spanish words for symbols, units, money, dates and times, and rules only Spanish needs."""

import re

from voiceclone.text.normalize import nouns, romance
from voiceclone.text.normalize.numbers import cardinal, digits
from voiceclone.text.normalize.words import FEMININE, Currency, Noun, Words, listed

_MONTHS = listed("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre")
_CENT = Noun("céntimo", "céntimos")
_CENTAVO = Noun("centavo", "centavos")


def _date(day: int, month: int, year: str) -> str:
    said = "primero" if day == 1 else cardinal(str(day), WORDS)
    return f"{said} de {_MONTHS[month - 1]}" + (f" de {year}" if year else "")


def _clock(hour: int, minute: int) -> str:
    said = cardinal(str(hour), WORDS, FEMININE)
    if hour == 0 or (hour > 12 and minute == 0):
        said += " horas"
    if minute == 0:
        return said
    return f"{said} y {cardinal(str(minute), WORDS)}" if minute < 10 else f"{said} {cardinal(str(minute), WORDS)}"


def _unit(name: str, gender: str = "m") -> Noun:
    return Noun(name, name + ("s" if name[-1] in "aeo" else "es"), gender)


_SPELT = listed("ADN ARN BCE BOE DNI FMI GPS IA IBM NIF OCU OMS ONG OTI PDF RAE SMI TAC UE UNAM USB")
_FEMININE_TITLES = {"Prof.": "profesora", "Lic.": "licenciada", "Ing.": "ingeniera", "Arq.": "arquitecta"}
_SHORT_MONTHS = dict(zip(listed("ene feb mar abr may jun jul ago sep oct nov dic"), _MONTHS, strict=True))
_PER = {
    "día": "al día", "semana": "a la semana", "mes": "al mes", "año": "al año", "minuto": "por minuto",
    "l": "el litro", "kg": "el kilo",
}  # fmt: skip
_BEGIN_WITH_STRESSED_A = "agua|águila|alma|arma|ala|aula|ancla|arca|área|ave|hacha|hada|hambre|haya"
_DAYS = listed("lunes martes miércoles jueves viernes sábado domingo")
_SPOONFULS = {
    "cda": ("cucharada", "cucharadas"),
    "cdta": ("cucharadita", "cucharaditas"),
    "cdita": ("cucharadita", "cucharaditas"),
}
_SHORT_DAYS = dict(zip(listed("lun mar mié jue vie sáb dom"), _DAYS, strict=True))
_PESOS = {
    "MXN": "pesos mexicanos", "ARS": "pesos argentinos", "COP": "pesos colombianos", "CLP": "pesos chilenos",
    "UYU": "pesos uruguayos", "DOP": "pesos dominicanos", "PEN": "soles", "CHF": "francos suizos",
}  # fmt: skip
_ARTICLES = "el|la|los|las|del|al|un|una|este|esta|su|nuestro|nuestra|de la|en la"
_ORDINAL = re.compile(
    r"(?<![\w.,])(?P<number>\d{1,4})(?P<mark>\.?(?:[ºª°]|er\.(?=\s[a-z])|er\b|[ao]\b(?!\)))|(?:er[oa]|[rd]o|[rd]a|t[oa]|m[oa]|v[oa]|n[oa])\b)"
    r"(?!\s?[CFK]\b)"
)
_PHONE_LABELS = r"tel(?:éfonos?|éf|f)?|tfnos?|móvil(?:es)?|celular|fax|whatsapp|llam\w+ al|contacto"
_SPANISH_NUMBER = re.compile(r"(?<![\w.,+-])(?<!\+\d\d )(?:[6-9]\d\d(?: \d\d){3}|9\d \d{3} \d\d \d\d)(?![\w,]|[ .]\d)")


def _own_rules(text: str) -> str:
    """Apply the rules only Spanish needs."""
    text = romance.say_thousands(text)
    text = romance.spell(text, _SPELT)
    text = re.sub(r"(?<!\w)'(?=\d{2,3}\b)", "", text)  # the '60s
    text = romance.say_short_dates(text, WORDS, "el|del|al|día")
    text = romance.say_days(text, WORDS, "primero")
    text = romance.say_spoonfuls(text, _SPOONFULS)
    text = romance.say_hectares(text, ("hectárea", "hectáreas"))
    text = romance.say_inches(text, "pulgadas")
    text = romance.say_short_days(text, _SHORT_DAYS, WORDS.to)
    text = re.sub(r"\bL\.? ?(?:a|-|–) ?V\b\.?", "lunes a viernes", text)
    text = re.sub(r"\bs/n\b\.?", "sin número", text)
    text = re.sub(r"\bc/u\b", "cada uno", text)
    codes = "|".join(_PESOS)
    text = re.sub(rf"\b({codes}) ?(\d[\d.,]*\d|\d)\b", lambda m: f"{m[2]} {_PESOS[m[1]]}", text)
    text = re.sub(rf"(?<=\d) ?({codes})\b", lambda m: f" {_PESOS[m[1]]}", text)
    text = romance.say_lone_units(text, WORDS)
    text = romance.say_comparisons(text, ("mayor o igual que", "menor o igual que", "aproximadamente", "distinto de"))
    text = re.sub(r"\bP\. ?D\.(?=:)", "posdata", text)
    text = re.sub(rf"{romance.NO_INITIAL_BEFORE}\bD\.\s?(?=[A-ZÁÉÍÓÚÑ][a-záéíóúñ])", "don ", text)
    text = re.sub(r"\b([Aa])rt(s?)\.\s(?=\d)", r"\1rtículo\2 ", text)
    text = re.sub(r"\b[cC]/\s?(?=[A-ZÁÉÍÓÚÑ])", "calle ", text)
    titles = "|".join(map(re.escape, _FEMININE_TITLES))
    text = re.sub(rf"\b([Ll]a|[Uu]na) ({titles})", lambda m: f"{m[1]} {_FEMININE_TITLES[m[2]]}", text)
    text = re.sub(r"\bC\. ?P\. ?(\d{4,5})\b", lambda m: f"código postal {digits(m[1], WORDS)}", text)
    text = _SPANISH_NUMBER.sub(lambda m: romance.groups(m.group(), WORDS), text)
    text = romance.say_labelled_telephone(text, _PHONE_LABELS, WORDS)
    text = _months_and_days(text)
    text = _times(text)
    text = re.sub(r"(?<=\d)\s?º\s?(?=[CF]\b)", " °", text)
    text = re.sub(
        r"(?<![\w.,])\d{1,4}(?:ER[OA]?|[RD]O|[RD]A|[TMVN][OA])\b", lambda m: m.group().lower(), text
    )  # EL 1ER PISO
    text = _ORDINAL.sub(_ordinal, text)
    text = romance.say_centuries(text, WORDS, r"[Ss]iglos?", ordinal_to=10)
    text = romance.say_roman_places(text, WORDS, _ARTICLES)
    text = romance.say_spans_of_money(text, WORDS.to)
    text = romance.say_results(text, WORDS)
    text = romance.say_per(text, WORDS, _PER)
    text = re.sub(rf"(?<![\w.,:/-])1 (?=(?:{_BEGIN_WITH_STRESSED_A})\b)", "un ", text)
    return romance.say_halves(text, WORDS, ("medio", "media"))


def _months_and_days(text: str) -> str:
    """Write out abbreviated months next to a number or dash, and the dash between days or months."""
    text = romance.say_short_months(text, _SHORT_MONTHS, WORDS.to, "t?")
    text = re.sub(r"\bss?\.\s(?=[IVX]+\b)", "siglo ", text)
    return romance.say_spans_of_names(text, (*_DAYS, *_MONTHS), WORDS.to)


def _part_of_day(hour: int, morning: bool) -> str:
    if morning:
        return "de la madrugada" if 1 <= hour < 6 else "de la noche" if hour == 12 else "de la mañana"
    return "del mediodía" if hour == 12 else "de la tarde" if hour < 8 else "de la noche"


def _times(text: str) -> str:
    """Normalise times to forms the shared rules know: `3 p. m.`, `20.30 h`, `la 1`."""
    text = romance.say_spans_of_time(text, WORDS.to)
    text = re.sub(r"\b((?:las|la|de|a)\s\d{1,2})\.(?=\d\d(?:\s?h\b|\s(?:de la|y)\b))", r"\1:", text)
    text = re.sub(r"\b([Ll]as \d{1,2})\.(?=\d\d(?![\d%]|[.,]\d|\s?[€$%]))", r"\1:", text)
    text = romance.say_half_days(text, _part_of_day)
    text = re.sub(r"(?<![\d:.,])(\d{1,2}):00\s?(?:h|hs|hrs|horas)\b\.?(?!\s?\d)", r"\1 horas", text)
    text = re.sub(r"(?<=\d:\d\d:\d\d)\s?(?:h|hs|hrs)\b", "", text)
    text = re.sub(r"(?<=\d:\d\d)\s?(?:h|hs|hrs)\b\.?", " horas", text)
    text = re.sub(r"(?<![\d:.,])(\d{1,2}) ?h (?=\d{1,2} ?min\b)", lambda m: _clock_hours(int(m[1])), text)
    return re.sub(r"\b([Ll]a) 1\b(?=\s(?:de la|y|menos|en punto|del?)\b|[.,;!?](?!\w)|$)", r"\1 una", text)


def _clock_hours(hour: int) -> str:
    return f"{cardinal(str(hour), WORDS, FEMININE)} hora{'s' if hour != 1 else ''} "


def _ordinal(match: re.Match[str]) -> str:
    """Write out `1er`, `3.º piso`, `2da`, `5.ª`."""
    mark, number, rest = match["mark"].strip("."), int(match["number"]), match.string[match.end() :]
    if mark == "°" and not romance.counts_a_noun(rest, WORDS):
        return match.group()  # an angle, a temperature
    return romance.say_place(number, rest, WORDS, feminine=mark[-1] in "ªa", short=mark == "er")


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
        "√": "raíz cuadrada de",
        "∞": "infinito",
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
        "t": _unit("tonelada", FEMININE),
        "m2": Noun("metro cuadrado", "metros cuadrados"),
        "km2": Noun("kilómetro cuadrado", "kilómetros cuadrados"),
        "cm²": Noun("centímetro cuadrado", "centímetros cuadrados"),
        "m3": Noun("metro cúbico", "metros cúbicos"),
        "cm³": Noun("centímetro cúbico", "centímetros cúbicos"),
        "L": _unit("litro"),
        "cl": _unit("centilitro"),
        "kcal": _unit("kilocaloría", FEMININE),
        "cal": _unit("caloría", FEMININE),
        "CV": _unit("caballo"),
        "dB": _unit("decibelio"),
        "TB": Noun("terabyte", "terabytes"),
        "kB": Noun("kilobyte", "kilobytes"),
        "Mbps": Noun("megabit por segundo", "megabits por segundo"),
        "MW": Noun("megavatio", "megavatios"),
        "kHz": Noun("kilohercio", "kilohercios"),
        "MHz": Noun("megahercio", "megahercios"),
        "GHz": Noun("gigahercio", "gigahercios"),
        "mAh": Noun("miliamperio hora", "miliamperios hora"),
        "hab.": Noun("habitante", "habitantes"),
        "hab./km²": Noun("habitante por kilómetro cuadrado", "habitantes por kilómetro cuadrado"),
        "%": Noun("por ciento", "por ciento", ""),
        "‰": Noun("por mil", "por mil", ""),
    },
    fractions={
        2: ("medio", "medios"),
        3: ("tercio", "tercios"),
        4: ("cuarto", "cuartos"),
        5: ("quinto", "quintos"),
        6: ("sexto", "sextos"),
        7: ("séptimo", "séptimos"),
        8: ("octavo", "octavos"),
        9: ("noveno", "novenos"),
        10: ("décimo", "décimos"),
        11: ("onceavo", "onceavos"),
        12: ("doceavo", "doceavos"),
        20: ("veinteavo", "veinteavos"),
        100: ("centésimo", "centésimos"),
        1000: ("milésimo", "milésimos"),
    },
    and_a_half="y medio",
    date=_date,
    clock=_clock,
    ordinal_marks=r"\.?(?:(?P<f>ª)|º)",
    regnal_ordinal_to=10,
    before_roman={
        **dict.fromkeys(listed("siglo capítulo tomo volumen parte acto guerra"), "cardinal"),
        **dict.fromkeys(
            listed(
                """
                felipe carlos alfonso fernando isabel luis enrique juan pablo pío papa jaime sancho pedro benedicto
                napoleón gregorio clemente inocencio urbano león ramiro leopoldo federico guillermo jorge eduardo
                ricardo catalina maría nicolás alejandro iván jacobo manuel adriano bonifacio julio francisco josé
                víctor
                """
            ),
            "ordinal",
        ),
    },
    per="por",
    periods={name: name for name in listed("día semana mes año hora minuto segundo persona noche")}
    | {"h": "hora", "min": "minuto", "s": "segundo"},
    own_rules=_own_rules,
    version="versión",
    nouns=nouns.SPANISH,
)
