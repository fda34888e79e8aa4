"""What a killed process left while it added a corpus goes at the next start; what a living one uses stays."""

import subprocess
import sys

import pytest
from small_corpora import librispeech

from tests.small_project import fake_engine
from voiceclone.corpora import adding
from voiceclone.errors import StorageError
from voiceclone.storage.staging import staging_folder, sweep_staging

HOLD = """
import sys, time
from pathlib import Path
from voiceclone.storage.staging import staging_folder
with staging_folder(Path(sys.argv[1])) as folder:
    (folder / "recording.flac").write_bytes(b"sound")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def root(tmp_path):
    return tmp_path / "projects"


@pytest.fixture
def somebody_adds(root):
    """Another process in the midst of adding a corpus."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline().strip()
        yield process
        process.kill()


def names(root):
    return sorted(path.name for path in root.iterdir())


def test_a_folder_lasts_as_long_as_its_block(root):
    with staging_folder(root) as first, staging_folder(root) as second:
        assert first != second
        (first / "a").write_bytes(b"a")
        assert sweep_staging(root) == 0 and (first / "a").exists()
    assert names(root) == []
    with pytest.raises(KeyError), staging_folder(root):
        raise KeyError
    assert names(root) == []


def test_a_living_process_keeps_its_folder_and_a_killed_one_does_not(root, somebody_adds):
    before = names(root)
    assert len(before) == 2
    assert sweep_staging(root) == 0 and names(root) == before
    somebody_adds.kill()
    somebody_adds.wait()
    assert names(root) == before
    assert sweep_staging(root) == 1 and names(root) == []
    assert sweep_staging(root) == 0


def test_folders_of_a_version_without_locks_go_and_nothing_else(root):
    for name in (".spool-k3j2", "0" * 32, ".part-x"):
        (root / name).mkdir(parents=True)
        (root / name / "x").write_bytes(b"x")
    assert sweep_staging(root) == 1
    assert names(root) == [".part-x", "0" * 32]


def test_adding_the_next_corpus_sweeps_too(tmp_path, root, somebody_adds, monkeypatch):
    monkeypatch.setattr(adding, "can_transcribe", lambda language: False)
    somebody_adds.kill()
    somebody_adds.wait()
    engine = fake_engine(tmp_path)
    project_id = engine.projects.create("Anna").project_id
    engine.projects.add_corpus(project_id, "librispeech", librispeech(tmp_path / "corpus"), speaker="19")
    assert names(root) == [project_id]


def test_a_data_folder_without_projects_has_nothing_to_sweep(tmp_path):
    assert fake_engine(tmp_path / "new").sweep_leftovers() == 0


def test_a_place_where_nothing_can_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError), staging_folder(tmp_path / "file" / "projects"):
        pass
