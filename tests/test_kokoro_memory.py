"""A training that runs out of memory goes on with less, step by step, and says so."""

import math
from dataclasses import replace

import pytest
import torch
from kokoro_runs import STEPS, advance_to, load_once, metrics, prepare, read_notes, use_recipe

from voiceclone.bases.base import TrainingPlan
from voiceclone.bases.kokoro.data import dataset
from voiceclone.bases.kokoro.train import trainer as trainer_module
from voiceclone.bases.kokoro.train.memory_fallback import SHORT_WINDOW_FRAMES, MemoryFallback, compute_twice
from voiceclone.bases.kokoro.train.recipe import Recipe
from voiceclone.bases.kokoro.train.step_losses import acoustic_loss
from voiceclone.bases.kokoro.train.trainer import Trainer
from voiceclone.bases.run.checkpoint import read_about
from voiceclone.errors import TrainingError

FAR_TOO_MANY_BYTES = 2**60


def test_the_rungs_in_order_and_an_end_in_words():
    fallback, said = MemoryFallback.none(replace(Recipe(), batch_windows=4, steps_at_once=1)), []
    with pytest.raises(TrainingError, match=r"too little memory.*Close other programs.*is kept"):
        while True:
            fallback, sentence = fallback.next_rung()
            said.append(sentence)
    words = ("2 snippets", "one snippet", "shorter snippets", "computing parts of each step twice", "fewer layers")
    assert [word in sentence for word, sentence in zip(words, said, strict=True)] == [True] * len(words)
    assert fallback == MemoryFallback(1, SHORT_WINDOW_FRAMES, computes_twice=True, style_layers_only=True)


def without_memory_until(monkeypatch, trainer, enough):
    """Let the processor's allocator really fail in each acoustic step until `enough(fallback)`."""
    real = trainer_module.acoustic_loss

    def hungry(*arguments):
        if not enough(trainer.memory_fallback):
            torch.empty(FAR_TOO_MANY_BYTES, dtype=torch.uint8)
        return real(*arguments)

    monkeypatch.setattr(trainer_module, "acoustic_loss", hungry)


def test_too_little_memory_goes_down_the_rungs_says_so_and_learns_on(kokoro_folder, network, tmp_path, monkeypatch):
    use_recipe(monkeypatch, batch_windows=2)
    load_once(monkeypatch, network)
    run_dir = tmp_path / "run"
    prepare(kokoro_folder, run_dir, 2, TrainingPlan(steps=STEPS))
    trainer = Trainer(run_dir, kokoro_folder, "cpu")
    without_memory_until(monkeypatch, trainer, lambda fallback: fallback.windows_at_once == 1)
    advance_to(trainer, 1)
    before = {name: value.detach().clone() for name, value in trainer.trained.items()}
    without_memory_until(monkeypatch, trainer, lambda fallback: fallback.style_layers_only)
    advance_to(trainer, 2)
    notes = read_notes(run_dir)
    assert ["one snippet" in notes[0], "computing parts" in notes[1], "fewer layers" in notes[2]] == [True] * 3
    assert all(math.isfinite(line["loss"]) for line in metrics(run_dir))
    moved = {name for name, value in trainer.trained.items() if not torch.equal(value, before[name])}
    assert moved
    assert all(".fc." in name for name in moved)
    trainer.save_checkpoint()
    continued = Trainer(run_dir, kokoro_folder, "cpu")
    assert continued.memory_fallback == trainer.memory_fallback
    learning = [value for group in continued.trainable.acoustic.param_groups for value in group["params"]]
    assert sum(value.numel() for value in learning) < sum(value.numel() for value in continued.trained.values()) / 4
    advance_to(continued, 3)


