"""The end of a coqui run: the voice's scores beside the untrained voice's, and the note that everything is written."""

from collections.abc import Callable, Sequence
from pathlib import Path

from voiceclone.audio import Audio
from voiceclone.bases.base import SliceResult
from voiceclone.bases.kokoro import scoring
from voiceclone.errors import NotFoundError
from voiceclone.store import read_json, write_json

SCORES_FILE = "scores.json"
DONE_FILE = "done.json"
"""Written when voice and scores are; only then is the checkpoint deleted."""


def note_done(run_dir: Path, step: int, total_steps: int) -> None:
    """Note that the voice of a run is written."""
    write_json(run_dir / DONE_FILE, {"step": step, "total_steps": total_steps})


def read_done(run_dir: Path) -> SliceResult | None:
    """Return where a run ended whose voice is already written, or None."""
    nothing = NotFoundError("not done")
    try:
        value = read_json(run_dir / DONE_FILE, missing=nothing, damaged=nothing)
        return SliceResult(int(value["step"]), int(value["total_steps"]), finished=True)
    except (NotFoundError, KeyError, TypeError, ValueError):
        return None


def score(
    speak: Callable[[str], Audio], speak_untrained: Callable[[str], Audio], language: str, real: Sequence[Audio]
) -> dict[str, float]:
    """Judge a trained voice and the same speaker's voice without training; see `kokoro.scoring.score`."""
    return scoring.score(speak, speak_untrained, language, real)
