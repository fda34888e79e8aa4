"""Written text becomes the words people say, in every language."""

import pytest

from voiceclone.errors import TextError
from voiceclone.text.normalize import spoken
from voiceclone.text.normalize.numbers import roman_value

AMERICAN = {
    "I have 21 cats.": "I have twenty one cats.",
    "1,234,567 people": "one million two hundred thirty four thousand five hundred sixty seven people",
    "Pi is 3.14.": "Pi is three point one four.",
    "It was -5 outside.": "It was minus five outside.",
    "agent 007": "agent zero zero seven",
    "the 2nd and the 21st": "the second and the twenty first",
    "in 1984": "in nineteen eighty four",
    "in 2003 and 2025": "in two thousand three and twenty twenty five",
    "the 1990s and the '80s": "the nineteen nineties and the eighties",
    "1914-1918": "nineteen fourteen to nineteen eighteen",
    "on 3/4/2025": "on March fourth, twenty twenty five",
    "on 2025-03-04": "on March fourth, twenty twenty five",
    "on 4 March": "on March fourth",
    "on March 4, 2025": "on March fourth, twenty twenty five",
    "on Jan. 5": "on January fifth",
    "at 3:30 pm": "at three thirty P M",
    "at 15:45": "at fifteen forty five",
    "at 9:05": "at nine oh five",
    "at 3:00": "at three o'clock",
    "at 7 a.m. sharp": "at seven A M sharp",
    "$3.50": "three dollars and fifty cents",
    "$1": "one dollar",
    "$0.99": "ninety nine cents",
    "£1.2m": "one point two million pounds",
    "$5 million": "five million dollars",
    "€12 or 20 EUR": "twelve euros or twenty euros",
    "₹500": "five hundred rupees",
    "5 km": "five kilometers",
    "1 kg": "one kilogram",
    "20 °C": "twenty degrees Celsius",
    "3-5 km": "three to five kilometers",
    "60 mph": "sixty miles per hour",
    "10 %": "ten percent",
    "1/2 cup": "one half cup",
    "2 1/2 hours": "two and a half hours",
    "1½ hours": "one and a half hours",
    "3/4": "three quarters",
    "50/50 and 24/7": "fifty fifty and twenty four seven",
    "version 2.0.1": "version two point zero point one",
    "won 3:2": "won three to two",
    "3x faster, 100k": "three times faster, one hundred thousand",
    "on 2025/3/4": "on March fourth, twenty twenty five",
    "pages 10-12": "pages ten to twelve",
    "5'10\" tall": "five foot ten tall",
    "555-1234": "five five five, one two three four",
    "Dr. Elm of Elm Dr.": "Doctor Elm of Elm Drive.",
    "42 Baker St. in London": "forty two Baker Street in London",
    "St. Petersburg": "Saint Petersburg",
    "fruit, e.g. apples": "fruit, for example apples",
    "socks, etc.": "socks, et cetera.",
    "cats vs. dogs": "cats versus dogs",
    "no. 5": "number five",
    "I said no.": "I said no.",
    "Henry VIII": "Henry the eighth",
    "Chapter IV": "Chapter four",
    "I am here.": "I am here.",
    "the US army": "the U S army",
    "the U.S. economy": "the U S economy",
    "NASA and the FBI": "NASA and the FBI",
    "www.example.com/a_b": "example dot com slash a b",
    "See https://example.org.": "See example dot org.",
    "joe.b@example.com": "joe dot b at example dot com",
    "#BestDay with @ann": "hashtag Best Day with at ann",
    "Q & A": "Q and A",
    "2 + 2 = 4": "two plus two equals four",
    "5 × 3": "five times three",
    "#1 fan": "number one fan",
    "Hi 😀 there 👍🏽": "Hi there",
    "“Hi,” she said – ‘now’": "“Hi,” she said — 'now'",
    "Wait... what?!!": "Wait… what?",
    "**bold** and _soft_": "bold and soft",
    "iPhone": "iPhone",
    "and/or": "and or",
}
BRITISH = {
    "on 3/4/2025": "on the third of April twenty twenty five",
    "on 4 March": "on the fourth of March",
    "101 items": "one hundred and one items",
    "5 km": "five kilometres",
    "£3.50": "three pounds and fifty pence",
}
SPANISH = {
    "El Sr. Pérez": "El señor Pérez",
    "3,50 €": "tres euros con cincuenta céntimos",
    "el 4/3/2025": "el cuatro de marzo de dos mil veinticinco",
    "el 4 de marzo de 2025": "el cuatro de marzo de dos mil veinticinco",
    "a las 15:45": "a las quince cuarenta y cinco",
    "En 1984 hacía sol": "En mil novecientos ochenta y cuatro hacía sol",
    "1.234.567 personas": "un millón doscientas treinta y cuatro mil quinientas sesenta y siete personas",
    "21 casas y 31 días": "veintiuna casas y treinta y un días",
    "1 kg": "un kilo",
    "2.º piso, 3ª vez": "segundo piso, tercera vez",
    "-5 °C": "menos cinco grados centígrados",
    "10 %": "diez por ciento",
    "siglo XXI": "siglo veintiuno",
    "Felipe VI": "Felipe sexto",
    "p. ej. EE. UU. y más": "por ejemplo Estados Unidos y más",
    "info@ejemplo.es": "info arroba ejemplo punto es",
    "3,5": "tres coma cinco",
    "versión 2.0.1": "versión dos punto cero punto uno",
    "1/2": "un medio",
    "la DGT": "la D G T",
}
FRENCH = {
    "M. Dupont et Mme Curie": "monsieur Dupont et madame Curie",
    "3,50 €": "trois euros cinquante",
    "1,2 M€": "un virgule deux million d'euros",
    "le 1er mars": "le premier mars",
    "le 4/3/2025": "le quatre mars deux mille vingt-cinq",
    "à 15h45": "à quinze heures quarante-cinq",
    "à 8 h": "à huit heures",
    "1 234 567": "un million deux cent trente-quatre mille cinq cent soixante-sept",
    "2e étage": "deuxième étage",
    "le XXIe siècle": "le vingt et unième siècle",
    "Louis XIV": "Louis quatorze",
    "06 12 34 56 78": "zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit",
    "£1": "une livre",
    "10 %": "dix pour cent",
    "p. ex. ici": "par exemple ici",
    "la SNCF": "la S N C F",
}
ITALIAN = {
    "il sig. Rossi": "il signor Rossi",
    "3,50 €": "tre euro e cinquanta centesimi",
    "il 4/3/2025": "il quattro marzo duemilaventicinque",
    "alle 15:45": "alle quindici e quarantacinque",
    "1 kg": "un chilo",
    "1 ora": "un'ora",
    "2º piano": "secondo piano",
    "XXI secolo": "ventunesimo secolo",
    "-5 °C": "meno cinque gradi Celsius",
    "10 %": "dieci per cento",
    "3,5": "tre virgola cinque",
}
PORTUGUESE = {
    "O Sr. Silva": "O senhor Silva",
    "R$ 3,50": "três reais e cinquenta centavos",
    "R$ 1 milhão": "um milhão de reais",
    "em 4/3/2025": "em quatro de março de dois mil e vinte e cinco",
    "às 15:45": "às quinze e quarenta e cinco",
    "às 15h": "às quinze horas",
    "2 casas": "duas casas",
    "1º lugar": "primeiro lugar",
    "século XXI": "século vinte e um",
    "10 %": "dez por cento",
    "5 km": "cinco quilômetros",
}
HINDI = {
    "₹50": "पचास रुपये",
    "₹1.50": "एक रुपया पचास पैसे",
    "3/4/2025 को": "तीन अप्रैल दो हज़ार पच्चीस को",
    "15:00 बजे": "पंद्रह बजे",
    "15:45": "पंद्रह बजकर पैंतालीस मिनट",
    "1984 में": "उन्नीस सौ चौरासी में",
    "25 किमी": "पच्चीस किलोमीटर",
    "2.5 kg": "दो दशमलव पाँच किलो",
    "१२३": "एक सौ तेईस",
    "12,34,567": "बारह लाख चौंतीस हज़ार पाँच सौ सड़सठ",
    "10-12": "दस से बारह",
    "10 %": "दस प्रतिशत",
    "डॉ. शर्मा आए।": "डॉक्टर शर्मा आए.",
}
TABLES = {
    "en-us": AMERICAN,
    "en-gb": BRITISH,
    "es": SPANISH,
    "fr": FRENCH,
    "it": ITALIAN,
    "pt": PORTUGUESE,
    "hi": HINDI,
}
ROWS = [(language, written, said) for language, table in TABLES.items() for written, said in table.items()]


