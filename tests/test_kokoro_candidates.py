"""Kokoro heard while it learns: training does not notice, and the voice written down is the one that was heard."""

import random
import shutil

import numpy as np
import pytest
import torch
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS

from voiceclone.audio.sound import decode
from voiceclone.bases.abilities import HeardWhileTraining
from voiceclone.bases.base import TrainingClip, TrainingPlan
from voiceclone.bases.kokoro import KokoroBase
from voiceclone.evaluation import speaker_similarity

STEPS = 2
LONG_S = 600.0
SENTENCES = ("Hello there.",)


@pytest.fixture(scope="module")
def prepared(kokoro_folder, tmp_path_factory):
    """A run folder before its first step, one of its four clips held out."""
    run_dir = tmp_path_factory.mktemp("heard") / "prepared"
    run_dir.mkdir()
    names = sorted(EXAMPLE_TEXTS)[:4]
    clips = [TrainingClip(name, decode(EXAMPLE_DIR / name), EXAMPLE_TEXTS[name], "en-us") for name in names]
    base = KokoroBase(kokoro_folder)
    base.prepare(clips, run_dir, TrainingPlan(steps=STEPS))
    base._trainer(run_dir)  # chooses where to begin, which draws random numbers the first time only
    return run_dir


@pytest.fixture(scope="module")
def runs(kokoro_folder, prepared):
    """The same run twice, the second heard before and between its steps; what it said at step 1, and its voice file."""
    silent_dir, heard_dir = (shutil.copytree(prepared, prepared.with_name(name)) for name in ("silent", "heard"))
    silent, heard = KokoroBase(kokoro_folder), KokoroBase(kokoro_folder)
    assert silent.train_slice(silent_dir, LONG_S).finished
    start = heard.speak_start(heard_dir, SENTENCES)
    assert heard.train_slice(heard_dir, LONG_S, until_step=1).step == 1
    spoken = heard.speak_learnt(heard_dir, SENTENCES)
    heard.write_learnt(heard_dir, heard_dir / "1.safetensors")
    assert heard.train_slice(heard_dir, LONG_S).finished
    return silent._trainer(silent_dir), heard._trainer(heard_dir), start, spoken, heard_dir / "1.safetensors"


def test_it_can_be_heard(kokoro):
    assert isinstance(kokoro, HeardWhileTraining)


def random_states():
    return random.getstate(), str(np.random.get_state()), torch.random.get_rng_state().tolist()


def test_hearing_it_changes_no_weight_and_no_random_state(prepared, kokoro_folder):
    base = KokoroBase(kokoro_folder)
    trainer = base._trainer(prepared)
    weights_before = {name: value.clone() for name, value in trainer.network.named_parameters()}
    own_state, states = trainer.clips.state(), random_states()
    trainer.trainable.acoustic_style.grad = torch.ones_like(trainer.trainable.acoustic_style)
    base.speak_start(prepared, SENTENCES)
    assert trainer.trainable.acoustic_style.grad is None, "the memory of the last step was not given back"
    base.speak_learnt(prepared, SENTENCES)
    base.write_learnt(prepared, prepared.with_name("0.safetensors"))
    assert base.held_out_loss(prepared) > 0
    assert random_states() == states and trainer.clips.state() == own_state
    after = dict(trainer.network.named_parameters())
    assert [name for name, value in weights_before.items() if not torch.equal(value, after[name])] == []


@pytest.mark.slow
def test_a_training_that_is_heard_learns_exactly_the_same(runs):
    silent, heard, *_ = runs
    assert torch.equal(silent.voice_style(), heard.voice_style())
    assert silent.trained.keys() == heard.trained.keys()
    assert [name for name, value in silent.trained.items() if not torch.equal(value, heard.trained[name])] == []
    assert silent.clips.state() == heard.clips.state()


@pytest.mark.slow
def test_the_file_holds_the_voice_that_was_heard(runs, kokoro):
    *_, start, spoken, path = runs
    kokoro.check_voice_file(path)
    from_file = kokoro.speak(path, SENTENCES[0], "en-us")
    assert from_file.duration_s == pytest.approx(spoken[0].duration_s, abs=0.06)
    assert speaker_similarity.cosine(speaker_similarity.embed(from_file), speaker_similarity.embed(spoken[0])) > 0.97
    untouched = start[0].samples
    assert len(untouched) != len(spoken[0].samples) or np.abs(untouched - spoken[0].samples).max() > 1e-3


def test_the_held_out_clip_is_the_one_that_nothing_is_learnt_from(prepared, kokoro_folder):
    (clip,) = KokoroBase(kokoro_folder).held_out(prepared)
    assert clip.sample_rate == 24_000 and 1 < clip.duration_s < 12
    base = KokoroBase(kokoro_folder)
    all_of_them, first = base.recordings(prepared, 1e9), base.recordings(prepared, 0.1)
    assert len(all_of_them) == 4 and len(first) == 1
    assert np.array_equal(first[0].samples, clip.samples) and np.array_equal(all_of_them[0].samples, clip.samples)
