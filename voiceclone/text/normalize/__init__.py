"""Text normalisation: written text to words as people say them."""

import re

from voiceclone.text.languages import get_language
from voiceclone.text.normalize import codes, dates, english, french, hindi, italian, portuguese, quantities, spanish
from voiceclone.text.normalize.abbreviations import BEGINNERS, expand
from voiceclone.text.normalize.characters import clean
from voiceclone.text.normalize.recorded import RECORDED, spoken_in_recordings
from voiceclone.text.normalize.web import say_addresses
from voiceclone.text.normalize.words import Words

_WORDS: dict[str, Words] = {
    "en-us": english.AMERICAN,
    "en-gb": english.BRITISH,
    "es": spanish.WORDS,
    "fr": french.WORDS,
    "it": italian.WORDS,
    "pt": portuguese.WORDS,
    "hi": hindi.WORDS,
}


def spoken(text: str, language: str) -> str:
    """Return `text` with numbers, dates, money, units, addresses, abbreviations and symbols as words.

    The function is idempotent, so it is safe to call twice.

    Raises:
        TextError: the language is unknown.
    """
    chosen = get_language(language)
    if language in RECORDED:
        return spoken_in_recordings(text, language)
    words = _WORDS[language]
    text = words.own_rules(codes.say_formulas(clean(text), words))
    text = say_addresses(text, words)
    text = expand(text, chosen.family)
    # From the most to the least specific rule: what one has written out, no later one sees.
    text = codes.say_iso_times(text)
    text = quantities.say_periods(text, words)
    text = dates.say_dates(text, words, month_first=language == "en-us")
    text = dates.say_ranges_of_names(text, words)
    text = dates.say_times(text, words)
    text = dates.say_decades(text, words)
    text = quantities.say_money(text, words)
    text = codes.say_telephone_numbers(text, words)
    text = quantities.say_feet_and_inches(text, words)
    text = quantities.say_fractions(text, words)
    text = codes.say_versions(text, words)
    text = codes.say_section_numbers(text, words)
    text = quantities.say_ratios_and_thousands(text, words)
    text = quantities.say_measures(text, words)
    text = quantities.say_ordinals(text, words)
    text = dates.say_plain_range_of_years(text, words)
    text = quantities.say_ranges(text, words)
    text = quantities.say_roman_numerals(text, words)
    text = dates.say_years(text, words)
    text = _number_sign(text, words)
    text = quantities.say_numbers(text, words, british=language == "en-gb")
    text = _acronyms(_signs(text, words), chosen.family)
    text = re.sub(r"\s+([,.;:!?…])", r"\1", text)
    text = re.sub(r"\.+…", "…", text)  # as `clean` writes it, for idempotence
    return " ".join(text.split())


def _number_sign(text: str, words: Words) -> str:
    return re.sub(r"#\s?(?=\d)", f"{words.signs['number']} ", text)


def _signs(text: str, words: Words) -> str:
    """Say the symbols between words or numbers, and drop the rest."""
    text = re.sub(r"(?<=\w)/(?=\w)", " ", text)  # and/or, he/she: a short pause stands for it
    for sign in "&+=×÷±%@<>§°~≥≤≈≠√∞":
        if sign in text and sign in words.signs:
            text = text.replace(sign, f" {words.signs[sign]} ")
    text = re.sub(r"[#$€£¥₹¢²³⁰¹⁴-⁹₀-₉‰_/]", " ", text)
    return text


def _acronyms(text: str, family: str) -> str:
    """Remove the dots of `U.S.`; spell out acronyms such as `FBI`, and `US` in English."""
    text = re.sub(r"\b(?:[A-Z]\.){2,}", lambda m: " ".join(m[0].replace(".", "")) + _full_stop(m), text)
    long_words = re.findall(r"[^\W\d_]{2,}", text)
    capitals = sum(1 for word in long_words if word.isupper())
    if capitals > 2 and capitals * 2 > len(long_words):
        return text  # the whole sentence is in capitals
    if family == "en":
        return re.sub(rf"\b(?:{'|'.join(english.SPELT)})\b", lambda m: " ".join(m[0]), text)
    return re.sub(r"\b[B-DF-HJ-NP-TV-Z]{2,5}\b", lambda m: " ".join(m[0]), text)


def _full_stop(match: re.Match[str]) -> str:
    rest = match.string[match.end() :].lstrip("”\"') ")
    ends = not rest or match.string[match.end() :].startswith(("”", '"', ")"))
    following = re.match(r"\w*", rest)[0]
    return "." if ends or (following[:1].isupper() and following.lower() in BEGINNERS) else ""
