"""Three steps on three real clips: what changes, what stays, kill and continue, and the voice that comes out."""

import json
import math
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS

from voiceclone.audio.sound import decode
from voiceclone.bases.base import TrainingClip, TrainingPlan
from voiceclone.bases.kokoro import KokoroBase
from voiceclone.bases.kokoro.model import weights
from voiceclone.bases.kokoro.train import schedule
from voiceclone.bases.kokoro.train.recipe import FROZEN_PARTS, Recipe
from voiceclone.bases.run.run_files import CHECKPOINT_FILE
from voiceclone.errors import NotEnoughSpeechError
from voiceclone.training.runs import read_notes

STEPS = 3
LONG_S = 600.0


def example_clips(count):
    names = sorted(EXAMPLE_TEXTS)[:count]
    return [TrainingClip(name, decode(EXAMPLE_DIR / name), EXAMPLE_TEXTS[name], "en-us") for name in names]


def metrics(run_dir):
    return [json.loads(line) for line in (run_dir / "metrics.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def runs(kokoro_folder, tmp_path_factory):
    """One run that goes on without a break, and its copy that was killed after two steps and continued."""
    whole = tmp_path_factory.mktemp("runs") / "whole"
    whole.mkdir()
    killed = whole.with_name("killed")
    base = KokoroBase(kokoro_folder)
    base.prepare(example_clips(3), whole, TrainingPlan(steps=STEPS))

    def two_steps_made():
        return (whole / "metrics.jsonl").is_file() and len(metrics(whole)) == 2

    stopped = base.train_slice(whole, LONG_S, should_stop=two_steps_made)
    shutil.copytree(whole, killed)
    ended = base.train_slice(whole, LONG_S)
    continued = KokoroBase(kokoro_folder)
    found = continued._trainer(killed).position
    resumed = continued.train_slice(killed, LONG_S)
    return {
        "base": base,
        "continued": continued,
        "whole": whole,
        "killed": killed,
        "results": (stopped, ended, resumed),
        "found": found,
    }


def test_each_step_is_told_with_a_finite_loss(runs):
    told = metrics(runs["whole"])
    assert [line["step"] for line in told] == [1, 2, 3]
    assert {line["total_steps"] for line in told} == {STEPS}
    assert all(math.isfinite(line["loss"]) and line["loss"] > 0 for line in told)
    assert all(line["elapsed_s"] > 0 and line["eta_s"] >= 0 for line in told)
    assert any("prosody_loss" in line for line in told)


def test_exactly_the_promised_tensors_change(runs, kokoro_folder):
    before = load_file(kokoro_folder / weights.WEIGHTS_FILE)
    trainer = runs["base"]._trainer(runs["whole"])
    after = {name: parameter.detach() for name, parameter in trainer.network.named_parameters()}
    changed = {name for name, tensor in before.items() if not torch.equal(after[name], tensor.to(after[name].dtype))}
    assert changed == {name for name in trainer.trained if name in before}
    assert len(changed) > 150
    assert {name.partition(".")[0] for name in changed} <= {"decoder", "predictor"}
    frozen = tuple(f"decoder.{part}" for part in FROZEN_PARTS)
    assert [name for name in changed if name.startswith(frozen)] == []
    assert [name for name in changed if "alpha" in name] == []
    assert not torch.equal(trainer.voice_style().cpu(), trainer.start.cpu())


def test_a_killed_run_goes_on_as_if_nothing_had_been(runs):
    stopped, ended, resumed = runs["results"]
    assert (stopped.step, stopped.finished) == (2, False)
    assert runs["found"].step == 2
    assert (ended.step, ended.finished) == (resumed.step, resumed.finished) == (STEPS, True)
    assert metrics(runs["killed"])[-1]["loss"] == metrics(runs["whole"])[-1]["loss"]


def test_the_end_is_a_voice_that_fits_and_speaks(runs, kokoro):
    run_dir = runs["killed"]
    runs["continued"].finish(run_dir)
    path = run_dir / "voice.safetensors"
    assert path.stat().st_size <= 25e6
    kokoro.check_voice_file(path)
    scores = json.loads((run_dir / "scores.json").read_text())
    assert 1 <= scores["naturalness"] <= 5
    assert 0 <= scores["words_right"] <= 1
    assert not (run_dir / CHECKPOINT_FILE).exists()
    spoken = kokoro.speak(path, "Hello there.", "en-us")
    stock = kokoro.speak(None, "Hello there.", "en-us")
    assert 0.3 < spoken.duration_s < 4
    assert len(spoken.samples) != len(stock.samples) or np.abs(spoken.samples - stock.samples).max() > 1e-3
    runs["continued"].finish(run_dir)  # killed after everything was written: once more is no error


def test_a_damaged_checkpoint_gives_way_to_the_one_before(runs, kokoro_folder, tmp_path):
    damaged = shutil.copytree(runs["whole"], tmp_path / "damaged")
    path = damaged / CHECKPOINT_FILE
    path.write_bytes(path.read_bytes()[:100_000])
    assert KokoroBase(kokoro_folder)._trainer(damaged).position.step == 2
    assert "the one before, step 2" in read_notes(damaged)[0]


def test_only_as_much_speech_is_made_ready_as_is_heard_several_times():
    recipe = Recipe()
    usual_s = schedule.frames_worth_having(220, recipe) * 0.025
    assert 60 < usual_s < 80, "five minutes on two cores"
    heard_s = 220 * recipe.window_frames * 0.025
    assert heard_s / usual_s == pytest.approx(schedule.HEARD_TIMES, rel=0.01)
    gpu = Recipe.for_device("cuda")
    assert schedule.frames_worth_having(3000, gpu) * 0.025 > 3600, "a graphics card hears everything there is"


def test_clips_that_cannot_be_used_are_refused(kokoro_folder, tmp_path):
    clip = example_clips(1)[0]
    too_much = TrainingClip("a", clip.audio, "word " * 110, "en-us")
    with pytest.raises(NotEnoughSpeechError, match="None of the recordings can be used"):
        KokoroBase(kokoro_folder).prepare([too_much], tmp_path, TrainingPlan(steps=1))
