"""What a deletion takes along, as a list to show before anything is deleted."""

from collections.abc import Callable
from dataclasses import dataclass

from voiceclone.wording import count, duration, size

PERSON, VOICE = "person", "voice"
SUBJECTS = (PERSON, VOICE)

CLIPS = "clips"
OTHERS = "project files"
"""A script of one's own, spoken consent, the description of the project, and what a stopped upload left."""
TRAININGS = "trainings"
VOICES = "voices"
START_VOICES = "start voices"
"""Copies of the voice in trainings that began from it, and what these copies said."""
COMPARISONS = "comparisons"
BLIND_TESTS = "listening tests"
FEATURES = "prepared recordings"
COPIES = "copies"
"""What the browser got, and what it sent."""
KINDS = (CLIPS, OTHERS, TRAININGS, VOICES, START_VOICES, COMPARISONS, BLIND_TESTS, FEATURES, COPIES)


@dataclass(frozen=True)
class Item:
    """One kind of what a deletion takes along."""

    kind: str
    """One of `KINDS`."""
    count: int
    """How many clips, trainings, voices, comparisons or tests; of other kinds, how many files."""
    size_bytes: int
    names: tuple[str, ...] = ()
    """Of voices: what they are called."""
    speech_s: float = 0.0
    """Of clips: seconds of speech."""
    parts: int = 0
    """Of trainings: how many candidates they have together."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.count < 0 or self.size_bytes < 0:
            raise ValueError(f"an item is one of {KINDS}, and its figures are not negative")

    @property
    def sentence(self) -> str:
        """Say what it is, how much, and how large: `24 clips with 3 min of speech, 12.3 MB`."""
        return f"{_WORDS[self.kind](self)}, {size(self.size_bytes)}"


@dataclass(frozen=True)
class Deletion:
    """Everything about a person or a voice, and what is said about it before it is deleted."""

    subject: str
    """`PERSON` or `VOICE`."""
    subject_id: str
    name: str
    items: tuple[Item, ...]
    running: tuple[str, ...] = ()
    """Names of the voices that are being trained now; their trainings are ended first, without a voice."""
    stays: tuple[str, ...] = ()
    """Sentences about what is not deleted and might be expected to be."""
    refusal: str = ""
    """Why it cannot be deleted now, and what to do; empty if it can."""

    def __post_init__(self) -> None:
        if self.subject not in SUBJECTS:
            raise ValueError(f"what is deleted is one of {SUBJECTS}")

    @property
    def size_bytes(self) -> int:
        """Size of everything together."""
        return sum(item.size_bytes for item in self.items)

    @property
    def lines(self) -> tuple[str, ...]:
        """What goes, one line for each kind."""
        return tuple(item.sentence for item in self.items)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What happens besides, and what stays: whole sentences."""
        ended = tuple(f"The training of “{name}”, which is running, is ended first." for name in self.running)
        return (*ended, *self.stays)

    @property
    def question(self) -> str:
        """The one question that is asked: whether to delete all of it."""
        return f"Delete everything about “{self.name}” ({size(self.size_bytes)})? It cannot be recovered."


def _clips(item: Item) -> str:
    return f"{count(item.count, 'clip')} with {duration(item.speech_s)} of speech, as recorded and cleaned"


def _trainings(item: Item) -> str:
    parts = f" and {count(item.parts, 'candidate')}" if item.parts else ""
    return f"{count(item.count, 'training')} with all {'it' if item.count == 1 else 'they'} learnt, samples{parts}"


def _voices(item: Item) -> str:
    return f"{count(item.count, 'voice')}: {', '.join(f'“{name}”' for name in item.names)}"


_WORDS: dict[str, Callable[[Item], str]] = {
    CLIPS: _clips,
    OTHERS: lambda item: f"texts, descriptions and what was said about consent ({count(item.count, 'file')})",
    TRAININGS: _trainings,
    VOICES: _voices,
    START_VOICES: lambda item: f"copies of it in trainings that began from it ({count(item.count, 'file')})",
    COMPARISONS: lambda item: f"{count(item.count, 'comparison')} with sounds and figures",
    BLIND_TESTS: lambda item: f"{count(item.count, 'listening test')} with sounds and answers",
    FEATURES: lambda item: f"recordings prepared for the next training ({count(item.count, 'file')})",
    COPIES: lambda item: f"temporary copies for the browser and unused uploads ({count(item.count, 'file')})",
}
"""What each kind is called in the list."""
