"""The terminal's view of a training's samples, and keeping another one from there."""

import json

import pytest

from tests.fake_base import BASE_ID
from tests.heard_base import FACTORY
from tests.small_project import make_project
from voiceclone.cli import main
from voiceclone.engine import VoiceEngine


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """An engine with one finished run of two samples."""
    engine = VoiceEngine(tmp_path_factory.mktemp("terminal") / "data", BASE_ID, base_factory=FACTORY)
    project = make_project(engine.data_dir)
    *_, last = engine.runs.watch(engine.start_training(project.project_id, "Anna", True, steps=120).run_id, 0.05)
    assert last.state == "finished", last.error
    return engine


@pytest.fixture
def run(engine, capsys):
    def run(*arguments):
        return main([str(one) for one in arguments], lambda: engine), *capsys.readouterr()

    return run


def test_the_samples_are_listed_with_their_figures(run):
    code, output, errors = run("candidates")
    assert (code, errors) == (0, "")
    head, before, first, last, *words = output.splitlines()
    assert head.split() == ["sample", "similarity", "pitch,", "semitones", "off", "words", "right", "quality"]
    assert before.split()[2:4] == ["0.000", "+12.0"] and float(last.split()[3]) == pytest.approx(0.0, abs=0.2)
    assert before.startswith("before training") and first.startswith("step 60") and last.startswith("step 120")
    assert last.endswith("kept") and not first.endswith("kept")
    assert words == [
        "The voice from step 120 is the best of 2, so it was kept.",
        "Training helped: it is closer to you than the voice it began with.",
    ]


@pytest.mark.parametrize("letters", [4, 8])
def test_a_run_is_named_as_for_the_other_commands(run, engine, letters):
    listed = run("candidates")
    assert run("candidates", "Anna") == listed, "the name of its voice"
    assert run("candidates", engine.runs.all()[0].run_id[:letters]) == listed
    assert run("candidates", "Nobody")[0] == 2


def test_another_one_is_kept_from_the_terminal(run, engine):
    run_id = engine.runs.all()[0].run_id
    code, output, _ = run("candidates", run_id, "--keep", 60)
    assert (code, output.strip()) == (0, "“Anna” is now the voice after 60 steps.")
    told = json.loads(run("candidates", "--json")[1])
    assert (told["kept_step"], told["kept_by"]) == (60, "person")
    assert told["start"]["judged"]["pitch_off_semitones"] == pytest.approx(12.0, abs=0.1)
    assert run("candidates", "--keep", 120)[0] == 0
    code, _, errors = run("candidates", "--keep", 61)
    assert code == 2 and "60, 120" in errors
