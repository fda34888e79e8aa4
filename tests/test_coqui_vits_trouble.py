"""What goes wrong while a VITS learns: little memory, numbers gone astray, sentences that cannot be spoken."""

import json
import math

import pytest
import torch
from coqui_bundles import YOUR_TTS
from vits_runs import SMALL, metrics, prepared

from voiceclone.bases.base import Policy
from voiceclone.bases.coqui.vits import losses as vits_losses
from voiceclone.bases.coqui.vits.base import VitsBase
from voiceclone.bases.coqui.vits.recipe import Recipe
from voiceclone.bases.run.divergence import MAX_BAD_STEPS
from voiceclone.errors import TrainingError

pytestmark = pytest.mark.usefixtures("no_judges")


def test_too_little_memory_halves_the_batch_and_sums_gradients(vits_folders, tmp_path, monkeypatch):
    run_dir = tmp_path / "run"
    base = prepared(vits_folders[YOUR_TTS], run_dir, Policy.TRANSFER, Recipe(batch_clips=4, judged_clips=1))
    trainer = base._trainer(run_dir)
    gradients, sizes, room = trainer._gradients, [], [1]

    def small_memory(clips, weight, phase):
        if len(clips) > room[0]:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")
        sizes.append((len(clips), weight))
        return gradients(clips, weight, phase)

    monkeypatch.setattr(trainer, "_gradients", small_memory)
    trainer.advance()
    assert sizes == [(1, 0.25)] * 4
    assert not torch.equal(trainer.speaker, trainer.start)
    assert metrics(run_dir)[0]["clips_at_once"] == 1
    notes = json.loads((run_dir / "notes.json").read_text())
    assert len(notes) == 2
    assert "memory" in notes[0]
    trainer.save_checkpoint()
    assert VitsBase(vits_folders[YOUR_TTS], recipe=SMALL)._trainer(run_dir).batch_clips == 1
    room[0] = 0
    with pytest.raises(TrainingError, match="memory"):
        trainer.advance()


def test_summed_gradients_are_those_of_the_whole_batch(vits_folders, tmp_path, monkeypatch):
    run_dir = tmp_path / "run"
    base = prepared(vits_folders[YOUR_TTS], run_dir, Policy.TRANSFER, Recipe(batch_clips=2, judged_clips=1))
    trainer = base._trainer(run_dir)
    clips = [trainer._clips[0]] * 2  # of one length, so that no padding differs

    def smooth(network, batch, outputs, adversarial):
        loss = outputs["z_p"].square().mean()
        return {"loss": loss}

    monkeypatch.setattr(vits_losses, "generator_losses", smooth)
    monkeypatch.setattr(torch, "randn_like", torch.zeros_like)
    found = []
    for parts in ([clips], [clips[:1], clips[1:]]):
        trainer.speaker.grad = None
        for part in parts:
            trainer._gradients(part, len(part) / 2, "learning")
        found.append(trainer.speaker.grad.clone())
    assert found[0].abs().sum() > 0
    assert torch.allclose(*found, rtol=1e-3, atol=1e-7)


def test_numbers_gone_astray_bring_the_last_checkpoint_back_and_then_end_the_run(vits_folders, tmp_path, monkeypatch):
    run_dir = tmp_path / "run"
    recipe = Recipe(batch_clips=1, judged_clips=1, adversarial=False)
    base = prepared(vits_folders[YOUR_TTS], run_dir, Policy.FINE_TUNE, recipe, steps=40)
    trainer = base._trainer(run_dir)
    for _ in range(2):
        trainer.advance()
    trainer.save_checkpoint()
    kept = {name: value.detach().clone() for name, value in trainer.trained.items()}
    rate = trainer._rate_scale()
    losses = vits_losses.generator_losses

    def broken(*arguments):
        return {name: value * math.nan for name, value in losses(*arguments).items()}

    monkeypatch.setattr(vits_losses, "generator_losses", broken)
    trainer.advance()
    assert trainer.clock.step == 3
    assert all(torch.equal(value, kept[name]) for name, value in trainer.trained.items())
    assert len(metrics(run_dir)) == 2
    for _ in range(MAX_BAD_STEPS - 1):
        trainer.advance()
    assert trainer.clock.step == 2
    assert trainer._rate_scale() == pytest.approx(rate / 2)
    assert "half as fast" in json.loads((run_dir / "notes.json").read_text())[-1]
    monkeypatch.setattr(vits_losses, "generator_losses", losses)
    going_on = VitsBase(vits_folders[YOUR_TTS], recipe=recipe)._trainer(run_dir)
    going_on.advance()
    assert all(torch.isfinite(value).all() for value in going_on.trained.values())
    monkeypatch.setattr(vits_losses, "generator_losses", broken)
    while not trainer.finished:
        trainer.advance()
    assert trainer.clock.step == 2
    assert "ended early; the voice is the one of step 2" in json.loads((run_dir / "notes.json").read_text())[-1]


def test_a_damaged_checkpoint_is_replaced_by_the_one_before(vits_folders, tmp_path):
    run_dir = tmp_path / "run"
    base = prepared(vits_folders[YOUR_TTS], run_dir, Policy.TRANSFER, Recipe(batch_clips=1, judged_clips=1), steps=9)
    trainer = base._trainer(run_dir)
    for _ in range(2):
        trainer.advance()
        trainer.save_checkpoint()
    path = run_dir / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    again = VitsBase(vits_folders[YOUR_TTS], recipe=SMALL)._trainer(run_dir)
    assert again.clock.step == 1
    assert "goes on from the one before, step 1" in json.loads((run_dir / "notes.json").read_text())[-1]
    (run_dir / "checkpoint.previous.safetensors").write_bytes(b"")
    anew = VitsBase(vits_folders[YOUR_TTS], recipe=SMALL)._trainer(run_dir)
    assert anew.clock.step == 0
    assert torch.equal(anew.speaker, anew.start)
    assert "begins again" in json.loads((run_dir / "notes.json").read_text())[-1]
