"""Pauses are turned down, speech is left as it is."""

import json

import numpy as np
import pytest

from voiceclone.bases.kokoro.postprocess.pauses import (
    LEVELS_DB,
    MAX_CUT_DB,
    THRESHOLD_DB,
    PauseStatistics,
    plain_curve_db,
    quieten_lead,
    quieten_pauses,
)

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


@pytest.mark.parametrize(("quiet_dbfs", "cut_db"), [(-40, 0), (-47, 0), (-50, 6), (-52, 12), (-90, MAX_CUT_DB)])
def test_the_further_below_speech_the_more_it_is_turned_down(quiet_dbfs, cut_db):
    sound = with_quiet_middle(quiet_dbfs)
    out = quieten_pauses(sound)
    assert len(out) == len(sound)
    assert out.dtype == np.float32
    assert level_db(sound[MIDDLE]) - level_db(out[MIDDLE]) == pytest.approx(cut_db, abs=0.5)


def test_speech_and_its_edges_stay():
    sound = with_quiet_middle(-70)
    out = quieten_pauses(sound)
    speech = np.r_[0 : int(0.997 * RATE), int(1.503 * RATE) : len(sound)]  # a fade of 2.5 ms, which nobody hears
    assert np.abs(out[speech] - sound[speech]).max() < 1e-4


def test_a_stop_of_30_ms_is_turned_down_too():
    quiet_s, below_db = 0.03, 39
    sound = np.concatenate([tone(1, -20), tone(quiet_s, -20 - below_db), tone(1, -20)])
    middle = slice(int((1 + quiet_s / 3) * RATE), int((1 + 2 * quiet_s / 3) * RATE))
    assert level_db(sound[middle]) - level_db(quieten_pauses(sound)[middle]) > 15


def test_levels_are_relative_to_the_speech():
    sound = with_quiet_middle(-62)
    assert np.allclose(quieten_pauses(sound * 0.1), quieten_pauses(sound) * 0.1, atol=1e-6)


@pytest.mark.parametrize("length", [0, 1, 200, RATE])
def test_silence_and_scraps_pass(length):
    assert np.array_equal(quieten_pauses(np.zeros(length, np.float32)), np.zeros(length, np.float32))


def speech_like(quiet_below_db, seed):
    """Return a second of bursts at about -20 dBFS; every fifth 100 ms is so much quieter, give or take 3 dB."""
    rng = np.random.default_rng(seed)
    pieces = []
    for number in range(10):
        below_db = quiet_below_db + rng.uniform(-3, 3) if number % 5 == 4 else rng.uniform(0, 8)
        pieces.append(rng.standard_normal(RATE // 10) * 10 ** (-(20 + below_db) / 20))
    return np.concatenate(pieces).astype(np.float32)


def meter_of(spoken_below_db, recorded_below_db, windows=60):
    meter = PauseStatistics()
    for seed in range(windows):
        meter.add(speech_like(spoken_below_db, seed), speech_like(recorded_below_db, 1000 + seed))
    return meter


def quiet_level_db(samples):
    frames = samples[: len(samples) // 480 * 480].reshape(-1, 480).astype(np.float64)
    levels = 10 * np.log10((frames**2).mean(1) + 1e-15)
    return np.quantile(levels, 0.05) - 10 * np.log10((frames**2).mean())


def test_quiet_moments_get_the_levels_of_the_recordings():
    curve_db = meter_of(38, 52).curve_db()
    spoken, recorded = (np.concatenate([speech_like(below_db, seed) for seed in (7, 8, 9)]) for below_db in (38, 52))
    out = quieten_pauses(spoken, curve_db)
    assert quiet_level_db(spoken) - quiet_level_db(recorded) > 10
    assert quiet_level_db(recorded) - 10 < quiet_level_db(out) < quiet_level_db(recorded) + 2
    loud = np.abs(spoken) > 0.05
    assert np.isclose(out[loud], spoken[loud], rtol=0.1).mean() > 0.99


def test_a_measured_curve_only_ever_turns_down_and_more_the_quieter_it_is():
    for spoken_db, recorded_db in ((38, 52), (40, 40), (50, 36)):
        curve_db = meter_of(spoken_db, recorded_db).curve_db()
        assert curve_db.shape == LEVELS_DB.shape and curve_db.dtype == np.float32
        assert np.all(curve_db <= 0) and np.all(curve_db >= -MAX_CUT_DB)
        assert np.all(np.diff(curve_db) >= 0)
        assert np.all(curve_db[LEVELS_DB >= THRESHOLD_DB] == 0)


def test_pauses_that_are_right_already_are_treated_as_without_measuring():
    assert np.allclose(meter_of(45, 45).curve_db(), plain_curve_db(), atol=2.5)


def test_too_little_heard_gives_no_curve_and_a_restored_meter_goes_on_the_same():
    early = meter_of(38, 52, windows=10)
    assert early.curve_db() is None
    other = PauseStatistics()
    other.restore(json.loads(json.dumps(early.state())))
    for seed in range(30):
        for meter in (early, other):
            meter.add(speech_like(38, seed), speech_like(52, seed))
    assert np.array_equal(early.curve_db(), other.curve_db())


def test_what_comes_before_the_first_sound_is_silenced_and_the_sound_is_not():
    puff, lead = np.full(RATE, 0.01, np.float32), round(0.225 * RATE)
    out = quieten_lead(puff, lead)
    assert len(out) == len(puff)
    assert not np.any(out[: round(0.07 * RATE)])
    assert np.array_equal(out[round(0.15 * RATE) :], puff[round(0.15 * RATE) :])
    assert np.all(np.diff(out) >= 0), "it fades in"


@pytest.mark.parametrize("lead", [0, 1, 600, 2_000])
def test_a_short_lead_is_left_as_it_is_where_the_first_sound_may_begin(lead):
    sound = np.full(RATE, 0.01, np.float32)
    out = quieten_lead(sound, lead)
    assert np.array_equal(out[lead:], sound[lead:])
    assert np.array_equal(out, sound) == (lead <= round(0.08 * RATE))
