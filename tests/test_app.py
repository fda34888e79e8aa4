"""`python app.py` and `voiceclone app` as a person starts them: one clear line when it works, and when it does not."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from voiceclone.bases.catalogue import DEFAULT_BASE_ID

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ("app.py",)
COMMAND = ("-m", "voiceclone", "app", "--no-browser")


def start(home: Path, *arguments: str, **variables: str) -> subprocess.Popen:
    environment = os.environ | {"VOICECLONE_HOME": str(home), "TMPDIR": str(home)} | variables
    return subprocess.Popen(
        [sys.executable, *(arguments or PROGRAM)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=None if sys.platform == "win32" else heed_ctrl_c,
    )


def heed_ctrl_c() -> None:
    """Heed Ctrl+C even where the tests run in the background of a shell, which ignores it there."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def served(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}") as answer:
        return answer.read().decode("utf-8")


def test_it_says_where_the_page_is_and_serves_it_to_this_machine_only(tmp_path):
    port = free_port()
    leftover = tmp_path / "projects" / ".spool-of-a-killed-process"
    leftover.mkdir(parents=True)
    with start(tmp_path, PORT=str(port), HOST="127.0.0.1") as app:
        try:
            assert app.stdout.readline().startswith(f"VoiceClone is ready. Open http://localhost:{port} ")
            assert "make setup" in app.stdout.readline()  # the base model is not there in an empty home
            assert "VoiceClone" in served(port)
            assert not leftover.exists()
        finally:
            app.send_signal(signal.SIGKILL)


@pytest.fixture
def ready_home(tmp_path, kokoro_folder):
    """A data folder with the base model."""
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / DEFAULT_BASE_ID).symlink_to(kokoro_folder, target_is_directory=True)
    return tmp_path


@pytest.mark.skipif(sys.platform == "win32", reason="the browser is a shell script")
def test_the_command_serves_the_same_page_and_opens_it_in_the_browser(ready_home):
    port, seen, browser = free_port(), ready_home / "seen", ready_home / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > "{seen}"\n')
    browser.chmod(0o700)
    command = ("-m", "voiceclone", "app", "--port", str(port))
    with start(ready_home, *command, BROWSER=f"{browser} %s", PORT="1") as app:
        try:
            assert app.stdout.readline().startswith(f"VoiceClone is ready. Open http://localhost:{port} ")
            assert "VoiceClone" in served(port)
        finally:
            app.send_signal(signal.SIGINT)
            try:
                _, error = app.communicate(timeout=60)
            finally:
                app.kill()
    assert seen.read_text().strip() == f"http://localhost:{port}"
    assert app.returncode == 0 and "Traceback" not in error


@pytest.mark.slow
def test_the_command_gets_the_base_model_ready_and_tells_a_program_the_address(tmp_path):
    port = free_port()
    with start(tmp_path, *COMMAND, "--json", PORT=str(port)) as app:
        try:
            assert json.loads(app.stdout.readline()) == {"url": f"http://localhost:{port}"}
            assert (tmp_path / "base" / DEFAULT_BASE_ID / "base.json").is_file()
        finally:
            app.send_signal(signal.SIGKILL)


@pytest.mark.parametrize(("arguments", "other"), [(PROGRAM, "PORT={} make run"), (COMMAND, "voiceclone app --port {}")])
def test_a_busy_port_is_one_sentence(tmp_path, arguments, other):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with start(tmp_path, *arguments, PORT=str(port), HOST="127.0.0.1") as app:
            out, error = app.communicate(timeout=120)
    assert app.returncode == 2
    assert error.count("\n") == 1 and f"Port {port} is in use" in error and other.format(port + 1) in error
    assert out == ""


def test_a_port_that_is_none_is_one_sentence(tmp_path):
    with start(tmp_path, PORT="many") as app:
        _, error = app.communicate(timeout=120)
    assert app.returncode == 2
    assert "PORT" in error and "Traceback" not in error


def test_an_option_that_is_no_port_is_one_sentence(tmp_path):
    with start(tmp_path, *COMMAND, "--port", "70000") as app:
        _, error = app.communicate(timeout=120)
    assert app.returncode == 2
    assert error.count("\n") == 1 and "The port is “70000”" in error
