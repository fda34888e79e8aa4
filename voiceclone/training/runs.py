"""Reads a run folder: configuration, state, metrics, and the status derived from them."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from voiceclone.bases.base import Effort
from voiceclone.bases.run.notes import NOTES_FILE, add_note
from voiceclone.errors import NotFoundError, StorageError
from voiceclone.storage import disk
from voiceclone.training.status_sentence import status_sentence

FINAL_STATES = ("finished", "stopped", "failed", "paused")
"""States that a process leaves behind; a paused or failed run can be continued."""
RUNNING_STATES = ("waiting", "preparing", "training", "stopping", "pausing")
_TAIL_BYTES = 8192
_LONGEST_SILENCE_S = 120.0
"""A living process writes its state more often; during a longer silence the computer slept."""
_PACE_STEPS = 12
"""Steps that the current speed is averaged over; whole cycles of steps of different length."""
_SMOOTHING = 0.1
"""Weight of the newest loss in the smoothed curve (exponential moving average)."""


@dataclass(frozen=True)
class RunConfig:
    """What was asked for; written once, when the run is created."""

    run_id: str
    project_id: str
    project_name: str
    voice_id: str
    """Chosen in advance, so that installing the voice twice yields one voice."""
    voice_name: str
    base_id: str
    base_factory: str | None
    minutes: float | None
    steps: int | None
    seed: int
    consent: dict[str, Any]
    """`{"given": True, "by": str, "statement": str, "at": ISO time}`."""
    created_at: str
    clip_ids: tuple[str, ...] | None = None
    """Clips to train on; None for all usable ones of the project."""
    policy: str | None = None
    """A `Policy`; None is the base's first choice."""
    replaces: str | None = None
    """Id of the voice to replace when the new one is ready; a stopped training leaves it alone."""
    continues: str | None = None
    """Id of the voice that learning goes on from; a copy of it lies in the run folder."""
    effort: str | None = None
    """The `Effort` that was chosen, which `minutes` or `steps` were worked out from; None where one of these was given,
    and in runs of older versions."""


@dataclass(frozen=True)
class RunState:
    """State of the training process, which alone writes it while it lives."""

    state: str = "waiting"
    step: int = 0
    total_steps: int = 0
    message: str = ""
    error: str = ""
    elapsed_s: float = 0.0
    """Active time of all processes of this run so far, seconds."""
    written_at: float = 0.0
    """Seconds since 1970."""
    voice_installed: bool = False
    fruitless_starts: int = 0
    """Starts of the training process since the last completed step."""
    slowed: bool = False
    """True while other programs slow it down, see `PaceWatch`."""


@dataclass(frozen=True)
class RunStatus:
    """Status of a run, derived from its files and from whether its process lives."""

    run_id: str
    project_id: str
    project_name: str
    voice_name: str
    voice_id: str | None
    """None before there is a voice."""
    state: str
    """waiting, preparing, training, stopping, pausing, finished, stopped, paused, failed or interrupted."""
    step: int
    total_steps: int
    loss: float | None
    elapsed_s: float
    eta_s: float | None
    message: str
    """One plain sentence."""
    error: str
    started_at: str
    first_listen: Path | None
    """A short sample of the unfinished voice, once there is one."""
    process_alive: bool
    base_id: str = ""
    policy: str | None = None
    """A `Policy`."""
    notes: tuple[str, ...] = ()
    """Remarks for the user, oldest first."""
    steps_per_s: float | None = None
    """Current speed."""
    memory_mb: float | None = None
    """Resident memory of the training process."""
    slowed: bool = False
    """True while other programs take so much of the processor that it learns clearly slower."""

    @property
    def running(self) -> bool:
        """True while a process works on the run."""
        return self.state in RUNNING_STATES


def config_path(run_dir: Path) -> Path:
    """Return the path of the configuration."""
    return run_dir / "run.json"


def state_path(run_dir: Path) -> Path:
    """Return the path of the state."""
    return run_dir / "state.json"


def stop_path(run_dir: Path) -> Path:
    """Return the file whose existence asks the run to stop."""
    return run_dir / "stop"


