"""The page on a Hugging Face Space: it comes up by itself, and strangers get no further than the login form."""

import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.browser.conftest import free_port
from tests.served_page import FACTORY, QUIET_SERVER, Page
from voiceclone import VoiceEngine, host
from voiceclone.errors import InputError
from voiceclone.ui import access
from voiceclone.ui.gate import Addresses
from voiceclone.ui.parts import markup
from voiceclone.ui.text import common as common_text

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "correct horse battery"
START = f"""
import sys, app
from voiceclone import VoiceEngine
from voiceclone.ui import build
app.engine = VoiceEngine(base_factory={FACTORY!r})
app.demo = build(app.engine)
sys.exit(app.main())
"""
"""`app.py` with a base model small enough for tests."""
pytestmark = QUIET_SERVER


@contextmanager
def space(home, **variables):
    """Run the app as a Space does; yield the process and its port."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if name not in ("HOST", host.PASSWORD_VARIABLE)}
    ours = {"SPACE_ID": "anna/voice", "PORT": str(port), "VOICECLONE_HOME": str(home), "TMPDIR": str(home)}
    environment = kept | ours | variables
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", START], cwd=ROOT, env=environment, **pipes) as app:
        try:
            yield app, port
        finally:
            app.send_signal(signal.SIGKILL)


def listens_everywhere(port):
    """True when a socket of this machine listens on every address."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(row[1] == f"00000000:{port:04X}" and row[3] == "0A" for row in rows)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="asks Linux who listens where")
def test_a_space_gets_the_base_ready_and_lets_in_who_knows_the_password(tmp_path):
    with space(tmp_path, VOICECLONE_PASSWORD=PASSWORD) as (app, port):
        lines = [app.stdout.readline().strip()]
        while lines[-1] and lines[-1] != common_text.STARTED_SPACE:
            lines.append(app.stdout.readline().strip())
        assert lines[0].startswith("Getting the speech model ready") and lines[-1] == common_text.STARTED_SPACE
        assert VoiceEngine(tmp_path, base_factory=FACTORY).base.is_ready()
        assert listens_everywhere(port)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as visitor:
            assert common_text.PASSWORD_WANTED in visitor.get("/").text
            assert visitor.get("/config").status_code == 401
            assert visitor.post("/login", data={"username": "a", "password": "guessed"}).status_code == 400
            assert visitor.get("/config").status_code == 401
            assert visitor.post("/login", data={"username": "a", "password": PASSWORD}).status_code == 200
            assert visitor.get("/config").status_code == 200


@pytest.mark.parametrize(
    ("password", "sentence"),
    [("", "add a secret named VOICECLONE_PASSWORD"), pytest.param("short", "too short", marks=pytest.mark.slow)],
)
def test_a_space_without_a_password_comes_up_and_says_what_to_do(tmp_path, password, sentence):
    with space(tmp_path, VOICECLONE_PASSWORD=password) as (app, port):
        assert sentence in app.stderr.readline()
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=httpx.HTTPTransport(retries=5)) as visitor:
            answer = visitor.get("/")
            assert answer.status_code == 200 and sentence in answer.text
            assert visitor.get("/config").text == answer.text
            assert visitor.post("/gradio_api/upload", files={"files": b"x"}).status_code == 501
            assert visitor.post("/gradio_api/queue/join", json={}).status_code == 501
    assert not (tmp_path / "projects").exists()


def test_a_password_that_is_too_short_is_one_sentence_elsewhere(tmp_path):
    with space(tmp_path, SPACE_ID="", VOICECLONE_PASSWORD="short") as (app, _):
        _, error = app.communicate(timeout=120)
    assert app.returncode == 2
    assert error.count("\n") == 1 and "at least 12 characters" in error


def test_where_the_page_listens(monkeypatch):
    for name in ("HOST", "PORT", "SPACE_ID"):
        monkeypatch.delenv(name, raising=False)
    assert host.address() == ("127.0.0.1", 7860)
    monkeypatch.setenv("SPACE_ID", "anna/voice")
    assert host.address() == ("0.0.0.0", 7860)
    monkeypatch.setenv("HOST", "127.0.0.1")
    assert host.address() == ("127.0.0.1", 7860)


