"""Durations without rendering: as near to the truth as with it, the same each time, and kept for the next training."""

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS

from voiceclone.audio.sound import decode
from voiceclone.bases.base import TrainingClip
from voiceclone.bases.kokoro.data import alignment, dataset, feature_cache, features
from voiceclone.bases.kokoro.data.alignment import Aligner
from voiceclone.bases.kokoro.data.feature_cache import FeatureCache, content_key
from voiceclone.bases.kokoro.model import synthesis, weights
from voiceclone.bases.kokoro.model.network import FRAME_SAMPLES
from voiceclone.bases.kokoro.model.tokens import phonemes_to_tokens
from voiceclone.bases.kokoro.starting_voice import typical_style
from voiceclone.text.phonemes import phonemize

SENTENCE = "The quiet morning light fell across the kitchen table."


@pytest.fixture(scope="module")
def styles(kokoro_folder):
    return {name: typical_style(table) for name, table in weights.load_stock_voices(kokoro_folder).items()}


@pytest.fixture(scope="module")
def aligner(kokoro_folder, kokoro_network, styles):
    return Aligner(kokoro_network, kokoro_folder, styles["jf_alpha"])


def border_errors_ms(found, truth):
    """How far the borders between tokens are off, ms."""
    return 25.0 * np.abs(np.cumsum(found)[:-1] - np.cumsum(truth)[:-1])


@pytest.mark.slow
def test_borders_are_as_near_to_the_truth_as_with_the_whole_template(aligner, kokoro_network, styles):
    """Another stock voice speaks, so the truth is known."""
    tokens = phonemes_to_tokens(phonemize(SENTENCE, "en-us"))
    other = next(name for name in sorted(styles) if name != "jf_alpha")
    recording, truth = (
        part.numpy() for part in synthesis.synthesize_with_frames(kokoro_network, tokens, styles[other])
    )
    template, template_frames = (
        part.numpy() for part in synthesis.synthesize_with_frames(kokoro_network, tokens, styles["jf_alpha"])
    )
    whole = border_errors_ms(features.align(template, template_frames, recording), truth)
    found = aligner.align(aligner.encode(tokens), recording)
    quick = border_errors_ms(found, truth)
    assert found.sum() == len(recording) // FRAME_SAMPLES and found.min() >= 1
    assert quick.mean() < whole.mean() + 10
    assert quick.mean() < 40


@pytest.mark.slow
def test_what_is_read_before_the_generator_is_what_the_sound_holds(aligner, kokoro_folder, kokoro_network, styles):
    tokens = phonemes_to_tokens(phonemize(SENTENCE, "en-us"))
    style = styles["jf_alpha"]
    sound = synthesis.synthesize(kokoro_network, tokens, style).numpy()
    hidden, frames = alignment._speak_without_sound(aligner._network, aligner.encode(tokens), style)
    assert hidden.shape == (2 * frames.sum(), 512)
    read = alignment._with_one(hidden) @ alignment.cepstral_map(kokoro_network, kokoro_folder, style)
    there = features.cepstrum(sound)[: len(read)]
    alike = [np.corrcoef(read[:, column], there[:, column])[0, 1] for column in range(8)]
    assert min(alike[:2]) > 0.8, "loudness and tilt, which carry most"
    assert np.mean(alike) > 0.55


@pytest.mark.slow
def test_training_the_network_changes_no_duration(kokoro_folder, kokoro_network, styles):
    import copy

    learning = copy.deepcopy(kokoro_network)
    aligner = Aligner(learning, kokoro_folder, styles["jf_alpha"])
    tokens = phonemes_to_tokens(phonemize(SENTENCE, "en-us"))
    recording = synthesis.synthesize(learning, tokens, styles["jf_alpha"]).numpy()
    before = aligner.align(aligner.encode(tokens), recording)
    with torch.no_grad():
        for part in (learning.decoder, learning.predictor):
            for parameter in part.parameters():
                parameter.mul_(0.5)
    np.testing.assert_array_equal(aligner.align(aligner.encode(tokens), recording), before)


@pytest.mark.slow
def test_the_map_is_made_once_for_a_style_and_again_when_it_is_damaged(
    kokoro_folder, kokoro_network, styles, tmp_path, monkeypatch
):
    monkeypatch.setattr(alignment, "_SENTENCES", ("Yes, why not?",))
    for name in (weights.INFO_FILE, weights.VOICES_FILE):
        (tmp_path / name).write_bytes((kokoro_folder / name).read_bytes())
    style = styles["jf_alpha"]
    made = alignment.cepstral_map(kokoro_network, tmp_path, style)
    assert made.shape == (513, 10)
    (path,) = tmp_path.glob("alignment_map_*")
    save_file({"map": made * 2}, path)
    np.testing.assert_array_equal(alignment.cepstral_map(kokoro_network, tmp_path, style), made * 2)
    path.write_bytes(path.read_bytes()[:1000])
    np.testing.assert_allclose(alignment.cepstral_map(kokoro_network, tmp_path, style), made, rtol=1e-3, atol=1e-3)
    assert load_file(path)["map"].shape == (513, 10)
    other = alignment.cepstral_map(kokoro_network, tmp_path, styles["jm_kumo"])
    assert np.abs(other - made).max() > 0.1 and len(list(tmp_path.glob("alignment_map_*"))) == 2


