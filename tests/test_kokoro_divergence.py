"""A training whose numbers go astray: noticed, gone back from, ended with the last good voice."""

import math
import random

import pytest
import torch
from kokoro_runs import advance_to, metrics, read_notes

from voiceclone.bases.kokoro import KokoroBase
from voiceclone.bases.run.checkpoint import read_about
from voiceclone.bases.run.divergence import MAX_BAD_STEPS, RECENT_STEPS, DivergenceWatch
from voiceclone.errors import TrainingError


def poison(trainer):
    """Make every recording into numbers that are none; return how they were."""
    before = [clip.samples.clone() for clip in trainer.clips.ready]
    for clip in trainer.clips.ready:
        clip.samples.fill_(math.nan)
    return before


def noisy_losses(level, count, seed=0):
    chooser = random.Random(seed)
    return [level * chooser.uniform(0.75, 1.35) for _ in range(count)]


def test_the_ups_and_downs_of_a_training_are_not_divergence():
    watch = DivergenceWatch()
    for loss in [*noisy_losses(4.0, 30), *noisy_losses(2.5, 200), 250.0, *noisy_losses(2.5, 50), 90.0, 80.0]:
        watch.note(loss)
        assert not watch.diverged
        assert not watch.doubtful


@pytest.mark.parametrize("level", [5.5, 30.0])
def test_a_level_far_above_the_lowest_is_divergence_within_a_few_steps(level):
    watch = DivergenceWatch()
    for loss in noisy_losses(2.5, 60):
        watch.note(loss)
    doubtful_at = diverged_at = None
    for step, loss in enumerate(noisy_losses(level, 2 * RECENT_STEPS, seed=1), start=1):
        watch.note(loss)
        doubtful_at = doubtful_at or (step if watch.doubtful else None)
        diverged_at = diverged_at or (step if watch.diverged else None)
    assert diverged_at <= RECENT_STEPS
    assert doubtful_at <= diverged_at


def test_losses_that_are_no_numbers_are_divergence_only_in_a_row():
    watch = DivergenceWatch()
    for _ in range(4):
        for _ in range(MAX_BAD_STEPS - 1):
            watch.note(math.nan)
        assert not watch.diverged
        watch.note(2.0)
    for loss in (math.nan, math.inf, -math.inf, math.nan, math.nan):
        watch.note(loss)
    assert watch.diverged


def test_a_watch_goes_on_from_its_checkpoint():
    watch, again = DivergenceWatch(), DivergenceWatch()
    for loss in noisy_losses(2.5, 25):
        watch.note(loss)
    again.restore(watch.state())
    for loss in noisy_losses(7.0, 8):
        watch.note(loss)
        again.note(loss)
        assert (watch.diverged, watch.doubtful, watch.state()) == (again.diverged, again.doubtful, again.state())
    assert again.diverged


@pytest.mark.slow
def test_it_goes_back_twice_and_then_ends_with_the_last_good_voice(make_trainer):
    trainer = make_trainer()
    advance_to(trainer, 2)
    trainer.save_checkpoint()
    good = trainer.voice_style().clone()
    advance_to(trainer, 3)
    statistics = trainer._statistics.state()
    poison(trainer)
    trainer.advance()
    assert trainer._statistics.state() == statistics, "numbers that are none got into what puts the sound right"
    while not trainer.position.finished:
        trainer.advance()
    assert trainer.position.step == 2
    assert torch.equal(trainer.voice_style(), good)
    notes = read_notes(trainer.run_dir)
    assert [note.partition(" astray")[2] for note in notes] == [
        ". It went back to step 2 and learns half as fast.",
        ". It went back to step 2 and learns a quarter as fast.",
        " again, so it ended early; the voice is the one of step 2.",
    ]
    assert [line["step"] for line in metrics(trainer.run_dir)] == [1, 2, 3]


@pytest.mark.slow
def test_after_going_back_it_learns_half_as_fast_from_other_windows(make_trainer):
    trainer = make_trainer()
    advance_to(trainer, 2)
    trainer.save_checkpoint()
    usual = trainer._seed_step().random()
    sounds = poison(trainer)
    for _ in range(MAX_BAD_STEPS):
        trainer.advance()
    assert trainer.position.step == 2
    for clip, samples in zip(trainer.clips.ready, sounds, strict=True):
        clip.samples.copy_(samples)
    assert trainer._seed_step().random() != usual
    advance_to(trainer, 3)
    rates = [group["lr"] / group["full_rate"] for group in trainer.trainable.acoustic.param_groups]
    assert rates == pytest.approx([0.5 * 3 / trainer.recipe.warm_up_steps] * len(rates), rel=0.02)
    trainer.save_checkpoint()
    assert make_trainer(trainer.run_dir).divergence.returns == 1


@pytest.mark.slow
def test_going_astray_before_the_first_checkpoint_begins_anew(make_trainer):
    trainer = make_trainer()
    advance_to(trainer, 1)
    assert not torch.equal(trainer.voice_style(), trainer.start)
    poison(trainer)
    for _ in range(MAX_BAD_STEPS):
        trainer.advance()
    assert trainer.position.step == 0
    assert torch.equal(trainer.voice_style(), trainer.start)
    with pytest.raises(TrainingError, match=r"went astray.*Leave out recordings"):
        for _ in range(2 * MAX_BAD_STEPS):
            trainer.advance()


def test_gradients_that_are_no_numbers_change_nothing(make_trainer):
    trainer = make_trainer()
    advance_to(trainer, 1)
    before = trainer.voice_style().clone()
    gradients = [torch.ones_like(parameter) for parameter in trainer.trainable.learnt_by(trainer.trainable.acoustic)]
    gradients[-1] = torch.full_like(trainer.trainable.acoustic_style, math.inf)
    assert not trainer.trainable.update(trainer.trainable.acoustic, gradients, 1.0)
    assert torch.equal(trainer.voice_style(), before)


def test_a_doubtful_moment_is_not_saved_and_an_end_in_it_goes_back(make_trainer):
    trainer = make_trainer()
    advance_to(trainer, 1)
    trainer.save_checkpoint()
    good = trainer.voice_style().clone()
    advance_to(trainer, 2)
    for loss in [*[1.0] * RECENT_STEPS, *[1.8] * RECENT_STEPS]:
        trainer.divergence.watches["loss"].note(loss)
    trainer.save_checkpoint()
    assert read_about(trainer.run_dir / "checkpoint.safetensors")["position"]["step"] == 1
    trainer.settle()
    assert trainer.position.step == 1
    assert torch.equal(trainer.voice_style(), good)


def test_it_is_saved_before_a_candidate_is_made(make_trainer, kokoro_folder):
    trainer, base = make_trainer(), KokoroBase(kokoro_folder)
    base._trainers[trainer.run_dir] = trainer
    path = trainer.run_dir / "checkpoint.safetensors"
    for step in (1, 2):
        advance_to(trainer, step)
        base.save(trainer.run_dir)
        assert read_about(path)["position"]["step"] == step
    written = path.stat().st_mtime_ns
    base.save(trainer.run_dir)
    assert path.stat().st_mtime_ns == written, "nothing was learnt since"
