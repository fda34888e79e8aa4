"""Brazilian Portuguese words for symbols, units, money, dates and times, and rules only this language needs."""

import re

from voiceclone.text.normalize import nouns, romance
from voiceclone.text.normalize.numbers import cardinal, digits
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
        return f"{said} hora{'s' if hour > 1 else ''}"
    if hour == 0:
        said += " hora"
    return f"{said} e {cardinal(str(minute), WORDS)}"


def _unit(name: str, gender: str = "m") -> Noun:
    return Noun(name, name + "s", gender)


_SPELT = listed("AGU CPI DNA EUA FMI GPS IA IBGE IBM INSS IOF IPTU IPVA OAB OMS PDF RNA SMS TCU TSE UE USB")
_PER = {"kg": "o quilo", "l": "o litro", "L": "o litro"}
_SHORT_MONTHS = dict(zip(listed("jan fev mar abr mai jun jul ago set out nov dez"), _MONTHS, strict=True))
_DAYS = listed(
    "segunda(?:-feira)? terça(?:-feira)? quarta(?:-feira)? quinta(?:-feira)? sexta(?:-feira)? sábado domingo"
)
_SHORT_DAYS = dict(
    zip(listed("seg ter qua qui sex sáb dom"), listed("segunda terça quarta quinta sexta sábado domingo"), strict=True)
)
_ARTICLES = "o|a|os|as|do|da|no|na|ao|à|um|uma|pelo|pela|este|esta|seu|sua|nosso|nossa"
_MEN = "Pedro|João|Manuel|Manoel|Afonso|Sebastião|Dinis|Henrique|Duarte|Luís|Carlos|Miguel|José|Fernando|Sancho|Quixote"
_SAINTS = (
    "Paulo|Pedro|João|José|Francisco|Bernardo|Caetano|Luís|Luiz|Vicente|Gonçalo|Carlos|Sebastião|Jorge|Miguel|Tomé|Bento"
    "|Roque|Lourenço|Leopoldo|Cristóvão|Mateus|Marcos|Lucas|Gabriel|Rafael|Mamede|Joaquim|Jerônimo|Domingos|Martinho"
)
_ORDINAL = re.compile(r"(?<![\w.,])(?P<number>\d{1,4})(?P<mark>\.?(?:[ºª°]|[ao]\b(?!\))))(?!\s?[CFK]\b)")
_SLASHED = {"c": "com", "p": "para", "s": "sem"}
_PHONE_LABELS = r"tel(?:efone)?s?|cel(?:ular)?|fax|whatsapp|zap|fone|lig(?:ue|ar)(?: para)?(?: o)?|contato"
_PHONE = re.compile(
    r"(?<![\w.,+-])(?<!\+\d\d )(?:\(0?\d{2}\)\s?\d{4,5}[-. ]\d{4}|\d{2} 9\d{4}[- ]\d{4}|9\d{4}-\d{4}"
    r"|0[389]00[- ]\d{3}[- ]\d{4}"
    r"|(?!(?:1\d|20)\d\d-(?:1\d|20)\d\d)\d{4}-\d{4})(?![\w-]|[.,]\d)"  # 1914-1918 are years
)


