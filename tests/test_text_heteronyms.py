"""Words with two pronunciations are told apart, and everything a line of `heteronyms.tsv` names exists."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from voiceclone.text import english, heteronyms
from voiceclone.text.phonemes import phonemize
from voiceclone.text.tagger import english_tagger

RULES = [(word, rule.reading) for word, rules in heteronyms._rules().items() for rule in rules]


def _word(text: str, index: int, language: str = "en-us") -> str:
    return phonemize(text, language).split()[index].strip(".,?!")


@pytest.mark.parametrize("british", [False, True])
def test_every_reading_in_the_file_exists(british):
    dictionary = english._dictionary(british)
    for word, reading in RULES:
        if reading.like:
            assert dictionary.pronounce(reading.like, None, None), (word, reading)
        elif reading.part and reading.part != "DEFAULT":
            chosen = dictionary.pronounce(word, reading.part, None)
            others = {dictionary.pronounce(word, part, None) for part in ("NOUN", "VERB", "ADJ", "DEFAULT", "VBD")}
            assert chosen and len(others) > 1, f"{word}: the dictionary has no {reading.part} of its own"


def test_the_whole_sentence_counts_across_commas():
    assert _word("Did you, last night, read it?", 4) == "ɹˈid"
    assert _word("Yesterday, when it rained, I read.", 5) == "ɹˈɛd"


def test_a_sentence_does_not_count_for_the_next():
    assert _word("It rained yesterday. I read every day.", 4) == "ɹˈid"


def test_capitals_change_nothing():
    assert _word("HE WOUND THE ROPE ROUND THE POST.", 1) == "wˈWnd"
    assert _word("Wind the clock, please.", 0) == "wˈInd"
    assert _word("He bought nail polish.", 3) == "pˈɑlɪʃ"
    assert _word("He bought Polish bread.", 2) == "pˈOlɪʃ"


def test_both_kinds_of_english_use_the_same_rules():
    assert [_word("She took a deep bow.", 4, language) for language in ("en-us", "en-gb")] == ["bˈW", "bˈW"]


def test_parts_of_speech_of_a_sentence():
    words = ["the", "old", "man", "can", "read", "a", "record"]
    tags = dict(zip(words, english_tagger().tag(words), strict=True))
    assert (tags["old"], tags["man"], tags["can"], tags["read"]) == ("ADJ", "NOUN", "AUX|Fin", "VERB|Inf")


def test_a_missing_table_says_how_to_repair_it(tmp_path):
    package = Path(importlib.util.find_spec("denckring_en_pos").origin).parent
    shutil.copytree(package, tmp_path / package.name, ignore=shutil.ignore_patterns("data", "__pycache__"))
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from voiceclone.text.tagger import english_tagger\n"
        "from voiceclone.errors import TextError\n"
        "try:\n    english_tagger()\nexcept TextError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, cwd=Path(__file__).parent.parent
    )
    assert "make setup" in done.stdout, done.stderr


def test_choosing_reads_the_table_without_the_package_it_belongs_to():
    code = (
        "import sys\nfrom voiceclone.text.phonemes import phonemize\nphonemize('They record it.', 'en-us')\n"
        "print(sorted(m for m in sys.modules if m.startswith(('denckring', 'pydantic', 'spacy'))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parent.parent
    )
    assert done.stdout.strip() == "[]", done.stderr
