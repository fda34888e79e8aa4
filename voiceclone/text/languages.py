"""The languages voices speak and those they are recorded in, and what the text front end needs to know about each."""

from collections.abc import Sequence
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
    """First word of the Unicode names of its letters: `LATIN`, `DEVANAGARI` or `CYRILLIC`."""


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
"""The languages that a voice can speak."""

RECORDED_LANGUAGES: dict[str, Language] = LANGUAGES | {
    language.code: language
    for language in (
        Language("de", "German", "de", "gmw/de", "LATIN"),
        Language("nl", "Dutch", "nl", "gmw/nl", "LATIN"),
        Language("pl", "Polish", "pl", "zlw/pl", "LATIN"),
        Language("pt-pt", "Portuguese (Portugal)", "pt", "roa/pt", "LATIN"),
        Language("ru", "Russian", "ru", "zle/ru", "CYRILLIC"),
        Language("tr", "Turkish", "tr", "trk/tr", "LATIN"),
    )
}
"""The languages that recordings may be in: those above, and more whose sounds the alphabet can write."""


ANY_LANGUAGE = "auto"
"""Used instead of a code to detect the language of each recording."""


_OTHER_NAMES = {"ja": "Japanese", "zh": "Chinese"}
"""Languages of stock voices' recordings that cannot be spoken here."""


def language_name(code: str) -> str:
    """Return the name of a language; an unknown code is returned unchanged."""
    return RECORDED_LANGUAGES[code].name if code in RECORDED_LANGUAGES else _OTHER_NAMES.get(code, code)


def get_language(code: str) -> Language:
    """Return the language with this code.

    Raises:
        TextError: recordings cannot be in it.
    """
    try:
        return RECORDED_LANGUAGES[code]
    except KeyError:
        known = ", ".join(RECORDED_LANGUAGES)
        raise TextError(f"VoiceClone does not know the language “{code}”. Choose one of: {known}.") from None


def speakable(code: str, spoken: Sequence[str]) -> str:
    """Return the language that a voice speaks first whose recordings are in `code`.

    Args:
        code: the language of the recordings.
        spoken: the languages that its base model speaks, at least one.

    Returns:
        `code` itself where it is spoken, else a sister (`pt` for `pt-pt`), else English or the first.
    """
    if code in spoken:
        return code
    sisters = [one for one in spoken if one.split("-")[0] == code.split("-")[0]]
    return (sisters or [one for one in spoken if one == "en-us"] or list(spoken))[0]


def colour_only(code: str) -> str:
    """Return what to say to somebody whose recordings are in a language no voice speaks; empty for one that is."""
    if code in LANGUAGES or code not in RECORDED_LANGUAGES:
        return ""
    return (
        f"The voice will not speak {RECORDED_LANGUAGES[code].name}: it takes the colour of your voice from these "
        "recordings, and speaks English, Spanish, French, Italian, Brazilian Portuguese and Hindi."
    )
