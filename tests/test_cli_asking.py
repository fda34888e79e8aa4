"""What goes for good is asked about first, with what goes; without a terminal only `--yes` does it."""

import io
import json
import sys
from functools import partial

import pytest

from tests.small_project import fake_engine, make_project
from tests.terminal import run_command


@pytest.fixture
def engine(tmp_path):
    return fake_engine(tmp_path / "data")


@pytest.fixture
def run(engine, capsys):
    return partial(run_command, capsys, lambda: engine)


@pytest.fixture
def somebody_types(monkeypatch):
    """Let standard input be a terminal at which somebody types."""

    def somebody_types(words):
        typed = io.StringIO(words)
        typed.isatty = lambda: True
        monkeypatch.setattr(sys, "stdin", typed)

    return somebody_types


@pytest.fixture
def everything(engine):
    """A person with four clips, a training of it, and the voice it made."""
    project = make_project(engine.data_dir, "Anna")
    run_id = engine.start_training(project.project_id, "Anna's voice", True, steps=5).run_id
    *_, last = engine.runs.watch(run_id, 0.02)
    assert last.state == "finished"
    return project


def left(engine):
    return len(engine.projects.all()), len(engine.runs.all()), len(engine.voices.all())


WAYS = [
    (("projects", "--delete", "anna"), "everything about “Anna” (", (0, 0, 0)),
    (("projects", "--delete", "anna", "--keep-voices"), "everything about “Anna” (", (0, 0, 1)),
    (("runs", "--delete", "Anna's voice"), "the training of “Anna's voice”", (1, 0, 1)),
    (("runs", "--delete", "Anna's voice", "--with-voice"), "and its voice", (1, 0, 0)),
    (("delete", "Anna's voice"), "everything about “Anna's voice” (", (1, 0, 0)),
]


@pytest.mark.parametrize(("command", "named", "after"), WAYS)
def test_where_nobody_can_be_asked_nothing_goes_without_yes(run, engine, everything, command, named, after):
    for how in ((), ("--json",)):
        code, output, errors = run(*command, *how)
        assert (code, output) == (2, "")
        assert named in errors and "--yes" in errors and errors.count("\n") == 1
        assert left(engine) == (1, 1, 1)
    code, output, errors = run(*command, "--yes")
    assert (code, errors) == (0, "")
    assert left(engine) == after


@pytest.mark.parametrize(("command", "named", "after"), WAYS)
@pytest.mark.parametrize("typed", ["yes\n", " YES \n", "no\n", "\n", "", "y\n"])
def test_at_a_terminal_only_a_typed_yes_does_it(run, engine, everything, somebody_types, command, named, after, typed):
    somebody_types(typed)
    code, output, errors = run(*command)
    assert named in errors and "cannot be recovered" in errors
    if typed.strip().casefold() == "yes":
        assert (code, left(engine)) == (0, after)
    else:
        assert (code, output, left(engine)) == (2, "", (1, 1, 1))
        assert errors.endswith("Nothing was deleted.\n")


def test_a_terminal_lists_what_goes_before_it_asks(run, engine, everything, somebody_types):
    somebody_types("no\n")
    _, _, errors = run("projects", "--delete", "Anna")
    lines = errors.splitlines()
    assert lines[0] == "This will be deleted:"
    assert any(line.startswith("- 4 clips with 16 s of speech, as recorded and cleaned, ") for line in lines)
    assert any(line.startswith("- 1 training with all it learnt") for line in lines)
    assert any(line.startswith("- 1 voice: “Anna's voice”, ") for line in lines)
    assert errors.count("cannot be recovered") == 1 and left(engine) == (1, 1, 1)


def test_deleting_a_person_says_what_went(run, engine, everything):
    told = json.loads(run("projects", "--delete", everything.project_id, "--yes", "--json")[1])
    assert (told["deleted"]["subject_id"], told["deleted"]["name"]) == (everything.project_id, "Anna")
    assert {item["kind"]: item["count"] for item in told["deleted"]["items"]} == {
        "clips": 4,
        "project files": 2,
        "trainings": 1,
        "voices": 1,
    }
    assert told["size_bytes"] > 100_000
    code, output, errors = run("projects", "--delete", "Nobody", "--yes")
    assert (code, output) == (2, "") and errors.count("\n") == 1
    code, _, errors = run("projects", "--keep-voices")
    assert code == 2 and "--delete PROJECT" in errors


def test_a_training_that_is_running_ends_with_its_person(run, engine, somebody_types):
    project = make_project(engine.data_dir, "Anna")
    run_id = engine.start_training(project.project_id, "Anna", True, steps=50_000).run_id
    somebody_types("no\n")
    _, _, errors = run("projects", "--delete", "Anna")
    assert "The training of “Anna”, which is running, is ended first." in errors
    assert engine.runs.status(run_id).running
    code, output, _ = run("projects", "--delete", "Anna", "--yes")
    assert code == 0 and output.startswith("Everything about “Anna” was deleted")
    assert left(engine) == (0, 0, 0) and not (engine.data_dir / "training.lock").exists()
