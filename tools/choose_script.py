"""Choose and order the sentences people read aloud, so that few of them hold most sounds of a language.

    python tools/choose_script.py            choose for every language, write the scripts, print their coverage
    python tools/choose_script.py en-us es   only these

From each pool in `tools/script_pool/` it takes the sentence with the most new phonemes, then the one with the most
new diphones for the time it takes to read, until there are a hundred. Every ten hold questions, an exclamation and a
number, so that whoever stops early has spoken in more than one tone.
"""

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from voiceclone.text import espeak  # noqa: E402
from voiceclone.text.phonemes import PUNCTUATION, phonemize  # noqa: E402

POOLS = ROOT / "tools" / "script_pool"
SCRIPTS = ROOT / "voiceclone" / "text" / "scripts"
POOL_OF = {"en-us": "en", "en-gb": "en", "es": "es", "fr": "fr", "it": "it", "pt": "pt", "de": "de"}
"""The file of each language; German is recorded, and not spoken."""
WANTED = 100
STEPS = (10, 25, 50, 100)
PER_TEN = {"question": 2, "exclamation": 1, "number": 1}
"""At least so many of each kind in every ten sentences."""

SOUNDS_PER_S = 10.0
"""How fast people read aloud, pauses included: LJSpeech has 15.2 characters a second (1,308,678 in 23:55:17, as its
page says), and our English sentences have 1.5 characters a sound. One figure for all languages: those with short
syllables say more of them a second (Pellegrino, Coupé & Marsico, Language 87, 2011)."""
SHORTEST_S, LONGEST_S = 3.0, 9.0
"""By that estimate: who reads a tenth slower still needs less than 10 s."""

PAUSE = "_"
_GERMAN_VOICE = "gmw/de"
_NOT_SAID = str.maketrans("", "", "ˈˌ- ")
_VOWELS = frozenset("aeiouyæøœɐɑɔəɛɪʊAIOW")
_SOUND = re.compile(rf"\S(?:{espeak.TIE}\S)?[ː\u0303\u0329ʰʲ]*")
_BREAK = re.compile(rf"\s*[{re.escape(PUNCTUATION)}]+[\s{re.escape(PUNCTUATION)}]*")
_LONG_SOUNDS = frozenset({"en-gb", "de"})
"""Where a long vowel is another phoneme than a short one. Elsewhere the mark is left out; a long consonant of Italian
is the consonant twice, as espeak-ng writes most of them."""

INVENTORY = {
    # misaki's US_VOCAB and GB_VOCAB for Kokoro 1.0, where the flap is T and the glottal stop t; British vowels that
    # are always long carry their mark.
    "en-us": "A I O W Y b d f h i j k l m n p s t u v w z æ ð ŋ ɑ ɔ ə ɛ ɜ ɡ ɪ ɹ T ʃ ʊ ʌ ʒ ʤ ʧ θ ᵊ ᵻ ɐ",
    "en-gb": "A I Q W Y a b d f h iː j k l m n p s t uː v w z ð ŋ ɑː ɒ ɔː ə ɛː ɜː ɡ ɪ ɹ ʃ ʊ ʌ ʒ ʤ ʧ θ ᵊ ɐ",
    # Illustrations of the IPA in the Journal of the International Phonetic Association, without what espeak-ng spells
    # otherwise (French ɥ as y, Portuguese ʎ as lj and ẽ as A or e with ŋ, German oʏ as ɔ͡ø and r as ɾ or r).
    # Martínez-Celdrán, Fernández-Planas & Carrera-Sabaté 2003, with the approximants and glides:
    "es": "p b t d k ɡ ʧ f θ s x ʝ m n ɲ l ʎ ɾ r β ð ɣ j w i e a o u",
    # Fougeron & Smith 1993, with œ̃ and the ŋ of loans:
    "fr": "p b t d k ɡ f v s z ʃ ʒ m n ɲ ŋ l ʁ j w i y e ø ɛ œ a ɔ o u ə ɑ̃ ɛ̃ ɔ̃ œ̃",
    # Rogers & d'Arcangeli 2004:
    "it": "p b t d k ɡ ʦ ʣ ʧ ʤ f v s z ʃ m n ɲ l ʎ r j w i e ɛ a ɔ o u",
    # Barbosa & Albano 2004:
    "pt": "p b t d k ɡ ʧ ʤ f v s z ʃ ʒ x m n ɲ l ɾ j w i e ɛ a ɔ o u ɐ\u0303 o\u0303 u\u0303",
    # Kohler 1990, with the affricates and the vowels of loans:
    "de": "p b t d k ɡ p͡f t͡s d͡ʒ f v s z ʃ ʒ ç x h m n ŋ l ɾ r j iː ɪ yː ʏ eː ɛ ɛː øː œ a ɑː ə ɜ oː ɔ uː ʊ a͡ɪ a͡ʊ ɔ͡ø ɑ̃ ɔ̃",
}
"""The phonemes each script has to hold, from sources that are not our own, as our front end writes them. Coverage is
counted against these and every other sound that occurs in the pool."""


