"""Training in its own process: start, watch, stop, kill, continue, fail; with the small base, for real."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import psutil
import pytest

from tests.fake_base import BASE_ID, BREAKS_FILE, CHECKPOINT_EVERY_STEPS, spectral_centre_hz
from tests.small_project import PITCH_HZ, fake_engine, make_project
from tests.waiting import wait_until
from voiceclone.errors import BusyError, InputError, NotEnoughSpeechError, NotFoundError
from voiceclone.training.lock import TrainingLock
from voiceclone.training.runner import MAX_FRUITLESS_STARTS

LONG_STEPS = 5_000


@pytest.fixture
def engine(tmp_path):
    engine = fake_engine(tmp_path / "data")
    yield engine
    holder = TrainingLock(engine.data_dir).holder()
    if holder is not None and holder.pid != os.getpid():
        psutil.Process(holder.pid).kill()


@pytest.fixture
def project_id(engine):
    return make_project(engine.data_dir).project_id


def start(engine, project_id, steps=LONG_STEPS, **more):
    return engine.start_training(project_id, "Anna", True, steps=steps, **more).run_id


def wait_for_step(engine, run_id, step):
    wait_until(lambda: engine.runs.status(run_id).step >= step, f"step {step}")


def end_of(engine, run_id):
    *_, last = engine.runs.watch(run_id, interval_s=0.05)
    return last


def kill(engine, run_id):
    process = psutil.Process(TrainingLock(engine.data_dir).holder().pid)
    process.kill()
    wait_until(lambda: not engine.runs.status(run_id).process_alive, "the process is dead")


def pitch_hz(engine, voice_id):
    return spectral_centre_hz(engine.speak(voice_id, "A long enough sentence to measure.").audio)


def test_a_run_ends_in_a_voice_that_has_learnt(engine, project_id):
    seen = list(engine.runs.watch(start(engine, project_id, steps=30, seed=3), interval_s=0.02))
    last = seen[-1]
    assert last.state == "finished", last.message
    assert all(status.running for status in seen[:-1])
    assert (last.step, last.total_steps) == (30, 30)
    assert last.first_listen.read_bytes().startswith(b"RIFF")
    voice = engine.voices.get(last.voice_id)
    assert (voice.name, voice.steps, voice.seed, voice.consent) == ("Anna", 30, 3, True)
    assert voice.speech_s == pytest.approx(16, abs=0.5)
    assert voice.base_sha256 == engine.base.weights_sha256
    assert voice.consent_record["statement"].startswith("This is my voice")
    assert pitch_hz(engine, voice.voice_id) == pytest.approx(PITCH_HZ, rel=0.02)
    assert pitch_hz(engine, None) == pytest.approx(440, rel=0.02)
    losses = [point["loss"] for point in engine.runs.loss_points(last.run_id) if point["series"] == "loss"]
    assert losses[-1] < losses[0] / 10
    assert TrainingLock(engine.data_dir).holder() is None


def test_stop_keeps_what_was_learnt(engine, project_id):
    run_id = start(engine, project_id)
    wait_for_step(engine, run_id, 20)
    engine.runs.stop(run_id)
    last = end_of(engine, run_id)
    assert last.state == "stopped"
    assert 20 <= last.step < LONG_STEPS
    assert engine.voices.get(last.voice_id).steps == last.step
    assert engine.runs.stop(run_id).state == "stopped"
    with pytest.raises(InputError, match="ended already"):
        engine.runs.resume(run_id)


def test_a_stop_in_the_moment_of_the_end_is_no_error(engine, project_id, monkeypatch):
    run_id = start(engine, project_id, steps=5)
    ended = end_of(engine, run_id)
    assert ended.state == "finished"
    seen_before = [replace(ended, state="training")]
    told = engine.runs._runner.status
    monkeypatch.setattr(
        engine.runs._runner, "status", lambda wanted: seen_before.pop() if seen_before else told(wanted)
    )
    assert engine.runs.stop(run_id).state == "finished"


def test_another_engine_sees_the_run_and_two_at_once_are_refused(engine, project_id):
    run_id = start(engine, project_id)
    other = fake_engine(engine.data_dir)
    assert other.runs.active().run_id == run_id
    with pytest.raises(BusyError, match="“Anna” is still running"):
        other.start_training(project_id, "Berta", True)
    with pytest.raises(BusyError, match="Stop"):
        other.projects.delete(project_id)
    with pytest.raises(BusyError, match="Stop"):
        other.runs.delete(run_id)
    assert [status.run_id for status in other.runs.all()] == [run_id]
    wait_for_step(engine, run_id, 1)
    other.runs.stop(run_id)
    assert end_of(engine, run_id).state == "stopped"


def test_a_killed_run_is_found_and_continued_to_its_voice(engine, project_id):
    run_id = start(engine, project_id, steps=150)
    wait_for_step(engine, run_id, 3 * CHECKPOINT_EVERY_STEPS + 1)
    kill(engine, run_id)
    killed = engine.runs.status(run_id)
    assert killed.state == "interrupted"
    metrics = engine.data_dir / "runs" / run_id / "metrics.jsonl"
    with metrics.open("a") as file:
        file.write('{"step": 99, "lo')  # as if killed in the middle of a line

    restarted = fake_engine(engine.data_dir)
    assert restarted.runs.active().run_id == run_id
    assert restarted.runs.resume_interrupted().running
    last = end_of(restarted, run_id)
    assert last.state == "finished", last.message
    assert restarted.voices.get(last.voice_id).steps == 150
    assert pitch_hz(restarted, last.voice_id) == pytest.approx(PITCH_HZ, rel=0.02)
    told = [json.loads(line)["step"] for line in metrics.read_text().splitlines() if line.endswith("}")]
    assert told.count(1) == 1, "it began anew instead of from its checkpoint"
    assert len(told) <= 150 + CHECKPOINT_EVERY_STEPS
    steps = [point["step"] for point in restarted.runs.loss_points(run_id) if point["series"] == "loss"]
    assert steps == list(range(1, 151))
    assert restarted.runs.resume_interrupted() is None


def test_stop_after_a_kill_still_makes_a_voice(engine, project_id):
    run_id = start(engine, project_id)
    wait_for_step(engine, run_id, 2 * CHECKPOINT_EVERY_STEPS + 1)
    kill(engine, run_id)
    engine.runs.stop(run_id)
    last = end_of(engine, run_id)
    assert last.state == "stopped", last.message
    assert engine.voices.get(last.voice_id).steps >= 2 * CHECKPOINT_EVERY_STEPS


def test_stop_before_anything_was_learnt_leaves_no_voice(engine, project_id):
    run_id = start(engine, project_id)
    kill(engine, run_id)
    if engine.runs.status(run_id).step == 0:
        last = engine.runs.stop(run_id)
        assert (last.state, last.voice_id) == ("stopped", None)
    assert engine.voices.all() == []


def test_the_system_asking_to_end_leaves_a_run_to_continue(engine, project_id):
    run_id = start(engine, project_id)
    wait_for_step(engine, run_id, 10)
    os.kill(TrainingLock(engine.data_dir).holder().pid, signal.SIGTERM)
    wait_until(lambda: not engine.runs.status(run_id).process_alive, "the process has ended")
    status = engine.runs.status(run_id)
    assert status.state == "interrupted"
    saved = json.loads((engine.data_dir / "runs" / run_id / "checkpoint.json").read_text())
    assert saved["step"] == status.step, "the last steps before the end were not saved"
    assert engine.voices.all() == []


def test_a_failure_is_told_and_can_be_continued(engine, project_id):
    breaks = engine.data_dir / "base" / BASE_ID / BREAKS_FILE
    breaks.parent.mkdir(parents=True)
    breaks.write_text("The base is out of order. Set it up again.")
    run_id = start(engine, project_id, steps=20)
    last = end_of(engine, run_id)
    assert (last.state, last.error) == ("failed", "The base is out of order. Set it up again.")
    assert engine.runs.active() is None
    assert "BaseModelError" in (engine.data_dir / "runs" / run_id / "worker.log").read_text()
    breaks.unlink()
    engine.runs.resume(run_id)
    assert end_of(engine, run_id).state == "finished"


@pytest.mark.parametrize("which", ["the same", "another"])
def test_a_process_that_said_its_last_word_is_waited_for(engine, project_id, which):
    """On a busy machine a failed run's process may live a moment longer; going on must not call it busy."""
    breaks = engine.data_dir / "base" / BASE_ID / BREAKS_FILE
    breaks.parent.mkdir(parents=True)
    breaks.write_text("The base is out of order. Set it up again.")
    run_id = start(engine, project_id, steps=20)
    assert end_of(engine, run_id).state == "failed"
    breaks.unlink()
    lock = TrainingLock(engine.data_dir)
    deadline = time.monotonic() + 10
    while lock.holder() is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    lingering = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1.5)"])
    lock.claim(run_id)
    lock.hand_over(run_id, lingering.pid)
    threading.Thread(target=lingering.wait, daemon=True).start()
    next_id = engine.runs.resume(run_id).run_id if which == "the same" else start(engine, project_id, steps=20)
    assert end_of(engine, next_id).state == "finished"


