"""Parts of a training that it can do without, such as a test sentence: a failure is noted and training goes on."""

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
    """Return the result of `work`, or None and a note in the run folder when it fails in any way.

    Non-finite numbers surface as an assertion, an index or a size deep inside a network, so no list of error types
    would do.

    Args:
        run_dir: the run.
        sentence: the note.
        work: what to do.

    Raises:
        StorageError: the disk is full or cannot be written.
        VoiceFileError: a voice file is damaged.
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
    """Return what `judge` measures on the held-out clips; infinite, so that nothing is kept for it, when it fails."""
    sentence = "The voice could not be tried on the recordings it is judged by. The training goes on without that."
    error = attempt(run_dir, sentence, judge)
    return math.inf if error is None or not math.isfinite(error) else error
