"""Zip files of recordings: taken like a folder, and a bad one never stops the others."""

import zipfile
from pathlib import Path

import pytest
from sounds import EXAMPLE_DIR

from voiceclone.clips import ClipLibrary, Project
from voiceclone.errors import Cancelled

TABLE = "file|text\njoe_01.flac|The quiet morning.\njoe_02.flac|Another one.\n"


def make_zip(path: Path, names: dict[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in names.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def recordings() -> dict[str, bytes]:
    return {f"take/{name}": (EXAMPLE_DIR / name).read_bytes() for name in ("joe_01.flac", "joe_02.flac")}


def left_in(library: ClipLibrary, project: Project) -> list[Path]:
    return [path for path in library.root.iterdir() if path.name != project.project_id]


def test_a_zip_is_taken_like_a_folder(library: ClipLibrary, project: Project, tmp_path: Path, recordings) -> None:
    path = make_zip(tmp_path / "Voice.ZIP", recordings | {"take/metadata.csv": TABLE, "__MACOSX/._joe_01.flac": b"x"})
    report = library.add_files(project.project_id, [path])
    assert report.rejected == ()
    assert [(clip.text, clip.source_name) for clip in report.added] == [
        ("The quiet morning.", "joe_01.flac"),
        ("Another one.", "joe_02.flac"),
    ]
    assert left_in(library, project) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"notes.txt": "nothing to hear"}, "no recordings"),
        ({"../outside.flac": b"x"}, "outside its folder"),
        ({}, "holds no files"),
        (None, "not a zip file"),
    ],
)
def test_a_bad_zip_is_told_and_the_next_file_is_taken(
    library: ClipLibrary, project: Project, tmp_path: Path, content, reason
) -> None:
    path = tmp_path / "bad.zip"
    if content is None:
        path.write_bytes(b"PK no zip at all")
    else:
        make_zip(path, content)
    report = library.add_files(
        project.project_id, [path, EXAMPLE_DIR / "joe_01.flac"], transcripts={"joe_01.flac": "The quiet morning."}
    )
    assert len(report.added) == 1
    ((name, why),) = [(bad.source_name, bad.reason) for bad in report.rejected]
    assert name == "bad.zip" and reason in why
    assert left_in(library, project) == [] and not (tmp_path / "outside.flac").exists()


def test_cancelling_leaves_nothing_unpacked(library: ClipLibrary, project: Project, tmp_path: Path, recordings) -> None:
    path = make_zip(tmp_path / "voice.zip", recordings)
    with pytest.raises(Cancelled):
        library.add_files(project.project_id, [path], should_stop=lambda: True)
    assert left_in(library, project) == []
    assert library.clips(project.project_id) == []
