"""Italian words for symbols, units, money, dates and times, and rules only Italian needs."""

import re

from voiceclone.text.normalize import nouns, romance
from voiceclone.text.normalize.gender import gender_after
from voiceclone.text.normalize.numbers import cardinal, ordinal, roman_value
from voiceclone.text.normalize.words import FEMININE, Currency, Noun, Words, listed

_MONTHS = listed("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre")
_CENT = Noun("centesimo", "centesimi")


def _date(day: int, month: int, year: str) -> str:
    said = "primo" if day == 1 else cardinal(str(day), WORDS)
    return f"{said} {_MONTHS[month - 1]}" + (f" {year}" if year else "")


def _clock(hour: int, minute: int) -> str:
    said = cardinal(str(hour), WORDS, FEMININE)
    return said if minute == 0 else f"{said} e {cardinal(str(minute), WORDS)}"


def _unit(name: str) -> Noun:
    feminine = name.endswith("a")
    return Noun(name, name[:-1] + ("e" if feminine else "i"), FEMININE if feminine else "m")


_SPELT = listed("CGIL CISL DNA DVD FMI GPS IA IBM ONG PDF RNA SMS UE USB")
_PER = {
    "giorno": "al giorno", "settimana": "alla settimana", "mese": "al mese", "anno": "all'anno", "ora": "all'ora",
    "h": "all'ora", "minuto": "al minuto", "min": "al minuto", "notte": "a notte", "persona": "a persona",
    "kg": "al chilo", "l": "al litro", "litro": "al litro", "m²": "al metro quadrato", "mq": "al metro quadrato",
}  # fmt: skip
_SHORT_MONTHS = dict(zip(listed("gen feb mar apr mag giu lug ago set ott nov dic"), _MONTHS, strict=True))
_DAYS = listed("lunedì martedì mercoledì giovedì venerdì sabato domenica")
_SAINTS = listed(
    """
    Agata Agnese Agostino Alessandro Alessio Ambrogio Andrea Anna Antonio Apollinare Babila Barbara Bartolomeo Benedetto
    Bernardino Bernardo Biagio Carlo Caterina Cecilia Chiara Clemente Cristoforo Croce Damiano Domenico Donato Elena
    Eufemia Eustorgio Felice Filippo Francesco Gennaro Giacomo Gimignano Giorgio Giovanni Giuliano Giulia Giuseppe
    Gregorio Ignazio Ilario Lazzaro Leonardo Lorenzo Luca Lucia Luigi Marco Margherita Maria Marino Marta Martino Matteo
    Mattia Maurizio Michele Monica Nazario Nicola Pancrazio Paola Paolo Pellegrino Pietro Rita Rocco Salvatore Saba
    Sebastiano Severo Silvestro Siro Sofia Spirito Stefano Teresa Tommaso Valentino Vincenzo Vitale Vito Zeno
    """
)
_SURE_ACCENTS = frozenset(listed("e piu puo perche cosi cio gia pero giu finche poiche sara"))
_SPOONFULS = {"cucch": ("cucchiaio", "cucchiai"), "bicch": ("bicchiere", "bicchieri")}
_PLACED = re.compile(r"(?i)\b(?:arriv|classific|giunt|piazzat|finit|termin)\w*\s$")
_SHORT_DAYS = dict(zip(listed("lun mar mer gio ven sab dom"), _DAYS, strict=True))
_ARTICLES = (
    "il|la|lo|l'|del|della|dello|dell'|al|alla|allo|all'|nel|nella|nello|nell'|dal|dalla|dall'|un|una|questa|questo"
)
_SINGULAR_ARTICLE = re.compile(
    r"(?i)(?:\b(?:il|lo|la|al|allo|alla|del|dello|della|nel|nello|nella|dal|dallo|dalla|sul|sulla)\s|\w')$"
)
_DIRECTIONS = "nord|sud|est|ovest|circa|centigradi|fahrenheit"
_PHONE_LABELS = r"tel(?:efono)?|cell(?:ulare)?|fax|whatsapp|chiam\w+ (?:il|lo)"
_ACCENTED = {"a": "à", "e": "è", "i": "ì", "o": "ò", "u": "ù"}
_NO_ACCENT = frozenset(listed("po mo va fa sta da di be de ne co to a pe tra que quel se su no ca"))
"""Words that do end in an apostrophe: `un po'`, `va' via`."""
_ACUTE = ("che", "ne", "se", "tre", "re")
"""Endings whose accented e is closed: `perché`, `né`, `ventitré`."""


