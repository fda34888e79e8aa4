"""A user's own script to read aloud instead of the built-in sentences; one file in the project's folder."""

from pathlib import Path

from voiceclone import limits
from voiceclone.errors import TextError
from voiceclone.storage import disk
from voiceclone.wording import count

_FILE = "script.txt"


def save_own_script(project_folder: Path, text: str, language: str) -> list[str]:
    """Split `text` into sentences, store them in the project and return them; an empty text removes the script.

    Raises:
        TextError: it has too many sentences, or none that can be spoken in that language.
    """
    path = project_folder / _FILE
    if not text.strip():
        path.unlink(missing_ok=True)
        return []
    from voiceclone.text.sentences import split  # loads the tables of every language

    sentences = [" ".join(piece.text.split()) for piece in split(text, language)]
    if not sentences:
        raise TextError("There is nothing to read in this text. Paste some sentences.")
    if len(sentences) > limits.MAX_SCRIPT_SENTENCES:
        raise TextError(
            f"The text has {count(len(sentences), 'sentence')}; at most {limits.MAX_SCRIPT_SENTENCES} are taken. "
            "Shorten it."
        )
    disk.write_bytes(path, "\n".join(sentences).encode())
    return sentences


def own_script(project_folder: Path) -> list[str]:
    """Return the sentences of the user's own script; empty if there is none."""
    try:
        return (project_folder / _FILE).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
