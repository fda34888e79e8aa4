"""Convert English words to Kokoro's phonemes, with the dictionaries it was trained on and espeak-ng as fallback.

The dictionaries are those of misaki (Apache-2.0). They are read as files, and the rules below follow `misaki/en.py`
(0.9.4), because importing misaki imports spaCy (4 s, 500 MB), which then needs a tagger model that is not on PyPI.
`heteronyms.py` chooses among the pronunciations of a word.
"""

import importlib.util
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from voiceclone.errors import TextError
from voiceclone.text import heteronyms
from voiceclone.text.heteronyms import Reading

_PRIMARY, _SECONDARY = "ˈ", "ˌ"
_VOWELS = frozenset("AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ")
_DIPHTHONGS = frozenset("AIOQWYʤʧ")
_VOWELS_BEFORE_FLAP = frozenset("AIOWYiuæɑəɛɪɹʊʌ")
_WORD = re.compile(
    r"(?<!\w)'(?i:em|tis|twas|twere|twill|twould|cause|neath|pon|un)\b|[^\W_]+(?:['’][^\W\d_]+)*['’]?|[^\w\s]|_"
)
_LETTERS = re.compile(r"'?[A-Za-z]+(?:'[A-Za-z]+)*'?")


@dataclass
class _Word:
    """A word or punctuation mark of a clause."""

    text: str
    space_before: bool
    reading: Reading | None = None
    """The chosen pronunciation; None if there is only one."""
    phonemes: str = field(default="")


def phonemize_clauses(parts: Sequence[str], british: bool, guess: Callable[[str], str]) -> list[str]:
    """Return the phonemes of the clauses of a text, with the spaces between words.

    Args:
        parts: clauses (words, apostrophes, hyphens) at even indices, the punctuation between them at odd ones.
        british: use the British dictionary.
        guess: returns the phonemes of a word that is not in the dictionary.
    """
    dictionary = _dictionary(british)
    clauses = [_words(part, dictionary) for part in parts[::2]]
    sentence: list[list[_Word]] = []
    for index, clause in enumerate(clauses):
        sentence.append(clause)
        behind = parts[2 * index + 1] if 2 * index + 1 < len(parts) else "."
        if set(behind) & _SENTENCE_ENDS:
            _choose_readings(sentence, dictionary)
            sentence = []
    return [_clause_phonemes(clause, dictionary, guess) for clause in clauses]


_SENTENCE_ENDS = frozenset(".!?…")


def _choose_readings(clauses: Sequence[Sequence[_Word]], dictionary: "Dictionary") -> None:
    """Choose among the pronunciations of the words in one sentence."""
    said: list[_Word] = []
    breaks = set()
    for clause in clauses:
        breaks.add(len(said))
        said += [word for word in clause if any(c.isalnum() for c in word.text)]
    unclear = [i for i, word in enumerate(said) if heteronyms.has_rule(word.text) or dictionary.is_unclear(word.text)]
    if not unclear:
        return
    is_name = dictionary.is_name(said[0].text.lower())
    tokens = heteronyms.tokens_of([word.text for word in said], is_name, breaks - {0})
    for index in unclear:
        said[index].reading = heteronyms.reading(tokens, index)


def _clause_phonemes(words: list[_Word], dictionary: "Dictionary", guess: Callable[[str], str]) -> str:
    next_vowel: bool | None = None  # None at the end of the clause
    for index in range(len(words) - 1, -1, -1):
        word = words[index]
        if _is_spelt(words, index):
            word.phonemes = dictionary.spell(word.text)
        else:
            word.phonemes = _word_phonemes(word, dictionary, next_vowel, guess)
        first = next((c for c in word.phonemes if c not in "ˈˌ"), None)
        next_vowel = next_vowel if first is None else first in _VOWELS
    _soften_compounds(words)
    joined = "".join((" " if word.space_before else "") + word.phonemes for word in words)
    return joined.replace("ɾ", "T").replace("ʔ", "t").strip()  # as Kokoro 1.0 was trained


def _words(text: str, dictionary: "Dictionary") -> list[_Word]:
    text = text.replace("’", "'").replace("‘", "'")
    words, end = [], 0
    for match in _WORD.finditer(text):
        space_before = bool(words) and text[end : match.start()].isspace()
        known = dictionary.pronounce(match.group(), None, None) is not None
        for part in [match.group()] if known else _camel_parts(match.group()):
            words.append(_Word(part, space_before))
            space_before = False
        end = match.end()
    return words


_CAMEL = re.compile(
    r"(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-ZÀ-ÖØ-Þ])(?=[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ])|(?<=\D)(?=\d)|(?<=\d)(?=\D)"
)


def _camel_parts(word: str) -> list[str]:
    """Split `iPhone` and `HTMLPage` at their capitals, `mp3` before its digits."""
    return _CAMEL.split(word)


