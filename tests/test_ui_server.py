"""The page behind a real server, asked the way a stranger's program would ask it."""

import gc
import json
from pathlib import Path

import httpx
import pytest

from tests.browser.conftest import free_port
from voiceclone import VoiceEngine
from voiceclone.ui import build, launch_options, text

FACTORY = "tests.fake_base:FakeBase"
TIMEOUT_S = 60
pytestmark = [
    # Gradio's queue sets a pandas option that pandas 3 has declared old.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated"),
    # Gradio leaves the event loops of its server threads to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


class Page:
    """A served page and what one visitor sends it."""

    def __init__(self, home: Path, engine: VoiceEngine | None = None) -> None:
        self.engine = engine or VoiceEngine(home, base_factory=FACTORY)
        self.demo = build(self.engine)
        port = free_port()
        self.demo.launch(server_name="127.0.0.1", server_port=port, prevent_thread_lock=True, **launch_options())
        self.url = f"http://127.0.0.1:{port}/gradio_api"
        self.http = httpx.Client(timeout=TIMEOUT_S)

    def event(self, name: str):
        """Return the first event with this handler."""
        return next(event for event in self.demo.fns.values() if event.name == name)

    def ask(self, name: str, *data, told: dict | None = None) -> tuple[bool, dict]:
        """Trigger an event as the browser does; return whether it went well, and what came back.

        `told` is what the page's own scripts send along with an event.
        """
        event = self.event(name)
        asked = {"data": list(data), "fn_index": event._id, "session_hash": "visitor", "event_data": told}
        if event.queue is False:
            answer = self.http.post(f"{self.url}/run/predict", json=asked)
            return answer.status_code == 200, answer.json()
        self.http.post(f"{self.url}/queue/join", json=asked).raise_for_status()
        with self.http.stream("GET", f"{self.url}/queue/data?session_hash=visitor") as lines:
            for line in lines.iter_lines():
                told = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
                if told.get("msg") == "process_completed":
                    return told["success"], told["output"]
        raise AssertionError("the server said nothing")

    def close(self) -> None:
        """End the server."""
        self.http.close()
        self.demo.close(verbose=False)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    home = tmp_path_factory.mktemp("served")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(home / "gradio"))
        served = Page(home / "home")
        yield served
        served.close()
        gc.collect()  # while the filter above holds


@pytest.fixture
def project(page):
    name = f"Person {len(page.engine.projects())}"
    return page.engine.create_project(name)


def test_a_person_is_made_and_named_twice_only_once(page):
    assert page.ask("create", "Nora", "es")[0]
    assert page.engine.project("Nora").language == "es"
    went_well, answer = page.ask("create", "nora", "es")
    assert not went_well
    assert "Nora" in answer["error"] or "nora" in answer["error"]


@pytest.mark.parametrize("name", ["", "   ", None])
def test_a_person_needs_a_name(page, name):
    went_well, answer = page.ask("create", name, "en-us")
    assert (went_well, answer["error"]) == (False, text.NEED_NAME)


MADE_UP = ["../../etc", "0" * 32, "", None, 7, ["a"], "\0"]


@pytest.mark.parametrize("value", MADE_UP)
def test_a_made_up_person_gets_one_sentence(page, value):
    went_well, answer = page.ask("open_project", value)
    assert not went_well
    assert "no project" in answer["error"]


@pytest.mark.parametrize("value", [value for value in MADE_UP if value and isinstance(value, str)])
def test_a_made_up_voice_or_run_gets_one_sentence(page, value):
    for handler, data in (("follow_language", [value]), ("tick", [value, None])):
        went_well, answer = page.ask(handler, *data)
        assert not went_well
        assert "choose" in answer["error"].lower() or "no voice" in answer["error"]


def test_what_a_person_types_comes_back_as_text_not_as_markup(page):
    _, answer = page.ask("open_project", "<img src=x onerror=alert(1)>")
    assert "<img" not in answer["error"]
    assert "&lt;img" in answer["error"]


def test_training_asks_for_consent_and_for_speech(page, project):
    went_well, answer = page.ask("start", project.project_id, "Voice", 5, False, "", "")
    assert not went_well and "permission" in answer["error"]
    went_well, answer = page.ask("start", project.project_id, "Voice", 5, True, "", "")
    assert not went_well and "usable speech" in answer["error"]
    assert page.engine.runs() == []


@pytest.mark.parametrize("minutes", [0, -1, 10**9, "5; rm", None])
def test_only_the_offered_lengths_are_taken(page, project, minutes):
    assert page.ask("start", project.project_id, "Voice", minutes, True, "", "")[0] is False
    assert page.engine.runs() == []


def test_keeping_a_take_needs_a_take_and_its_words(page, project):
    went_well, answer = page.ask("keep", project.project_id, None, "Hello.", "en-us", None, None)
    assert (went_well, answer["error"]) == (False, text.NO_TAKE)


def test_a_file_on_the_server_cannot_be_passed_off_as_a_take(page, project):
    stolen = {"path": str(Path(__file__)), "meta": {"_type": "gradio.FileData"}}
    assert page.ask("keep", project.project_id, stolen, "Hello.", "en-us", None, None)[0] is False
    assert page.engine.clips(project.project_id) == []


def test_speaking_needs_words(page):
    went_well, answer = page.ask("say", "stock", "  ", "en-us", 1.0)
    assert (went_well, answer["error"]) == (False, text.NO_TEXT)


def test_speech_comes_as_a_wav_file(page):
    page.engine.prepare_base()
    went_well, answer = page.ask("say", "stock", "Hello there.", "en-us", 1.0)
    assert went_well
    spoken = answer["data"][0]["value"]
    sound = page.http.get(f"{page.url}/file={spoken['path']}")
    assert sound.content[:4] == b"RIFF"
    assert spoken["orig_name"] == "Hello there.wav"


def test_an_unexpected_failure_becomes_one_plain_sentence(page, monkeypatch, caplog):
    monkeypatch.setattr(page.engine, "clips", lambda project_id: 1 / 0)
    went_well, answer = page.ask("open_project", page.engine.projects()[0].project_id)
    assert (went_well, answer["error"]) == (False, text.UNEXPECTED)
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("path", ["app.py", "pyproject.toml", "/etc/passwd", "models/x"])
def test_no_file_of_the_computer_is_served(page, path):
    assert page.http.get(f"{page.url}/file={path}").status_code == 403


def test_no_recording_is_served_from_the_data_folder(page, project):
    inside = page.engine.data_dir / "projects" / project.project_id / "project.json"
    assert inside.is_file()
    assert page.http.get(f"{page.url}/file={inside}").status_code == 403


def test_nothing_is_offered_to_other_programs(page):
    assert page.http.get(f"{page.url}/info").json() == {"named_endpoints": {}, "unnamed_endpoints": {}}
    assert page.http.get(page.url.replace("/gradio_api", "/monitoring")).status_code in (403, 404)
