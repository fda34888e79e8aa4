"""Voice files: descriptions, names, export and import, and files that are damaged or foreign."""

import json
import pickle
import shutil
from dataclasses import replace

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from tests.fake_base import FakeBase
from voiceclone.errors import InputError, NotFoundError, VoiceFileError
from voiceclone.limits import MAX_NAME_CHARACTERS, MAX_VOICE_FILE_MB
from voiceclone.storage import disk
from voiceclone.voices.library import VoiceLibrary
from voiceclone.voices.voice_file import METADATA_KEY, Voice, describe, read_voice

CONSENT = {"given": True, "by": "test", "statement": "This is my voice.", "at": "2026-01-01T00:00:00+00:00"}


@pytest.fixture
def base(tmp_path):
    return FakeBase(tmp_path / "base")


@pytest.fixture
def shelf(tmp_path):
    return VoiceLibrary(tmp_path / "data")


def described(name="Anna", **changes):
    voice = Voice(
        voice_id=disk.new_id(),
        name=name,
        language="en-us",
        languages=("en-us", "es"),
        base_id=FakeBase.base_id,
        base_sha256=FakeBase.weights_sha256,
        base_licence="CC0-1.0",
        created_at=disk.now_iso(),
        minutes=4.5,
        steps=150,
        speech_s=61.5,
        seed=7,
        device="cpu",
        scores={"similarity": 0.91},
        consent=True,
        consent_record=CONSENT,
    )
    return replace(voice, **changes)


def write_tensors(path, tensors=None, **metadata):
    save_file(tensors or {"log_pitch": np.array([5.0], np.float32)}, path, metadata=metadata or None)
    return path


def install(shelf, tmp_path, name="Anna", **changes):
    return shelf.install(write_tensors(tmp_path / "trained.safetensors", rank="8"), described(name, **changes))


def write_voice_file(path, description, tensors=None):
    text = description if isinstance(description, str) else json.dumps(description)
    return write_tensors(path, tensors, **{METADATA_KEY: text})


def test_an_installed_voice_tells_everything_and_keeps_its_tensors(shelf, tmp_path):
    wanted = described()
    voice = shelf.install(write_tensors(tmp_path / "trained.safetensors", rank="8"), wanted)
    assert replace(voice, size_mb=0.0) == wanted
    path = shelf.path(voice.voice_id)
    assert load_file(path)["log_pitch"] == np.float32(5.0)
    with safe_open(path, framework="np") as opened:
        assert opened.metadata()["rank"] == "8"
    assert shelf.voice(voice.voice_id) == shelf.voice("Anna") == shelf.voice(" anna ") == voice


def test_installing_twice_makes_one_voice(shelf, tmp_path):
    wanted = described()
    for _ in range(2):
        shelf.install(write_tensors(tmp_path / "trained.safetensors"), wanted)
    assert [voice.name for voice in shelf.voices()] == ["Anna"]


def test_bytes_of_tensors_are_copied_whatever_their_kind(shelf, tmp_path):
    header = {
        "half": {"dtype": "BF16", "shape": [3, 5], "data_offsets": [0, 30]},
        "empty": {"dtype": "F32", "shape": [0, 4], "data_offsets": [30, 30]},
        "odd": {"dtype": "U8", "shape": [7], "data_offsets": [30, 37]},
    }
    encoded, tensors = json.dumps(header).encode(), bytes(range(37))
    path = tmp_path / "trained.safetensors"
    path.write_bytes(len(encoded).to_bytes(8, "little") + encoded + tensors)
    voice = shelf.install(path, described(name="Ünïcödé 🎤 " + "x" * 33))
    voice = shelf.rename(voice.voice_id, "B")
    content = shelf.path(voice.voice_id).read_bytes()
    kept = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    kept.pop("__metadata__")
    assert kept == header
    assert content.endswith(tensors)
    assert len(content) % 8 == len(tensors) % 8, "tensors have to begin at a multiple of 8 bytes"


def test_voices_of_one_name_are_told_apart(shelf, tmp_path):
    names = [install(shelf, tmp_path, name).name for name in ("Anna", "anna", "Anna")]
    assert names == ["Anna", "anna (2)", "Anna (3)"]
    assert shelf.rename(shelf.voice("Anna").voice_id, "Anna").name == "Anna"
    assert shelf.rename(shelf.voice("Anna").voice_id, "ANNA (3)").name == "ANNA (3) (2)"


