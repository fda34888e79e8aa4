"""What one busy program beside a training costs, with different ways of waiting: `python -m benchmarks.busy`.

Each setting trains a few steps in a process of its own, as a run does: first alone, then beside an endless loop of
another session. The settings take turns, so that a disturbance hits all of them alike. The shares that other programs
took are printed as well: alone it has to be near 0, or the row says nothing. Writes only to a temporary folder, and to
the cache of features beside the base.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks import steps
from voiceclone import compute, host
from voiceclone.bases.catalogue import DEFAULT_BASE_ID
from voiceclone.training.machine import OtherLoadMeter

if TYPE_CHECKING:
    from voiceclone.bases.kokoro.train.trainer import Trainer

BUSY_LOOP = (
    "import os, sys, time; ends = time.monotonic() + 120\n"
    "while os.getppid() == int(sys.argv[1]) and time.monotonic() < ends: pass"
)
"""Ends by itself where the process that started it was killed: a forgotten one would take a core for ever."""
CYCLE = 3
"""Steps after which steps of different length repeat: every third one learns prosody, too."""
WARM_STEPS = 2
CHILD_S = 300.0
"""A setting that takes longer is given up."""
APART: dict[str, Any] = {} if sys.platform == "win32" else {"start_new_session": True}
"""A session of its own, as a training has: Linux shares the processor between sessions first."""


@dataclass(frozen=True)
class Setting:
    """One way to share the computer."""

    environment: Mapping[str, str] = field(default_factory=dict)
    """On top of `host.training_environment`."""
    threads_when_busy: int | None = None
    """Changes the order in which numbers are added, and so the result in its last digits."""
    cores_when_busy: int | None = None
    """As many threads on fewer cores, which changes no result; Linux only."""


SETTINGS = {
    "today": Setting(),
    "spins 1,000": Setting({"GOMP_SPINCOUNT": "1000"}),
    "spins 10,000": Setting({"GOMP_SPINCOUNT": "10000"}),
    "spins 100,000": Setting({"GOMP_SPINCOUNT": "100000"}),
    "asleep": Setting({"OMP_WAIT_POLICY": "PASSIVE"}),
    "one thread": Setting(threads_when_busy=1),
    "one core": Setting({"GOMP_SPINCOUNT": "1000"}, cores_when_busy=1),
}


@dataclass(frozen=True)
class Measured:
    """What one turn of a setting came to."""

    quiet_s: float
    """Mean of a step alone, seconds."""
    busy_s: float
    quiet_others: float
    """Share of the processor that other programs took, 0..1."""
    busy_others: float


@contextmanager
def busy_loop() -> Iterator[None]:
    """Keep one core busy from another session, as a program of the person would."""
    process = subprocess.Popen([sys.executable, "-c", BUSY_LOOP, str(os.getpid())], **APART)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def measure(trainer: "Trainer", setting: Setting, count: int) -> Measured:
    """Time `count` steps alone, and as many beside a busy loop after one that does not count."""
    import torch

    quiet_s, quiet_others = _mean_step(trainer, count)
    cores = host.core_numbers()
    with busy_loop():
        if setting.threads_when_busy is not None:
            torch.set_num_threads(setting.threads_when_busy)
        if setting.cores_when_busy is not None:
            _keep_to(cores[: setting.cores_when_busy])
        trainer.step()
        busy_s, busy_others = _mean_step(trainer, count)
    return Measured(quiet_s, busy_s, quiet_others, busy_others)


def _mean_step(trainer: "Trainer", count: int) -> tuple[float, float]:
    began, others = time.monotonic(), OtherLoadMeter()
    for _ in range(count):
        trainer.step()
    return (time.monotonic() - began) / count, others.share()


def _keep_to(cores: Sequence[int]) -> None:
    """Pin every thread of this process."""
    for thread in Path("/proc/self/task").iterdir():
        os.sched_setaffinity(int(thread.name), cores)


def in_a_child(name: str, options: argparse.Namespace) -> Measured:
    """Measure one setting in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.busy", "--child", name, "--steps", str(options.steps)]
    command += ["--seconds", str(options.seconds), "--base", str(options.base)]
    environment = host.training_environment() | SETTINGS[name].environment
    told = subprocess.run(
        command, env=environment, cwd=host.CHECKOUT_DIR, stdout=subprocess.PIPE, timeout=CHILD_S, check=True, **APART
    )
    return Measured(**json.loads(told.stdout.splitlines()[-1]))


def table(found: Mapping[str, Sequence[Measured]]) -> list[str]:
    """Return the table; the first setting is what the others are compared with."""
    first = next(iter(found.values()))
    quiet_s, busy_s = (median(getattr(one, name) for one in first) for name in ("quiet_s", "busy_s"))
    lines = ["| setting | alone, s a step | busy | busy pace / alone | alone, of the first | busy, of the first |"]
    lines += ["|---|---|---|---|---|---|"]
    for name, turns in found.items():
        alone_s, beside_s = median(one.quiet_s for one in turns), median(one.busy_s for one in turns)
        lines.append(
            f"| {name} | {alone_s:.2f} | {beside_s:.2f} | {alone_s / beside_s:.0%} | {quiet_s / alone_s:.0%} "
            f"| {busy_s / beside_s:.0%} |"
        )
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Print each turn, then the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.busy", description=__doc__)
    parser.add_argument("--settings", nargs="+", choices=list(SETTINGS), default=list(SETTINGS))
    parser.add_argument("--rounds", type=int, default=2, help="turns of each setting (%(default)s)")
    parser.add_argument("--steps", type=int, default=2 * CYCLE, help="timed in each state (%(default)s)")
    parser.add_argument("--seconds", type=float, default=6.0, help="of speech (%(default)s)")
    parser.add_argument("--base", type=Path, default=host.data_dir() / "base" / DEFAULT_BASE_ID)
    parser.add_argument("--child", choices=list(SETTINGS), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child:
        compute.use_this_thread()
        steps.WARM_STEPS = WARM_STEPS
        with tempfile.TemporaryDirectory() as folder:
            clips = steps.example_clips(options.seconds)
            trainer = steps.start_trainer(clips, Path(folder), options.base, "cpu", 10_000)
            print(json.dumps(vars(measure(trainer, SETTINGS[options.child], options.steps))))
        return 0
    found: dict[str, list[Measured]] = {name: [] for name in options.settings}
    for turn in range(options.rounds):
        for name in options.settings:
            one = in_a_child(name, options)
            found[name].append(one)
            print(
                f"{turn + 1}, {name}: {one.quiet_s:.2f} s a step alone (others took {one.quiet_others:.0%}), "
                f"{one.busy_s:.2f} s beside the loop ({one.busy_others:.0%})",
                flush=True,
            )
    print("\n".join(["", *table(found)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
