"""What Kokoro learns from: durations by warping, pitch, bandwidth; and the measures of steady tones."""

import numpy as np
import pytest
import torch
from sounds import make_noise, make_tone, mixed

from voiceclone.audio.pitch import pitch_curve
from voiceclone.audio.sound import Audio, resample
from voiceclone.bases.kokoro.data import features
from voiceclone.bases.kokoro.model import synthesis, weights
from voiceclone.bases.kokoro.model.tokens import phonemes_to_tokens
from voiceclone.bases.kokoro.starting_voice import typical_style
from voiceclone.evaluation.tones import pause_level_dbfs, tone_excess
from voiceclone.text.phonemes import phonemize

RATE = 24_000


@pytest.fixture(scope="module")
def template(kokoro_folder, kokoro_network):
    """A sentence spoken by the base, with the frames of each token."""
    tokens = phonemes_to_tokens(phonemize("The quiet morning light fell across the kitchen table.", "en-us"))
    style = typical_style(weights.load_stock_voices(kokoro_folder)["jf_alpha"])
    with torch.no_grad():
        text = synthesis.encode_text(kokoro_network, tokens)
        samples, frames = synthesis.speak_features(kokoro_network, text, style)
    return samples.numpy(), frames.numpy()


def test_a_template_aligned_to_itself_gives_its_own_durations(template):
    samples, frames = template
    np.testing.assert_array_equal(features.align(samples, frames, samples), frames)


def test_silence_before_the_speech_goes_to_the_first_token(template):
    samples, frames = template
    silence = np.zeros(20 * 600, np.float32)
    found = features.align(samples, frames, np.concatenate([silence, samples]))
    longer = found - frames
    assert found.min() >= 1
    assert longer.sum() == 20
    assert longer[:2].sum() >= 16
    assert np.abs(longer[2:]).sum() <= 8


def test_a_warp_path_never_goes_back(template):
    samples, _ = template
    one = features.alignment_features(samples)
    other = features.alignment_features(samples[::2].copy())
    path = features.warp_path(one, other)
    assert path.shape == (len(one),)
    assert (np.diff(path) >= 0).all()
    assert path[0] == 0
    assert path.min() >= 0 and path.max() < len(other)
    distinct = np.random.default_rng(0).normal(size=(50, 20)).astype(np.float32)
    np.testing.assert_array_equal(features.warp_path(distinct, distinct), np.arange(50))


def test_recordings_are_compared_by_levels_and_slopes_whatever_their_scale():
    cepstra = np.random.default_rng(0).normal(size=(200, 10)).astype(np.float32)
    compared = features.comparable(cepstra)
    assert compared.shape == (200, 20) and compared.dtype == np.float32
    np.testing.assert_allclose(compared[:, :10].mean(0), 0.0, atol=1e-5)
    np.testing.assert_allclose(compared.std(0), 1.0, atol=0.01)
    np.testing.assert_allclose(features.comparable(7 * cepstra + 3), compared, atol=1e-3)
    step = np.repeat([0.0, 1.0], 50)[:, None] * np.ones(10)
    slopes = features.comparable(step)[:, 10:]
    assert (slopes[48:52] > 1).all() and np.abs(slopes[:40]).max() < 1e-6


def test_bandwidth_of_limited_and_full_sound():
    narrow = resample(make_noise(2.0, 16_000, 0.1), RATE)
    assert 7_400 < features.bandwidth(narrow) < 8_600
    assert features.bandwidth(make_noise(2.0, 48_000, 0.1)) > 11_500
    assert features.bandwidth(make_noise(2.0, 8_000, 0.1)) < 4_000


def test_the_pitch_of_a_known_sound():
    seconds = np.arange(2 * RATE) / RATE
    buzz = sum(np.sin(2 * np.pi * 140 * harmonic * seconds) / harmonic for harmonic in range(1, 12))
    curve = pitch_curve(Audio((0.2 * buzz).astype(np.float32), RATE), features.CURVE_HOP_S, 160)
    assert curve.shape == (160,)
    assert np.median(curve[20:-20]) == pytest.approx(140, rel=0.01)
    assert (pitch_curve(make_noise(2.0, RATE, 1e-5), features.CURVE_HOP_S, 160) == 0).mean() > 0.8


def test_sound_is_brought_to_the_bases_level_without_clipping():
    level = features.to_base_level(make_tone(1.0, 16_000, level=0.01))
    assert level.sample_rate == RATE
    assert 20 * np.log10(np.sqrt(np.mean(level.samples**2))) == pytest.approx(features.LEVEL_DBFS, abs=0.2)
    click = np.zeros(RATE, np.float32)
    click[100] = 0.5
    assert np.abs(features.to_base_level(Audio(click, RATE)).samples).max() <= 0.99 + 1e-6


def test_the_judge_of_tones_finds_a_tone_in_its_band():
    noise = make_noise(4.0, RATE, 0.05)
    quiet, loud = tone_excess([noise]), tone_excess([mixed(noise, make_tone(4.0, RATE, 4_800, 0.02))])
    assert [band.low_hz for band in quiet] == [1_000, 4_000, 8_000]
    assert all(band.max_db < 4 for band in quiet)
    assert loud[1].max_db > quiet[1].max_db + 6
    assert abs(loud[0].max_db - quiet[0].max_db) < 0.5
    assert abs(loud[2].max_db - quiet[2].max_db) < 0.5


def test_pauses_are_as_loud_as_they_are():
    pause, speech = make_noise(1.0, RATE, 0.001), make_noise(3.0, RATE, 0.1)
    level = pause_level_dbfs([Audio(np.concatenate([speech.samples, pause.samples]), RATE)])
    assert level == pytest.approx(-60, abs=1.5)
