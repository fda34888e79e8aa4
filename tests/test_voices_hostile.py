"""Voice files from strangers: 300 wrong ones give 300 plain sentences; absurd voices are refused before rendering."""

import hashlib
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from voice_mutations import describe, mutations, with_style

from voiceclone import VoiceEngine
from voiceclone.bases.voice_numbers import UnspeakableError, check_length
from voiceclone.cli import main
from voiceclone.errors import BaseModelError, VoiceFileError
from voiceclone.storage import disk

TRAINED = (
    Path(__file__).parent / "data_folders" / "2026-11-28" / "voices" / "502a7735028447fdbfe76b57495bd141.safetensors"
)
"""A small trained voice of the embedded base: style, curves, changed weights."""
TECHNICAL = re.compile(r"Traceback|Error|Exception|NoneType|0x|\n|[{}\[\]]|\.py")


@pytest.fixture(scope="module")
def engine(kokoro_folder, tmp_path_factory) -> VoiceEngine:
    """A data folder with the embedded base and one voice."""
    data = tmp_path_factory.mktemp("hostile") / "data"
    (data / "base").mkdir(parents=True)
    shutil.copytree(kokoro_folder, data / "base" / "kokoro-82m", copy_function=os.link)
    engine = VoiceEngine(data)
    engine.voices.import_file(TRAINED)
    return engine


def is_plain(sentence: str) -> bool:
    """True for what a person may be told: one to three short sentences without anything of a program's inside."""
    return 20 < len(sentence) < 400 and sentence.endswith((".", ")")) and not TECHNICAL.search(sentence)


def plant(engine: VoiceEngine, content: bytes) -> str:
    """Put a file among the voices, as an earlier version or a hand may have done; return its id."""
    voice_id = disk.new_id()
    (engine.data_dir / "voices" / f"{voice_id}.safetensors").write_bytes(content)
    return voice_id


def fingerprints(engine: VoiceEngine) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (engine.data_dir / "voices").iterdir()}


def test_300_wrong_files_give_300_plain_sentences_and_touch_no_other_voice(engine, tmp_path):
    before, voices, wrong = fingerprints(engine), engine.voices.all(), []
    made = mutations(TRAINED.read_bytes())
    assert len(made) == 300
    for number, (what, content) in enumerate(made):
        path = tmp_path / f"voice {number}.safetensors"
        path.write_bytes(content)
        try:
            engine.voices.import_file(path)
            wrong.append((what, "was taken"))
        except VoiceFileError as error:
            if not is_plain(str(error)):
                wrong.append((what, str(error)))
    assert wrong == []
    assert fingerprints(engine) == before and engine.voices.all() == voices


def test_300_wrong_voices_in_the_data_folder_are_named_refused_and_deleted(engine):
    before, voices, wrong = fingerprints(engine), engine.voices.all(), []
    for what, content in mutations(TRAINED.read_bytes(), seed=1):
        voice_id = plant(engine, content)
        listed = {one.voice_id for one in (*engine.voices.all(), *engine.voices.broken())}
        told = engine.voices.problem(voice_id)
        if voice_id not in listed or not is_plain(told) or voice_id in told:
            wrong.append((what, told))
        assert [one for one in engine.voices.all() if one.voice_id != voice_id] == voices
        engine.voices.delete(voice_id)
    assert wrong == []
    assert fingerprints(engine) == before


def test_a_broken_voice_is_told_in_the_terminal_and_deleted_by_name(engine, capsys, monkeypatch):
    monkeypatch.setenv("VOICECLONE_HOME", str(engine.data_dir))
    content = describe(describe(TRAINED.read_bytes(), "name", "Berta"), "trained.minutes", 1e308)
    voice_id = plant(engine, content)
    assert [(one.voice_id, one.name) for one in engine.voices.broken()] == [(voice_id, "Berta")]
    assert main(["voices"]) == 0
    assert f"Berta ({voice_id}): This voice cannot be used: its training time" in capsys.readouterr().out
    with pytest.raises(VoiceFileError, match="its training time is out of range"):
        engine.speak(voice_id, "Hello.")
    assert main(["delete", "berta", "--yes"]) == 0
    assert engine.voices.broken() == []


@pytest.mark.parametrize("number", [np.nan, np.inf, 7.0])
def test_numbers_no_voice_has_are_refused_before_speaking_too(engine, kokoro, tmp_path, number):
    style = np.zeros((1, 256), np.float32)
    style[0, 200] = number
    path = tmp_path / "voice.safetensors"
    path.write_bytes(with_style(TRAINED.read_bytes(), style))
    with pytest.raises(VoiceFileError, match=r"This voice cannot be used: some of its numbers"):
        kokoro.speak(path, "Hello.", "en-us")


def test_an_absurd_style_is_refused_before_anything_is_rendered(kokoro, kokoro_network, tmp_path):
    style = np.zeros((1, 256), np.float32)
    style[0, 128:] = np.random.default_rng(51).choice([-5.0, 5.0], 128)  # each number is in range
    path = tmp_path / "voice.safetensors"
    path.write_bytes(with_style(TRAINED.read_bytes(), style))
    kokoro.check_voice_file(path)
    rendered = []
    hook = kokoro_network.decoder.register_forward_hook(lambda *_: rendered.append(1))
    try:
        with pytest.raises(VoiceFileError, match=r"it would need \d+ s for 13 sounds"):
            kokoro.speak(path, "Hello there.", "en-us")
        assert rendered == []
        assert kokoro.speak(None, "Hello there.", "en-us").duration_s < 3
        assert rendered == [1]
    finally:
        hook.remove()


def test_halves_in_range_that_multiply_to_too_much_are_refused(kokoro, tmp_path):
    from safetensors.torch import load_file, save_file

    tensors = load_file(TRAINED)
    path = tmp_path / "voice.safetensors"
    for half in ("up", "down"):
        tensors[f"decoder.decode.1.conv1.weight.{half}"].fill_(2.0)
    save_file(tensors, path)
    with pytest.raises(VoiceFileError, match="changes the speech model far more"):
        kokoro.check_voice_file(path)


def test_all_real_voices_are_within_the_bounds(kokoro, tmp_path):
    from safetensors.torch import save_file

    from voiceclone.bases.kokoro.model import stock_data, weights

    styles = [torch.from_numpy(one.style) for one in stock_data.shipped_voices().values()]
    styles += [row[None] for table in weights.load_stock_voices(kokoro._folder).values() for row in table[::50]]
    assert len(styles) > 100
    path = tmp_path / "voice.safetensors"
    for style in styles:
        save_file({"style": style.contiguous()}, path)
        kokoro.check_voice_file(path)


def test_a_length_is_refused_when_it_is_no_number_or_far_too_much():
    check_length(23.0, 277)
    for length_s in (float("nan"), float("inf"), 21.0):
        with pytest.raises(UnspeakableError, match="it would need"):
            check_length(length_s, 13)
    assert issubclass(UnspeakableError, BaseModelError)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_is_not_waited_for(engine, tmp_path):
    os.mkfifo(tmp_path / "voice.safetensors")
    with pytest.raises(VoiceFileError, match="is no ordinary file"):
        engine.voices.import_file(tmp_path / "voice.safetensors")
