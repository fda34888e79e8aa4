"""A run folder as any process reads it: configuration, state, metrics, and what they say in plain words."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from voiceclone.bases.run.notes import NOTES_FILE, add_note
from voiceclone.errors import NotFoundError, StorageError
from voiceclone.storage import disk
from voiceclone.training.status_sentence import status_sentence

FINAL_STATES = ("finished", "stopped", "failed")
RUNNING_STATES = ("waiting", "preparing", "training", "stopping")
_TAIL_BYTES = 8192
_LONGEST_SILENCE_S = 120.0
"""A living process writes its state more often than that; what is missing beyond it, the computer slept."""
_PACE_STEPS = 12
"""Steps over which the present pace is taken: a dozen holds whole cycles of steps of different length."""
_SMOOTHING = 0.1
"""Weight of the newest loss in the smoothed curve (exponential moving average)."""


@dataclass(frozen=True)
class RunConfig:
    """What was asked for, written once when the run is made."""

    run_id: str
    project_id: str
    project_name: str
    voice_id: str
    """Chosen beforehand, so that installing the voice twice installs one voice."""
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
    """The clips that are learnt from; None is every usable one of the project."""
    policy: str | None = None
    """A `Policy`: what learns; None is the base's first choice."""
    replaces: str | None = None
    """Id of the voice whose place the new one takes once it is ready; a training that is stopped leaves it alone."""
    continues: str | None = None
    """Id of the voice that learning goes on from; a copy of it lies in the run folder."""
    effort: str | None = None
    """The `Effort` that was chosen, which `minutes` or `steps` were worked out from; None where one of these was given,
    and in runs of older versions."""


@dataclass(frozen=True)
class RunState:
    """Where the training process says it stands; it alone writes it while it lives."""

    state: str = "waiting"
    step: int = 0
    total_steps: int = 0
    message: str = ""
    error: str = ""
    elapsed_s: float = 0.0
    """Working time of all processes of this run so far, seconds."""
    written_at: float = 0.0
    """Seconds since 1970."""
    voice_installed: bool = False
    fruitless_starts: int = 0
    """Starts of the training process since the last step that was learnt."""


@dataclass(frozen=True)
class RunStatus:
    """One run as it stands now, derived from its files and from whether its process lives."""

    run_id: str
    project_id: str
    project_name: str
    voice_name: str
    voice_id: str | None
    """None until there is a voice to speak with."""
    state: str
    """waiting, preparing, training, stopping, finished, stopped, failed or interrupted."""
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
    """A short recording of the voice half-way, as soon as there is one."""
    process_alive: bool
    base_id: str = ""
    policy: str | None = None
    """A `Policy`: what learns."""
    notes: tuple[str, ...] = ()
    """What a person should know besides the losses, in the order it happened."""
    steps_per_s: float | None = None
    """How quickly it learns just now."""
    memory_mb: float | None = None
    """Memory the training process holds."""

    @property
    def running(self) -> bool:
        """True while a process works on it."""
        return self.state in RUNNING_STATES


def config_path(run_dir: Path) -> Path:
    """Return where the configuration lies."""
    return run_dir / "run.json"


def state_path(run_dir: Path) -> Path:
    """Return where the state lies."""
    return run_dir / "state.json"


def stop_path(run_dir: Path) -> Path:
    """Return the file whose presence asks the run to stop."""
    return run_dir / "stop"


def read_config(run_dir: Path) -> RunConfig:
    """Read `run.json`.

    Raises:
        NotFoundError: there is no such run, or its description is damaged.
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
    """Read `state.json`; one that is missing or damaged says that nothing has begun."""
    nothing = NotFoundError("no state")
    try:
        content = disk.read_json(state_path(run_dir), missing=nothing, damaged=nothing)
        known = {field.name for field in fields(RunState)}
        return RunState(**{name: value for name, value in content.items() if name in known})
    except (NotFoundError, AttributeError, TypeError):
        return RunState()


def mend_state(run_dir: Path) -> None:
    """Say so when `state.json` is damaged, and begin a new one: the checkpoint knows how far the run is."""
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
    """Write `state.json`, stamped with the present time."""
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
    name = _state_name(saved, process_alive, stop_path(run_dir).exists())
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
        ),
        error=saved.error if name == "failed" else "",
        started_at=config.created_at,
        first_listen=first_listen if first_listen.exists() else None,
        process_alive=process_alive,
        base_id=config.base_id,
        policy=config.policy,
        notes=read_notes(run_dir),
        steps_per_s=_steps_per_s(latest) if name == "training" else None,
    )


def read_notes(run_dir: Path) -> tuple[str, ...]:
    """Return the sentences in `notes.json`, each once; none where there is no such file or it is damaged."""
    nothing = NotFoundError("no notes")
    try:
        told = disk.read_json(run_dir / NOTES_FILE, missing=nothing, damaged=nothing)
    except NotFoundError:
        return ()
    return tuple(dict.fromkeys(note for note in told if isinstance(note, str))) if isinstance(told, list) else ()


def metrics(run_dir: Path) -> list[dict[str, Any]]:
    """Return what `metrics.jsonl` tells, one dict per step, in order.

    Lines that a killed process left torn are skipped. After a restart from a checkpoint steps repeat;
    the later telling replaces the earlier one.
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

    Series `loss` holds averages over equal runs of steps, `smoothed` an exponential moving average
    that begins anew with each phase, because phases measure different things.
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


def _state_name(saved: RunState, process_alive: bool, stop_asked: bool) -> str:
    if saved.state in FINAL_STATES:
        return saved.state
    if not process_alive:
        return "interrupted"
    return "stopping" if stop_asked else saved.state


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
    """Return the pace over the last `_PACE_STEPS` steps; None while too few were told, or after a step back."""
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
