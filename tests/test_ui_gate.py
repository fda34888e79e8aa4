"""Only the page's own browser is answered: every route and every handler of a served page, asked by strangers."""

import re
import socket
from pathlib import Path

import httpx
import pytest

from tests.browser.conftest import EXAMPLE
from tests.served_page import QUIET_SERVER, serve
from voiceclone import host, limits
from voiceclone.ui import gate
from voiceclone.ui.gate import Addresses, addresses, find_route, place
from voiceclone.ui.text import common as common_text

STRANGERS = {
    "a rebound name": {"host": "evil.example:7860"},
    "a name that begins like ours": {"host": "localhost.evil.example"},
    "a name that ends like ours": {"host": "evil-localhost"},
    "another website": {"origin": "https://evil.example"},
    "another port of this computer": {"origin": "http://127.0.0.1:1"},
    "another scheme": {"origin": "https://127.0.0.1"},
    "a sandboxed frame": {"origin": "null"},
    "a picture in a website": {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
    "another program's page": {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"},
    "a frame in a website": {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
}
"""What a browser sends for a website that is not the page."""
pytestmark = QUIET_SERVER


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    yield from serve(tmp_path_factory)


def asked(page, method, path, **options):
    """Ask and return (status, headers) without waiting for the end: some answers never end."""
    with page.http.stream(method, page.server + path, **options) as answer:
        return answer.status_code, answer.headers


@pytest.mark.parametrize("stranger", STRANGERS.values(), ids=STRANGERS)
def test_no_route_answers_a_stranger(page, stranger):
    for method, path in page.routes():
        assert asked(page, method, path, headers=stranger)[0] == 403, (method, path)


@pytest.mark.parametrize("stranger", STRANGERS.values(), ids=STRANGERS)
def test_no_handler_answers_a_stranger(page, stranger):
    before = page.engine.projects.all()
    assert len(page.demo.fns) > 100
    for event in page.demo.fns.values():
        for route in ("run/predict", "queue/join"):
            told = {"data": ["Mallory", "en-us"], "fn_index": event._id, "session_hash": "visitor"}
            assert page.http.post(f"{page.url}/{route}", json=told, headers=stranger).status_code == 403, event.name
    for block in page.demo.blocks.values():
        for call in getattr(block, "server_functions", None) or ():
            told = {"data": {}, "component_id": block._id, "fn_name": call.__name__, "session_hash": "visitor"}
            body = {"content": httpx.Request("POST", page.url, json=told).read(), "headers": stranger}
            body["headers"] = stranger | {"content-type": "text/plain"}  # browsers send it without asking first
            assert page.http.post(f"{page.url}/component_server", **body).status_code == 403
    sent = page.http.post(f"{page.url}/upload", files={"files": b"x"}, headers=stranger)
    assert sent.status_code == 403
    assert page.engine.projects.all() == before


def test_the_same_handler_answers_the_page(page):
    page.http.headers["origin"] = page.server
    page.http.headers["sec-fetch-site"] = "same-origin"
    try:
        assert page.ask("create", "Nora", "es")[0]
        page.upload(EXAMPLE[0])
    finally:
        del page.http.headers["origin"], page.http.headers["sec-fetch-site"]


def test_routes_that_the_page_does_not_use_are_not_there(page):
    used = set()
    for method, path in page.routes():
        if asked(page, method, path)[0] != 404:
            used.add((method, path.removeprefix("/gradio_api").removeprefix("/")))
    posted = {path for method, path in used if method == "POST"}
    assert posted - {"login/"} == {  # browsers ask server functions with a slash at the end
        "cancel", "component_server", "component_server/", "login", "queue/join", "reset", "upload",
    }  # fmt: skip
    for _, path in used:
        assert not re.search("record|proxy|vibe|runs|run-history|openapi|docs|info|call|api/|monitoring|token", path)


@pytest.mark.parametrize(
    "path",
    [
        "/docs", "/redoc", "/openapi.json", "/gradio_api/openapi.json", "/gradio_api/info", "/monitoring",
        "/gradio_api/run/create", "/gradio_api/call/create", "/gradio_api/process_recording", "/config/", "//config",
        "/gradio_api/proxy=https://example.org/", "/gradio_api/file=http://example.org/a.wav",
        "/gradio_api/file=HTTPS://example.org/a.wav", "/gradio_api/file=//example.org/a", "/gradio_api/runs",
        "/assets/../config", "/assets/%2e%2e/config", "/gradio_api/file=x/../../y", "/gradio_api/stream/x/1/2/a.m3u8",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_unknown_routes_are_refused(page, method, path):
    host_name, port = page.server.removeprefix("http://").split(":")
    with socket.create_connection((host_name, int(port)), timeout=20) as line:  # httpx would tidy the path
        line.sendall(f"{method} {path} HTTP/1.1\r\nHost: {host_name}:{port}\r\nContent-Length: 0\r\n\r\n".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 404")


def test_a_request_for_two_hosts_or_none_is_refused(page):
    host_name, port = page.server.removeprefix("http://").split(":")
    for told in ("", f"Host: {host_name}\r\nHost: evil.example\r\n", "Host: a@b\r\n", "Host: \r\n"):
        with socket.create_connection((host_name, int(port)), timeout=20) as line:
            line.sendall(f"GET /config HTTP/1.1\r\n{told}\r\n".encode())
            assert line.recv(100).startswith((b"HTTP/1.1 400", b"HTTP/1.1 403"))


def test_a_link_from_elsewhere_opens_the_page_and_nothing_but_the_page(page):
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert page.http.get(f"{page.server}/", headers=link).status_code == 200
    assert page.http.get(f"{page.server}/config", headers=link).status_code == 403
    assert page.http.post(f"{page.server}/login", headers=link).status_code == 403


def test_a_refusal_says_what_to_do(page):
    told = page.http.get(f"{page.server}/", headers={"host": "my-server:7860"}).text
    assert "VOICECLONE_HOSTS=my-server" in told and told.startswith("VoiceClone does not know")


def test_a_forged_address_of_a_proxy_is_not_repeated(page):
    forged = {"x-forwarded-host": "evil.example", "x-gradio-server": "http://evil.example"}
    assert page.http.get(f"{page.server}/config", headers=forged).json()["root"] == page.server


# What an answer tells the browser ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/config", "/static/img/logo.svg", "/nowhere", "/gradio_api/file=/etc/passwd"])
def test_every_answer_forbids_frames_guesses_and_foreign_sources(page, path):
    _, headers = asked(page, "GET", path)
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy and "object-src 'none'" in policy
    assert not re.search(r"https?:|\*", policy)
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert (headers.get("cache-control") == "no-store") == (not path.startswith("/static"))


def test_the_hub_alone_may_show_a_space_in_a_frame():
    headers = gate.response_headers(addresses("0.0.0.0", (), on_space=True).frames)
    assert "frame-ancestors https://huggingface.co" in headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in headers


# How much a request may bring -------------------------------------------------------------------------------------


def pieces(count):
    for _ in range(count):
        yield b"x" * 1_000_000


@pytest.mark.parametrize(
    ("route", "limit"),
    [
        ("queue/join", limits.MAX_EVENT_MB * 1_000_000),
        ("run/predict", limits.MAX_EVENT_MB * 1_000_000),
        ("component_server", limits.MAX_TAKE_REQUEST_BYTES),
        ("cancel", limits.MAX_SMALL_REQUEST_BYTES),
    ],
)
def test_a_body_that_is_too_large_is_refused_announced_or_not(page, route, limit):
    size = limit // 1_000_000 + 1
    json_type = {"content-type": "application/json"}
    for content in (b"x" * 1_000_000 * size, pieces(size)):
        answer = page.http.post(f"{page.url}/{route}", content=content, headers=json_type)
        assert answer.status_code == 413, route
        assert answer.text.strip() == common_text.too_large(limit)
    assert page.http.post(f"{page.url}/{route}", content=b"{}", headers=json_type).status_code != 413


@pytest.mark.anyio
async def test_no_more_of_a_body_is_read_than_may_come():
    read, sent = [], []

    async def app(scope, receive, send):
        while True:
            message = await receive()
            read.append(len(message["body"]))

    async def receive():
        return {"type": "http.request", "body": b"x" * 10_000, "more_body": True}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/gradio_api/cancel", "headers": [(b"host", b"localhost")]}
    await gate.Gate(app, Addresses())(scope, receive, send)
    assert sent[0]["status"] == 413
    assert sum(read) <= limits.MAX_SMALL_REQUEST_BYTES


@pytest.fixture
def anyio_backend():
    return "asyncio"


def stored(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def uploading(page, announced, sent):
    """Begin to upload `announced` bytes, send `sent` of them, and hang up."""
    host_name, port = page.server.removeprefix("http://").split(":")
    head = b'--line\r\nContent-Disposition: form-data; name="files"; filename="a.wav"\r\n\r\n'
    with socket.create_connection((host_name, int(port)), timeout=20) as line:
        line.sendall(
            f"POST /gradio_api/upload HTTP/1.1\r\nHost: {host_name}:{port}\r\nContent-Length: {announced}\r\n"
            "Content-Type: multipart/form-data; boundary=line\r\n\r\n".encode()
        )
        line.sendall(head + b"x" * sent)
        return b"" if sent else line.recv(100)


def test_an_upload_keeps_the_real_limit(page):
    assert uploading(page, limits.MAX_UPLOAD_MB * 1_000_000 + 1, 0).startswith(b"HTTP/1.1 413")
    assert page.demo.max_file_size == limits.MAX_UPLOAD_FILE_MB * 1_000_000


def test_nothing_stays_of_an_upload_that_breaks_off(page, monkeypatch):
    from tests.waiting import wait_until

    folder = Path(page.demo.app.uploaded_file_dir)
    before = stored(folder)
    uploading(page, 50_000_000, 3_000_000)
    wait_until(lambda: stored(folder) == before)


# Where the page may be asked for ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("server_name", "public", "asked_for", "known"),
    [
        ("127.0.0.1", (), "localhost:7860", True),
        ("127.0.0.1", (), "LOCALHOST", True),
        ("127.0.0.1", (), "[::1]:7860", True),
        ("127.0.0.1", (), "192.168.1.5:7860", False),
        ("127.0.0.1", (), "127.0.0.1.evil.example", False),
        ("127.0.0.1", ("voice.example.org",), "voice.example.org", True),
        ("127.0.0.1", ("voice.example.org",), "x.voice.example.org", False),
        ("192.168.1.5", (), "192.168.1.5:7860", True),
        ("192.168.1.5", (), "192.168.1.6:7860", False),
        ("my-computer", (), "my-computer:7860", True),
        ("0.0.0.0", (), "192.168.1.5:7860", True),
        ("::", (), "[fe80::1]:7860", True),
        ("0.0.0.0", (), socket.gethostname(), True),
        ("0.0.0.0", (), f"{socket.gethostname()}.local:7860", True),
        ("0.0.0.0", (), "evil.example", False),
        ("0.0.0.0", (), "1.2.3.4.evil.example", False),
    ],
)
def test_which_hosts_are_ours(server_name, public, asked_for, known):
    assert addresses(server_name, public).knows(place(asked_for)) is known


@pytest.mark.parametrize(
    ("origin", "asked_for", "ours"),
    [
        ("http://localhost:7860", "localhost:7860", True),
        ("http://localhost", "localhost:80", True),
        ("https://voice.example.org", "voice.example.org", True),
        ("https://voice.example.org", "127.0.0.1:7860", True),
        ("https://voice.example.org:8443", "127.0.0.1:7860", False),
        ("http://localhost:3000", "localhost:7860", False),
        ("http://127.0.0.1:7860", "localhost:7860", False),
        ("https://evil.example", "localhost:7860", False),
        ("file://", "localhost:7860", False),
        ("null", "localhost:7860", False),
        ("", "localhost:7860", False),
    ],
)
def test_which_origins_are_ours(origin, asked_for, ours):
    assert addresses("127.0.0.1", ("voice.example.org",)).is_ours(origin, place(asked_for)) is ours


def test_the_names_of_the_surroundings(monkeypatch):
    for name in ("SPACE_ID", "SPACE_HOST", host.NAMES_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    assert host.public_names() == ()
    monkeypatch.setenv(host.NAMES_VARIABLE, " Voice.example.org, other:8443,")
    monkeypatch.setenv("SPACE_HOST", "anna-voice.hf.space")
    assert host.public_names() == ("voice.example.org", "other:8443")
    monkeypatch.setenv("SPACE_ID", "anna/voice")
    assert "anna-voice.hf.space" in host.public_names()
    here = gate.addresses_here("0.0.0.0")
    assert here.frames == ("https://huggingface.co",)
    assert here.is_ours("https://anna-voice.hf.space", place("10.0.0.7:7860"))


def test_a_recording_may_have_any_name_on_disk():
    for path in ("/tmp/gradio/ab/Wer ist da? Ich: Anna.wav", "C:\\Users\\Anna\\a.wav", "/tmp/a/http:.wav"):
        assert find_route("GET", f"/gradio_api/file={path}") is not None
    assert find_route("HEAD", "/gradio_api/file=/tmp/a.wav") is not None
