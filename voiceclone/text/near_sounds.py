"""Sounds of recorded languages that Kokoro's alphabet lacks, each written as the nearest sound it has.

What espeak-ng gives was counted over the reading scripts and 620 Russian sentences (docs/experiments/languages.md).
A sound that is neither in the alphabet nor here is refused, never dropped.
"""

from dataclasses import dataclass

from voiceclone.errors import TextError
from voiceclone.text.espeak import TIE


@dataclass(frozen=True)
class NearSound:
    """One sound and what is written for it."""

    sound: str
    """As espeak-ng writes it, with ties."""
    written: str
    """In Kokoro's alphabet."""
    reason: str


NEAR_SOUNDS: dict[str, tuple[NearSound, ...]] = {
    "ru": (
        NearSound("ɭ", "l", "espeak-ng's sign for hard л; soft л is lʲ, so they stay apart"),
        NearSound("ɵ", "o", "о between soft consonants (всём): the same phoneme, a little fronted"),
        NearSound("ʑ", "zʲ", "soft з, whose voiceless partner espeak-ng writes sʲ"),
        NearSound("ɪ^", "ɪ", "unstressed final е and и; the mark is espeak-ng's own and no sound"),
    ),
    "de": (NearSound("ʏ", "y", "short ü; long ü is yː, so they stay apart"),),
    "nl": (NearSound("ɵ", "ø", "short u (bus): as high and as rounded; long eu is øː, so they stay apart"),),
    "pl": (
        NearSound(f"t{TIE}ɕ", "ʨ", "ć: the alphabet has one symbol for it"),
        NearSound(f"d{TIE}ʑ", "ʥ", "dź: the alphabet has one symbol for it"),
        NearSound("ʑ", "ʒʲ", "ź: the soft one of the two; ż is ʒ, so they stay apart"),
    ),
    "tr": (NearSound("ɫ", "l", "dark l, which follows from the vowels beside it"),),
    "pt-pt": (),
}
"""By the code of a language that is recorded and not spoken; the first that fits is applied first."""


def with_near_sounds(ipa: str, language: str) -> str:
    """Replace the sounds of `ipa` that the alphabet lacks; other languages are returned unchanged."""
    for near in NEAR_SOUNDS.get(language, ()):
        ipa = ipa.replace(near.sound, near.written)
    return ipa


def check_all_known(phonemes: str, alphabet: frozenset[str], language: str) -> None:
    """Raise if a recorded language's phonemes hold a symbol outside of `alphabet`.

    Raises:
        TextError: they do; the message names the symbol.
    """
    unknown = sorted(set(phonemes) - alphabet) if language in NEAR_SOUNDS else []
    if unknown:
        raise TextError(
            f"A word of this text has a sound that cannot be learnt from ({', '.join(unknown)}). "
            "Leave this recording out, or correct its text."
        )