def pause_path(run_dir: Path) -> Path:
    """Return the file whose existence asks the run to pause."""
    return run_dir / "pause"


def read_config(run_dir: Path) -> RunConfig:
    """Read `run.json`.

    Raises:
        NotFoundError: there is no such run, or its configuration is damaged.
    """
    damaged = NotFoundError(
        f"The description of the training run in “{run_dir}” is damaged. Start a new training; "
        "your recordings are untouched."
    )
    missing = NotFoundError("There is no such training run; choose one from the list.")

    def tell() -> None:
        add_note(run_dir, "The description of this training was damaged; its copy has taken its place.")

    content = disk.read_json_twice(config_path(run_dir), missing=missing, damaged=damaged, on_repair=tell)
    try:
        known = {field.name: content[field.name] for field in fields(RunConfig) if field.name in content}
        if known.get("clip_ids") is not None:
            known["clip_ids"] = tuple(known["clip_ids"])
        return RunConfig(**known)
    except (KeyError, TypeError) as error:
        raise damaged from error


def write_config(run_dir: Path, config: RunConfig) -> None:
    """Write `run.json`."""
    disk.write_json_twice(config_path(run_dir), asdict(config))


def read_state(run_dir: Path) -> RunState:
    """Read `state.json`; a missing or damaged one means that nothing has begun."""
    nothing = NotFoundError("no state")
    try:
        content = disk.read_json(state_path(run_dir), missing=nothing, damaged=nothing)
        known = {field.name for field in fields(RunState)}
        return RunState(**{name: value for name, value in content.items() if name in known})
    except (NotFoundError, AttributeError, TypeError):
        return RunState()


def mend_state(run_dir: Path) -> None:
    """Replace a damaged `state.json` and note it; the checkpoint knows how far the run is."""
    damaged, missing = StorageError("damaged"), NotFoundError("no state")
    try:
        disk.read_json(state_path(run_dir), missing=missing, damaged=damaged)
    except NotFoundError:
        return
    except StorageError:
        write_state(run_dir, RunState())
        add_note(
            run_dir,
            "The file that said how far this training was, was damaged; it goes on from its last checkpoint.",
        )


def write_state(run_dir: Path, state: RunState) -> None:
    """Write `state.json` with a timestamp."""
    disk.write_json(state_path(run_dir), asdict(state) | {"written_at": time.time()})


def read_status(run_dir: Path, process_alive: bool) -> RunStatus:
    """Derive the status of a run.

    Args:
        run_dir: the run folder.
        process_alive: whether a living process holds the training lock for this run.

    Raises:
        NotFoundError: there is no such run.
    """
    config = read_config(run_dir)
    saved = read_state(run_dir)
    latest = _latest_metrics(run_dir)
    last = latest[-1] if latest else {}
    name = _state_name(saved, process_alive, run_dir)
    running = name in RUNNING_STATES
    silent_s = min(max(0.0, time.time() - saved.written_at), _LONGEST_SILENCE_S)
    since_s = silent_s if running and saved.written_at else 0.0
    step = max(saved.step, int(last.get("step", 0)))
    total_steps = max(step, int(last.get("total_steps") or saved.total_steps))
    eta_s = _eta_s(run_dir, last) if name == "training" else None
    first_listen = run_dir / "first_listen.wav"
    return RunStatus(
        run_id=config.run_id,
        project_id=config.project_id,
        project_name=config.project_name,
        voice_name=config.voice_name,
        voice_id=config.voice_id if saved.voice_installed else None,
        state=name,
        step=step,
        total_steps=total_steps,
        loss=_number(last.get("loss")),
        elapsed_s=saved.elapsed_s + since_s,
        eta_s=eta_s,
        message=status_sentence(
            name,
            step,
            total_steps,
            eta_s,
            saved.message,
            saved.error,
            config.voice_name,
            saved.voice_installed,
            slowed=saved.slowed,
            timed=config.steps is None,
            # Once it cools down, its end is known and nearer.
            at_most=config.effort == Effort.OVERNIGHT and total_steps >= (config.steps or 0),
        ),
        error=saved.error if name == "failed" else "",
        started_at=config.created_at,
        first_listen=first_listen if first_listen.exists() else None,
        process_alive=process_alive,
        base_id=config.base_id,
        policy=config.policy,
        notes=read_notes(run_dir),
        steps_per_s=_steps_per_s(latest) if name == "training" else None,
        slowed=saved.slowed and name == "training",
    )


