"""Where learning begins: the stock voices are listened to once, and again when what is kept does not fit."""

import json
import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS

from voiceclone.audio.sound import decode
from voiceclone.bases.base import TrainingClip, TrainingPlan
from voiceclone.bases.kokoro import KokoroBase, starting_voice
from voiceclone.bases.kokoro.data import dataset
from voiceclone.bases.kokoro.model import weights


@pytest.fixture(scope="module")
def base_folder(kokoro_folder, tmp_path_factory):
    copy = tmp_path_factory.mktemp("base") / "kokoro-82m"
    shutil.copytree(kokoro_folder, copy)
    for path in copy.glob("stock_embeddings_*"):
        path.unlink()
    starting_voice.listen_to_stock_voices(copy)
    return copy


def kept_file(base_folder):
    (path,) = base_folder.glob("stock_embeddings_*.safetensors")
    return path


def test_each_stock_voice_has_its_own_embedding(base_folder):
    known = load_file(kept_file(base_folder))
    assert set(known) == set(weights.load_stock_voices(base_folder))
    assert all(np.linalg.norm(value) == pytest.approx(1, abs=1e-3) for value in known.values())
    gram = np.stack(list(known.values())) @ np.stack(list(known.values())).T
    assert gram[~np.eye(len(gram), dtype=bool)].max() < 0.95


def test_what_is_kept_decides(base_folder, tmp_path):
    """The voice whose kept embedding is the person's is chosen: nothing is spoken anew."""
    from voiceclone.evaluation import speaker_similarity

    name = sorted(EXAMPLE_TEXTS)[0]
    sound = decode(EXAMPLE_DIR / name)
    KokoroBase(base_folder).prepare([TrainingClip(name, sound, EXAMPLE_TEXTS[name], "en-us")], tmp_path, TrainingPlan())
    path = kept_file(base_folder)
    before = load_file(path)
    chosen = sorted(before)[-1]
    try:
        save_file({voice: -speaker_similarity.embed(sound) * (-1 if voice == chosen else 1) for voice in before}, path)
        network = weights.load_network(base_folder, "cpu")
        starting_voice.choose_start(network, base_folder, tmp_path, dataset.read_index(tmp_path))
    finally:
        save_file(before, path)
    assert json.loads((tmp_path / "start.json").read_text("utf-8")) == {"stock_voice": chosen}


@pytest.mark.parametrize("content", ["garbage", pytest.param("other voices", marks=pytest.mark.slow)])
def test_a_file_that_does_not_fit_is_made_anew(base_folder, content):
    path = kept_file(base_folder)
    before = load_file(path)
    if content == "garbage":
        path.write_bytes(b"no safetensors")
    else:
        save_file({"somebody": np.ones(256, np.float32)}, path)
    starting_voice.listen_to_stock_voices(base_folder)
    again = load_file(path)
    assert set(again) == set(before)
    for name, value in before.items():
        assert float(value @ again[name]) > 0.99
