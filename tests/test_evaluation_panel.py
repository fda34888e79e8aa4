"""All judges over what a voice says at a checkpoint, and what they leave alone."""

import random

import numpy as np
import pytest
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS

from voiceclone.audio.sound import Audio, decode
from voiceclone.compute import preserved_random_state
from voiceclone.evaluation.panel import BROKEN, Panel

NAMES = sorted(EXAMPLE_TEXTS)[:3]


@pytest.fixture(scope="module")
def sounds():
    return [decode(EXAMPLE_DIR / name) for name in NAMES]


def test_real_speech_is_like_its_speaker_and_understood(sounds, tmp_path):
    judged = Panel(sounds[2:], "en-us", tmp_path).judge([EXAMPLE_TEXTS[name] for name in NAMES[:2]], sounds[:2])
    assert 0.8 < judged.similarity <= 1
    assert judged.words_right > 0.85
    assert 2.5 < judged.naturalness < 5
    assert len(judged.tones) == 2, "22 kHz recordings end at 11 kHz: no band up to 12"


def test_other_words_are_not_taken_for_the_right_ones(sounds, tmp_path):
    judged = Panel(sounds[2:], "en-us", tmp_path).judge(["Completely different words stand here."], sounds[:1])
    assert judged.words_right < 0.3


def test_what_cannot_be_judged_is_left_out(sounds, tmp_path):
    judged = Panel([], "hi", tmp_path).judge(["नमस्ते"], sounds[:1])
    assert (judged.similarity, judged.words_right) == (None, None)
    assert judged.naturalness > 1


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_sound_that_is_none_is_broken(sounds, tmp_path, value):
    nothing = Audio(np.full(24_000, value, np.float32), 24_000)
    assert Panel(sounds[:1], "en-us", tmp_path).judge(["One.", "Two."], [sounds[1], nothing]) == BROKEN


def test_a_block_leaves_no_trace_in_any_random_state():
    import torch

    random.seed(3)
    np.random.seed(3)
    torch.manual_seed(3)
    expected = random.random(), np.random.rand(), float(torch.rand(()))
    random.seed(3)
    np.random.seed(3)
    torch.manual_seed(3)
    inside = []
    for _ in range(2):
        with preserved_random_state():
            random.random()
            np.random.rand(5)
            inside.append(float(torch.rand(())))
    assert (random.random(), np.random.rand(), float(torch.rand(()))) == expected
    assert inside[0] == inside[1], "two voices are heard with the same noise"
