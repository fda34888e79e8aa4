"""Were the words of the text said? The recogniser listens, where it knows the language."""

from voiceclone.audio import Audio
from voiceclone.clips.transcribe import can_transcribe, transcribe
from voiceclone.judge.words import comparable_words, edit_distance

MISREAD_ERROR_RATE = 0.5
"""Word errors per word above which a text was probably not what is said. On clear speech the recogniser makes 0.01 to
0.05 (benchmarks/README.md, real clips), with an accent perhaps 0.3; a wrong text gives about 1."""


def misreading(audio: Audio, text: str, language: str) -> str:
    """Return what was heard when that is far from `text`; "" when it fits, or when nobody can tell."""
    said = comparable_words(text, language)
    if not said or not can_transcribe(language):
        return ""
    heard = transcribe(audio)
    errors = edit_distance(said, comparable_words(heard, language))
    return heard or "…" if errors / len(said) > MISREAD_ERROR_RATE else ""
