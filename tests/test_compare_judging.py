"""The real judges behind a comparison, on the example voice: what they say, and what happens without them."""

import sys

import numpy as np
import pytest
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS, make_noise

from tests.test_evaluation_pitch import vowel
from voiceclone.audio.sound import Audio, decode
from voiceclone.compare import judging
from voiceclone.evaluation import judge

NAMES = sorted(EXAMPLE_TEXTS)[:5]
TEXTS = [EXAMPLE_TEXTS[name] for name in NAMES]


@pytest.fixture(scope="module")
def recordings():
    return [decode(EXAMPLE_DIR / name) for name in NAMES]


def test_a_perfect_copy_is_alike_understood_and_natural(recordings):
    figures = judging.judge_voice(TEXTS[:3], recordings[:3], "en-us", recordings[3:])
    assert min(figures.similarities) > 0.75
    assert figures.words_right > 0.85
    assert 2 < figures.naturalness < 5
    assert len(figures.similarities) == len(figures.word_errors) == len(figures.naturalnesses) == 3


def test_the_pitch_of_all_sentences_stands_beside_their_similarity(monkeypatch):
    monkeypatch.setattr(judge, "naturalnesses", lambda spoken: ())  # ten seconds, and another test's
    person = [vowel(110, seed=seed) for seed in (1, 2, 3, 4)]
    high = judging.judge_voice(["One.", "Two."], [vowel(220), vowel(220, seed=5)], "hi", person)
    assert high.pitch_off_semitones == pytest.approx(12, abs=0.5)
    assert judging.judge_recordings([""] * 4, person, "hi").pitch_off_semitones == pytest.approx(0, abs=0.3)
    assert judging.judge_recordings([""], person[:1], "hi").pitch_off_semitones is None
    noise = [make_noise(4.0, level=0.1)]
    assert judging.judge_voice(["One."], noise, "hi", person).pitch_off_semitones is None
    assert judging.judge_voice(["One."], person[:1], "hi", noise).pitch_off_semitones is None


def test_noise_and_silence_are_no_copy_and_no_crash(recordings):
    noise = np.random.default_rng(0).normal(0, 0.1, 48_000).astype(np.float32)
    bad = [Audio(noise, 24_000), Audio(np.zeros(48_000, np.float32), 24_000)]
    figures = judging.judge_voice(TEXTS[:2], bad, "en-us", recordings[3:])
    assert max(figures.similarities) < 0.7
    assert np.isfinite(figures.similarities).all()
    assert figures.words_right < 0.3
    assert figures.naturalness < 3


def test_other_languages_have_no_words_and_one_recording_has_nothing_to_be_like(recordings):
    figures = judging.judge_recordings(TEXTS[:1], recordings[:1], "es")
    assert (figures.similarities, figures.word_errors, figures.words_right) == ((), (), None)
    assert len(figures.naturalnesses) == 1


def test_without_the_judges_the_rest_is_kept(recordings, monkeypatch, caplog):
    for name in ("webrtcvad", "speechmos", "faster_whisper"):
        monkeypatch.setitem(sys.modules, name, None)
    from voiceclone.evaluation import dnsmos

    dnsmos._network.cache_clear()
    figures = judging.judge_voice(TEXTS[:1], recordings[:1], "en-us", recordings[1:2])
    assert (figures.similarity, figures.words_right, figures.naturalness) == (None, None, None)
    assert "left out" in caplog.text
