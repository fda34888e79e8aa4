"""The end of a coqui run: the voice's scores beside the untrained voice's, and the note that everything is written."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from voiceclone.audio.sound import Audio
from voiceclone.bases.base import SliceResult
from voiceclone.bases.coqui.optional import attempt
from voiceclone.errors import BaseModelError, NotFoundError
from voiceclone.evaluation import sentences
from voiceclone.storage.disk import read_json, write_json

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
    run_dir: Path,
    speak: Callable[[str], Audio],
    speak_untrained: Callable[[str], Audio],
    language: str,
    real: Sequence[Audio],
) -> dict[str, float]:
    """Judge a trained voice and the same speaker's voice without training; see `kokoro.scoring.score`.

    A voice is whole without scores: a test sentence that fails is noted in the run folder, and there are none.
    """
    scores = attempt(
        run_dir,
        "The finished voice could not be judged: a test sentence failed. The voice is kept without scores; "
        "listen to it yourself.",
        lambda: sentences.score(_checked(speak), _checked(speak_untrained), language, real),
    )
    return scores or {}


def _checked(speak: Callable[[str], Audio]) -> Callable[[str], Audio]:
    def checked(text: str) -> Audio:
        spoken = speak(text)
        if not np.all(np.isfinite(spoken.samples)):
            raise BaseModelError("The voice makes no sound (its numbers are damaged). Train it again.")
        return spoken

    return checked
