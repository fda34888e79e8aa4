"""What a person should know of a run besides its losses: sentences in `notes.json` of the run folder."""

from pathlib import Path

from voiceclone.errors import NotFoundError
from voiceclone.store import read_json, write_json

NOTES_FILE = "notes.json"


def add_note(run_dir: Path, sentence: str) -> None:
    """Add a sentence to the run's notes, unless the last one says the same already."""
    nothing = NotFoundError("no notes")
    try:
        notes = list(read_json(run_dir / NOTES_FILE, missing=nothing, damaged=nothing))
    except (NotFoundError, TypeError):
        notes = []
    if notes[-1:] != [sentence]:
        write_json(run_dir / NOTES_FILE, [*notes, sentence])
