"""Processes that may talk to this computer only: every socket to elsewhere is refused and written down.

Python's audit hooks see each address before it is used. They are set by `sitecustomize`, which Python runs first, so
that the processes a process starts are covered, too. Sockets that a library opens in machine code are not seen; nor are
programs other than Python, which is why those that are started are written down as well.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_GUARD = """
import ipaddress, os, sys

_ADDRESSES = ("socket.connect", "socket.sendto", "socket.sendmsg")
_NAMES = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
_NOTES = os.open(os.environ["NO_NETWORK_NOTES"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def _note(kind, what):
    os.write(_NOTES, f"{kind}\\t{what}\\n".encode())


def _is_here(host):
    host = host.decode() if isinstance(host, bytes) else host
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _watch(event, given):
    if event in _ADDRESSES:
        address = given[1]
        refused = isinstance(address, tuple) and not _is_here(address[0])
    elif event in _NAMES:
        address = given[0]
        refused = not (_is_here(address) or address in ("0.0.0.0", "::"))
    elif event == "subprocess.Popen":
        _note("started", given[0] if given[0] else given[1][0])
        return
    else:
        return
    if refused:
        _note("asked", f"{event} {address}")
        raise PermissionError("This process may talk to its own computer only.")


_note("guarded", " ".join(sys.orig_argv[1:]))
sys.addaudithook(_watch)
"""


@dataclass(frozen=True)
class Watched:
    """What a guarded process and those it started did."""

    returncode: int
    output: str
    """Standard output and standard error."""
    asked: list[str]
    """What was refused: the kind of call and the address."""
    guarded: list[str]
    """The command line of every guarded process, without its program."""
    started: list[str]
    """The programs that were started."""


def run_without_network(arguments: list[str], folder: Path, timeout_s: float, **environment: str) -> Watched:
    """Run Python with `arguments` and wait for its end.

    Args:
        arguments: what follows the program's name, for example `["-m", "tests.whole_path"]`.
        folder: where the guard and its notes lie.
        timeout_s: after this the process is killed and the test fails.
        environment: variables besides those of this process.
    """
    (folder / "sitecustomize.py").write_text(_GUARD, encoding="utf-8")
    notes = folder / "notes.txt"
    paths = [str(folder), str(ROOT), str(ROOT / "tests")]
    ours = {"PYTHONPATH": os.pathsep.join(paths), "NO_NETWORK_NOTES": str(notes), "NO_PROXY": "*"}
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    told = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=kept | ours | environment,
        timeout=timeout_s,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    found: dict[str, list[str]] = {"asked": [], "guarded": [], "started": []}
    for line in notes.read_text(encoding="utf-8").splitlines():
        kind, _, what = line.partition("\t")
        if kind in found:
            found[kind].append(what)
    return Watched(told.returncode, told.stdout, **found)
