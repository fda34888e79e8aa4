"""Install the locked packages into the environment of the Python that runs this script.

    python tools/install.py                # torch without CUDA on a Linux computer without an NVIDIA card
    python tools/install.py --torch cuda   # with CUDA, whatever the computer has
    python tools/install.py --dev          # afterwards: what the tests and tools/ need
    python tools/install.py --dry-run      # only print the commands

Versions and checksums come from `requirements.lock` (made by tools/lock.py), so every computer gets the same files.
PyPI's Linux wheels of torch bring the CUDA libraries. Without a card they are of no use: then torch and torchaudio
come from PyTorch's own server. Where that cannot be reached, PyPI's wheels are installed after all.

uv does the installing, in a fraction of pip's time; where it does not run, or reaches no package index, pip does it.
"""

import argparse
import ctypes
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = "requirements.lock"
DEV_LOCK = "requirements-dev.lock"
TORCH_CPU = "requirements-torch-cpu.txt"
NO_DEPS = "requirements-nodeps.txt"
TORCH = ("torch", "torchaudio")
CUDA = ("nvidia-", "cuda-", "triton")
# torch links against the other CUDA packages; these it loads only when it computes on a card.
NEEDLESS_WITHOUT_CARD = ("triton", "nvidia-cusolver", "nvidia-cuda-nvrtc", "nvidia-nvtx", "cuda-bindings")
NOT_REACHED = (
    "PyTorch's server did not give torch without CUDA (see above), so PyPI's torch is installed: "
    "some 3 GB more, and it works the same."
)
TIMEOUT_S = 15
"""A server that does not answer is given up after twice this."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Install; return the exit code of the last command."""
    options = _parser().parse_args(arguments)
    installer = Installer(dry_run=options.dry_run)
    if options.dev:
        return installer.locked(DEV_LOCK)
    without_cuda = options.torch == "cpu" or (
        options.torch == "auto" and sys.platform == "linux" and not has_nvidia_card()
    )
    return install(installer, without_cuda=without_cuda)


def install(installer: "Installer", *, without_cuda: bool) -> int:
    """Install what VoiceClone runs on; return the exit code of the last command."""
    left_out: tuple[str, ...] = ()
    if without_cuda:
        if installer.briefly(TORCH_CPU) == 0:
            left_out = (*TORCH, *CUDA)
        else:
            print(NOT_REACHED, file=sys.stderr)
            left_out = NEEDLESS_WITHOUT_CARD
    code = installer.locked(LOCK, lambda name: not is_one_of(name, left_out))
    if code == 0 and (installer.folder / NO_DEPS).is_file():
        code = installer.pip("-r", str(installer.folder / NO_DEPS))
    return code


class Installer:
    """Installs into one environment, or prints what it would do.

    Args:
        python: the environment's Python.
        folder: where the requirements and lock files lie.
        uv: the command uv runs by; None fetches it into the environment first.
        dry_run: run nothing.
    """

    def __init__(
        self,
        python: str = sys.executable,
        folder: Path = ROOT,
        *,
        uv: tuple[str, ...] | None = None,
        dry_run: bool = False,
    ) -> None:
        self.folder = folder
        self._python, self._dry_run = python, dry_run
        self._uv_command, self._has_uv = uv or (python, "-m", "uv"), True if uv else None

    def briefly(self, name: str) -> int:
        """Install what a requirements file names from a server that may not answer; give up soon."""
        requirements = str(self.folder / name)
        if self._uv_runs():
            once = {"UV_HTTP_TIMEOUT": str(TIMEOUT_S), "UV_HTTP_RETRIES": "1"}
            return self._uv("--no-deps", "-r", requirements, variables=once)
        return self.pip("--retries", "1", "--timeout", str(TIMEOUT_S), "-r", requirements)

    def locked(self, name: str, wanted: Callable[[str], bool] = lambda package: True) -> int:
        """Install the wanted packages of a lock file, each checked by hash."""
        with tempfile.TemporaryDirectory() as temporary:
            chosen = Path(temporary) / name
            chosen.write_text("".join(lines_of(self.folder / name, wanted)), encoding="utf-8")
            how = ("--require-hashes", "-r", str(chosen))
            if self._uv_runs() and self._uv("--no-deps", *how) == 0:
                return 0
            return self.pip(*how)

    def pip(self, *arguments: str) -> int:
        """Run `pip install --no-deps` with these arguments; return its exit code."""
        return self._run(self._python, "-m", "pip", "--disable-pip-version-check", "install", "--no-deps", *arguments)

    def _uv(self, *arguments: str, variables: dict[str, str] | None = None) -> int:
        command = (*self._uv_command, "pip", "install", "--python", self._python)
        return self._run(*command, *arguments, variables=variables)

    def _uv_runs(self) -> bool:
        if self._has_uv is None:
            self._has_uv = False  # so that pip fetches it
            fetched = self.locked(DEV_LOCK, lambda package: package == "uv") == 0
            self._has_uv = fetched and self._run(*self._uv_command, "--version") == 0
        return self._has_uv

    def _run(self, *command: str, variables: dict[str, str] | None = None) -> int:
        print("+", *command, flush=True)
        if self._dry_run:
            return 0
        return subprocess.run(command, env=os.environ | (variables or {}), check=False).returncode


def lines_of(lock: Path, wanted: Callable[[str], bool]) -> Iterator[str]:
    """Yield the lines of a lock file that belong to the wanted packages."""
    keep = False
    for line in lock.read_text(encoding="utf-8").splitlines(keepends=True):
        if line[:1].isalnum():  # the lines after a package's first one are indented
            keep = wanted(line.split("==")[0].split("[")[0].strip())
        if keep:
            yield line


def is_one_of(name: str, names: tuple[str, ...]) -> bool:
    """True when `names` holds the name, or its beginning up to a hyphen."""
    return any(name == one or (one.endswith("-") and name.startswith(one)) for one in names)


def has_nvidia_card() -> bool:
    """True when the NVIDIA driver is installed and sees a card; asks the driver's library, as torch does."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    cards = ctypes.c_int()
    return driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(cards)) == 0 and cards.value > 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--torch", choices=("auto", "cpu", "cuda"), default="auto", help="which torch (default: auto)")
    parser.add_argument("--dev", action="store_true", help="install what tests and tools/ need, nothing else")
    parser.add_argument("--dry-run", action="store_true", help="print the commands and run none")
    return parser


if __name__ == "__main__":
    sys.exit(main())
