"""The sentences to read aloud are enough, short, and cover the sounds of their language early."""

import pytest

from voiceclone.text.languages import LANGUAGES
from voiceclone.text.phonemes import phonemize
from voiceclone.text.scripts import reading_script

NO_SOUND = set(' ;:,.!?—…"()“”ˈˌ')
# misaki's US_VOCAB and GB_VOCAB for Kokoro 1.0, where the flap is T and the glottal stop t.
ENGLISH = {
    "en-us": set("AIOWYbdfhijklmnpstuvwzæðŋɑɔəɛɜɡɪɹTʃʊʌʒʤʧθᵊᵻɐ"),
    "en-gb": set("AIQWYabdfhijklmnpstuvwzðŋɑɒɔəɛɜɡɪɹʃʊʌʒʤʧːθᵊɐ"),
}


def sounds(sentences, language):
    return {c for s in sentences for c in phonemize(s, language)} - NO_SOUND


@pytest.mark.parametrize("language", LANGUAGES)
def test_enough_sentences_of_a_few_seconds(language):
    script = reading_script(language)
    assert len(script) >= (60 if language.startswith("en") else 30)
    assert len(set(script)) == len(script)
    # Kokoro and people say about 13 phonemes a second: 3 to 9 s with room at both ends.
    assert all(20 <= len(phonemize(sentence, language)) <= 110 for sentence in script)
    assert {sentence[-1] for sentence in script} == {"?", "!", "।" if language == "hi" else "."}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_twenty_cover_most_sounds(language):
    script = reading_script(language)
    everything, early = sounds(script, language), sounds(script[:20], language)
    assert len(early) >= 0.9 * len(everything), sorted(everything - early)


@pytest.mark.parametrize("language", ENGLISH)
def test_english_covers_every_sound_of_its_alphabet(language):
    assert ENGLISH[language] - sounds(reading_script(language), language) == set()


def test_british_spelling():
    american, british = (" ".join(reading_script(code)) for code in ("en-us", "en-gb"))
    assert "neighbors" in american and "neighbours" in british
