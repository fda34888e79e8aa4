"""A computer that slept while it trained: the sleep does not count, and is said."""

import pytest
from kokoro_runs import advance_to, metrics

from voiceclone.bases.base import Policy
from voiceclone.bases.kokoro.train.recipe import Recipe
from voiceclone.bases.kokoro.train.schedule import FINISH_RESERVE_S, Schedule
from voiceclone.bases.run.active_time import MAX_IDLE_S, ActiveTime
from voiceclone.bases.run.plan import StoredPlan
from voiceclone.training import runs


class Hands:
    """Clocks that a test sets."""

    def __init__(self):
        self.now_s = self.computed_s = 0.0

    def clock(self, spent_s=0.0):
        return ActiveTime(spent_s, lambda: self.now_s, lambda: self.computed_s)

    def pass_time(self, duration_s, computed_s):
        self.now_s += duration_s
        self.computed_s += computed_s


def test_work_counts_and_sleep_does_not():
    hands = Hands()
    clock = hands.clock(10.0)
    hands.pass_time(30.0, 55.0)  # two cores
    assert clock.elapsed_s == pytest.approx(40)
    hands.pass_time(300.0, 290.0)  # a long, busy step on a loaded computer
    assert clock.elapsed_s == pytest.approx(340)
    hands.pass_time(100.0, 4.0)  # starved by other programs
    assert clock.elapsed_s == pytest.approx(440)
    hands.pass_time(MAX_IDLE_S, 0.0)  # waiting for a slow disk
    assert clock.elapsed_s == pytest.approx(500)
    assert clock.take_slept_s() == 0
    hands.pass_time(8 * 3600.0, 2.0)  # the lid was closed
    assert clock.elapsed_s == pytest.approx(502)
    assert clock.take_slept_s() == pytest.approx(8 * 3600 - 2)
    assert clock.take_slept_s() == 0
    hands.now_s -= 50  # no clock we use goes back; if one did, no time would come back
    assert clock.elapsed_s == pytest.approx(502)


def test_a_plan_in_minutes_does_not_count_the_sleep():
    hands = Hands()
    schedule = Schedule(StoredPlan(Policy.FINE_TUNE, 5, None, 0), Recipe())
    schedule.active_time = hands.clock()
    hands.pass_time(100.0, 200.0)
    schedule.begin_step()
    schedule.end_step(1.0)
    hands.pass_time(90.0, 180.0)
    share = schedule.share
    assert share == pytest.approx(90 / (300 - FINISH_RESERVE_S - 100))
    hands.pass_time(3 * 3600.0, 0.5)
    assert schedule.share == pytest.approx(share, abs=0.01)
    assert schedule.eta_s() == pytest.approx(110, abs=1)


def test_the_sleep_is_said(make_trainer):
    trainer = make_trainer()
    advance_to(trainer, 1)
    hands = Hands()
    trainer.clock.active_time = hands.clock(20.0)
    hands.pass_time(2 * 3600.0, 1.0)
    advance_to(trainer, 2)
    assert "The training was held up for about 2 hours (the computer slept" in " ".join(
        runs.read_notes(trainer.run_dir)
    )
    assert metrics(trainer.run_dir)[-1]["elapsed_s"] == pytest.approx(21, abs=1)
