"""What a training promises in seconds, timed here: `python -m benchmarks.promises`; run it on a quiet machine.

How soon a Stop has saved and made its voice, what ten minutes of recordings take to be made ready, and how far the time
told beforehand is off for the quick choice. Prints lines for docs/experiments/performance.md.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks import training
from benchmarks.run import prepared_base
from benchmarks.voices import CACHE_DIR, ENGLISH_VOICES, get_voice
from voiceclone import VoiceEngine, compute
from voiceclone.audio.sound import decode
from voiceclone.bases.base import Effort, TrainingClip, TrainingPlan
from voiceclone.training.runs import RunStatus

PREPARED_S = 600.0
NEVER_STEPS = 50_000
LOOK_S = 0.05
PARTS = ("stops", "preparation", "estimate")


def main(arguments: Sequence[str] | None = None) -> int:
    """Time what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.promises", description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--stops", type=int, default=6, help="trainings that are stopped (%(default)s)")
    options = parser.parse_args(arguments)
    base_folder = prepared_base()
    CACHE_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="data-", dir=CACHE_DIR, ignore_cleanup_errors=True) as folder:
        engine = training.fresh_engine(Path(folder), base_folder)
        if "stops" in options.parts:
            time_stops(engine, options.stops)
        if "estimate" in options.parts:
            time_estimate(engine)
        if "preparation" in options.parts:
            time_preparation(Path(folder), engine.data_dir / "base" / base_folder.name)
    return 0


def time_stops(engine: VoiceEngine, count: int) -> None:
    """Stop trainings of the example voice at random moments after their first step."""
    project_id = engine.load_example().project_id
    saved_s, ended_s = [], []
    for number in range(count):
        run_id = engine.start_training(project_id, f"Stopped {number}", True, steps=NEVER_STEPS).run_id
        _wait(engine, run_id, lambda status: status.step > 0 or not status.running)
        time.sleep(random.Random(number).uniform(0.0, 25.0))
        checkpoint = engine.data_dir / "runs" / run_id / "checkpoint.safetensors"
        asked, began = time.time(), time.monotonic()
        engine.runs.stop(run_id)
        while not (checkpoint.is_file() and checkpoint.stat().st_mtime > asked) and time.monotonic() - began < 60:
            time.sleep(LOOK_S)
        saved_s.append(time.monotonic() - began)
        _wait(engine, run_id, lambda status: not status.running)
        ended_s.append(time.monotonic() - began)
        print(f"stop {number}: saved after {saved_s[-1]:.1f} s, its voice after {ended_s[-1]:.1f} s", flush=True)
    print(
        f"{count} stops: saved after {median(saved_s):.1f} s in the median, {max(saved_s):.1f} s at most; "
        f"the voice was there after {median(ended_s):.1f} s, {max(ended_s):.1f} s at most"
    )


def _wait(engine: VoiceEngine, run_id: str, until) -> RunStatus:
    while True:
        status = engine.runs.status(run_id)
        if until(status):
            return status
        time.sleep(LOOK_S)


def time_estimate(engine: VoiceEngine) -> None:
    """Measure the computer's pace, then compare what is told for the quick choice with what it takes."""
    project_id = engine.load_example().project_id
    engine.runs.measure_speed(wait=True)
    told = engine.runs.estimate(project_id).plan(Effort.QUICK)
    took = training.train(engine, project_id, "Estimated", training.Plan(None, told.steps))
    off = took["minutes"] * 60 / told.expected_s - 1
    print(
        f"{told.steps} steps: told {told.expected_s / 60:.1f} minutes, took {took['minutes']:.1f} ({off:+.0%}), "
        f"{took['peak_memory_gb']:.1f} GB at most"
    )


def time_preparation(folder: Path, base_folder: Path) -> None:
    """Make ten minutes of the benchmark's recordings ready, none of which was seen before."""
    from voiceclone.bases.kokoro import KokoroBase
    from voiceclone.bases.kokoro.train.trainer import Trainer

    clips, total_s = [], 0.0
    for name in ENGLISH_VOICES:
        for clip in get_voice(name).training:
            if total_s < PREPARED_S:
                clips.append(TrainingClip(f"{name}-{clip.path.stem}", decode(clip.path), clip.text, clip.language))
                total_s += clip.duration_s
    compute.use_this_thread()
    compute.use_all_cores()
    run_dir = folder / "prepared"
    run_dir.mkdir()
    began = time.monotonic()
    KokoroBase(base_folder).prepare(clips, run_dir, TrainingPlan(steps=10))
    written_s = time.monotonic() - began
    trainer = Trainer(run_dir, base_folder, compute.device())  # loads the network, chooses where to begin
    began = time.monotonic()
    while trainer.clips.pending:
        trainer.clips.make_next_ready()
    ready_s = time.monotonic() - began
    print(
        f"{total_s:.0f} s of recordings in {len(clips)} clips: written in {written_s:.1f} s, aligned and measured "
        f"in {ready_s:.1f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
