"""Does a training survive? Kills it, fills its disk, cuts its files, takes its memory away; counts what came through.

`python tools/torture.py` uses the tests' small base (minutes); with `--real` the embedded one learns for real (longer).
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psutil

from tests.fake_base import BASE_ID, FACTORY, FakeBase
from tests.heard_base import FACTORY as HEARD_FACTORY
from tests.heard_base import SCRIPT_FILE
from tests.small_project import make_project
from voiceclone.bases.base import START_VOICE_FILE
from voiceclone.engine import VoiceEngine
from voiceclone.errors import StorageError, VoiceCloneError
from voiceclone.storage import disk
from voiceclone.training.lock import TrainingLock
from voiceclone.training.runs import RunStatus

STEPS = 60
HEARD_STEPS = 300
"""Of a training that is heard on its way, after each 60 steps."""
WAIT_S = 240.0
NEEDED_ROOM_MB = 2_300
"""A disk for a training has to have 2,000 MB free when it starts."""
PIECE_BYTES = 65_536
ASLEEP_S = 66.0
ANYTIME_S = 2.5
"""A training of `STEPS` with the small base takes about so long, the start of its process included."""
CUTS_PER_FILE = 3
RUN_FILES = (
    "run.json",
    "state.json",
    "prepared.json",
    "data.json",
    "checkpoint.json",
    "metrics.jsonl",
    "notes.json",
    "first_listen.wav",
)
VOICE_FILES = ("candidates/*.safetensors", "candidates.json", START_VOICE_FILE)
SHORT_FILES = ("run.json", "state.json", "prepared.json", "checkpoint.json")


class HungryBase(FakeBase):
    """Runs out of memory once, at its first slice."""

    def train_slice(self, run_dir, budget_s, should_stop=None):
        marker = run_dir / "was-hungry"
        if not marker.exists():
            marker.touch()
            raise MemoryError
        return super().train_slice(run_dir, budget_s, should_stop)


@dataclass
class Count:
    """What came through and what did not."""

    tried: int = 0
    failed: list[str] = field(default_factory=list)

    def note(self, what: str, problem: str | None) -> None:
        """Count one trial; `problem` is None when it survived."""
        self.tried += 1
        if problem is not None:
            self.failed.append(f"{what}: {problem}")
            print(f"  FAILED {what}: {problem}", flush=True)

    @property
    def sentence(self) -> str:
        """How many survived."""
        return f"{self.tried - len(self.failed)} of {self.tried} survived"


class Rig:
    """A data folder with a project and an engine that can be made anew, as after a restart of the app."""

    def __init__(self, data_dir: Path, factory: str = FACTORY) -> None:
        self.data_dir, self._factory = data_dir, factory
        self.project_id = make_project(data_dir).project_id

    def engine(self) -> VoiceEngine:
        """Return a new engine."""
        return VoiceEngine(self.data_dir, BASE_ID, base_factory=self._factory)

    def start(self, steps: int = STEPS) -> str:
        """Start a training; return its id."""
        return self.engine().start_training(self.project_id, "Anna", True, steps=steps).run_id

    def pid(self) -> int | None:
        """Return the training process."""
        holder = TrainingLock(self.data_dir).holder()
        return holder.pid if holder is not None and holder.pid != os.getpid() else None

    def kill(self) -> None:
        """Kill the training process, if there is one, and wait until it is gone."""
        pid = self.pid()
        if pid is not None:
            process = psutil.Process(pid)
            process.kill()
            psutil.wait_procs([process], timeout=10)

    def wait(self, run_id: str, until: Callable[[RunStatus], bool] = lambda status: not status.running) -> RunStatus:
        """Watch a run until something holds."""
        ends = time.monotonic() + WAIT_S
        while time.monotonic() < ends:
            status = self.engine().runs.status(run_id)
            if until(status):
                return status
            time.sleep(0.05)
        raise TimeoutError(f"nothing came of it in {WAIT_S:.0f} s; last: {status.state}, {status.message}")

    def finish(self, run_id: str) -> RunStatus:
        """Do what the app does when it starts, and a person who presses Continue after a failure; watch to the end."""
        engine = self.engine()
        engine.runs.resume_interrupted()
        if engine.runs.status(run_id).state in ("failed", "interrupted"):
            engine.runs.resume(run_id)
        return self.wait(run_id)


def problem_of(rig: Rig, status: RunStatus, steps: int = STEPS) -> str | None:
    """Return what is wrong with the end of a run; None when it ended in its voice."""
    if status.state != "finished":
        return f"{status.state}: {status.message}"
    voice = rig.engine().voices.get(status.voice_id)
    if voice.steps != steps:
        return f"the voice has {voice.steps} steps"
    if len(rig.engine().speak(voice.voice_id, "Still there.").audio.samples) == 0:
        return "the voice says nothing"
    return None


def trial(count: Count, what: str, work: Callable[[], str | None]) -> None:
    """Do one trial and count it; an exception is a failure, too."""
    try:
        count.note(what, work())
    except Exception as error:
        count.note(what, f"{type(error).__name__}: {error}")


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="torture-") as path:
        yield Path(path)


@contextmanager
def small_disk(room_mb: int) -> Iterator[Path | None]:
    """A disk of its own in memory; None where mounting is not allowed."""
    with folder() as path:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={room_mb}m", "torture", str(path)]
        mounted = (
            sys.platform == "linux"
            and shutil.which("mount") is not None
            and subprocess.run(mount, capture_output=True, check=False).returncode == 0
        )
        try:
            yield path if mounted else None
        finally:
            if mounted:
                subprocess.run(["umount", "-l", str(path)], check=True)


# The trials -----------------------------------------------------------------------------------


def kills(count: Count, chooser: random.Random, times: int) -> None:
    """Kill -9 at random moments, from before the first line of the process to after its last."""
    for number in range(times):
        with folder() as path:
            after_s = chooser.uniform(0, ANYTIME_S)

            def killed(path: Path = path, after_s: float = after_s) -> str | None:
                rig = Rig(path)
                run_id = rig.start()
                time.sleep(after_s)
                rig.kill()
                status = rig.engine().runs.status(run_id)
                if status.running:
                    return f"it is said to be {status.state}"
                if status.state == "failed":
                    return status.message
                return problem_of(rig, rig.finish(run_id))

            trial(count, f"kill {number + 1} after {after_s:.2f} s", killed)
            if (number + 1) % 10 == 0:
                print(f"  {number + 1} kills, {count.sentence}", flush=True)


def interrupted(path: Path) -> tuple[Rig, str]:
    """Return a training that was killed in the middle."""
    rig = Rig(path)
    run_id = rig.start()
    rig.wait(run_id, lambda status: status.step >= STEPS // 2)
    rig.kill()
    return rig, run_id


def cuts(count: Count, chooser: random.Random, names: Sequence[str] = RUN_FILES, per_file: int = CUTS_PER_FILE) -> None:
    """Cut each file of a run at random bytes, as a power loss can."""
    for name in names:
        for _ in range(per_file):
            with folder() as path:

                def cut(name: str = name, path: Path = path) -> str | None:
                    rig, run_id = interrupted(path)
                    file = path / "runs" / run_id / name
                    if file.exists():
                        os.truncate(file, chooser.randrange(file.stat().st_size))
                    rig.engine().runs.all()
                    rig.engine().runs.loss_points(run_id)
                    return problem_of(rig, rig.finish(run_id))

                trial(count, f"{name} cut", cut)


def voice_cuts(
    count: Count, chooser: random.Random, names: Sequence[str] = VOICE_FILES, per_file: int = CUTS_PER_FILE
) -> None:
    """Cut the best voice so far, the list of all, and the voice a training goes on from: it ends in a whole voice."""
    for name in names:
        for _ in range(per_file):
            with folder() as path:

                def cut(name: str = name, path: Path = path) -> str | None:
                    rig = Rig(path, HEARD_FACTORY)
                    engine = rig.engine()
                    before = engine.instant_voice(rig.project_id, "Before", True)
                    # The first voice is the best, and would be kept.
                    disk.write_json(path / "base" / BASE_ID / SCRIPT_FILE, [[0.9, 1.0], [0.7, 1.0]])
                    run_id = engine.start_training(
                        rig.project_id, "Anna", True, steps=HEARD_STEPS, continue_from=before.voice_id
                    ).run_id
                    rig.wait(run_id, lambda status: bool(rig.engine().runs.candidates(run_id).made))
                    rig.kill()
                    for file in sorted((path / "runs" / run_id).glob(name)):
                        os.truncate(file, chooser.randrange(file.stat().st_size))
                    return problem_of(rig, rig.finish(run_id), HEARD_STEPS if "*" in name else STEPS)

                trial(count, f"{name} cut", cut)


def full_disk(count: Count) -> None:
    """Fill the disk in the middle of a training, then make room."""
    with small_disk(NEEDED_ROOM_MB) as path:
        if path is None:
            print("  no disk can be mounted here; the tests fill one by injection (tests/test_kokoro_disk.py)")
            return

        def filled() -> str | None:
            rig = Rig(path)
            run_id = rig.start(steps=300)
            rig.wait(run_id, lambda status: status.step >= 20)
            filler = path / "filler"
            with filler.open("wb", buffering=0) as file, suppress(OSError):
                while True:
                    file.write(bytes(PIECE_BYTES))  # until the disk says no
            time.sleep(1.5)
            status = rig.wait(run_id, lambda status: True)
            if status.state == "failed" and "full" not in status.message:
                return f"it was not said that the disk is full: {status.message}"
            filler.unlink()
            rig.wait(run_id)
            return problem_of(rig, rig.finish(run_id), steps=300)

        trial(count, "disk full", filled)


def read_only(count: Count) -> None:
    """A data folder that may not be written: a sentence when the app starts and when a training does."""
    with small_disk(NEEDED_ROOM_MB) as path:
        if path is None:
            print("  no disk can be mounted here, so none can be made read-only")
            return
        rig = Rig(path)
        rig.engine().base.ensure_ready()
        subprocess.run(["mount", "-o", "remount,ro", str(path)], check=True)
        for what, work in (("start the app", lambda: rig.engine().check_data_folder()), ("train", rig.start)):

            def refused(work: Callable[[], object] = work) -> str | None:
                try:
                    work()
                except StorageError as error:
                    return None if "may not write" in str(error) else str(error)
                return "nothing was said"

            trial(count, f"read-only folder, {what}", refused)


def asleep(count: Count) -> None:
    """The laptop sleeps for a minute in the middle, and the clock is set: no training time, no second process."""
    with folder() as path:

        def slept() -> str | None:
            rig = Rig(path)
            run_id = rig.start(steps=400)
            rig.wait(run_id, lambda status: status.step >= 5)
            process = psutil.Process(rig.pid())
            process.send_signal(signal.SIGSTOP)
            time.sleep(ASLEEP_S)
            process.send_signal(signal.SIGCONT)
            status = rig.wait(run_id)
            if status.elapsed_s > ASLEEP_S / 2:
                return f"the sleep counts: {status.elapsed_s:.0f} s"
            return problem_of(rig, status, steps=400)

        trial(count, "asleep", slept)


def out_of_memory(count: Count) -> None:
    """Memory runs out once: a sentence, and it goes on when asked to."""
    with folder() as path:

        def hungry() -> str | None:
            rig = Rig(path, "tools.torture:HungryBase")
            run_id = rig.start()
            status = rig.wait(run_id)
            if status.state != "failed" or "memory" not in status.message:
                return f"it was not said: {status.state}, {status.message}"
            return problem_of(rig, rig.finish(run_id))

        trial(count, "memory", hungry)


def torture(kill_times: int, seed: int, *, short: bool = False) -> Count:
    """Do all of it with the small base; `short` leaves out what takes a minute."""
    count, chooser = Count(), random.Random(seed)
    for name, work in (
        ("kill -9", lambda: kills(count, chooser, kill_times)),
        ("files cut", lambda: cuts(count, chooser, SHORT_FILES, 1) if short else cuts(count, chooser)),
        ("voice files cut", lambda: voice_cuts(count, chooser, per_file=1 if short else CUTS_PER_FILE)),
        ("memory", lambda: out_of_memory(count)),
        ("disk full", lambda: None if short else full_disk(count)),
        ("read-only", lambda: None if short else read_only(count)),
        ("asleep", lambda: None if short else asleep(count)),
    ):
        before = Count(count.tried, list(count.failed))
        work()
        survived = count.tried - before.tried - (len(count.failed) - len(before.failed))
        print(f"{name}: {survived} of {count.tried - before.tried}", flush=True)
    return count


def main() -> int:
    """Run it; the exit code is 1 when something did not survive."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50, metavar="N", help="how often to kill (default: 50)")
    parser.add_argument("--seed", type=int, default=0, help="which random moments and bytes (default: 0)")
    parser.add_argument("--real", action="store_true", help="train the embedded base")
    options = parser.parse_args()
    try:
        if options.real:
            from tools.torture_real import torture_real

            count = torture_real(options.kills, options.seed)
        else:
            count = torture(options.kills, options.seed)
    except VoiceCloneError as error:
        print(error, file=sys.stderr)
        return 2
    print(count.sentence)
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
