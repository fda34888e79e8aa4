"""Small trainings of YourTTS and VITS VCTK for tests: six clips, two at a time, a few steps."""

import json

import torch
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS

from voiceclone.audio.sound import decode
from voiceclone.bases.base import TrainingClip, TrainingPlan
from voiceclone.bases.coqui.bundle import read_bundle
from voiceclone.bases.coqui.vits import network
from voiceclone.bases.coqui.vits.base import VitsBase
from voiceclone.bases.coqui.vits.recipe import Recipe

LONG_S = 3600.0
STEPS = 4
SMALL = Recipe(batch_clips=2, evaluations=2, judged_clips=1, warm_up_share=0.25)
SENTENCE = "The boy saw a ship."


def example_clips(count):
    """The first clips of the example voice with their texts."""
    names = sorted(EXAMPLE_TEXTS)[:count]
    return [
        TrainingClip(name.split(".")[0], decode(EXAMPLE_DIR / name), EXAMPLE_TEXTS[name], "en-us") for name in names
    ]


def prepared(folder, run_dir, policy, recipe=SMALL, steps=STEPS, clips=None):
    """A base of the released folder, with a run of it that is ready to learn."""
    base = VitsBase(folder, recipe=recipe)
    run_dir.mkdir()
    base.prepare(clips or example_clips(6), run_dir, TrainingPlan(steps=steps, seed=1, policy=policy))
    return base


def metrics(run_dir):
    """What a run told, line by line."""
    return [json.loads(line) for line in (run_dir / "metrics.jsonl").read_text("utf-8").splitlines()]


def released_state(folder):
    """The released file's tensors, by their names in today's network."""
    content = torch.load(read_bundle(folder).model_path, weights_only=True)
    return {network.new_name(name): value for name, value in content["model"].items()}
