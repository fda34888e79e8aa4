"""French words for symbols, units, money, dates and times, and rules only French needs."""

import re

from voiceclone.text.normalize import nouns, romance
from voiceclone.text.normalize.gender import is_feminine
from voiceclone.text.normalize.numbers import cardinal, ordinal, roman_value
from voiceclone.text.normalize.words import FEMININE, MASCULINE, Currency, Noun, Words, listed

_MONTHS = listed("janvier février mars avril mai juin juillet août septembre octobre novembre décembre")
_CENT = Noun("centime", "centimes")


def _date(day: int, month: int, year: str) -> str:
    said = "premier" if day == 1 else cardinal(str(day), WORDS)
    return f"{said} {_MONTHS[month - 1]}" + (f" {year}" if year else "")


def _hours(hour: int) -> str:
    return f"{cardinal(str(hour), WORDS, FEMININE)} heure{'s' if hour > 1 else ''}"


def _clock(hour: int, minute: int) -> str:
    said = _hours(hour)
    return said if minute == 0 else f"{said} {cardinal(str(minute), WORDS, FEMININE)}"


def _unit(name: str, gender: str = "m") -> Noun:
    return Noun(name, name + "s", gender)


_SPELT = listed(
    "ADN ADSL AFP AOC AOP APL ARN AVC CDI CIA CSA EDF ENS EPS FBI FMI HEC IA IDF IGN IGP INA IP IRM ISF IST IUT IVG "
    "LOA OGM OMC OMS ONG OPA PIB PME QI RER RIB RMI RSA SAV SUV TER TPE TVA UE ULM UMP URL USA USB UV VIP VO"
)
_DAYS = listed("lundi mardi mercredi jeudi vendredi samedi dimanche")
_SHORT_DAYS = {day[:3]: day for day in _DAYS}
_ORDINAL = re.compile(
    r"(?<![\w.,])(?P<number>\d{1,3}(?:[ .\u00a0\u202f]\d{3})+|\d{1,7})"
    r"(?P<mark>ers?|[eè]re?s?|res?|n?des?|nds?|i?[eè]mes?|[eè]s?)(?![\w'’]|-\w)"
)
_ROMAN_ORDINAL = re.compile(r"\b(?:I(?P<first>ers?|[eè]?res?)|(?P<numeral>[IVX]+)(?:i?[eè]mes?|[eè]s?))(?![\w'’])")
_PAIRS = re.compile(r"(?<![\w.,+-])0\d(?:(?P<gap>[ .\u00a0\u202f-]?)\d\d)(?:(?P=gap)\d\d){3}(?![\w-]|[.,]\d)")
_ABROAD = re.compile(r"(?<!\w)(?:\+|00)(?P<country>\d{2,3})[ .]?(?:\(0\))?[ .]?(?P<rest>\d(?:[ .]?\d){7,9})(?!\d)")
_FREE = re.compile(r"(?<![\w.,+-])0[ .]?(?P<rest>8\d\d(?:[ .]\d{3}){2})(?![\w-]|[.,]\d)")
_SECTION = re.compile(
    r"(?i)\b(sections?|chapitres?|versions?|articles?|paragraphes?|tableaux?|figures?|annexes?|étapes?)\s"
    r"(\d{1,3}(?:\.\d{1,3})+)(?!\d|,\d)"
)
_AMOUNT = r"\d+(?:[ .\u00a0\u202f]\d{3})*(?:,\d+)?"


def _own_rules(text: str) -> str:
    """Apply the rules only French needs."""
    text = romance.spell(text, _SPELT)
    text = romance.say_comparisons(text, ("supérieur ou égal à", "inférieur ou égal à", "environ", "différent de"))
    text = re.sub(r"\bMe (?=[A-ZÀ-Ý])", "maître ", text)
    text = re.sub(r"\b[Nn](?:o(?=\s?\d)|[°º])\s?(?=\d)", "numéro ", text)
    text = re.sub(r"\b[Rr](?:DV|dv)\b", "rendez-vous", text)
    text = _SECTION.sub(lambda m: f"{m[1]} {m[2].replace('.', ' point ')}", text)
    text = _telephones(text)
    text = _dates(text)
    text = _times(text)
    text = re.sub(r"(?<![\w.,])(?:1(?:ER|RE|[EÈ]RE)|\d{1,4}[EÈ]ME|(?<=L[AE] )\d{1,4}E)S?\b", _in_small_letters, text)
    text = _ORDINAL.sub(_place, text)
    text = _ROMAN_ORDINAL.sub(_roman_place, text)
    text = _fractions(text)
    text = _money(text)
    text = romance.say_results(text, WORDS)
    text = re.sub(r"(?<=\d)\s?[-–—]\s?(?=\d+\s?=)", " moins ", text)
    text = re.sub(r"\b([Dd])e 1(?=\s?h(?:\b|\d)|\s[a-zà-ÿ])", r"\1'1", text)
    text = re.sub(r"(?<=\d)\s?c\. ?à ?(?:s\b\.?|soupe)", " cuillères à soupe", text)
    text = re.sub(r"(?<=\d)\s?c\. ?à ?(?:c\b\.?|café)", " cuillères à café", text)
    text = re.sub(r"(?<![\d,.])1 cuillères", "1 cuillère", text)
    text = re.sub(r"(?<=\d)\s?l/100\s?km\b", " litres aux cent kilomètres", text)
    return re.sub(r"(?<![\d.,])(\d{1,2})(?:,(\d\d)\s?m|\s?m\s?(\d\d))(?![\w²³/])", _length, text)