def test_at_the_end_of_the_rungs_the_work_is_saved_and_the_run_fails_in_words(make_trainer, monkeypatch):
    trainer = make_trainer()
    advance_to(trainer, 1)
    without_memory_until(monkeypatch, trainer, lambda fallback: False)
    with pytest.raises(TrainingError, match="too little memory"):
        trainer.advance()
    assert read_about(trainer.run_dir / "checkpoint.safetensors")["position"]["step"] == 1


def without_memory_for(monkeypatch, *clip_ids, times=1_000):
    """Let the processor's allocator really fail, so often, when one of these clips is made ready."""
    real, left = dataset.get_features, {clip_id: times for clip_id in clip_ids}

    def hungry(run_dir, entry, aligner):
        if left.get(entry.clip_id, 0) > 0:
            left[entry.clip_id] -= 1
            torch.empty(FAR_TOO_MANY_BYTES, dtype=torch.uint8)
        return real(run_dir, entry, aligner)

    monkeypatch.setattr(dataset, "get_features", hungry)


def test_a_recording_that_memory_is_too_small_for_is_left_out_and_said(make_trainer, monkeypatch):
    trainer = make_trainer()
    first, second = trainer.clips.pending
    without_memory_for(monkeypatch, first.clip_id)
    advance_to(trainer, 1)
    assert [clip.entry for clip in trainer.clips.ready] == [second]
    (note,) = read_notes(trainer.run_dir)
    assert f"a recording of {first.duration_s:.1f} s" in note and "goes on without it" in note
    trainer.save_checkpoint()
    monkeypatch.undo()
    continued = make_trainer(trainer.run_dir)
    assert continued.clips.pending == [first], "with more memory it may come in later"


def test_a_recording_that_memory_is_too_small_for_once_is_made_ready_at_the_second_try(make_trainer, monkeypatch):
    trainer = make_trainer()
    both = list(trainer.clips.pending)
    without_memory_for(monkeypatch, both[0].clip_id, times=1)
    advance_to(trainer, 1)
    assert [clip.entry for clip in trainer.clips.ready] == both
    assert read_notes(trainer.run_dir) == ()


def test_memory_too_small_for_every_recording_ends_in_words(make_trainer, monkeypatch):
    trainer = make_trainer()
    without_memory_for(monkeypatch, *(entry.clip_id for entry in trainer.clips.pending))
    with pytest.raises(TrainingError, match=r"any of the recordings ready\. Close other programs"):
        advance_to(trainer, 1)


def test_another_error_is_not_taken_for_too_little_memory(make_trainer, monkeypatch):
    trainer = make_trainer()
    advance_to(trainer, 1)

    def broken(*arguments):
        raise RuntimeError("The size of tensor a (3) must match the size of tensor b (4)")

    monkeypatch.setattr(trainer_module, "acoustic_loss", broken)
    with pytest.raises(RuntimeError, match="size of tensor"):
        trainer.advance()
    assert read_notes(trainer.run_dir) == ()


def test_computing_twice_gives_the_same_gradients(kokoro_folder, network, tmp_path, monkeypatch):
    use_recipe(monkeypatch)
    load_once(monkeypatch, network)
    run_dir = tmp_path / "run"
    prepare(kokoro_folder, run_dir, 1, TrainingPlan(steps=STEPS))
    trainer = Trainer(run_dir, kokoro_folder, "cpu")
    trainer.clips.make_next_ready()

    def gradients():
        trainer.trainable.forget_gradients()
        torch.manual_seed(0)
        style = trainer.trainable.acoustic_style
        heard = acoustic_loss(trainer.network, [(trainer.clips.ready[0], 0)], style, trainer.recipe, 24, None)
        heard.loss.backward()
        return {name: value.grad.clone() for name, value in trainer.trainable.all().items() if value.grad is not None}

    once = gradients()
    compute_twice(trainer.network)
    compute_twice(trainer.network)  # a second time changes nothing
    twice = gradients()
    assert set(once) == set(twice)
    assert [name for name in once if not torch.equal(once[name], twice[name])] == []