def _own_rules(text: str) -> str:
    """Apply the rules only Italian needs."""
    text = _accents(text)
    text = romance.say_thousands(text)
    text = romance.spell(text, _SPELT)
    text = re.sub(r"(?<!\w)'(?=\d{2,3}\b)", "", text)  # the '60s
    text = romance.say_short_dates(text, WORDS, "il|dal|al|del|entro il")
    text = _first_of_month(text)
    text = romance.say_days(text, WORDS, "primo")
    text = romance.say_spoonfuls(text, _SPOONFULS)
    text = romance.say_hectares(text, ("ettaro", "ettari"))
    text = romance.say_inches(text, "pollici")
    text = romance.say_short_days(text, _SHORT_DAYS, WORDS.to)
    text = re.sub(r"\bs\.n\.c\.|\bsnc\b", "senza numero civico", text)
    text = re.sub(r"\bc/o\b", "presso", text)
    text = re.sub(r"(?<![\w.,])(\d{1,3})(?=enn[ei]\b)", _years_old, text)
    text = romance.say_lone_units(text, WORDS)
    text = romance.say_comparisons(text, ("maggiore o uguale a", "minore o uguale a", "circa uguale a", "diverso da"))
    text = re.sub(rf"{romance.NO_INITIAL_BEFORE}\bS\.\s?(?P<name>{'|'.join(_SAINTS)})\b", _saint, text)
    text = re.sub(r"(?<=\d) ?min\.(?!\w)", _minutes, text)
    text = romance.say_labelled_telephone(text, _PHONE_LABELS, WORDS)
    text = re.sub(r"(?<![\w.,])(\d{1,3})\s?mila\b", r"\1.000", text)
    text = re.sub(r"(?<![\w.,])(\d{1,3})k\b", r"\1.000", text)
    text = re.sub(r"(?<=\d) ?(mln|mld)\b\.?", _millions, text)
    text = _months(text)
    text = _times(text)
    text = re.sub(r"(?<![\w.,])(?P<number>\d{1,4})(?P<mark>\s?[°º]|ª|a\b|o\b)(?!\s?[CFK]\b)", _ordinal, text)
    text = re.sub(r"(?<=\d)\s?[°º]\s?(?=[CF]\b)", " °", text)
    text = re.sub(r"\bsec\.\s(?=[IVX]+\b)", "secolo ", text)
    text = romance.say_centuries(text, WORDS, "[Ss]ecol[oi]", ordinal_to=100)
    and_another = r"(?:\s(?:e|ed|o|al?)(?:\s(?:il|al|del|dal|nel)|\s(?:l|all|dell)')?\s?[IVX]+)?"
    text = re.sub(rf"\b([IVX]+)(?={and_another}\s(?:[Ss]ecol[oi]|sec\.))", _place, text)
    text = romance.say_roman_places(text, WORDS, _ARTICLES)
    text = romance.say_spans_of_money(text, WORDS.to)
    text = romance.say_results(text, WORDS)
    text = romance.say_per(text, WORDS, _PER)
    text = romance.say_halves(text, WORDS, ("mezzo", "mezza"))
    text = re.sub(r"(?<![\w.,:/-])(\d?[2-9]1)(?= anni\b)", lambda m: cardinal(m[1], WORDS)[:-1], text)
    text = re.sub(r"(?<![\w.,:/-])1 ?h\b(?! ?\d|/)", "un'ora", text)
    return re.sub(r"(?<![\w.,:/+-])1 (?P<noun>[^\W\d_]+)\b(?!/)", _one, text)


def _accents(text: str) -> str:
    """Replace the apostrophe that people type for an accent: `perche'`, `e'`."""

    def accent(match: re.Match[str]) -> str:
        word, vowel = match["word"], match["word"][-1]
        opened = max((m.start() for m in re.finditer(r"(?<!\w)'(?=[^\W\d])", match.string[: match.end()])), default=-1)
        quoted = opened >= 0 and not re.search(r"\w'(?!\w)", match.string[opened : match.end("word")])
        quoted = quoted and (word.lower() not in _SURE_ACCENTS or opened == match.start() - 1)
        if quoted or word.lower() in _NO_ACCENT or (len(word) == 1 and word.lower() != "e"):
            return match.group()
        closed = vowel == "e" and len(word) > 1 and word.lower().endswith(_ACUTE)
        accented = "é" if closed else _ACCENTED[vowel.lower()]
        return word[:-1] + (accented.upper() if vowel.isupper() else accented)

    return re.sub(r"(?<!\w)(?P<word>[^\W\d_]*[aeiouAEIOU])'(?=[\s.,;:!?)]|$)", accent, text)


