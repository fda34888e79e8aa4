"""Small real trainings of the embedded base for tests: two or three clips, short windows, a few steps."""

import copy
import json
import os
import shutil
from dataclasses import replace

from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS

from voiceclone.audio.sound import decode
from voiceclone.bases.base import TrainingClip
from voiceclone.bases.kokoro import KokoroBase
from voiceclone.bases.kokoro.starting_voice import START_FILE
from voiceclone.bases.kokoro.train import trainer as trainer_module
from voiceclone.bases.kokoro.train.recipe import Recipe
from voiceclone.bases.kokoro.train.trainer import Trainer
from voiceclone.storage import disk
from voiceclone.training import runs

SMALL = Recipe(window_frames=24, steps_at_once=1, speaker_from=1.0, first_clips_s=4.0, first_listen_s=1e9)
"""Half the window; the first two clips are ready at once, each other between two steps."""
LONG_S = 600.0
STEPS = 40
"""Of runs that go wrong before."""


def example_clips(count):
    """The first clips of the example voice; its recordings end at 11 kHz, so that the teacher is asked, too."""
    names = sorted(EXAMPLE_TEXTS)[:count]
    return [TrainingClip(name, decode(EXAMPLE_DIR / name), EXAMPLE_TEXTS[name], "en-us") for name in names]


def use_recipe(monkeypatch, **changes):
    """Let every trainer made from now on follow `SMALL` with some changes."""
    recipe = replace(SMALL, **changes)
    monkeypatch.setattr(trainer_module.Recipe, "for_device", staticmethod(lambda device: recipe))


def copy_run(source, target):
    """Copy a run folder as a kill leaves it; large files, which are only ever replaced, as links."""

    def copy(one, other):
        return os.link(one, other) if str(one).endswith((".safetensors", ".npz")) else shutil.copy2(one, other)

    return shutil.copytree(source, target, copy_function=copy)


def metrics(run_dir):
    """The lines of `metrics.jsonl`."""
    return [json.loads(line) for line in (run_dir / "metrics.jsonl").read_text("utf-8").splitlines()]


def steps_told(run_dir, count):
    """A `should_stop` that says yes once so many steps were told."""
    return lambda: (run_dir / "metrics.jsonl").is_file() and len(metrics(run_dir)) >= count


def advance_to(trainer: Trainer, step: int) -> None:
    """Train until so many steps are made."""
    while trainer.position.step < step:
        trainer.advance()


def prepare(kokoro_folder, run_dir, clip_count, plan):
    """Prepare a run that begins with a given stock voice: choosing one takes longer than these tests."""
    run_dir.mkdir(parents=True, exist_ok=True)
    KokoroBase(kokoro_folder).prepare(example_clips(clip_count), run_dir, plan)
    disk.write_json(run_dir / START_FILE, {"stock_voice": "jm_kumo"})
    return run_dir


def load_once(monkeypatch, network):
    """Let trainers begin with a copy of a network that was loaded already, a tenth of the time of loading it."""
    monkeypatch.setattr(trainer_module, "load_network", lambda folder, device: copy.deepcopy(network))


def tensors_of(trainer):
    """Every number that learns or that an optimizer keeps, by name."""
    found = {name: value.detach().clone() for name, value in trainer.trainable.all().items()}
    for number, optimizer in enumerate(trainer.trainable.optimizers()):
        for name, parameter in trainer.trainable.all().items():
            for key, value in optimizer.state.get(parameter, {}).items():
                found[f"{name} {key} {number}"] = value.clone()
    return found


def read_notes(run_dir):
    """What was said; but for the sentence that a computer far too busy for these tests may add."""
    return tuple(note for note in runs.read_notes(run_dir) if "was held up" not in note)


def two_checkpoints(trainer):
    """Make two steps and save each."""
    for step in (1, 2):
        advance_to(trainer, step)
        trainer.save_checkpoint()