@dataclass(frozen=True)
class Sentence:
    """One sentence with what it trains."""

    text: str
    sounds: tuple[str, ...]
    """As spoken, `PAUSE` at both ends and where the punctuation is."""
    kinds: frozenset[str]
    """Of `PER_TEN`."""

    @cached_property
    def phonemes(self) -> frozenset[str]:
        """The sounds without the pauses."""
        return frozenset(self.sounds) - {PAUSE}

    @cached_property
    def diphones(self) -> frozenset[tuple[str, str]]:
        """Pairs of neighbouring sounds, across words too; a pause counts as a sound."""
        return frozenset(pairwise(self.sounds))

    @cached_property
    def reading_s(self) -> float:
        """How long reading it takes, about."""
        return sum(sound != PAUSE for sound in self.sounds) / SOUNDS_PER_S


def sounds(text: str, language: str) -> tuple[str, ...]:
    """Return the phonemes of `text`, nasal and long vowels as one, and its pauses; stress is left out."""
    if language == "de":  # our front end does not know German; the library below it does
        parts = [espeak.ipa(part, _GERMAN_VOICE) if part else "" for part in _BREAK.split(text)]
    else:
        parts = _BREAK.split(phonemize(text, language))
    found = [PAUSE]
    for part in parts:
        for sound in _SOUND.findall(part.translate(_NOT_SAID)):
            short = sound.replace("ː", "")
            if sound == short or language in _LONG_SOUNDS:
                found.append(sound)
            else:
                found += [short] if short in _VOWELS else [short, short]
        found += [PAUSE] if found[-1] != PAUSE else []
    return tuple(found)


def kinds(text: str, language: str) -> frozenset[str]:
    """Return which of `question`, `exclamation` and `number` a sentence is; numbers may be digits or words."""
    words = set(re.findall(r"[^\W\d_]+", text.lower()))
    number = bool(re.search(r"\d", text) or words & _number_words(language.split("-")[0]))
    found = {"question": "?" in text, "exclamation": "!" in text, "number": number}
    return frozenset(kind for kind, is_one in found.items() if is_one)


@cache
def _number_words(family: str) -> frozenset[str]:
    """Return the words of the numbers from two on, without those that also mean something else."""
    from unicode_rbnf import RbnfEngine

    engine = RbnfEngine.for_language(family)
    said = " ".join(engine.format_number(n).text for n in (*range(2, 101), 1000, 1_000_000))
    ambiguous = {"and", "et", "e", "y", "un", "une", "uno", "um", "one", "eine", "sei", "neuf"}
    return frozenset(re.findall(r"[^\W\d_]+", said.lower())) - ambiguous


