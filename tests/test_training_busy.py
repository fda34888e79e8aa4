"""Beside other programs: what a run says when it is slowed down, and that it does not flicker."""

import pytest

from tests.fake_base import STEP_PAUSE_S, FakeBase
from tests.small_project import make_project
from voiceclone.bases.base import TrainingPlan
from voiceclone.clips.library import ClipLibrary
from voiceclone.training import runs, worker
from voiceclone.training.pace import MIN_STEPS, QUIET_ABOVE, SLOWED_BELOW, PaceWatch
from voiceclone.training.speed import BUSY_SHARE
from voiceclone.training.status_sentence import SLOWED, SLOWED_TIMED, status_sentence

BUSY = 2 * BUSY_SHARE


def told(watch, *slices):
    """What the watch says after each (seconds a step, share of other programs)."""
    return [watch.note(MIN_STEPS, MIN_STEPS * step_s, others) for step_s, others in slices]


def test_a_run_is_slowed_where_it_is_slow_and_others_compute():
    assert told(PaceWatch(1.0), (1.1, 0.0), (3.0, BUSY), (1.1, 0.0)) == [False, True, False]


def test_slow_alone_is_no_other_program():
    assert told(PaceWatch(1.0), (3.0, 0.0), (3.0, BUSY_SHARE)) == [False, False]


def test_others_that_cost_nothing_are_not_mentioned():
    assert told(PaceWatch(1.0), (1.1, BUSY), (1.2, BUSY)) == [False, False]


def test_between_the_bounds_it_stays_as_it_was():
    between = 2 / (SLOWED_BELOW + QUIET_ABOVE)
    assert told(PaceWatch(1.0), *[(between, BUSY)] * 3) == [False] * 3
    assert told(PaceWatch(1.0), (3.0, BUSY), *[(between, BUSY)] * 3) == [True] * 4


def test_its_quickest_stretch_stands_in_for_a_computer_that_was_never_measured():
    assert told(PaceWatch(), (2.0, BUSY), (2.1, BUSY), (5.0, BUSY)) == [False, False, True]
    assert told(PaceWatch(9.0), (2.0, BUSY), (5.0, BUSY)) == [False, True], "it corrects what was measured"


def test_slices_without_a_step_say_nothing_and_short_ones_are_added_up():
    watch = PaceWatch(1.0)
    assert not watch.note(0, 60.0, 1.0)
    for _ in range(MIN_STEPS - 1):
        assert not watch.note(1, 3.0, BUSY), "too few steps to tell"
    assert watch.note(1, 3.0, BUSY)


@pytest.mark.parametrize(("timed", "sentence"), [(False, SLOWED), (True, SLOWED_TIMED)])
def test_the_status_says_so_and_promises_only_what_is_true(timed, sentence):
    said = status_sentence("training", 40, 230, 540, "", "", "Anna", False, slowed=True, timed=timed)
    assert said == f"Learning your voice: step 40 of about 230, about 9 minutes left. {sentence}"
    assert "nothing is lost" not in SLOWED_TIMED
    assert sentence not in status_sentence("finished", 40, 230, 0, "", "", "Anna", True, slowed=True, timed=timed)


@pytest.mark.parametrize(
    ("quiet_step_s", "others", "slowed"), [(STEP_PAUSE_S / 4, BUSY, True), (STEP_PAUSE_S / 4, 0.0, False)]
)
def test_the_training_process_writes_it_into_its_state(tmp_path, monkeypatch, quiet_step_s, others, slowed):
    monkeypatch.setattr(worker, "SLICE_S", 10 * STEP_PAUSE_S)
    monkeypatch.setattr(worker.OtherLoadMeter, "share", lambda _: others)
    base, run_dir = FakeBase(tmp_path), tmp_path / "runs" / "one"
    clips = ClipLibrary(tmp_path).training_clips(make_project(tmp_path).project_id, base.sample_rate, None)
    base.prepare(clips, run_dir, TrainingPlan(steps=60))
    runs.write_state(run_dir, runs.RunState())
    worker._learn(run_dir, base, worker.Board(run_dir), None, PaceWatch(quiet_step_s))
    assert runs.read_state(run_dir).slowed == slowed