def test_two_files_of_one_name_are_asked_for_by_id(shelf, tmp_path):
    first = install(shelf, tmp_path)
    shutil.copy(shelf.path(first.voice_id), shelf.path(first.voice_id).with_stem(disk.new_id()))
    with pytest.raises(NotFoundError, match=first.voice_id):
        shelf.voice("Anna")


def test_a_long_name_stays_within_its_limit_when_told_apart(shelf, tmp_path):
    long_name = "x" * MAX_NAME_CHARACTERS
    names = {install(shelf, tmp_path, long_name).name for _ in range(2)}
    assert len(names) == 2
    assert max(map(len, names)) <= MAX_NAME_CHARACTERS


def test_the_newest_voice_comes_first(shelf, tmp_path):
    for day in (2, 3, 1):
        install(shelf, tmp_path, f"day {day}", created_at=f"2026-01-0{day}T00:00:00+00:00")
    assert [voice.name for voice in shelf.voices()] == ["day 3", "day 2", "day 1"]


@pytest.mark.parametrize("wanted", ["Berta", "", "../../etc/passwd", "a" * 32, "a\0b"])
def test_an_unknown_voice_is_told(shelf, tmp_path, wanted):
    with pytest.raises(NotFoundError):
        shelf.voice(wanted)
    install(shelf, tmp_path)
    with pytest.raises(NotFoundError):
        shelf.voice(wanted)
    for act in (shelf.path, shelf.delete, lambda one: shelf.export(one, tmp_path / "x")):
        with pytest.raises(NotFoundError):
            act(wanted)


def test_export_and_import_give_a_voice_of_its_own(shelf, base, tmp_path):
    voice = install(shelf, tmp_path, name="Anna / B.")
    folder = tmp_path / "out"
    folder.mkdir()
    exported = shelf.export(voice.voice_id, folder)
    assert exported == folder / "Anna _ B_.safetensors"
    assert exported.read_bytes() == shelf.path(voice.voice_id).read_bytes()
    imported = shelf.import_voice(exported, base)
    assert imported.voice_id != voice.voice_id
    assert imported.name == "Anna / B. (2)"
    assert imported.consent_record == CONSENT
    shelf.delete(voice.voice_id)
    assert [one.voice_id for one in shelf.voices()] == [imported.voice_id]
    assert exported.exists()


def test_a_new_name_is_checked(shelf, tmp_path):
    voice = install(shelf, tmp_path)
    with pytest.raises(InputError, match="voice name is empty"):
        shelf.rename(voice.voice_id, "  ")
    assert shelf.voice(voice.voice_id).name == "Anna"


def good_file(tmp_path):
    return write_voice_file(tmp_path / "good.safetensors", describe(described()))


def test_a_good_file_is_taken(shelf, base, tmp_path):
    assert shelf.import_voice(good_file(tmp_path), base).name == "Anna"


def with_length(content, length):
    return length.to_bytes(8, "little") + content[8:]


