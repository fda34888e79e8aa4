"""What all trainers share: plan, clock, learning rate, held-out clips, the best moment, metrics."""

import json
import math

import pytest

from voiceclone.bases.base import Policy, TrainingPlan
from voiceclone.bases.run.clock import RunClock, rate_share
from voiceclone.bases.run.cool_down import CoolDown, cool_down_after
from voiceclone.bases.run.divergence import MAX_BAD_STEPS, RECENT_STEPS, Divergence
from voiceclone.bases.run.done import note_done, read_done
from voiceclone.bases.run.held_out import BestMoment, choose_held_out, held_out_count
from voiceclone.bases.run.plan import PLAN_FILE, StoredPlan, read_plan, write_plan
from voiceclone.bases.run.run_files import RunFiles
from voiceclone.errors import TrainingError
from voiceclone.training.runs import metrics as told
from voiceclone.training.runs import read_notes


def clock_of(minutes=None, steps=None, spent_s=0.0):
    return RunClock(StoredPlan(Policy.FULL, minutes, steps, 7, "", spent_s), default_minutes=30, reserve_s=20)


def test_a_plan_is_what_was_written_and_survives_half_a_file(tmp_path):
    write_plan(tmp_path, TrainingPlan(steps=9, seed=3, policy=Policy.TRANSFER), "a" * 64, 2.5)
    plan = read_plan(tmp_path, "a" * 64)
    assert plan == StoredPlan(Policy.TRANSFER, None, 9, 3, "a" * 64, 2.5)
    (tmp_path / PLAN_FILE).write_text("{")
    assert read_plan(tmp_path, "a" * 64) == plan


def test_plans_of_earlier_versions_are_read(tmp_path):
    """One file and no copy; the first ones of Kokoro name no policy."""
    written = {"minutes": 5.0, "steps": None, "seed": 0, "weights_sha256": "b", "elapsed_s": 1}
    (tmp_path / PLAN_FILE).write_text(json.dumps(written))
    assert read_plan(tmp_path, "b") == StoredPlan(Policy.FINE_TUNE, 5.0, None, 0, "b", 1.0)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"policy": "none"}'])
def test_a_damaged_plan_and_other_weights_end_in_words(tmp_path, content):
    with pytest.raises(TrainingError, match="gone or damaged"):
        read_plan(tmp_path, "a")
    (tmp_path / PLAN_FILE).write_text(content)
    with pytest.raises(TrainingError, match="gone or damaged"):
        read_plan(tmp_path, "a")
    write_plan(tmp_path, TrainingPlan(steps=1, policy=Policy.FULL), "a", 0.0)
    with pytest.raises(TrainingError, match="other weights"):
        read_plan(tmp_path, "b")


def test_a_plan_in_steps_ends_with_its_last_step_and_one_in_minutes_with_the_clock():
    clock = clock_of(steps=2)
    clock.end_step(3.0)
    assert (clock.finished, clock.share, clock.total_steps(), clock.eta_s()) == (False, 0.5, 2, 23.0)
    clock.end_step(3.0)
    assert clock.finished
    clock = clock_of(minutes=1, spent_s=41.0)
    assert not clock.finished, "no voice without a step"
    clock.end_step(1.0)
    assert clock.finished and clock.share == 1.0
    assert clock_of().minutes == 30
    early = clock_of(steps=100)
    early.ended = True
    assert early.finished


def test_the_steps_of_a_run_are_seeded_by_seed_step_and_returns_alone():
    clock = clock_of(steps=9)
    first = clock.seed_step().random()
    assert clock.seed_step().random() == first
    assert clock.seed_step(returns=1).random() != first
    clock.end_step(1.0)
    assert clock.seed_step().random() != first


def test_the_learning_rate_rises_holds_and_falls():
    assert rate_share(0, 0.0, 10) == pytest.approx(0.1)
    assert rate_share(99, 1.0, 10) == 1.0, "without an end it stays"
    assert rate_share(99, 0.5, 10, final=0.1, hold=0.5) == pytest.approx(1.0)
    assert rate_share(99, 1.0, 10, final=0.1) == pytest.approx(0.1)
    assert rate_share(99, 0.5, 10, final=0.0) == pytest.approx(0.5)