def _own_rules(text: str) -> str:
    """Apply the rules only Brazilian Portuguese needs."""
    text = romance.say_thousands(text)
    text = romance.spell(text, _SPELT)
    text = re.sub(r"(?<!\w)'(?=\d{2,3}\b)", "", text)  # the '60s
    text = romance.say_short_dates(text, WORDS, "dia|até|de|do dia")
    text = romance.say_spoonfuls(text, {"col": ("colher", "colheres"), "xíc": ("xícara", "xícaras")})
    text = romance.say_inches(text, "polegadas")
    text = romance.say_short_days(text, _SHORT_DAYS, WORDS.to)
    for written, said in {"s/n": "sem número", "a/c": "aos cuidados de"}.items():
        text = re.sub(rf"(?<![\w/]){written}\b(?!/)", said, text)
    text = re.sub(r"(?<![\w/])([cps])/\s?(?=\w)", lambda m: f"{_SLASHED[m[1]]} ", text)
    text = re.sub(r"(?<![\d:.,])0 ?h(?:00)?\b", "zero hora", text)
    text = romance.say_lone_units(text, WORDS)
    sizes = r"(?<=\d) ?[x×] ?(?=\d+(?:,\d+)?(?: ?[x×] ?\d+(?:,\d+)?)* ?(?:[cmk]?m|pol)\b)"
    text = re.sub(sizes, " por ", text)
    text = romance.say_comparisons(text, ("maior ou igual a", "menor ou igual a", "aproximadamente", "diferente de"))
    text = re.sub(r"\b([Aa])rt(s?)\.\s(?=\d)", r"\1rtigo\2 ", text)
    single = rf"{romance.NO_INITIAL_BEFORE}\b{{}}\.\s(?=(?:d[aeo]s?\s)?[A-ZÁÂÃÉÊÍÓÔÚ\d][^.])"
    text = re.sub(rf"{romance.NO_INITIAL_BEFORE}\bD\.\s(?=(?:{_MEN})\b)", "dom ", text)
    for letter, word in {"D": "dona", "R": "rua"}.items():
        text = re.sub(single.format(letter), f"{word} ", text)
    text = re.sub(rf"{romance.NO_INITIAL_BEFORE}\bS\.\s(?=(?:{_SAINTS})\b)", "São ", text)
    text = romance.say_days(text, WORDS, "primeiro")
    text = re.sub(r"\bCEP:? (\d{5})-?(\d{3})\b", lambda m: f"C E P {digits(m[1], WORDS)}, {digits(m[2], WORDS)}", text)
    text = _PHONE.sub(lambda m: romance.groups(m.group(), WORDS), text)
    text = romance.say_labelled_telephone(text, _PHONE_LABELS, WORDS)
    text = re.sub(r"(?P<number>\d[\d.,]*) ?(?P<scale>mi|bi|tri)\b(?![-.]\w)", _millions, text)
    text = _months_and_days(text)
    text = _times(text)
    text = re.sub(r"(?<=\d)\s?º\s?(?=[CF]\b)", " °", text)
    text = _ORDINAL.sub(_ordinal, text)
    text = re.sub(r"\b[Ss]éc\.\s(?=[IVX]+\b)", "século ", text)
    text = romance.say_centuries(text, WORDS, r"[Ss]éculos?", ordinal_to=10)
    text = romance.say_roman_places(text, WORDS, _ARTICLES)
    text = romance.say_spans_of_money(text, WORDS.to)
    text = romance.say_results(text, WORDS)
    text = romance.say_per(text, WORDS, _PER)
    return romance.say_halves(text, WORDS, ("meio", "meia"))


def _millions(match: re.Match[str]) -> str:
    """Write out `2 bi` and `1,5 mi`; below two the word is singular."""
    one = re.fullmatch(r"[01](?:,\d+)?", match["number"])
    return f"{match['number']} {match['scale']}lh{'ão' if one else 'ões'}"


def _months_and_days(text: str) -> str:
    """Write out abbreviated months next to a number or dash, and the dash between days or months."""
    text = romance.say_short_months(text, _SHORT_MONTHS, WORDS.to)
    return romance.say_spans_of_names(text, (*_DAYS, *_MONTHS), WORDS.to)


def _part_of_day(hour: int, morning: bool) -> str:
    if morning:
        return "da madrugada" if 1 <= hour < 6 else "da noite" if hour == 12 else "da manhã"
    return "da tarde" if hour == 12 or hour < 6 else "da noite"


