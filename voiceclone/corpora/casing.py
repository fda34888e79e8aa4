"""Restore capitals and punctuation in bare texts: LibriSpeech, for example, only has THE CAT SAT."""

import difflib
import re

from voiceclone.text.english import is_name

_MARKS = ".,;:!?…"
_SENTENCE_ENDS = ".!?…"
_FIRST_PERSON = frozenset({"i", "i'm", "i'll", "i've", "i'd", "o"})
_ABBREVIATIONS = frozenset({"mr.", "mrs.", "ms.", "dr.", "st.", "jr.", "sr.", "prof.", "capt.", "col.", "gen.", "rev."})
"""Recognisers write these for MISTER and the like; their full stop does not end a sentence."""
_MIN_SHARED_WORDS = 0.6
"""Share of matching words above which a recogniser's punctuation is trusted."""


def is_bare(text: str) -> bool:
    """True for texts of several words that are all in one case and have no punctuation."""
    if len(text.split()) < 2 or any(mark in text for mark in _MARKS):
        return False
    return text == text.upper() or text == text.lower()


def restored(text: str, language: str, heard: str = "") -> str:
    """Return the same words with capitals and punctuation.

    English names are looked up in the pronunciation dictionary, which capitalises them. Punctuation and unknown names
    come from a recogniser's text, where it has the same words.

    Args:
        text: a text that `is_bare`.
        language: its code; names are looked up in English only.
        heard: the recogniser's text of the same recording, "" without one.
    """
    words = text.lower().split()
    if not words:
        return ""
    english = language.startswith("en")
    marks, capitals = _transferred(words, heard)
    written = []
    begins = True
    for index, word in enumerate(words):
        upper = begins or index in capitals or (english and (word in _FIRST_PERSON or is_name(_owner(word))))
        written.append((_capitalised(word) if upper else word) + marks.get(index, ""))
        begins = marks.get(index, "")[-1:] in tuple(_SENTENCE_ENDS)
    return _ended(" ".join(written), language)


def _transferred(words: list[str], heard: str) -> tuple[dict[int, str], set[int]]:
    """Return the punctuation after words, and the capitalised words, both by index in `words`, as recognised."""
    spoken = heard.split()
    bare = [re.sub(r"[^\w']", "", word).casefold() for word in spoken]
    matcher = difflib.SequenceMatcher(a=words, b=bare, autojunk=False)
    blocks = matcher.get_matching_blocks()
    if sum(block.size for block in blocks) < _MIN_SHARED_WORDS * len(words):
        return {}, set()
    marks: dict[int, str] = {}
    capitals: set[int] = set()
    for kind, start, end, heard_start, heard_end in matcher.get_opcodes():
        if kind in ("delete", "insert"):
            continue
        # Words that were misheard, as names often are, keep their position; of several, only the last is aligned.
        same_count = end - start == heard_end - heard_start
        count = end - start if same_count else 1
        pairs = zip(range(end - count, end), range(heard_end - count, heard_end), strict=True)
        for place, heard_place in pairs:
            mark = _mark_after(spoken[heard_place])
            if mark:
                marks[place] = mark
            begins = heard_place == 0 or _mark_after(spoken[heard_place - 1]) in tuple(_SENTENCE_ENDS)
            if same_count and not begins and spoken[heard_place][:1].isupper():
                capitals.add(place)
    return marks, capitals


def _mark_after(word: str) -> str:
    found = re.search(rf"([{_MARKS}])[^\w]*$", word)
    return "" if found is None or word.casefold() in _ABBREVIATIONS else found[1]


def _owner(word: str) -> str:
    return word.removesuffix("'s").removesuffix("'")


def _capitalised(word: str) -> str:
    return word[:1].upper() + word[1:]


def _ended(text: str, language: str) -> str:
    if text[-1] in _SENTENCE_ENDS:
        return text
    return text.rstrip(_MARKS) + ("।" if language == "hi" else ".")


def without_lone_quotes(text: str) -> str:
    """Return a text without unmatched quotation marks.

    Prompts of Common Voice are cut out of paragraphs. Marks after a digit stand for inches and are kept.
    """
    if text.startswith('"') and text.endswith('"') and '""' in text[1:-1]:  # doubled by CSV quoting
        text = text[1:-1].replace('""', '"')
    straight = re.compile(r'(?<!\d)"')
    if len(straight.findall(text)) % 2 and text.count('"') % 2:
        text = straight.sub("", text)
    low = "„" in text  # „so“ or „so”
    for opening, closing in (("„", "“”") if low else ("“", "”"), ("«", "»")):
        if text.count(opening) != sum(map(text.count, closing)):
            text = text.translate(dict.fromkeys(map(ord, opening + closing)))
    return " ".join(text.split())
