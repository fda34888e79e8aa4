"""Convert text to the phonemes Kokoro was trained on (misaki's alphabet), keeping punctuation for the prosody."""

import re
from functools import lru_cache

from voiceclone.text import english, espeak, french
from voiceclone.text.languages import Language, get_language
from voiceclone.text.letters import check_speakable, nothing_to_say, transliterated
from voiceclone.text.near_sounds import check_all_known, with_near_sounds
from voiceclone.text.normalize import spoken

PUNCTUATION = ';:,.!?—…"()“”'
ALPHABET = frozenset(
    PUNCTUATION + " ̃ʣʥʦʨᵝꭧAIOQSTWYᵊabcdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲ↓→↗↘ᵻ"
)
"""The 114 symbols of Kokoro's vocabulary (`config.json` of Kokoro-82M v1.0)."""
_CHUNKS = re.compile(rf"(\s*[{re.escape(PUNCTUATION)}]+[\s{re.escape(PUNCTUATION)}]*)")

_TIE = espeak.TIE
# misaki 0.9.4, misaki/espeak.py, EspeakG2P (v1.0): two-letter sounds that are a single symbol in Kokoro.
_ANY_LANGUAGE = {
    f"a{_TIE}ɪ": "I",
    f"a{_TIE}ʊ": "W",
    f"d{_TIE}z": "ʣ",
    f"d{_TIE}ʒ": "ʤ",
    f"e{_TIE}ɪ": "A",
    f"o{_TIE}ʊ": "O",
    f"ə{_TIE}ʊ": "Q",
    f"s{_TIE}s": "S",
    f"t{_TIE}s": "ʦ",
    f"t{_TIE}ʃ": "ʧ",
    f"ɔ{_TIE}ɪ": "Y",
}


def phonemize(text: str, language: str) -> str:
    """Return the phonemes of `text` in Kokoro's alphabet (`ALPHABET`), with punctuation and word spaces.

    Args:
        text: as written; numbers, dates and abbreviations are expanded first.
        language: one of `RECORDED_LANGUAGES`.

    Raises:
        TextError: there is nothing to say, the text is in a script that the language cannot speak, or a recorded
            language has a sound that cannot be written.
    """
    chosen = get_language(language)
    check_speakable(text, chosen)
    phonemes = _phonemes_of_words(spoken(transliterated(text, chosen), language), language)
    if not phonemes.strip(PUNCTUATION + " "):
        raise nothing_to_say()
    return phonemes


@lru_cache(maxsize=2048)  # splitting a text into sentences phonemizes what is spoken a moment later
def _phonemes_of_words(words: str, language: str) -> str:
    chosen = get_language(language)
    parts = _CHUNKS.split(words)
    # Words are at even indices; the punctuation between them, with its spaces, at odd ones.
    if chosen.family == "en":
        parts[::2] = english.phonemize_clauses(parts, chosen.code == "en-gb", lambda word: _guess(word, chosen))
    else:
        parts[::2] = [_espeak_phonemes(part, chosen) for part in parts[::2]]
    return _tidy("".join(parts))


def _espeak_phonemes(words: str, language: Language) -> str:
    """Return the phonemes of words without punctuation in any language but English."""
    if not words.strip():
        return words
    spelt = french.respelled(words) if language.family == "fr" else words
    phonemes = _kokoro(with_near_sounds(espeak.ipa(spelt, language.espeak_voice), language.code))
    check_all_known(phonemes, ALPHABET, language.code)
    return phonemes


@lru_cache(maxsize=4096)  # names recur within a text
def _guess(word: str, language: Language) -> str:
    """Return espeak-ng's pronunciation of an English word that the dictionary lacks."""
    return _english(espeak.ipa(word, language.espeak_voice), british=language.code == "en-gb")


def _kokoro(ipa: str) -> str:
    for old, new in _ANY_LANGUAGE.items():
        ipa = ipa.replace(old, new)
    return ipa.replace(_TIE, "").replace("-", "")


# misaki 0.9.4, misaki/espeak.py, EspeakFallback.E2M, longest first.
_ENGLISH = {
    "ʔˌn\u0329": "ʔn",
    "ʔn\u0329": "ʔn",
    f"a{_TIE}ɪ": "I",
    f"a{_TIE}ʊ": "W",
    f"d{_TIE}ʒ": "ʤ",
    f"e{_TIE}ɪ": "A",
    f"t{_TIE}ʃ": "ʧ",
    f"ɔ{_TIE}ɪ": "Y",
    f"ə{_TIE}l": "ᵊl",
    "ʲo": "jo",
    "ʲə": "jə",
    "e": "A",
    "ʲ": "",
    "ɚ": "əɹ",
    "r": "ɹ",
    "x": "k",
    "ç": "k",
    "ɐ": "ə",
    "ɬ": "l",
    "\u0303": "",
}
_BRITISH = {f"e{_TIE}ə": "ɛː", "iə": "ɪə", f"ə{_TIE}ʊ": "Q"}
_AMERICAN = {f"o{_TIE}ʊ": "O", "ɜːɹ": "ɜɹ", "ɜː": "ɜɹ", "ɪə": "iə", "ː": ""}


def _english(ipa: str, british: bool) -> str:
    for old, new in _ENGLISH.items():
        ipa = ipa.replace(old, new)
    ipa = re.sub("(\\S)\u0329", r"ᵊ\1", ipa).replace("\u0329", "")
    for old, new in (_BRITISH if british else _AMERICAN).items():
        ipa = ipa.replace(old, new)
    return ipa.replace("o", "ɔ").replace("ɾ", "T").replace("ʔ", "t").replace(_TIE, "").replace("-", "")


def _tidy(phonemes: str) -> str:
    """Drop symbols Kokoro does not know, double spaces, and spaces inside quotes and parentheses."""
    phonemes = " ".join("".join(c for c in phonemes if c in ALPHABET).split())
    return re.sub(r"(?<=[“(]) | (?=[”)])", "", phonemes)
