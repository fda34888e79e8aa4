"""Nothing asks a network, and no log tells of people: the whole way, in processes that may reach this computer only."""

import sys
from pathlib import Path

import pytest

from tests.no_network import run_without_network
from tests.served_page import FACTORY
from tests.whole_path import SECRETS

TIMEOUT_S = 1500
LOCAL_PROGRAMS = ("ffprobe", "ffmpeg")
"""Gradio asks them about sound files where they are installed."""


def whole_path(folder, factory):
    home, guard, temporary = (folder / name for name in ("home", "guard", "tmp"))
    for each in (home, guard, temporary):
        each.mkdir()
    environment = {"TMPDIR": str(temporary), "GRADIO_TEMP_DIR": str(temporary), "HF_HOME": str(temporary / "hub")}
    return run_without_network(["-m", "tests.whole_path", str(home), factory], guard, TIMEOUT_S, **environment)


def check_network(seen):
    assert seen.returncode == 0, seen.output
    assert seen.asked == []
    workers = [line for line in seen.guarded if "voiceclone.training.worker" in line]
    assert len(workers) > 1, "the trainings, that of the page and those of the comparison, ran unwatched"
    assert {Path(program).name for program in seen.started} <= {Path(sys.executable).name, *LOCAL_PROGRAMS}


@pytest.fixture(scope="module")
def way(tmp_path_factory):
    folder = tmp_path_factory.mktemp("way")
    return folder / "home", whole_path(folder, FACTORY)


@pytest.mark.timeout(TIMEOUT_S)
def test_nothing_asks_a_network_on_the_whole_way(way):
    check_network(way[1])


@pytest.mark.slow
@pytest.mark.timeout(TIMEOUT_S)
def test_nothing_asks_a_network_with_the_speech_model_that_comes_along(tmp_path):
    check_network(whole_path(tmp_path, ""))


@pytest.mark.timeout(TIMEOUT_S)
def test_no_log_tells_of_people(way):
    home, seen = way
    assert "got into all the trouble" in seen.output
    for kind in ("ValueError", "FileNotFoundError", "RuntimeWarning", "voiceclone.ui.parts.errors, line"):
        assert kind in seen.output or kind.replace("FileNotFoundError", "OSError") in seen.output, kind
    logs = {path: path.read_text(encoding="utf-8", errors="replace") for path in home.rglob("*.log")}
    assert any("BaseModelError" in text for path, text in logs.items() if path.name == "worker.log")
    for text in (seen.output, *logs.values()):
        assert str(home) not in text, text
        for secret in SECRETS:
            assert secret not in text, text


ASKS = """
import socket
for ask in (
    lambda: socket.socket().connect(("192.0.2.1", 9)),
    lambda: socket.getaddrinfo("example.org", 80),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 9)),
):
    try:
        ask()
    except PermissionError:
        pass
    else:
        raise SystemExit("it was not refused")
with socket.create_server(("127.0.0.1", 0)) as server:
    socket.create_connection(server.getsockname()).close()
"""


def test_the_guard_sees_what_a_process_and_its_children_ask_for(tmp_path):
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {ASKS!r}], check=True)"
    seen = run_without_network(["-c", child], tmp_path, 60)
    assert seen.returncode == 0, seen.output
    assert seen.asked == [
        "socket.connect ('192.0.2.1', 9)",
        "socket.getaddrinfo example.org",
        "socket.sendto ('192.0.2.1', 9)",
    ]
    assert len(seen.guarded) == 2
