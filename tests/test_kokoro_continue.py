"""Going on from a voice with the real base: the first step is the voice's, what it has learnt is not lost."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS

from voiceclone.audio.sound import decode
from voiceclone.bases.base import START_VOICE_FILE, Policy, TrainingClip, TrainingPlan
from voiceclone.bases.kokoro import KokoroBase, starting_voice
from voiceclone.bases.kokoro.model import weights
from voiceclone.bases.kokoro.postprocess.formant_enhancement import CONTRAST, CONTRAST_SIZE
from voiceclone.bases.kokoro.postprocess.pipeline import POSTPROCESS_TENSORS
from voiceclone.bases.kokoro.voice_tensors import DELTA, DOWN, STYLE, UP, parameter_changes

NAME = sorted(EXAMPLE_TEXTS)[0]
MATRIX = "decoder.decode.0.conv1.weight"


@pytest.fixture(scope="module")
def voice(kokoro_folder, tmp_path_factory):
    """A voice file with a style of its own, one changed matrix of rank 2, one changed vector, and some polish."""
    stored = load_file(kokoro_folder / weights.WEIGHTS_FILE)
    vector = next(name for name in stored if name.startswith("decoder.") and name.endswith(".fc.bias"))
    generator = torch.Generator().manual_seed(1)
    rows, columns = stored[MATRIX].shape[0], stored[MATRIX][0].numel()
    tensors = {
        STYLE: 0.1 * torch.randn(1, 256, generator=generator),
        MATRIX + UP: (0.01 * torch.randn(rows, 2, generator=generator)).half(),
        MATRIX + DOWN: (0.01 * torch.randn(2, columns, generator=generator)).half(),
        vector + DELTA: (0.01 * torch.randn(stored[vector].shape, generator=generator)).half(),
        CONTRAST: torch.full((CONTRAST_SIZE,), 0.1),
    }
    path = tmp_path_factory.mktemp("voice") / "voice.safetensors"
    save_file(tensors, path)
    KokoroBase(kokoro_folder).check_voice_file(path)
    return path


def prepared(kokoro_folder, run_dir, voice, **plan):
    run_dir.mkdir(exist_ok=True)
    (run_dir / START_VOICE_FILE).write_bytes(voice.read_bytes())
    base = KokoroBase(kokoro_folder)
    clip = TrainingClip(NAME, decode(EXAMPLE_DIR / NAME), EXAMPLE_TEXTS[NAME], "en-us")
    base.prepare([clip], run_dir, TrainingPlan(steps=2, **plan))
    return base


@pytest.mark.slow
def test_learning_begins_with_the_voice_and_ends_with_what_it_had(kokoro_folder, voice, tmp_path):
    base = prepared(kokoro_folder, tmp_path, voice)
    trainer = base._trainer(tmp_path)
    stored, had = load_file(kokoro_folder / weights.WEIGHTS_FILE), load_file(voice)
    present = dict(trainer.network.named_parameters())
    for name, change in parameter_changes(had).items():
        assert torch.allclose(present[name], stored[name] + change.reshape(stored[name].shape), atol=1e-6)
    assert torch.equal(trainer.voice_style().cpu(), had[STYLE])
    assert not (tmp_path / starting_voice.START_FILE).exists(), "no stock voice was looked for"
    assert np.array_equal(trainer.postprocess_tensors()[CONTRAST], had[CONTRAST].numpy()), (
        "it holds until enough is heard anew"
    )

    while not trainer.position.finished:
        trainer.advance()
    trainer.save_checkpoint()
    resumed = KokoroBase(kokoro_folder)._trainer(tmp_path)
    assert resumed.position.step == 2
    again = dict(resumed.network.named_parameters())
    assert all(torch.equal(again[name], parameter) for name, parameter in trainer.trained.items())
    base.finish(tmp_path)
    made = load_file(tmp_path / "voice.safetensors")
    kept = parameter_changes(made)[MATRIX].flatten()
    wanted = parameter_changes(had)[MATRIX].flatten()
    assert float(torch.nn.functional.cosine_similarity(kept, wanted, dim=0)) > 0.9
    assert CONTRAST in made
    scores = json.loads((tmp_path / "scores.json").read_text())
    assert 0 <= scores["words_right"] <= 1


@pytest.mark.slow
def test_only_the_description_can_go_on_learning_too(kokoro_folder, voice, tmp_path):
    trainer = prepared(kokoro_folder, tmp_path, voice, policy=Policy.TRANSFER)._trainer(tmp_path)
    assert trainer.trained == {}
    assert set(trainer.postprocess_tensors()) == set(load_file(voice)) & set(POSTPROCESS_TENSORS)
