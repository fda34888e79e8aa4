"""The real half of torture.py: the embedded base learns from the example voice, and is killed, cut and starved."""

import os
import random
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil

from tools.torture import Count, folder, trial
from voiceclone.bases.base import Policy
from voiceclone.bases.kokoro import KokoroBase
from voiceclone.engine import VoiceEngine
from voiceclone.training import candidate_schedule
from voiceclone.training.lock import TrainingLock
from voiceclone.training.runs import RunStatus, read_notes

STEPS = 12
WAIT_S = 600.0
LONGEST_LIFE_S = 22.0
"""A process is killed after at most so long; half of it is its start."""
SPARE_MB = 40
"""Memory that is left to a starved process."""
CUT_FILES = (
    "checkpoint.safetensors",
    "run.json",
    "state.json",
    "prepared.json",
    "plan.json",
    "dataset.json",
    "language.json",
    "start.json",
    "metrics.jsonl",
    "notes.json",
    "dataset/*.features.npz",
    "dataset/*.sound.npz",
    "candidates/*.safetensors",
    "candidates.json",
)


class SmallKokoro(KokoroBase):
    """The embedded base with short windows, few recordings at once, a checkpoint every few seconds, two candidates."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        from voiceclone.bases.kokoro import base
        from voiceclone.bases.kokoro.train import trainer

        base.CHECKPOINT_INTERVAL_S = 4.0
        candidate_schedule.STEPS_BETWEEN = STEPS // 2
        recipe = replace(trainer.Recipe(), window_frames=24, first_clips_s=6.0, first_listen_s=20.0)
        trainer.Recipe.for_device = staticmethod(lambda device: recipe)


class Rig:
    """A data folder with the example voice."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        engine = self.engine()
        engine.prepare_base()
        self.project_id = engine.load_example().project_id

    def engine(self) -> VoiceEngine:
        """Return a new engine, as after a restart of the app."""
        return VoiceEngine(self.data_dir, base_factory="tools.torture_real:SmallKokoro")

    def start(self, policy: Policy = Policy.FINE_TUNE) -> str:
        """Start a training; return its id."""
        engine = self.engine()
        return engine.start_training(self.project_id, "Joe", True, steps=STEPS, policy=policy).run_id

    def process(self) -> psutil.Process | None:
        """Return the training process."""
        holder = TrainingLock(self.data_dir).holder()
        return psutil.Process(holder.pid) if holder is not None and holder.pid != os.getpid() else None

    def kill(self) -> None:
        """Kill the training process, if there is one, and wait until it is gone."""
        process = self.process()
        if process is not None:
            process.kill()
            psutil.wait_procs([process], timeout=10)

    def wait(self, run_id: str, until: Callable[[RunStatus], bool], longest_s: float = WAIT_S) -> RunStatus:
        """Watch a run until something holds, or no process works on it."""
        ends = time.monotonic() + longest_s
        while True:
            status = self.engine().runs.status(run_id)
            if until(status) or not status.running or time.monotonic() > ends:
                return status
            time.sleep(0.1)

    def go_on(self, run_id: str) -> None:
        """Continue a run that is not running."""
        engine = self.engine()
        if engine.runs.status(run_id).state in ("failed", "interrupted"):
            engine.runs.resume(run_id)

    def tensors(self, run_id: str) -> dict[str, bytes]:
        """Return the numbers of the voice a run made."""
        from safetensors.numpy import load_file

        voice_id = self.engine().runs.status(run_id).voice_id
        path = self.data_dir / "voices" / f"{voice_id}.safetensors"
        return {name: value.tobytes() for name, value in load_file(path).items()}


