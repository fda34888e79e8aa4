"""A training on a full disk, with damaged or cut files: nothing is lost that was whole."""

import errno

import numpy as np
import pytest
import safetensors.torch
import torch
from kokoro_runs import (
    advance_to,
    copy_run,
    load_once,
    prepare,
    read_notes,
    two_checkpoints,
    use_recipe,
)

from voiceclone.bases.base import Policy, TrainingPlan
from voiceclone.bases.kokoro.data import dataset
from voiceclone.bases.kokoro.train.trainer import Trainer
from voiceclone.bases.run.checkpoint import load_checkpoint, read_about, save_checkpoint, write_tensors
from voiceclone.errors import StorageError, TrainingError
from voiceclone.storage import disk


def test_a_checkpoint_cut_at_any_byte_is_found(tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    weights = {"a": torch.rand(3, 2), "b": torch.rand(1)}
    save_checkpoint(path, weights, [], {"step": 7})
    content = path.read_bytes()
    assert read_about(path) == {"step": 7}
    for length in range(len(content)):
        path.write_bytes(content[:length])
        for read in (read_about, lambda path: load_checkpoint(path, weights, [])):
            with pytest.raises(TrainingError, match="damaged"):
                read(path)


def test_a_damaged_checkpoint_falls_back_to_the_one_before(make_trainer):
    trainer = make_trainer()
    two_checkpoints(trainer)
    path = trainer.run_dir / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    found = make_trainer(trainer.run_dir)
    assert found.position.step == 1
    assert read_notes(trainer.run_dir) == (
        "The last checkpoint was damaged; the training goes on from the one before, step 1.",
    )
    advance_to(found, 2)
    assert torch.equal(found.voice_style(), trainer.voice_style())


def test_two_damaged_checkpoints_begin_again(make_trainer):
    trainer = make_trainer()
    two_checkpoints(trainer)
    for name in ("checkpoint.safetensors", "checkpoint.previous.safetensors"):
        (trainer.run_dir / name).write_bytes(b"")
    found = make_trainer(trainer.run_dir)
    assert found.position.step == 0
    assert torch.equal(found.voice_style(), found.start)
    assert "begins again; your recordings are safe" in read_notes(trainer.run_dir)[0]
    advance_to(found, 2)
    assert torch.equal(found.voice_style(), trainer.voice_style())


def test_killed_between_two_names_the_one_before_is_taken_without_a_word(make_trainer):
    trainer = make_trainer()
    two_checkpoints(trainer)
    (trainer.run_dir / "checkpoint.safetensors").unlink()
    assert make_trainer(trainer.run_dir).position.step == 1
    assert read_notes(trainer.run_dir) == ()


def full_disk(monkeypatch, times):
    """Let the next `times` flushes of a file say that the disk is full."""
    real, left = disk.os.fsync, [times]

    def flush(number):
        if left[0] > 0:
            left[0] -= 1
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(number)

    monkeypatch.setattr(disk.os, "fsync", flush)


def test_on_a_full_disk_training_goes_on_says_so_once_and_saves_when_there_is_room(make_trainer, monkeypatch):
    trainer = make_trainer()
    advance_to(trainer, 1)
    trainer.save_checkpoint()
    advance_to(trainer, 2)
    path = trainer.run_dir / "checkpoint.safetensors"
    full_disk(monkeypatch, 1)
    trainer.save_checkpoint()
    full_disk(monkeypatch, 1)
    trainer.save_checkpoint()
    assert read_about(path)["position"]["step"] == 1, "the checkpoint of before is still there"
    (note,) = read_notes(trainer.run_dir)
    assert note.startswith("The disk that holds")
    assert "the training goes on" in note
    trainer.save_checkpoint()
    assert read_about(path)["position"]["step"] == 2
    assert list(trainer.run_dir.glob(".part-*")) == []


def test_the_checkpoint_before_the_last_makes_room_on_a_full_disk(make_trainer, monkeypatch):
    trainer = make_trainer()
    two_checkpoints(trainer)
    advance_to(trainer, 3)
    full_disk(monkeypatch, 1)
    trainer.save_checkpoint()
    assert read_about(trainer.run_dir / "checkpoint.safetensors")["position"]["step"] == 3
    assert not (trainer.run_dir / "checkpoint.previous.safetensors").exists()
    assert read_notes(trainer.run_dir) == ()


def test_tensors_that_do_not_fit_are_a_full_disk(tmp_path, monkeypatch):
    said = "Error while serializing: I/O error: No space left on device (os error 28)"  # on a full disk in memory

    def save_file(*_, **__):
        raise safetensors.SafetensorError(said)

    monkeypatch.setattr(safetensors.torch, "save_file", save_file)
    with pytest.raises(StorageError, match="is full"), disk.storage_errors(tmp_path):
        write_tensors(tmp_path / "full", {"a": torch.zeros(100)})
    said = "Error while serializing: InvalidTensorView"
    with pytest.raises(safetensors.SafetensorError, match="View"), disk.storage_errors(tmp_path):
        write_tensors(tmp_path / "full", {"a": torch.zeros(100)})


def test_metrics_on_a_full_disk_lack_a_line_and_nothing_more(make_trainer):
    trainer = make_trainer()
    advance_to(trainer, 1)
    path = trainer.run_dir / "metrics.jsonl"
    kept = path.read_bytes()
    path.unlink()
    path.mkdir()  # cannot be written
    advance_to(trainer, 2)
    path.rmdir()
    path.write_bytes(kept + b'{"step": 2, "lo')
    advance_to(trainer, 3)
    lines = path.read_text("utf-8").splitlines()
    assert lines[-1].startswith('{"step": 3')


def test_damaged_recordings_are_left_out_and_damaged_features_made_again(kokoro_folder, network, tmp_path, monkeypatch):
    use_recipe(monkeypatch)
    load_once(monkeypatch, network)
    prepare(kokoro_folder, tmp_path, 3, TrainingPlan(steps=2, policy=Policy.TRANSFER))
    trainer = Trainer(tmp_path, kokoro_folder, "cpu")
    entries = dataset.read_index(tmp_path)
    advance_to(trainer, 1)
    features = tmp_path / "dataset" / f"{entries[0].clip_id}.features.npz"
    with np.load(features) as packed:
        before = {name: packed[name] for name in packed.files if name != "version"}
    for length in (0, 10, 5000, features.stat().st_size - 1):
        features.write_bytes(features.read_bytes()[:length])
        made = dataset.get_features(tmp_path, entries[0], trainer.aligner)
        assert all(np.array_equal(getattr(made, name), value) for name, value in before.items())
    sound = tmp_path / "dataset" / f"{entries[1].clip_id}.sound.npz"
    sound.write_bytes(sound.read_bytes()[:100])
    found = Trainer(tmp_path, kokoro_folder, "cpu")
    assert len(found.clips.pending) == 2
    assert read_notes(tmp_path) == ("1 of 3 prepared recordings were damaged; left out.",)
    for path in (tmp_path / "dataset").glob("*.sound.npz"):
        path.write_bytes(b"")
    with pytest.raises(TrainingError, match=r"recordings are gone or damaged. Start a new training"):
        Trainer(tmp_path, kokoro_folder, "cpu")


@pytest.mark.parametrize("name", ["plan.json", "dataset.json", "language.json"])
def test_what_is_written_once_survives_any_cut(prepared, kokoro_folder, tmp_path, name):
    run_dir = copy_run(prepared, tmp_path / "run")
    content = (run_dir / name).read_bytes()
    for length in range(0, len(content), max(1, len(content) // 40)):
        (run_dir / name).write_bytes(content[:length])
        value = disk.read_json_twice(run_dir / name, missing=TrainingError("gone"), damaged=TrainingError("damaged"))
        assert value == disk.read_json(run_dir / name, missing=TrainingError("gone"), damaged=TrainingError("damaged"))
        assert (run_dir / name).read_bytes().strip() == content.strip()
