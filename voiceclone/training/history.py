"""The record of a training besides its status: what was asked for, what it was trained on, how it turned out."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone.errors import InputError, NotFoundError
from voiceclone.storage import disk
from voiceclone.training import runs
from voiceclone.training.runs import RunStatus

if TYPE_CHECKING:
    from voiceclone.voices.voice_file import Voice

SHORTEST_BEGINNING = 4
"""Letters of an id that stand for a run: with thousands of runs four rarely name two, and then both are told."""
_INDEX_FILES = ("dataset.json", "clips.json")
"""What the bases call their lists of clips; each entry has `clip_id` and `held_out`."""


@dataclass(frozen=True)
class RunRecord:
    """The record of one training."""

    status: RunStatus
    minutes_asked: float | None
    """Requested minutes; either these, or `steps_asked`, or neither, which leaves it to the base."""
    steps_asked: int | None
    effort: str | None
    """The `Effort` that was chosen; `minutes_asked` or `steps_asked` is then what it came to."""
    seed: int
    chosen_clips: int | None
    """Number of clips chosen by hand; None for all usable ones."""
    speech_s: float | None
    """Seconds of speech it was trained on; None before the recordings are ready."""
    clip_count: int | None
    scores: dict[str, float]
    """As in a voice file; empty when nothing was judged."""
    voice_there: bool
    """False before there is a voice, and after it was deleted."""

    @property
    def minutes(self) -> float:
        """Working time so far."""
        return self.status.elapsed_s / 60


def read_record(run_dir: Path, status: RunStatus, voice: "Voice | None") -> RunRecord:
    """Return the record of a run.

    Args:
        run_dir: its folder.
        status: how it stands.
        voice: the voice it made, None where that is not there.

    Raises:
        NotFoundError: there is no such run.
    """
    config = runs.read_config(run_dir)
    prepared = _object(run_dir / "prepared.json")
    # A voice may have been judged again since, so its own figures come first.
    scores = dict(voice.scores) if voice is not None and voice.scores else _figures(_object(run_dir / "scores.json"))
    clip_count = prepared.get("clip_count")
    return RunRecord(
        status=status,
        minutes_asked=config.minutes,
        steps_asked=config.steps,
        effort=config.effort,
        seed=config.seed,
        chosen_clips=None if config.clip_ids is None else len(config.clip_ids),
        speech_s=_figures(prepared).get("speech_s"),
        clip_count=clip_count if isinstance(clip_count, int) else None,
        scores=scores,
        voice_there=voice is not None,
    )


def held_out_clip_ids(run_dir: Path) -> list[str]:
    """Return the ids of the held-out clips, in order; none when the run did not record them."""
    for name in _INDEX_FILES:
        try:
            index = json.loads((run_dir / name).read_bytes())
            return [entry["clip_id"] for entry in index if entry["held_out"] is True]
        except (OSError, ValueError, TypeError, KeyError):
            continue
    return []


def find_run(known: Sequence[RunStatus], wanted: str) -> RunStatus:
    """Find the run a person means.

    Args:
        known: all runs, the newest first.
        wanted: an id, a voice's name (the running one of that name, else the newest), or the beginning of an id.

    Raises:
        NotFoundError: nothing fits.
        InputError: the beginning of several ids.
    """
    wanted = " ".join(wanted.split())
    same_id = [status for status in known if status.run_id == wanted]
    same_name = [status for status in known if status.voice_name.casefold() == wanted.casefold()]
    found = same_id or sorted(same_name, key=lambda status: not status.running)[:1]
    if not found and len(wanted) >= SHORTEST_BEGINNING:
        found = [status for status in known if status.run_id.startswith(wanted.lower())]
    if not found:
        raise NotFoundError(
            f"There is no training run “{wanted}”. Choose one from the list: the command runs shows it."
        )
    if len(found) > 1:
        raise InputError(f"The ids of {len(found)} training runs begin with “{wanted}”. Give more letters of it.")
    return found[0]


def as_plain(record: RunRecord) -> dict[str, Any]:
    """Return a record as JSON values: the fields of the status, and the others beside them."""
    told = asdict(record)
    status: dict[str, Any] = told.pop("status")
    return status | told


def _object(path: Path) -> dict[str, Any]:
    nothing = NotFoundError("nothing there")
    try:
        content = disk.read_json(path, missing=nothing, damaged=nothing)
    except NotFoundError:
        return {}
    return content if isinstance(content, dict) else {}


def _figures(content: dict[str, Any]) -> dict[str, float]:
    return {
        name: float(value)
        for name, value in content.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
