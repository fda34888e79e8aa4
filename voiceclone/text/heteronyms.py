"""Choose the pronunciation of words that share a spelling but sound different (`lead`, `read`, `bass`).

The part of speech decides most of them, with a pronunciation for each in misaki's dictionary. For the others,
`heteronyms.tsv` decides by the surrounding words; its header explains how to add a line.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from voiceclone.text.normalize.words import listed
from voiceclone.text.tagger import english_tagger

_FILE = "heteronyms.tsv"
START, END = "START", "END"
_WHERE = ("is", "previous", "next", "then", "near")
_TAGS = frozenset(
    listed(
        "NOUN PROPN VERB AUX ADJ ADV ADP DET PRON NUM PART CCONJ SCONJ INTJ X Fin Inf Part Ger VBD VBP CAPITAL BREAK"
    )
)


@dataclass(frozen=True)
class Token:
    """A word of a sentence with its tags."""

    word: str
    """In lower case."""
    tags: frozenset[str]
    """A subset of `_TAGS`; `CAPITAL` except for the first word; `BREAK` after a comma or similar."""


@dataclass(frozen=True)
class Reading:
    """How to pronounce a word; exactly one field is set."""

    part: str = ""
    """A part of speech as misaki's dictionary names it."""
    like: str = ""
    """A word that sounds the same."""
    american: str = ""
    """Phonemes in Kokoro's alphabet."""
    british: str = ""


@dataclass(frozen=True)
class _Condition:
    wanted: bool
    where: str
    words: frozenset[str]
    beginnings: tuple[str, ...]
    tags: frozenset[str]

    def holds(self, tokens: Sequence[Token], index: int) -> bool:
        return self.wanted is any(self._fits(token) for token in self._looked_at(tokens, index))

    def _looked_at(self, tokens: Sequence[Token], index: int) -> list[Token]:
        if self.where == "near":
            return [*tokens[:index], *tokens[index + 1 :]]
        at = index + {"is": 0, "previous": -1, "next": 1, "then": 2}[self.where]
        if 0 <= at < len(tokens):
            return [tokens[at]]
        return [Token(START if at < 0 else END, frozenset())]

    def _fits(self, token: Token) -> bool:
        return (
            token.word in self.words
            or bool(self.tags & token.tags)
            or (bool(self.beginnings) and token.word.startswith(self.beginnings))
        )


@dataclass(frozen=True)
class _Rule:
    reading: Reading
    conditions: tuple[_Condition, ...]


def tokens_of(words: Sequence[str], is_name: bool, breaks: Collection[int] = ()) -> list[Token]:
    """Return the words of one sentence with their parts of speech.

    Args:
        words: as written, without punctuation.
        is_name: True if the first word would be capitalised anywhere.
        breaks: indices of words after a comma, a dash or similar.
    """
    shown = [word.lower() if word.isupper() and len(word) > 1 else word for word in words]
    if shown and not is_name:
        shown[0] = shown[0].lower()
    small = [word.lower() for word in words]
    tags = [set(tag.split("|")) for tag in english_tagger().tag(shown)]
    for index, word in enumerate(words):
        if index in breaks:
            tags[index].add("BREAK")
        _correct(small, tags, index)
        if "Fin" in tags[index]:
            tags[index].add("VBD" if _is_past(small, tags, index) else "VBP")
        if index and word[:1].isupper() and not word.isupper():
            tags[index].add("CAPITAL")
    return [Token(word, frozenset(tag)) for word, tag in zip(small, tags, strict=True)]


def reading(tokens: Sequence[Token], index: int) -> Reading:
    """Return how to pronounce the word at `index`."""
    for rule in _rules().get(tokens[index].word, ()):
        if all(condition.holds(tokens, index) for condition in rule.conditions):
            return rule.reading
    return Reading(part=_part(tokens[index].tags))


def has_rule(word: str) -> bool:
    """True for a word in `heteronyms.tsv`."""
    return word.lower() in _rules()


def _part(tags: frozenset[str]) -> str:
    """Return the tags as a part of speech of misaki's dictionary."""
    if tags & {"VERB", "AUX"}:
        return next((part for tag, part in _VERBS.items() if tag in tags), "VERB")
    return next((part for tag, part in _OTHERS.items() if tag in tags), "")


_VERBS = {"VBD": "VBD", "Part": "VBN"}
_OTHERS = {"NOUN": "NOUN", "PROPN": "NOUN", "ADJ": "ADJ", "ADV": "ADV", "DET": "DT"}

_BEFORE_VERB = frozenset(
    listed(
        "will would can could may might must shall should don't doesn't didn't won't can't cannot couldn't wouldn't "
        "shouldn't let's please i'll you'll we'll they'll he'll she'll"
    )
)
_OFTEN = frozenset(listed("never often always sometimes usually rarely seldom"))
_HAVE = frozenset(listed("have has had having haven't hasn't hadn't i've you've we've they've who've"))
_BEFORE_OBJECT = frozenset(
    listed("the a an your my his her our their its this that these those it them me us him everything")
)


