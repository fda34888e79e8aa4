"""Write the lock files: every package VoiceClone needs, direct or not, with version and checksums.

    pip install -r requirements-dev.txt
    python tools/lock.py              # after a change to a requirements file; other versions stay as they are
    python tools/lock.py --upgrade    # the newest versions that the requirements files allow

`requirements.lock` and `requirements-dev.lock` hold for every system and every Python from 3.11 (uv's "universal"
resolution). `requirements-torch-cpu.txt` holds the addresses of torch without CUDA on PyTorch's server, whose index
states the checksums; where it cannot be reached, those already known are kept.
"""

import argparse
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements.txt"
LOCK = ROOT / "requirements.lock"
TORCH_CPU = ROOT / "requirements-torch-cpu.txt"
TORCH_INDEX = "https://download.pytorch.org/whl/cpu/"
PYTHONS = ("3.11", "3.12")
MACHINES = ("x86_64", "aarch64")
PACKAGES = ("torch", "torchaudio")
TIMEOUT_S = 20
HEADER = """\
# torch and torchaudio without CUDA, from PyTorch's own server; PyPI's Linux wheels bring some 3 GB of CUDA libraries.
# `make setup` takes these on a Linux computer without an NVIDIA card. Written by tools/lock.py, which adds the
# checksums PyTorch's index states; a line without one is a wheel whose checksum is not known yet.
"""
LOCK_HEADER = "# Written by tools/lock.py; change {source} instead.\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write all lock files; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that are allowed")
    options = parser.parse_args(arguments)
    more = ["--upgrade"] if options.upgrade else []
    compile_lock(REQUIREMENTS, LOCK, more)
    compile_lock(ROOT / "requirements-dev.txt", ROOT / "requirements-dev.lock", [*more, "--constraints", str(LOCK)])
    versions = {name: version_of(name, REQUIREMENTS.read_text(encoding="utf-8")) for name in PACKAGES}
    pages = {name: f"{TORCH_INDEX}{name}/" for name in PACKAGES}
    text = TORCH_CPU.read_text(encoding="utf-8") if TORCH_CPU.is_file() else ""
    TORCH_CPU.write_text(torch_lines(versions, known_hashes(pages, text)), encoding="utf-8")
    return 0


def compile_lock(source: Path, lock: Path, more: Sequence[str]) -> None:
    """Resolve a requirements file for all systems; versions the lock has already are kept where they fit."""
    uv = [sys.executable, "-m", "uv", "--no-config", "pip", "compile", "--quiet"]
    how = ["--universal", "--python-version", PYTHONS[0], "--generate-hashes", "--no-header"]
    # Relative to the folder, so that the comments name no path of this computer.
    names = [str(source.relative_to(ROOT)), "--output-file", str(lock.relative_to(ROOT))]
    relative = [one.removeprefix(f"{ROOT}/") for one in more]
    subprocess.run([*uv, *how, *relative, *names], cwd=ROOT, check=True)
    lock.write_text(LOCK_HEADER.format(source=source.name) + lock.read_text(encoding="utf-8"), encoding="utf-8")


def version_of(name: str, requirements: str) -> str:
    """Return the version a requirements file pins a package to."""
    found = re.search(rf"^{re.escape(name)}==(\S+)", requirements, re.MULTILINE)
    if found is None:
        raise SystemExit(f"{name} is not pinned in requirements.txt.")
    return found[1]


def known_hashes(pages: Mapping[str, str], text: str) -> dict[str, str]:
    """Return the SHA-256 of wheels by file name.

    Args:
        pages: addresses of the index's pages, by package; what they state wins.
        text: what `requirements-torch-cpu.txt` holds so far.
    """
    known = hashes_in(text)
    for name, url in pages.items():
        try:
            known |= _hashes_of(_links(url))
        except (urllib.error.URLError, TimeoutError) as error:
            print(f"The index of {name} could not be read ({error}); its known checksums are kept.", file=sys.stderr)
    return known


def hashes_in(text: str) -> dict[str, str]:
    """Return the SHA-256 by file name that `requirements-torch-cpu.txt` holds."""
    return _hashes_of(re.findall(r" @ (\S+)", text))


def torch_lines(versions: Mapping[str, str], known: Mapping[str, str]) -> str:
    """Return the content of `requirements-torch-cpu.txt`."""
    lines = [HEADER]
    for name in PACKAGES:
        for python in PYTHONS:
            for machine in MACHINES:
                tag = f"cp{python.replace('.', '')}"
                wheel = f"{name}-{versions[name]}+cpu-{tag}-{tag}-manylinux_2_28_{machine}.whl"
                hashed = f"#sha256={known[wheel]}" if wheel in known else ""
                marker = f'sys_platform == "linux" and python_version == "{python}" and platform_machine == "{machine}"'
                lines.append(f"{name} @ {TORCH_INDEX}{wheel.replace('+', '%2B')}{hashed} ; {marker}\n")
    return "".join(lines)


def _hashes_of(links: Sequence[str]) -> dict[str, str]:
    parts = [urlsplit(link) for link in links]
    return {
        unquote(part.path).rpartition("/")[2]: part.fragment.removeprefix("sha256=")
        for part in parts
        if part.fragment.startswith("sha256=")
    }


def _links(url: str) -> list[str]:
    """Return where a page links to."""
    found: list[str] = []

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            found.extend(value for name, value in attributes if tag == "a" and name == "href" and value)

    request = urllib.request.Request(url, headers={"User-Agent": "voiceclone-lock"})
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
        Links().feed(answer.read().decode("utf-8"))
    return found


if __name__ == "__main__":
    sys.exit(main())
