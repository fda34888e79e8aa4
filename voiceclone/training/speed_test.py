"""A short trial training measures how fast this computer is.

It runs as `python -m voiceclone.training.speed_test DATA BASE FACTORY`.

It trains a few steps on two example recordings in its own process, stores the timings and discards the rest.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from voiceclone import compute, host, logs
from voiceclone.bases.abilities import TellsPrecision
from voiceclone.bases.base import TrainingClip, TrainingPlan
from voiceclone.bases.registry import load_base
from voiceclone.errors import BaseModelError, Cancelled
from voiceclone.storage import disk
from voiceclone.training.lock import TrainingLock
from voiceclone.training.machine import OtherLoadMeter
from voiceclone.training.speed import TrainingSpeed, keep_training_speed, training_speed_path

STEPS = 4
"""The first one is slow (kernels are chosen, memory is fetched) and not counted; the other three are a whole cycle of
the embedded base, whose every third step also learns prosody."""
PLANNED_STEPS = 10_000
"""Never reached: a plan that ends would write a checkpoint of 800 MB."""
SLICE_S = 0.02
"""Short, so that a base does one step or one recording at a time."""
LIMIT_S = 90.0
"""Time limit; two cores need about fifteen seconds."""
INTERRUPTED = 3
"""Exit code when a training, another test or other programs got in the way; it may be tried again."""
CLIP_LENGTHS_S = (2.5, 6.0)
NICENESS = 5
"""As for a training: the page stays responsive, and the figures are comparable."""


def main(arguments: Sequence[str]) -> int:
    """Measure and store the figures; return the exit code."""
    import psutil
    from filelock import FileLock, Timeout

    data_dir, base_id, factory = Path(arguments[0]), arguments[1], arguments[2] or None
    compute.use_this_thread()
    if not psutil.WINDOWS:
        psutil.Process().nice(NICENESS)
    base = load_base(base_id, factory, data_dir)
    path = training_speed_path(data_dir, base.base_id)
    disk.make_folder(path.parent)
    folder = path.with_suffix(".trial")
    training = TrainingLock(data_dir)
    try:
        with FileLock(path.with_suffix(".lock"), timeout=0, mode=0o600):
            disk.remove_folder(folder)  # of one that was killed
            disk.make_folder(folder)
            try:
                began = psutil.Process().create_time()
                training_speed = measure(base, example_clips(), folder, lambda: training.holder() is not None, began)
                if training_speed.busy and "torch" in sys.modules and not host.waits_patiently():
                    return INTERRUPTED  # others came meanwhile: what it computed is not known
                keep_training_speed(data_dir, base, training_speed)
            finally:
                disk.remove_folder(folder)
    except (Timeout, Cancelled):
        return INTERRUPTED
    return 0


def example_clips() -> list[TrainingClip]:
    """Return two of the example recordings.

    Raises:
        BaseModelError: they are missing.
    """
    from voiceclone.audio.sound import decode
    from voiceclone.clips.transcripts.reader import TextsByFile, read_transcripts

    found = []
    for table in sorted(host.EXAMPLES_DIR.rglob("*.csv")):
        texts = TextsByFile(read_transcripts(table))
        for path in sorted(table.parent.glob("*.flac")):
            audio, text = decode(path), texts.find(path)
            if text and CLIP_LENGTHS_S[0] <= audio.duration_s <= CLIP_LENGTHS_S[1]:
                found.append(TrainingClip(path.stem, audio, text, "en-us"))
            if len(found) == 2:
                return found
    raise BaseModelError("The example recordings are not there, so this computer cannot be measured with them.")


def measure(
    base: Any, clips: Sequence[TrainingClip], folder: Path, should_stop: Callable[[], bool], began: float
) -> TrainingSpeed:
    """Train `STEPS` steps and return how long each part took.

    Args:
        base: any base that trains; only its slices are timed.
        clips: two short ones.
        folder: an empty run folder.
        should_stop: return True to give up.
        began: start of the process, seconds since 1970; loading libraries counts as startup.

    Raises:
        Cancelled: `should_stop` returned True.
    """
    ends, others = time.monotonic() + LIMIT_S, OtherLoadMeter()
    base.prepare(clips, folder, TrainingPlan(steps=PLANNED_STEPS))
    waiting: list[float] = []
    learning: list[tuple[int, float, float]] = []
    """Steps, seconds on the clock, processor seconds of this process, of each slice that learnt."""
    step = 0
    while step < STEPS and (time.monotonic() < ends or not learning):
        if should_stop():
            raise Cancelled("A training began; measuring can wait.")
        slice_began, computed_s = time.monotonic(), time.process_time()
        if not learning and not waiting:
            loaded_s = time.time() - began
        done = base.train_slice(folder, SLICE_S)
        took_s = time.monotonic() - slice_began
        if done.step == step:
            waiting.append(took_s)
        else:
            learning.append((done.step - step, took_s, time.process_time() - computed_s))
        step = done.step
    counted = learning[1:] or learning
    steps = sum(count for count, _, _ in counted)
    step_s = sum(took_s for _, took_s, _ in counted) / steps
    least_step_s = min(step_s, sum(computed_s for _, _, computed_s in counted) / steps / _threads())
    # A slice without a step loads everything (the first) or makes one more recording ready (the second).
    prepare_share = waiting[1] / clips[1].audio.duration_s if len(waiting) > 1 else 0.0
    first_s = (waiting[0] if waiting else learning[0][1]) - prepare_share * clips[0].audio.duration_s
    return TrainingSpeed(
        step_s, loaded_s + max(0.0, first_s), prepare_share, *_device(base), others.share(), least_step_s
    )


def _threads() -> int:
    """Return the number of threads a step uses on the processor; a graphics card is driven by one."""
    torch = sys.modules.get("torch")
    return 1 if torch is None or host.device_in_use() == "cuda" else torch.get_num_threads()


def _device(base: Any) -> tuple[str, str, float, str]:
    """Return device, its name, its memory (MB) and the precision, as this process used them."""
    device, name, memory_mb = host.device_in_use(), host.processor_name(), 0.0
    if device == "cuda":
        import torch

        about = torch.cuda.get_device_properties(0)
        name, memory_mb = about.name, about.total_memory / 1e6
    return device, name, memory_mb, base.precision() if isinstance(base, TellsPrecision) else ""


class SpeedTester:
    """Runs speed tests in a child process, one at a time; results go to the data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._turn = threading.Lock()
        self._process: subprocess.Popen | None = None
        self._tried: set[str] = set()

    @property
    def running(self) -> bool:
        """True while a test is running."""
        process = self._process
        return process is not None and process.poll() is None

    def start(self, base_id: str, factory: str | None, busy: bool = False) -> bool:
        """Start a test unless one was tried before; return True while one is running.

        `busy`: other programs use the processor, so the test separates computing from waiting.
        """
        with self._turn:
            if self.running:
                return True
            if base_id in self._tried and self._process.returncode != INTERRUPTED:
                return False
            self._tried.add(base_id)
            folder = training_speed_path(self._data_dir, base_id).parent
            with disk.storage_errors(folder):
                disk.make_folder(folder)
            command = [
                sys.executable,
                "-m",
                "voiceclone.training.speed_test",
                str(self._data_dir),
                base_id,
                factory or "",
            ]
            flags = {"creationflags": subprocess.CREATE_NO_WINDOW} if sys.platform == "win32" else {}
            with open(folder / "probe.log", "wb", opener=disk.private_opener) as log:
                self._process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=host.CHECKOUT_DIR,
                    env=host.training_environment(patient=busy), **flags,
                )  # fmt: skip
            # Waited for in the background, so that it does not stay behind as a zombie.
            threading.Thread(target=self._process.wait, name="reap-probe", daemon=True).start()
            return True

    def cancel(self) -> None:
        """Kill a running test; it may be tried again."""
        with self._turn:
            if self.running:
                self._process.kill()
                self._process.wait()
                self._tried.clear()

    def wait(self, at_most_s: float | None = None) -> None:
        """Wait for a running test, at most `at_most_s`; it then goes on, even after this program ends."""
        process = self._process
        if process is not None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(at_most_s)


if __name__ == "__main__":
    logs.keep_private()
    sys.exit(main(sys.argv[1:]))
