"""Bad input at both doors: the page and the terminal each say one sentence, and nothing that was there is lost."""

import errno
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from tests.served_page import QUIET_SERVER, Page, serve
from tests.small_project import fake_engine, make_project
from voiceclone import VoiceEngine
from voiceclone.audio.sound import Audio, encode_wav
from voiceclone.cli import main
from voiceclone.limits import MAX_SPEAK_CHARACTERS

pytestmark = QUIET_SERVER
WORDS = "Hello there, how are you today?"
LONG_STEPS = 20_000
Door = Callable[..., str]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> VoiceEngine:
    """An engine with Anna's project and her voice."""
    engine = fake_engine(tmp_path_factory.mktemp("doors") / "home")
    project = make_project(engine.data_dir, "Anna")
    run = engine.start_training(project.project_id, "Anna", True, steps=10)
    *_, last = engine.runs.watch(run.run_id, interval_s=0.02)
    assert last.state == "finished", last.message
    return engine


@pytest.fixture(scope="module")
def page(engine: VoiceEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page on it."""
    yield from serve(tmp_path_factory, engine)


class PageDoor:
    """Does a thing in the page; returns the sentence that is said."""

    def __init__(self, page: Page) -> None:
        self._page, self._engine = page, page.engine

    def add(self, file: Path) -> str:
        """Upload a file."""
        project_id = self._engine.projects.get("Anna").project_id
        went_well, answer = self._page.ask("add", project_id, [self._page.upload(file)], None, None, "en-us", False, 0)
        return json.dumps(answer["data"], ensure_ascii=False) if went_well else answer["error"]

    def speak(self, words: str, voice: str | None = None) -> str:
        """Type and press Speak."""
        voice_id = voice or self._engine.voices.get("Anna").voice_id
        return self._refused("say", voice_id, words, "en-us", 1.0)

    def train(self) -> str:
        """Press Train."""
        project_id = self._engine.projects.get("Anna").project_id
        return self._refused("start", project_id, "Another", True, "", "", "quick", None, None, None)

    def bring(self, file: Path) -> str:
        """Import a voice file."""
        return self._refused("bring", self._page.upload(file), 0)

    def _refused(self, name: str, *given: object) -> str:
        went_well, answer = self._page.ask(name, *given)
        assert not went_well, answer
        return answer["error"]


class TerminalDoor:
    """Does the same in a terminal."""

    def __init__(self, engine: VoiceEngine, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
        self._engine, self._capsys, self._folder = engine, capsys, folder

    def add(self, file: Path) -> str:
        """`add`."""
        return self._refused("add", "Anna", file)

    def speak(self, words: str, voice: str | None = None) -> str:
        """`speak`."""
        return self._refused("speak", "--voice", voice or "Anna", "--text", words, "--out", self._folder / "out.wav")

    def train(self) -> str:
        """`train`."""
        return self._refused("train", "Anna", "--voice", "Another", "--i-have-consent", "--steps", 10)

    def bring(self, file: Path) -> str:
        """`import`."""
        return self._refused("import", file)

    def _refused(self, *arguments: object) -> str:
        self._capsys.readouterr()
        code = main([str(one) for one in arguments], lambda: self._engine)
        _, said = self._capsys.readouterr()
        assert code == 2, said
        return said


@pytest.fixture(params=["page", "terminal"])
def door(
    request: pytest.FixtureRequest,
    engine: VoiceEngine,
    page: Page,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> PageDoor | TerminalDoor:
    """The page, then the terminal."""
    return PageDoor(page) if request.param == "page" else TerminalDoor(engine, capsys, tmp_path)


@pytest.fixture(autouse=True)
def nothing_is_lost(engine: VoiceEngine) -> Iterator[None]:
    """Whatever a test does, Anna's clips and voice are there afterwards."""
    project_id = engine.projects.get("Anna").project_id
    before = [clip.clip_id for clip in engine.projects.clips(project_id)]
    yield
    assert [clip.clip_id for clip in engine.projects.clips(project_id)] == before
    assert [voice.name for voice in engine.voices.all()] == ["Anna"]


def is_bare_file_name(said: str) -> None:
    """Assert that no traceback, no path into the program and no bare error name is shown."""
    assert said
    for mark in ("Traceback", "Errno", "site-packages", "Error:"):
        assert mark not in said


def write_sound(path: Path, samples: np.ndarray, sample_rate: int = 16_000) -> Path:
    """Write a sound and return its path."""
    encode_wav(Audio(samples.astype(np.float32), sample_rate), path)
    return path


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: _bytes(folder / "empty.wav", b""), "empty"),
        (lambda folder: _bytes(folder / "letter.wav", b"Dear Anna, this is a letter." * 40), "recording"),
        (lambda folder: write_sound(folder / "silent.wav", np.zeros(32_000)), "is silent"),
        (lambda folder: write_sound(folder / "blip.wav", np.full(400, 0.1)), "Record at least a whole word"),
    ],
    ids=["zero bytes", "no sound", "silence", "too short"],
)
def test_a_file_that_is_no_recording(
    door: PageDoor | TerminalDoor, make: Callable[[Path], Path], says: str, tmp_path: Path
) -> None:
    said = door.add(make(tmp_path))
    is_bare_file_name(said)
    assert says in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("", "Type "),
        ("你好，世界", "Chinese characters"),
        ("x" * (MAX_SPEAK_CHARACTERS + 1), f"{MAX_SPEAK_CHARACTERS:,}"),
    ],
    ids=["empty", "a script the base cannot speak", "50,001 characters"],
)
def test_a_text_that_cannot_be_spoken(door: PageDoor | TerminalDoor, words: str, says: str) -> None:
    said = door.speak(words)
    is_bare_file_name(said)
    assert says in said


