"""Formant contrast: what is blurred is measured, and sharpening brings it nearer to the recording."""

import json

import numpy as np
import pytest

from voiceclone.bases.kokoro.postprocess.formant_enhancement import (
    CONTRAST_SIZE,
    MAX_CONTRAST,
    FormantStatistics,
    _formants,
    _spectrum,
    sharpen_formants,
)

RATE = 24_000


def formant_noise(height, seconds=2.0, seed=0):
    """Noise with three resonances whose log spectrum deviates by `height` (nepers)."""
    frequencies = np.fft.rfftfreq(int(seconds * RATE), 1 / RATE)
    log_gain = sum(height * np.exp(-(((frequencies - centre) / 300) ** 2)) for centre in (700, 2200, 4200))
    white = np.random.default_rng(seed).normal(0, 1, int(seconds * RATE))
    sound = np.fft.irfft(np.fft.rfft(white) * np.exp(log_gain))
    return (0.05 * sound / sound.std()).astype(np.float32)


def heard(spoken, recorded, windows=25, bandwidth_hz=RATE / 2):
    meter = FormantStatistics()
    for _ in range(windows):
        meter.add(spoken, recorded, bandwidth_hz)
    return meter


def moving(height):
    """Two sounds in turn, so that each frequency's deviation changes with time."""
    return np.concatenate([formant_noise(height), formant_noise(-height, seed=1)])


def spread(sound):
    return _formants(_spectrum(sound)).std()


def test_equal_sounds_need_nothing():
    assert heard(moving(1), moving(1)).contrast().max() < 1e-6


def test_what_is_blurred_is_found_where_it_is():
    contrast = heard(moving(0.9), moving(1.0)).contrast()
    assert contrast.shape == (CONTRAST_SIZE,)
    assert 0.05 < contrast[round(2200 / RATE * 1024)] < 0.15
    assert contrast.max() <= MAX_CONTRAST


def test_what_stands_out_more_than_the_recording_is_left():
    assert heard(moving(1.3), moving(1.0)).contrast()[round(2200 / RATE * 1024)] < 0.01


def test_sharpening_brings_formants_nearer_and_keeps_level_and_length():
    recorded, spoken = moving(1.0), moving(0.85)
    out = sharpen_formants(spoken, np.full(CONTRAST_SIZE, 0.15, np.float32))
    assert len(out) == len(spoken)
    assert out.std() == pytest.approx(spoken.std(), rel=0.01)
    assert abs(spread(out) - spread(recorded)) < 0.4 * abs(spread(spoken) - spread(recorded))


def test_no_contrast_changes_nothing():
    sound = formant_noise(1)
    assert np.abs(sharpen_formants(sound, np.zeros(CONTRAST_SIZE, np.float32)) - sound).max() < 1e-4


def test_pauses_stay_as_they_are():
    loud, quiet = formant_noise(1), formant_noise(1, seed=2) * 1e-3
    sound = np.concatenate([loud, quiet, loud])
    out = sharpen_formants(sound, np.full(CONTRAST_SIZE, MAX_CONTRAST, np.float32))
    middle = slice(len(loud) + 2000, 2 * len(loud) - 2000)
    assert np.corrcoef(out[middle], sound[middle])[0, 1] > 0.9999


def test_nothing_is_sharpened_above_the_bandwidth():
    contrast = heard(moving(0.8), moving(1.0), bandwidth_hz=3000).contrast()
    assert contrast[round(1500 / RATE * 1024)] > 0.05
    assert contrast[round(3100 / RATE * 1024) :].max() == 0


def test_too_little_heard_gives_nothing():
    assert heard(moving(0.8), moving(1.0), windows=3).contrast() is None


@pytest.mark.parametrize("length", [0, 100, RATE])
def test_scraps_and_silence_pass(length):
    silence = np.zeros(length, np.float32)
    assert np.array_equal(sharpen_formants(silence, np.full(CONTRAST_SIZE, 0.1, np.float32)), silence)


def test_a_checkpoint_keeps_what_was_heard():
    meter = heard(moving(0.9), moving(1.0))
    again = FormantStatistics()
    again.restore(json.loads(json.dumps(meter.state())))
    assert np.array_equal(again.contrast(), meter.contrast())