def describe(texts: Iterable[str], language: str) -> list[Sentence]:
    """Return what each sentence trains."""
    return [Sentence(text, sounds(text, language), kinds(text, language)) for text in texts]


def read_pool(language: str) -> list[str]:
    """Return the sentences to choose from; `{color|colour}` gives the American and the British spelling."""
    text = (POOLS / f"{POOL_OF[language]}.txt").read_text(encoding="utf-8")
    spelt = re.sub(r"\{([^|}]*)\|([^}]*)\}", r"\2" if language == "en-gb" else r"\1", text)
    return spelt.splitlines()


def read_script(language: str) -> list[str]:
    """Return the committed script, of German too."""
    return (SCRIPTS / f"{language}.txt").read_text(encoding="utf-8").splitlines()


def choose(pool: Sequence[Sentence], wanted: int = WANTED) -> list[Sentence]:
    """Return `wanted` sentences of the pool, the most useful first.

    Raises:
        ValueError: a sentence is too short or too long, or there are too few of a kind.
    """
    if wrong := [one.text for one in pool if not SHORTEST_S <= one.reading_s <= LONGEST_S]:
        raise ValueError(f"These are not {SHORTEST_S:g} to {LONGEST_S:g} s long: {wrong}")
    left, chosen = list(pool), []
    phonemes: set[str] = set()
    diphones: set[tuple[str, str]] = set()
    while len(chosen) < wanted:
        allowed = _allowed(left, chosen[len(chosen) - len(chosen) % 10 :])
        if not allowed:
            raise ValueError(f"After {len(chosen)} sentences the pool has too few of a kind of {PER_TEN}.")
        best = max(
            allowed,
            key=lambda one: (len(one.phonemes - phonemes), len(one.diphones - diphones) / one.reading_s),
        )
        left.remove(best)
        chosen.append(best)
        phonemes |= best.phonemes
        diphones |= best.diphones
    return chosen


def _allowed(left: Sequence[Sentence], ten: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences after which the ten that is being filled can still hold every kind."""
    missing = {kind: count - sum(kind in one.kinds for one in ten) for kind, count in PER_TEN.items()}
    missing = {kind: count for kind, count in missing.items() if count > 0}
    if sum(missing.values()) < 10 - len(ten):
        return list(left)
    return [one for one in left if one.kinds & missing.keys()]


def coverage(script: Sequence[Sentence], first: int, pool: Sequence[Sentence]) -> tuple[float, float]:
    """Return the shares of the pool's phonemes and diphones that the first sentences hold."""
    return (
        _share((one.phonemes for one in script[:first]), (one.phonemes for one in pool)),
        _share((one.diphones for one in script[:first]), (one.diphones for one in pool)),
    )


def _share(some: Iterable[frozenset], everything: Iterable[frozenset]) -> float:
    return len(frozenset().union(*some)) / len(frozenset().union(*everything))


def main(languages: Sequence[str]) -> None:
    """Write the scripts and print a Markdown table of their coverage."""
    steps = " | ".join(f"first {step}" for step in STEPS)
    print(f"| language | phonemes | {steps} | diphones | {steps} | minutes |")
    print("|---" * (len(STEPS) * 2 + 4) + "|")
    for language in languages or POOL_OF:
        pool = describe(read_pool(language), language)
        script = choose(pool)
        (SCRIPTS / f"{language}.txt").write_text("".join(f"{one.text}\n" for one in script), encoding="utf-8")
        shares = zip(*(coverage(script, step, pool) for step in STEPS), strict=True)
        known = [len(frozenset().union(*sets)) for sets in ([p.phonemes for p in pool], [p.diphones for p in pool])]
        cells = [f"{count} | " + " | ".join(f"{s:.0%}" for s in row) for count, row in zip(known, shares, strict=True)]
        print(f"| {language} | {' | '.join(cells)} | {sum(one.reading_s for one in script) / 60:.1f} |")


if __name__ == "__main__":
    main(sys.argv[1:])
