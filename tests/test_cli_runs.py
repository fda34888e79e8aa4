"""The terminal commands about trainings that began before: runs, watch, stop, resume."""

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial

import pytest

from tests.fake_base import BREAKS_FILE
from tests.small_project import fake_engine, make_project
from tests.terminal import run_command
from tests.test_cli import PROGRAM
from voiceclone.cli.parser import build_parser
from voiceclone.training.lock import TrainingLock

WAIT_S = 60


@pytest.fixture
def engine(tmp_path):
    return fake_engine(tmp_path / "data")


@pytest.fixture
def run(engine, capsys):
    return partial(run_command, capsys, lambda: engine)


@pytest.fixture
def project(engine):
    return make_project(engine.data_dir, "Anna")


def start(engine, project, name, steps=50_000):
    return engine.start_training(project.project_id, name, True, steps=steps).run_id


def finish(engine, run_id):
    *_, last = engine.runs.watch(run_id, 0.05)
    return last


def wait_for_step(engine, run_id, step=5):
    until = time.monotonic() + WAIT_S
    while engine.runs.status(run_id).step < step:
        assert time.monotonic() < until
        time.sleep(0.02)


def test_runs_lists_every_training_with_what_came_of_it(run, engine, project):
    assert run("runs")[:2] == (0, "Nothing has been trained yet.\n")
    run_id = start(engine, project, "First", 12)
    finish(engine, run_id)
    (engine.data_dir / "runs" / run_id / "scores.json").write_text(
        '{"similarity": 0.91, "pitch_off_semitones": -0.25}', encoding="utf-8"
    )
    code, output, errors = run("runs")
    assert (code, errors) == (0, "")
    assert output.startswith(run_id[:8]) and run_id not in output
    assert "First" in output and "finished" in output and "12 steps" in output
    assert "similarity 0.91, pitch -0.2 semitones off" in output
    (told,) = json.loads(run("runs", "--json")[1])
    assert (told["run_id"], told["steps_asked"], told["scores"]) == (
        run_id,
        12,
        {"similarity": 0.91, "pitch_off_semitones": -0.25},
    )
    make_project(engine.data_dir, "Berta")
    assert run("runs", "--project", "Berta")[1] == "Nothing has been trained yet.\n"
    assert run("runs", "--project", "Anna")[1] == output
    assert run("runs", "--project", "Nobody")[0] == 2


def test_runs_shows_one_training_by_any_of_its_names(run, engine, project):
    run_id = start(engine, project, "Chosen", 12)
    finish(engine, run_id)
    code, output, _ = run("runs", "chosen")
    assert code == 0
    assert "12 steps" in output and "average loss" in output and "16.0 s of speech in 4 clips" in output
    assert run("runs", run_id[:6])[1] == output == run("runs", run_id)[1]
    told = json.loads(run("runs", "chosen", "--json")[1])
    assert told["loss"][-1]["step"] == 12 and told["voice_there"] is True


def test_runs_deletes_a_training_and_its_voice_only_when_asked(run, engine, project):
    for name in ("First", "Second"):
        finish(engine, start(engine, project, name, 12))
    code, output, _ = run("runs", "--delete", "First", "--yes")
    assert code == 0 and output.endswith("was deleted. Its voice is kept.\n")
    assert engine.voices.get("First")
    told = json.loads(run("runs", "--delete", "second", "--with-voice", "--yes", "--json")[1])
    assert (told["deleted"]["voice_name"], told["voice_deleted"]) == ("Second", True)
    assert [voice.name for voice in engine.voices.all()] == ["First"]
    assert engine.runs.all() == []
    for wrong in (
        ("runs", "--delete", "First"),
        ("runs", "--with-voice"),
        ("runs", "First", "--delete", "First"),
        ("runs", "Nobody"),
    ):
        code, output, errors = run(*wrong)
        assert (code, output) == (2, ""), wrong
        assert errors.count("\n") == 1 and errors.strip().endswith(".")


def test_a_running_training_is_not_deleted_but_stopped_by_its_name(run, engine, project):
    run_id = start(engine, project, "Long")
    wait_for_step(engine, run_id)
    code, _, errors = run("runs", "--delete", "Long", "--yes")
    assert code == 2 and "Stop it first" in errors
    code, output, _ = run("stop", "long", "--json")
    assert code == 0 and json.loads(output)["state"] == "stopped"
    assert engine.runs.status(run_id).state == "stopped"


def test_watch_tells_the_end_and_a_failure_is_one_sentence(run, engine, project):
    run_id = start(engine, project, "Short", 40)
    code, output, _ = run("watch", run_id[:8], "--json")
    assert code == 0 and json.loads(output)["state"] == "finished"
    assert run("watch")[0] == 0  # the newest; it is over, so it is told at once
    (engine.data_dir / "base" / "fake-base" / BREAKS_FILE).write_text("It broke. Try again.", encoding="utf-8")
    finish(engine, start(engine, project, "Broken", 12))
    assert run("watch", "Broken") == (2, "", "It broke. Try again.\n")


def test_ctrl_c_leaves_a_watched_training_running(engine, project):
    run_id = start(engine, project, "Watched")
    wait_for_step(engine, run_id)
    command = [sys.executable, "-c", PROGRAM, str(engine.data_dir), "watch", "Watched", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr.readline().startswith("Watching the training of “Watched”")
        os.kill(process.pid, signal.SIGINT)
        output, errors = process.communicate(timeout=WAIT_S)
    finally:
        process.kill()
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert f"watch {run_id[:8]}" in errors
    assert json.loads(output)["state"] == "training"
    before = engine.runs.status(run_id).step
    wait_for_step(engine, run_id, before + 5)
    engine.runs.stop(run_id)
    assert finish(engine, run_id).state == "stopped"


@pytest.mark.parametrize("command", ["resume", pytest.param("continue", marks=pytest.mark.slow)])
def test_resume_goes_on_with_a_training_that_was_killed(run, engine, project, command):
    run_id = start(engine, project, "Killed", 400)
    wait_for_step(engine, run_id)
    os.kill(TrainingLock(engine.data_dir).holder().pid, signal.SIGKILL)
    finish(engine, run_id)
    assert run("watch", "Killed")[0] == 1  # interrupted, and it says how to go on
    code, output, _ = run(command, "killed", "--json")
    assert code == 0
    told = json.loads(output)
    assert (told["run_id"], told["state"], told["step"]) == (run_id, "finished", 400)


def test_the_old_name_works_and_is_not_listed():
    parser = build_parser()
    assert parser.parse_args(["continue", "x"]).command == "continue"
    listed = [line.split()[0] for line in parser.format_help().splitlines() if line.startswith("    ") and line.split()]
    assert {"runs", "watch", "stop", "resume"} <= set(listed)
    assert "continue" not in listed
