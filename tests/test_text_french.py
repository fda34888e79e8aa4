"""French words that espeak-ng reads wrong are spelt so that it reads them right."""

import pytest

from voiceclone.text import french
from voiceclone.text.phonemes import phonemize


def _sounds(text: str) -> list[str]:
    return phonemize(text, "fr").replace("ˈ", "").split()


@pytest.mark.parametrize("word", sorted(french._SAID))
def test_a_noun_or_adjective_in_ent_is_said_to_its_end_in_singular_and_plural(word):
    assert _sounds(word)[0].endswith("ɑ̃")
    assert _sounds(f"{word}s")[0].endswith("ɑ̃")


@pytest.mark.parametrize("word", ["testament", "tempérament", "froment", "dûment", "assidûment", "authentiquement"])
def test_the_kind_that_people_reported(word):
    assert _sounds(word)[0].endswith("mɑ̃")


@pytest.mark.parametrize(
    "word", ["documents", "sentiment", "constamment", "comment", "nonchalamment", "violent", "opulent"]
)
def test_what_was_right_stays_right(word):
    assert _sounds(word)[0].endswith("ɑ̃")


_VERBS = ["coulent", "isolent", "nomment", "enflamment", "démarrent", "referment", "parlent", "aiment"]


@pytest.mark.parametrize("verb", [*sorted(french._SILENT), *_VERBS])
def test_the_end_of_a_verb_is_silent(verb):
    assert not _sounds(verb)[0].endswith("ɑ̃")


@pytest.mark.parametrize("word", sorted(french._EITHER))
def test_a_word_that_is_noun_and_verb_is_told_apart_by_what_stands_before_it(word):
    assert _sounds(f"un {word}")[1].endswith("ɑ̃")
    for before in ("ils", "elles se", "ils n'y", "les voisins"):
        assert not _sounds(f"{before} {word}")[-1].endswith("ɑ̃"), before


@pytest.mark.parametrize(
    ("text", "end"),
    [("cent euros", "tøʁo"), ("cent ans", "tɑ̃"), ("cent heures", "tœʁ"), ("cent un", "œ̃"), ("cent onze", "ɔ̃z")],
)
def test_cent_is_linked_to_the_noun_behind_it(text, end):
    assert _sounds(text)[-1] == end


@pytest.mark.parametrize(
    ("text", "end"), [("à l'est", "lɛst"), ("vers l'est", "lɛst"), ("il l'est", "lɛ"), ("ses fils", "fis")]
)
def test_one_spelling_with_two_sounds(text, end):
    assert _sounds(text)[-1] == end
