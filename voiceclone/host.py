"""The machine we run on: data folder, address, processor. The only module that reads environment variables."""

import os
import platform
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType

from voiceclone.errors import InputError

PACKAGE_DIR = Path(__file__).resolve().parent
CHECKOUT_DIR = PACKAGE_DIR.parent
"""Where `voiceclone` is imported from: the checkout, or `site-packages` once it is installed."""
IS_CHECKOUT = all((CHECKOUT_DIR / name).is_file() for name in ("app.py", "pyproject.toml"))
EXAMPLES_DIR = (CHECKOUT_DIR if IS_CHECKOUT else PACKAGE_DIR) / "examples"
"""The example voice: beside the package in a checkout, inside it in a wheel."""
DEFAULT_HOST = "127.0.0.1"
SPACE_HOST = "0.0.0.0"
"""On a Hugging Face Space the page is reached from outside its container."""
DEFAULT_PORT = 7860
MAX_PORT = 65_535
PASSWORD_VARIABLE = "VOICECLONE_PASSWORD"
NAMES_VARIABLE = "VOICECLONE_HOSTS"
MIN_PASSWORD_CHARACTERS = 12
"""Nothing limits how often a stranger may guess."""
_WAIT_POLICY = "OMP_WAIT_POLICY"


def data_dir() -> Path:
    """Return the folder that holds all data; it need not exist yet.

    `VOICECLONE_HOME` names it. Where that is not set, a checkout keeps its data in `models/`, and an installed package
    in the user's data folder: `~/.local/share/voiceclone` on Linux (or below `XDG_DATA_HOME`),
    `~/Library/Application Support/voiceclone` on macOS, `%LOCALAPPDATA%\\voiceclone` on Windows.
    """
    chosen = os.environ.get("VOICECLONE_HOME", "").strip()
    if chosen:
        return Path(chosen).expanduser().resolve()
    if IS_CHECKOUT:
        return CHECKOUT_DIR / "models"
    import platformdirs

    return platformdirs.user_data_path("voiceclone", appauthor=False)


def address(host: str | None = None, port: int | None = None) -> tuple[str, int]:
    """Return the host and port to serve the page on.

    Args:
        host: None is `HOST`, or this machine only; on a Hugging Face Space, the network.
        port: None is `PORT`, or 7860.

    Raises:
        InputError: the port is not a port number.
    """
    host = host or os.environ.get("HOST", "").strip() or (SPACE_HOST if on_space() else DEFAULT_HOST)
    wanted = str(port) if port is not None else os.environ.get("PORT", "").strip() or str(DEFAULT_PORT)
    if not wanted.isdecimal() or not 0 < int(wanted) <= MAX_PORT:
        name = "PORT" if port is None else "The port"
        raise InputError(f"{name} is “{wanted}”; it has to be a number from 1 to {MAX_PORT}.")
    return host, int(wanted)


def on_space() -> bool:
    """True on a Hugging Face Space."""
    return bool(os.environ.get("SPACE_ID"))


def public_names() -> tuple[str, ...]:
    """Return the further names under which browsers reach the page, each with a port if it is not the usual one.

    `VOICECLONE_HOSTS` holds them, separated by commas; a Hugging Face Space gives its own in `SPACE_HOST`.
    """
    told = (os.environ.get(NAMES_VARIABLE, ""), os.environ.get("SPACE_HOST", "") if on_space() else "")
    return tuple(name.strip().casefold() for name in ",".join(told).split(",") if name.strip())


def password() -> str:
    """Return the password that visitors have to enter, `VOICECLONE_PASSWORD`; empty when there is none.

    Raises:
        InputError: it is too short.
    """
    chosen = os.environ.get(PASSWORD_VARIABLE, "").strip()
    if 0 < len(chosen) < MIN_PASSWORD_CHARACTERS:
        raise InputError(f"{PASSWORD_VARIABLE} is too short; choose at least {MIN_PASSWORD_CHARACTERS} characters.")
    return chosen


def keep_uploads_in(folder: Path) -> None:
    """Let gradio keep what is uploaded, and what it copies for the browser, in `folder` of this process.

    Its own choice is a folder that all programs and users of the computer share, and that outlives the program.
    """
    os.environ["GRADIO_TEMP_DIR"] = str(folder)


@contextmanager
def ended_gently() -> Iterator[None]:
    """Let the system's request to end (SIGTERM) do in the block what Ctrl-C does, so that it is tidied up after it."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say what signals do
        return

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def cores() -> int:
    """Return how many processor cores this process may use."""
    return max(1, len(core_numbers()))


def core_numbers() -> list[int]:
    """Return the numbers of the processor cores this process may use; all of them where the system does not say."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def training_environment(patient: bool = False) -> dict[str, str]:
    """Return the environment for a training process: ours, with every core and with memory kept between steps.

    With `patient`, its threads sleep while they wait for each other. Otherwise they spin for a while, which is faster
    on an idle computer; on a busy one, spinning is indistinguishable from work (at load 17 on two cores, 62 s of
    processor time for a step of about 2 s).

    Variables that are already set are left alone. Without `OMP_NUM_THREADS`, torch would use physical cores only.
    With glibc's defaults, each step's large tensors go back to the system and are faulted in again page by page; kept,
    and in huge pages, a training step takes about an eighth less time (0.83 s against 0.95 s on two cores).
    """
    keep = "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=4294967296"
    asleep = {_WAIT_POLICY: "PASSIVE"} if patient else {}
    return {"OMP_NUM_THREADS": str(cores()), "GLIBC_TUNABLES": keep} | os.environ | asleep


def waits_patiently() -> bool:
    """True if this process was started with `training_environment(patient=True)`."""
    return os.environ.get(_WAIT_POLICY, "").upper() == "PASSIVE"


def has_gpu() -> bool:
    """True if torch can compute on a CUDA device. Imports torch, which takes some seconds the first time."""
    import torch

    return bool(torch.cuda.is_available())


def device_in_use() -> str:
    """Return the device this process computes on, `cuda` or `cpu`; `cpu` as long as torch is not imported."""
    torch = sys.modules.get("torch")
    return "cuda" if torch is not None and torch.cuda.is_available() else "cpu"


@cache
def processor_name() -> str:
    """Return the processor's name as the system reports it, for example `AMD EPYC 7B13`; never empty."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []  # not Linux
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return (named[0] if named else "") or platform.processor() or platform.machine() or "processor"


def graphics_hint() -> str:
    """Return a value that changes when the graphics card does, without importing torch."""
    cards = sorted(path.name for path in Path("/proc/driver/nvidia/gpus").glob("*"))
    return f"{cards} {os.environ.get('CUDA_VISIBLE_DEVICES', '')}"
