"""What a training can do without, such as a test sentence: when it fails, that is noted and the training goes on."""

import logging
import math
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from voiceclone.bases.memory import free_memory, is_out_of_memory
from voiceclone.bases.run.notes import add_note
from voiceclone.errors import StorageError, VoiceFileError

_LOG = logging.getLogger(__name__)
Result = TypeVar("Result")


def attempt(run_dir: Path, sentence: str, work: Callable[[], Result]) -> Result | None:
    """Return what `work` gives, or None, with a note beside the run's plot, when it fails in whatever way.

    Numbers that are none end in an assertion, an index or a size deep inside a network, so no list of error types
    would do. A full disk and a damaged voice file are no sentence's fault and are raised.

    Args:
        run_dir: the run.
        sentence: what a person is told when it fails.
        work: what to do.
    """
    try:
        return work()
    except (StorageError, VoiceFileError):
        raise
    except Exception as error:
        _LOG.warning("%s", sentence, exc_info=True)
        if is_out_of_memory(error):
            free_memory()
        add_note(run_dir, sentence)
        return None


def held_out_error(run_dir: Path, judge: Callable[[], float]) -> float:
    """Return the error on the held-out clips; infinite, so that nothing is kept for it, when it cannot be measured.

    Args:
        run_dir: the run.
        judge: measures it.
    """
    sentence = "The voice could not be tried on the recordings it is judged by. The training goes on without that."
    error = attempt(run_dir, sentence, judge)
    return math.inf if error is None else error


def was_judged(first_error: float | None, best_error: float | None) -> bool:
    """True when something says which step was the best; else the last one is as good as any.

    Args:
        first_error: of the held-out clips before anything was learnt, as `held_out_error` gives it; None without clips.
        best_error: the lowest since that was below it, None when there was none.
    """
    return best_error is not None or (first_error is not None and math.isfinite(first_error))
