"""Sentences to read aloud when recording a voice, selected by `tools/choose_script.py` from its pools."""

from importlib.resources import files

from voiceclone.text.languages import get_language


def reading_script(language: str) -> list[str]:
    """Return the sentences to read in `language`, the most useful first.

    Raises:
        TextError: the language is unknown.
    """
    text = (files(__package__) / f"{get_language(language).code}.txt").read_text(encoding="utf-8")
    return [line for line in map(str.strip, text.splitlines()) if line]
