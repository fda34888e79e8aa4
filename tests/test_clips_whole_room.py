"""The whole room check on rooms made by arithmetic: each fault is found with its level, and nothing else is.

What it finds how often is in docs/clip-verdicts.md; `tools/measure_acoustics.py` makes these rooms and measures.
"""

import pytest
from sounds import EXAMPLE_DIR

from tools.measure_acoustics import ROWS, Row, Scene, scenes
from voiceclone.clips.quality.room import check_room

EVERY_KIND = {"noise", "hum", "clipping", "echo", "quiet", "dull", "not silent"}
WORDS = {
    "noise": "noise is audible",
    "hum": "mains hum",
    "clipping": "turn the microphone down",
    "echo": "The room echoes",
    "quiet": "very quiet",
    "dull": "microphone with a cable",
    "not silent": "Somebody speaks",
}
CHOSEN = {
    "nothing",
    "pink noise 15 dB below",
    "50 Hz hum 55 dB below",
    "50 Hz hum 40 dB below",
    "50 Hz hum (49.9) 25 dB below",
    "60 Hz hum (60.1) 25 dB below",
    "clipping: peak 9 dB over",
    "clipping: peak 20 dB over",
    "echo 0.3 s, direct 0 dB",
    "echo 0.6 s, direct 0 dB",
    "echo 1.0 s, direct 0 dB",
    "8 kHz",
    "25 dB quieter",
    "40 dB quieter",
    "somebody talks in the silence",
}


@pytest.fixture(scope="module")
def room() -> Scene:
    """Five seconds of near silence, and at least five of speech."""
    return next(scenes(EXAMPLE_DIR, 1))


@pytest.mark.parametrize("row", [row for row in ROWS if row.words in CHOSEN], ids=lambda row: row.words)
def test_a_room_with_one_fault(room: Scene, row: Row) -> None:
    made = row.degrade(room)
    report = check_room(made.silence, made.speech)
    if not row.kind:
        assert (report.verdict, report.findings) == ("good", ())
        return
    assert {finding.kind for finding in report.findings} == {row.kind}
    assert report.verdict in {"usable": ("usable", "fix first"), "fix first": ("fix first",)}[row.at_least]
    assert WORDS[row.kind] in report.findings[0].sentence
    mains_hz = row.words[:2]
    assert row.kind != "hum" or f"({mains_hz} Hz)" in report.findings[0].sentence


def test_every_row_is_still_made_and_every_kind_tested() -> None:
    assert {row.words for row in ROWS} >= CHOSEN
    assert {row.kind for row in ROWS if row.words in CHOSEN} == EVERY_KIND | {""}


def test_faults_together_are_all_told_the_gravest_first(room: Scene) -> None:
    ways = {row.words: row.degrade for row in ROWS}
    made = ways["50 Hz hum 40 dB below"](ways["clipping: peak 20 dB over"](ways["echo 0.3 s, direct 0 dB"](room)))
    findings = check_room(made.silence, made.speech).findings
    assert [(finding.kind, finding.level) for finding in findings] == [("clipping", "fix first"), ("hum", "usable")]
