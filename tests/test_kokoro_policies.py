"""What learns under each policy of the embedded base, and a voice without training: exactly the promised tensors."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS

from voiceclone.audio.sound import decode
from voiceclone.bases.base import Ability, Policy, TrainingClip, TrainingPlan
from voiceclone.bases.kokoro import KokoroBase
from voiceclone.bases.kokoro.model import weights
from voiceclone.bases.kokoro.model.network import STYLE_SIZE
from voiceclone.bases.kokoro.starting_voice import stock_styles
from voiceclone.bases.kokoro.train.recipe import is_trained
from voiceclone.errors import InputError

STEPS = 2
LONG_S = 600.0


def example_clips(count):
    names = sorted(EXAMPLE_TEXTS)[:count]
    return [TrainingClip(name, decode(EXAMPLE_DIR / name), EXAMPLE_TEXTS[name], "en-us") for name in names]


@pytest.fixture(scope="module")
def run_of(kokoro_folder, tmp_path_factory):
    """Two steps under each policy, made once: run folder and trainer."""
    made = {}

    def make(policy):
        if policy not in made:
            run_dir = tmp_path_factory.mktemp("run")
            base = KokoroBase(kokoro_folder)
            base.prepare(example_clips(2), run_dir, TrainingPlan(steps=STEPS, policy=policy))
            assert base.train_slice(run_dir, LONG_S).finished
            made[policy] = (base, run_dir, base._trainer(run_dir))
        return made[policy]

    return make


def changed(trainer, folder):
    before = load_file(folder / weights.WEIGHTS_FILE)
    after = {name: parameter.detach() for name, parameter in trainer.network.named_parameters()}
    return {name for name, tensor in before.items() if not torch.equal(after[name], tensor.to(after[name].dtype))}


def both_halves_of_the_style_moved(trainer):
    moved = (trainer.voice_style() - trainer.start).abs()
    return bool(moved[:, :STYLE_SIZE].max() > 0) and bool(moved[:, STYLE_SIZE:].max() > 0)


def test_transfer_changes_the_style_and_nothing_else(run_of, kokoro_folder):
    _, _, trainer = run_of(Policy.TRANSFER)
    assert changed(trainer, kokoro_folder) == set()
    assert both_halves_of_the_style_moved(trainer)
    trainable = [
        value
        for optimizer in trainer.trainable.optimizers()
        for group in optimizer.param_groups
        for value in group["params"]
    ]
    assert sum(value.numel() for value in trainable) == 2 * STYLE_SIZE


def test_fine_tune_changes_the_layers_that_make_the_sound_and_the_style(run_of, kokoro_folder):
    _, _, trainer = run_of(Policy.FINE_TUNE)
    promised = {
        name
        for name, _ in trainer.network.named_parameters()
        if name.partition(".")[0] in ("decoder", "predictor") and is_trained(name.partition(".")[2])
    }
    stored = set(load_file(kokoro_folder / weights.WEIGHTS_FILE))
    assert changed(trainer, kokoro_folder) == promised & stored
    assert both_halves_of_the_style_moved(trainer)


def test_the_voice_of_transfer_holds_only_the_style_and_speaks_differently(run_of, kokoro):
    base, run_dir, trainer = run_of(Policy.TRANSFER)
    style = trainer.voice_style().cpu()
    base.finish(run_dir)
    path = run_dir / "voice.safetensors"
    tensors = load_file(path)
    assert set(tensors) == {"style"}
    assert torch.equal(tensors["style"], style)
    assert path.stat().st_size < 2_000
    kokoro.check_voice_file(path)
    spoken, stock = kokoro.speak(path, "Hello.", "en-us"), kokoro.speak(None, "Hello.", "en-us")
    assert len(spoken.samples) != len(stock.samples) or np.abs(spoken.samples - stock.samples).max() > 1e-3


def test_the_plan_on_disk_names_the_policy(run_of, kokoro_folder, tmp_path):
    _, run_dir, _ = run_of(Policy.TRANSFER)
    assert json.loads((run_dir / "plan.json").read_text())["policy"] == "transfer"
    KokoroBase(kokoro_folder).prepare(example_clips(1), tmp_path, TrainingPlan(steps=1))
    assert json.loads((tmp_path / "plan.json").read_text())["policy"] == "fine-tune"


@pytest.mark.parametrize("policy", [Policy.INSTANT, Policy.FULL])
def test_a_policy_that_is_not_offered_is_refused(kokoro_folder, tmp_path, policy):
    with pytest.raises(InputError, match=rf"“{policy}”; choose fine-tune or transfer"):
        KokoroBase(kokoro_folder).prepare(example_clips(1), tmp_path, TrainingPlan(steps=1, policy=policy))
    assert list(tmp_path.iterdir()) == []


def test_an_instant_voice_is_the_stock_voice_most_like_the_recordings(kokoro, kokoro_folder, tmp_path):
    told = []
    path = tmp_path / "new" / "voice.safetensors"
    kokoro.make_instant_voice(example_clips(3), path, lambda share, words: told.append((share, words)))
    tensors = load_file(path)
    assert set(tensors) == {"style"}
    kokoro.check_voice_file(path)
    stock = stock_styles(kokoro_folder)
    assert len(stock) == 54
    same = [name for name, style in stock.items() if torch.equal(style, tensors["style"])]
    assert len(same) == 1
    assert same[0].split("_")[0].endswith("m"), "the example is a man's voice"
    assert any("stock voice" in words for _, words in told)
    assert Ability.INSTANT in KokoroBase.abilities
    assert Policy.INSTANT not in KokoroBase.policies