def read_notes(run_dir: Path) -> tuple[str, ...]:
    """Return the sentences in `notes.json`, each once; none if the file is missing or damaged."""
    nothing = NotFoundError("no notes")
    try:
        told = disk.read_json(run_dir / NOTES_FILE, missing=nothing, damaged=nothing)
    except NotFoundError:
        return ()
    return tuple(dict.fromkeys(note for note in told if isinstance(note, str))) if isinstance(told, list) else ()


def metrics(run_dir: Path) -> list[dict[str, Any]]:
    """Return the metrics of a run, one dict per step, in order.

    Skips lines torn by a killed process. Steps repeat after a restart from a checkpoint; the later line counts.
    """
    told: list[dict[str, Any]] = []
    try:
        lines = (run_dir / "metrics.jsonl").read_bytes().splitlines()
    except OSError:
        return told
    for line in lines:
        entry = _metric(line)
        if entry is None:
            continue
        while told and told[-1]["step"] >= entry["step"]:
            told.pop()
        told.append(entry)
    return told


def plot_points(told: Sequence[dict[str, Any]], limit: int = 400) -> list[dict[str, Any]]:
    """Return at most `limit` points `{"step", "loss", "series"}` for a plot.

    Series `loss` holds averages over equally many steps, `smoothed` an exponential moving average that restarts with
    each phase, because phases measure different things.
    """
    smoothed = []
    level, phase = 0.0, object()
    for entry in told:
        level = entry["loss"] if entry.get("phase") != phase else level + _SMOOTHING * (entry["loss"] - level)
        phase = entry.get("phase")
        smoothed.append(level)
    buckets = min(len(told), max(1, limit // 2))
    points: list[dict[str, Any]] = []
    for bucket in range(buckets):
        begin, end = bucket * len(told) // buckets, (bucket + 1) * len(told) // buckets
        mean_loss = sum(entry["loss"] for entry in told[begin:end]) / (end - begin)
        step = told[end - 1]["step"]
        points.append({"step": step, "loss": mean_loss, "series": "loss"})
        points.append({"step": step, "loss": smoothed[end - 1], "series": "smoothed"})
    return points


def _state_name(saved: RunState, process_alive: bool, run_dir: Path) -> str:
    if saved.state in FINAL_STATES:
        return saved.state
    if not process_alive:
        return "interrupted"
    if stop_path(run_dir).exists():
        return "stopping"
    return "pausing" if pause_path(run_dir).exists() else saved.state


def _latest_metrics(run_dir: Path) -> list[dict[str, Any]]:
    try:
        with (run_dir / "metrics.jsonl").open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL_BYTES))
            lines = file.read().splitlines()
    except OSError:
        return []
    return [entry for line in lines if (entry := _metric(line)) is not None]


def _steps_per_s(latest: Sequence[dict[str, Any]]) -> float | None:
    """Return the speed over the last `_PACE_STEPS` steps; None after too few steps, or after a return."""
    timed = [entry for entry in latest[-_PACE_STEPS - 1 :] if _number(entry.get("elapsed_s")) is not None]
    if len(timed) < 2:
        return None
    steps, took_s = timed[-1]["step"] - timed[0]["step"], timed[-1]["elapsed_s"] - timed[0]["elapsed_s"]
    return steps / took_s if steps > 0 and took_s > 0 else None


def _metric(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    if not isinstance(entry, dict) or not isinstance(entry.get("step"), int):
        return None
    return entry if _number(entry.get("loss")) is not None else None


def _eta_s(run_dir: Path, last: dict[str, Any]) -> float | None:
    eta_s = _number(last.get("eta_s"))
    if eta_s is None:
        return None
    age_s = time.time() - (run_dir / "metrics.jsonl").stat().st_mtime
    return max(0.0, eta_s - max(0.0, age_s))


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < float("inf") else None  # NaN compares False, too