def _times(text: str) -> str:
    """Normalise times to forms the shared rules know: `9h30min`, `14:30h`, `3 p.m.`."""
    text = romance.say_spans_of_time(text, WORDS.to)
    text = romance.say_half_days(text, _part_of_day)
    text = re.sub(r"\b([àÀ]|das?|[ÀàÁá]s) (1|2|21|22)\b(?=\s(?:da |e |em ponto)|[.,;!?](?!\w)|$)", _hour, text)
    text = re.sub(r"(?<=\d:\d\d)\s?(?:hs?|hrs)\b\.?", "", text)
    text = re.sub(r"(?<![\d:.,])(\d{1,2})h ?(\d\d) ?min\b", r"\1h\2", text)
    return re.sub(r"(?<![\d:.,])(\d{1,2}) h (?=\d{1,2} ?min\b)", lambda m: f"{_clock(int(m[1]), 0)} ", text)


def _hour(match: re.Match[str]) -> str:
    return f"{match[1]} {cardinal(match[2], WORDS, FEMININE)}"


def _ordinal(match: re.Match[str]) -> str:
    """Write out `1º`, `2° andar`, `3a edição`, `5.ª`."""
    mark, number, rest = match["mark"].lstrip("."), int(match["number"]), match.string[match.end() :]
    if mark == "°" and not romance.counts_a_noun(rest, WORDS):
        return match.group()  # an angle, a temperature
    return romance.say_place(number, rest, WORDS, feminine=mark in "ªa")


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
        "√": "raiz quadrada de",
        "∞": "infinito",
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
        "t": _unit("tonelada", FEMININE),
        "ha": _unit("hectare"),
        "m2": Noun("metro quadrado", "metros quadrados"),
        "m3": Noun("metro cúbico", "metros cúbicos"),
        "km2": Noun("quilômetro quadrado", "quilômetros quadrados"),
        "cm²": Noun("centímetro quadrado", "centímetros quadrados"),
        "cm³": Noun("centímetro cúbico", "centímetros cúbicos"),
        "L": _unit("litro"),
        "kcal": _unit("quilocaloria", FEMININE),
        "cal": _unit("caloria", FEMININE),
        "cv": _unit("cavalo"),
        "dB": Noun("decibel", "decibéis"),
        "TB": _unit("terabyte"),
        "kB": _unit("kilobyte"),
        "MW": _unit("megawatt"),
        "kHz": Noun("quilohertz", "quilohertz"),
        "MHz": Noun("megahertz", "megahertz"),
        "GHz": Noun("gigahertz", "gigahertz"),
        "mAh": Noun("miliampère hora", "miliampères hora"),
        "Mbps": Noun("megabit por segundo", "megabits por segundo"),
        "%": Noun("por cento", "por cento", ""),
        "‰": Noun("por mil", "por mil", ""),
    },
    fractions={
        2: ("meio", "meios"),
        3: ("terço", "terços"),
        4: ("quarto", "quartos"),
        5: ("quinto", "quintos"),
        6: ("sexto", "sextos"),
        7: ("sétimo", "sétimos"),
        8: ("oitavo", "oitavos"),
        9: ("nono", "nonos"),
        10: ("décimo", "décimos"),
        11: ("onze avos", "onze avos"),
        12: ("doze avos", "doze avos"),
        20: ("vigésimo", "vigésimos"),
        100: ("centésimo", "centésimos"),
        1000: ("milésimo", "milésimos"),
    },
    and_a_half="e meio",
    date=_date,
    clock=_clock,
    ordinal_marks=r"\.?(?:(?P<f>ª)|º)",
    regnal_ordinal_to=10,
    before_roman={
        **dict.fromkeys(listed("século capítulo tomo volume parte ato guerra inciso título livro anexo"), "cardinal"),
        **dict.fromkeys(
            listed(
                """
                pedro joão luís carlos filipe henrique afonso manuel papa pio bento paulo isabel elizabeth elisabete
                maria catarina napoleão leão gregório clemente inocêncio urbano alexandre frederico guilherme jorge
                eduardo ricardo nicolau ivan francisco fernando sancho dinis josé miguel luiz júlio
                """
            ),
            "ordinal",
        ),
    },
    per="por",
    periods={name: name for name in listed("dia semana mês ano hora minuto segundo pessoa noite")}
    | {"h": "hora", "min": "minuto", "s": "segundo"},
    own_rules=_own_rules,
    version="versão",
    nouns=nouns.PORTUGUESE,
)