def _saint(match: re.Match[str]) -> str:
    """Write out `S. Pietro`, `S. Anna`, `S. Stefano`."""
    name = match["name"]
    if name[0] in "AEIOU":
        return f"sant'{name}"
    if name.endswith("a") and name not in ("Luca", "Nicola", "Mattia"):
        return f"santa {name}"
    return f"santo {name}" if re.match(r"S[^aeiou]|Z", name) else f"san {name}"


def _millions(match: re.Match[str]) -> str:
    one = re.search(r"(?<![\d.,])1$", match.string[: match.start()])
    return " " + {"mln": "milion", "mld": "miliard"}[match[1]] + {"mln": "ei", "mld": "oi"}[match[1]][not one]


def _years_old(match: re.Match[str]) -> str:
    """Return the number in `18enne` in the form it has before the ending: `diciott`."""
    said = cardinal(match[1], WORDS)
    return said.replace("é", "e") if said.endswith(("é", "sei")) else said[:-1]


def _minutes(match: re.Match[str]) -> str:
    """Write out `45 min.`, which does not mean minimum."""
    ends = re.match(r"\s*(?:$|[A-ZÈ])", match.string[match.end() :])
    return " minuti." if ends else " minuti"


def _months(text: str) -> str:
    """Write out abbreviated months next to a number or dash, the dash between days, and `l'1 aprile`."""
    short = "|".join(_SHORT_MONTHS)
    text = re.sub(rf"(?i)(?<=\d )({short})t?\.(?=\s?\w|,|$)", lambda m: _SHORT_MONTHS[m[1].lower()], text)
    text = re.sub(
        rf"(?i)\b({short})t?\.?\s?[-–]\s?({short})\b(?:t?\.)?(?!\w)",
        lambda m: f"{_SHORT_MONTHS[m[1].lower()]} a {_SHORT_MONTHS[m[2].lower()]}",
        text,
    )
    return romance.say_spans_of_names(text, (*_DAYS, *_MONTHS), WORDS.to)


def _first_of_month(text: str) -> str:
    """Turn `l'1 aprile` and `dall'1 al 7 aprile` into the spoken form `il 1 aprile`."""
    month = rf"(?=(?:\s(?:al|e|e il|all'|e l')\s?\d{{1,2}})?\s(?i:{'|'.join(_MONTHS)})\b)"
    text = re.sub(rf"\b(?P<of>[Dd]e|[Aa]|[Dd]a|[Nn]e)ll'1[°º]?{month}", r"\g<of>l 1", text)
    return re.sub(rf"\b(?P<the>[Ll])'1[°º]?{month}", lambda m: "il 1" if m["the"] == "l" else "Il 1", text)


def _times(text: str) -> str:
    """Normalise times to forms the shared rules know: `ore 20.30`, `h 16:00`, `all'1`."""
    text = romance.say_spans_of_time(text, WORDS.to)
    text = re.sub(r"\b[hH]\.?\s(?=\d{1,2}[:.]\d\d\b)", "ore ", text)
    text = re.sub(r"(?i)\b((?:ore|le|(?:d?a|de)ll[e'])\s?\d{1,2})\.(?=\d\d(?![\d%]|[.,]\d|\s?[€$%]))", r"\1:", text)
    text = re.sub(r"(?<![\d:.,])(\d{1,2}) ?h (?=\d{1,2} ?min\b)", lambda m: f"{cardinal(m[1], WORDS)} ore ", text)
    return re.sub(r"(?i)\b((?:d?a|de)ll'|l')1\b(?=\s(?:di |del |della |e |in punto)|[;!?]|$)", _one_o_clock, text)


def _one_o_clock(match: re.Match[str]) -> str:
    numbered = re.match(r" (?:e (?:il|l'|del|dell'|al|all'|\d)|di (?!notte|mattina))", match.string[match.end() :])
    return match.group() if numbered or match[1].lower() in ("l'", "dell'") else f"{match[1]}una"


def _ordinal(match: re.Match[str]) -> str:
    """Write out `1° piano` and `la 3a edizione`; possible degrees are left alone."""
    mark, number = match["mark"].strip(), int(match["number"])
    before, rest = match.string[: match.start()], match.string[match.end() :]
    article = bool(_SINGULAR_ARTICLE.search(before) or _PLACED.search(before))
    noun = romance.counts_a_noun(rest, WORDS) and not re.match(rf"\s(?:{_DIRECTIONS})\b", rest, re.IGNORECASE)
    if mark in "ao" and not (article or noun):
        return match.group()
    if mark == "°" and not (article or noun):
        return match.group()
    if match["mark"].startswith(" ") and not article:
        return match.group()
    return ordinal(number, WORDS, FEMININE if mark in "ªa" else "m")


