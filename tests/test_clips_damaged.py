"""Descriptions of projects and clips cut at any byte: mended from their copies, or said; no sound is lost."""

import json
import shutil

import pytest
from sounds import EXAMPLE_DIR

from tests.small_project import fake_engine, make_project
from tests.test_training_survival import cuts_of
from voiceclone.cli import main
from voiceclone.clips.library import ClipLibrary
from voiceclone.errors import AudioError, StorageError
from voiceclone.storage import disk


@pytest.fixture
def made(tmp_path):
    return make_project(tmp_path, clip_count=2, speech_s=1.0)


@pytest.fixture
def folder(tmp_path, made):
    return tmp_path / "projects" / made.project_id


def spoil(path):
    for each in (path, disk.copy_path(path)):
        each.write_bytes(each.read_bytes()[:-2])


def test_a_project_cut_at_any_byte_is_mended_from_its_copy(tmp_path, made, folder):
    path = folder / "project.json"
    content = path.read_bytes()
    for length in cuts_of(path):
        assert ClipLibrary(tmp_path).projects() == [made]
        assert ClipLibrary(tmp_path).project(made.project_id) == made
        assert path.read_bytes() == content or length == len(content) - 1, "only the line's end was cut"
    assert ClipLibrary(tmp_path).lost(made.project_id) == ()


def test_a_clip_cut_at_any_byte_is_mended_from_its_copy(tmp_path, made, folder):
    library = ClipLibrary(tmp_path)
    clip = library.clips(made.project_id)[0]
    clip = library.edit_clip(made.project_id, clip.clip_id, text="Another text.")
    path = folder / "clips" / clip.clip_id / "clip.json"
    for _ in cuts_of(path):
        assert ClipLibrary(tmp_path).clip(made.project_id, clip.clip_id) == clip
    assert len(ClipLibrary(tmp_path).clips(made.project_id)) == 2


def test_a_project_from_before_there_were_copies_gets_one(tmp_path, made, folder):
    copy = disk.copy_path(folder / "project.json")
    copy.unlink()
    assert ClipLibrary(tmp_path).projects() == [made]
    assert json.loads(copy.read_bytes())["name"] == "Anna"


def test_a_project_damaged_twice_is_said_and_can_be_had_back(tmp_path, made, folder):
    spoil(folder / "project.json")
    library = ClipLibrary(tmp_path)
    assert library.projects() == []
    (sentence,) = library.lost()
    assert str(folder / "clips") in sentence and "Nothing was deleted" in sentence
    with pytest.raises(StorageError, match="Nothing was deleted"):
        library.project(made.project_id)
    again = library.create_project("Anna")
    sounds = sorted((folder / "clips").glob("*/original.flac"))
    shutil.copyfile(EXAMPLE_DIR / "joe_01.flac", sounds[0])  # speech, which a tone is not
    report = library.add_files(again.project_id, [sounds[0]], text="The birch canoe slid on the smooth planks.")
    assert len(report.added) == 1


def test_clips_damaged_twice_are_said_and_harm_no_other(tmp_path, made, folder):
    library = ClipLibrary(tmp_path)
    first, second = library.clips(made.project_id)
    spoil(folder / "clips" / first.clip_id / "clip.json")
    assert library.clips(made.project_id) == [second]
    (sentence,) = library.lost(made.project_id)
    assert sentence.startswith("One recording is not listed") and first.clip_id in sentence
    with pytest.raises(AudioError, match="is damaged"):
        library.clip(made.project_id, first.clip_id)
    spoil(folder / "clips" / second.clip_id / "clip.json")
    (sentence,) = library.lost(made.project_id)
    assert sentence.startswith("2 recordings are not listed") and "1 more beside it" in sentence
    assert len(list(folder.glob("clips/*/original.flac"))) == 2


def test_the_terminal_says_it(tmp_path, made, folder, capsys):
    spoil(folder / "clips" / ClipLibrary(tmp_path).clips(made.project_id)[0].clip_id / "clip.json")
    assert main(["clips", "Anna"], lambda: fake_engine(tmp_path)) == 0
    assert "One recording is not listed" in capsys.readouterr().err
    spoil(folder / "project.json")
    assert main(["projects"], lambda: fake_engine(tmp_path)) == 0
    assert "Nothing was deleted" in capsys.readouterr().err
