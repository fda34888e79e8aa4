"""The same name again: beside the old voice, in its place, or going on from it; nothing is overwritten unasked."""

import json

import pytest

from tests.fake_base import FACTORY
from tests.small_project import fake_engine, make_project
from voiceclone import VoiceEngine
from voiceclone.errors import InputError, NotFoundError, VoiceFileError


@pytest.fixture
def engine(tmp_path):
    return fake_engine(tmp_path / "data")


@pytest.fixture
def project_id(engine):
    return make_project(engine.data_dir).project_id


def trained(engine, project_id, name="Anna", steps=10, **more):
    run = engine.start_training(project_id, name, True, steps=steps, **more)
    *_, last = engine.runs.watch(run.run_id, interval_s=0.02)
    assert last.state == "finished", last.message
    return engine.voices.get(last.voice_id), first_loss(engine, run.run_id)


def first_loss(engine, run_id):
    line = (engine.data_dir / "runs" / run_id / "metrics.jsonl").read_text().splitlines()[0]
    return json.loads(line)["loss"]


def test_without_a_word_the_old_voice_stays(engine, project_id):
    old, _ = trained(engine, project_id)
    assert engine.voices.named(" anna ").voice_id == old.voice_id
    assert engine.voices.free_name("Anna") == "Anna (2)"
    new, _ = trained(engine, project_id)
    assert (new.name, engine.voices.get(old.voice_id).name) == ("Anna (2)", "Anna")
    assert engine.voices.named("Berta") is None
    assert engine.voices.free_name("Berta") == "Berta"


def test_replacing_happens_only_when_the_new_one_is_ready(engine, project_id):
    old, _ = trained(engine, project_id)
    run = engine.start_training(project_id, "Anna", True, steps=60, replaces="Anna")
    for status in engine.runs.watch(run.run_id, interval_s=0.02):
        there = {voice.voice_id for voice in engine.voices.all()}
        assert there, "never is there none"
        if status.step < 30:
            assert there == {old.voice_id}
    assert [(voice.name, voice.voice_id) for voice in engine.voices.all()] == [("Anna", status.voice_id)]
    assert status.voice_id != old.voice_id


def test_a_training_that_is_stopped_replaces_nothing(engine, project_id):
    old, _ = trained(engine, project_id)
    run = engine.start_training(project_id, "Anna", True, steps=50_000, replaces=old.voice_id)
    for status in engine.runs.watch(run.run_id, interval_s=0.02):
        if status.step > 5 and status.running:
            engine.runs.stop(run.run_id)
    assert status.state == "stopped"
    assert {voice.name for voice in engine.voices.all()} == {"Anna", "Anna (2)"}
    assert engine.voices.get("Anna").voice_id == old.voice_id


def test_going_on_begins_where_the_voice_is(engine, project_id):
    old, stock_loss = trained(engine, project_id, steps=10)
    new, loss = trained(engine, project_id, "Anna (2)", continue_from="Anna")
    assert loss < stock_loss / 100
    assert {voice.name for voice in engine.voices.all()} == {"Anna", "Anna (2)"}
    assert engine.voices.get("Anna") == old
    assert new.steps == 10


def test_the_voice_to_go_on_from_may_be_deleted_meanwhile(engine, project_id):
    trained(engine, project_id)
    run = engine.start_training(project_id, "Berta", True, steps=40, continue_from="Anna")
    engine.voices.delete("Anna")
    *_, last = engine.runs.watch(run.run_id, interval_s=0.02)
    assert last.state == "finished", last.message
    assert first_loss(engine, run.run_id) < 0.05, "it began at the copy"


def test_what_cannot_be_gone_on_from_is_told_before_anything_starts(engine, project_id):
    trained(engine, project_id)
    before = len(engine.runs.all())
    with pytest.raises(NotFoundError, match="no voice called “Nobody”"):
        engine.start_training(project_id, "New", True, continue_from="Nobody")
    with pytest.raises(NotFoundError, match="no voice called “Nobody”"):
        engine.start_training(project_id, "New", True, replaces="Nobody")
    with pytest.raises(InputError, match="learnt more than the description"):
        engine.start_training(project_id, "New", True, continue_from="Anna", policy="transfer")
    with pytest.raises(InputError, match="cannot go on from a voice"):
        single = VoiceEngine(engine.data_dir, "fake-base", base_factory="tests.fake_base:SingleBase")
        single.start_training(project_id, "New", True, continue_from="Anna")
    engine.base.weights_sha256 = "0" * 64
    with pytest.raises(VoiceFileError, match="other weights"):
        engine.start_training(project_id, "New", True, continue_from="Anna")
    assert len(engine.runs.all()) == before
    assert VoiceEngine(engine.data_dir, "fake-base", base_factory=FACTORY).runs.active() is None


def test_a_running_training_tells_its_pace_and_its_memory(engine, project_id):
    run = engine.start_training(project_id, "Anna", True, steps=200)
    seen = list(engine.runs.watch(run.run_id, interval_s=0.02))
    paces = [status.steps_per_s for status in seen if status.steps_per_s]
    assert paces and paces[-1] == pytest.approx(100, rel=0.5), "a pause of 10 ms a step"
    assert any(status.memory_mb and 20 < status.memory_mb < 5_000 for status in seen)
    assert (seen[-1].steps_per_s, seen[-1].memory_mb) == (None, None)
