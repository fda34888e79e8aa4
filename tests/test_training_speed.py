"""How quick this computer is: measured in a child process, kept for this machine, never beside a training."""

import json
import os
import subprocess
import sys
import time

import psutil
import pytest

from tests.fake_base import BASE_ID, BREAKS_FILE, STEP_PAUSE_S, FakeBase, SingleBase
from tests.small_project import fake_engine, make_project
from voiceclone import host
from voiceclone.errors import Cancelled
from voiceclone.training import speed_test
from voiceclone.training.lock import TrainingLock
from voiceclone.training.machine import OtherLoadMeter
from voiceclone.training.speed import (
    USUAL,
    TrainingSpeed,
    fingerprint,
    keep_training_speed,
    read_training_speed,
    training_speed_path,
    write_training_speed,
)


class Others:
    """Other programs that take a known share of the processor."""

    def __init__(self, share):
        self._share = share

    def share(self):
        return self._share


@pytest.fixture
def engine(tmp_path):
    engine = fake_engine(tmp_path / "data")
    engine.runs._others_now = Others(0.0)
    yield engine
    holder = TrainingLock(engine.data_dir).holder()
    if holder is not None and holder.pid != os.getpid():
        psutil.Process(holder.pid).kill()


def test_it_is_measured_once_and_leaves_nothing_else_behind(engine):
    assert not engine.runs.measure_speed(), "the base is not ready"
    engine.prepare_base()
    assert engine.runs.measure_speed()
    assert not engine.runs.measure_speed(wait=True)
    path = training_speed_path(engine.data_dir, BASE_ID)
    log = (path.parent / "probe.log").read_text()
    training_speed = read_training_speed(engine.data_dir, engine.base)
    assert training_speed is not None, log
    assert STEP_PAUSE_S <= training_speed.step_s < 1
    assert training_speed.start_s > 0.05, "a process does not start in no time"
    assert (training_speed.device, training_speed.precision) == ("cpu", "float64")
    assert {left.suffix for left in path.parent.iterdir()} <= {".json", ".lock", ".log"}
    assert engine.runs.all() == []
    written = path.stat().st_mtime_ns
    assert not engine.runs.measure_speed()
    if not training_speed.busy:
        assert not fake_engine(engine.data_dir).runs.measure_speed(), "another program need not measure again"
    assert path.stat().st_mtime_ns == written
    project = make_project(engine.data_dir)
    assert engine.runs.estimate(project.project_id).plan("quick").measured


def test_a_probe_that_fails_is_not_tried_again_and_again(engine):
    engine.prepare_base()
    (engine.data_dir / "base" / BASE_ID / BREAKS_FILE).write_text("Broken.", encoding="utf-8")
    engine.runs.measure_speed(wait=True)
    assert "BaseModelError" in (engine.data_dir / "pace" / "probe.log").read_text()
    assert not engine.runs.measure_speed(), "it would fail again"
    assert list((engine.data_dir / "pace").glob("*.trial")) == []


def test_it_is_never_measured_beside_a_training_and_ends_when_one_begins(engine):
    engine.prepare_base()
    project = make_project(engine.data_dir)
    assert engine.runs.measure_speed()
    run = engine.start_training(project.project_id, "Anna", True, steps=5_000)
    assert not engine.runs._speed_tester.running
    assert not engine.runs.measure_speed()
    assert read_training_speed(engine.data_dir, engine.base) is None
    engine.runs.stop(run.run_id)
    *_, last = engine.runs.watch(run.run_id, 0.02)
    assert not last.running
    assert engine.runs.measure_speed(), "what was broken off may be tried again"
    engine.runs.measure_speed(wait=True)
    assert read_training_speed(engine.data_dir, engine.base) is not None


def test_measuring_ends_early_when_it_is_told_so(tmp_path):
    base = FakeBase(tmp_path / "base")
    base.ensure_ready()
    with pytest.raises(Cancelled):
        speed_test.measure(base, speed_test.example_clips(), tmp_path, lambda: True, time.time())


class Slow:
    """A base of which each part takes a known time: loading, two recordings, then steps."""

    def __init__(self):
        self.slices = 0
        self.took_s = [0.3, 0.1, 0.4, 0.05, 0.05, 0.1]
        self.steps = [0, 0, 1, 2, 3, 4]

    def prepare(self, clips, run_dir, plan, on_progress=None, should_stop=None):
        assert plan.steps > 100, "a plan that ends would be finished up"

    def train_slice(self, run_dir, budget_s, should_stop=None):
        from voiceclone.bases.base import SliceResult

        time.sleep(self.took_s[self.slices])
        self.slices += 1
        return SliceResult(self.steps[self.slices - 1], 1000, finished=False)