def _is_spelt(words: list[_Word], index: int) -> bool:
    """True for a letter in a sequence of single capitals (`U S A`), where `A` is not the article."""
    row = words[max(0, index - 1) : index + 2]
    singles = [len(word.text) == 1 and word.text.isupper() for word in row]
    return singles[min(index, 1)] and sum(singles) > 1


def _word_phonemes(
    word: _Word,
    dictionary: "Dictionary",
    next_vowel: bool | None,
    guess: Callable[[str], str],
) -> str:
    text = word.text
    if not any(c.isalnum() for c in text):
        return ""
    special = _function_word(text, next_vowel)
    if special is not None:
        return special
    if _LETTERS.fullmatch(text) or (word.reading and word.reading.american):
        stress = None if text == text.lower() else 2 if text == text.upper() and len(text) > 1 else 0.5
        found = _read(word, dictionary, stress, last=next_vowel is None)
        if found is not None:
            return found
        if text.isupper() and len(text) > 1 and (len(text) < 5 or not set(text) & set("AEIOUY")):
            return dictionary.spell(text)
    return guess(text)


def _read(word: _Word, dictionary: "Dictionary", stress: float | None, last: bool) -> str | None:
    """Return the chosen pronunciation of a word, or None if the dictionary lacks it."""
    reading = word.reading or Reading()
    if reading.american:
        return with_stress(reading.british if dictionary.british else reading.american, stress)
    return dictionary.pronounce(reading.like or word.text, reading.part or None, stress, last)


def _function_word(text: str, next_vowel: bool | None) -> str | None:
    """Return the phonemes of a function word that depends on the next sound; None for all other words."""
    small = text.lower()
    if text in ("a", "A"):
        return "ˈA" if next_vowel is None else "ɐ"
    if small == "an":
        return "ɐn"
    if text == "I":
        return "ˌI"
    if small == "am" and next_vowel is not None:
        return "ɐm"
    if small == "to" and next_vowel is not None:
        return "tʊ" if next_vowel else "tə"
    if small == "in":
        return "ɪn" if next_vowel is not None else "ˈɪn"
    if small == "the":
        return "ði" if next_vowel else "ðə"
    return None


def is_name(word: str) -> bool:
    """True for a lower-case word that the dictionary only lists with a capital: `boston`, `monday`."""
    return _dictionary(british=False).is_name(word)


class Dictionary:
    """misaki's dictionary for one variety of English."""

    def __init__(self, british: bool) -> None:
        self._plural_vowel = "ɪ" if british else "ᵻ"
        self.british = british
        self._gold = _load("gb_gold" if british else "us_gold")
        self._silver = _load("gb_silver" if british else "us_silver")

    def entry(self, word: str, part: str | None, last: bool) -> str | None:
        """Return the pronunciation listed for exactly `word`."""
        if self.british and word in ("z", "Z"):  # the dictionary lists the American name
            return "zˈɛd"
        listed = self._gold.get(word) or self._silver.get(word)
        if isinstance(listed, dict):
            if last and "None" in listed:
                return listed["None"]
            general = {"VBD": "VERB", "VBN": "VERB"}.get(part or "", part)
            return listed.get(part or "") or listed.get(general or "") or listed["DEFAULT"]
        return listed

    def is_unclear(self, word: str) -> bool:
        """True if the pronunciation of `word`, or of its singular, depends on the part of speech."""
        small = word.lower()
        stems = (small, small[:-1], small[:-2]) if small.endswith("s") else (small,)
        tables = (self._gold[stem] for stem in stems if isinstance(self._gold.get(stem), dict))
        return any(table.keys() - {"DEFAULT", "None"} for table in tables)

    def is_name(self, word: str) -> bool:
        """True if only the capitalised spelling is among the verified entries; see `is_name` above."""
        return word not in self._gold and word.capitalize() in self._gold

    def pronounce(self, word: str, part: str | None, stress: float | None, last: bool = False) -> str | None:
        """Return the pronunciation of `word` in any case, or derived from its stem with -s, -ed, -ing; else None."""
        spellings = [word, word.lower(), word.capitalize()]
        if word.endswith("'"):
            spellings += [word[:-1], word[:-1].lower()]
        for spelling in spellings:
            found = self.entry(spelling, part, last)
            # Short words in capitals such as US or IT count as words only if they are listed in capitals.
            if found is not None:
                return with_stress(found, stress)
        small = word.lower()
        return self._plural(small, part, stress) or self._past(small, stress) or self._ing(small, stress)

    def spell(self, letters: str) -> str:
        """Return the names of the letters as one word, with the stress on the last."""
        names = [self.entry(letter.upper(), None, last=False) or "" for letter in letters if letter.isalpha()]
        stressed = with_stress("".join(names), 0).rsplit(_SECONDARY, 1)
        return _PRIMARY.join(stressed)

    def _known(self, stem: str, part: str | None, stress: float | None) -> str | None:
        for spelling in (stem, stem.capitalize()):
            found = self.entry(spelling, part, last=False) if len(stem) > 1 else None
            if found:
                return with_stress(found, stress)
        return None

    def _plural(self, word: str, part: str | None, stress: float | None) -> str | None:
        if len(word) < 3 or not word.endswith(("s", "s'")):
            return None
        stems = [word[:-1]] if not word.endswith("ss") else []
        if word.endswith("'s") or (word.endswith("es") and len(word) > 4 and not word.endswith("ies")):
            stems.append(word[:-2])
        if word.endswith("ies") and len(word) > 4:
            stems.append(word[:-3] + "y")
        stem = next(filter(None, (self._known(s, part, stress) for s in stems)), None)
        if not stem:
            return None
        if stem[-1] in "ptkfθ":
            return stem + "s"
        return stem + (self._plural_vowel + "z" if stem[-1] in "szʃʒʧʤ" else "z")

    def _past(self, word: str, stress: float | None) -> str | None:
        if len(word) < 4 or not word.endswith("d"):
            return None
        stems = [word[:-1]] if not word.endswith("dd") else []
        if word.endswith("ed") and len(word) > 4 and not word.endswith("eed"):
            stems.append(word[:-2])
            if word[-3] == word[-4]:
                stems.append(word[:-3])
        stem = next(filter(None, (self._known(s, "VERB", stress) for s in stems)), None)
        if not stem:
            return None
        if stem[-1] in "pkfθʃsʧ":
            return stem + "t"
        if stem[-1] == "d":
            return stem + self._plural_vowel + "d"
        if stem[-1] != "t":
            return stem + "d"
        return stem[:-1] + "ɾᵻd" if self._flaps(stem) else stem + self._plural_vowel + "d"

    def _ing(self, word: str, stress: float | None) -> str | None:
        if len(word) < 5 or not word.endswith("ing"):
            return None
        stems = [word[:-3]] if len(word) > 5 else []
        stems.append(word[:-3] + "e")
        if len(word) > 5 and re.search(r"([bcdgklmnprstvxz])\1ing$|cking$", word):
            stems.append(word[:-4])
        stem = next(filter(None, (self._known(s, "VERB", stress or 0.5) for s in stems)), None)
        if not stem or (self.british and stem[-1] in "əː"):
            return None
        return (stem[:-1] + "ɾ" if self._flaps(stem) else stem) + "ɪŋ"

    def _flaps(self, stem: str) -> bool:
        return not self.british and len(stem) > 1 and stem[-1] == "t" and stem[-2] in _VOWELS_BEFORE_FLAP


