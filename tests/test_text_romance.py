"""Spanish, Italian, Portuguese: numbers agree with their noun; marks and letters are told apart by what is near."""

import pytest

from tools.score_front_end import read_cases
from voiceclone.text.normalize import nouns, spoken
from voiceclone.text.normalize.gender import gender_after, is_feminine
from voiceclone.text.normalize.words import FEMININE, MASCULINE
from voiceclone.text.sentences import split

FEWEST = 200
HOLDING = 0.97
# Frequent nouns of each ending; (feminine, masculine).
NOUNS = {
    "es": (
        nouns.SPANISH,
        """
        semanas noches tardes manos fotos flores leyes redes llaves canciones ciudades actitudes imágenes señales
        voces actrices crisis series costumbres mujeres radios pistas camas formas calles razones autopistas aguas
        """,
        """
        días meses problemas sistemas idiomas mapas planetas poetas artistas aviones corazones pies peces jueces
        panes kilómetros hoteles animales mensajes paisajes análisis jardines lugares olores buses goles fantasmas
        """,
    ),
    "pt": (
        nouns.PORTUGUESE,
        """
        semanas noites tardes mãos fotos flores leis redes chaves canções cidades atitudes imagens viagens vozes
        atrizes crises séries mulheres pistas camas formas partes razões mães maçãs opiniões televisões cores
        árvores colheres
        """,
        """
        dias meses problemas sistemas idiomas mapas planetas poetas artistas aviões corações pães cães irmãos pés
        juízes homens jovens trens itens quilômetros hotéis animais furacões mares leões cartões lugares sabores
        jardins
        """,
    ),
}
ITALIAN = (
    """
        settimana mano foto radio città virtù stazione canzone ragione attrice luce voce legge notte parte crisi
        serie immagine mente torre
        """,
    """
        giorno problema sistema clima poeta artista milione leone cuore fiore pane paese giornale mese dottore pesce
        caffè lampione ponte bar
        """,
)


@pytest.mark.parametrize("code", NOUNS)
def test_frequent_nouns_have_their_gender(code):
    known, feminine, masculine = NOUNS[code]
    assert [noun for noun in feminine.split() if not is_feminine(noun, known, singular=False)] == []
    assert [noun for noun in masculine.split() if is_feminine(noun, known, singular=False)] == []


def test_frequent_italian_nouns_have_their_gender():
    feminine, masculine = ITALIAN
    assert [noun for noun in feminine.split() if not is_feminine(noun, nouns.ITALIAN, singular=True)] == []
    assert [noun for noun in masculine.split() if is_feminine(noun, nouns.ITALIAN, singular=True)] == []


@pytest.mark.parametrize(
    ("behind", "gender"),
    [
        (" casas", FEMININE),
        (" grandes casas", FEMININE),
        (" grandes y bellos países", MASCULINE),
        (" o 300 personas", FEMININE),
        (" de cada 3 mujeres", FEMININE),
        (" de las niñas", FEMININE),
        (" mil familias", FEMININE),
        (" millones de mujeres", MASCULINE),
        (" de personas", ""),
        (" gana", ""),
        (", casas", ""),
        ("", ""),
    ],
)
def test_the_noun_behind_a_number_is_found(behind, gender):
    assert gender_after(behind, nouns.SPANISH, singular=False) == gender


@pytest.mark.parametrize("language", ["es", "it", "pt"])
def test_there_are_enough_cases_and_nearly_all_hold(language):
    cases = read_cases(language)
    assert len(cases) >= FEWEST
    assert sum(case.is_right() for case in cases) >= HOLDING * len(cases)


@pytest.mark.parametrize("language", ["es", "it", "pt"])
def test_saying_a_case_again_changes_nothing(language):
    said = [spoken(case.written, language) for case in read_cases(language) if case.kind != "sentence"]
    assert [text for text in said if spoken(text, language) != text] == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "Viajó a EE. UU. Volvió en mayo."),
        ("es", "Murió en el 44 a. C. Nadie lloró."),
        ("es", "Mide 3 m. Pesa poco."),
        ("it", "Parla l'avv. Sala. Ascolto."),
        ("pt", "Falou o Exmo. Sr. Prefeito. Ninguém ouviu."),
    ],
)
def test_a_text_of_two_sentences_is_cut_in_two(language, text):
    assert len(split(text, language)) == 2


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "J. D. Salinger y R. S. Gil"),
        ("pt", "J. R. R. Tolkien"),
        ("it", "J. S. Bach"),
        ("it", "un po' di pane e va' via"),
        ("it", "Disse: 'Ciao amico' e basta."),
    ],
)
def test_initials_and_real_apostrophes_stay(language, text):
    assert spoken(text, language) == text