DAMAGES = {
    "empty": lambda content: b"",
    "five bytes": lambda content: content[:5],
    "cut in the header": lambda content: content[:100],
    "cut in the tensors": lambda content: content[:-1],
    "grown": lambda content: content + b"\0",
    "huge header length": lambda content: with_length(content, 2**63),
    "header longer than the file": lambda content: with_length(content, len(content)),
    "no header": lambda content: with_length(content, 0),
    "not JSON": lambda content: with_length(content, 8)[:8] + b"AAAAAAAA",
    "a list": lambda content: (2).to_bytes(8, "little") + b"[]",
    "nested without end": lambda content: (900_000).to_bytes(8, "little") + b"[" * 900_000,
    "pickle": lambda content: pickle.dumps({"weights": [1, 2, 3] * 100}),
    "sound": lambda content: b"RIFF" + b"\0" * 4000,
    "other tensor bytes": lambda content: content.replace(b'"data_offsets":[0,4]', b'"data_offsets":[0,9]'),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused(shelf, base, tmp_path, damage):
    path = good_file(tmp_path)
    content = DAMAGES[damage](path.read_bytes())
    assert content != path.read_bytes()
    path.write_bytes(content)
    with pytest.raises(VoiceFileError, match="“good"):
        shelf.import_voice(path, base)
    assert shelf.voices() == []


def changed(*keys, to):
    description = describe(described())
    inner = description
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = to
    return description


DESCRIPTIONS = {
    "not JSON": "{",
    "a list": "[]",
    "nothing in it": "{}",
    "text for a number": changed("trained", "steps", to="many"),
    "endless number": changed("trained", "minutes", to=float("inf")),
    "not a number": changed("scores", "similarity", to=float("nan")),
    "too large a number": changed("trained", "steps", to=1e999),
    "a string of languages": changed("languages", to="en-us"),
    "no consent record": changed("consent", to=None),
    "a name that is no text": changed("name", to=["Anna"]),
    "a language the base does not know": changed("language", to="../.."),
}


@pytest.mark.parametrize("kind", DESCRIPTIONS)
def test_a_wrong_description_is_refused(shelf, base, tmp_path, kind):
    path = write_voice_file(tmp_path / "odd.safetensors", DESCRIPTIONS[kind])
    with pytest.raises(VoiceFileError, match="“odd"):
        shelf.import_voice(path, base)
    assert shelf.voices() == []


def test_foreign_files_are_refused_with_the_reason(shelf, base, tmp_path):
    plain = write_tensors(tmp_path / "plain.safetensors")
    other_base = write_voice_file(tmp_path / "b.safetensors", changed("base", "id", to="xtts-v2"))
    other_weights = write_voice_file(tmp_path / "w.safetensors", changed("base", "sha256", to="0" * 64))
    newer = write_voice_file(tmp_path / "n.safetensors", changed("format", to=99))
    other_tensors = write_voice_file(
        tmp_path / "t.safetensors", describe(described()), {"surprise": np.zeros(3, np.float32)}
    )
    for path, reason in (
        (plain, "holds the weights of a model"),
        (other_base, "made for the base model “xtts-v2”"),
        (other_weights, "other weights"),
        (newer, "newer VoiceClone"),
        (other_tensors, "other tensors"),
    ):
        with pytest.raises(VoiceFileError, match=reason):
            shelf.import_voice(path, base)
    with pytest.raises(NotFoundError, match="no file"):
        shelf.import_voice(tmp_path / "nothing.safetensors", base)
    assert shelf.voices() == []


def test_a_file_larger_than_any_voice_is_refused_unread(shelf, base, tmp_path):
    path = write_voice_file(tmp_path / "large.safetensors", describe(described()))
    nothing = tmp_path / "nothing.safetensors"
    nothing.touch()
    for large, reason in ((path, "at most"), (nothing, "not a kind of file that VoiceClone knows")):
        with large.open("r+b") as file:
            file.truncate(MAX_VOICE_FILE_MB * 1_000_000 + 1)
        with pytest.raises(VoiceFileError, match=reason):
            shelf.import_voice(large, base)


def test_names_from_elsewhere_are_made_fit_to_show(shelf, base, tmp_path):
    for number, (name, shown) in enumerate(
        [("a\x1b[31m\u202e  b\n", "a [31m b"), ("x" * 10_000, "x" * MAX_NAME_CHARACTERS), (" \0 ", "Voice")]
    ):
        path = write_voice_file(tmp_path / f"{number}.safetensors", changed("name", to=name))
        assert shelf.import_voice(path, base).name == shown


def test_a_damaged_voice_on_the_shelf_hides_no_other_and_can_be_deleted(shelf, tmp_path):
    good, bad = install(shelf, tmp_path), install(shelf, tmp_path, "Berta")
    shelf.path(bad.voice_id).write_bytes(b"half")
    (tmp_path / "data" / "voices" / "notes.safetensors").write_bytes(b"not ours")
    assert [voice.voice_id for voice in shelf.voices()] == [good.voice_id]
    with pytest.raises(VoiceFileError):
        shelf.voice(bad.voice_id)
    shelf.delete(bad.voice_id)
    assert shelf.voice("Anna") == read_voice(shelf.path(good.voice_id))