def _telephones(text: str) -> str:
    """Write out telephone numbers in pairs of digits, service numbers in hundreds."""

    def pairs(numbers: str) -> str:
        return ", ".join(cardinal(pair, WORDS) for pair in re.findall(r"\d\d", numbers))

    def abroad(match: re.Match[str]) -> str:
        parts = re.findall(r"\d+", match["rest"])
        rest = parts if len(parts) > 1 else [match["rest"][0], *re.findall(r"\d{1,2}", match["rest"][1:])]
        return ", ".join([f"plus {cardinal(match['country'], WORDS)}", *(cardinal(part, WORDS) for part in rest)])

    text = _ABROAD.sub(abroad, text)
    text = _PAIRS.sub(lambda m: pairs(re.sub(r"\D", "", m.group())), text)
    return _FREE.sub(
        lambda m: ", ".join(["zéro", *(cardinal(part, WORDS) for part in re.findall(r"\d{3}", m["rest"]))]), text
    )


def _dates(text: str) -> str:
    """Write out `le 25/12` and the abbreviated day in `dim. 4 août`."""

    def short(match: re.Match[str]) -> str:
        day, month = int(match[2]), int(match[3])
        return f"{match[1]} {_date(day, month, '')}" if 1 <= day <= 31 and 1 <= month <= 12 else match.group()

    text = re.sub(
        r"\b([Ll]e|[Dd]u|[Aa]u|[Ll]es \d{1,2} et)\s(\d{1,2})/(\d{1,2})(?![\w/]|[.,]\d)(?!\s(?:des?|du)\b|\sd')",
        short,
        text,
    )
    days, months = "|".join(_SHORT_DAYS), "|".join(month[:3] for month in _MONTHS)
    return re.sub(
        rf"(?i)\b(?:(?P<before>{days})\.(?=\s(?:au|et)\b|\s\d{{1,2}}(?:er)?[\s/](?:\d|{months}))"
        rf"|(?<=au )(?P<behind>{days})\.)",
        lambda m: _SHORT_DAYS[(m["before"] or m["behind"]).lower()],
        text,
    )


def _times(text: str) -> str:
    """Normalise times to forms the shared rules know: `18H30`, `9h-12h`, `2 h 30 min`, `24h/24`."""
    text = re.sub(r"(?<![\w.,:])(\d{1,2})\s?H(?=\s?\d\d\b|\b(?!\w))", r"\1 h", text)
    text = re.sub(r"(?<=\dh)\s?[-–]\s?(?=\d{1,2}\s?h)|(?<=h\d\d)\s?[-–]\s?(?=\d{1,2}\s?h)", " à ", text)
    text = re.sub(
        r"(?<![\w.,])(\d+)\s?(h|heures?|j|jours?)\s?/\s?(\d+)\b",
        lambda m: f"{m[1]} {'heures' if m[2][0] == 'h' else 'jours'} sur {m[3]}",
        text,
    )
    return re.sub(r"(?<![\w.,:])(\d{1,3})\s?h\s?(?=\d{1,2}\s?min\b)", lambda m: f"{_hours(int(m[1]))} ", text)


def _in_small_letters(match: re.Match[str]) -> str:
    return match.group().lower()  # LE 1ER MAI


def _place(match: re.Match[str]) -> str:
    """Write out `1er`, `80e`, `1 000 000e`, `2nde`, `3es`."""
    number, mark = int(re.sub(r"\D", "", match["number"])), match["mark"]
    if (mark[:2] in ("re", "er", "èr") and number != 1) or (mark[0] in "nd" and number != 2):
        return match.group()
    plural = "s" if mark.endswith("s") else ""
    if mark[0] in "nd":
        return ("seconde" if "e" in mark else "second") + plural
    feminine = mark.rstrip("s").endswith("re")
    return ordinal(number, WORDS, FEMININE if feminine else MASCULINE) + plural


