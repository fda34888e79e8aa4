"""A run folder after a kill, a cut, a set clock or a forbidden folder: read, told in a sentence, and gone on with."""

import json
import os
import sys
import tempfile
from pathlib import Path

import pytest

from tests.small_project import fake_engine, make_project
from tools.torture import SHORT_FILES, VOICE_FILES, torture
from voiceclone.errors import BusyError, NotFoundError, StorageError
from voiceclone.storage import disk
from voiceclone.training import runs
from voiceclone.training.lock import TrainingLock
from voiceclone.training.runner import TrainingRunner

GONE, DAMAGED = NotFoundError("gone"), StorageError("damaged")


@pytest.fixture
def run_dir(tmp_path):
    folder = tmp_path / "runs" / disk.new_id()
    config = runs.RunConfig(
        run_id=folder.name,
        project_id="p",
        project_name="Project",
        voice_id=disk.new_id(),
        voice_name="Anna",
        base_id="fake-base",
        base_factory=None,
        minutes=None,
        steps=30,
        seed=0,
        consent={"given": True},
        created_at=disk.now_iso(),
    )
    runs.write_state(folder, runs.RunState(state="training", step=7))
    runs.write_config(folder, config)
    return folder


def cuts_of(path):
    """The file cut at every byte, one after the other."""
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        yield length


def test_a_description_cut_at_any_byte_is_mended_from_its_copy(run_dir):
    path = runs.config_path(run_dir)
    content, config = path.read_bytes(), runs.read_config(run_dir)
    for length in cuts_of(path):
        assert runs.read_config(run_dir) == config
        assert path.read_bytes() == content or length == len(content) - 1, "only the line's end was cut"
    assert runs.read_notes(run_dir) == ("The description of this training was damaged; its copy has taken its place.",)


def test_a_state_cut_at_any_byte_is_an_interrupted_run(run_dir):
    runner = TrainingRunner(run_dir.parent.parent)
    for _ in cuts_of(runs.state_path(run_dir)):
        status = runner.active()
        assert (status.run_id, status.state) == (run_dir.name, "interrupted")
        assert status.message.startswith("The training was interrupted")


def test_a_damaged_state_is_said_and_begun_anew(run_dir):
    runs.mend_state(run_dir)
    assert runs.read_notes(run_dir) == ()
    assert runs.read_state(run_dir).step == 7
    runs.state_path(run_dir).write_bytes(b'{"state": "trai')
    runs.mend_state(run_dir)
    assert runs.read_notes(run_dir) == (
        "The file that said how far this training was, was damaged; it goes on from its last checkpoint.",
    )
    assert runs.read_state(run_dir).state == "waiting"


def test_metrics_and_notes_cut_at_any_byte_are_read(run_dir):
    metrics, notes = run_dir / "metrics.jsonl", run_dir / "notes.json"
    metrics.write_text("".join(json.dumps({"step": step, "loss": 1.0}) + "\n" for step in (1, 2, 3)), encoding="utf-8")
    for length in cuts_of(metrics):
        assert len(runs.metrics(run_dir)) in (length // 27, length // 27 + 1)
    disk.write_json(notes, ["One.", "Two."])
    for _ in cuts_of(notes):
        assert runs.read_notes(run_dir) in ((), ("One.", "Two."))


def test_both_damaged_is_no_run_and_harms_no_other(run_dir):
    for path in (runs.config_path(run_dir), disk.copy_path(runs.config_path(run_dir))):
        path.write_bytes(b"{")
    runner = TrainingRunner(run_dir.parent.parent)
    assert runner.all() == []
    assert runner.active() is None


def test_what_is_written_twice_is_read_from_either(tmp_path):
    path, mended = tmp_path / "value.json", []
    with pytest.raises(NotFoundError):
        disk.read_json_twice(path, missing=GONE, damaged=DAMAGED)
    disk.write_json_twice(path, {"a": 1})
    assert disk.read_json_twice(path, missing=GONE, damaged=DAMAGED, on_repair=lambda: mended.append(1)) == {"a": 1}
    assert mended == []
    path.write_bytes(b"")
    assert disk.read_json_twice(path, missing=GONE, damaged=DAMAGED, on_repair=lambda: mended.append(1)) == {"a": 1}
    assert json.loads(path.read_bytes()) == {"a": 1}
    assert mended == [1]
    for each in (path, disk.copy_path(path)):
        each.write_bytes(b"")
    with pytest.raises(StorageError):
        disk.read_json_twice(path, missing=GONE, damaged=DAMAGED)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the start of a process is noted once and does not move")
def test_setting_the_clock_does_not_make_a_living_training_look_dead(tmp_path):
    lock = TrainingLock(tmp_path)
    lock.claim("a")
    path = tmp_path / "training.lock"
    content = json.loads(path.read_text())
    # After the clock was set forward by an hour, the system reckons that every process began an hour later.
    path.write_text(json.dumps(content | {"started_at": content["started_at"] - 3600}))
    assert lock.holder().run_id == "a"


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are another thing there")
def test_a_data_folder_that_may_not_be_written_is_said_in_words():
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder) / "data"
        project = make_project(data_dir)
        engine = fake_engine(data_dir)
        engine.base.ensure_ready()
        lock = TrainingLock(data_dir)
        lock.claim("another")
        with pytest.raises(BusyError):  # so that all that starting a training imports is there
            engine.start_training(project.project_id, "Anna", True, steps=5)
        lock.release("another")
        folders = [data_dir.parent, data_dir, *(path for path in data_dir.rglob("*") if path.is_dir())]
        for each in folders:
            each.chmod(0o555)
        for each in data_dir.rglob("*"):
            if each.is_file():
                each.chmod(0o444)  # they are made for their user only, and somebody else is to read them
        if os.getuid() == 0:
            os.seteuid(65_534)  # the administrator may write everywhere, so somebody else tries
        try:
            with pytest.raises(StorageError, match=r"may not write to.*VOICECLONE_HOME"):
                engine.check_data_folder()
            with pytest.raises(StorageError, match=r"may not write to.*VOICECLONE_HOME"):
                engine.start_training(project.project_id, "Anna", True, steps=5)
            assert engine.runs.active() is None
        finally:
            if os.getuid() == 0:
                os.seteuid(0)
            for each in folders:
                each.chmod(0o755)


def test_torture_in_short():
    count = torture(kill_times=2, seed=1, short=True)
    assert count.tried == 2 + len(SHORT_FILES) + len(VOICE_FILES) + 1
    assert count.failed == []