def test_loading_preparing_and_learning_are_told_apart(tmp_path):
    base, clips = Slow(), speed_test.example_clips()
    training_speed = speed_test.measure(base, clips, tmp_path, lambda: False, time.time())
    assert base.slices == 6
    assert training_speed.step_s == pytest.approx(0.2 / 3, abs=0.02), "the first step is not counted"
    assert training_speed.prepare_share == pytest.approx(0.1 / clips[1].audio.duration_s, abs=0.01)
    assert training_speed.start_s == pytest.approx(
        0.3 - training_speed.prepare_share * clips[0].audio.duration_s, abs=0.05
    )


def test_figures_of_a_busy_computer_are_taken_once_more_by_the_next_program(engine):
    engine.prepare_base()
    write_training_speed(engine.data_dir, engine.base, TrainingSpeed(0.5, 10, 0.2, others_share=0.1))
    assert not engine.runs.measure_speed()
    write_training_speed(engine.data_dir, engine.base, TrainingSpeed(0.5, 10, 0.2, others_share=1.0))
    assert engine.runs.measure_speed()
    engine.runs.measure_speed(wait=True)
    assert read_training_speed(engine.data_dir, engine.base).step_s < 0.5
    write_training_speed(engine.data_dir, engine.base, TrainingSpeed(0.5, 10, 0.2, others_share=1.0))
    assert not engine.runs.measure_speed(), "once by one program"


def test_while_other_programs_keep_the_computer_busy_it_is_not_measured_again_and_again(engine):
    engine.prepare_base()
    write_training_speed(engine.data_dir, engine.base, TrainingSpeed(0.5, 10, 0.2, others_share=0.6))
    engine.runs._others_now = Others(0.6)
    assert not engine.runs.measure_speed(), "it would be no better"
    engine.runs._others_now = Others(0.1)
    assert engine.runs.measure_speed()


@pytest.mark.parametrize(
    ("known", "new", "kept"),
    [
        (
            TrainingSpeed(1.0, 10, 0.2, others_share=0.05),
            TrainingSpeed(8.0, 60, 1.0, others_share=0.7, least_step_s=0.9),
            "known",
        ),
        (TrainingSpeed(1.0, 10, 0.2, others_share=0.05), TrainingSpeed(1.3, 12, 0.3, others_share=0.0), "new"),
        (TrainingSpeed(8.0, 60, 1.0, others_share=0.7), TrainingSpeed(1.1, 12, 0.3, others_share=0.1), "new"),
        (TrainingSpeed(8.0, 60, 1.0, others_share=0.7), TrainingSpeed(4.0, 30, 0.6, others_share=0.4), "new"),
        (TrainingSpeed(4.0, 30, 0.6, others_share=0.4), TrainingSpeed(8.0, 60, 1.0, others_share=0.7), "known"),
        (None, TrainingSpeed(8.0, 60, 1.0, others_share=0.7), "new"),
    ],
)
def test_quiet_figures_are_remembered(tmp_path, known, new, kept):
    base = FakeBase(tmp_path / "base")
    if known is not None:
        write_training_speed(tmp_path, base, known)
    wanted = {"known": known, "new": new}[kept]
    assert keep_training_speed(tmp_path, base, new) == wanted
    assert read_training_speed(tmp_path, base) == wanted


def test_figures_from_before_lower_bounds_were_kept_still_hold(tmp_path):
    base = FakeBase(tmp_path / "base")
    write_training_speed(tmp_path, base, TrainingSpeed(0.5, 10, 0.2))
    path = training_speed_path(tmp_path, BASE_ID)
    content = json.loads(path.read_text())
    del content["least_step_s"]
    path.write_text(json.dumps(content))
    assert read_training_speed(tmp_path, base) == TrainingSpeed(0.5, 10, 0.2)


def test_a_step_that_had_its_cores_to_itself_was_not_hindered_by_work_on_others():
    assert not TrainingSpeed(1.0, 10, 0.2, others_share=0.5, least_step_s=0.9).busy
    hindered = TrainingSpeed(2.0, 40, 0.8, others_share=0.5, least_step_s=0.5)
    assert hindered.busy
    assert hindered.at_best() == TrainingSpeed(0.5, 10, 0.2, least_step_s=0.5)
    assert TrainingSpeed(4.0, 40, 0.8).at_best() == TrainingSpeed(4.0, 40, 0.8)
    crowded = TrainingSpeed(145.0, 95, 20.0, others_share=0.94, least_step_s=7.8).at_best()
    assert (crowded.step_s, crowded.prepare_share) == (USUAL.step_s, USUAL.prepare_share), "no more than is known"
    assert crowded.start_s < USUAL.start_s