def _roman_place(match: re.Match[str]) -> str:
    """Write out `XIXe`, `Ier`, `IIe`."""
    if match["first"]:
        return ordinal(1, WORDS, FEMININE if "re" in match["first"] else MASCULINE)
    value = roman_value(match["numeral"])
    return ordinal(value, WORDS) if value > 1 else match.group()


def _fractions(text: str) -> str:
    """Write out scores and rates (`15/20`, `8,5/10`) and halves (`1/2 heure`, `2 1/2 tasses`)."""

    def half(match: re.Match[str]) -> str:
        whole, name = match["whole"], match["noun"]
        unit = WORDS.units.get(name)
        plural = bool(whole) and int(whole) > 1
        feminine = unit.gender == FEMININE if unit else is_feminine(name, nouns.FRENCH, singular=not plural)
        name = (unit.many if plural else unit.one) if unit else name
        if not whole:
            return f"{'une' if feminine else 'un'} demi-{name}"
        return f"{cardinal(whole, WORDS, FEMININE if feminine else MASCULINE)} {name} et demi{'e' if feminine else ''}"

    def rate(match: re.Match[str]) -> str:
        above, below = match[1], int(match[2])
        named = below in WORDS.fractions and "," not in above and int(above) < below
        return match.group() if named or below < 5 or int(above.split(",")[0]) > 999 else f"{above} sur {below}"

    text = re.sub(
        r"(?<![\w.,/])(?:(?P<whole>\d+) )?1/2[ \u00a0](?!(?:des?|du|et|ou|à)\b)(?P<noun>[^\W\d_]+)(?![²³/])", half, text
    )
    return re.sub(r"(?<![\w.,/])(\d+(?:,\d)?)/(\d{1,3})(?![\w/]|[.,]\d)", rate, text)


def _money(text: str) -> str:
    """Normalise amounts to forms the shared rules know: `12€50`, `3 Md€`, `10-20 €`, `100 CHF`."""
    text = re.sub(r"(?<=\d)\s?Mds?\s?(?=€|\$)", " milliards d'", text)
    text = re.sub(r"(?<=\d)\s?€(\d\d)(?![\d,.])|(?<=\d)\s€\s(\d\d)(?=[.;!?]|$)", r",\1\2 €", text)
    text = re.sub(rf"(?<![\w.,-])({_AMOUNT})\s?[-–]\s?(?={_AMOUNT}\s?(?:[€$£]|euros?\b|[km]€))", r"\1 à ", text)
    text = re.sub(r"(?<=\d)\s?CHF\b", " francs suisses", text)
    # “Three euros fifty”: from ten cents on, the word for cents is omitted.
    periods = "|".join(sorted(map(re.escape, WORDS.periods), key=len, reverse=True))
    return re.sub(
        rf"(?<=\d),(?P<cents>[1-9]\d?)[ \u00a0\u202f]?(?P<sign>[€$£])(?:/(?P<period>{periods}))?(?!\w)", _cents, text
    )


def _cents(match: re.Match[str]) -> str:
    if re.search(r"(?<!\d)0+$", match.string[: match.start()]):
        return match.group()  # 0,99 €
    per = f" {WORDS.per} {WORDS.periods[match['period']]}" if match["period"] else ""
    return f" {match['sign']} {cardinal(match['cents'].ljust(2, '0'), WORDS)}{per}"


def _length(match: re.Match[str]) -> str:
    """Write out `1,80 m` and `1m80`."""
    metres = "mètres" if int(match[1]) > 1 else "mètre"
    rest = match[2] or match[3]
    said = f"{cardinal(str(int(match[1])), WORDS)} {metres}"
    return f"{said} {cardinal(str(int(rest)), WORDS)}" if int(rest) else said


