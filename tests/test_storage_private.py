"""The data folder is its user's alone, and temporary files live and end with their process."""

import os
import signal
import stat
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.small_project import fake_engine, make_project
from tests.test_app import free_port, start
from voiceclone.cli import main
from voiceclone.errors import StorageError
from voiceclone.storage import disk, temporary
from voiceclone.storage.privacy import make_private

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
HOLD = """
import sys
from pathlib import Path
from voiceclone.storage import temporary
print(temporary.page_folder(Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def usual_umask():
    """Of a system where everybody may read what others write."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def open_to_others(folder):
    return [path for path in (folder, *folder.rglob("*")) if not path.is_symlink() and mode(path) & 0o077]


def test_what_the_terminal_and_a_training_make_is_for_their_user_only(tmp_path, capsys):
    engine = fake_engine(tmp_path / "data")
    engine.prepare_base()
    project = make_project(engine.data_dir, "Anna", clip_count=8)

    def run(*words):
        code = main(words, lambda: engine)
        assert code == 0, capsys.readouterr()

    run("clean", "Anna")
    run("train", "Anna", "--voice", "Anna", "--i-have-consent", "--steps", "12")
    run("instant", "Anna", "--voice", "Anna - untrained", "--i-have-consent")
    engine.blind_tests.make("Anna", "recording", project_id=project.project_id)
    engine.page_folder()
    assert mode(engine.data_dir) == 0o700
    assert open_to_others(engine.data_dir) == []
    assert len([path for path in engine.data_dir.rglob("*") if path.is_file()]) > 40


def test_what_is_exported_is_as_other_programs_would_make_it(tmp_path):
    engine = fake_engine(tmp_path / "data")
    engine.prepare_base()
    project = make_project(engine.data_dir, "Anna")
    voice = engine.instant_voice(project.project_id, "Anna", True)
    (tmp_path / "out").mkdir()
    with disk.private_by_default():
        engine.voices.export(voice.voice_id, tmp_path / "out" / "voice.safetensors")
        engine.speak_to_file(voice.voice_id, "Good morning.", tmp_path / "out" / "speech.wav")
        engine.projects.export_dataset(project.project_id, tmp_path / "out" / "dataset.zip")
    files = sorted((tmp_path / "out").iterdir())
    assert len(files) == 3
    assert {mode(path) for path in files} == {0o666 & ~disk._USUAL_UMASK}


def test_a_folder_of_an_older_version_is_closed_at_the_start(tmp_path):
    data_dir = tmp_path / "data"
    (tmp_path / "elsewhere").mkdir()
    for name in ("projects/a", "runs/b", "voices"):
        (data_dir / name).mkdir(parents=True)
        (data_dir / name / "sound.flac").write_bytes(b"sound")
    (data_dir / "base").mkdir()
    (data_dir / "base" / "linked").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert mode(data_dir) == 0o755 and mode(data_dir / "voices" / "sound.flac") == 0o644
    fake_engine(data_dir).check_data_folder()
    assert open_to_others(data_dir) == []
    assert mode(data_dir / "projects" / "a") == 0o700 and mode(data_dir / "voices" / "sound.flac") == 0o600
    assert mode(tmp_path / "elsewhere") == 0o755
    assert make_private(data_dir) == 0


def test_a_folder_that_holds_other_things_keeps_its_rights_and_theirs(tmp_path):
    (tmp_path / "voices").mkdir()
    (tmp_path / "holiday.jpg").write_bytes(b"sea")
    make_private(tmp_path)
    assert (mode(tmp_path) & 0o077, mode(tmp_path / "holiday.jpg")) == (
        stat.S_IMODE(tmp_path.stat().st_mode) & 0o077,
        0o644,
    )
    assert mode(tmp_path / "voices") == 0o700
    before = mode(tmp_path)
    make_private(tmp_path)
    assert mode(tmp_path) == before


def test_temporary_files_end_with_their_process_and_not_with_another(tmp_path):
    own = temporary.page_folder(tmp_path)
    (own / "sound.wav").write_bytes(b"sound")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        theirs = Path(other.stdout.readline().strip())
        assert mode(theirs) == mode(theirs.parent) == mode(tmp_path / temporary.FOLDER) == 0o700
        assert temporary.sweep(tmp_path) == 0 and theirs.is_dir() and own.is_dir()
        temporary.leave(tmp_path)
        assert not own.exists() and theirs.is_dir()
        other.kill()
        other.wait()
        assert theirs.is_dir()
        assert temporary.sweep(tmp_path) == 1 and not theirs.exists()
    assert list((tmp_path / temporary.FOLDER).iterdir()) == []


def test_half_written_files_of_long_ago_are_swept_and_others_are_not(tmp_path):
    old, new = tmp_path / "voices" / ".part-old.safetensors", tmp_path / "voices" / ".part-new.safetensors"
    for path in (old, new):
        disk.write_bytes(path, b"voice")
    two_days_ago = time.time() - 2 * 24 * 3600
    os.utime(old, (two_days_ago, two_days_ago))
    assert fake_engine(tmp_path).sweep_leftovers() == 1
    assert not old.exists() and new.exists()


def test_where_nothing_can_be_written_it_is_one_sentence(tmp_path):
    (tmp_path / "data").write_bytes(b"")
    with pytest.raises(StorageError):
        temporary.page_folder(tmp_path / "data")


@contextmanager
def app_in(home):
    """The program, serving, and what sends it a file; it is to end in the block."""
    port = free_port()

    def upload(name):
        url = f"http://127.0.0.1:{port}/gradio_api/upload"
        path = Path(httpx.post(url, files={"files": (name, b"RIFF" + bytes(range(256)))}, timeout=60).json()[0])
        assert path.is_file() and path.is_relative_to(home / "temporary")

    # Gradio keeps something of its own in the system's folder, from before the page is served.
    system = home.with_name("system")
    system.mkdir(exist_ok=True)
    with start(home, PORT=str(port), HOST="127.0.0.1", TMPDIR=str(system)) as app:
        try:
            assert app.stdout.readline().startswith("VoiceClone is ready")
            yield app, upload
        finally:
            app.kill()


def test_the_app_leaves_no_copy_however_it_ends(tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o755)

    def left():
        return [path.name for path in tmp_path.rglob("zzyx*")]

    with app_in(home) as (app, upload):
        upload("zzyx-1.wav")
        assert open_to_others(home) == []
        app.terminate()
        assert app.wait(60) == 0
    assert left() == [] and list((home / "temporary").iterdir()) == []
    with app_in(home) as (app, upload):
        upload("zzyx-2.wav")
        app.kill()
    assert left() == ["zzyx-2.wav"]
    with app_in(home) as (app, _):
        assert left() == []
        app.send_signal(signal.SIGINT)
        assert app.wait(60) == 0
    assert list((home / "temporary").iterdir()) == []
