"""Money, measures, fractions, ranges, ordinals, Roman numerals and plain numbers."""

import re
from functools import cache

from voiceclone.text.normalize.gender import gender_after
from voiceclone.text.normalize.numbers import (
    cardinal,
    number_pattern,
    ordinal,
    roman_value,
    say_number,
    split_number,
)
from voiceclone.text.normalize.words import FEMININE, MASCULINE, Noun, Words, listed

_SCALES = {
    "k": "k", "K": "k", "m": "m", "M": "m", "mn": "m", "bn": "bn", "B": "bn", "tn": "tn",
    "million": "m", "billion": "bn", "thousand": "k", "trillion": "tn",
}  # fmt: skip
_CODES = {"USD": "$", "EUR": "€", "GBP": "£", "INR": "₹", "BRL": "R$", "JPY": "¥"}


def say_money(text: str, words: Words) -> str:
    """Write out `$3.50`, `3,50 €`, `£1.2m`, `R$ 10`, `US$5`, `20 EUR`, `50¢`."""
    number = number_pattern(words)
    names = {name: short for short, noun in words.scales.items() for name in (noun.one, noun.many)}
    longest_first = sorted({*_SCALES, *names}, key=len, reverse=True)
    scale = rf"(?:\s?(?P<scale>{'|'.join(longest_first)})(?!\w))?"
    sign = r"(?P<sign>R\$|(?:US|CA|AU|A|C)?\$|[€£¥₹])"
    before = rf"(?P<minus>-)?{sign}(?:\s|(?P<behind>-))?(?P<number>{number}){scale}"  # $-5
    signs_after = rf"(?P<sign>R\$|[€£¥₹$]|(?:{'|'.join(_CODES)})\b)"
    after = (
        rf"(?<![\w.,])(?P<minus>-)?(?P<number>{number}){scale}"
        rf"(?:\s(?:de|di)|\sd')?[ \u00a0\u202f]?{signs_after}"
    )

    def amount(match: re.Match[str]) -> str:
        sign = _CODES.get(match["sign"], match["sign"])
        sign = "$" if sign.endswith("$") and sign != "R$" else sign
        scale_name = names.get(match["scale"] or "") or _SCALES.get(match["scale"] or "")
        said = _amount(match["number"], sign, scale_name, words)
        unit = words.currencies[sign].unit
        if words.number_code == "en" and said.endswith(f" {unit.many}") and _describes(match):
            said = said.removesuffix(unit.many) + unit.one  # a $20 bill
        return f"{words.minus} {said}" if match["minus"] or match.groupdict().get("behind") else said

    text = re.sub(after, amount, re.sub(before, amount, text))
    cent = words.currencies["$"].cent
    if not cent:
        return text
    return re.sub(rf"(?<![\w.,])({number})\s?¢", lambda match: _counted(match[1], cent, words), text)


def _amount(number: str, sign: str, scale: str | None, words: Words) -> str:
    currency = words.currencies[sign]
    whole, part = split_number(number, words)
    if scale in words.scales:
        noun = words.scales[scale]
        name = noun.one if _is_one(whole, part, words) else noun.many
        link = f" {words.of_scale} " if words.of_scale and scale != "k" else " "
        said = f"{say_number(number, words, noun.gender)} {name}{link}{currency.unit.many}"
        return said.replace(" de euros", " d'euros") if words.number_code == "fr" else said
    if part and (len(part) > 2 or not currency.cent):
        return f"{say_number(number, words)} {currency.unit.many}"
    units = _counted(whole, currency.unit, words)
    cents = int(part.ljust(2, "0")) if part else 0
    if not cents:
        return units
    said = _counted(str(cents), currency.cent, words)
    if whole.strip("0") == "":
        return said
    return " ".join(filter(None, (units, words.cents_joiner, said)))


def _is_one(whole: str, part: str, words: Words) -> bool:
    """True if a noun after the number is singular; Brazil and France say `1,2 milhão`, `1,2 million`."""
    return (whole == "1" and not part) or (words.number_code in ("pt_BR", "fr") and whole in ("0", "1") and bool(part))


