"""A wrong file given to the import is told what it is and where it belongs; none of them is decoded or unpacked."""

import io
import json
import pickle
import struct
import zipfile

import numpy as np
import pytest
from safetensors.numpy import save_file
from sounds import EXAMPLE_DIR

from tests.small_project import fake_engine, make_project
from voiceclone.audio.sound import decode, encode_wav
from voiceclone.cli import main
from voiceclone.errors import VoiceFileError
from voiceclone.voices.foreign_file import not_a_voice_error


def zipped(**files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def checkpoint(*storages):
    names = {f"archive/data/{number}": b"\0" * size for number, size in enumerate(storages)}
    return zipped(**{"archive/data.pkl": pickle.dumps({"a": 1}, 2), "archive/version": b"3"}, **names)


def npz():
    content = io.BytesIO()
    np.savez(content, af_heart=np.zeros((510, 1, 256), np.float16))
    return content.getvalue()


def wav():
    return b"RIFF" + struct.pack("<I", 36) + b"WAVEfmt "


STYLES = 510 * 256 * 4
ONNX = b"\x08\x08\x12\x07pytorch\x1a\x052.1.0:\x9f\x01"
RECORDING, PICTURE, CHECKPOINT = "is a recording", "is a picture", "is a training checkpoint"
FILES = [
    ("a.wav", wav(), RECORDING),
    ("a.safetensors", wav(), RECORDING),
    ("a.flac", b"fLaC\0\0\0\x22" + bytes(40), RECORDING),
    ("a.mp3", b"ID3\x04\0\0\0\0\0\0", RECORDING),
    ("bare.mp3", b"\xff\xfb\x90\x64" + bytes(400), "is a recording (MP3)"),
    ("a.aac", b"\xff\xf1\x50\x80" + bytes(400), "is a recording (AAC)"),
    ("a.m4a", b"\0\0\0\x20ftypM4A " + bytes(20), "is a recording (M4A)"),
    ("a.mp4", b"\0\0\0\x20ftypisom" + bytes(20), "is a recording (MP4)"),
    ("a.opus", b"OggS" + bytes(40), RECORDING),
    ("a.webm", b"\x1aE\xdf\xa3" + bytes(40), RECORDING),
    ("dataset.zip", zipped(**{"anna/metadata.csv": "1|x", "anna/wavs/1.wav": wav()}), "a zip file of recordings"),
    ("flat.zip", zipped(**{"1.MP3": b"x"}), "a zip file of recordings"),
    ("voice.zip", zipped(**{"anna.safetensors": b"x"}), "Unzip it"),
    ("tts_models--en--vits.zip", zipped(**{"vits/model_file.pth": b"x", "vits/config.json": b"{}"}), "another program"),
    ("other.zip", zipped(**{"notes.txt": b"x"}), "without a voice"),
    ("cut.zip", zipped(a=b"x")[:40], "cut off or damaged"),
    ("letter.docx", zipped(**{"[Content_Types].xml": b"<x/>"}), "Office document"),
    ("metadata.csv", b"1.wav|Good morning.\n2.wav|Good night.\n", "is a table of texts"),
    ("texts.tsv", "1.wav\tGuten Morgen, Zoë.\n".encode(), "is a table of texts"),
    ("semicolon.csv", b"file;text\n1.wav;Hello\n", "is a table of texts"),
    ("epoch_2nd_00099.pth", checkpoint(4000, 80), CHECKPOINT),
    ("old.pt", pickle.dumps({"state": [1, 2]}, 2), CHECKPOINT),
    ("old.safetensors", pickle.dumps({"state": [1, 2]}, 4), CHECKPOINT),
    ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(20), PICTURE),
    ("a.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF", PICTURE),
    ("a.heic", b"\0\0\0\x18ftypheic" + bytes(20), PICTURE),
    ("a.svg", b"<svg xmlns='x'/>", PICTURE),
    ("af_heart.pt", checkpoint(STYLES), "is a Kokoro voice pack"),
    ("af_heart.bin", bytes(STYLES), "is a Kokoro voice pack"),
    ("af_sky.bin", bytes(511 * 256 * 4), "is a Kokoro voice pack"),
    ("voices.npz", npz(), "Kokoro's voice packs"),
    ("kokoro.onnx", ONNX, "is a model of another program"),
    ("kokoro", ONNX, "is a model of another program"),
    ("model.gguf", b"GGUF\3\0\0\0", "is a model of another program"),
    ("config.json", b'{"model": "kokoro"}', "is a JSON file"),
    ("voice.safetensors", b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "only points to the real"),
    ("voice.safetensors", b"<!DOCTYPE html><html>", "is a web page"),
    ("story.txt", "Es war einmal …\n".encode(), "is a text"),
    ("a.pdf", b"%PDF-1.7\n", "is a PDF document"),
    ("voices.tar.gz", b"\x1f\x8b\x08\0" + bytes(20), "Unpack it"),
    ("empty.safetensors", b"", "is empty (0 bytes)"),
    ("noise.dat", bytes(range(1, 256)) * 4, "is not a kind of file that VoiceClone knows"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "told"), FILES, ids=[f"{name}-{told[:14]}" for name, _, told in FILES])
