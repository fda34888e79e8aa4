"""The wheel: what is in it, and that VoiceClone works from it alone, outside of the checkout."""

import json
import os
import socket
import subprocess
import sys
import urllib.request
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest
import soundfile
from packaging.requirements import Requirement

import voiceclone

ROOT = Path(__file__).resolve().parent.parent
LIMIT_MB = 14
SUFFIXES = {".py", ".txt", ".tsv", ".js", ".css", ".safetensors", ".flac", ".csv", ".md"}
SENTENCE = "The rain has stopped, and the sun is shining again."


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built as pip builds it for a user, but with the build back end of this environment."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run([*command, "--wheel-dir", folder, ROOT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def content(wheel):
    """Size of each file in the wheel, by name."""
    with zipfile.ZipFile(wheel) as archive:
        return {entry.filename: entry.file_size for entry in archive.infolist()}


def read(wheel, ending):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(f".dist-info/{ending}")]
        return archive.read(name)


def files(folder):
    found = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()}
    return {name for name in found if "__pycache__" not in name}


def requirements(*names):
    lines = [line.split("#")[0].strip() for name in names for line in (ROOT / name).read_text("utf-8").splitlines()]
    return {str(Requirement(line)).replace("_", "-") for line in lines if line and not line.startswith("-")}


def test_the_whole_package_and_the_example_voice_are_in_the_wheel_and_nothing_else(content):
    inside = {name for name in content if ".dist-info/" not in name}
    assert inside == files("voiceclone") | {f"voiceclone/{name}" for name in files("examples/joe")}
    assert {Path(name).suffix for name in inside} <= SUFFIXES
    for ending in (
        "speaker_encoder.safetensors",
        "campplus_2.safetensors",
        "alignment_maps.safetensors",
        "stock_voices.safetensors",
        "heteronyms.tsv",
        "page.css",
        "clips.js",
    ):
        assert [name for name in inside if name.endswith(f"/{ending}")], ending


def test_the_wheel_is_small_enough_to_mail(wheel):
    assert 1 < wheel.stat().st_size / 1e6 < LIMIT_MB


def test_the_wheel_depends_on_what_requirements_txt_lists(wheel):
    metadata = message_from_bytes(read(wheel, "METADATA"))
    depends = [Requirement(line) for line in metadata.get_all("Requires-Dist")]
    plain = {str(one).replace("_", "-") for one in depends if one.marker is None}
    assert plain == requirements("requirements.txt")
    extras = {extra: set() for extra in metadata.get_all("Provides-Extra")}
    for extra in extras:
        for one in depends:
            if one.marker is not None and one.marker.evaluate({"extra": extra}):
                one.marker = None
                extras[extra].add(str(one).replace("_", "-"))
    hub = requirements("requirements-hub-datasets.txt")
    assert extras == {"hub-datasets": hub, "dev": hub | requirements("requirements-dev.txt")}


def test_the_wheel_says_what_it_is(wheel):
    metadata = message_from_bytes(read(wheel, "METADATA"))
    assert (metadata["Name"], metadata["Version"]) == ("voiceclone", voiceclone.__version__)
    assert metadata["Requires-Python"] == "<3.13,>=3.11"
    assert "Apache-2.0" in metadata["License-Expression"] and len(metadata.get_all("License-File")) == 4
    assert "# VoiceClone" in metadata.get_payload()
    assert read(wheel, "entry_points.txt").decode() == "[console_scripts]\nvoiceclone = voiceclone.cli:main\n"


@pytest.fixture
def installed(wheel, tmp_path):
    """Run the installed command `voiceclone` in a folder of its own and return what it printed.

    The environment is new and holds the wheel only. So that gigabytes of dependencies are not installed once more, a
    .pth file lets it see those of the environment that runs the tests; the checkout is not on its path.
    """
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    scripts = environment / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / "python"
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    own = Path(subprocess.run([python, "-c", where], capture_output=True, text=True, check=True).stdout.strip())
    others = [path for path in sys.path if Path(path).name == "site-packages"]
    (own / "dependencies.pth").write_text("\n".join(others), encoding="utf-8")
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel]
    subprocess.run(install, capture_output=True, check=True)
    (tmp_path / "elsewhere").mkdir()
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("VOICECLONE_", "PYTHON"))}
    data = {"XDG_DATA_HOME": str(tmp_path / "data"), "HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path / "data")}
    data["COLUMNS"] = "1000"  # a path in the help stays whole

    def start(*arguments, program=scripts / "voiceclone"):
        command = [str(program), *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "encoding": "utf-8"}
        return subprocess.Popen(command, cwd=tmp_path / "elsewhere", env=variables | data, **pipes)

    def run(*arguments, **options):
        with start(*arguments, **options) as process:
            output, errors = process.communicate()
        assert process.returncode == 0, errors
        return output

    run.start, run.python, run.folder = start, python, tmp_path / "elsewhere"
    return run


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_from_an_installed_wheel_to_a_spoken_sentence(installed):
    where = "import voiceclone, voiceclone.host as host; print(voiceclone.__file__, host.data_dir(), sep='\\n')"
    package, data_dir = map(Path, installed("-c", where, program=installed.python).splitlines())
    assert ROOT not in package.parents and "site-packages" in package.parts
    assert installed.folder.parent in data_dir.parents and ROOT not in data_dir.parents
    assert str(data_dir) in installed("--help")

    installed("setup")
    assert (data_dir / "base" / "kokoro-82m" / "base.json").is_file()
    stock, *_ = json.loads(installed("voices", "--json"))
    installed("speak", "--voice", stock["voice_id"], "--text", SENTENCE, "--out", "said.wav", "--language", "en-us")
    assert 2 < soundfile.info(installed.folder / "said.wav").duration < 8
    installed("add", "Me", "said.wav")
    (clip,) = json.loads(installed("clips", "Me", "--json"))["clips"]
    assert {"rain", "stopped", "shining"} <= set(clip["text"].lower().replace(",", "").replace(".", "").split())


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_an_installed_wheel_has_the_example_voice_trains_and_serves_the_page(installed):
    load = (
        "from voiceclone import VoiceEngine, host; engine = VoiceEngine(); engine.prepare_base(); "
        "print(len(engine.projects.clips(engine.load_example().project_id)), host.EXAMPLES_DIR)"
    )
    count, examples = installed("-c", load, program=installed.python).strip().split(" ", 1)
    assert count == "26" and ROOT not in Path(examples).parents
    few = sorted(Path(examples).rglob("*.flac"))[:4]  # each takes some seconds to prepare
    installed("add", "Joe", *few, "--transcripts", few[0].with_name("metadata.csv"))
    installed("train", "Joe", "--voice", "Joe", "--i-have-consent", "--steps", "1")
    assert "Joe" in installed("voices")

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with installed.start("app", "--no-browser", "--json", "--port", port) as app:
        try:
            url = json.loads(app.stdout.readline())["url"]
            with urllib.request.urlopen(url.replace("localhost", "127.0.0.1")) as answer:
                assert "VoiceClone" in answer.read().decode("utf-8")
        finally:
            app.kill()
