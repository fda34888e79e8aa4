"""Blind listening: hidden order, equally loud pairs, answers that survive, and what the answers prove."""

import json
import os
import time
from dataclasses import replace

import numpy as np
import pytest
from sounds import make_tone

from tests.small_project import fake_engine, make_project
from voiceclone.audio.sound import Audio, decode, loudness_lufs
from voiceclone.blind import BlindTest, Pair, Side, result_of
from voiceclone.blind.library import BlindTestLibrary
from voiceclone.blind.making import comparable
from voiceclone.blind.model import as_plain, blind_test_from, hidden_order
from voiceclone.blind.result import share_interval
from voiceclone.errors import Cancelled, InputError, NotEnoughSpeechError, NotFoundError

LOW, HIGH = Side("voice", "Low", "1" * 32), Side("voice", "High", "2" * 32)


@pytest.fixture
def engine(tmp_path):
    return fake_engine(tmp_path / "data")


@pytest.fixture
def voices(engine):
    """Two voices of the fake base: tones of 200 and 800 Hz, and their projects."""
    return [voice_of(engine, "Low", 200.0), voice_of(engine, "High", 800.0)]


def voice_of(engine, name, pitch_hz):
    project = make_project(engine.data_dir, name, clip_count=8, pitch_hz=pitch_hz)
    run = engine.start_training(project.project_id, name, True, steps=60)
    *_, last = engine.runs.watch(run.run_id, 0.05)
    return engine.voices.get(last.voice_id)


def answered(choices, order="ab" * 5, **changes):
    """A test in which each pair got the answer in `choices`: the side that was chosen."""
    pairs = tuple(
        Pair("Words.", first, None if side is None else 1 if side == first else 2)
        for side, first in zip(choices, order, strict=True)
    )
    return BlindTest("f" * 32, "2026-01-01T10:00:00+00:00", "better", "en-us", 1, LOW, HIGH, pairs, **changes)


def pitch_hz(path):
    sound = decode(path)
    spectrum = np.abs(np.fft.rfft(sound.samples))
    return float(np.fft.rfftfreq(len(sound.samples), 1 / sound.sample_rate)[spectrum.argmax()])


def test_the_order_is_hidden_and_half_and_half():
    orders = [hidden_order(10, seed) for seed in range(40)]
    assert all(order.count("a") == 5 for order in orders)
    assert len({tuple(order) for order in orders}) > 30
    assert {order[0] for order in orders} == {"a", "b"}
    assert hidden_order(10, 3) == hidden_order(10, 3)
    assert {hidden_order(7, seed).count("a") for seed in range(20)} == {3, 4}


def test_wilsons_interval():
    low, high = share_interval(8, 10)
    assert (100 * low, 100 * high) == (pytest.approx(49.0, abs=0.1), pytest.approx(94.3, abs=0.1))


@pytest.mark.parametrize(
    ("for_low", "words", "proven"),
    [
        (8, "“Low” was preferred 8 of 10 times, “High” 2. Its true share lies between 49 and 94 in 100, "
            "so it may still be chance.", False),
        (9, "“Low” was preferred 9 of 10 times, “High” 1. Its true share lies between 60 and 98 in 100, "
            "so chance alone hardly explains it.", True),
        (1, "“High” was preferred 9 of 10 times, “Low” 1. Its true share lies between 60 and 98 in 100, "
            "so chance alone hardly explains it.", True),
        (5, "“Low” and “High” were chosen equally often, 5 of 10 times each. The true share of either lies between "
            "24 and 76 in 100: no difference was heard.", False),
    ],
)  # fmt: skip
def test_the_sentence_claims_what_the_answers_prove(for_low, words, proven):
    found = result_of(answered("a" * for_low + "b" * (10 - for_low)))
    assert (found.sentence, found.proven) == (words, proven)
    similarity = result_of(replace(answered("a" * 10), question="like"))
    assert "was judged the more similar 10 of 10" in similarity.sentence


def test_nothing_is_told_before_the_last_answer():
    with pytest.raises(InputError, match="1 pairs are left"):
        result_of(answered(["a"] * 9 + [None]))


