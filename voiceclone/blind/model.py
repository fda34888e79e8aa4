"""A blind listening test as stored on disk: two sides, pairs in hidden order, the answers so far."""

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from voiceclone.blind.result import BlindResult

FORMAT = 1
PAIRS = 10
MIN_PAIRS = 5
"""Fewer prove nothing even if all answers agree: five of five leave 57 to 100 in 100 (Wilson)."""
VOICE, STOCK, RECORDING = "voice", "stock", "recording"
KINDS = (VOICE, STOCK, RECORDING)
QUESTIONS = ("better", "like")
"""`better`: which one sounds better? `like`: which one sounds more like the person?"""
FIRST, SECOND = "a", "b"


@dataclass(frozen=True)
class Side:
    """The source of one sound in each pair."""

    kind: str
    """One of `KINDS`."""
    name: str
    """At the time of the test; the voice may have been renamed or deleted since."""
    voice_id: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"a side is one of {KINDS}, not {self.kind!r}")


@dataclass(frozen=True)
class Pair:
    """A sentence said by both sides."""

    text: str
    plays_first: str
    """The side played as number 1: `a` or `b`."""
    answer: int | None = None
    """The chosen sound: 1 or 2; None if unanswered."""
    was_learnt: bool = False
    """Its recording was also used in training."""

    def __post_init__(self) -> None:
        if self.plays_first not in (FIRST, SECOND) or self.answer not in (None, 1, 2):
            raise ValueError("a pair plays a or b first, and its answer is 1 or 2")

    @property
    def chosen(self) -> str | None:
        """The chosen side; None if unanswered."""
        if self.answer is None:
            return None
        return self.plays_first if self.answer == 1 else _other(self.plays_first)


@dataclass(frozen=True)
class BlindTest:
    """A blind listening test."""

    test_id: str
    created_at: str
    question: str
    """One of `QUESTIONS`."""
    language: str
    seed: int
    """Of the hidden order."""
    a: Side
    b: Side
    pairs: tuple[Pair, ...]
    finished_at: str | None = None
    project_id: str | None = None
    """The project whose recordings are one side; None without recordings, and in tests of older versions."""

    def __post_init__(self) -> None:
        if self.question not in QUESTIONS or not self.pairs:
            raise ValueError(f"a test asks one of {QUESTIONS} about at least one pair")

    @property
    def answered(self) -> int:
        """Number of answered pairs."""
        return sum(pair.answer is not None for pair in self.pairs)

    @property
    def finished(self) -> bool:
        """True once every pair is answered."""
        return self.answered == len(self.pairs)

    @property
    def result(self) -> "BlindResult":
        """What the answers prove.

        Raises:
            InputError: it is not finished; the order stays hidden until then.
        """
        from voiceclone.blind.result import result_of

        return result_of(self)


@dataclass(frozen=True)
class BlindQuestion:
    """The next question; nothing in it reveals which sound is which side."""

    test_id: str
    question: str
    number: int
    """Of the pair, from 1."""
    total: int
    text: str
    """The sentence both say."""
    sounds: tuple[Path, Path]
    """16-bit WAV files of equal loudness: the one played as 1 and the one played as 2."""


def hidden_order(count: int, seed: int) -> list[str]:
    """Return which side each pair plays first: either side half of the time, shuffled.

    The balance keeps the common preference for the second sound from favouring a side.
    """
    choice = random.Random(seed)
    offset = choice.randrange(2)
    order = [(FIRST, SECOND)[(number + offset) % 2] for number in range(count)]
    choice.shuffle(order)
    return order


def as_plain(test: BlindTest) -> dict[str, Any]:
    """Return a test as plain JSON values."""
    return {"format": FORMAT} | asdict(test)


def blind_test_from(value: Mapping[str, Any], test_id: str) -> BlindTest:
    """Return a test from its JSON values.

    Raises:
        NotFoundError: it is damaged.
    """
    try:
        pairs = tuple(Pair(**pair) for pair in value["pairs"])
        rest = {name: value[name] for name in ("created_at", "question", "language", "seed", "finished_at")}
        rest["project_id"] = value.get("project_id")
        return BlindTest(test_id=test_id, a=Side(**value["a"]), b=Side(**value["b"]), pairs=pairs, **rest)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotFoundError("That listening test is damaged. Delete it and begin a new one.") from error


def checked_question(question: str) -> str:
    """Return `question` if it is valid.

    Raises:
        InputError: it is not one of `QUESTIONS`.
    """
    if question not in QUESTIONS:
        raise InputError("Choose what is asked: which one sounds better, or which one sounds more like you.")
    return question


def _other(side: str) -> str:
    return SECOND if side == FIRST else FIRST