def with_stress(phonemes: str, stress: float | None) -> str:
    """Return `phonemes` with changed stress, on misaki's scale from -2 (none) to 2 (primary)."""
    if stress is None:
        return phonemes
    if stress < -1:
        return phonemes.replace(_PRIMARY, "").replace(_SECONDARY, "")
    if stress == -1 or (stress in (0, -0.5) and _PRIMARY in phonemes):
        return phonemes.replace(_SECONDARY, "").replace(_PRIMARY, _SECONDARY)
    unstressed = _PRIMARY not in phonemes and _SECONDARY not in phonemes
    if stress >= 0 and unstressed and _VOWELS & set(phonemes):
        first_vowel = next(i for i, c in enumerate(phonemes) if c in _VOWELS)
        mark = _PRIMARY if stress > 1 else _SECONDARY
        return phonemes[:first_vowel] + mark + phonemes[first_vowel:]
    if stress >= 1 and _PRIMARY not in phonemes:
        return phonemes.replace(_SECONDARY, _PRIMARY)
    return phonemes


def _soften_compounds(words: list[_Word]) -> None:
    """Let about half of the parts of a hyphenated or joined word keep their primary stress."""
    start = 0
    for end in range(1, len(words) + 1):
        if end < len(words) and not words[end].space_before:
            continue
        parts = [word for word in words[start:end] if word.phonemes]
        start = end
        if len(parts) == 2 and len(parts[0].text) == 1:
            parts[1].phonemes = with_stress(parts[1].phonemes, -0.5)
        elif len(parts) >= 2 and sum(_PRIMARY in p.phonemes for p in parts) > (len(parts) + 1) // 2:
            lightest = sorted(parts, key=lambda p: (_PRIMARY in p.phonemes, _weight(p.phonemes)))
            for part in lightest[: len(parts) // 2]:
                part.phonemes = with_stress(part.phonemes, -0.5)


def _weight(phonemes: str) -> int:
    return sum(2 if c in _DIPHTHONGS else 1 for c in phonemes)


@cache
def _dictionary(british: bool) -> Dictionary:
    return Dictionary(british)


def _load(name: str) -> dict:
    spec = importlib.util.find_spec("misaki")
    try:
        path = Path(spec.origin or spec.submodule_search_locations[0]).parent / "data" / f"{name}.json"
        return json.loads(path.read_text(encoding="utf-8"))
    except (AttributeError, TypeError, IndexError, OSError, ValueError) as error:
        raise TextError(
            "The English dictionary (misaki) is missing or damaged. Run `make setup` to repair it."
        ) from error
