"""The speaker loss: what it hears, what it moves, and when it is asked."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from kokoro_runs import load_once, use_recipe

from voiceclone.bases.base import Effort, Policy
from voiceclone.bases.kokoro import KokoroBase
from voiceclone.bases.kokoro.data import dataset
from voiceclone.bases.kokoro.train.gradients import bounded
from voiceclone.bases.kokoro.train.recipe import Recipe
from voiceclone.bases.kokoro.train.schedule import FINISH_RESERVE_S, Schedule
from voiceclone.bases.kokoro.train.speaker_loss import SpeakerLoss
from voiceclone.bases.kokoro.train.trainer import Trainer
from voiceclone.bases.run.plan import StoredPlan
from voiceclone.training.estimate import BESIDE_LEARNING, FINISH_S, effort_plan
from voiceclone.training.speed import TrainingSpeed


@pytest.fixture
def trainer(make_trainer):
    trainer = make_trainer()
    trainer.clock.steps = 10
    return trainer


@pytest.fixture
def speaker_loss(trainer):
    return SpeakerLoss(trainer.run_dir, [entry for entry in dataset.read_index(trainer.run_dir) if not entry.held_out])


def loss_of(speaker_loss, trainer, seed):
    chooser = random.Random(seed)
    sentence = speaker_loss.draw_sentence(trainer.network, chooser)
    styles = trainer.trainable.acoustic_style, trainer.trainable.prosody_style
    torch.manual_seed(seed)
    return speaker_loss.of(sentence, trainer.network, *styles, chooser)


def test_following_its_gradient_makes_an_unrecorded_sentence_more_like_the_person(speaker_loss, trainer):
    style = trainer.trainable.acoustic_style
    loss = loss_of(speaker_loss, trainer, 3)
    (gradient,) = torch.autograd.grad(loss, [style])
    with torch.no_grad():
        style -= 0.05 * style.norm() * gradient / gradient.norm()
    after = float(loss_of(speaker_loss, trainer, 3).detach())
    assert 0.0 < after < float(loss.detach()) - 0.002 < 1.0


def test_it_moves_the_sound_and_not_melody_and_timing(speaker_loss, trainer):
    loss = loss_of(speaker_loss, trainer, 4)
    styles = [trainer.trainable.acoustic_style, trainer.trainable.prosody_style]
    acoustic, prosody = torch.autograd.grad(loss, styles, allow_unused=True)
    assert acoustic.abs().max() > 0 and prosody is None


def test_sentences_depend_on_the_chooser_only_and_are_in_several_languages(speaker_loss, trainer):
    def tokens(seed):
        return speaker_loss.draw_sentence(trainer.network, random.Random(seed)).tokens.tolist()

    drawn = [tokens(seed) for seed in range(6)]
    assert [tokens(seed) for seed in range(6)] == drawn
    assert len({language for language, _ in speaker_loss._texts}) >= 3


def test_it_is_asked_late_and_only_every_so_often(trainer, speaker_loss):
    trainer.recipe = trainer.clock.recipe = replace(trainer.recipe, speaker_from=0.4, speaker_every=2)
    trainer._speaker_loss, trainer.clock._policy = speaker_loss, Policy.FINE_TUNE
    while trainer.clips.pending:
        trainer.clips.make_next_ready()
    asked = []
    for step in range(10):
        trainer.clock.step = step
        asked += [step] if trainer._draw().sentence is not None else []
    assert asked == [4, 6, 8]
    trainer.recipe = trainer.clock.recipe = replace(trainer.recipe, speaker_from=1.0)
    trainer.clock.step = 10
    assert trainer._draw().sentence is None


def test_where_only_the_style_learns_it_has_no_say(prepared, kokoro_folder, network, monkeypatch):
    use_recipe(monkeypatch, speaker_from=0.0)
    load_once(monkeypatch, network)
    trainer = Trainer(prepared, kokoro_folder, "cpu")
    assert trainer.policy == Policy.TRANSFER and trainer._speaker_loss is None


def test_a_gradient_is_as_long_as_it_may_be():
    other = (torch.tensor([3.0, 4.0]), None)
    one, missing = bounded((torch.tensor([0.3, 0.4]), None), other, 0.5)
    assert missing is None
    torch.testing.assert_close(one, torch.tensor([1.5, 2.0]))
    tiny, _ = bounded((torch.tensor([1e-9, 0.0]), None), other, 0.5)
    assert float(tiny[0]) == pytest.approx(2e-7)
    (nothing,) = bounded((torch.zeros(2),), (torch.ones(2),), 0.5)
    assert torch.equal(nothing, torch.zeros(2))


def test_late_steps_take_longer_and_the_time_left_says_so():
    recipe = replace(Recipe(), speaker_from=0.4, speaker_from_step=50, late_step_cost=2.0)
    assert [recipe.late_steps(steps) for steps in (10, 100, 1000)] == [6, 60, 950]
    assert replace(recipe, speaker_from=1.0).late_steps(100) == 0
    schedule = Schedule(StoredPlan(Policy.FINE_TUNE, None, 10, 0), recipe)
    schedule.end_step(3.0)
    assert not schedule.late and schedule.eta_s() == pytest.approx((3 + 6 * 2) * 3.0 + FINISH_RESERVE_S)
    schedule.step, schedule.step_s = 8, 6.0
    assert schedule.late and schedule.eta_s() == pytest.approx(2 * 6.0 + FINISH_RESERVE_S)
    assert schedule.step_cost == 2.0
    only_style = Schedule(StoredPlan(Policy.TRANSFER, None, 10, 0), recipe)
    only_style.step, only_style.step_s = 8, 6.0
    assert not only_style.late and only_style.step_cost == 1.0
    assert only_style.eta_s() == pytest.approx(2 * 6.0 + FINISH_RESERVE_S)


def test_an_estimate_counts_the_late_steps():
    speed = TrainingSpeed(step_s=2.0, start_s=0.0, prepare_share=0.0)
    plan = effort_plan(KokoroBase(Path("nowhere")), Effort.QUICK, 60.0, speed)
    used = Recipe.for_device("cpu")
    late = used.late_steps(plan.steps)
    learning_s = 2.0 * (plan.steps - late + used.late_step_cost * late) * (1 + BESIDE_LEARNING)
    assert plan.expected_s == pytest.approx(learning_s + FINISH_S)