def test_a_comparison_with_recordings_says_which_were_learnt():
    test = replace(answered("a" * 10), b=Side("recording", "your recordings"))
    assert result_of(test).sentence.endswith("No training had heard any of these recordings.")
    pairs = (replace(test.pairs[0], was_learnt=True), *test.pairs[1:])
    assert "1 of the 10 recordings was also learnt from" in result_of(replace(test, pairs=pairs)).sentence


def test_a_test_comes_back_from_its_json_and_a_damaged_one_is_told():
    test = answered("ab" * 5, finished_at="2026-01-02T10:00:00+00:00")
    value = json.loads(json.dumps(as_plain(test)))
    assert blind_test_from(value, test.test_id) == test
    for broken in ({}, [], value | {"pairs": [{"text": "x", "plays_first": "c"}]}, value | {"question": "?"}):
        with pytest.raises(NotFoundError, match="damaged"):
            blind_test_from(broken, test.test_id)


def test_both_sounds_are_equally_loud_and_of_one_rate():
    loud, quiet = make_tone(2.0, 48_000, 300, 0.5), make_tone(2.0, 16_000, 300, 0.01)
    one, other = comparable(loud, quiet)
    assert one.sample_rate == other.sample_rate == 16_000
    assert loudness_lufs(one) == pytest.approx(loudness_lufs(other), abs=0.1)
    # One that cannot be as loud without clipping makes the other quieter, too.
    peaky = np.zeros(48_000, np.float32)
    peaky[::4_000] = 0.9
    one, other = comparable(Audio(peaky, 16_000), loud)
    assert loudness_lufs(one) < -24
    assert loudness_lufs(one) == pytest.approx(loudness_lufs(other), abs=0.1)


def test_silence_around_the_words_goes_from_both(speech):
    padded = Audio(np.concatenate([np.zeros(44_100, np.float32), speech.samples]), speech.sample_rate)
    one, other = comparable(speech, padded)
    assert one.duration_s == pytest.approx(other.duration_s, abs=0.1)
    assert padded.duration_s - other.duration_s > 1.5


def test_ten_pairs_of_two_voices_in_an_order_that_only_the_end_tells(engine, voices):
    told = []
    test = engine.blind_tests.make("Low", voices[1].voice_id, seed=5, on_progress=lambda *what: told.append(what))
    assert len(test.pairs) == 10 and len({pair.text for pair in test.pairs}) == 10
    assert [pair.plays_first for pair in test.pairs] == hidden_order(10, 5)
    assert told[0][0] == 0 and told[-1][0] == pytest.approx(0.9)
    folder = engine.data_dir / "blind" / test.test_id
    names = {path.name for path in folder.iterdir()}
    assert names == {"test.json"} | {f"{number:02d}-{place}.wav" for number in range(1, 11) for place in (1, 2)}
    for number, pair in enumerate(test.pairs, start=1):
        first, second = (pitch_hz(folder / f"{number:02d}-{place}.wav") for place in (1, 2))
        assert (first < second) == (pair.plays_first == "a")
    asked = engine.blind_tests.question(test.test_id)
    assert (asked.number, asked.total, asked.text) == (1, 10, test.pairs[0].text)
    assert [path.name for path in asked.sounds] == ["01-1.wav", "01-2.wav"]
    assert not {"a", "b", "plays_first", "seed"} & set(vars(asked))


