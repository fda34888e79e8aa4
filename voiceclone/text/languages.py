"""The languages the base model speaks, and what the text front end needs to know about each."""

from dataclasses import dataclass

from voiceclone.errors import TextError


@dataclass(frozen=True)
class Language:
    """A language with its name and its codes in the libraries we use."""

    code: str
    """Our code, for example `en-us`."""
    name: str
    """Name shown to users."""
    family: str
    """Two letters; selects the normalisation rules and abbreviations."""
    espeak_voice: str
    """Voice of espeak-ng: its file below `lang/`, for example `roa/pt-BR`."""
    script: str
    """First word of the Unicode names of its letters: `LATIN` or `DEVANAGARI`."""


LANGUAGES: dict[str, Language] = {
    language.code: language
    for language in (
        Language("en-us", "English (United States)", "en", "gmw/en-US", "LATIN"),
        Language("en-gb", "English (United Kingdom)", "en", "gmw/en", "LATIN"),
        Language("es", "Spanish", "es", "roa/es", "LATIN"),
        Language("fr", "French", "fr", "roa/fr", "LATIN"),
        Language("it", "Italian", "it", "roa/it", "LATIN"),
        Language("pt", "Portuguese (Brazil)", "pt", "roa/pt-BR", "LATIN"),
        Language("hi", "Hindi", "hi", "inc/hi", "DEVANAGARI"),
    )
}


ANY_LANGUAGE = "auto"
"""Used instead of a code to detect the language of each recording."""


_OTHER_NAMES = {"ja": "Japanese", "zh": "Chinese"}
"""Languages of stock voices' recordings that cannot be spoken here."""


def language_name(code: str) -> str:
    """Return the name of a language; an unknown code is returned unchanged."""
    return LANGUAGES[code].name if code in LANGUAGES else _OTHER_NAMES.get(code, code)


def get_language(code: str) -> Language:
    """Return the language with this code.

    Raises:
        TextError: the base model does not speak it.
    """
    try:
        return LANGUAGES[code]
    except KeyError:
        known = ", ".join(LANGUAGES)
        raise TextError(f"VoiceClone does not speak “{code}”. Choose one of: {known}.") from None
