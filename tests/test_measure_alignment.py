"""The tool that measures borders between sounds, on borders that are known."""

import numpy as np
import pytest

from tools.measure_alignment import VOWEL, Sound, aligned, errors_ms, labelled, rise_ms, rises_db, row, spread
from voiceclone.audio.sound import Audio

LABELS = [
    "#",
    "0.30 125 pau",
    "0.40 125 ss",
    "0.55 125 oo",
    "0.60 125 pau",
    "0.70 125 sch",
    "0.80 125 ae",
    "1.0 125 pau",
]
"""`сёще`, with a pause within."""


def test_labels_end_where_sounds_end_and_pauses_are_none():
    assert labelled(LABELS) == [Sound("s", 0.3), Sound(VOWEL, 0.4), Sound("ɕ", 0.6), Sound(VOWEL, 0.7)]


def test_a_stress_begins_its_vowel_and_other_marks_are_no_sounds():
    phonemes = "sʲˈo, ɕi"  # each 2 frames of 25 ms, behind a boundary of 4
    found = aligned(phonemes, [4, *[2] * len(phonemes), 6])
    assert found == [
        Sound("s", 0.1),
        Sound(VOWEL, pytest.approx(0.2)),
        Sound("ɕ", pytest.approx(0.4)),
        Sound(VOWEL, 0.45),
    ]


def test_only_sounds_that_both_have_are_compared():
    truth = labelled(LABELS)
    found = [Sound("s", 0.31), Sound(VOWEL, 0.38), Sound("t", 0.5), Sound("ɕ", 0.6)]
    np.testing.assert_allclose(errors_ms(truth, found), [10, -20, 0], atol=1e-6)


def test_even_borders_know_only_where_the_speech_begins_and_ends():
    truth = labelled(LABELS)
    begins = [one.begins_s for one in spread(truth, truth)]
    np.testing.assert_allclose(begins, np.linspace(0.3, 0.7, 4))


@pytest.mark.parametrize("late_s", [0.0, 0.05])
def test_the_rise_of_the_energy_is_found(late_s):
    rate = 16_000
    samples = np.full(rate, 1e-4, np.float32)
    samples[rate // 2 :] = 0.3
    (profile,) = rises_db([Sound("t", 0.4), Sound(VOWEL, 0.5 + late_s)], Audio(samples, rate))
    assert rise_ms([profile]) == pytest.approx(-1000 * late_s, abs=10)
    assert rises_db([Sound("m", 0.4), Sound(VOWEL, 0.5)], Audio(samples, rate)) == []


def test_the_share_within_50_ms_is_told():
    assert row("a", np.array([10.0, -20.0, 60.0, 30.0])) == "| a | 25 ms | 51 ms | +20 ms | 75% |"
