"""Slow speech: silence at the edges of a sentence is not stretched, so the network fills it with nothing."""

import numpy as np
import pytest
import torch

from voiceclone.bases.kokoro import synthesis, weights
from voiceclone.bases.kokoro.dataset import phonemes_to_tokens
from voiceclone.bases.kokoro.edges import LAST_MARK, SOUND_FRAMES, keep_edges
from voiceclone.bases.kokoro.start import typical_style
from voiceclone.text.phonemes import phonemize

MARK, SOUND = 4, 50
TOKENS = [0, 11, SOUND, 16, SOUND, SOUND, MARK, 0]
ONE = torch.tensor([18, 3, 5, 2, 4, 19, 7, 1])


def at(speed):
    return keep_edges((ONE / speed).round().long(), ONE, TOKENS, speed).tolist()


@pytest.mark.parametrize("speed", [1.0, 1.5, 2.0])
def test_at_full_speed_and_above_nothing_is_changed(speed):
    assert at(speed) == (ONE / speed).round().long().tolist()


@pytest.mark.parametrize("speed", [0.5, 0.7, 0.95])
def test_below_it_only_what_is_spoken_gets_longer(speed):
    first, quote, *spoken, last, mark, end = at(speed)
    assert (first, quote, mark, end) == (18, 3, 7, 1)
    assert spoken == [round(frames / speed) for frames in (5, 2, 4)]
    assert last == round(SOUND_FRAMES / speed) + 19 - SOUND_FRAMES, "the silence in the last sound's token stays"


def test_a_short_last_sound_is_stretched_whole_and_a_text_without_sounds_is_left_alone():
    short = torch.tensor([18, 5, 3, 1])
    assert keep_edges(short * 2, short, [0, SOUND, SOUND, 0], 0.5).tolist() == [18, 10, 6, 1]
    assert keep_edges(short * 2, short, [0, MARK, 16, 0], 0.5).tolist() == (short * 2).tolist()


def test_marks_come_first_in_kokoros_alphabet():
    known = weights.vocabulary()
    assert {symbol for symbol, token in known.items() if token <= LAST_MARK} == set(';:,.!?—…"()“” ')


def levels_db(samples):
    """Levels of 25 ms, relative to the loudest tenth."""
    power = (samples[: len(samples) // 600 * 600].reshape(-1, 600).astype(float) ** 2).mean(1)
    levels = 10 * np.log10(power + 1e-12)
    return levels - np.sort(levels)[-len(levels) // 10 :].mean()


@pytest.mark.parametrize(
    ("voice", "text"), [("jf_gongitsune", "Hello, this is me."), ("jm_kumo", "Where did you put it?")]
)
def test_at_half_speed_there_is_no_sound_before_the_first_word_or_after_the_last(
    kokoro_folder, kokoro_network, voice, text
):
    style = typical_style(weights.load_stock_voices(kokoro_folder)[voice])
    tokens = phonemes_to_tokens(phonemize(text, "en-us"))
    samples, frames = synthesis.synthesize_with_frames(kokoro_network, tokens, style, 0.5)
    levels = levels_db(samples.numpy())
    assert levels[: int(frames[0]) - 6].max() < -40, "no puff more than 0.15 s before the first sound"
    loud, heard = (np.flatnonzero(levels > limit)[-1] for limit in (-25, -45))
    assert heard - loud <= 8, "0.2 s until it has died away"
