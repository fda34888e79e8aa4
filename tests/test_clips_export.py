"""All clips as one zip file, and back again without a difference."""

import json
import zipfile

import numpy as np
import pytest
from sounds import EXAMPLE_DIR

from voiceclone import limits
from voiceclone.audio.sound import Audio, decode, encode_flac
from voiceclone.cli import main
from voiceclone.clips import ClipLibrary, Project
from voiceclone.clips.export import export_dataset
from voiceclone.errors import Cancelled, InputError

TEXTS = {"joe_01.flac": "The quiet morning.", "joe_02.flac": "“Another” one; with, marks | and a bar."}


@pytest.fixture
def filled(library: ClipLibrary, project: Project, tmp_path) -> ClipLibrary:
    library.add_files(project.project_id, [EXAMPLE_DIR / name for name in TEXTS], transcripts=TEXTS)
    return library


def test_24_bits_stay_24_bits(library: ClipLibrary, project: Project, tmp_path):
    spoken = decode(EXAMPLE_DIR / "joe_03.flac")
    fine = tmp_path / "fine.flac"
    encode_flac(Audio(spoken.samples * 0.333, spoken.sample_rate), fine, bits=24)
    library.add_files(project.project_id, [fine], text="Something fine.")
    path, other = tmp_path / "fine.zip", library.create_project("Again")
    export_dataset(library, project.project_id, path)
    library.add_files(other.project_id, [path])
    first, second = (
        library.audio(one.project_id, library.clips(one.project_id)[0].clip_id, "original") for one in (project, other)
    )
    assert np.array_equal(first.samples, second.samples)
    assert np.any(first.samples * 2**15 % 1), "finer than 16 bits"


def sounds_of(library: ClipLibrary, project: Project) -> list[tuple]:
    records = library.records(project.project_id)
    return [(r.content_sha256, r.sample_rate, r.duration_s, r.text, r.language) for r in records]


def test_a_zip_taken_in_again_gives_the_same_clips(filled, project, tmp_path):
    path = tmp_path / "voice.zip"
    assert export_dataset(filled, project.project_id, path) == 2
    other = filled.create_project("Again")
    report = filled.add_files(other.project_id, [path])
    assert report.rejected == () and not any(clip.transcribed for clip in report.added)
    assert sounds_of(filled, other) == sounds_of(filled, project)


def test_the_layout_is_that_of_ljspeech(filled, project, tmp_path):
    path = tmp_path / "voice.zip"
    export_dataset(filled, project.project_id, path)
    with zipfile.ZipFile(path) as archive:
        assert sorted(archive.namelist()) == ["metadata.csv", "voiceclone.json", "wavs/0001.wav", "wavs/0002.wav"]
        rows = archive.read("metadata.csv").decode().splitlines()
    assert rows[0] == "0001|The quiet morning.|The quiet morning."
    assert [row.count("|") for row in rows] == [2, 2], "a bar in the text would be a fourth column"


def test_more_clips_than_single_files_are_taken_come_back(filled, project, tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "MAX_UPLOAD_FILES", 1)
    path, other = tmp_path / "voice.zip", filled.create_project("Again")
    export_dataset(filled, project.project_id, path)
    assert filled.add_files(other.project_id, [path]).rejected == ()
    assert sounds_of(filled, other) == sounds_of(filled, project)


def test_each_clip_keeps_its_language(filled, project, tmp_path):
    filled.add_files(project.project_id, [EXAMPLE_DIR / "joe_03.flac"], text="Tres limones.", language="es")
    path, other = tmp_path / "voice.zip", filled.create_project("Again", "it")
    export_dataset(filled, project.project_id, path)
    filled.add_files(other.project_id, [path])
    assert [clip.language for clip in filled.clips(other.project_id)] == ["en-us", "en-us", "es"]


def repacked(path, target, **changed):
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, changed.get(name.partition(".")[0], old.read(name)))
    return target


def test_a_table_that_was_corrected_goes_before_the_details(filled, project, tmp_path):
    path, other = tmp_path / "voice.zip", filled.create_project("Again")
    export_dataset(filled, project.project_id, path)
    corrected = "0001|Corrected.|Corrected.\n0002|Also | Also\n"
    filled.add_files(other.project_id, [repacked(path, tmp_path / "new.zip", metadata=corrected)])
    assert [clip.text for clip in filled.clips(other.project_id)] == ["Corrected.", "Also"]


@pytest.mark.parametrize(
    "details",
    ["", "[1]", '{"clips": 3}', '{"clips": {"0001": 7}}', "[" * 100_000, b"\xff\x00",
     '{"clips": {"0001": {"text": 5, "language": ["es"]}, "0002": {"text": "x", "language": "../etc"}}}'],
)  # fmt: skip
def test_details_from_anywhere_do_no_harm(filled, project, tmp_path, details):
    path, other = tmp_path / "voice.zip", filled.create_project("Again", "it")
    export_dataset(filled, project.project_id, path)
    report = filled.add_files(other.project_id, [repacked(path, tmp_path / "new.zip", voiceclone=details)])
    assert report.rejected == () and [clip.language for clip in report.added] == ["it", "it"]
    assert report.added[1].text == TEXTS["joe_02.flac"].replace("|", "/")


def test_clips_left_out_or_without_words_stay_behind(filled, project, tmp_path):
    first, second = filled.clips(project.project_id)
    filled.edit_clip(project.project_id, first.clip_id, included=False)
    assert export_dataset(filled, project.project_id, tmp_path / "one.zip") == 1
    filled.edit_clip(project.project_id, second.clip_id, text="")
    with pytest.raises(InputError, match="no clips with a text"):
        export_dataset(filled, project.project_id, tmp_path / "none.zip")
    assert not (tmp_path / "none.zip").exists()


def test_cancelling_leaves_no_file(filled, project, tmp_path):
    target = tmp_path / "out" / "voice.zip"
    with pytest.raises(Cancelled):
        export_dataset(filled, project.project_id, target, should_stop=lambda: True)
    assert list(target.parent.iterdir()) == []


def test_the_terminal_does_it_too(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("VOICECLONE_HOME", str(tmp_path / "home"))
    assert main(["add", "Me", str(EXAMPLE_DIR / "joe_01.flac"), "--text", "The quiet morning."]) == 0
    capsys.readouterr()
    assert main(["dataset", "Me", str(tmp_path / "me.zip"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["clips"] == 1
    assert main(["dataset", "Nobody", str(tmp_path / "no.zip")]) == 2
