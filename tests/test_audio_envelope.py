"""Loudness over time: a small picture, and a way to know a take again."""

import numpy as np
from sounds import joined, make_noise, make_tone

from voiceclone.audio.envelope import ENVELOPE_POINTS, envelope_correlation, fine_envelope, loudness_envelope
from voiceclone.audio.sound import Audio


def test_the_picture_follows_the_sound():
    shape = loudness_envelope(joined(make_tone(1.0, level=0.0001), make_tone(1.0, level=0.5)))
    assert len(shape) == ENVELOPE_POINTS
    assert max(shape[:20]) == 0 and min(shape[-20:]) == 99


def test_silence_and_a_single_sample_have_pictures():
    assert len(loudness_envelope(Audio(np.zeros(1, np.float32), 16_000))) == ENVELOPE_POINTS
    assert set(loudness_envelope(make_tone(1.0, level=0.0))) == {0}


def test_the_same_take_is_known_again_louder_shifted_and_with_some_noise(speech):
    shifted = Audio(np.pad(0.5 * speech.samples, 900).astype(np.float32), speech.sample_rate)
    noise = make_noise(shifted.duration_s, speech.sample_rate, 0.002)
    noisy = Audio(shifted.samples + noise.samples[: len(shifted.samples)], speech.sample_rate)
    assert envelope_correlation(fine_envelope(speech), fine_envelope(shifted)) > 0.99
    assert envelope_correlation(fine_envelope(speech), fine_envelope(noisy)) > 0.9


def test_other_sounds_are_not_alike(speech):
    backwards = Audio(speech.samples[::-1].copy(), speech.sample_rate)
    assert envelope_correlation(fine_envelope(speech), fine_envelope(backwards)) < 0.7
    assert envelope_correlation(fine_envelope(speech), fine_envelope(make_tone(1.0))) == 0.0, "another length"
