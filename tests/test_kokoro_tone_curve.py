"""The tone curve: what is measured between two sounds is what the filter puts right."""

import json

import numpy as np
import pytest
import torch
from scipy.signal import sosfilt

from voiceclone.bases.kokoro.postprocess.tone_curve import (
    CURVE_SIZE,
    MAX_GAIN_DB,
    TAKEN_SHARE,
    ToneCurveStatistics,
    apply_tone_curve,
)
from voiceclone.errors import VoiceFileError

RATE = 24_000
BIN_HZ = RATE / 2 / (CURVE_SIZE - 1)


def noise(seconds=1.0, seed=0):
    return np.random.default_rng(seed).normal(0, 0.1, int(seconds * RATE)).astype(np.float32)


def at(curve_db, frequency_hz):
    return curve_db[round(frequency_hz / BIN_HZ)]


def step_curve(gain_db, from_hz):
    curve_db = np.zeros(CURVE_SIZE, np.float32)
    curve_db[round(from_hz / BIN_HZ) :] = gain_db
    return curve_db


def heard(spoken, recorded, windows=25, bandwidth_hz=RATE / 2):
    meter = ToneCurveStatistics()
    for _ in range(windows):
        meter.add(torch.from_numpy(spoken)[None], torch.from_numpy(recorded)[None], bandwidth_hz)
    return meter


def test_a_flat_curve_changes_nothing():
    sound = noise()
    assert np.abs(apply_tone_curve(sound, np.zeros(CURVE_SIZE, np.float32)) - sound).max() < 1e-5


@pytest.mark.parametrize("gain_db", [4.0, -4.0])
def test_half_of_what_is_missing_is_found_and_given_back(gain_db):
    recorded = noise(4)
    spoken = apply_tone_curve(recorded, step_curve(-gain_db, 3000))
    curve_db = heard(spoken, recorded).curve_db()
    assert at(curve_db, 1500) == pytest.approx(0, abs=0.3)
    assert at(curve_db, 6000) == pytest.approx(TAKEN_SHARE * gain_db, abs=0.3)
    again_db = heard(apply_tone_curve(spoken, curve_db / TAKEN_SHARE), recorded).curve_db()
    assert abs(at(again_db, 6000)) < 0.3


def test_no_more_than_the_limit():
    curve_db = heard(noise() * 0.01, noise()).curve_db()
    assert curve_db.max() == pytest.approx(MAX_GAIN_DB)


def test_nothing_is_said_above_the_recordings_bandwidth():
    recorded = noise(2)
    spoken = apply_tone_curve(recorded, step_curve(-5, 1000))
    curve_db = heard(spoken, recorded, bandwidth_hz=4000).curve_db()
    assert at(curve_db, 3500) == pytest.approx(5 * TAKEN_SHARE, abs=0.4)
    assert np.abs(curve_db[round(5200 / BIN_HZ) :]).max() == 0


def test_pauses_do_not_count():
    """Silence filled with hiss by one of the two leaves the curve as it is."""
    loud = noise(1)
    hiss = sosfilt([[1, -0.9, 0, 1, 0, 0]], noise(1, seed=1)).astype(np.float32) * 0.02
    recorded = np.concatenate([loud, np.zeros_like(loud)])
    spoken = np.concatenate([loud, hiss])
    assert np.abs(heard(spoken, recorded).curve_db()).max() < 0.2


def test_too_little_heard_gives_no_curve():
    assert heard(noise(), noise(), windows=3).curve_db() is None


def test_a_checkpoint_keeps_what_was_heard():
    meter = heard(noise() * 0.7, noise())
    again = ToneCurveStatistics()
    again.restore(json.loads(json.dumps(meter.state())))
    assert np.array_equal(again.curve_db(), meter.curve_db())


def test_a_voice_file_with_a_curve_of_another_size_is_refused():
    from voiceclone.bases.kokoro.voice_tensors import check_tensors

    check_tensors({"style": (1, 256), "tone_curve": (CURVE_SIZE,)}, {})
    with pytest.raises(VoiceFileError):
        check_tensors({"style": (1, 256), "tone_curve": (100,)}, {})
