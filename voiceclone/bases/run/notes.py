"""Remarks for the user about a run: sentences in `notes.json` of the run folder."""

import logging
from pathlib import Path

from voiceclone.errors import NotFoundError, StorageError
from voiceclone.storage.disk import read_json, write_json

NOTES_FILE = "notes.json"
_LOG = logging.getLogger(__name__)


def add_note(run_dir: Path, sentence: str) -> None:
    """Add a sentence to the run's notes, unless it is the last one already.

    On a full or read-only disk the sentence is lost; training continues.
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
        _LOG.warning("A note about the run could not be kept: %s", error)
