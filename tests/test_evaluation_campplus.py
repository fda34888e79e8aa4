"""CAM++ carried in the package gives the vectors of the network it was ported from, and passes gradients on."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from sounds import EXAMPLE_DIR, make_noise

from voiceclone.audio.sound import decode, resample
from voiceclone.evaluation import campplus

RATE = campplus.SAMPLE_RATE
ORIGINAL = load_file(Path(__file__).with_name("campplus_embeddings.safetensors"))
"""What 3D-Speaker's network gives for three example clips, with its weights in full precision."""


@pytest.fixture
def heard(speech):
    return resample(speech, RATE).samples


@pytest.mark.parametrize("name", sorted(ORIGINAL))
def test_a_clip_has_the_vector_that_the_original_gives_it(name):
    vector = campplus.vector(resample(decode(EXAMPLE_DIR / f"{name}.flac"), RATE).samples)
    assert (vector.dtype, vector.shape) == (np.float32, (campplus.EMBEDDING_SIZE,))
    assert vector @ vector == pytest.approx(1.0, abs=1e-4)
    assert vector @ ORIGINAL[name] > 0.99
    assert (vector < 0).sum() > 50  # nothing cuts off one side of its numbers


def test_one_person_is_nearer_than_noise(heard):
    noise = campplus.vector(resample(make_noise(3.0), RATE).samples)
    assert ORIGINAL["joe_01"] @ ORIGINAL["joe_02"] > 0.6 > 0.3 > campplus.vector(heard) @ noise


@pytest.mark.parametrize("duration_s", [0.1, 0.5, 1.6, 2.5])
def test_sound_of_any_length_has_a_vector_and_so_has_silence(heard, duration_s):
    for sound in (heard[RATE : RATE + round(duration_s * RATE)], np.zeros(round(duration_s * RATE), np.float32)):
        assert np.isfinite(campplus.vector(sound)).all()


def test_its_bands_are_those_of_kaldi(heard):
    from torchaudio.compliance import kaldi

    samples = torch.tensor(heard)
    with torch.no_grad():
        wanted = kaldi.fbank(samples[None], num_mel_bins=80, sample_frequency=RATE, dither=0.0)
    torch.testing.assert_close(campplus._mel_bands(samples), wanted, rtol=1e-3, atol=1e-3)


def test_gradients_reach_the_sound_even_if_it_was_loaded_for_judging(heard):
    campplus._weights.cache_clear()
    campplus._mel_filters.cache_clear()
    with torch.inference_mode():
        campplus.embed(torch.tensor(heard))
    window = torch.tensor(heard[RATE : RATE + 25_600]).requires_grad_()
    embedding = campplus.embed(window)
    aim = torch.tensor(ORIGINAL["joe_02"])
    (slope,) = torch.autograd.grad(1 - embedding @ aim, [window])
    assert torch.isfinite(slope).all()
    moved = window.detach() - 1e-3 * slope / slope.abs().max()
    assert campplus.embed(moved) @ aim > embedding.detach() @ aim + 1e-4


def test_the_licence_lies_beside_the_weights():
    licence = campplus.WEIGHTS_FILES[0].with_name("campplus.LICENSE.txt").read_text(encoding="utf-8")
    assert "3D-Speaker" in licence and "Apache License" in licence
    assert all(path.stat().st_size < 4e6 for path in campplus.WEIGHTS_FILES)
