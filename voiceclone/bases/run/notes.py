"""What a person should know of a run besides its losses: sentences in `notes.json` of the run folder."""

import logging
from pathlib import Path

from voiceclone.errors import NotFoundError, StorageError
from voiceclone.storage.disk import read_json, write_json

NOTES_FILE = "notes.json"
_LOG = logging.getLogger(__name__)


def add_note(run_dir: Path, sentence: str) -> None:
    """Add a sentence to the run's notes, unless the last one says the same already.

    A disk that is full or may not be written is no reason to end a training: the sentence then goes to the log only.
    """
    nothing = NotFoundError("no notes")
    try:
        notes = list(read_json(run_dir / NOTES_FILE, missing=nothing, damaged=nothing))
    except (NotFoundError, TypeError):
        notes = []
    if notes[-1:] == [sentence]:
        return
    try:
        write_json(run_dir / NOTES_FILE, [*notes, sentence])
    except StorageError as error:
        _LOG.warning("%s (%s)", sentence, error)
