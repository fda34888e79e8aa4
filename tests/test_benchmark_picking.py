"""The table “the rule's choice against the best checkpoint”: what passes, what misses, what is printed."""

import pytest

from benchmarks import report
from benchmarks.picking import table, verdict


def run_of(kept_step, *figures):
    """A run with candidates after 10, 20, … steps, each given as similarity and word error rate; all sound alike."""
    rows = [
        {"step": 10 * number, "similarity": similarity, "word_error_rate": word_errors, "dnsmos": 3.1}
        for number, (similarity, word_errors) in enumerate(figures, start=1)
    ]
    return {"voice": "joe", "seconds": 60, "kept_step": kept_step, "candidates": rows}


@pytest.mark.parametrize(
    ("kept_step", "figures", "passed"),
    [
        (20, ((0.80, 0.01), (0.90, 0.01)), True),
        (10, ((0.89, 0.01), (0.90, 0.01)), True),  # exactly at the bar
        (10, ((0.8899, 0.01), (0.90, 0.01)), False),
        (10, ((0.90, 0.03), (0.905, 0.01)), False),  # more words lost than the best one
        (10, ((0.90, 0.00), (0.905, 0.05)), True),
    ],
)
def test_the_bar_is_hundredths_of_similarity_and_of_words(kept_step, figures, passed):
    assert verdict(run_of(kept_step, *figures))["passed"] is passed


def test_the_table_tells_every_candidate_and_marks_a_miss():
    good, missed = table([run_of(20, (0.8, 0.01), (0.9, 0.02)), run_of(10, (0.8, 0.01), (0.9, 0.02))]).splitlines()[2:]
    assert "10: 0.800 / - / 0.010 / 3.10, 20: 0.900 / - / 0.020 / 3.10" in good and good.endswith(f"{report.PASSED} |")
    with_pitch = run_of(20, (0.8, 0.01))
    with_pitch["candidates"][0] |= {"pitch_off_semitones": 11.96}
    assert "10: 0.800 / +12.0 / 0.010" in table([{**with_pitch, "kept_step": 10}])
    assert "| 10 | 20 | 0.100 | -0.010 |" in missed and missed.endswith(f"{report.MISSED} |")
