"""The speaker encoder carried in the package gives the vectors of the one it was ported from, for any sound."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from sounds import EXAMPLE_DIR, make_noise

from voiceclone.audio.sound import Audio, decode, resample
from voiceclone.evaluation import speaker_encoder, speaker_similarity

RATE = speaker_encoder.SAMPLE_RATE
ORIGINAL = load_file(Path(__file__).with_name("resemblyzer_embeddings.safetensors"))
"""What Resemblyzer 0.1.4 gives for three example clips; more clips in benchmarks/speaker_encoder.py."""


@pytest.fixture
def heard(speech):
    return resample(speech, RATE).samples


@pytest.mark.parametrize("name", sorted(ORIGINAL))
def test_a_clip_has_the_vector_that_resemblyzer_gives_it(name):
    vector = speaker_similarity.embed(decode(EXAMPLE_DIR / f"{name}.flac"))
    assert (vector.dtype, vector.shape) == (np.float32, (256,))
    assert speaker_similarity.cosine(vector, ORIGINAL[name]) > 0.9999


def test_other_clips_and_noise_have_other_vectors(heard):
    noise = speaker_encoder.embed(resample(make_noise(3.0), RATE).samples)
    assert speaker_similarity.cosine(speaker_encoder.embed(heard), noise) < 0.7
    assert 0.8 < speaker_similarity.cosine(ORIGINAL["joe_01"], ORIGINAL["joe_02"]) < 0.9999


@pytest.mark.parametrize("samples", [0, 1, 479, 480, 4_000])
def test_short_sound_and_silence_have_a_vector_too(heard, samples):
    for sound in (heard[RATE : RATE + samples], np.zeros(samples, np.float32)):
        vector = speaker_encoder.embed(sound)
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5) and (vector >= 0).all()


def test_quiet_sound_is_raised_and_loud_sound_stays(heard):
    quiet = speaker_encoder.raise_level(heard * np.float32(1e-3))
    assert 20 * np.log10(np.sqrt(np.mean(quiet**2))) == pytest.approx(-30, abs=0.01)
    assert speaker_encoder.raise_level(heard) is heard


def test_long_silence_goes_and_speech_stays(heard):
    silence = np.zeros(2 * RATE, np.float32)
    trimmed = speaker_encoder.trim_long_silences(np.concatenate([silence, heard, silence, heard, silence]))
    twice = 2 * len(speaker_encoder.trim_long_silences(heard))
    assert twice <= len(trimmed) < twice + RATE // 2
    assert not len(speaker_encoder.trim_long_silences(silence))


@pytest.mark.parametrize(
    ("sample_count", "starts"),
    [(0, [0]), (25_600, [0]), (31_519, [0]), (31_520, [0, 77]), (43_839, [0, 77]), (43_840, [0, 77, 154])],
)
def test_windows_are_those_of_resemblyzer(sample_count, starts):
    assert speaker_encoder.window_starts(sample_count) == starts


def test_the_first_call_takes_no_random_numbers(heard):
    speaker_encoder._network.cache_clear()
    before = torch.random.get_rng_state()
    speaker_encoder.embed(heard)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_the_licence_lies_beside_the_weights():
    assert speaker_encoder.WEIGHTS_FILE.stat().st_size < 3e6
    licence = speaker_encoder.WEIGHTS_FILE.with_name("speaker_encoder.LICENSE.txt").read_text(encoding="utf-8")
    assert "Resemble.AI" in licence and "Apache License" in licence


def test_two_halves_of_a_clip_are_one_voice(speech):
    middle = len(speech.samples) // 2
    halves = [Audio(part, speech.sample_rate) for part in (speech.samples[:middle], speech.samples[middle:])]
    first, second = map(speaker_similarity.embed, halves)
    assert speaker_similarity.cosine(first, second) > 0.7
