"""Pauses are turned down, speech is left as it is."""

import numpy as np
import pytest

from voiceclone.bases.kokoro.pauses import MAX_CUT_DB, quieten_pauses

RATE = 24_000


def tone(seconds, level_dbfs):
    return (
        np.sqrt(2) * 10 ** (level_dbfs / 20) * np.sin(2 * np.pi * 500 * np.arange(int(seconds * RATE)) / RATE)
    ).astype(np.float32)


def level_db(samples):
    return 10 * np.log10(np.mean(samples.astype(np.float64) ** 2) + 1e-15)


def with_quiet_middle(quiet_dbfs):
    """A second of speech-like level, half a second of something quiet, another second."""
    return np.concatenate([tone(1, -20), tone(0.5, quiet_dbfs), tone(1, -20)])


MIDDLE = slice(int(1.1 * RATE), int(1.4 * RATE))


@pytest.mark.parametrize(("quiet_dbfs", "cut_db"), [(-40, 0), (-49, 0), (-60, 10), (-64, 14), (-90, MAX_CUT_DB)])
def test_the_further_below_speech_the_more_it_is_turned_down(quiet_dbfs, cut_db):
    sound = with_quiet_middle(quiet_dbfs)
    out = quieten_pauses(sound)
    assert len(out) == len(sound)
    assert out.dtype == np.float32
    assert level_db(sound[MIDDLE]) - level_db(out[MIDDLE]) == pytest.approx(cut_db, abs=0.5)


def test_speech_and_its_edges_stay():
    sound = with_quiet_middle(-70)
    out = quieten_pauses(sound)
    speech = np.r_[0:RATE, int(1.5 * RATE) : len(sound)]
    assert np.abs(out[speech] - sound[speech]).max() < 1e-4


def test_levels_are_relative_to_the_speech():
    sound = with_quiet_middle(-62)
    assert np.allclose(quieten_pauses(sound * 0.1), quieten_pauses(sound) * 0.1, atol=1e-6)


@pytest.mark.parametrize("length", [0, 1, 200, RATE])
def test_silence_and_scraps_pass(length):
    assert np.array_equal(quieten_pauses(np.zeros(length, np.float32)), np.zeros(length, np.float32))
