"""What goes to a Space: files the hub would refuse over git, the right torch, and the password as a secret."""

import base64
import http.server
import json
import os
import re
import subprocess
import sys
import threading

import pytest

from tools import lock
from tools.push_to_space import ROOT, space_requirements, stage

PASSWORD = "correct horse battery"
BINARIES = (".flac", ".png", ".safetensors", ".wav")


@pytest.fixture(scope="module")
def staged(tmp_path_factory):
    folder = tmp_path_factory.mktemp("space")
    stage(folder)
    return folder


def test_a_space_gets_what_it_needs_and_nothing_else(staged):
    there = {str(path.relative_to(staged)) for path in staged.rglob("*") if path.is_file()}
    assert {"app.py", "README.md", "requirements.txt", "voiceclone/engine.py", "voiceclone/ui/text/common.py"} <= there
    assert any(name.startswith("examples/") and name.endswith(".flac") for name in there)
    first = {name.split("/")[0] for name in there}
    assert first == {"app.py", "README.md", "LICENSE", "pyproject.toml", "requirements.txt", "voiceclone", "examples"}


def test_the_readme_begins_with_what_a_space_reads():
    front = re.match(r"---\n(.*?)\n---\n", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)[1]
    told = dict(line.split(": ", 1) for line in front.splitlines() if ": " in line)
    assert told["sdk"] == "gradio" and told["app_file"] == "app.py"
    assert told["sdk_version"] == lock.version_of("gradio", (ROOT / "requirements.txt").read_text(encoding="utf-8"))
    assert told["python_version"].strip('"') in lock.PYTHONS


def test_a_space_without_a_card_installs_torch_without_cuda():
    wanted = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    without, with_card = space_requirements(), space_requirements(gpu=True)
    assert "\ntorch @ https://download.pytorch.org/whl/cpu/" in without
    assert not re.search(r"^torch(audio)?==", without, re.MULTILINE)
    assert set(re.findall(r"^[\w.\[\]-]+==\S+", wanted, re.MULTILINE)) - set(without.split()) == {
        f"{name}=={lock.version_of(name, wanted)}" for name in lock.PACKAGES
    }
    assert with_card == wanted


class Hub(http.server.BaseHTTPRequestHandler):
    """The part of the hub that an upload speaks with; it refuses binary files in a commit, as the real one does."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/api/repos/create":
            self.server.made = json.loads(sent)
            self.answer({"url": f"{self.server.endpoint}/spaces/anna/voice"})
        elif self.path.endswith("/secrets"):
            self.server.secrets.append(json.loads(sent))
            self.answer({})
        elif self.path == "/api/validate-yaml":
            self.answer({"errors": [], "warnings": []})
        elif "/preupload/" in self.path:
            modes = [
                {"path": file["path"], "shouldIgnore": False, "uploadMode": self.mode(file)}
                for file in json.loads(sent)["files"]
            ]
            self.answer({"files": modes})
        elif self.path.endswith("/info/lfs/objects/batch"):
            objects = [
                {
                    "oid": one["oid"],
                    "size": one["size"],
                    "actions": {"upload": {"href": f"{self.server.endpoint}/store/{one['oid']}"}},
                }
                for one in json.loads(sent)["objects"]
            ]
            self.answer({"transfer": "basic", "objects": objects})
        elif "/commit/" in self.path:
            self.server.commits.append([json.loads(line) for line in sent.splitlines()])
            self.answer({"commitUrl": f"{self.server.endpoint}/spaces/anna/voice/commit/1", "commitOid": "1" * 40})
        else:
            self.answer({"error": self.path}, 404)

    def do_PUT(self):
        self.server.stored[self.path.rpartition("/")[2]] = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer({})

    def do_GET(self):
        if "/tree/" in self.path:
            self.answer([{"type": "file", "path": "voiceclone/old.py", "size": 1, "oid": "0" * 40}])
        else:
            self.answer({"id": "anna/voice", "sha": "0" * 40, "siblings": [{"rfilename": "voiceclone/old.py"}]})

    def mode(self, file):
        return "lfs" if file["path"].endswith(BINARIES) or b"\0" in base64.b64decode(file["sample"]) else "regular"

    def answer(self, value, status=200):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def hub():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        server.endpoint = f"http://127.0.0.1:{server.server_port}"
        server.secrets, server.commits, server.stored, server.made = [], [], {}, None
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        yield server
        server.shutdown()


def run(hub, home, *arguments, **variables):
    environment = os.environ | {
        "HF_ENDPOINT": hub.endpoint,
        "HF_TOKEN": "hf_none",
        "HF_HOME": str(home),
        "HF_HUB_DISABLE_XET": "1",
        "VOICECLONE_PASSWORD": PASSWORD,
    }
    command = [sys.executable, "tools/push_to_space.py", "anna/voice", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment | variables, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


def test_it_makes_a_private_space_with_the_password_and_uploads_every_file(hub, tmp_path, staged):
    ended = run(hub, tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert (hub.made["type"], hub.made["sdk"], hub.made["visibility"]) == ("space", "gradio", "private")
    assert hub.secrets == [{"key": "VOICECLONE_PASSWORD", "value": PASSWORD}]
    entries = [entry for commit in hub.commits for entry in commit]
    small = {entry["value"]["path"]: entry["value"]["content"] for entry in entries if entry["key"] == "file"}
    large = {entry["value"]["path"]: entry["value"]["oid"] for entry in entries if entry["key"] == "lfsFile"}
    there = {str(path.relative_to(staged)): path.read_bytes() for path in staged.rglob("*") if path.is_file()}
    assert set(small) | set(large) == set(there)
    assert any(name.endswith(".flac") for name in large)
    for name, content in there.items():
        assert (base64.b64decode(small[name]) if name in small else hub.stored[large[name]]) == content
    assert not [name for name in small if name.endswith(BINARIES)]
    assert [entry["value"]["path"] for entry in entries if entry["key"] == "deletedFile"] == ["voiceclone/old.py"]
    assert PASSWORD not in ended.stdout + ended.stderr


def test_a_newer_version_may_keep_the_password(hub, tmp_path):
    assert run(hub, tmp_path, "--keep-password").returncode == 0
    assert hub.secrets == [] and hub.commits


def test_without_a_good_password_nothing_is_made(hub, tmp_path):
    ended = run(hub, tmp_path, VOICECLONE_PASSWORD="short")
    assert ended.returncode == 1 and "Traceback" not in ended.stderr
    assert hub.made is None and hub.commits == []
