"""The stock voices of Kokoro, described by their names (`af_heart`: American English, female, Heart)."""

from collections.abc import Iterable

from voiceclone.bases.base import StockVoice

_LANGUAGES = {
    "a": "en-us",
    "b": "en-gb",
    "e": "es",
    "f": "fr",
    "h": "hi",
    "i": "it",
    "j": "ja",
    "p": "pt",
    "z": "zh",
}
"""First letter of a name -> language of the recordings (VOICES.md of the released model)."""
_SEXES = {"f": "female", "m": "male"}
_FIRST = "af_heart"
"""Graded highest in the released model's VOICES.md, so it is what people hear first."""


def stock_voices(names: Iterable[str]) -> tuple[StockVoice, ...]:
    """Describe voices by their names, sorted but for the best; a name of another pattern is used as it is."""
    return tuple(_described(name) for name in sorted(names, key=lambda name: (name != _FIRST, name)))


def _described(name: str) -> StockVoice:
    kind, _, own = name.partition("_")
    if len(kind) == 2 and own and kind[0] in _LANGUAGES and kind[1] in _SEXES:
        return StockVoice(name, own.replace("_", " ").title(), _LANGUAGES[kind[0]], _SEXES[kind[1]])
    return StockVoice(name, name)