def kills(rig: Rig, count: Count, chooser: random.Random, times: int) -> None:
    """Kill trainings again and again; each that comes to its end is compared, bit for bit, with one left in peace."""
    run_id = rig.start()
    whole = rig.wait(run_id, lambda status: False)
    if whole.state != "finished":
        count.note("left in peace", whole.message)
        return
    wanted = rig.tensors(run_id)
    rig.engine().runs.delete(run_id)
    done = 0
    while done < times:
        run_id = rig.start()
        kills_here = min(times - done, chooser.randint(5, 10))
        for _ in range(kills_here):
            life_s = chooser.uniform(0, LONGEST_LIFE_S)
            status = rig.wait(run_id, lambda status: False, longest_s=life_s)
            rig.kill()
            done += 1
            after = rig.engine().runs.status(run_id)
            problem = after.message if after.state == "failed" else None
            count.note(f"real kill {done} after {life_s:.1f} s, step {status.step}", problem)
            print(f"  kill {done}: step {status.step}, {after.state}", flush=True)
            if after.state == "finished":
                break
            rig.go_on(run_id)
        last = rig.wait(run_id, lambda status: False)
        if last.state != "finished":
            count.note("the end after kills", f"{last.state}: {last.message}")
        else:
            same = rig.tensors(run_id) == wanted
            count.note("the voice after kills", None if same else "it is another than the one left in peace")
        rig.engine().runs.delete(run_id)


def cuts(rig: Rig, count: Count, chooser: random.Random) -> None:
    """Cut each file of a killed run at a random byte and continue it until it learns again."""
    run_id = rig.start()
    rig.wait(run_id, lambda status: status.step >= STEPS - 4)
    rig.kill()
    run_dir = rig.data_dir / "runs" / run_id
    with folder() as path:
        kept = shutil.copytree(run_dir, path / "kept")
        for pattern in CUT_FILES:

            def cut(pattern: str = pattern) -> str | None:
                shutil.rmtree(run_dir)
                shutil.copytree(kept, run_dir)
                for file in sorted(run_dir.glob(pattern))[:1]:
                    os.truncate(file, chooser.randrange(file.stat().st_size))
                if (run_dir / "metrics.jsonl").exists():
                    (run_dir / "metrics.jsonl").replace(run_dir / "metrics.before")
                rig.engine().runs.all()
                rig.go_on(run_id)
                status = rig.wait(run_id, lambda status: (run_dir / "metrics.jsonl").exists())
                rig.kill()
                print(f"  {pattern}: {status.state}, {status.message} {' '.join(read_notes(run_dir))}", flush=True)
                if status.state == "failed" and "Start a new training" not in status.message:
                    return status.message
                return None if status.state in ("failed", "training", "finished") else status.state

            trial(count, f"real {pattern} cut", cut)
    rig.engine().runs.delete(run_id)


def starve(rig: Rig, count: Count) -> None:
    """Take away the memory a training needs next (Linux): it gets along with less, or says so and goes on later."""
    if sys.platform != "linux":
        print("  memory can be taken away on Linux only")
        return
    import resource

    def starved() -> str | None:
        run_id = rig.start()
        rig.wait(run_id, lambda status: status.step >= 2)
        process = rig.process()
        limit = process.memory_info().vms + SPARE_MB * 1_000_000
        resource.prlimit(process.pid, resource.RLIMIT_AS, (limit, limit))
        status = rig.wait(run_id, lambda status: False)
        notes = " ".join(read_notes(rig.data_dir / "runs" / run_id))
        print(f"  starved: {status.state}, {status.message} {notes}", flush=True)
        if status.state == "failed" and "memory" not in status.message:
            return status.message
        rig.go_on(run_id)
        last = rig.wait(run_id, lambda status: False)
        return None if last.state == "finished" else f"{last.state}: {last.message}"

    trial(count, "real memory taken away", starved)


def torture_real(kill_times: int, seed: int) -> Count:
    """Do all of it with the embedded base."""
    count, chooser = Count(), random.Random(seed)
    with folder() as path:
        rig = Rig(path)
        try:
            for name, work in (
                ("files cut", lambda: cuts(rig, count, chooser)),
                ("memory", lambda: starve(rig, count)),
                ("kill -9", lambda: kills(rig, count, chooser, kill_times)),
            ):
                print(f"{name}:", flush=True)
                work()
        finally:
            rig.kill()
    return count
