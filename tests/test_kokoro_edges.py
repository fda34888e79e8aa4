"""Slow speech: silence at the edges of a sentence is not stretched, so the network fills it with nothing."""

import numpy as np
import pytest
import torch

from voiceclone.bases.kokoro.model import synthesis, weights
from voiceclone.bases.kokoro.model.edges import LAST_MARK, SOUND_FRAMES, keep_edges, sound_ends
from voiceclone.bases.kokoro.model.tokens import phonemes_to_tokens
from voiceclone.bases.kokoro.postprocess.pauses import quieten_end
from voiceclone.bases.kokoro.starting_voice import typical_style
from voiceclone.bases.kokoro.synthesizer import say
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


def burst(level_db, duration_s):
    noise = np.random.default_rng(0).standard_normal(round(24_000 * duration_s))
    return (0.1 * 10 ** (level_db / 20) * noise).astype(np.float32)


def sentence(*after):
    return np.concatenate([burst(0, 1.0), *after])


def test_what_comes_after_the_last_sound_has_died_away_is_silenced():
    spoken = sentence(burst(-60, 0.2), burst(-30, 0.05))
    silent = quieten_end(spoken, 24_000)
    np.testing.assert_array_equal(silent[:24_000], spoken[:24_000])
    assert len(silent) == len(spoken) and not silent[24_000 + 3_600 :].any()


@pytest.mark.parametrize(
    "after",
    [
        [burst(-60, 0.15), burst(-10, 0.05)],  # a closure and a burst before the search begins
        [burst(-30, 0.4)],  # breath that never gets quiet
        [burst(-60, 0.03), burst(-10, 0.2)],  # no pause
    ],
)
def test_a_last_burst_and_breath_are_left_alone(after):
    spoken = sentence(*after)
    np.testing.assert_array_equal(quieten_end(spoken, 24_000 + 4_800)[: len(spoken) - 1_200], spoken[:-1_200])
    np.testing.assert_array_equal(quieten_end(spoken[:100], 0), spoken[:100])


def test_the_last_sound_is_over_after_its_token_began():
    assert sound_ends([18, 3, 5, 2, 4, 19, 7, 1], TOKENS, 1.0) == 32 + SOUND_FRAMES + 4
    assert sound_ends([9, 2, 3, 1, 2, 2, 3, 1], TOKENS, 2.0) == 17 + 2 + 4
    assert sound_ends([9, 2, 1], [0, MARK, 0], 1.0) >= 11, "no sound: nothing is cut"


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
    assert heard - loud <= 12, "0.3 s until it has died away"


def test_at_double_speed_nothing_clicks_after_the_last_word(kokoro_folder, kokoro_network):
    style = typical_style(weights.load_stock_voices(kokoro_folder)["jf_gongitsune"])
    spoken = say(kokoro_network, style, "Stop that!", "en-us", 2.0)
    levels = levels_db(spoken.samples)
    assert levels[-4:].max() < -100
    assert np.flatnonzero(levels > -25)[-1] > 0.4 * len(levels), "the last word is there"
