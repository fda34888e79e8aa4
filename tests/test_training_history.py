"""What is remembered of trainings: settings, scores, which run a person means, deleting with and without the voice."""

import json

import pytest

from tests.small_project import fake_engine, make_project
from voiceclone.errors import BusyError, InputError, NotFoundError
from voiceclone.storage import disk
from voiceclone.training import history, runs
from voiceclone.training.runs import RunStatus


@pytest.fixture
def engine(tmp_path):
    return fake_engine(tmp_path / "data")


def train(engine, project, name, steps=12, **plan):
    run = engine.start_training(project.project_id, name, True, steps=steps, **plan)
    *_, last = engine.runs.watch(run.run_id, 0.05)
    return last


def status(run_id, name="Anna", state="finished"):
    return RunStatus(
        run_id, "p", "Project", name, None, state, 1, 1, None, 1.0, None, "", "", "2026-01-01T00:00:00+00:00", None,
        False,
    )  # fmt: skip


def test_a_training_is_remembered_with_what_was_asked_for_and_what_came_of_it(engine):
    project = make_project(engine.data_dir, "Anna", clip_count=3)
    clip_ids = [clip.clip_id for clip in engine.projects.clips(project.project_id)]
    run = train(engine, project, "Chosen", steps=14, seed=7, clip_ids=clip_ids)
    (record,) = engine.runs.records()
    assert (record.steps_asked, record.minutes_asked, record.seed, record.chosen_clips) == (14, None, 7, 3)
    assert (record.speech_s, record.clip_count) == (pytest.approx(12.0), 3)
    assert record.voice_there and record.minutes == pytest.approx(record.status.elapsed_s / 60)
    assert engine.runs.records(project.project_id) == [record]
    assert engine.runs.records("another") == []
    told = json.loads(json.dumps(history.as_plain(record), default=str))
    assert (told["run_id"], told["state"], told["steps_asked"]) == (run.run_id, "finished", 14)


def test_scores_are_those_of_the_voice_and_else_those_of_the_run(engine):
    run = train(engine, make_project(engine.data_dir), "Anna")
    run_dir = engine.data_dir / "runs" / run.run_id
    disk.write_json(run_dir / "scores.json", {"similarity": 0.9, "words_right": 1, "odd": "text"})
    assert engine.runs.record(run.run_id).scores == {"similarity": 0.9, "words_right": 1.0}
    engine.voices.delete(run.voice_id)
    record = engine.runs.record(run.run_id)
    assert (record.voice_there, record.scores["similarity"]) == (False, 0.9)
    (run_dir / "scores.json").write_text('{"similarity": 0.9', encoding="utf-8")
    (run_dir / "prepared.json").write_text("[]", encoding="utf-8")
    record = engine.runs.record(run.run_id)
    assert (record.scores, record.speech_s, record.clip_count) == ({}, None, None)


def test_deleting_a_training_leaves_its_voice_unless_that_is_to_go_too(engine):
    project = make_project(engine.data_dir)
    first, second = train(engine, project, "First"), train(engine, project, "Second")
    engine.runs.delete(first.run_id)
    assert engine.voices.get(first.voice_id).name == "First"
    engine.runs.delete(second.run_id, with_voice=True)
    with pytest.raises(NotFoundError):
        engine.voices.get(second.voice_id)
    assert engine.runs.all() == []
    with pytest.raises(NotFoundError):
        engine.runs.record(first.run_id)


def test_a_voice_that_is_gone_already_hinders_nothing(engine):
    run = train(engine, make_project(engine.data_dir), "Anna")
    engine.voices.delete(run.voice_id)
    engine.runs.delete(run.run_id, with_voice=True)
    assert engine.runs.all() == []


def test_a_running_training_is_not_deleted(engine):
    project = make_project(engine.data_dir)
    run = engine.start_training(project.project_id, "Anna", True, steps=50_000)
    with pytest.raises(BusyError, match="Stop it first"):
        engine.runs.delete(run.run_id, with_voice=True)
    engine.runs.stop(run.run_id)
    *_, _ = engine.runs.watch(run.run_id, 0.05)


def test_a_run_is_named_by_its_id_its_beginning_or_its_voice():
    one, other = status("ab12" + "0" * 28, "Anna"), status("ab34" + "0" * 28, "Berta")
    known = [one, other]
    assert history.find_run(known, one.run_id) is one
    assert history.find_run(known, "AB34") is other
    assert history.find_run(known, "  berta ") is other
    for wrong in ("", "ab1", "ffff", "Carla"):
        with pytest.raises(NotFoundError, match="no training run"):
            history.find_run(known, wrong)
    twin = status("ab12" + "f" * 28, "Twin")
    with pytest.raises(InputError, match="2 training runs begin"):
        history.find_run([*known, twin], "ab12")


def test_of_trainings_of_one_name_the_running_one_is_meant_else_the_newest():
    newest, running = status("a" * 32, "Anna"), status("b" * 32, "Anna", "training")
    assert history.find_run([newest, running], "Anna") is running
    assert history.find_run([newest, status("c" * 32, "Anna")], "Anna") is newest


@pytest.mark.parametrize("name", ["dataset.json", "clips.json"])
def test_recordings_kept_from_learning_are_known_by_what_the_base_wrote(tmp_path, name):
    assert history.held_out_clip_ids(tmp_path) == []
    entries = [{"clip_id": "x", "held_out": True}, {"clip_id": "y", "held_out": False}]
    (tmp_path / name).write_text(json.dumps(entries), encoding="utf-8")
    assert history.held_out_clip_ids(tmp_path) == ["x"]
    (tmp_path / name).write_text(json.dumps(entries)[:-5], encoding="utf-8")
    assert history.held_out_clip_ids(tmp_path) == []


def test_every_state_has_a_word_on_the_page():
    from voiceclone.ui.text import history as history_text

    assert set(history_text.RUN_STATES) == {*runs.FINAL_STATES, *runs.RUNNING_STATES, "interrupted"}


def test_a_voice_is_learnt_from_as_much_speech_as_was_told_before(engine):
    project = make_project(engine.data_dir, "Anna", clip_count=4, speech_s=3.5, pause_s=0.75)
    told_s = engine.projects.readiness(project.project_id).usable_s
    train(engine, project, "Anna", steps=2)
    assert engine.runs.records()[0].speech_s == engine.voices.get("Anna").speech_s == pytest.approx(told_s)
