"""The page behind a real server, and a visitor who asks it without a browser."""

import gc
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.browser.conftest import free_port
from voiceclone import VoiceEngine
from voiceclone.ui import build, launch_options

FACTORY = "tests.fake_base:FakeBase"
TIMEOUT_S = 60
MADE_UP = ["../../etc", "0" * 32, "", None, 7, ["a"], "\0"]
"""Ids that no page would send."""
QUIET_SERVER = [
    # Gradio's queue sets a pandas option that pandas 3 has declared old.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated"),
    # Gradio leaves the event loops of its server threads to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
"""What gradio's servers warn of, for the modules that start one."""


class Page:
    """A served page and what one visitor sends it."""

    def __init__(self, home: Path, engine: VoiceEngine | None = None) -> None:
        self.engine = engine or VoiceEngine(home, base_factory=FACTORY)
        self.demo = build(self.engine)
        port = free_port()
        self.demo.launch(server_name="127.0.0.1", server_port=port, prevent_thread_lock=True, **launch_options())
        self.url = f"http://127.0.0.1:{port}/gradio_api"
        self.http = httpx.Client(timeout=TIMEOUT_S)

    @property
    def server(self) -> str:
        """The address of the page itself, without a slash at the end."""
        return self.url.removesuffix("/gradio_api")

    def routes(self) -> list[tuple[str, str]]:
        """Every (method, path) that gradio serves, whether or not the page lets it through; variables are `x`."""
        found = set()
        known = self.demo.app.routes
        inner = [route.original_router.routes for route in known if not hasattr(route, "path")]
        for route in [route for routes in (known, *inner) for route in routes if hasattr(route, "path")]:
            path = re.sub(r"\{[^}]+\}", "x", route.path)
            found |= {(method, path) for method in getattr(route, "methods", None) or {"GET"}}
        assert len(found) > 60
        assert ("POST", "/gradio_api/upload") in found
        return sorted(found)

    def event(self, name: str):
        """Return the first event with this handler."""
        return next(event for event in self.demo.fns.values() if event.name == name)

    def ask(self, name: str, *data, told: dict | None = None) -> tuple[bool, dict]:
        """Trigger an event as the browser does; return whether it went well, and what came back.

        `told` is what the page's own scripts send along with an event.
        """
        return self.ask_event(self.event(name), *data, told=told)

    def ask_event(self, event, *data, told: dict | None = None) -> tuple[bool, dict]:
        """Trigger this event; as `ask`."""
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

    def call(self, name: str, data) -> dict:
        """Call a function of the booth as its script does."""
        stage = next(block for block in self.demo.blocks.values() if getattr(block, "elem_id", None) == "booth")
        asked = {"data": data, "component_id": stage._id, "fn_name": name, "session_hash": "visitor"}
        answer = self.http.post(f"{self.url}/component_server/", json=asked)
        answer.raise_for_status()
        return answer.json()

    def upload(self, file: Path) -> dict:
        """Send a file as the browser does; return what events are told of it."""
        with file.open("rb") as content:
            answer = self.http.post(f"{self.url}/upload", files={"files": (file.name, content)})
        answer.raise_for_status()
        return {"path": answer.json()[0], "orig_name": file.name, "meta": {"_type": "gradio.FileData"}}

    def close(self) -> None:
        """End the server."""
        self.http.close()
        self.demo.close(verbose=False)


def serve(tmp_path_factory: pytest.TempPathFactory, engine: VoiceEngine | None = None) -> Iterator[Page]:
    """Yield a page for the fixture of a module; what gradio leaves is collected at once.

    Args:
        engine: what the page works with; one on a fresh data folder when None.
    """
    home = tmp_path_factory.mktemp("served")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(home / "gradio"))
        served = Page(home / "home", engine)
        yield served
        served.close()
        gc.collect()  # while the module's filter holds