def _correct(words: list[str], tags: list[set[str]], index: int) -> None:
    """Correct a mistake of the tagger where the surrounding words leave only one possibility."""
    before = words[index - 1] if index else START
    following = words[index + 1] if index + 1 < len(words) else END
    if "VERB" in tags[index]:
        at = index - 1
        while at > 0 and "ADV" in tags[at]:
            at -= 1
        if at >= 0 and words[at] in _HAVE:
            tags[index] = {"VERB", "Part"}
        elif before in _BEFORE_VERB or ("Fin" in tags[index] and _is_asked(words, tags, index)):
            tags[index] = {"VERB", "Inf"}
        return
    if not tags[index] & {"NOUN", "PROPN", "ADJ"}:
        return
    commanded = before in (START, "and") and following in _BEFORE_OBJECT and words[index] in _COMMANDS
    often = before in _OFTEN and not (index > 1 and "AUX" in tags[index - 2])  # not in "is always present"
    if before in _BEFORE_VERB or often or (before == "to" and following in _BEFORE_OBJECT) or commanded:
        tags[index] = {"VERB", "Inf"}
    elif _follows_plural_subject(words, tags, index):
        tags[index] = {"VERB", "Fin"}


_ASKING = frozenset(listed("did do does didn't don't doesn't will would can could may might must shall should"))
_QUESTION_WORDS = frozenset(listed("when where why how what which whom whose"))


def _is_asked(words: list[str], tags: list[set[str]], index: int) -> bool:
    """True for the first verb of a question with an auxiliary: `Did you, last night, read it?`"""
    at = 1 if words[0] in _QUESTION_WORDS and index > 1 else 0
    return index > at and words[at] in _ASKING and not any("VERB" in tags[i] for i in range(at + 1, index))


def _follows_plural_subject(words: list[str], tags: list[set[str]], index: int) -> bool:
    """True for `produce` in `Hens produce eggs`: a plural noun hardly ever precedes another noun."""
    if index == 0 or index + 1 == len(words) or words[index].endswith("s"):
        return False
    before = words[index - 1]
    plural = before in _PLURALS or (before.endswith("s") and not before.endswith(("ss", "'s")))
    begins = index == 1 or bool(tags[index - 2] & {"DET", "ADJ", "NUM", "PRON"})
    has_object = bool(tags[index + 1] & {"NOUN", "PROPN", "DET", "PRON", "ADJ", "NUM"})
    return (
        plural
        and begins
        and has_object
        and (index == 1 or bool(tags[index - 1] & {"NOUN", "PROPN"}))
        and not tags[index - 1] & {"AUX", "DET", "PRON", "ADV", "ADP", "SCONJ"}
        and before not in _PLURAL_MODIFIERS
    )


_PLURAL_MODIFIERS = frozenset(
    listed(
        "sports sales arms goods customs news systems savings operations communications states physics mathematics "
        "politics economics athletics electronics gas bus times minutes hours days weeks months years pounds dollars "
        "species series perhaps always"
    )
)
"""Words in -s that may precede a noun: `a sports project`."""
_COMMANDS = frozenset(
    listed(
        "record present object project produce permit separate duplicate close wind tear bow row lead read use house "
        "polish address import export conduct contrast compress combine estimate insert excuse conserve"
    )
)
"""Heteronyms that begin a sentence as a command: `Record the song.`"""

_SINGULAR_SUBJECTS = frozenset(listed("he she it nobody everybody everyone someone somebody"))
_PLURALS = frozenset(listed("people children men women police"))
_PAST_SIGNS = frozenset(
    listed(
        "yesterday ago last earlier once twice when until was were had did said went came saw told took got felt made "
        "knew thought gave found left began sat stood ran wrote"
    )
)
_PRESENT_SIGNS = frozenset(
    listed("every always usually often sometimes daily weekly each now nowadays rarely never is are am do does don't")
)


def _is_past(words: list[str], tags: list[set[str]], index: int) -> bool:
    """True if a verb with the same present and past form (`read`) is in the past tense."""
    at = index - 1
    while at >= 0 and "ADV" in tags[at]:
        at -= 1
    if at > 0 and words[at] in ("who", "that", "which"):
        at -= 1
    if at < 0 or "BREAK" in tags[index]:
        return False
    if words[at] in _SINGULAR_SUBJECTS:
        return True
    singular = not words[at].endswith("s") and words[at] not in _PLURALS
    others = set(words[:index]) | set(words[index + 1 :])
    if tags[at] & {"NOUN", "PROPN"} and singular and "and" not in words[:at]:
        return True
    if others & _PRESENT_SIGNS:
        return False
    if others & _PAST_SIGNS:
        return True
    if any("Fin" in tags[i] and word.endswith("ed") for i, word in enumerate(words) if i != index):
        return True
    following = words[index + 1] if index + 1 < len(words) else END
    return following in _BEFORE_OBJECT or following in ("about", "somewhere")


@cache
def _rules() -> dict[str, list[_Rule]]:
    rules: dict[str, list[_Rule]] = {}
    text = (files(__package__) / _FILE).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#") or not line.strip():
            continue
        words, wanted, *rest = (column.strip() for column in line.split("\t"))
        conditions = tuple(_condition(part, number) for part in "".join(rest).split(";") if part.strip())
        for word in words.split():
            rules.setdefault(word, []).append(_Rule(_reading(wanted), conditions))
    return rules


def _reading(written: str) -> Reading:
    if written.startswith("="):
        return Reading(like=written[1:])
    if written.startswith("/"):
        sounds = written.strip("/").split("/ /")
        return Reading(american=sounds[0], british=sounds[-1])
    return Reading(part=written)


def _condition(written: str, line: int) -> _Condition:
    words = written.split()
    wanted = words[0] != "not"
    where, *values = words[0 if wanted else 1 :]
    if where not in _WHERE or not values:
        raise ValueError(f"{_FILE}, line {line}: not one of {', '.join(_WHERE)} and words: {written}")
    return _Condition(
        wanted,
        where,
        frozenset(value for value in values if value not in _TAGS and not value.endswith("*")),
        tuple(value[:-1] for value in values if value.endswith("*")),
        frozenset(values) & _TAGS,
    )
