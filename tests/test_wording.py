"""Counts and lengths in words: one form each, and no message that builds its own."""

import ast
import re
from pathlib import Path

import pytest

from voiceclone import limits
from voiceclone.clips.model import Rejected
from voiceclone.clips.readiness import assess
from voiceclone.training.status_sentence import status_sentence
from voiceclone.ui.text import record as record_text
from voiceclone.ui.text import train as train_text
from voiceclone.wording import about, at_least, count, duration, kept_sentence, seconds

SOURCES = sorted((Path(__file__).parents[1] / "voiceclone").rglob("*.py"))


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 clips"), (1, "1 clip"), (2, "2 clips"), (1500, "1,500 clips"), (-1, "-1 clips")]
)
def test_one_of_something_is_no_plural(number, words):
    assert count(number, "clip") == words
    assert count(number, "person", "people") == words.replace("clips", "people").replace("clip", "person")


@pytest.mark.parametrize(
    ("duration_s", "whole", "short"),
    [
        (0, "0 s", "0.0 s"),
        (0.96, "0 s", "0.9 s"),
        (7.6, "7 s", "7.6 s"),
        (9.97, "9 s", "9.9 s"),
        (7.299999999, "7 s", "7.3 s"),
        (59.97, "59 s", "59.9 s"),
        (60, "1 min", "1 min"),
        (185.9, "3 min 5 s", "3 min 5 s"),
        (3599.9, "59 min 59 s", "59 min 59 s"),
        (3840, "1 h 4 min", "1 h 4 min"),
        (7200, "2 h", "2 h"),
    ],
)
def test_lengths_are_rounded_down_everywhere(duration_s, whole, short):
    assert (duration(duration_s), seconds(duration_s)) == (whole, short)


@pytest.mark.parametrize(
    ("duration_s", "estimate", "bound"),
    [
        (3, "a few seconds", "at least some seconds"),
        (31, "about 40 seconds", "at least some seconds"),
        (59, "about a minute", "at least some seconds"),
        (100, "about 2 minutes", "at least a minute"),
        (185, "about 3 minutes", "at least 3 minutes"),
        (239, "about 4 minutes", "at least 3 minutes"),
        (3590, "about 1 hour", "at least 59 minutes"),
        (4900, "about 1 hour 20 minutes", "at least 1 hour 20 minutes"),
        (5090, "about 1 hour 25 minutes", "at least 1 hour 20 minutes"),
        (7300, "about 2 hours", "at least 2 hours"),
    ],
)
def test_estimates_are_no_more_exact_than_they_are_known(duration_s, estimate, bound):
    assert (about(duration_s), at_least(duration_s)) == (estimate, bound)


def test_what_stays_after_a_stop():
    assert kept_sentence(0, "added") == "Nothing was added before."
    assert kept_sentence(1, "cleaned") == "1 clip was cleaned before and is kept."
    assert kept_sentence(3, "cleaned") == "3 clips were cleaned before and are kept."


@pytest.mark.parametrize("usable_s", [7.6, 9.97, 59.6, 299.7])
def test_the_same_speech_is_as_long_in_every_sentence_and_never_enough_by_rounding(usable_s, make_clip):
    readiness = assess([make_clip(usable_s)])
    told = duration(usable_s)
    assert readiness.sentence.startswith(f"{told} of usable speech")
    assert record_text.readiness_detail(usable_s, usable_s, 1) == f"{told} usable, of {told} recorded in 1 clip"
    assert told in train_text.train_summary("Anna", usable_s) and told in train_text.more_speech_first(usable_s)
    for mark_s in (limits.MIN_TRAIN_SPEECH_S, limits.FIRST_VOICE_SPEECH_S, limits.GOOD_VOICE_SPEECH_S):
        assert usable_s >= mark_s or told != duration(mark_s)


@pytest.fixture
def make_clip():
    """A clip of so much speech that training takes."""
    from types import SimpleNamespace

    def make_clip(speech_s):
        return SimpleNamespace(
            speech_s=speech_s,
            included=True,
            text="Words.",
            language="en-us",
            verdict=SimpleNamespace(level="good", kinds=()),
        )

    return make_clip


@pytest.mark.parametrize(
    ("name", "reason", "told"),
    [
        ("a.wav", "“a.wav” is silent. Record it again.", "“a.wav” is silent. Record it again."),
        ("a.wav", "It is too long.", "a.wav: It is too long."),
        ("a.wav", "“a.wav.bak” is silent.", "a.wav: “a.wav.bak” is silent."),
        ("take", "4 s of “take” were left out.", "4 s of “take” were left out."),
    ],
)
def test_a_file_is_named_once(name, reason, told):
    assert Rejected(name, reason).sentence == told


def test_where_it_ended_is_told_alike_in_page_and_terminal():
    for state in ("finished", "stopped", "interrupted"):
        told = status_sentence(state, 1, 1, None, "", "", "Anna", True)
        assert not re.search(r"under Speak|press|tab\b", told, re.IGNORECASE)
        assert "1 steps" not in told


# No message that builds its own ---------------------------------------------------------------

_NOUNS = re.compile(
    r"^ (clips|recordings|steps|sentences|voices|files|minutes|hours|pieces|speakers|models|trainings|characters|words"
    r"|tensors|seconds|cores|takes|others|times)\b"
)
_PAGE = re.compile(r"\b(press|click|tick|button|upload|tab)\b|[Cc]hoose it under|under Speak", re.IGNORECASE)
_NO_MESSAGES = ("normalize", "text/english", "text/letters", "text/espeak", "pictures.py", "compare/picture.py")


def strings(path):
    """Yield (line, f-string or text) of what may be a message."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documentation = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    documentation |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if node not in documentation and isinstance(node, ast.JoinedStr | ast.Constant):
            yield node


def counts_by_hand(node):
    """Return the value that is counted without `count`, or nothing."""
    if not isinstance(node, ast.JoinedStr):
        return ""
    for value, words in zip(node.values, node.values[1:], strict=False):
        if not isinstance(value, ast.FormattedValue) or not isinstance(words, ast.Constant):
            continue
        said = ast.unparse(value.value)
        is_limit = said.split(".")[-1].isupper()
        if _NOUNS.match(words.value) and not is_limit and not (value.format_spec and "f" in ast.unparse(value)):
            return f"{said}{words.value}"
    return ""


def test_nothing_is_counted_by_hand():
    found = [
        f"{path.name}:{node.lineno} {said}"
        for path in SOURCES
        for node in strings(path)
        if (said := counts_by_hand(node))
    ]
    assert found == []


def test_the_scan_sees_what_it_is_for():
    bad = ast.parse('f"{n} clips"; f"{len(x)} steps more"; f"{MAX_CLIPS} clips"; f"{x:.1f} seconds a step"').body
    assert [counts_by_hand(line.value) for line in bad] == ["n clips", "len(x) steps more", "", ""]


def test_what_the_engine_says_is_true_in_the_terminal_too():
    found = []
    for path in SOURCES:
        if "ui" in path.parts or "cli" in path.parts or any(part in path.as_posix() for part in _NO_MESSAGES):
            continue
        for node in strings(path):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
                found += [f"{path.name}:{node.lineno} {node.value}"] if _PAGE.search(node.value) else []
    assert found == []
