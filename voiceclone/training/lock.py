"""One training per data folder: a lock file that names a living process and outlives no crash."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from voiceclone.errors import BusyError
from voiceclone.storage import disk

_SAME_START_S = 5.0
"""How far two readings of one process's start may lie apart: the clock may be set right in between."""
_GUARD_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Holder:
    """The process that trains, or that is about to start the one that does."""

    run_id: str
    pid: int
    started_at: float
    """When the process started, seconds since 1970; a pid used again has another."""
    handover: bool
    """True until the training process itself has taken the lock over."""
    boot: str = ""
    """On Linux: which start of the computer, and how long after it the process began, in clock ticks. `started_at` is
    reckoned from the clock there, and moves when the clock is set."""

    def is_alive(self) -> bool:
        """True while that very process lives; a zombie is dead."""
        import psutil

        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started_at) < _SAME_START_S or (
                self.boot != "" and self.boot == _boot(self.pid)
            )
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False


class TrainingLock:
    """The lock file `training.lock` in a data folder.

    The file itself is the lock; reading and changing it is guarded by an operating-system lock that is
    held for milliseconds only, so that two processes cannot both find a dead holder and take over.
    """

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "training.lock"
        self._guard_path = data_dir / "training.lock.guard"

    def holder(self) -> Holder | None:
        """Return the living process that holds the lock."""
        holder = self._read()
        return holder if holder is not None and holder.is_alive() else None

    def claim(self, run_id: str) -> None:
        """Take the lock for `run_id` on behalf of the process about to be started.

        Raises:
            BusyError: a living process holds it; the message is replaced by the caller, who knows names.
        """
        with self._guard():
            holder = self.holder()
            if holder is not None:
                raise BusyError(holder.run_id)
            self._write(run_id, os.getpid(), handover=True)

    def hand_over(self, run_id: str, pid: int) -> None:
        """Name the process just started as the holder, unless it has named itself already."""
        with self._guard():
            holder = self._read()
            if holder is not None and holder.run_id == run_id and holder.handover:
                self._write(run_id, pid, handover=True)

    def take(self, run_id: str) -> None:
        """Take the lock as the training process itself.

        Raises:
            BusyError: another living process trains.
        """
        with self._guard():
            holder = self.holder()
            if holder is not None and not (holder.run_id == run_id and holder.handover):
                raise BusyError(holder.run_id)
            self._write(run_id, os.getpid(), handover=False)

    def release(self, run_id: str) -> None:
        """Give the lock back, if `run_id` holds it."""
        with self._guard():
            holder = self._read()
            if holder is not None and holder.run_id == run_id:
                self._path.unlink(missing_ok=True)

    @contextmanager
    def _guard(self) -> Iterator[None]:
        from filelock import FileLock

        with disk.storage_errors(self._guard_path.parent):
            disk.make_folder(self._guard_path.parent)
            with FileLock(self._guard_path, timeout=_GUARD_TIMEOUT_S, mode=0o600):
                yield

    def _read(self) -> Holder | None:
        try:
            fields = disk.read_json(self._path, missing=_NO_HOLDER, damaged=_NO_HOLDER)
            return Holder(
                run_id=str(fields["run_id"]),
                pid=int(fields["pid"]),
                started_at=float(fields["started_at"]),
                handover=bool(fields["handover"]),
                boot=str(fields.get("boot", "")),
            )
        except (BusyError, AttributeError, KeyError, TypeError, ValueError):
            return None

    def _write(self, run_id: str, pid: int, *, handover: bool) -> None:
        import psutil

        try:
            started_at = psutil.Process(pid).create_time()
        except psutil.Error:
            started_at = 0.0  # it has ended already, so this holder reads as dead
        content = {
            "run_id": run_id,
            "pid": pid,
            "started_at": started_at,
            "boot": _boot(pid),
            "handover": handover,
        }
        disk.write_json(self._path, content)


def _boot(pid: int) -> str:
    """Return when a process began without asking the clock, on Linux; nothing elsewhere or when it has ended."""
    try:
        boot_id = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        # Field 22 of proc(5); the name in field 2 may hold spaces, so it is counted from its closing bracket.
        ticks = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
    return f"{boot_id} {ticks}"


_NO_HOLDER = BusyError("The lock is free.")
