"""What goes for good is asked about first, with what goes; without a terminal only `--yes` does it."""

import io
import json
import sys

import pytest

from tests.small_project import fake_engine, make_project
from voiceclone.cli import main


@pytest.fixture
def engine(tmp_path):
    return fake_engine(tmp_path / "data")


@pytest.fixture
def run(engine, capsys):
    """Run a command in this process: exit code, standard output, standard error."""

    def run(*arguments):
        code = main([str(one) for one in arguments], lambda: engine)
        return code, *capsys.readouterr()

    return run


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
    (("projects", "--delete", "anna"), "“Anna” with 4 clips (16 s of speech)", (0, 1, 1)),
    (("runs", "--delete", "Anna's voice"), "the training of “Anna's voice”", (1, 0, 1)),
    (("runs", "--delete", "Anna's voice", "--with-voice"), "and its voice", (1, 0, 0)),
    (("delete", "Anna's voice"), "the voice “Anna's voice”", (1, 1, 0)),
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


def test_deleting_a_person_says_what_stays_and_how_that_goes(run, engine, everything):
    code, output, _ = run("projects", "--delete", everything.project_id, "--yes")
    assert code == 0
    assert output.splitlines()[0] == "“Anna” with 4 clips (16 s of speech) was deleted."
    assert "1 training from it" in output and "runs --delete" in output
    assert not (engine.data_dir / "projects" / everything.project_id).exists()
    one = make_project(engine.data_dir, "Berta", clip_count=1)
    told = json.loads(run("projects", "--delete", "Berta", "--yes", "--json")[1])
    assert (told["deleted"]["project_id"], told["clips"], told["runs_left"]) == (one.project_id, 1, [])
    code, output, errors = run("projects", "--delete", "Nobody", "--yes")
    assert (code, output) == (2, "") and errors.count("\n") == 1


def test_a_person_who_is_being_trained_on_stays(run, engine):
    project = make_project(engine.data_dir, "Anna")
    run_id = engine.start_training(project.project_id, "Anna", True, steps=50_000).run_id
    code, _, errors = run("projects", "--delete", "Anna", "--yes")
    engine.runs.stop(run_id)
    *_, last = engine.runs.watch(run_id, 0.02)
    assert code == 2 and "Stop the training first" in errors
    assert not last.running and len(engine.projects.all()) == 1