def _counted(number: str, noun: Noun, words: Words) -> str:
    said = f"{say_number(number, words, noun.gender)}{_of_millions(number, words)}"
    return f"{said} {noun.one if number == '1' else noun.many}"


def _of_millions(whole: str, words: Words) -> str:
    """Return the `de` of `un millón de euros`; empty after numbers that do not end in millions."""
    of_millions = words.nouns and words.of_scale and int(whole) and int(whole) % 1_000_000 == 0
    return f" {words.of_scale}" if of_millions else ""


def say_periods(text: str, words: Words) -> str:
    """Write out the slash of `3 litres/day`, `$20/month`, `2 m³/hr`."""
    if not words.per:
        return text
    names = "|".join(sorted(map(re.escape, words.periods), key=len, reverse=True))

    def per(match: re.Match[str]) -> str:
        counted = match["unit"].strip()
        if f"{counted}/{match['period']}" in words.units:  # km/h has its own name
            return match.group()
        period = words.periods.get(match["period"])
        if period is None:
            if counted in words.units or len(counted) < 3:  # mg/ml, see `say_measures`
                return match.group()
            period = words.units[match["period"]].one
        return f"{match['amount']} {words.per} {period}"

    units = "|".join(sorted(map(re.escape, words.units), key=len, reverse=True))
    price = rf"((?:[$€£¥₹]\s?\d[\d.,]*|\d[\d.,]*\s?[€£$]))/({units})(?![\w²³/])"
    text = re.sub(price, lambda m: f"{m[1]} {words.per} {words.units[m[2]].one}", text)
    amount = r"(?P<amount>\d[\d.,]*(?P<unit>[\s\u00a0\u202f]?[^\W\d_]+[²³]?|\s?[%€£$¢]|))"
    surfaces = "|".join(unit for unit in words.units if unit[-1] in "²³")  # 100 people/km²
    return re.sub(rf"{amount}/(?P<period>{names}|{surfaces})(?![\w²³/])", per, text)


def say_measures(text: str, words: Words) -> str:
    """Write out numbers with a unit: `5 km`, `20 °C`, `10 %`, `5 mg/kg`, and ranges such as `10-12 km` and `5%-7%`."""
    return _measures(words).sub(lambda match: _measure(match, words), text)


def _measure(match: re.Match[str], words: Words) -> str:
    noun = words.units[match["unit"]]
    number = match["number"]
    whole, part = split_number(number, words)
    one = whole.lstrip("0") in ("", "1") and not part if words.number_code != "fr" else int(whole) < 2
    describes = words.number_code == "en" and match["unit"] != "%" and _describes(match, match["hyphen"] == "-")
    singular = (one and (whole != "0" or words.number_code == "fr")) or describes
    of = _of_millions(whole, words) if not part and noun.gender else ""
    said = f"{say_number(number, words, noun.gender)}{of} {noun.one if singular else noun.many}"
    if match["per"]:
        said += f" {words.per} {words.units[match['per']].one}"
    if match["minus"]:
        said = f"{words.minus} {said}"
    return f"{say_number(match['from'], words, noun.gender)} {words.to} {said}" if match["from"] else said


_NO_NOUN = frozenset(
    listed(
        "of in on at to from by for with and or but than as is are was were will would can could per into over under"
    )
)
"""What follows an amount that counts (`a 5 km of road`) but not one that describes (`a 5 km road`)."""


def _describes(match: re.Match[str], hyphen: bool = False) -> bool:
    """True for the English `a 40cm gap`, `40-cm gap`, `a $20 bill`, where the unit is singular."""
    behind = re.match(r"[ -]([a-z]+)", match.string[match.end() :])
    if not behind or behind[1] in _NO_NOUN:
        return False
    before = re.search(r"(\w+) $", match.string[: match.start()])
    return hyphen or bool(before and before[1].lower() in ("a", "an", "one", "each", "every", "another"))