WORDS = Words(
    number_code="fr",
    decimal_mark=",",
    point="virgule",
    digits_after_point=False,
    minus="moins",
    to="à",
    months=_MONTHS,
    signs={
        "&": "et",
        "+": "plus",
        "=": "égale",
        "×": "fois",
        "÷": "divisé par",
        "±": "plus ou moins",
        "%": "pour cent",
        "@": "arobase",
        "#": "hashtag",
        "number": "numéro",
        "/": "slash",
        ".": "point",
        "-": "tiret",
        "<": "inférieur à",
        ">": "supérieur à",
        "§": "paragraphe",
        "°": "degrés",
        "~": "environ",
        "√": "racine carrée de",
        "∞": "infini",
    },
    scales={
        "k": Noun("mille", "mille"),
        "m": Noun("million", "millions"),
        "bn": Noun("milliard", "milliards"),
    },
    currencies={
        "€": Currency(Noun("euro", "euros"), _CENT),
        "$": Currency(Noun("dollar", "dollars"), Noun("cent", "cents")),
        "£": Currency(Noun("livre", "livres", FEMININE), Noun("penny", "pence")),
        "¥": Currency(Noun("yen", "yens")),
        "₹": Currency(Noun("roupie", "roupies", FEMININE)),
        "R$": Currency(Noun("réal", "réaux"), Noun("centavo", "centavos")),
    },
    cents_joiner="et",
    of_scale="de",
    units={
        "km": _unit("kilomètre"),
        "m": _unit("mètre"),
        "cm": _unit("centimètre"),
        "mm": _unit("millimètre"),
        "kg": _unit("kilo"),
        "g": _unit("gramme"),
        "mg": _unit("milligramme"),
        "l": _unit("litre"),
        "ml": _unit("millilitre"),
        "h": _unit("heure", FEMININE),
        "min": _unit("minute", FEMININE),
        "s": _unit("seconde", FEMININE),
        "Mo": Noun("mégaoctet", "mégaoctets"),
        "Go": Noun("gigaoctet", "gigaoctets"),
        "kWh": Noun("kilowattheure", "kilowattheures"),
        "kW": _unit("kilowatt"),
        "W": _unit("watt"),
        "V": _unit("volt"),
        "Hz": Noun("hertz", "hertz"),
        "j": _unit("jour"),
        "cl": _unit("centilitre"),
        "dl": _unit("décilitre"),
        "hl": _unit("hectolitre"),
        "L": _unit("litre"),
        "t": _unit("tonne", FEMININE),
        "ha": _unit("hectare"),
        "dB": _unit("décibel"),
        "To": Noun("téraoctet", "téraoctets"),
        "ko": Noun("kilooctet", "kilooctets"),
        "kHz": Noun("kilohertz", "kilohertz"),
        "MHz": Noun("mégahertz", "mégahertz"),
        "GHz": Noun("gigahertz", "gigahertz"),
        "hPa": Noun("hectopascal", "hectopascals"),
        "kcal": Noun("kilocalorie", "kilocalories", FEMININE),
        "mAh": Noun("milliampère heure", "milliampères heure"),
        "MW": Noun("mégawatt", "mégawatts"),
        "ch": Noun("cheval", "chevaux"),
        "cts": Noun("centime", "centimes"),
        "m2": Noun("mètre carré", "mètres carrés"),
        "km2": Noun("kilomètre carré", "kilomètres carrés"),
        "cm²": Noun("centimètre carré", "centimètres carrés"),
        "m3": Noun("mètre cube", "mètres cubes"),
        "cm³": Noun("centimètre cube", "centimètres cubes"),
        "tr/min": Noun("tour par minute", "tours par minute"),
        "km/h": Noun("kilomètre heure", "kilomètres heure"),
        "m/s": Noun("mètre par seconde", "mètres par seconde"),
        "m²": Noun("mètre carré", "mètres carrés"),
        "km²": Noun("kilomètre carré", "kilomètres carrés"),
        "m³": Noun("mètre cube", "mètres cubes"),
        "°C": Noun("degré Celsius", "degrés Celsius"),
        "°F": Noun("degré Fahrenheit", "degrés Fahrenheit"),
        "°": _unit("degré"),
        "%": Noun("pour cent", "pour cent", ""),
        "‰": Noun("pour mille", "pour mille", ""),
    },
    fractions={
        2: ("demi", "demis"),
        3: ("tiers", "tiers"),
        4: ("quart", "quarts"),
        5: ("cinquième", "cinquièmes"),
        6: ("sixième", "sixièmes"),
        7: ("septième", "septièmes"),
        8: ("huitième", "huitièmes"),
        9: ("neuvième", "neuvièmes"),
    },
    and_a_half="et demi",
    date=_date,
    clock=_clock,
    ordinal_marks=r"(?:(?P<f>re\b|ère\b)|er\b|e\b|è\b|ème\b|nd\b|nde\b)",
    regnal_ordinal_to=1,
    before_roman={
        **dict.fromkeys(listed("chapitre tome volume partie acte guerre"), "cardinal"),
        **dict.fromkeys(
            listed("louis charles henri napoléon françois philippe jean pie pape benoît élisabeth"), "ordinal"
        ),
    },
    per="par",
    periods={
        name: name for name in listed("jour semaine mois an heure minute seconde personne nuit habitant litre kilo")
    }
    | {"h": "heure", "min": "minute", "s": "seconde", "j": "jour", "kg": "kilo", "l": "litre", "m²": "mètre carré"}
    | {"pers.": "personne", "hab.": "habitant"},
    own_rules=_own_rules,
    nouns=nouns.FRENCH,
)