def test_a_voice_that_is_not_there(door: PageDoor | TerminalDoor) -> None:
    said = door.speak(WORDS, voice="0" * 32)
    is_bare_file_name(said)
    assert "voice" in said


def test_two_trainings_at_once(door: PageDoor | TerminalDoor, engine: VoiceEngine) -> None:
    run_id = engine.start_training(engine.projects.get("Anna").project_id, "Second", True, steps=LONG_STEPS).run_id
    try:
        said = door.train()
        is_bare_file_name(said)
        assert "Second" in said
        assert engine.runs.status(run_id).running
    finally:
        engine.runs.stop(run_id)
        while engine.runs.status(run_id).process_alive:
            time.sleep(0.02)
        engine.runs.delete(run_id, with_voice=True)


@pytest.mark.parametrize("kind", ["damaged", "of another base", "no voice at all"])
def test_a_voice_file_that_does_not_fit(
    door: PageDoor | TerminalDoor, engine: VoiceEngine, kind: str, tmp_path: Path
) -> None:
    whole = engine.voices.export("Anna", tmp_path)
    content = whole.read_bytes()
    file = tmp_path / f"{kind}.safetensors"
    if kind == "damaged":
        file.write_bytes(content[:-7])
    elif kind == "of another base":
        file.write_bytes(content.replace(b"fake-base", b"fate-base"))
    else:
        save_file({"weights": np.zeros(3, np.float32)}, file)
    said = door.bring(file)
    is_bare_file_name(said)
    assert ("fate-base" in said) == (kind == "of another base")


@pytest.mark.parametrize("what", ["add", "speak", "train"])
def test_a_full_disk(
    door: PageDoor | TerminalDoor, what: str, speech_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, *_: object, **__: object) -> None:
        if path.name.startswith(".part-"):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "touch", full)
    said = {"add": lambda: door.add(speech_file), "speak": lambda: door.speak(WORDS), "train": door.train}[what]()
    is_bare_file_name(said)
    assert "full" in said and "Free some space" in said


def _bytes(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