@cache
def _measure_source(units: tuple[str, ...], number: str, per: bool, hyphen: str) -> re.Pattern[str]:
    names = "|".join(re.escape(u) for u in sorted(units, key=len, reverse=True))
    space = "[ \u00a0\u202f]?"
    below = rf"(?:/(?P<per>{names}))?" if per else "(?P<per>)"
    return re.compile(
        rf"(?<![\w.,-])(?:(?P<from>{number}){space}(?P<same>{names})?{space}[-–—]{space})?(?P<minus>-)?(?P<number>{number})"
        rf"(?P<hyphen>{space}{hyphen})(?P<unit>(?(same)(?P=same)|(?:{names}))){below}(?![\w²³°/]|'\w|-\w)"
    )


def _measures(words: Words) -> re.Pattern[str]:
    hyphen = "-?" if words.number_code == "en" else ""
    return _measure_source(tuple(words.units), number_pattern(words), bool(words.per), hyphen)


def say_feet_and_inches(text: str, words: Words) -> str:
    """Write out the English `5'10"`."""
    if words.number_code != "en":
        return text
    pattern = r"(?<![\w.])(\d)'\s?(\d{1,2})(?:\"|”|'')"
    return re.sub(pattern, lambda m: f"{cardinal(m[1], words)} foot {cardinal(m[2], words)}", text)


def say_fractions(text: str, words: Words) -> str:
    """Write out `1/2`, `3/4`, `2 1/2`; between other numbers, say the name of the slash."""

    def fraction(match: re.Match[str]) -> str:
        whole, above, below = match[1], int(match[2]), int(match[3])
        names = words.fractions.get(below)
        if not whole and above >= below > 4:  # 50/50, 24/7
            return f"{cardinal(match[2], words)} {cardinal(match[3], words)}"
        if whole and (above, below) == (1, 2):
            return f"{cardinal(whole, words)} {words.and_a_half}"
        if not names and words.number_code == "en" and 5 <= below <= 20:
            names = (ordinal(below, words), ordinal(below, words) + "s")
        if not names or above >= 100:
            said = f"{cardinal(match[2], words)} {words.signs['/']} {cardinal(match[3], words)}"
        else:
            said = f"{cardinal(match[2], words, MASCULINE)} {names[0] if above == 1 else names[1]}"
        link = words.signs["&"]
        return f"{cardinal(whole, words)} {link} {said}" if whole else said

    return re.sub(r"(?<![\w.,/])(?:(\d+) )?(\d{1,4})/(\d{1,4})(?![\w/])", fraction, text)


def say_ratios_and_thousands(text: str, words: Words) -> str:
    """Write out `3:2`, `3x`, and `100k`, `1.5M`, `3bn` other than money."""
    number = number_pattern(words)
    text = re.sub(r"(?<![\w.,:])(\d{1,3}):(\d{1,3})(?![\d:])", rf"\1 {words.to} \2", text)
    text = re.sub(r"(?<=\d)x(?!\w)", f" {words.signs['×']}", text)

    def amount(match: re.Match[str]) -> str:
        noun = words.scales.get(_SCALES[match["scale"]])
        if not noun:
            return match.group()
        whole, part = split_number(match["number"], words)
        name = noun.one if _is_one(whole, part, words) else noun.many
        linked = re.match(rf"{words.of_scale}\b", match.string[match.end() :])  # 130 M de
        of = words.of_scale and noun is not words.scales["k"] and match["noun"] and not linked
        of = f" {words.of_scale}" if of else ""
        return f"{say_number(match['number'], words, noun.gender)} {name}{of}{match['noun']}"

    counted = rf"m(?=\s(?:{'|'.join(words.counted)})\b)|" if words.counted else ""
    pattern = rf"(?<![\w.,])(?P<number>{number})(?P<scale>{counted}bn|tn|mn|M|[kK])(?!\w)(?P<noun>(?:\s(?=[^\W\d]))?)"
    return re.sub(pattern, amount, text)


def say_ranges(text: str, words: Words) -> str:
    """Write out `10-12` and `10–12`."""
    number = number_pattern(words)

    def both(match: re.Match[str]) -> str:
        first, last = (float(".".join(split_number(match[i], words))) for i in (1, 2))
        link = words.to if first < last else ","
        return f"{match[1]} {link} {match[2]}".replace(" ,", ",")

    return re.sub(rf"(?<![\w.,-])({number})\s?[-–]\s?({number})(?![\w-])", both, text)


