"""French words for signs, units, money, dates and times."""

from voiceclone.text.normalize.numbers import cardinal
from voiceclone.text.normalize.words import FEMININE, Currency, Noun, Words, listed

_MONTHS = listed("janvier février mars avril mai juin juillet août septembre octobre novembre décembre")
_CENT = Noun("centime", "centimes")


def _date(day: int, month: int, year: str) -> str:
    said = "premier" if day == 1 else cardinal(str(day), WORDS)
    return f"{said} {_MONTHS[month - 1]}" + (f" {year}" if year else "")


def _clock(hour: int, minute: int) -> str:
    said = f"{cardinal(str(hour), WORDS, FEMININE)} heure{'s' if hour > 1 else ''}"
    return said if minute == 0 else f"{said} {cardinal(str(minute), WORDS, FEMININE)}"


def _unit(name: str, gender: str = "m") -> Noun:
    return Noun(name, name + "s", gender)


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
    periods={name: name for name in listed("jour semaine mois an heure minute seconde personne nuit")}
    | {"h": "heure", "min": "minute", "s": "seconde", "j": "jour"},
)
