"""Intelligibility: word error rate of a recogniser (Whisper tiny.en, offline) on synthesized speech."""

import re
from collections.abc import Sequence

import numpy as np

from voiceclone.audio.sound import Audio
from voiceclone.text.normalize import spoken

_ENGLISH = ("en-us", "en-gb")


def comparable_words(text: str, language: str = "en-us") -> list[str]:
    """Return the words of a text in a comparable form: numbers spelled out, lower case, no punctuation."""
    words = re.sub(r"[^\w\s']", " ", spoken(text, language).lower().replace("’", "'"))
    return [word.strip("'") for word in words.split() if word.strip("'")]


def edit_distance(said: Sequence[str], heard: Sequence[str]) -> int:
    """Return the Levenshtein distance between two lists of words or two words."""
    row = np.arange(len(heard) + 1)
    for index, word in enumerate(said, 1):
        previous, row = row, np.empty_like(row)
        row[0] = index
        for column, other in enumerate(heard, 1):
            row[column] = min(previous[column] + 1, row[column - 1] + 1, previous[column - 1] + (word != other))
    return int(row[-1])


def character_error_rate(said: str, heard: str, language: str = "en-us") -> float:
    """Return errors per expected character, ignoring spaces and punctuation; 0 is perfect, 1 without text.

    More lenient than words on a recogniser's own slips: “colour” for “color” is one character, not a word.
    """
    wanted = "".join(comparable_words(said, language))
    if not wanted:
        return 1.0
    # A recogniser writes “4th of March” for what one reads as “March fourth” and another as “the fourth of March”.
    dialects = _ENGLISH if language in _ENGLISH else (language,)
    return min(edit_distance(wanted, "".join(comparable_words(heard, dialect))) for dialect in dialects) / len(wanted)


def word_error_rate(texts: Sequence[str], recordings: Sequence[Audio]) -> float:
    """Return the errors per word over all sentences; 0 is perfect. English only.

    Args:
        texts: what should have been said.
        recordings: what was said, in the same order.
    """
    from voiceclone.recognition.transcribe import keeping_recogniser, transcribe

    errors = total = 0
    with keeping_recogniser():
        for text, recording in zip(texts, recordings, strict=True):
            said, heard = comparable_words(text), comparable_words(transcribe(recording))
            errors += edit_distance(said, heard)
            total += len(said)
    return errors / max(total, 1)
