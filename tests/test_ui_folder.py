"""A folder that was chosen on the page: its files arrive without their places, and become a folder again."""

from pathlib import Path

import pytest
from sounds import EXAMPLE_DIR

from voiceclone.clips import ClipLibrary, Project
from voiceclone.ui.record_tab.record import gather


def sent(tmp_path: Path, *files: tuple[str, bytes | str]) -> list[str]:
    """Lay files down as gradio does: each in a folder named by its content."""
    paths = []
    for number, (name, content) in enumerate(files):
        path = tmp_path / "sent" / str(number) / name
        path.parent.mkdir(parents=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        paths.append(str(path))
    return paths


@pytest.fixture
def takes() -> list[bytes]:
    return [(EXAMPLE_DIR / f"joe_{number:02d}.flac").read_bytes() for number in (1, 2, 3)]


def test_a_folder_with_its_table_is_taken_whole(library: ClipLibrary, project: Project, tmp_path: Path, takes) -> None:
    files = sent(
        tmp_path, ("metadata.csv", "a|One.\nb|Two.\n"), ("a.flac", takes[0]), ("b.flac", takes[1]), ("c.pdf", "x")
    )
    report = library.add_files(project.project_id, [gather(files, tmp_path / "your folder")])
    assert [(clip.source_name, clip.text) for clip in report.added] == [("a.flac", "One."), ("b.flac", "Two.")]
    ((name, reason),) = [(bad.source_name, bad.reason) for bad in report.rejected]
    assert name == "your folder" and "c.pdf" in reason


def test_files_of_one_name_from_two_folders_are_both_taken_without_each_others_text(
    library: ClipLibrary, project: Project, tmp_path: Path, takes
) -> None:
    files = sent(
        tmp_path, ("take.flac", takes[0]), ("take.flac", takes[1]), ("take.txt", "Whose?"), ("take.flac", takes[2]),
        ("own.flac", takes[2] + b" "), ("own.txt", "My own."),
    )  # fmt: skip
    folder = gather(files, tmp_path / "your folder")
    assert len(list(folder.rglob("take.flac"))) == 3
    assert not list(folder.rglob("take.txt")) and (folder / "own.txt").read_text() == "My own."
