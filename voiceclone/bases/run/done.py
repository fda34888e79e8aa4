"""The mark of a run whose voice and scores are written; only then is its checkpoint deleted."""

from pathlib import Path

from voiceclone.bases.base import SliceResult
from voiceclone.errors import NotFoundError
from voiceclone.storage.disk import read_json_twice, write_json_twice

DONE_FILE = "done.json"


def note_done(run_dir: Path, step: int, total_steps: int) -> None:
    """Mark a run as done."""
    write_json_twice(run_dir / DONE_FILE, {"step": step, "total_steps": total_steps})


def read_done(run_dir: Path) -> SliceResult | None:
    """Return where a run ended whose voice is already written, or None."""
    nothing = NotFoundError("not done")
    try:
        value = read_json_twice(run_dir / DONE_FILE, missing=nothing, damaged=nothing)
        return SliceResult(int(value["step"]), int(value["total_steps"]), finished=True)
    except (NotFoundError, KeyError, TypeError, ValueError):
        return None
