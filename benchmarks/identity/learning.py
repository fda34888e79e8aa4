"""Trainings to be measured: as a person has them, or step by step with the voice kept at chosen steps."""

import gc
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import training
from benchmarks.identity.rows import END, Made
from benchmarks.voices import CACHE_DIR, BenchmarkVoice
from voiceclone.bases.base import VOICE_FILE, TrainingPlan
from voiceclone.bases.kokoro import KokoroBase
from voiceclone.clips.library import ClipLibrary

_SLICE_S = 15.0


@dataclass(frozen=True)
class Learnt:
    """A voice as it was at some step."""

    made: Made
    path: Path | str
    """Voice file, gone when the next one is asked for unless it is kept; or the id of a stock voice."""
    known: dict[str, Any]
    """`steps`, `minutes` of training until then, `usable_speech_s`."""


def plan_in_words(plan: training.Plan) -> str:
    """Return the length of a plan as rows are named by it: `1000 steps`, `5 minutes`."""
    return f"{plan.steps} steps" if plan.minutes is None else f"{plan.minutes:g} minutes"


def learn(
    voice: BenchmarkVoice,
    seconds: int,
    plan: training.Plan,
    label: str,
    base_folder: Path,
    at: Sequence[int] = (),
    keep_dir: Path | None = None,
) -> Iterator[Learnt]:
    """Train a voice in a data folder of its own and yield it.

    A plan in minutes runs as on the page, in a process of its own that chooses among candidates; that of steps without
    candidates in this process, so that other work on the computer changes nothing but the time.

    Args:
        seconds: of recordings to train on.
        at: steps of the plan at which the voice is yielded too; only for a plan in steps. One beyond it is left out.
        keep_dir: where voice files stay afterwards, in a folder for each run, as `--file` takes it.
    """
    CACHE_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="data-", dir=CACHE_DIR, ignore_cleanup_errors=True) as folder:
        engine = training.fresh_engine(Path(folder), base_folder)
        project_id = training.add_and_clean(engine, voice.name, voice.training_clips(seconds))
        usable = {"usable_speech_s": training.describe_speech(engine, project_id)["usable_speech_s"]}

        def learnt(step: int | str, path: Path, known: dict[str, Any]) -> Learnt:
            made = Made(voice.name, seconds, plan_in_words(plan), str(step), plan.seed, label)
            return Learnt(made, _kept(path, made, keep_dir), {**known, **usable})

        if plan.minutes is not None:
            told = training.train(engine, project_id, voice.name, plan)
            path = engine.data_dir / "runs" / told["run_id"] / VOICE_FILE
            yield learnt(END, path, {name: told[name] for name in ("steps", "minutes", "peak_memory_gb")})
        else:
            yield from _steps(engine.data_dir, project_id, plan, base_folder, at, learnt)


def _steps(
    data_dir: Path,
    project_id: str,
    plan: training.Plan,
    base_folder: Path,
    at: Sequence[int],
    learnt: Callable[[int | str, Path, dict[str, Any]], Learnt],
) -> Iterator[Learnt]:
    base = KokoroBase(base_folder)
    clips = ClipLibrary(data_dir).training_clips(project_id, base.sample_rate)
    run_dir = data_dir / "runs" / "identity"
    run_dir.mkdir(parents=True)
    base.prepare(clips, run_dir, TrainingPlan(None, plan.steps, plan.seed))
    assert plan.steps is not None
    took_s, step, written = 0.0, 0, []
    for until in [*sorted({one for one in at if one < plan.steps}), plan.steps]:
        while step < until:
            began = time.monotonic()
            result = base.train_slice(run_dir, _SLICE_S, until_step=until)
            took_s += time.monotonic() - began
            print(f"  step {result.step} of {result.total_steps}, {took_s:.0f} s", file=sys.stderr, flush=True)
            step = result.step
            if result.finished:
                break
        path = run_dir / f"{step}.safetensors"
        base.write_learnt(run_dir, path)
        written.append((END if until == plan.steps else until, path, {"steps": step, "minutes": took_s / 60}))
        if result.finished:
            break
    # Judged only now: until then another network would take the memory, and time, of the training.
    del base
    gc.collect()
    for place, path, known in written:
        yield learnt(place, path, known)


def _kept(path: Path, made: Made, keep_dir: Path | None) -> Path:
    """Move a voice file to where it stays, laid out as a run's folder; return where it is."""
    if keep_dir is None:
        return path
    parts = [made.voice, f"{made.seconds}s", made.plan, made.label, f"seed{made.seed}"]
    folder = keep_dir / "_".join(part.replace(" ", "-").replace("/", "-") for part in parts if part)
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.move(path, folder / (VOICE_FILE if made.at == END else f"{made.at}.safetensors"))
