"""The end of an open-ended training of the embedded base: its learning rate, and that a break changes nothing."""

from dataclasses import replace

import pytest
import torch
from kokoro_runs import LONG_S, copy_run, load_once, metrics, prepare, tensors_of, use_recipe

from voiceclone.bases.abilities import CoolsDown
from voiceclone.bases.base import Policy, TrainingPlan
from voiceclone.bases.kokoro import KokoroBase
from voiceclone.bases.kokoro.train.recipe import EFFORT_STEPS, Recipe
from voiceclone.bases.kokoro.train.schedule import Schedule
from voiceclone.bases.run import cool_down
from voiceclone.bases.run.done import note_done
from voiceclone.bases.run.plan import StoredPlan

RECIPE = Recipe()
BEST, OVERNIGHT = EFFORT_STEPS["best"], EFFORT_STEPS["overnight"]


def schedule(steps=OVERNIGHT, open_ended=True):
    return Schedule(StoredPlan(Policy.FINE_TUNE, None, steps, 0, open_ended=open_ended), RECIPE)


def rate(clock, step):
    clock.step = step
    return clock.rate_scale()


def test_the_rate_stays_until_the_run_is_told_and_then_falls_as_in_other_plans():
    clock, other = schedule(), schedule(steps=300, open_ended=False)
    assert rate(clock, 0) == pytest.approx(1 / RECIPE.warm_up_steps)
    assert {rate(clock, step) for step in (10, 100, 1500, 3000)} == {1.0}
    clock.cool_down(1500)
    assert (clock.total_steps(), clock.finished) == (1800, False)
    assert {rate(clock, step) for step in (100, 1499, 1500)} == {1.0}, "also where it went back"
    falling = [rate(clock, 1500 + step) for step in range(300)]
    assert falling == sorted(falling, reverse=True)
    assert falling[100:] == pytest.approx([rate(other, step) for step in range(100, 300)]), "past the other's warm-up"
    assert falling[-1] == pytest.approx(RECIPE.final_rate_share, abs=1e-3)
    clock.step = 1800
    assert (clock.share, clock.eta_s()) == (1.0, pytest.approx(clock._reserve_s))


def test_a_run_that_never_levels_off_cools_down_before_its_bound():
    clock = schedule()
    begin = OVERNIGHT - cool_down.MOST_STEPS
    assert (rate(clock, begin), clock.total_steps()) == (1.0, OVERNIGHT)
    assert rate(clock, begin + 150) == pytest.approx((1 + RECIPE.final_rate_share) / 2)
    late = rate(clock, begin + 50)
    clock.cool_down(begin + 50)  # levelled off when it was at it already: the rate does not rise again
    assert (rate(clock, begin + 50), clock.total_steps()) == (late, OVERNIGHT)


def test_the_first_word_counts_and_a_checkpoint_keeps_it():
    clock = schedule()
    early = replace(clock.position, step=1000)
    clock.cool_down(1500)
    clock.cool_down(1750)
    assert (clock.position.cools_since, clock.total_steps()) == (1500, 1800)
    clock.restore_position(early)  # a run that diverged goes back to a checkpoint of before
    assert (clock.position.cools_since, clock.total_steps()) == (1500, 1800)
    again = schedule()
    again.restore_position(clock.position)
    assert [rate(again, step) for step in (1499, 1600, 1799)] == [rate(clock, step) for step in (1499, 1600, 1799)]
    assert again.total_steps() == 1800


def test_a_plan_with_a_set_end_is_left_alone():
    clock = schedule(BEST, open_ended=False)
    expected = rate(clock, 700)
    clock.cool_down(600)
    assert (rate(clock, 700), clock.total_steps(), clock.position.cools_since) == (expected, BEST, None)


def test_a_run_that_is_done_is_not_loaded_again(kokoro_folder, tmp_path):
    note_done(tmp_path, 1800, 1800)
    KokoroBase(kokoro_folder).cool_down(tmp_path, 1500)  # killed after everything was written; it has no plan any more


def test_a_cool_down_that_was_killed_ends_in_the_same_voice(kokoro_folder, network, tmp_path, monkeypatch):
    use_recipe(monkeypatch)
    load_once(monkeypatch, network)
    monkeypatch.setattr(cool_down, "STEPS_PER_STEP", 1)  # two steps after two
    plan = TrainingPlan(steps=50, seed=5, policy=Policy.TRANSFER, open_ended=True)
    whole = prepare(kokoro_folder, tmp_path / "whole", 2, plan)
    base = KokoroBase(kokoro_folder)
    assert isinstance(base, CoolsDown)
    assert base.train_slice(whole, LONG_S, until_step=2).total_steps == 50
    base.cool_down(whole, 2)
    assert base.train_slice(whole, LONG_S, until_step=3).total_steps == 4
    base.save(whole)
    within = copy_run(whole, tmp_path / "within")
    ended = base.train_slice(whole, LONG_S)
    assert (ended.step, ended.finished) == (4, True)
    expected = tensors_of(base._trainer(whole))

    continued = KokoroBase(kokoro_folder)
    ended = continued.train_slice(within, LONG_S)
    assert (ended.step, ended.total_steps, ended.finished) == (4, 4, True)
    found = tensors_of(continued._trainer(within))
    assert found.keys() == expected.keys()
    assert [name for name, tensor in expected.items() if not torch.equal(found[name], tensor)] == []
    assert [line["loss"] for line in metrics(within)] == [line["loss"] for line in metrics(whole)]
