"""`python app.py` as a person starts it: one clear line when it works, one clear line when it does not."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def start(home: Path, **variables: str) -> subprocess.Popen:
    environment = os.environ | {"VOICECLONE_HOME": str(home), "TMPDIR": str(home)} | variables
    return subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_says_where_the_page_is_and_serves_it_to_this_machine_only(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    leftover = tmp_path / "projects" / ".spool-of-a-killed-process"
    leftover.mkdir(parents=True)
    with start(tmp_path, PORT=str(port), HOST="127.0.0.1") as app:
        try:
            assert app.stdout.readline().startswith(f"VoiceClone is ready. Open http://localhost:{port} ")
            assert "make setup" in app.stdout.readline()  # the base model is not there in an empty home
            with urllib.request.urlopen(f"http://127.0.0.1:{port}") as answer:
                assert "VoiceClone" in answer.read().decode("utf-8")
            assert not leftover.exists()
        finally:
            app.send_signal(signal.SIGKILL)


def test_a_busy_port_is_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with start(tmp_path, PORT=str(port), HOST="127.0.0.1") as app:
            out, error = app.communicate(timeout=120)
    assert app.returncode == 2
    assert error.count("\n") == 1 and f"Port {port} is in use" in error
    assert out == ""


@pytest.mark.parametrize("port", ["many", "0", "70000"])
def test_a_port_that_is_none_is_one_sentence(tmp_path, port):
    with start(tmp_path, PORT=port) as app:
        _, error = app.communicate(timeout=120)
    assert app.returncode == 2
    assert "PORT" in error and "Traceback" not in error