def test_the_page_says_where_recordings_go(monkeypatch):
    monkeypatch.setenv("SPACE_ID", "anna/voice")
    assert "stays there" in markup.page_head() and "own computer" not in markup.page_head()
    monkeypatch.delenv("SPACE_ID")
    assert "own computer" in markup.page_head()


def test_the_password(monkeypatch):
    monkeypatch.delenv("VOICECLONE_PASSWORD", raising=False)
    assert host.password() == ""
    assert "auth" not in access.access_options("", Addresses())
    monkeypatch.setenv("VOICECLONE_PASSWORD", f" {PASSWORD}\n")
    assert host.password() == PASSWORD
    monkeypatch.setenv("VOICECLONE_PASSWORD", "11 charact.")
    with pytest.raises(InputError, match="at least 12"):
        host.password()


# Everything behind the password ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    home = tmp_path_factory.mktemp("protected")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(home / "gradio"))
        patch.setenv("VOICECLONE_PASSWORD", PASSWORD)
        served = Page(home / "home", VoiceEngine(home / "home", base_factory=FACTORY))
        yield served
        served.close()


def test_nothing_but_the_login_form_is_open_to_strangers(page):
    server = page.url.removesuffix("/gradio_api")
    opened = set()
    with httpx.Client(timeout=20) as stranger:
        for method, path in page.routes():
            with stranger.stream(method, server + path) as answer:  # some never end
                if answer.status_code not in (401, 404):  # the page does not use those that are not found
                    opened.add(path.removesuffix("/") or "/")
    assert opened <= access.OPEN_PATHS | {"/assets/x", "/static/x", "/svelte/x"}


@pytest.mark.parametrize("path", ["/assets/../config", "/static/..%2fconfig", "/gradio_api//upload", "//config"])
def test_a_bent_path_opens_nothing(page, path):
    server = page.url.removesuffix("/gradio_api").removeprefix("http://")
    connection = urllib.request.Request(f"http://{server}{path}")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(connection, timeout=20)
    assert refused.value.code in (401, 403, 404)


def test_no_handler_of_the_page_answers_a_stranger(page):
    before = page.engine.projects.all()
    with httpx.Client(timeout=20, base_url=page.url) as stranger:
        assert len(page.demo.fns) > 100
        for event in page.demo.fns.values():
            asked = {"data": ["Mallory", "en-us"], "fn_index": event._id, "session_hash": "visitor"}
            assert stranger.post("/run/predict", json=asked).status_code == 401
            assert stranger.post("/queue/join", json=asked).status_code == 401
        called = {"data": {}, "component_id": 1, "fn_name": "keep_take", "session_hash": "visitor"}
        assert stranger.post("/component_server", json=called).status_code == 401
        assert stranger.post("/upload", files={"files": b"x"}).status_code == 401
    assert page.engine.projects.all() == before


def test_who_knows_the_password_may_do_everything(page):
    server = page.url.removesuffix("/gradio_api")
    assert not page.http.get(f"{server}/config").is_success
    page.http.post(f"{server}/login", data={"username": "Anna", "password": PASSWORD}).raise_for_status()
    assert page.ask("create", "Nora", "es")[0]
    assert [project.name for project in page.engine.projects.all()] == ["Nora"]
    page.http.get(f"{server}/logout", follow_redirects=False)
    assert page.http.get(f"{server}/config").status_code == 401


@pytest.mark.parametrize("forged", ["", "x", "None"])
def test_a_made_up_cookie_opens_nothing(page, forged):
    server = page.url.removesuffix("/gradio_api")
    cookies = {name: forged for name in (f"access-token-{page.demo.app.cookie_id}", "access-token-unsecure-x")}
    with httpx.Client(cookies=cookies) as stranger:
        assert stranger.get(f"{server}/config").status_code == 401


def test_a_closed_page_escapes_its_sentence():
    with access.ClosedServer("127.0.0.1", 0, "<b>no</b>") as server:
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        try:
            answer = httpx.get(f"http://127.0.0.1:{server.server_port}/")
        finally:
            server.shutdown()
    assert "&lt;b&gt;no&lt;/b&gt;" in answer.text


def test_a_page_without_a_password_is_open(tmp_path, monkeypatch):
    monkeypatch.delenv("VOICECLONE_PASSWORD", raising=False)
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "gradio"))
    served = Page(tmp_path / "home")
    try:
        assert served.http.get(f"{served.url.removesuffix('/gradio_api')}/config").status_code == 200
    finally:
        served.close()