def test_a_wrong_file_is_told_what_it_is(tmp_path, name, content, told):
    path = tmp_path / name
    path.write_bytes(content)
    engine = fake_engine(tmp_path / "data")
    with pytest.raises(VoiceFileError) as refused:
        engine.voices.import_file(path)
    words = str(refused.value)
    assert words.startswith(f"“{name}” ") and told in words and words.endswith((".", ")"))
    assert words.count(name) == 1
    assert engine.voices.all() == []


def test_a_folder_is_no_voice(tmp_path):
    assert "is a folder" in str(not_a_voice_error(tmp_path))


def test_the_weights_of_a_model_are_no_voice(tmp_path):
    path = tmp_path / "weights.safetensors"
    save_file({"bert.embeddings": np.zeros((4, 4), np.float32), "decoder.weight": np.zeros(3, np.float32)}, path)
    with pytest.raises(VoiceFileError, match=r"weights of a model \(2 tensors\)"):
        fake_engine(tmp_path / "data").voices.import_file(path)
    header = json.dumps({"x": "y" * 1_000}).encode()
    (tmp_path / "cut.safetensors").write_bytes(len(header).to_bytes(8, "little") + header[:200])
    with pytest.raises(VoiceFileError, match="cut off"):
        fake_engine(tmp_path / "data").voices.import_file(tmp_path / "cut.safetensors")


def test_what_lies_in_the_folder_of_a_training_is_no_voice_file(tmp_path):
    checkpoint = {"optimizer.style.exp_avg": np.zeros(3, np.float32), "weight.style": np.zeros(3, np.float32)}
    save_file(checkpoint, tmp_path / "checkpoint.safetensors")
    save_file({"style": np.zeros((1, 256), np.float32)}, tmp_path / "voice.safetensors")
    engine = fake_engine(tmp_path / "data")
    with pytest.raises(VoiceFileError, match="saved state of a training"):
        engine.voices.import_file(tmp_path / "checkpoint.safetensors")
    with pytest.raises(VoiceFileError, match="without its description"):
        engine.voices.import_file(tmp_path / "voice.safetensors")


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A voice file, as exported."""
    folder = tmp_path_factory.mktemp("voice")
    engine = fake_engine(folder / "data")
    make_project(engine.data_dir)
    voice = engine.instant_voice("Anna", "Anna", True)
    return engine.voices.export(voice.voice_id, folder / "anna.safetensors")


def test_a_voice_that_is_cut_off_says_how_much_of_it_is_there(exported, tmp_path):
    content = exported.read_bytes()
    for end, told in ((len(content) - 1, "is a voice that is cut off"), (200, "cut off"), (7, "anna")):
        (tmp_path / "anna.safetensors").write_bytes(content[:end])
        with pytest.raises(VoiceFileError, match=told):
            fake_engine(tmp_path / "data").voices.import_file(tmp_path / "anna.safetensors")
    (tmp_path / "renamed.wav").write_bytes(content)
    assert fake_engine(tmp_path / "data").voices.import_file(tmp_path / "renamed.wav").name == "Anna", (
        "its content counts"
    )


def test_a_voice_of_a_newer_version_is_told_so(exported, tmp_path):
    content = exported.read_bytes()
    newer = content.replace(b'{\\"format\\": 1,', b'{\\"format\\": 9,')
    assert newer != content
    (tmp_path / "anna.safetensors").write_bytes(newer)
    with pytest.raises(VoiceFileError, match="newer VoiceClone"):
        fake_engine(tmp_path / "data").voices.import_file(tmp_path / "anna.safetensors")


def test_the_terminal_tells_it_in_one_sentence_that_is_true_there(tmp_path, capsys):
    encode_wav(decode(EXAMPLE_DIR / "joe_01.flac"), tmp_path / "joe.wav")
    code = main(["import", str(tmp_path / "joe.wav")], lambda: fake_engine(tmp_path / "data"))
    told = capsys.readouterr()
    assert (code, told.out) == (2, "")
    assert told.err == (
        "“joe.wav” is a recording (WAV), not a voice. Add it to a person's recordings, and train a voice from them.\n"
    )
