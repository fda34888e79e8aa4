"""Start, stop, continue and watch training runs; each trains in a process of its own."""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from voiceclone import host
from voiceclone.bases.base import START_VOICE_FILE
from voiceclone.errors import BusyError, InputError, NotFoundError, StorageError
from voiceclone.storage import disk, temporary
from voiceclone.training import runs
from voiceclone.training.lock import Holder, TrainingLock
from voiceclone.training.runs import RunConfig, RunState, RunStatus

NEEDED_DISK_MB = 2_000
"""Training data, two checkpoints with their optimizer, and the voice."""
LAST_BREATH_S = 10.0
"""Grace period for a process to exit after its final state, before its run is resumed or another one started."""
STARTING_S = 60.0
"""How long a training process may take to start on a busy computer before it takes the lock over."""
ENDING_S = 15.0
"""How long a training process that is told to end may take to finish its step, before it is killed."""
MAX_FRUITLESS_STARTS = 3
"""After this many starts without a single step, a run is resumed only when a person asks for it."""


class TrainingRunner:
    """Manages the training runs of a data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._runs_dir = data_dir / "runs"
        self._lock = TrainingLock(data_dir)

    def run_dir(self, run_id: str) -> Path:
        """Return the folder of a run.

        Raises:
            NotFoundError: there is no such run.
        """
        if not disk.is_id(run_id) or not runs.config_path(self._runs_dir / run_id).is_file():
            raise NotFoundError("There is no such training run; choose one from the list.")
        return disk.safe_path(self._runs_dir, run_id)

    def status(self, run_id: str) -> RunStatus:
        """Return the status of a run."""
        run_dir = self.run_dir(run_id)
        # Life is looked at first: a process writes its last state before it lets the lock go.
        holder = self._holder(run_id)
        status = runs.read_status(run_dir, holder is not None)
        return replace(status, memory_mb=_memory_mb(holder.pid)) if holder is not None and status.running else status

    def all(self, project_id: str | None = None) -> list[RunStatus]:
        """Return all runs, or those of one project, newest first."""
        found = []
        for path in self._runs_dir.glob("*/run.json"):
            try:
                status = self.status(path.parent.name)
            except NotFoundError:
                continue  # damaged, or deleted meanwhile
            if project_id in (None, status.project_id):
                found.append(status)
        return sorted(found, key=lambda status: (status.started_at, status.run_id), reverse=True)

    def active(self) -> RunStatus | None:
        """Return the running run, otherwise the newest interrupted or paused one."""
        everything = self.all()
        running = [status for status in everything if status.running]
        waiting = [status for status in everything if status.state in ("interrupted", "paused")]
        return next(iter(running + waiting), None)

    def start(self, config: RunConfig, start_voice: Path | None = None) -> RunStatus:
        """Create a run's folder and start its process.

        Args:
            config: what was asked for.
            start_voice: file of the voice to continue from; copied, so it may be deleted afterwards.

        Raises:
            BusyError: another training runs.
            StorageError: too little disk space.
        """
        disk.require_free_disk(self._data_dir, NEEDED_DISK_MB)
        self._claim(config.run_id)
        try:
            run_dir = disk.safe_path(self._runs_dir, config.run_id)
            # The state comes first: a folder with run.json is a run, and it never lacks its state.
            runs.write_state(run_dir, RunState())
            if start_voice is not None:
                kept = run_dir / START_VOICE_FILE
                for each in (kept, disk.copy_path(kept)):  # a cut one could not be had again: see the docstring
                    with disk.atomic_file(each) as temporary:
                        shutil.copyfile(start_voice, temporary)
            runs.write_config(run_dir, config)
            self._spawn(run_dir, config.run_id)
        except BaseException:
            self._lock.release(config.run_id)
            raise
        return self.status(config.run_id)

    def resume(self, run_id: str, *, keep_stop_request: bool = False) -> RunStatus:
        """Resume a run whose process is gone, from its last checkpoint.

        Raises:
            BusyError: another training runs.
            InputError: the run has already ended.
        """
        status = self.status(run_id)
        if status.running:
            return status
        if status.state in ("finished", "stopped"):
            raise InputError(f"The training of “{status.voice_name}” has ended already; start a new one.")
        run_dir = self.run_dir(run_id)
        disk.require_free_disk(self._data_dir)
        self._claim(run_id)
        try:
            if not keep_stop_request:
                runs.stop_path(run_dir).unlink(missing_ok=True)
            runs.pause_path(run_dir).unlink(missing_ok=True)
            runs.mend_state(run_dir)
            runs.write_state(run_dir, replace(runs.read_state(run_dir), state="waiting", error="", message=""))
            self._spawn(run_dir, run_id)
        except BaseException:
            self._lock.release(run_id)
            raise
        return self.status(run_id)

    def resume_interrupted(self) -> RunStatus | None:
        """Resume the newest interrupted run, unless it keeps failing or another one is running.

        A run that was paused, or was to be, waits for a person.
        """
        everything = self.all()
        if any(status.running for status in everything):
            return self.active()
        interrupted = [status for status in everything if status.state == "interrupted"]
        status = next((one for one in interrupted if not runs.pause_path(self.run_dir(one.run_id)).exists()), None)
        if status is None:
            return self.active()
        run_dir = self.run_dir(status.run_id)
        if runs.read_state(run_dir).fruitless_starts >= MAX_FRUITLESS_STARTS:
            return status
        try:
            return self.resume(status.run_id, keep_stop_request=True)
        except (BusyError, StorageError):
            return status  # it stays interrupted, and the page offers to continue it

    def stop(self, run_id: str) -> RunStatus:
        """Ask a run to stop and keep its voice; a run whose process is gone is finished as well."""
        status = self.status(run_id)
        run_dir = self.run_dir(run_id)
        if status.state in ("finished", "stopped"):
            return status
        disk.write_bytes(runs.stop_path(run_dir), b"")
        if self._is_alive(run_id):
            return self.status(run_id)
        status = self.status(run_id)
        if status.state in ("finished", "stopped"):  # it ended at this very moment
            return status
        if status.step == 0:
            runs.write_state(run_dir, replace(runs.read_state(run_dir), state="stopped", message="", error=""))
            return self.status(run_id)
        return self.resume(run_id, keep_stop_request=True)

    def pause(self, run_id: str) -> RunStatus:
        """Ask a run to save its state and end its process; `resume` goes on with the same plan.

        Raises:
            InputError: it is not running.
        """
        status = self.status(run_id)
        if not status.running:
            if status.state == "paused":
                return status
            raise InputError(f"The training of “{status.voice_name}” is not running, so there is nothing to pause.")
        disk.write_bytes(runs.pause_path(self.run_dir(run_id)), b"")
        return self.status(run_id)

    def watch(self, run_id: str, interval_s: float = 1.0) -> Iterator[RunStatus]:
        """Yield the status now and every `interval_s` seconds until the process ends."""
        while True:
            status = self.status(run_id)
            yield status
            if not status.running:
                return
            time.sleep(interval_s)

    def delete(self, run_id: str) -> None:
        """Delete a run's folder; the voice it made stays.

        Raises:
            BusyError: it is running.
        """
        run_dir = self.run_dir(run_id)
        if self._is_alive(run_id):
            raise BusyError("This training is running. Stop it first, then delete it.")
        temporary.discard(self._data_dir, [run_dir, *temporary.copies(self._data_dir, [run_id])])

    def end(self, run_id: str) -> None:
        """End the process of a run that is about to be deleted; no voice is made of what it learnt.

        Raises:
            BusyError: it is just being started.
        """
        import psutil

        until = time.monotonic() + STARTING_S
        while (holder := self._holder(run_id)) is not None and holder.handover and time.monotonic() < until:
            time.sleep(0.05)  # as long as the process that trains has not taken over, this may be the one that asks
        if holder is not None and holder.handover:
            raise BusyError("The training is just being started. Wait a moment, then delete again.")
        if holder is not None:
            with suppress(psutil.NoSuchProcess):
                process = psutil.Process(holder.pid)
                process.terminate()
                try:
                    process.wait(ENDING_S)
                except psutil.TimeoutExpired:
                    process.kill()
                    process.wait(ENDING_S)
        self._lock.release(run_id)

    def holder_id(self) -> str | None:
        """Return the id of the run that a living process works on or is about to begin."""
        holder = self._lock.holder()
        return None if holder is None else holder.run_id

    def _holder(self, run_id: str) -> Holder | None:
        holder = self._lock.holder()
        return holder if holder is not None and holder.run_id == run_id else None

    def _is_alive(self, run_id: str) -> bool:
        return self._holder(run_id) is not None

    def _has_ended(self, run_id: str) -> bool:
        try:
            return not self.status(run_id).running
        except NotFoundError:
            return False

    def _wait_for_end(self, run_id: str) -> None:
        # A process says that it failed, then lets the lock go and ends; on a busy machine seconds lie between.
        until = time.monotonic() + LAST_BREATH_S
        while self._is_alive(run_id) and time.monotonic() < until:
            time.sleep(0.05)

    def _claim(self, run_id: str) -> None:
        holder = self._lock.holder()
        if holder is not None and self._has_ended(holder.run_id):
            self._wait_for_end(holder.run_id)  # another one may be started as soon as a run says that it rests
        try:
            self._lock.claim(run_id)
        except BusyError as busy:
            raise BusyError(self._busy_sentence(str(busy))) from None

    def _busy_sentence(self, run_id: str) -> str:
        try:
            name = f"the voice “{self.status(run_id).voice_name}”"
        except NotFoundError:
            name = "another voice"
        return f"The training of {name} is still running. Wait until it ends, or stop it first."

    def _spawn(self, run_dir: Path, run_id: str) -> None:
        # A session of its own: Ctrl-C in the terminal of the app, or closing it, does not reach the training.
        apart = (
            {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
            if sys.platform == "win32"
            else {"start_new_session": True}
        )
        command = [sys.executable, "-m", "voiceclone.training.worker", str(run_dir)]
        with open(run_dir / "worker.log", "ab", opener=disk.private_opener) as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=host.CHECKOUT_DIR,
                env=host.training_environment(),
                **apart,
            )
        self._lock.hand_over(run_id, process.pid)
        # Waited for in the background, so that a dead one does not stay behind as a zombie.
        threading.Thread(target=process.wait, name=f"reap-{process.pid}", daemon=True).start()


def _memory_mb(pid: int) -> float | None:
    """Return the resident memory of a process, MB; None when it has just ended."""
    import psutil

    try:
        return psutil.Process(pid).memory_info().rss / 1e6
    except psutil.Error:
        return None
