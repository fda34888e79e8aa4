"""The page in a real headless Chromium: one server for the module, one fresh browser context per test."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from voiceclone.audio.sound import decode, encode_wav

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = sorted((ROOT / "examples").rglob("*.flac"))
OUT = Path(__file__).with_name("out")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in BROWSERS if (path := shutil.which(name))), None)
START_S = 300
TIMEOUT_MS = 180_000
"""Generous: the tests also pass on a busy machine with one slow core."""
EXPECTED_WARNINGS = ("The input spec uses Vega-Lite", "Method not implemented.", "svelte.dev/e/derived_inert")
"""They come from gradio's own scripts."""
BROKEN_OFF = ("AbortError", "errored out")
"""What gradio reports when a page is left in the middle of a request, as a page that watches a training always is."""
STEPS = 2000
"""Of the tiny base model; about half a minute, so that a reload falls into the middle."""


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """The page in a process of its own, which a test may kill and start again."""

    def __init__(self, home: Path, arguments: list[str]) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._command = [
            sys.executable, "-m", "tests.browser.server",
            "--home", str(home), "--port", str(self.port), *arguments,
        ]  # fmt: skip
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start and wait until the page answers."""
        self.home.mkdir(parents=True, exist_ok=True)
        temporary = self.home / "tmp"
        temporary.mkdir(exist_ok=True)
        # Inside the folder of the test, so that everything the page writes goes away with it.
        environment = os.environ | {"GRADIO_TEMP_DIR": str(temporary), "TMPDIR": str(temporary)}
        with (self.home / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, stdin=subprocess.PIPE, stdout=log, stderr=log, env=environment
            )
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(self.url, timeout=5).close()
                return
            except OSError:
                if self._process.poll() is not None:
                    break
                time.sleep(0.2)
        self.stop()
        raise RuntimeError(f"The page did not start within {START_S} s: {self.log()}")

    def stop(self) -> None:
        """Kill it, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def log(self) -> str:
        """Return what it printed."""
        return (self.home / "server.log").read_text(encoding="utf-8")


def microphone_arguments(heard: Path | None = None) -> list[str]:
    """What gives a browser a microphone that hears a WAV file, or a beep."""
    arguments = ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    return arguments if heard is None else [*arguments, f"--use-file-for-fake-audio-capture={heard}"]


@contextmanager
def open_chromium(heard: Path | None = None) -> Iterator:
    """A headless browser; `heard` is a WAV file its microphone hears instead of a beep."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=microphone_arguments(heard))
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture(scope="session")
def chromium(tmp_path_factory) -> Iterator:
    """A browser whose microphone hears the example voice; skips where there is no Chromium."""
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed (pip install playwright)")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    heard = tmp_path_factory.mktemp("microphone") / "heard.wav"
    encode_wav(decode(EXAMPLE[0]), heard)
    with open_chromium(heard) as browser:
        yield browser


class Visitor:
    """One person's browser: what the page complained about, and where it went, is kept."""

    def __init__(self, browser, url: str, before: str = "", **context) -> None:
        self.context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | context))
        self.context.add_init_script(before)  # runs before the scripts of the page
        self.complaints: list[str] = []
        self._reloaded = False
        self.hosts: set[str] = set()
        self._streams: list[object] = []
        self.open(url)

    def open(self, url: str) -> None:
        """Open a tab of the same browser; `page` is the newest one."""
        self.page = self.context.new_page()
        self.page.set_default_timeout(TIMEOUT_MS)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self._complain(str(error)))
        self.page.on("request", self._request)
        for ended in ("requestfinished", "requestfailed"):
            self.page.on(ended, lambda request: request in self._streams and self._streams.remove(request))
        self.page.goto(url)
        self.wait_until_ready()

    def reload(self) -> None:
        """Load the page again; requests that this breaks off are no complaint, however late they are told."""
        self._reloaded = True
        self.page.reload()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until the person's clips are shown."""
        self.page.wait_for_function("document.querySelector('#booth textarea')?.value")
        self.page.wait_for_selector("#readiness .vc-readiness", state="attached")  # another tab may be open

    def wait_until_quiet(self) -> None:
        """Wait until the server has answered all events; the answers come in one stream that is open meanwhile."""
        while self._streams:
            self.page.wait_for_timeout(50)

    def tab(self, name: str) -> None:
        """Open a tab."""
        self.page.get_by_role("tab", name=name).click()

    def picture(self, name: str) -> None:
        """Keep a screenshot of the whole page to look at."""
        OUT.mkdir(exist_ok=True)
        self.page.screenshot(path=OUT / f"{name}.png", full_page=True)

    def _console(self, message) -> None:
        if message.type in ("error", "warning") and not any(known in message.text for known in EXPECTED_WARNINGS):
            self._complain(message.text)

    def _complain(self, words: str) -> None:
        if not (self._reloaded and any(known in words for known in BROKEN_OFF)):
            self.complaints.append(words)

    def _request(self, request) -> None:
        if request.url.startswith(("http", "ws")):
            self.hosts.add(request.url.split("/")[2])
        if "/queue/data" in request.url:
            self._streams.append(request)

    def close(self) -> None:
        """Close the browser window."""
        self.context.close()


def wait_for_sound(visitor: Visitor, player: str) -> None:
    """Wait until a player has loaded something to play."""
    visitor.page.wait_for_function(
        "id => { const end = document.querySelector(`#${id} #duration`); return end && end.innerText !== '0:00'; }",
        arg=player,
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    started = Server(
        tmp_path_factory.mktemp("page") / "home",
        ["--steps", str(STEPS), "--base-factory", "tests.fake_base:FakeBase"],
    )
    started.start()
    yield started
    started.stop()
    assert "Traceback" not in started.log()


@pytest.fixture
def visit(chromium, server):
    """Open the page; at the end it must not have complained, nor talked to anybody else."""
    visitors = []

    def open_page(**context) -> Visitor:
        visitors.append(Visitor(chromium, server.url, **context))
        return visitors[-1]

    yield open_page
    for visitor in visitors:
        visitor.close()
    for visitor in visitors:
        assert visitor.complaints == []
        assert visitor.hosts == {f"127.0.0.1:{server.port}"}
