"""Text of any length is cut into pieces the base can speak, and no word is lost."""

import time

import pytest

from voiceclone.errors import TextError
from voiceclone.limits import MAX_SPEAK_CHARACTERS
from voiceclone.text.phonemes import phonemize
from voiceclone.text.scripts import reading_script
from voiceclone.text.sentences import (
    CLAUSE_PAUSE_S,
    MAX_PHONEMES,
    PARAGRAPH_PAUSE_S,
    SENTENCE_PAUSE_S,
    split,
)

SPLITS = {
    "en-us": [
        "Dr. Smith went to Washington D.C. on Jan. 5.",
        "He paid $3.50!",
        "“Really?” she asked.",
        "J. R. R. Tolkien wrote it, e.g. in 1937.",
        "The U.S. is big.",
        "It weighs 3.5 kg.",
        "Socks, shoes, etc.",
        "Then we left... and so on.",
        "Visit www.example.com.",
        "Why not?!",
        "(It was late.)",
        "Mr. and Mrs. Jones came.",
        "See no. 5 for more.",
    ],
    "es": ["El Sr. Pérez y la Sra. Gil llegaron.", "¿Qué pasa?", "¡Nada!", "Cuesta 3.500 euros, p. ej. hoy."],
    "fr": ["M. Dupont est là.", "Où êtes-vous ?", "Ça coûte 3,50 €.", "Voir p. ex. ici."],
    "it": ["Il Sig. Rossi è qui.", "Perché?", "Costa 3.500 euro."],
    "pt": ["O Sr. Silva chegou.", "O quê?", "Custa R$ 3.500,00.", "A Dra. Ana saiu."],
    "hi": ["डॉ. शर्मा आए।", "क्या हुआ?", "कुछ नहीं।"],
}


@pytest.mark.parametrize("language", SPLITS)
def test_sentences_end_where_people_end_them(language):
    assert [s.text for s in split(" ".join(SPLITS[language]), language)] == SPLITS[language]


@pytest.mark.parametrize("language", SPLITS)
def test_no_word_is_lost(language):
    text = "\n\n".join(" ".join(reading_script(language)[i : i + 5]) for i in range(0, 30, 5))
    assert " ".join(s.text for s in split(text, language)).split() == text.split()


def test_pauses_follow_sentences_clauses_and_paragraphs():
    long = ", ".join(["and then we walked along the quiet river"] * 12)
    pauses = [s.pause_after_s for s in split(f"One. Two.\n\n{long}. End.", "en-us")]
    assert pauses[:2] == [SENTENCE_PAUSE_S, PARAGRAPH_PAUSE_S]
    assert CLAUSE_PAUSE_S in pauses[2:]
    assert pauses[-2:] == [SENTENCE_PAUSE_S, 0.0]


def test_wrapped_lines_are_one_sentence_and_list_items_are_several():
    wrapped = "This sentence was wrapped\nby an e-mail program."
    assert [s.text for s in split(wrapped, "en-us")] == ["This sentence was wrapped by an e-mail program."]
    assert [s.text for s in split("Bread\nMilk\n- Eggs", "en-us")] == ["Bread", "Milk", "- Eggs"]


@pytest.mark.parametrize(
    "text",
    [
        ", ".join(["the long and winding clause"] * 60),
        " ".join(["word"] * 400),
        "supercalifragilistic" * 250,
        "w" * 5000,
        "1234567890" * 40,
        " ".join(["$1,234,567.89"] * 40),
        "Я " + "word " * 120,
    ],
    ids=["clauses", "words", "one word", "one letter", "digits", "money", "foreign letter"],
)
def test_every_piece_is_short_enough(text):
    pieces = split(text, "en-us")
    assert all(0 < len(phonemize(piece.text, "en-us")) <= MAX_PHONEMES for piece in pieces)
    assert "".join("".join(p.text.split()) for p in pieces).replace("Ya", "Я") == "".join(text.split())


def test_a_foreign_sentence_inside_is_transliterated():
    pieces = split("He greeted the crowd in the usual friendly way. Привет, друзья! Then he sat down.", "en-us")
    assert [p.text for p in pieces][1] == "Privet, druz'ya!"


def test_rows_of_marks_are_no_sentences():
    pieces = split("Title\n=====\n* * *\n" + '“"' * 9000 + " End.", "en-us")
    assert len(pieces) == 2
    assert pieces[0].text.startswith("Title") and pieces[1].text.endswith("End.")


def test_the_longest_text_is_quick_and_a_longer_one_is_refused():
    script = [line.rstrip(".!?") for line in reading_script("en-us")]
    text = " ".join(f"{script[i % 60]} number {i}." for i in range(2000))[:MAX_SPEAK_CHARACTERS]
    begun = time.process_time()
    assert len(split(text, "en-us")) > 500
    assert time.process_time() - begun < 4  # 0.4 s on one quiet core
    with pytest.raises(TextError, match="at most 50,000"):
        split("a" * (MAX_SPEAK_CHARACTERS + 1), "en-us")


@pytest.mark.parametrize("text", ["", " \n ", "...", "😀😀"])
def test_nothing_to_say(text):
    with pytest.raises(TextError, match="nothing to say"):
        split(text, "en-us")