def say_ordinals(text: str, words: Words) -> str:
    """Write out `2nd`, `2.º`, `1re`, `2ª`, `3री`."""

    def place(match: re.Match[str]) -> str:
        feminine = "f" in match.re.groupindex and match["f"]
        return ordinal(int(match[1].replace(",", "")), words, FEMININE if feminine else MASCULINE)

    boundary = r"\b" if words.number_code == "en" else ""
    return re.sub(rf"(?<![\w.,])(\d{{1,3}}(?:,\d{{3}})*|\d{{4,6}}){words.ordinal_marks}{boundary}", place, text)


_QUEENS = frozenset(
    listed(
        "elizabeth élisabeth elisabetta isabel catalina caterina catarina catherine maria maría margarita margherita"
    )
)


def say_roman_numerals(text: str, words: Words) -> str:
    """Write out Roman numerals after words that call for them (`Henry VIII`, `Chapter IV`, `siglo XXI`)."""

    def after_word(match: re.Match[str]) -> str:
        value = roman_value(match[2])
        kind = words.before_roman.get(match[1].lower())
        if (
            not value
            or match[2] == "L"
            or (kind is None and (len(match[2]) < 2 or value > 40 or not match[1][0].isupper()))
        ):
            return match.group()
        if kind == "ordinal" and value <= words.regnal_ordinal_to:
            feminine = match[1].lower() in _QUEENS
            place = ordinal(value, words, FEMININE if feminine and words.number_code != "en" else MASCULINE)
            return f"{match[1]} the {place}" if words.number_code == "en" else f"{match[1]} {place}"
        return f"{match[1]} {cardinal(str(value), words)}"

    if words.number_code == "fr":
        text = re.sub(r"\b([IVX]+)(?:e|ème)(?=\s+siècles?\b)", lambda m: _place(m, words), text)
    if words.number_code == "it":
        text = re.sub(r"\b([IVX]+)(?=\s+secolo\b)", lambda m: _place(m, words), text)
    return re.sub(r"\b([^\W\d_]{2,})[ \u00a0]([IVXL]+)\b(?!['.-]\w)", after_word, text)


def _place(match: re.Match[str], words: Words) -> str:
    value = roman_value(match[1])
    return ordinal(value, words) if value else match.group()


def say_numbers(text: str, words: Words, british: bool) -> str:
    """Write out all remaining numbers."""
    number = number_pattern(words)

    def plain(match: re.Match[str]) -> str:
        said = say_number(match["number"], words, _gender_after(match, words), british)
        before = " " if match.start() and text[match.start() - 1].isalnum() else ""
        after = " " if text[match.end() : match.end() + 1].isalnum() else ""
        return before + (f"{words.minus} " if match["minus"] else "") + said + after

    return re.sub(rf"(?P<minus>(?<![\w)-])-)?(?P<number>{number})", plain, text)


def _gender_after(match: re.Match[str], words: Words) -> str:
    """Return the gender of the noun after a number; empty if it stands alone, is a year or a label (`número 1`)."""
    if not words.nouns:
        return ""
    before, rest = match.string[: match.start()], match.string[match.end() :]
    if re.search(
        r"(?i)\b(?:page|chapitre|numéro|"
        r"n[úu]m(?:ero)?|p[áa]g(?:ina)?|cap[íi]t(?:ulo|olo)|art[íi](?:culo|go|colo|cle)|a[ñn](?:o|no)) $",
        before,
    ):
        return ""
    if re.fullmatch(r"1[1-9]\d\d|20\d\d", match["number"]) and (
        not re.match(r"[ \u00a0]+[^\W\d_]+s\b", rest) or re.search(r"(?i)\b(?:en|em|de|desde|hasta|ate|até) $", before)
    ):
        return ""
    if match["number"] == "1" and re.search(r"(?i)\b(?:el|la|del|al|o|do|ao|il) $", before):
        return ""
    if re.search(r"(?i)\b(?:as|às|das|nas|las|unas|umas) $", before):  # the article shows the gender
        return FEMININE
    return gender_after(rest, words.nouns, singular=match["number"] == "1")
