"""Scores of a finished coqui voice beside those of the untrained voice."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from voiceclone.audio.sound import Audio
from voiceclone.bases.run.optional import attempt
from voiceclone.errors import BaseModelError, VoiceFileError
from voiceclone.evaluation import sentences

SCORES_FILE = "scores.json"


def score(
    run_dir: Path,
    speak: Callable[[str], Audio],
    speak_untrained: Callable[[str], Audio],
    language: str,
    real: Sequence[Audio],
) -> dict[str, float]:
    """Score a trained voice and the untrained one; see `evaluation.sentences.score`.

    A failing test sentence is noted in the run folder; the voice is kept without scores.
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
        try:
            spoken = speak(text)
        except VoiceFileError as error:  # the voice that was just trained: it is kept, whatever it sounds like
            raise BaseModelError(str(error)) from error
        if not np.all(np.isfinite(spoken.samples)):
            raise BaseModelError("The voice makes no sound (its numbers are damaged). Train it again.")
        return spoken

    return checked
