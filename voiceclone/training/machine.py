"""Resources of this computer right now: processor, free memory, free disk. Loads nothing heavy."""

import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from voiceclone import host

_CGROUP = Path("/sys/fs/cgroup")
_SAMPLE_S = 0.25
"""50 ticks of the system clock on two cores: exact to a few hundredths."""
_HOLDS_S = 10.0
"""How long a measurement is reused; the page asks for one with every change of a field."""


@dataclass(frozen=True)
class Machine:
    """Resources of this computer at one moment."""

    processor: str
    cores: int
    """Cores this process may use."""
    memory_free_mb: float
    """Memory available without swapping."""
    memory_total_mb: float
    disk_free_mb: float
    """Free space on the disk of the data folder."""


def look(data_dir: Path) -> Machine:
    """Return the resources available now."""
    import psutil  # here and below: 30 ms that the start of the engine need not wait for

    memory = psutil.virtual_memory()
    free_mb, total_mb = memory.available / 1e6, memory.total / 1e6
    container = container_memory_mb(_CGROUP)
    if container is not None:
        free_mb, total_mb = min(free_mb, container[0]), min(total_mb, container[1])
    existing = data_dir
    while not existing.exists():
        existing = existing.parent
    disk_free_mb = shutil.disk_usage(existing).free / 1e6
    return Machine(host.processor_name(), host.cores(), free_mb, total_mb, disk_free_mb)


class OtherLoadMeter:
    """Measures the share of the processor that other programs have used since it was created.

    Counts the cores this process may use, including time the host of a virtual machine gave to others.
    Unlike the system's load it knows nothing of programs that only wait for a disk, and works on Windows.
    """

    def __init__(self) -> None:
        self._began = time.monotonic(), _used_s(), _own_s()

    def share(self) -> float:
        """Return the share, 0..1."""
        began, used_s, own_s = self._began
        elapsed_s = (time.monotonic() - began) * host.cores()
        others_s = _used_s() - used_s - (_own_s() - own_s)
        return min(1.0, max(0.0, others_s / elapsed_s)) if elapsed_s > 0 else 0.0


class OthersNow:
    """Current processor share of other programs, sampled for a quarter of a second and cached for a few seconds."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._looked: tuple[float, float] | None = None

    def share(self) -> float:
        """Return the share, 0..1."""
        with self._turn:
            if self._looked is None or time.monotonic() - self._looked[0] > _HOLDS_S:
                meter = OtherLoadMeter()
                time.sleep(_SAMPLE_S)
                self._looked = time.monotonic(), meter.share()
            return self._looked[1]


def _used_s() -> float:
    """Return the processor time used by all programs on the cores this process may use, seconds."""
    import psutil

    every = psutil.cpu_times(percpu=True)
    mine = [every[core] for core in host.core_numbers() if core < len(every)] or every
    return sum(one.user + one.system + getattr(one, "nice", 0.0) + getattr(one, "steal", 0.0) for one in mine)


def _own_s() -> float:
    import psutil

    times = psutil.Process().cpu_times()
    return times.user + times.system


def container_memory_mb(cgroup: Path) -> tuple[float, float] | None:
    """Return the free and total memory of the container around this process, MB; None without a limit.

    Reads control groups, version 2. Files kept in memory that nobody reads count as free, as the system counts them.
    """
    try:
        limit = int((cgroup / "memory.max").read_text(encoding="ascii"))
        used = int((cgroup / "memory.current").read_text(encoding="ascii"))
        told = dict(line.split() for line in (cgroup / "memory.stat").read_text(encoding="ascii").splitlines())
        return max(0, limit - used + int(told.get("inactive_file", 0))) / 1e6, limit / 1e6
    except (OSError, ValueError):
        return None