def test_a_cool_down_takes_a_fifth_of_the_steps_before_and_ends_within_the_bound():
    found = [cool_down_after(step, 6000) for step in (0, 3, 250, 1500, 3000, 5700, 5701, 6000)]
    assert [(one.begin, one.end) for one in found] == [
        (0, 1), (3, 4), (250, 300), (1500, 1800), (3000, 3300), (5700, 6000), (5700, 6000), (5700, 6000),
    ]  # fmt: skip
    for most in range(1, 2000, 7):
        last = cool_down_after(most, most)
        assert most - 1 <= last.end <= most, "none of the bound is given away"
        assert cool_down_after(last.begin, last.end) == last, "told again it stays"


def test_the_share_of_a_cool_down():
    cooling = CoolDown(10, 14)
    assert [cooling.share(step) for step in (0, 10, 11, 13, 14, 99)] == [0, 0, 0.25, 0.75, 1, 1]


def test_an_open_ended_plan_is_kept_and_needs_a_bound(tmp_path):
    write_plan(tmp_path, TrainingPlan(steps=9, policy=Policy.FULL, open_ended=True), "a", 0.0)
    assert read_plan(tmp_path, "a").open_ended
    with pytest.raises(ValueError, match="upper bound"):
        TrainingPlan(minutes=5.0, open_ended=True)


def test_few_clips_are_held_out_spread_over_the_session():
    assert [held_out_count(count) for count in (0, 3, 4, 25, 50, 1000)] == [0, 0, 1, 2, 4, 6]
    names = [str(number) for number in range(30)]
    assert choose_held_out(names) == {"7", "22"}
    assert choose_held_out(names[:3]) == set()


def test_the_best_moment_beats_the_beginning_and_all_before():
    best = BestMoment(first_loss=1.0)
    assert [best.enter(step, step / 10, loss) for step, loss in enumerate((1.5, 0.9, 0.95, math.inf, 0.8))] == [
        False,
        True,
        False,
        False,
        True,
    ]
    assert (best.best_loss, best.best_step, best.judged_share) == (0.8, 4, 0.4)
    assert best.was_judged
    assert BestMoment(first_loss=1.0).was_judged
    assert not BestMoment().was_judged
    blind = BestMoment(first_loss=math.inf)
    assert not blind.was_judged
    assert blind.enter(1, 0.1, 5.0) and blind.was_judged


def test_a_run_is_judged_each_time_a_tenth_of_it_is_done():
    best, judged = BestMoment(first_loss=1.0), []
    for step in range(1, 101):
        if best.is_due(step / 100, 0.1):
            best.enter(step, step / 100, 2.0)
            judged.append(step)
    assert judged == list(range(10, 101, 10))


def test_divergence_counts_steps_left_out_and_asks_losses_that_say_something_for_their_level():
    watch = Divergence(("loss_mel",))
    for _ in range(MAX_BAD_STEPS - 1):
        watch.note({"loss_mel": math.nan})
    assert watch.doubtful and not watch.diverged
    watch.note({"loss_mel": None})  # the discriminator alone
    assert not watch.doubtful
    for loss in [1.0] * RECENT_STEPS + [2.5] * RECENT_STEPS:
        watch.note({"loss_mel": loss})
    assert watch.diverged
    watch.returns = 2
    again = Divergence(("loss_mel",))
    again.restore(watch.state())
    assert again.diverged and again.rate_share == 0.25
    again.restore({})
    assert (again.diverged, again.returns) == (False, 0), "a checkpoint of an earlier version"


def test_metrics_say_where_the_run_stands_and_round_what_they_tell(tmp_path):
    clock = clock_of(steps=4)
    clock.end_step(2.0)
    RunFiles(tmp_path).append_metrics(clock, "learning", {"loss": 1 / 3, "clips_at_once": 2})
    (line,) = told(tmp_path)
    assert (line["step"], line["total_steps"], line["phase"], line["eta_s"]) == (1, 4, "learning", 26.0)
    assert (line["loss"], line["clips_at_once"]) == (0.333333, 2)
    assert read_notes(tmp_path) == ()


def test_a_run_that_is_done_says_so_even_with_half_a_file(tmp_path):
    assert read_done(tmp_path) is None
    note_done(tmp_path, 3, 4)
    (tmp_path / "done.json").write_text("")
    assert (read_done(tmp_path).step, read_done(tmp_path).finished) == (3, True)