def _place(match: re.Match[str]) -> str:
    value = roman_value(match[1])
    return ordinal(value, WORDS) if value else match.group()


def _one(match: re.Match[str]) -> str:
    """Write out one in the form of the article: `uno studente`, `un'amica`, `una casa`, `un anno`."""
    noun = match["noun"]
    if noun in WORDS.units or noun.lower() in _MONTHS or not gender_after(f" {noun}", WORDS.nouns, singular=True):
        return match.group()
    before = re.search(r"(?i)(\w+)\s$", match.string[: match.start()])
    if before and before[1].lower() in ("numero", "il", "la", "pagina", "capitolo", "articolo", "tipo", "fase", "n"):
        return match.group()
    return one_before(noun, gender_after(f" {noun}", WORDS.nouns, singular=True) == FEMININE)


def one_before(noun: str, feminine: bool) -> str:
    """Return the form of “one” before `noun`."""
    vowel = re.match(r"(?i)[aeiouàèéìòùh]", noun) and not re.match(r"(?i)i[aeiou]", noun)
    if feminine:
        return f"un'{noun}" if vowel else f"una {noun}"
    return f"uno {noun}" if re.match(r"(?i)s[^aeiouàèéìòù]|z|gn|p[sn]|x|y|i[aeiou]", noun) else f"un {noun}"


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
        "√": "radice quadrata di",
        "∞": "infinito",
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
        "t": _unit("tonnellata"),
        "q": Noun("quintale", "quintali"),
        "hg": Noun("etto", "etti"),
        "mq": Noun("metro quadrato", "metri quadrati"),
        "mc": Noun("metro cubo", "metri cubi"),
        "m2": Noun("metro quadrato", "metri quadrati"),
        "m3": Noun("metro cubo", "metri cubi"),
        "km2": Noun("chilometro quadrato", "chilometri quadrati"),
        "kmq": Noun("chilometro quadrato", "chilometri quadrati"),
        "cm²": Noun("centimetro quadrato", "centimetri quadrati"),
        "cm³": Noun("centimetro cubo", "centimetri cubi"),
        "L": _unit("litro"),
        "cl": _unit("centilitro"),
        "kcal": _unit("chilocaloria"),
        "cal": _unit("caloria"),
        "CV": Noun("cavallo", "cavalli"),
        "dB": Noun("decibel", "decibel"),
        "TB": Noun("terabyte", "terabyte"),
        "kB": Noun("kilobyte", "kilobyte"),
        "MW": Noun("megawatt", "megawatt"),
        "kHz": Noun("chilohertz", "chilohertz"),
        "MHz": Noun("megahertz", "megahertz"),
        "GHz": Noun("gigahertz", "gigahertz"),
        "mAh": Noun("milliampere ora", "milliampere ora"),
        "%": Noun("per cento", "per cento", ""),
        "‰": Noun("per mille", "per mille", ""),
    },
    fractions={
        2: ("mezzo", "mezzi"),
        3: ("terzo", "terzi"),
        4: ("quarto", "quarti"),
        5: ("quinto", "quinti"),
        6: ("sesto", "sesti"),
        7: ("settimo", "settimi"),
        8: ("ottavo", "ottavi"),
        9: ("nono", "noni"),
        10: ("decimo", "decimi"),
        12: ("dodicesimo", "dodicesimi"),
        16: ("sedicesimo", "sedicesimi"),
        20: ("ventesimo", "ventesimi"),
        100: ("centesimo", "centesimi"),
        1000: ("millesimo", "millesimi"),
    },
    and_a_half="e mezzo",
    date=_date,
    clock=_clock,
    ordinal_marks=r"(?:(?P<f>ª)|º|°(?!\s?[CF]))",
    regnal_ordinal_to=40,
    before_roman={
        **dict.fromkeys(listed("capitolo volume parte atto tomo"), "cardinal"),
        **dict.fromkeys(
            listed(
                """
                luigi carlo enrico vittorio umberto giovanni paolo pio papa elisabetta filippo benedetto emanuele
                amedeo napoleone leone gregorio clemente innocenzo urbano giulio sisto alessandro caterina maria
                federico guglielmo giorgio edoardo riccardo nicola ivan giacomo francesco ferdinando leopoldo cosimo
                lorenzo bonifacio adriano
                """
            ),
            "ordinal",
        ),
    },
    per="per",
    periods={name: name for name in listed("giorno settimana mese anno ora minuto secondo persona notte")}
    | {"h": "ora", "min": "minuto", "s": "secondo"},
    own_rules=_own_rules,
    version="versione",
    nouns=nouns.ITALIAN,
)