def test_answers_are_kept_and_the_sounds_go_with_the_last(engine, voices):
    test = engine.blind_tests.make("Low", "High", "like", seed=1)
    for number, pair in enumerate(test.pairs[:9], start=1):
        engine.blind_tests.answer(test.test_id, number, 1 if pair.plays_first == "a" else 2)
    again = fake_engine(engine.data_dir)  # the program was started anew
    assert again.blind_tests.all()[0].answered == 9
    assert again.blind_tests.question(test.test_id).number == 10
    assert (
        again.blind_tests.answer(test.test_id, 1, 1).pairs[0] == again.blind_tests.all()[0].pairs[0]
    )  # the first holds
    for number, choice in ((10, 3), (10, True), (0, 1), (11, 1), ("10", 1), (None, 1)):
        with pytest.raises(InputError):
            again.blind_tests.answer(test.test_id, number, choice)
    last = 1 if test.pairs[9].plays_first == "a" else 2
    finished = again.blind_tests.answer(test.test_id, 10, last)
    assert finished.finished and finished.finished_at and again.blind_tests.question(test.test_id) is None
    assert (result_of(finished).winner, result_of(finished).chosen) == ("Low", 10)
    assert [path.name for path in (engine.data_dir / "blind" / test.test_id).iterdir()] == ["test.json"]
    engine.blind_tests.delete(test.test_id)
    assert engine.blind_tests.all() == []
    with pytest.raises(NotFoundError):
        engine.blind_tests.question(test.test_id)


def test_an_answer_that_was_given_stays(engine, voices):
    test = engine.blind_tests.make("Low", "stock")
    assert engine.blind_tests.answer(test.test_id, 1, 2).pairs[0].answer == 2
    assert engine.blind_tests.answer(test.test_id, 1, 1).pairs[0].answer == 2


def test_a_voice_against_recordings_takes_those_first_that_no_training_heard(engine, voices):
    run = next(run for run in engine.runs.all() if run.voice_name == "Low")
    clips = engine.projects.clips(run.project_id)
    kept = [{"clip_id": clip.clip_id, "held_out": clip is clips[3]} for clip in clips]
    (engine.data_dir / "runs" / run.run_id / "clips.json").write_text(json.dumps(kept), encoding="utf-8")
    test = engine.blind_tests.make("recording", "Low", seed=2)
    assert len(test.pairs) == len(clips) == 8
    assert [pair.was_learnt for pair in test.pairs] == [False] + [True] * 7
    assert {pair.text for pair in test.pairs} == {clips[0].text}
    engine.runs.delete(run.run_id)  # what it learnt from is not known any more
    test = engine.blind_tests.make("recording", "Low", project_id=run.project_id)
    assert all(pair.was_learnt for pair in test.pairs)
    with pytest.raises(InputError, match="Choose whose recordings"):
        engine.blind_tests.make("recording", "Low")


def test_what_cannot_be_compared_is_told(engine, voices):
    few = make_project(engine.data_dir, "Few", clip_count=4)
    for one, other, question in (("Low", "Low", "better"), ("stock", "stock", "better"), ("Low", "High", "louder")):
        with pytest.raises(InputError):
            engine.blind_tests.make(one, other, question)
    with pytest.raises(NotFoundError):
        engine.blind_tests.make("Low", "Nobody")
    with pytest.raises(NotEnoughSpeechError, match=r"There are 4 usable.*at least 5"):
        engine.blind_tests.make("stock", "recording", project_id=few.project_id)
    assert engine.blind_tests.all() == []


def test_cancel_keeps_nothing(engine, voices):
    asked = iter([False, False, True])
    with pytest.raises(Cancelled):
        engine.blind_tests.make("Low", "High", should_stop=lambda: next(asked))
    assert list((engine.data_dir / "blind").glob("*")) == []


def test_what_a_killed_program_left_is_cleared_away_later(tmp_path):
    shelf = BlindTestLibrary(tmp_path)
    left, present = tmp_path / "blind" / "left", tmp_path / "blind" / "present"
    for folder in (left, present):
        folder.mkdir(parents=True)
        (folder / "01-1.wav").touch()
    an_hour_ago = time.time() - 4000
    os.utime(left, (an_hour_ago, an_hour_ago))
    with shelf.new_folder():
        pass
    assert not left.exists() and present.exists()


@pytest.mark.parametrize("test_id", ["", "../voices", "0" * 32, None, 7, "x" * 32])
def test_a_made_up_test_gets_one_sentence(tmp_path, test_id):
    shelf = BlindTestLibrary(tmp_path)
    for work in (shelf.test, shelf.question, shelf.delete, lambda one: shelf.answer(one, 1, 1)):
        with pytest.raises(NotFoundError, match="not there any more"):
            work(test_id)
