"""Numbers used as labels: telephone numbers, versions, ISO times, section numbers, chemical formulas."""

import re

from voiceclone.text.normalize.numbers import cardinal, digits
from voiceclone.text.normalize.words import Words

_ELEMENTS = (
    "He|Li|Be|Ne|Na|Mg|Al|Si|Cl|Ar|Ca|Sc|Ti|Cr|Mn|Fe|Co|Ni|Cu|Zn|Ga|Ge|As|Se|Br|Kr|Rb|Sr|Zr|Nb|Mo|Tc|Ru|Rh|Pd|Ag|Cd|"
    "In|Sn|Sb|Te|Xe|Cs|Ba|La|Ce|Nd|Sm|Eu|Gd|Dy|Hf|Ta|Re|Os|Ir|Pt|Au|Hg|Tl|Pb|Bi|Po|At|Rn|Ra|Th|Pa|Pu|Am|"
    "H|B|C|N|O|F|P|S|K|V|Y|I|W|U"
)
_FORMULA = re.compile(rf"(?<![\w.-])\(?(?:{_ELEMENTS})(?:{_ELEMENTS}|\d+|[()])*(?P<charge>[⁰¹²³⁴-⁹]*[⁺⁻])?(?![\w⁺⁻²³])")
_SMALL = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789+-0123456789")


def say_formulas(text: str, words: Words) -> str:
    """Write out chemical formulas letter by letter with their numbers: `CO2`, `H₂SO₄`, `Na⁺`, `Ca(OH)2`."""

    def formula(match: re.Match[str]) -> str:
        written = match.group()
        symbols = re.findall(_ELEMENTS, written)
        charge = match["charge"] or ""
        whole = written.removesuffix(charge)
        numbered = bool(re.search(r"[A-Za-z)]\d", whole))
        if not (numbered and (len(symbols) > 1 or len(whole) == 2)) and not (charge and len(symbols) == 1):
            return written
        if whole.count("(") != whole.count(")") or re.search(r"\d{3}", whole):
            return written
        if len(symbols) == 1 and not charge and symbols[0] not in ("H", "N", "O"):
            return written  # B6 is a vitamin, F5 a key, K2 a mountain
        said = re.findall(r"[A-Za-z]|\d+", whole)
        said = [cardinal(part, words) if part.isdigit() else part.upper() for part in said]
        if charge:
            charge = charge.translate(_SMALL)
            said += [cardinal(part, words) for part in (charge[:-1],) if part]
            said.append(words.signs["+"] if charge.endswith("+") else words.minus)
        return " ".join(said)

    text = re.sub(r"(?<=[A-Za-z)\d])[₀-₉]+", lambda m: m.group().translate(_SMALL), text)
    return _FORMULA.sub(formula, text)


def say_section_numbers(text: str, words: Words) -> str:
    """Write out the full stop of `Section G.2`, `Table A.12`."""
    return re.sub(r"\b([A-Z])\.(?=\d{1,2}(?:\.\d+)*\b)", rf"\1 {words.point} ", text)


def say_iso_times(text: str) -> str:
    """Separate the date of `2024-05-01T10:05:00Z` from its time; later rules say each of them."""
    pattern = r"\b(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(Z|[+-]\d\d(?::?\d\d)?)?(?!\w)"

    def parted(match: re.Match[str]) -> str:
        zone = match[3] or ""
        if zone and zone != "Z":
            hours, minutes = zone[1:3].lstrip("0") or "0", zone[3:].strip(":").strip("0")
            zone = f"{zone[0]}{hours}" + (f":{minutes}" if minutes else "")
        time = re.sub(r":00$", "", match[2]) if match[2].count(":") == 2 else match[2]
        return f"{match[1]}, {time}" + (f" UTC{zone.removeprefix('Z')}" if zone else "")

    return re.sub(pattern, parted, text)


_RELEASED = "[Vv]ersion|[Rr]elease|Python|Ubuntu|Java|Node|Android|iOS|macOS|Chrome|Firefox|Windows|Linux|Blender"
"""Words before a version number with two parts: `Python 3.11`."""


def say_versions(text: str, words: Words) -> str:
    """Write out `v2.0.1`, `v2.1`, `v2` and `2.0.1`."""

    def version(match: re.Match[str], written: str = "") -> str:
        parts = (written or match.group()).split(".")
        if words.decimal_mark == "," and all(len(part) == 3 for part in parts[1:]):
            return match.group()  # in these languages 1.234.567 is one number
        point = "point" if words.number_code == "en" else words.signs["."]
        return f" {point} ".join(cardinal(part, words) for part in parts)

    if words.number_code == "en":  # Python 3.11 is not a decimal number
        text = re.sub(
            rf"\b({_RELEASED}) (\d{{1,3}})\.(\d{{2}})(?![\w.%])",
            lambda m: f"{m[1]} {version(m, f'{m[2]}.{m[3]}')}",
            text,
        )
    text = re.sub(
        r"(?<![\w.])[vV]\.?(\d{1,4}\.\d{1,4})(?![\w.]*\d)", lambda m: f"{words.version} {version(m, m[1])}", text
    )
    text = re.sub(r"(?<![\w.])(?:v\.?(?=\d{1,4}(?:\.\d+)*\b)|V(?=\d+\.\d))", f"{words.version} ", text)
    return re.sub(r"(?<![\d.,])\d{1,4}(?:\.\d{1,4}){2,}(?!\d)", version, text)


def say_telephone_numbers(text: str, words: Words) -> str:
    """Write out telephone numbers digit by digit, with pauses between their groups."""
    kinds = [
        r"\+\d{1,3}(?:[ .-]?\(?\d{1,5}\)?){2,5}",
        r"(?:1[ .-])?\(?\d{3}\)?[ .-]\d{3}-\d{4}",
        r"(?:1-)?\d{3}\.\d{3}\.\d{4}",
        r"\d{3}-\d{4}",
        r"0\d{2,4}[ -]\d{3,4}[ -]\d{3,4}",
        r"0\d{4} \d{5,6}",
    ]
    if words.number_code == "fr":
        kinds.append(r"0\d(?:[ .]\d\d){4}")
    pattern = rf"(?<![\w.,-])(?:{'|'.join(kinds)})(?![\w-])"

    def groups(match: re.Match[str]) -> str:
        parts = re.findall(r"\d+", match.group())
        pairs = words.number_code == "fr" and match.group()[0] == "0"
        said = (cardinal(part, words) if pairs else digits(part, words) for part in parts)
        plus = f"{words.signs['+']} " if match.group().startswith("+") else ""
        return plus + ", ".join(said)

    return re.sub(pattern, groups, text)
