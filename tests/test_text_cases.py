"""Every case of `tests/text_cases/` is said as its line wants it, and the score in the documents is true."""

import pytest

from tools import score_front_end
from tools.score_front_end import Case, read_cases, table, table_in_document

LANGUAGES = ("en-us", "en-gb", "fr", "hi")
"""Languages whose file must be there, with at least this many cases in it."""
FEWEST = 200


@pytest.fixture(scope="module")
def cases():
    return {language: read_cases(language) for language in {*LANGUAGES, *score_front_end.languages()}}


@pytest.mark.parametrize("language", sorted({*LANGUAGES, *score_front_end.languages()}))
def test_every_case_is_said_as_it_should_be(language, cases):
    wrong = [
        f"line {case.line}: {case.written} -> {case.spoken}, but said: {case.said()}"
        for case in cases[language]
        if not case.known_wrong and not case.is_right()
    ]
    mended = [f"line {case.line}: {case.written}" for case in cases[language] if case.known_wrong and case.is_right()]
    assert not wrong, "\n".join(["Said wrongly:", *wrong])
    assert not mended, "\n".join(["Said rightly now, take the ! away:", *mended])


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough_cases_and_nearly_all_hold(language, cases):
    assert len(cases[language]) >= FEWEST
    assert sum(case.known_wrong for case in cases[language]) <= 0.03 * len(cases[language])


def test_the_score_in_the_documents_is_the_score_now():
    score = table(case for language in score_front_end.languages() for case in read_cases(language))
    assert table_in_document() == score, "Run: python tools/score_front_end.py --write"


@pytest.mark.parametrize(
    "line",
    [
        "number\t5",
        "number\t5\tfive\tmore",
        "nomber\t5\tfive",
        "number 5 five",
        "number\t 5\tfive",
        "number\t\tfive",
        "heteronym\ta lead pipe\t/lɛd/",
        "number\t6\tsix\nnumber\t6\tsix",
    ],
)
def test_a_malformed_or_doubled_line_is_refused_by_name(line, tmp_path, monkeypatch):
    monkeypatch.setattr(score_front_end, "CASES", tmp_path)
    (tmp_path / "en-us.tsv").write_text(f"# comment\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError):
        read_cases("en-us")


@pytest.mark.parametrize(
    ("kind", "written", "wanted", "right"),
    [
        ("number", "21 cats", "twenty one cats", True),
        ("number", "21 cats", "twenty two cats", False),
        ("heteronym", "I will read it.", "/read=riːd/", True),
        ("heteronym", "I will read it.", "/read=rɛd/", False),
        ("heteronym", "I will read it.", "/write=raɪt/", False),
        ("heteronym", "The cheese is for the boy.", "/cheese=tʃiːz; boy=bɔɪ/", True),
        ("heteronym", "The cheese is for the boy.", "/boy=bɔɪ; cheese=tʃiːz/", False),
        ("sentence", "One. Two.", "One. | Two.", True),
        ("sentence", "One. Two.", "One. Two.", False),
    ],
)
def test_the_scorer_tells_right_from_wrong(kind, written, wanted, right):
    assert Case("en-us", 1, kind, written, wanted, known_wrong=False).is_right() is right
