"""A training whose voice files were cut by a power loss ends in the next best voice, and says so in one sentence."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.numpy import save

from tests.fake_base import BASE_ID
from tests.heard_base import FACTORY, SCRIPT_FILE, HeardBase, TonePanel
from tests.small_project import fake_engine, make_project
from tests.test_training_survival import cuts_of
from voiceclone.bases.base import START_VOICE_FILE, VOICE_FILE, TrainingPlan
from voiceclone.bases.run.done import DONE_FILE
from voiceclone.clips.library import ClipLibrary
from voiceclone.engine import VoiceEngine
from voiceclone.errors import InputError, VoiceFileError
from voiceclone.storage import disk
from voiceclone.storage.safetensors_file import is_whole
from voiceclone.training import candidate_selection, candidates, runs, worker
from voiceclone.training.candidate_schedule import STEPS_BETWEEN
from voiceclone.voices.instant import instant_voice_name

STEPS = 3 * STEPS_BETWEEN
LONG_S = 60.0
FAR_TOO_MANY_BYTES = 2**60


@pytest.fixture
def engine(tmp_path):
    """An engine whose judges find the voice after 60 steps the best, the one after 120 the next."""
    engine = VoiceEngine(tmp_path / "data", BASE_ID, base_factory=FACTORY)
    folder = engine.data_dir / "base" / BASE_ID
    folder.mkdir(parents=True)
    (folder / SCRIPT_FILE).write_text(json.dumps([[0.9, 1.0], [0.8, 1.0], [0.7, 1.0]]))
    return engine


@pytest.fixture
def finished(engine):
    """The id of a run that ended in its voice."""
    project = make_project(engine.data_dir)
    run_id = engine.start_training(project.project_id, "Anna", True, steps=STEPS).run_id
    *_, last = engine.runs.watch(run_id, interval_s=0.02)
    assert (last.state, engine.runs.candidates(run_id).kept_step) == ("finished", 60)
    return run_id


@pytest.fixture
def folder(engine, finished):
    return engine.data_dir / "runs" / finished


def as_before_the_end(run_dir):
    """Put a finished run back to the moment before its voice was chosen, as a kill there leaves it."""
    (run_dir / VOICE_FILE).unlink(missing_ok=True)
    found = candidates.read(run_dir)
    candidates.write(run_dir, replace(found, kept_step=None, kept_by=""))
    runs.write_state(run_dir, replace(runs.read_state(run_dir), state="training", voice_installed=False))


def continued(engine, run_id):
    engine.runs.resume(run_id)
    *_, last = engine.runs.watch(run_id, interval_s=0.02)
    return last


def cut(path):
    path.write_bytes(path.read_bytes()[:-1])


def test_the_next_best_voice_is_kept_where_the_best_ones_file_was_cut(engine, finished, folder):
    as_before_the_end(folder)
    cut(folder / "candidates" / "60.safetensors")
    last = continued(engine, finished)
    assert last.state == "finished", last.message
    voice = engine.voices.get(last.voice_id)
    assert (voice.steps, voice.scores["similarity"]) == (120, 0.8)
    assert engine.runs.candidates(finished).kept_step == 120
    assert last.notes == ("The voice after 60 steps is gone or damaged; the one after 120 steps was kept instead.",)
    assert engine.speak(voice.voice_id, "Hello there, you.").sentences == 1
    with pytest.raises(InputError, match=r"after 60 steps is damaged. Choose another"):
        engine.runs.keep_candidate(finished, 60)


def test_where_all_files_were_cut_the_last_is_made_again_from_what_was_learnt(engine, finished, folder):
    as_before_the_end(folder)
    for path in (folder / "candidates").glob("*.safetensors"):
        cut(path)
    last = continued(engine, finished)
    assert last.state == "finished", last.message
    assert engine.voices.get(last.voice_id).steps == STEPS
    assert is_whole(folder / "candidates" / f"{STEPS}.safetensors")


def test_a_voice_that_lies_whole_in_its_place_outlives_its_candidate(engine, finished, folder):
    runs.write_state(folder, replace(runs.read_state(folder), state="training", voice_installed=False))
    cut(folder / "candidates" / "60.safetensors")
    last = continued(engine, finished)
    assert (last.state, engine.voices.get(last.voice_id).steps, last.notes) == ("finished", 60, ())


@pytest.fixture
def selector(tmp_path, monkeypatch):
    """A selector with two candidates, made in this process; the first is the best."""
    monkeypatch.setattr(candidate_selection, "Panel", TonePanel)
    monkeypatch.setattr(TonePanel, "script", tmp_path / SCRIPT_FILE)
    (tmp_path / SCRIPT_FILE).write_text(json.dumps([[0.9, 1.0], [0.8, 1.0]]))
    project = make_project(tmp_path)
    base, run_dir = HeardBase(tmp_path / "base"), tmp_path / "runs" / disk.new_id()
    base.ensure_ready()
    run_dir.mkdir(parents=True)
    clips = ClipLibrary(tmp_path).training_clips(project.project_id)
    base.prepare(clips, run_dir, TrainingPlan(steps=4))
    config = runs.RunConfig(
        run_id=run_dir.name,
        project_id=project.project_id,
        project_name=project.name,
        voice_id=disk.new_id(),
        voice_name="Anna",
        base_id=base.base_id,
        base_factory=FACTORY,
        minutes=None,
        steps=4,
        seed=0,
        consent={"given": True},
        created_at=disk.now_iso(),
    )
    made = candidate_selection.CandidateSelector(run_dir, tmp_path, config, base, "en-us")
    made.begin()
    for step in (2, 4):
        base.train_slice(run_dir, LONG_S, until_step=step)
        assert made.make(step, float(step)) is not None
    return made, base, run_dir


def test_a_voice_file_cut_at_any_byte_is_never_kept(selector):
    made, base, run_dir = selector
    path = run_dir / "candidates" / "2.safetensors"
    for _ in cuts_of(path):
        candidate, whole = made.conclude(4, 4.0)
        assert candidate.step == 4
        base.finish(run_dir, whole)
        assert is_whole(run_dir / VOICE_FILE)
        (run_dir / VOICE_FILE).unlink()
    assert len(runs.read_notes(run_dir)) == 1, "said once"


def test_a_start_voice_cut_at_any_byte_is_mended_from_its_copy(selector):
    *_, run_dir = selector
    path, copy = run_dir / START_VOICE_FILE, disk.copy_path(run_dir / START_VOICE_FILE)
    worker._mend_start_voice(run_dir)
    assert not path.exists(), "a run that begins at a stock voice has none"
    for each in (path, copy):
        shutil.copyfile(run_dir / "candidates" / "2.safetensors", each)
    content = path.read_bytes()
    worker._mend_start_voice(run_dir)
    assert runs.read_notes(run_dir) == ()
    for _ in cuts_of(path):
        worker._mend_start_voice(run_dir)
        assert path.read_bytes() == content
    assert len(runs.read_notes(run_dir)) == 1
    for each in (path, copy):
        cut(each)
    with pytest.raises(VoiceFileError, match=r"is damaged. Start a new training"):
        worker._mend_start_voice(run_dir)


def test_a_training_goes_on_from_a_voice_whose_file_was_cut_in_its_folder(tmp_path):
    engine = fake_engine(tmp_path)
    project = make_project(tmp_path)
    before = engine.instant_voice(project.project_id, "Before", True)
    run_id = engine.start_training(project.project_id, "Anna", True, steps=5_000, continue_from=before.voice_id).run_id
    status = engine.runs.status(run_id)
    engine.voices.delete(before.voice_id)
    run_dir = tmp_path / "runs" / run_id
    copy = disk.copy_path(run_dir / START_VOICE_FILE)
    assert status.running and copy.is_file()
    engine.runs.stop(run_id)
    *_, last = engine.runs.watch(run_id, interval_s=0.02)
    assert last.state == "stopped"
    assert is_whole(run_dir / START_VOICE_FILE)
    assert not copy.exists() or last.step == 0, "a second copy is for the way only"


def test_a_voice_cut_after_all_was_written_is_put_in_its_place_again(kokoro, tmp_path):
    chosen, voice = tmp_path / "chosen.safetensors", tmp_path / VOICE_FILE
    chosen.write_bytes(save({"style": np.zeros((1, 256), np.float32)}))
    disk.write_json_twice(tmp_path / DONE_FILE, {"step": 240, "total_steps": 240})
    for length in range(0, chosen.stat().st_size, 97):
        voice.write_bytes(chosen.read_bytes()[:length])
        kokoro.finish(tmp_path, chosen)
        assert voice.read_bytes() == chosen.read_bytes()
    voice.write_bytes(whole := save({"style": np.ones((1, 256), np.float32)}))
    kokoro.finish(tmp_path, chosen)
    assert voice.read_bytes() == whole, "a whole one stays"


# Memory


def run_out(*_):
    torch.empty(FAR_TOO_MANY_BYTES, dtype=torch.uint8)


@pytest.mark.parametrize("part", ["speak_learnt", "write_learnt", "held_out_loss"])
def test_a_sample_that_memory_runs_out_for_is_left_out(selector, monkeypatch, part):
    made, base, run_dir = selector
    base.train_slice(run_dir, LONG_S)
    monkeypatch.setattr(base, part, run_out)
    assert made.make(4, 4.0) is None
    assert [one.step for one in candidates.read(run_dir).made] == [2, 4], "those before stay"


def test_memory_that_runs_out_before_the_first_step_ends_no_training(selector, monkeypatch):
    made, base, run_dir = selector
    index = run_dir / candidates.INDEX_FILE
    for path in (index, disk.copy_path(index)):
        path.unlink()
    monkeypatch.setattr(base, "load", run_out)
    made.begin()


def test_memory_that_runs_out_for_the_voice_made_without_training_ends_no_training(selector, monkeypatch, tmp_path):
    made, base, run_dir = selector
    engine = VoiceEngine(tmp_path, BASE_ID, base_factory=FACTORY)
    engine.instant_voice(engine.projects.all()[0].project_id, instant_voice_name("Anna"), True)
    monkeypatch.setattr(base, "speak", run_out)
    candidate, _ = made.conclude(4, 4.0)
    assert (candidate.step, candidates.read(run_dir).instant) == (2, None)


def test_another_error_while_a_sample_is_made_is_not_hidden(selector, monkeypatch):
    made, base, _ = selector

    def broken(*_):
        raise RuntimeError("The size of tensor a (3) must match the size of tensor b (4)")

    monkeypatch.setattr(base, "speak_learnt", broken)
    with pytest.raises(RuntimeError, match="size of tensor"):
        made.make(4, 4.0)


def test_a_sample_left_unmade_leaves_those_before(selector):
    made, _, run_dir = selector
    for asked in range(1, 5):
        answers = iter([False] * (asked - 1) + [True])
        assert made.make(5, 5.0, answers.__next__) is None
        assert next(answers, None) is None, "it ended when it was told to"
    assert [one.step for one in candidates.read(run_dir).made] == [2, 4]
