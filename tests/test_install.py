"""Installing: the lock files hold everything, and the installer picks the right torch and checks every file."""

import hashlib
import http.server
import importlib.util
import os
import re
import subprocess
import sys
import threading
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from tools import install, lock

ROOT = Path(__file__).resolve().parent.parent
PAIRS = [("requirements.txt", "requirements.lock"), ("requirements-dev.txt", "requirements-dev.lock")]
WITHOUT_HASH = ["torchaudio-2.11.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl"]
"""Wheels whose checksum is not known yet; `tools/lock.py` adds it where it reaches PyTorch's index."""


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def pinned(requirements):
    """Package names and versions of a requirements file."""
    lines = re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==([^\s;]+)", requirements, re.MULTILINE)
    assert lines
    return {(normal(name), version) for name, version in lines}


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def entries(name):
    """Each package of a lock file: name, version, and what follows up to the next package."""
    found = re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==(\S+)(.*\n(?:[ #].*\n)*)", read(name), re.MULTILINE)
    return [(normal(package), version, rest) for package, version, rest in found]


@pytest.mark.parametrize(("source", "name"), PAIRS)
def test_the_lock_holds_what_is_required_in_the_same_version(source, name):
    locked = {(package, version) for package, version, _ in entries(name)}
    assert pinned(read(source)) - locked == set(), "run `make lock`"


@pytest.mark.parametrize("name", [name for _, name in PAIRS])
def test_every_package_has_a_hash_and_no_address(name):
    assert [package for package, _, rest in entries(name) if "--hash=sha256:" not in rest] == []
    lines = [line.strip() for line in read(name).splitlines()]
    odd = [line for line in lines if not re.match(r"[\w.-]+(\[[\w,]+\])?==|--hash=sha256:[0-9a-f]{64}|#|$", line)]
    assert odd == []  # no index, no path
    assert not re.search(r"https?://|file:", read(name))


def test_both_locks_agree():
    locked = dict((package, version) for package, version, _ in entries("requirements.lock"))
    differing = [
        (package, version)
        for package, version, rest in entries("requirements-dev.lock")
        if "python_full_version" not in rest and locked.get(package, version) != version
    ]
    assert differing == []


@pytest.mark.parametrize("left_out", [(*install.TORCH, *install.CUDA), install.NEEDLESS_WITHOUT_CARD])
def test_what_is_left_out_without_a_card_is_wanted_by_torch_only(left_out):
    found = [
        (package, rest) for package, _, rest in entries("requirements.lock") if install.is_one_of(package, left_out)
    ]
    assert len(found) >= len(left_out)
    for package, rest in found:
        if package not in install.TORCH:
            wanted_by = [one for one in re.findall(r"# +(?:via )?([\w.-]+)$", rest, re.MULTILINE) if one != "via"]
            assert wanted_by
            assert all(install.is_one_of(one, (*install.TORCH, *install.CUDA)) for one in wanted_by), package


def test_torch_without_cuda_has_the_required_version_for_every_python():
    text = read(install.TORCH_CPU)
    versions = {name: lock.version_of(name, read("requirements.txt")) for name in lock.PACKAGES}
    assert lock.torch_lines(versions, lock.hashes_in(text)) == text, "run `make lock`"
    wheels = re.findall(r"/(torch[^/#\s]+\.whl)( |#sha256=[0-9a-f]{64} )", text)
    assert len(wheels) == len(lock.PACKAGES) * len(lock.PYTHONS) * len(lock.MACHINES)
    assert [wheel.replace("%2B", "+") for wheel, hashed in wheels if hashed == " "] == WITHOUT_HASH


def test_new_checksums_come_from_the_index(tmp_path):
    wheel = WITHOUT_HASH[0]
    for name in lock.PACKAGES:
        page = (
            f'<a href="../{wheel.replace("+", "%2B")}#sha256={"ab" * 32}">{wheel}</a>' if name == "torchaudio" else ""
        )
        (tmp_path / name).mkdir()
        (tmp_path / name / "index").write_text(page)
    with serving(tmp_path, []) as address:
        told = {name: f"{address}/{name}/index" for name in lock.PACKAGES}
        known = lock.known_hashes(told, read(install.TORCH_CPU))
    assert known[wheel] == "ab" * 32
    assert len(known) == 8


def test_known_checksums_stay_where_the_index_is_not_reached(capsys):
    known = lock.known_hashes(dict.fromkeys(lock.PACKAGES, "http://127.0.0.1:9/"), read(install.TORCH_CPU))
    assert len(known) == 7
    assert "kept" in capsys.readouterr().err


# The installer, in a real environment, with wheels of a few bytes from a server on this machine. -----------------

LOCKED = ("torch", "torchaudio", "nvidia-cublas", "nvidia-cusolver", "triton", "six")


def make_wheel(folder, name, version):
    """Write a wheel with one empty module; return its file name and SHA-256."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    path = folder / f"{module}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{module}.py", "")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", f"{module}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return path.name, hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(params=["uv", pytest.param("pip", marks=pytest.mark.slow)])
def uv(request):
    if request.param == "uv" and importlib.util.find_spec("uv") is None:
        pytest.skip("pip install -r requirements-dev.txt")
    return (sys.executable, "-m", "uv") if request.param == "uv" else None


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a lock file, and its wheels where pip and uv look for them."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    lines = []
    for name in LOCKED:
        _, sha256 = make_wheel(wheels, name, "2.11.0")
        lines.append(f"{name}==2.11.0 ; sys_platform != 'x' \\\n    --hash=sha256:{sha256}\n    # via torch\n")
    (tmp_path / install.LOCK).write_text("".join(lines))
    (tmp_path / install.DEV_LOCK).write_text("# nothing\n")
    for tool in ("PIP", "UV"):
        monkeypatch.setenv(f"{tool}_NO_INDEX", "1")
        monkeypatch.setenv(f"{tool}_FIND_LINKS", str(wheels))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    return tmp_path


@pytest.fixture
def python(tmp_path):
    """The Python of a fresh environment."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    return str(tmp_path / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python")


@pytest.fixture
def torch_server(folder):
    """PyTorch's server: torch and torchaudio without CUDA; what the requirements file says of them can be changed."""
    offered = folder / "offered"
    offered.mkdir()
    made = dict(make_wheel(offered, name, "2.11.0+cpu") for name in install.TORCH)
    asked = []
    with serving(offered, asked) as address:
        lines = [
            f"{name.split('-')[0]} @ {address}/{name.replace('+', '%2B')}#sha256={sha256}\n"
            for name, sha256 in made.items()
        ]
        (folder / install.TORCH_CPU).write_text("".join(lines))
        yield asked


@contextmanager
def serving(folder, asked):
    """Serve a folder; yield the server's address, and write down what it is asked for."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=folder)

        def log_message(self, *_):
            asked.append(self.path)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def installed(python):
    listed = subprocess.run(
        [python, "-m", "pip", "list", "--format", "freeze"], capture_output=True, text=True, check=True
    )
    versions = dict(line.split("==") for line in listed.stdout.split())
    return {name: version for name, version in versions.items() if name not in ("pip", "setuptools", "uv")}


def test_without_a_card_torch_comes_without_cuda(folder, python, torch_server, uv):
    assert install.install(install.Installer(python, folder, uv=uv), without_cuda=True) == 0
    assert installed(python) == {"torch": "2.11.0+cpu", "torchaudio": "2.11.0+cpu", "six": "2.11.0"}


def test_with_a_card_everything_is_installed(folder, python, torch_server, uv):
    assert install.install(install.Installer(python, folder, uv=uv), without_cuda=False) == 0
    assert installed(python) == dict.fromkeys(LOCKED, "2.11.0")
    assert torch_server == []  # asked for nothing


def test_a_server_out_of_reach_leaves_pypis_torch(folder, python, uv, capsys):
    address = "http://127.0.0.1:9/torch-2.11.0%2Bcpu-py3-none-any.whl"
    (folder / install.TORCH_CPU).write_text(f"torch @ {address}\n")
    assert install.install(install.Installer(python, folder, uv=uv), without_cuda=True) == 0
    assert set(installed(python)) == {"torch", "torchaudio", "nvidia-cublas", "six"}
    assert "PyPI's torch is installed" in capsys.readouterr().err


def test_another_file_than_the_known_one_is_not_installed(folder, python, torch_server, uv):
    with zipfile.ZipFile(folder / "offered" / "torch-2.11.0+cpu-py3-none-any.whl", "a") as wheel:
        wheel.writestr("evil.py", "")
    assert install.install(install.Installer(python, folder, uv=uv), without_cuda=True) == 0
    assert installed(python)["torch"] == "2.11.0"


def test_a_package_with_another_hash_stops_the_installation(folder, python, uv):
    text = (folder / install.LOCK).read_text()
    (folder / install.LOCK).write_text(re.sub(r"[0-9a-f]{64}(?=\n    # via torch\n$)", "0" * 64, text))
    assert install.install(install.Installer(python, folder, uv=uv), without_cuda=False) != 0
    assert "six" not in installed(python)


def test_a_dry_run_does_nothing(capsys):
    assert install.main(["--torch", "cpu", "--dry-run"]) == 0
    commands = [line for line in capsys.readouterr().out.splitlines() if line.startswith("+")]
    assert any("requirements-torch-cpu.txt" in line for line in commands)
    assert any("--require-hashes" in line and "requirements.lock" in line for line in commands)
