"""The document on transfer and fine-tuning is filled from measured comparisons, and says when there are none."""

import pytest

from benchmarks import comparison, results
from benchmarks.report import BEGIN, END
from tests.test_compare import comparison as made_comparison
from tests.test_compare import way
from voiceclone.compare import model
from voiceclone.storage import disk

MADE = {"date": "2026-01-31", "commit": "abc1234", "machine": {"processor": "A chip", "cores": 2}}


def measured(tmp_path, ways):
    disk.write_json(tmp_path / "joe.json", {**model.as_plain(made_comparison(ways)), "made": MADE})
    return comparison.load_all(tmp_path)


@pytest.fixture
def three_ways():
    return [
        way("instant", [0.60] * 5, minutes=0.2, trained_parameters=0),
        way("transfer", [0.70] * 5, minutes=5.0),
        way("fine-tune", [0.82] * 5, errors=[1, 0, 0, 0, 0], minutes=5.0, trained_parameters=53_000_000, voice_mb=19.3),
    ]


def test_the_four_rows_are_answered_with_figures(tmp_path, three_ways):
    written = comparison.tables(measured(tmp_path, three_ways))
    rows = {line.split("|")[1].strip(): line for line in written.splitlines() if line.startswith("| **")}
    assert [name.split("**")[1] for name in rows] == [
        "Task complexity",
        "Adaptation",
        "Customization",
        "Output quality",
    ]
    complexity, adaptation, customization, quality = rows.values()
    assert "| nothing; 0.2 min | 256 numbers; 5.0 min | 53,000,000 numbers; 5.0 min |" in complexity
    assert "| 0.600 | 0.700 | 0.820 |" in adaptation
    # The recordings among themselves reach 0.91: (0.82 - 0.60) / (0.91 - 0.60) = 71 %.
    assert "| 0% | 32% | 71% |" in customization
    assert "100.0%, 3.00 | 98.0%, 3.00 |" in quality
    assert "A chip, 2 cores; 2026-01-31, commit abc1234" in written
    assert "**A verdict.**" in written


def test_what_was_not_judged_is_a_dash(tmp_path, three_ways):
    empty = [model.Way(one.policy, model.Figures(), 1.0, 0, 0, 1.0, (), "a" * 32) for one in three_ways]
    assert comparison.four_answers(made_comparison(empty))[1][1:] == ("-", "-", "-")
    high = made_comparison([way("instant", [0.6], pitch=-3.4), way("fine-tune", [0.8])])
    assert comparison.four_answers(high)[1][1:] == ("0.600; -3.4", "0.800")
    assert comparison.four_answers(made_comparison(empty))[2][1:] == ("-", "-", "-")


def test_the_document_takes_the_tables_and_keeps_the_rest(tmp_path, three_ways):
    document = tmp_path / "page.md"
    document.write_text(comparison.DOCUMENT.read_text("utf-8"), encoding="utf-8")
    before = document.read_text("utf-8")
    comparison.write_document(measured(tmp_path, three_ways), document)
    page = document.read_text("utf-8")
    assert "| **Task complexity**" in page
    assert page.split(BEGIN)[0] == before.split(BEGIN)[0]
    assert page.split(END)[1] == before.split(END)[1]
    comparison.write_document({}, document)
    assert "Not measured yet." in document.read_text("utf-8")


def test_the_document_says_what_was_measured_last():
    page = comparison.DOCUMENT.read_text("utf-8")
    written = page.split(BEGIN)[1].split(END)[0].strip()
    assert written == comparison.tables(comparison.load_all()).strip(), "run python -m benchmarks.comparison --report"


def test_each_measured_comparison_says_where():
    for value in comparison.load_all().values():
        assert set(value["made"]) == set(results.circumstances())