def test_on_a_busy_computer_threads_sleep_while_they_wait(engine, monkeypatch):
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    started = []
    monkeypatch.setattr(engine.runs._speed_tester, "start", lambda *how: started.append(how))
    engine.prepare_base()
    for share in (0.1, 0.9):
        engine.runs._others_now = Others(share)
        engine.runs.measure_speed()
    assert [busy for *_, busy in started] == [False, True]
    assert "OMP_WAIT_POLICY" not in host.training_environment()
    assert host.training_environment(patient=True)["OMP_WAIT_POLICY"] == "PASSIVE"
    assert not host.waits_patiently()
    monkeypatch.setenv("OMP_WAIT_POLICY", "passive")
    assert host.waits_patiently()


def test_nobody_waits_longer_than_they_wanted_and_the_measuring_goes_on(engine):
    engine.prepare_base()
    assert engine.runs.measure_speed(wait=True, at_most_s=0.0)
    assert read_training_speed(engine.data_dir, engine.base) is None
    assert not engine.runs.measure_speed(wait=True)
    assert read_training_speed(engine.data_dir, engine.base) is not None


LOOP = "while True: pass"


@pytest.fixture
def busy_core():
    """One core that another program keeps busy."""
    core = host.core_numbers()[0]
    process = subprocess.Popen([sys.executable, "-c", LOOP])
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(process.pid, {core})
    yield core
    process.kill()
    process.wait()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system cannot bind a program to a core")
def test_other_programs_are_found_on_the_cores_this_one_may_use(busy_core):
    mine = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {busy_core})
        meter = OtherLoadMeter()
        time.sleep(0.5)
        assert meter.share() > 0.5
        meter, began, until = OtherLoadMeter(), time.monotonic(), time.process_time() + 0.3
        while time.process_time() < until:
            pass
        own_share = 0.3 / (time.monotonic() - began)
        assert meter.share() < 1.05 - own_share, "what this program computes is not theirs"
    finally:
        os.sched_setaffinity(0, mine)


class Computing(Slow):
    """A base whose steps compute, in one thread."""

    def train_slice(self, run_dir, budget_s, should_stop=None):
        until = time.process_time() + 0.05
        while time.process_time() < until:
            pass
        return super().train_slice(run_dir, budget_s, should_stop)


def test_what_a_step_computed_is_the_least_it_can_take(tmp_path, monkeypatch):
    monkeypatch.setattr(speed_test, "_threads", lambda: 1)  # torch may be there already, with more
    base = Computing()
    base.took_s = [0.0] * 6
    training_speed = speed_test.measure(base, speed_test.example_clips(), tmp_path, lambda: False, time.time())
    assert training_speed.least_step_s == pytest.approx(0.05, abs=0.02)
    assert training_speed.step_s >= training_speed.least_step_s
    waits = speed_test.measure(Slow(), speed_test.example_clips(), tmp_path, lambda: False, time.time())
    assert waits.least_step_s < 0.3 * waits.step_s, "waiting is not computing"


def test_figures_of_another_machine_do_not_hold(tmp_path, monkeypatch):
    base = FakeBase(tmp_path / "base")
    training_speed = TrainingSpeed(0.5, 10, 0.2)
    write_training_speed(tmp_path, base, training_speed)
    assert read_training_speed(tmp_path, base) == training_speed
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(host, "processor_name", lambda: "Another processor")
        assert read_training_speed(tmp_path, base) is None
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(host, "cores", lambda: 1000)
        assert read_training_speed(tmp_path, base) is None
    base.weights_sha256 = "0" * 64
    assert read_training_speed(tmp_path, base) is None
    assert fingerprint(base) == fingerprint(base)


@pytest.mark.parametrize("change", [{"step_s": 0}, {"step_s": "quick"}, {"start_s": -1}, {"step_s": None}, None])
def test_damaged_figures_are_none(tmp_path, change):
    base = FakeBase(tmp_path / "base")
    write_training_speed(tmp_path, base, TrainingSpeed(0.5, 10, 0.2))
    path = training_speed_path(tmp_path, BASE_ID)
    content = json.loads(path.read_text())
    path.write_text(path.read_text()[:40] if change is None else json.dumps(content | change))
    assert read_training_speed(tmp_path, base) is None


def test_a_base_without_known_steps_is_not_measured(tmp_path):
    from voiceclone import VoiceEngine

    engine = VoiceEngine(tmp_path, SingleBase.base_id, base_factory="tests.fake_base:SingleBase")
    engine.prepare_base()
    assert not engine.runs.measure_speed()
