"""What a training would find on this computer just now: processor, free memory, free disk; nothing heavy is loaded."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import psutil

from voiceclone import host

_CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Machine:
    """The computer as it is now."""

    processor: str
    cores: int
    """Those this process may use."""
    memory_free_mb: float
    """What programs can still have without swapping."""
    memory_total_mb: float
    disk_free_mb: float
    """On the disk of the data folder."""


def look(data_dir: Path) -> Machine:
    """Return this computer as it is now."""
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


def container_memory_mb(cgroup: Path) -> tuple[float, float] | None:
    """Return free and whole memory of the container around this process, MB; None where there is no limit.

    Reads control groups, version 2. Files kept in memory that nobody reads count as free, as the system counts them.
    """
    try:
        limit = int((cgroup / "memory.max").read_text(encoding="ascii"))
        used = int((cgroup / "memory.current").read_text(encoding="ascii"))
        told = dict(line.split() for line in (cgroup / "memory.stat").read_text(encoding="ascii").splitlines())
        return max(0, limit - used + int(told.get("inactive_file", 0))) / 1e6, limit / 1e6
    except (OSError, ValueError):
        return None
