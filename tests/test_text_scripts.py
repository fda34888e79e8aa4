"""The sentences to read aloud are a hundred, short, of every kind, and cover the sounds of their language early."""

import pytest

from benchmarks.sentences import UNSEEN, unseen_among
from tools import choose_script
from tools.choose_script import INVENTORY, PER_TEN, POOL_OF, choose, coverage, describe, read_pool, read_script
from voiceclone.compare import sentences as compared
from voiceclone.errors import TextError
from voiceclone.text.languages import LANGUAGES
from voiceclone.text.phonemes import phonemize
from voiceclone.text.scripts import reading_script


@pytest.fixture(scope="module")
def described():
    """Every pool and every script with its sounds."""
    return {
        language: (describe(read_pool(language), language), describe(read_script(language), language))
        for language in POOL_OF
    }


def _together(sets):
    return frozenset().union(*sets)


@pytest.mark.parametrize("language", POOL_OF)
def test_a_hundred_different_sentences_of_three_to_ten_seconds(language, described):
    script = described[language][1]
    assert len({compared.plain(one.text) for one in script}) == len(script) == 100
    assert all(3 <= one.reading_s <= 9 for one in script)
    assert all(35 <= len(one.text) <= 110 for one in script)
    assert all(one.text == " ".join(one.text.split()) and one.text[-1] in ".?!" for one in script)
    assert not any(set(one.text) & set("{|}") for one in script)


@pytest.mark.parametrize("language", POOL_OF)
def test_every_ten_hold_questions_an_exclamation_and_a_number(language, described):
    script = described[language][1]
    for start in range(0, 100, 10):
        for kind, count in PER_TEN.items():
            assert sum(kind in one.kinds for one in script[start : start + 10]) >= count, (start, kind)
    assert sum(not one.kinds for one in script) >= 40  # plain statements


@pytest.mark.parametrize("language", POOL_OF)
def test_the_first_ten_cover_the_phonemes(language, described):
    pool, script = described[language]
    everything = _together(one.phonemes for one in [*pool, *script])
    early = _together(one.phonemes for one in script[:10])
    assert len(early) >= 0.95 * len(everything), sorted(everything - early)


@pytest.mark.parametrize("language", POOL_OF)
def test_no_phoneme_of_the_documented_inventory_is_missing(language, described):
    script = described[language][1]
    assert set(INVENTORY[language].split()) - _together(one.phonemes for one in script) == set()


@pytest.mark.parametrize("language", POOL_OF)
def test_more_sentences_cover_more_diphones(language, described):
    pool, script = described[language]
    shares = [coverage(script, first, pool)[1] for first in (10, 25, 50, 100)]
    assert shares == sorted(shares)
    assert shares[0] > coverage(pool, 10, pool)[1]
    assert shares[2] >= 0.75 and shares[3] >= 0.95


@pytest.mark.parametrize("language", POOL_OF)
def test_what_voices_are_judged_with_is_not_read(language, described):
    read = [compared.plain(one.text) for one in described[language][1]]
    assert unseen_among(read) == []
    judged = [compared.plain(one) for one in compared._SENTENCES.get(language.split("-")[0], ())]
    assert judged or language == "de"
    for sentence in [*judged, *map(compared.plain, UNSEEN)]:
        assert not [text for text in read if sentence in text or text in sentence]


@pytest.mark.parametrize("language", POOL_OF)
def test_the_committed_script_is_what_the_tool_chooses(language, described):
    pool, script = described[language]
    assert [one.text for one in choose(pool)] == [one.text for one in script], "run tools/choose_script.py"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_product_reads_the_scripts(language):
    script = reading_script(language)
    assert len(script) == len(set(script)) == (30 if language == "hi" else 100)
    assert {sentence[-1] for sentence in script} == {"?", "!", "।" if language == "hi" else "."}


def test_hindi_covers_most_sounds_early():
    heard = [set(phonemize(sentence, "hi")) for sentence in reading_script("hi")]
    assert len(set().union(*heard[:20])) >= 0.9 * len(set().union(*heard))


def test_german_is_read_but_not_spoken():
    assert "de" not in LANGUAGES
    assert len(reading_script("de")) == 100
    with pytest.raises(TextError, match="does not know"):
        reading_script("xx")


def test_british_spelling():
    american, british = (" ".join(reading_script(code)) for code in ("en-us", "en-gb"))
    for word in ("harbor", "neighbor"):
        assert word in american and word not in british
        assert word.replace("or", "our") in british


# The tool ------------------------------------------------------------------------------------------


def test_sounds_are_phonemes_and_pauses():
    assert choose_script.sounds("Oggi, mamma!", "it") == tuple("_ɔʤʤɪ_mamma_")
    assert choose_script.sounds("Un bon vin.", "fr") == ("_", "œ̃", "b", "ɔ̃", "v", "ɛ̃", "_")
    assert choose_script.sounds("Zwei Pferde.", "de")[1:5] == ("t͡s", "v", "a͡ɪ", "p͡f")


def test_kinds():
    assert choose_script.kinds("¿Tienes veintidós años?", "es") == {"question", "number"}
    assert choose_script.kinds("Und jetzt!", "de") == {"exclamation"}
    assert choose_script.kinds("Sei stanco.", "it") == set()


def test_the_most_useful_sentence_comes_first():
    texts = [
        "Mama and Papa made Emma a map, and Emma made Mama a map.",
        "She quickly sketched the view from the bridge in charcoal.",
    ]
    pool = describe(texts, "en-us")
    assert [one.text for one in choose(pool, 2)] == texts[::-1]


def test_a_pool_that_cannot_fill_the_script_is_refused():
    plain = describe(["She quickly sketched the view from the bridge in charcoal."] * 12, "en-us")
    with pytest.raises(ValueError, match="too few of a kind"):
        choose(plain, 10)
    with pytest.raises(ValueError, match="3 to 9 s"):
        choose(describe(["Too short."], "en-us"), 1)
