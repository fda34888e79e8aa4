"""Whole numbers and ordinals as words, the rules of Unicode's CLDR with their slips mended."""

import pytest

from voiceclone.text.normalize import _WORDS
from voiceclone.text.normalize.numbers import cardinal, ordinal
from voiceclone.text.normalize.words import FEMININE, MASCULINE, OBLIQUE

CARDINALS = [
    ("es", 101_300, "", "ciento un mil trescientos"),
    ("es", 31_000, MASCULINE, "treinta y un mil"),
    ("es", 21_000_000, MASCULINE, "veintiún millones"),
    ("es", 21, FEMININE, "veintiuna"),
    ("es", 101, MASCULINE, "ciento un"),
    ("es", 231_500, FEMININE, "doscientas treinta y un mil quinientas"),
    ("es", 500_200_000, FEMININE, "quinientos millones doscientas mil"),
    ("it", 118, "", "centodiciotto"),
    ("it", 218, "", "duecentodiciotto"),
    ("it", 1118, "", "millecentodiciotto"),
    ("it", 1003, "", "milletré"),
    ("it", 23_023, "", "ventitremilaventitré"),
    ("it", 1, FEMININE, "una"),
    ("pt", 2000, FEMININE, "duas mil"),
    ("pt", 21, FEMININE, "vinte e uma"),
    ("pt", 42_002, FEMININE, "quarenta e duas mil e duas"),
    ("pt", 2_200_000, FEMININE, "dois milhões e duzentas mil"),
    ("fr", 21, FEMININE, "vingt et une"),
    ("fr", 71, "", "soixante et onze"),
    ("fr", 80_080, "", "quatre-vingt mille quatre-vingts"),
    ("hi", 12_34_567, "", "बारह लाख चौंतीस हज़ार पाँच सौ सड़सठ"),
    ("hi", 53, "", "तिरपन"),
    ("hi", 1_00_00_00_001, "", "एक अरब एक"),
    ("hi", 199, "", "एक सौ निन्यानवे"),
    ("en-us", 1101, "", "one thousand one hundred one"),
    ("en-us", 21, "", "twenty one"),
]
ORDINALS = [
    ("fr", 1, FEMININE, "première"),
    ("fr", 80, FEMININE, "quatre-vingtième"),
    ("fr", 200, FEMININE, "deux centième"),
    ("fr", 1_000_000, MASCULINE, "millionième"),
    ("fr", 180, MASCULINE, "cent quatre-vingtième"),
    ("fr", 81, MASCULINE, "quatre-vingt-unième"),
    ("fr", 101, MASCULINE, "cent unième"),
    ("fr", 21, MASCULINE, "vingt et unième"),
    ("fr", 1_000_000_000, MASCULINE, "milliardième"),
    ("es", 11, FEMININE, "undécima"),
    ("es", 21, FEMININE, "vigésima primera"),
    ("es", 823, MASCULINE, "octingentésimo vigésimo tercero"),
    ("it", 118, MASCULINE, "centodiciottesimo"),
    ("it", 23, FEMININE, "ventitreesima"),
    ("it", 3000, MASCULINE, "tremillesimo"),
    ("it", 10_006, FEMININE, "diecimilaseiesima"),
    ("it", 2023, MASCULINE, "duemilaventitreesimo"),
    ("pt", 21, FEMININE, "vigésima primeira"),
    ("pt", 1_000_000, FEMININE, "milionésima"),
    ("hi", 1, FEMININE, "पहली"),
    ("hi", 5, FEMININE, "पाँचवीं"),
    ("hi", 5, MASCULINE, "पाँचवाँ"),
    ("hi", 6, OBLIQUE, "छठे"),
    ("hi", 21, OBLIQUE, "इक्कीसवें"),
    ("hi", 100, MASCULINE, "सौवाँ"),
    ("en-us", 112, "", "one hundred twelfth"),
]


@pytest.mark.parametrize(("language", "number", "gender", "said"), CARDINALS)
def test_cardinal(language, number, gender, said):
    assert cardinal(str(number), _WORDS[language], gender) == said


@pytest.mark.parametrize(("language", "number", "gender", "said"), ORDINALS)
def test_ordinal(language, number, gender, said):
    assert ordinal(number, _WORDS[language], gender) == said


@pytest.mark.parametrize(
    ("number", "said"), [(1, "primer"), (3, "tercer"), (13, "decimotercer"), (21, "vigésimo primer"), (2, "segundo")]
)
def test_spanish_ordinal_before_a_masculine_noun(number, said):
    assert ordinal(number, _WORDS["es"], MASCULINE, before_noun=True) == said


def test_british_english_says_and():
    assert cardinal("101", _WORDS["en-gb"], british=True) == "one hundred and one"


@pytest.mark.parametrize("language", _WORDS)
def test_every_number_up_to_fifteen_digits_is_said_in_letters(language):
    words = _WORDS[language]
    numbers = [10**digits + extra for digits in range(15) for extra in (-1, 0, 1)]
    for said in (cardinal(str(n), words, gender) for n in numbers for gender in ("", MASCULINE, FEMININE)):
        assert said
        assert all(c.isalpha() or c in " -" or "\u0900" <= c <= "\u097f" for c in said), said