@pytest.mark.parametrize(("language", "written", "said"), ROWS)
def test_is_said_as_people_say_it(language, written, said):
    assert spoken(written, language) == said


@pytest.mark.parametrize(("language", "written", "said"), ROWS)
def test_saying_it_again_changes_nothing(language, written, said):
    assert spoken(said, language) == said


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("en-us", "Section 1.2.12", "Section one point two point twelve"),
        ("en-gb", "version 2.10.11", "version two point ten point eleven"),
        ("es", "la versión 1.2.12", "la versión uno punto dos punto doce"),
        ("it", "versione 1.2.12", "versione uno punto due punto dodici"),
        ("pt", "versão 1.2.12", "versão um ponto dois ponto doze"),
        ("fr", "chapitre 1.2.12", "chapitre un point deux point douze"),
        ("hi", "संस्करण 1.2.12", "संस्करण एक डॉट दो डॉट बारह"),
        ("fr", "le 1.2.2012", "le premier février deux mille douze"),
    ],
)
def test_the_number_of_a_part_or_release_is_no_date(language, written, said):
    assert spoken(written, language) == said


@pytest.mark.parametrize("language", TABLES)
def test_no_digit_is_left(language):
    text = "7 x12 3.000.000 0,5 99% 1/7 12:61 31/31/2025 +49 30 1234567 1e5 №5 v2.0.1 .5 5. 1-2-3 " + "9" * 30
    assert not any(c.isdigit() for c in spoken(text, language))


@pytest.mark.parametrize("written", ["She tied a bow. ... He left.", "9/11. … Then", "socks, etc. ... and shoes"])
def test_dots_behind_a_full_stop_are_said_the_same_way_again(written):
    said = spoken(written, "en-us")
    assert spoken(said, "en-us") == said


def test_unknown_language():
    with pytest.raises(TextError, match="does not know the language “xx”"):
        spoken("Hallo", "xx")


def test_roman_numerals():
    values = {"IV": 4, "XXI": 21, "MCMLXXXIV": 1984, "IIII": 0, "VX": 0, "": 0}
    assert {numeral: roman_value(numeral) for numeral in values} == values