def test_recordings_deleted_meanwhile_are_told(engine, project_id):
    run_id = start(engine, project_id)
    kill(engine, run_id)
    for name in ("prepared.json", "prepared.copy.json"):
        (engine.data_dir / "runs" / run_id / name).unlink(missing_ok=True)
    engine.projects.delete(project_id)
    engine.runs.resume(run_id)
    last = end_of(engine, run_id)
    assert last.state == "failed"
    assert "project" in last.error


def test_a_run_that_never_gets_anywhere_is_not_continued_by_itself(engine, project_id):
    run_id = start(engine, project_id)
    kill(engine, run_id)
    path = engine.data_dir / "runs" / run_id / "state.json"
    path.write_text(json.dumps({"state": "preparing", "fruitless_starts": MAX_FRUITLESS_STARTS}))
    assert engine.runs.resume_interrupted().state == "interrupted"
    assert engine.runs.resume(run_id).running


def test_the_training_outlives_the_program_that_started_it(engine, project_id):
    program = (
        "import signal, sys, time; from tests.small_project import fake_engine\n"
        # Tests run under nohup inherit that it is ignored.
        "signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
        "engine = fake_engine(sys.argv[1])\n"
        "print(engine.start_training(sys.argv[2], 'Anna', True, steps=150).run_id, flush=True)\n"
        "time.sleep(60)\n"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", program, str(engine.data_dir), project_id],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    run_id = starter.stdout.readline().strip()
    # What Ctrl-C and closing the terminal do: the whole process group of the starter is told to end.
    os.killpg(starter.pid, signal.SIGINT)
    os.killpg(starter.pid, signal.SIGHUP)
    starter.communicate()
    assert end_of(engine, run_id).state == "finished"


def test_training_is_a_little_less_important_than_the_page(engine, project_id):
    run_id = start(engine, project_id)
    wait_for_step(engine, run_id, 1)
    assert psutil.Process(TrainingLock(engine.data_dir).holder().pid).nice() > 0
    began = time.monotonic()
    assert engine.speak(None, "Speaking goes on.").sentences == 1
    assert time.monotonic() - began < 10


def test_a_run_can_be_deleted_and_its_voice_stays(engine, project_id):
    last = end_of(engine, start(engine, project_id, steps=10))
    engine.runs.delete(last.run_id)
    assert engine.runs.all() == []
    assert engine.voices.get(last.voice_id).name == "Anna"
    with pytest.raises(NotFoundError):
        engine.runs.status(last.run_id)


def test_a_second_voice_of_the_same_name_is_told_apart(engine, project_id):
    first = end_of(engine, start(engine, project_id, steps=10))
    second = end_of(engine, start(engine, project_id, steps=10))
    assert engine.voices.get(first.voice_id).name == "Anna"
    assert engine.voices.get(second.voice_id).name == "Anna (2)"


def test_a_training_hears_only_the_clips_it_is_given(engine, project_id):
    low_hz = PITCH_HZ / 2
    lower = make_project(engine.data_dir, "Lower", clip_count=3, pitch_hz=low_hz)
    folder = engine.data_dir / "projects"
    for clip in engine.projects.clips(lower.project_id):  # one project with clips of two voices
        (folder / lower.project_id / "clips" / clip.clip_id).rename(folder / project_id / "clips" / clip.clip_id)
    known = {clip.clip_id for clip in engine.projects.clips(project_id)}
    wanted = [clip_id for clip_id in known if _centre_hz(engine, project_id, clip_id) < 1.5 * low_hz]
    assert (len(known), len(wanted)) == (7, 3)
    run_id = start(engine, project_id, steps=30, clip_ids=wanted)
    assert end_of(engine, run_id).state == "finished"
    spoken = engine.speak(engine.runs.status(run_id).voice_id, "Hello there, you.").audio
    assert spectral_centre_hz(spoken) == pytest.approx(low_hz, rel=0.05)


def test_clips_that_are_too_few_alone_are_refused(engine, project_id):
    (first, *_) = engine.projects.clips(project_id)
    with pytest.raises(NotEnoughSpeechError, match="4 s of usable speech"):
        start(engine, project_id, clip_ids=[first.clip_id])


def _centre_hz(engine, project_id, clip_id):
    return spectral_centre_hz(engine.projects.clip_audio(project_id, clip_id))


def test_a_pause_keeps_the_state_and_it_goes_on_with_the_same_plan(engine, project_id):
    steps = 800  # more than are made before it pauses, also where this test gets little of the processor
    run_id = start(engine, project_id, steps=steps)
    wait_for_step(engine, run_id, 20)
    assert engine.runs.pause(run_id).state in ("pausing", "paused")
    paused = end_of(engine, run_id)
    assert (paused.state, paused.voice_id) == ("paused", None) and 20 <= paused.step < steps
    assert "goes on from there" in paused.message
    assert engine.runs.active().run_id == run_id, "a page that is opened again finds it"
    assert engine.runs.resume_interrupted().state == "paused", "a restart of the app leaves it alone"
    assert engine.runs.pause(run_id).state == "paused"
    wait_until(lambda: TrainingLock(engine.data_dir).holder() is None, "the process let go")
    engine.runs.resume(run_id)
    last = end_of(engine, run_id)
    assert (last.state, last.step) == ("finished", steps)
    told = (engine.data_dir / "runs" / run_id / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in told] == list(range(1, steps + 1)), "no step was lost or made twice"
    with pytest.raises(InputError, match="nothing to pause"):
        engine.runs.pause(run_id)


def test_a_newer_run_that_rests_does_not_keep_an_interrupted_one_from_going_on(engine, project_id):
    killed_id = start(engine, project_id)
    wait_for_step(engine, killed_id, 10)
    kill(engine, killed_id)
    paused_id = start(engine, project_id)
    wait_for_step(engine, paused_id, 10)
    engine.runs.pause(paused_id)
    assert end_of(engine, paused_id).state == "paused"
    wait_until(lambda: TrainingLock(engine.data_dir).holder() is None, "the process let go")
    found = engine.runs.resume_interrupted()
    assert (found.run_id, found.running) == (killed_id, True)
    assert engine.runs.status(paused_id).state == "paused"


def test_a_paused_run_can_be_stopped_and_its_voice_kept(engine, project_id):
    run_id = start(engine, project_id)
    wait_for_step(engine, run_id, 20)
    engine.runs.pause(run_id)
    paused = end_of(engine, run_id)
    wait_until(lambda: TrainingLock(engine.data_dir).holder() is None, "the process let go")
    engine.runs.stop(run_id)
    last = end_of(engine, run_id)
    assert last.state == "stopped" and last.step >= paused.step
    assert engine.voices.get(last.voice_id).steps == last.step


def test_a_training_without_a_length_is_a_quick_one_in_steps(engine, project_id):
    quick = engine.runs.estimate(project_id).plan("quick")
    run = engine.start_training(project_id, "Anna", True)
    record = engine.runs.record(run.run_id)
    assert (record.steps_asked, record.minutes_asked, record.effort) == (quick.steps, None, None)
    assert end_of(engine, run.run_id).step == quick.steps