def test_every_stock_voice_that_pip_brings_has_its_map_shipped(kokoro_folder, styles):
    shipped = load_file(alignment.SHIPPED_MAPS)
    assert set(shipped) == {alignment.map_key(kokoro_folder, style) for style in styles.values()}
    assert all(found.shape == (513, 10) and found.dtype == np.float32 for found in shipped.values())
    assert alignment.SHIPPED_MAPS.stat().st_size < 150_000


@pytest.mark.slow
def test_a_shipped_map_is_what_would_be_made_here(kokoro_folder, kokoro_network, styles):
    """Nearly: other processors round otherwise, and the base's breath is drawn anew."""
    shipped = load_file(alignment.SHIPPED_MAPS)[alignment.map_key(kokoro_folder, styles["jm_kumo"])]
    made = alignment.fit_map(kokoro_network, styles["jm_kumo"])
    tokens = phonemes_to_tokens(phonemize(SENTENCE, "en-us"))
    aligner = Aligner(kokoro_network, kokoro_folder, styles["jm_kumo"])
    hidden, _ = alignment._speak_without_sound(aligner._network, aligner.encode(tokens), styles["jm_kumo"])
    read, as_shipped = (alignment._with_one(hidden) @ one for one in (made, shipped))
    assert np.abs(read - as_shipped).max() < 0.05 * np.abs(read).max()


def prepared(run_dir, count=2):
    names = sorted(EXAMPLE_TEXTS)[:count]
    clips = [TrainingClip(name, decode(EXAMPLE_DIR / name), EXAMPLE_TEXTS[name], "en-us") for name in names]
    return dataset.write_dataset(clips, run_dir)


@pytest.mark.slow
def test_a_second_training_of_the_same_clips_reuses_what_was_prepared(aligner, tmp_path, monkeypatch):
    monkeypatch.setattr(aligner, "cache", FeatureCache(tmp_path / "features"))
    first, second = tmp_path / "first", tmp_path / "second"
    made = [dataset.get_features(first, entry, aligner) for entry in prepared(first)]
    assert len(list((tmp_path / "features").iterdir())) == 2

    def refuse(*_):
        raise AssertionError("aligned again")

    monkeypatch.setattr(Aligner, "align", refuse)
    again = [dataset.get_features(second, entry, aligner) for entry in prepared(second)]
    for one, other in zip(made, again, strict=True):
        for name, value in vars(one).items():
            np.testing.assert_array_equal(getattr(other, name), value)
            assert getattr(other, name).dtype == value.dtype


def test_other_sound_words_voice_or_weights_are_made_anew():
    sound, style = np.ones(100, np.float32), np.zeros((1, 256), np.float32)
    keys = [
        content_key(sound, (1, 2), style, "a"),
        content_key(sound * 0.5, (1, 2), style, "a"),
        content_key(sound, (1, 3), style, "a"),
        content_key(sound, (1, 2), style + 1, "a"),
        content_key(sound, (1, 2), style, "b"),
    ]
    assert len(set(keys)) == 5
    assert content_key(sound.copy(), [1, 2], style.copy(), "a") == keys[0]


def test_a_torn_or_changed_file_is_no_answer_and_goes(tmp_path):
    cache = FeatureCache(tmp_path)
    arrays = {"frames": np.arange(5), "pitch_hz": np.linspace(0, 1, 7, dtype=np.float32)}
    cache.put("key", arrays)
    whole = (tmp_path / "key.safetensors").read_bytes()
    for length in (0, 7, 60, len(whole) - 1):
        (tmp_path / "key.safetensors").write_bytes(whole[:length])
        assert cache.get("key") is None
        assert not (tmp_path / "key.safetensors").exists()
    (tmp_path / "key.safetensors").write_bytes(whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:])
    assert cache.get("key") is None
    cache.put("key", arrays)
    np.testing.assert_array_equal(cache.get("key")["frames"], arrays["frames"])
    assert cache.get("other") is None


def test_what_was_used_longest_ago_goes_first(tmp_path):
    import os

    cache = FeatureCache(tmp_path, limit_mb=0.025)
    for number, key in enumerate(("old", "used", "new")):
        cache.put(key, {"x": np.zeros(2000, np.float32)})  # 8 kB
        os.utime(tmp_path / f"{key}.safetensors", (number, number))
    assert cache.get("old") is not None  # used now
    cache.put("newest", {"x": np.zeros(2000, np.float32)})
    assert cache.get("used") is None
    assert all(cache.get(key) is not None for key in ("old", "new", "newest"))


def test_a_folder_that_cannot_be_written_only_costs_time(tmp_path, caplog):
    (tmp_path / "file").touch()
    cache = FeatureCache(tmp_path / "file" / "features")
    cache.put("key", {"x": np.zeros(3)})
    assert cache.get("key") is None
    assert "not kept" in caplog.text
    assert feature_cache.LIMIT_MB >= 200
