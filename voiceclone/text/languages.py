"""The languages the base model speaks, and what each part of the text front end needs to know of them."""

from dataclasses import dataclass

from voiceclone.errors import TextError


@dataclass(frozen=True)
class Language:
    """One language as people name it and as the libraries name it."""

    code: str
    """Our code, for example `en-us`."""
    name: str
    """Name shown to people."""
    family: str
    """Two letters; chooses the normalisation rules and abbreviations."""
    espeak_voice: str
    """Voice of espeak-ng, its file below `lang/`, for example `roa/pt-BR`."""
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
"""In place of a code where recordings come in: find it out for each of them."""


_OTHER_NAMES = {"ja": "Japanese", "zh": "Chinese"}
"""Languages that stock voices were recorded in and that are not spoken here."""


def language_name(code: str) -> str:
    """Return what people call a language; a code that nobody knows stands for itself."""
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
