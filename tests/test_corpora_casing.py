"""Capitals and punctuation for corpora that come without: from what was heard, and words never."""

import pytest

from voiceclone.corpora.casing import is_bare, restored


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("THE CAT SAT", True),
        ("the cat sat", True),
        ("The cat sat", False),
        ("THE CAT, SAT", False),
        ("the cat sat.", False),
        ("NASA", False),
        ("", False),
    ],
)
def test_which_texts_are_bare(text, answer):
    assert is_bare(text) is answer


def test_capitals_without_a_recogniser():
    assert restored("I'LL GO TO BOSTON ON MONDAY HE SAID", "en-us") == "I'll go to Boston on Monday he said."
    assert restored("THE AMERICAN PEOPLE MAY MARK IT", "en-us") == "The American people may mark it."
    assert restored("LA CASA ES GRANDE", "es") == "La casa es grande."
    assert restored("यह घर", "hi") == "यह घर।"
    assert restored("", "en-us") == ""


def test_marks_and_names_come_from_what_was_heard_and_words_never():
    text = "CHAPTER ONE MISSUS RACHEL LYNDE IS SURPRISED SHE LIVED WHERE THE AVONLEA ROAD DIPPED IS IT SO"
    heard = "Chapter 1. Mrs. Rachel Lind is surprised. She lived where the Avonley road dipped, is it so?"
    found = restored(text, "en-us", heard)
    assert found == (
        "Chapter one. Missus Rachel Lynde is surprised. She lived where the Avonlea road dipped, is it so?"
    )
    assert found.upper().translate(str.maketrans("", "", ".,?")) == text


def test_a_recogniser_that_heard_something_else_is_not_trusted():
    assert restored("THE CAT SAT ON THE MAT", "en-us", "Thank you, for Watching. Bye!") == "The cat sat on the mat."
