"""Split text of any length into pieces of at most one sentence, each with the pause after it."""

import re
from dataclasses import dataclass

from voiceclone.errors import TextError
from voiceclone.limits import MAX_SPEAK_CHARACTERS
from voiceclone.text.languages import Language, get_language
from voiceclone.text.letters import check_speakable, says_something, speaks_mostly, transliterated
from voiceclone.text.normalize.abbreviations import dotted, goes_on, never_final, spaced
from voiceclone.text.phonemes import phonemize
from voiceclone.wording import count

MAX_PHONEMES = 250
"""Target maximum; the base model reads at most 510 and hurries through long inputs (below 300 is safe)."""
SENTENCE_PAUSE_S = 0.25
CLAUSE_PAUSE_S = 0.12
PARAGRAPH_PAUSE_S = 0.6

_BOUNDARY = re.compile(r"([.!?…।॥]+(?:[ \u00a0\u202f]?»|[\"”’')\]])*)(\s+)(?=\S)")
_ORNAMENT = re.compile(r"((?:[^\w\s]){3})(?:[^\w\s]){5,}")
"""Runs of dots, stars or quotes; three of them suffice."""
_CLAUSE = re.compile(r"(?<=[,;:—–])\s+")
_OPENERS = "\"“‘'«([¿¡—–-"


@dataclass(frozen=True)
class Sentence:
    """A piece of text to speak in one go."""

    text: str
    """As written."""
    pause_after_s: float
    """Silence to insert after it, in seconds; 0 after the last piece."""


def split(text: str, language: str) -> list[Sentence]:
    """Split `text` into pieces the base model can speak, of at most about `MAX_PHONEMES` phonemes.

    The words of all pieces together are the words of `text`, in order.

    Raises:
        TextError: there is nothing to say, the script cannot be spoken in `language`, or the text is too long.
    """
    if len(text) > MAX_SPEAK_CHARACTERS:
        raise TextError(
            f"The text has {count(len(text), 'character')}; at most {MAX_SPEAK_CHARACTERS:,} can be spoken at once. "
            "Split it and speak the parts one after the other."
        )
    chosen = get_language(language)
    check_speakable(text, chosen)
    pieces: list[Sentence] = []
    for paragraph in _paragraphs(text):
        for sentence in _sentences(paragraph, chosen):
            parts = _short_enough(_speakable(sentence, chosen), language)
            pieces += [Sentence(part, CLAUSE_PAUSE_S) for part in parts[:-1]]
            pieces.append(Sentence(parts[-1], SENTENCE_PAUSE_S))
        pieces[-1] = Sentence(pieces[-1].text, PARAGRAPH_PAUSE_S)
    pieces[-1] = Sentence(pieces[-1].text, 0.0)
    return pieces


def _paragraphs(text: str) -> list[str]:
    """Return the paragraphs, with wrapped lines joined; paragraphs without words are merged with a neighbour."""
    text = re.sub(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]", "\n", text)
    # A line break inside a sentence: the next line begins in lower case, or this one ends with a comma.
    text = re.sub(r"(?<=[^\s.!?…।:])[ \t]*\n[ \t]*(?=[^\W\d_A-Z])(?=[a-zà-ÿа-яё\u0900-\u097f])", " ", text)
    text = re.sub(r",[ \t]*\n[ \t]*(?=\S)", ", ", text)
    text = _ORNAMENT.sub(r"\1", text)
    return _with_words([" ".join(line.split()) for line in text.split("\n")])


def _sentences(paragraph: str, language: Language) -> list[str]:
    """Return the sentences of one paragraph."""
    sentences, start = [], 0
    for match in _BOUNDARY.finditer(paragraph):
        if _is_boundary(paragraph, match, language):
            sentences.append(paragraph[start : match.end(1)])
            start = match.end()
    return _with_words([*sentences, paragraph[start:]])


def _is_boundary(paragraph: str, match: re.Match[str], language: Language) -> bool:
    """True if the sentence really ends at this punctuation mark."""
    rest = paragraph[match.end() :].lstrip(_OPENERS)
    following = rest[:1]
    if match.group(1)[0] not in ".…":
        return not following.islower() or match.group(1)[-1] in "।॥!?"
    if following.islower():
        return False
    near = paragraph[max(0, match.start() - 40) : match.start() + 1]
    for first, last in spaced(language.family):  # EE. UU., a. C.
        if re.search(rf"(?<![\w.]){re.escape(first)}$", near.lower()) and rest.lower().startswith(last):
            return False
        short = f"{first} {last}"
        if near.lower().endswith(f" {short}") and short not in never_final(language.family):
            return not following.isdigit()
    before = near[-13:].split()[-1].lstrip(_OPENERS)
    before = re.sub(r"^[^\W\d_]+'", "", before)  # l'avv. Sala
    if language.family == "en" and before in ("St.", "Dr."):
        return not goes_on(near, rest)
    if re.search(r"\d[ \u00a0]?[a-z]\.$", near):  # 3 m. Then
        return not following.isdigit()
    if before.lower() in never_final(language.family):
        return False
    if language.family == "hi" and (before in dotted("hi") or before.count(".") > 1):
        return False  # कि.मी. contains full stops; a Hindi sentence ends with a danda
    if re.fullmatch(r"(?:[^\W\d_]\.)+", before):  # an initial (J.) or letters (U.S.)
        goes = language.family == "en" and goes_on(near, rest)
        return len(before) > 2 and not following.isdigit() and not goes
    return not (before.lower() in dotted(language.family) and following.isdigit())


def _with_words(parts: list[str]) -> list[str]:
    """Return the parts that have a letter or digit; the others are appended to the part before them."""
    kept: list[str] = []
    waiting = ""
    for part in parts:
        if not says_something(part):
            if kept:
                kept[-1] = f"{kept[-1]} {part}".rstrip()
            else:
                waiting = f"{waiting} {part}".strip()
        else:
            kept.append(f"{waiting} {part}".strip())
            waiting = ""
    return kept


def _speakable(sentence: str, language: Language) -> str:
    """Return `sentence`, transliterated to Latin if it is a foreign quotation inside a speakable text."""
    return sentence if speaks_mostly(sentence, language) else transliterated(sentence, language)


def _short_enough(sentence: str, language: str) -> list[str]:
    """Split `sentence` at clauses, then words, then letters, until each part is short enough."""
    if len(sentence) <= MAX_PHONEMES and _phoneme_count(sentence, language) <= MAX_PHONEMES:
        return [sentence]
    for parts in (_CLAUSE.split(sentence), sentence.split()):
        parts = _with_words(parts)
        if len(parts) > 1:
            return [done for part in _balanced(parts) for done in _short_enough(part, language)]
    middle = len(sentence) // 2
    return _short_enough(sentence[:middle], language) + _short_enough(sentence[middle:], language)


def _balanced(parts: list[str]) -> tuple[str, str]:
    """Join `parts` into two halves of about the same length."""
    lengths = [len(part) + 1 for part in parts]
    total, before, cut = sum(lengths), 0, 1
    best = float("inf")
    for index, length in enumerate(lengths[:-1], start=1):
        before += length
        if abs(2 * before - total) < best:
            best, cut = abs(2 * before - total), index
    return " ".join(parts[:cut]), " ".join(parts[cut:])


def _phoneme_count(sentence: str, language: str) -> int:
    return len(phonemize(sentence, language))
