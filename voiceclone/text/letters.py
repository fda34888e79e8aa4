"""Letters and scripts a language can speak: refuse a foreign script, transliterate a few foreign letters."""

import unicodedata
from collections import Counter

from voiceclone.errors import TextError
from voiceclone.text.languages import Language

_SCRIPT_NAMES = {
    "CJK": "Chinese characters",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HANGUL": "Korean",
    "CYRILLIC": "Cyrillic",
    "ARABIC": "Arabic",
    "HEBREW": "Hebrew",
    "GREEK": "Greek",
    "DEVANAGARI": "Devanagari",
    "THAI": "Thai",
    "LATIN": "Latin",
}


_LATIN_END = 0x250
"""Every letter below this code point is Latin."""


def check_speakable(text: str, language: Language) -> None:
    """Raise unless `text` has something to say in letters that `language` can speak.

    Raises:
        TextError: there is no letter or digit, or most letters are in a script the language cannot speak.
    """
    if not says_something(text):
        raise nothing_to_say()
    if speaks_mostly(text, language):
        return
    foreign = Counter(script for script in map(_script, filter(str.isalpha, text)) if not _speaks(language, script))
    script = foreign.most_common(1)[0][0]
    name = _SCRIPT_NAMES.get(script, script.capitalize())
    remedy = "Choose Hindi as the language" if script == "DEVANAGARI" else "Write it in Latin letters"
    raise TextError(
        f"This text is written in {name}, which cannot be spoken in {language.name}. "
        f"{remedy}, or type a text in {language.name}."
    )


def nothing_to_say() -> TextError:
    """Return the error for a text without words."""
    return TextError("There is nothing to say yet. Type at least one word.")


def says_something(text: str) -> bool:
    """True if `text` has a letter or number that is read aloud."""
    return any(c.isalpha() or (c.isnumeric() and not unicodedata.decomposition(c).startswith("<s")) for c in text)


def speaks_mostly(text: str, language: Language) -> bool:
    """True if at least half of the letters of `text` are in a script that `language` can speak."""
    letters = [c for c in text if c.isalpha()]
    foreign = sum(1 for c in letters if ord(c) >= _LATIN_END and not _speaks(language, _script(c)))
    return foreign * 2 <= len(letters)


def transliterated(text: str, language: Language) -> str:
    """Return `text` with the letters that `language` cannot speak transliterated to Latin."""
    if all(ord(c) < _LATIN_END or not c.isalpha() or _speaks(language, _script(c)) for c in text):
        return text
    from anyascii import anyascii

    return "".join(anyascii(c) if c.isalpha() and not _speaks(language, _script(c)) else c for c in text)


def _speaks(language: Language, script: str) -> bool:
    # espeak-ng reads Latin words in Hindi text with its English rules.
    return script in (language.script, "LATIN")


def _script(letter: str) -> str:
    """Return the first word of the letter's Unicode name, which is its script (`LATIN`, `CYRILLIC` …)."""
    name = unicodedata.name(letter, "UNKNOWN")
    if name.startswith(("MODIFIER", "FEMININE", "MASCULINE", "MICRO", "FULLWIDTH", "MATHEMATICAL")):
        return "LATIN"
    return name.split(" ", 1)[0].split("-", 1)[0]
