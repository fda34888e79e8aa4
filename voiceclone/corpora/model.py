"""What every corpus offers: its speakers and, one after another, their recordings with what is said in them."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from voiceclone.errors import AudioError

DEEPEST = 5
"""Levels of folders a corpus has at most, with one to spare: LibriSpeech/subset/speaker/chapter."""


@dataclass(frozen=True)
class Utterance:
    """One recording of a corpus, still where the corpus keeps it."""

    speaker_id: str
    name: str
    """File name with its ending, unique in the corpus."""
    text: str
    """As the corpus has it; "" where it has none."""
    path: Path | None = None
    """Its file, whether that exists or not; None where the sound lies in `content`."""
    content: bytes | None = None
    """An audio file's bytes."""
    listed_s: float | None = None
    """Length in seconds when the corpus says it."""

    @property
    def is_there(self) -> bool:
        """False when the corpus lists a file that is missing."""
        return self.content is not None or (self.path is not None and self.path.is_file())


@dataclass(frozen=True)
class CorpusSpeaker:
    """One speaker of a corpus and how much there is of them."""

    speaker_id: str
    duration_s: float
    """Of all recordings whose length can be read."""
    clip_count: int
    """Recordings that are there."""
    missing_count: int
    """Recordings that are listed but are not there, or cannot be read."""
    language: str
    """Code such as `en-us`; one that VoiceClone does not speak is possible."""
    note: str = ""
    """What the corpus says of them, for example `F, Kara Shallenberg`."""


class Corpus(ABC):
    """A source of recordings with their texts, read one by one so that its size does not matter."""

    kind: ClassVar[str]
    """Its name in options and calls."""
    title: ClassVar[str]
    is_folder: ClassVar[bool] = False
    expensive: ClassVar[bool] = False
    """Reading a recording costs a download: take what comes, do not look for better ones."""

    @property
    @abstractmethod
    def where(self) -> str:
        """What the person gave: a folder or a dataset's name."""

    @property
    @abstractmethod
    def language(self) -> str:
        """Code of the language most of it is in."""

    def language_of(self, speaker_id: str) -> str:
        """Code of the language, or the kind of English, of one speaker."""
        return self.language

    @abstractmethod
    def utterances(self, speaker_id: str | None = None) -> Iterator[Utterance]:
        """Yield the recordings of one speaker, or of all, always in the same order."""

    def speaker_ids(self) -> Iterator[str]:
        """Yield each speaker once, without reading sound."""
        known = set()
        for utterance in self.utterances():
            if utterance.speaker_id not in known:
                known.add(utterance.speaker_id)
                yield utterance.speaker_id

    def notes(self) -> dict[str, str]:
        """Return what the corpus says of its speakers."""
        return {}


class FolderCorpus(Corpus):
    """A corpus in a folder."""

    is_folder = True
    holds: ClassVar[str]
    """What makes a folder one of these, in words."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    @property
    def where(self) -> str:
        """The folder."""
        return str(self.folder)

    @classmethod
    @abstractmethod
    def looks_right(cls, folder: Path) -> bool:
        """True when the folder is of this kind; a quick look."""


def duration_s(utterance: Utterance) -> float | None:
    """Return the length of a recording from its header; None when it is missing or cannot be read."""
    if not utterance.is_there:
        return None
    if utterance.listed_s is not None:
        return utterance.listed_s
    if utterance.content is not None:
        return _duration_of_bytes(utterance.content)
    from voiceclone.audio.decoding import told_duration_s

    assert utterance.path is not None  # it is there, and not as content
    try:
        return told_duration_s(utterance.path)
    except AudioError:
        return None


def _duration_of_bytes(content: bytes) -> float | None:
    import io

    import soundfile

    try:
        return float(soundfile.info(io.BytesIO(content)).duration)
    except soundfile.LibsndfileError:
        return None


def folders_below(
    folder: Path, is_wanted: Callable[[Path], bool] = lambda folder: True, depth: int = DEEPEST
) -> Iterator[Path]:
    """Yield a folder and those below it in order of their names; what is not wanted is not entered.

    `depth` bounds the walk, so that links which lead in a circle do no harm.
    """
    yield folder
    if depth == 0:
        return
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir())
    for name in names:
        if is_wanted(folder / name):
            yield from folders_below(folder / name, is_wanted, depth - 1)


def home_of(folder: Path, is_home: Callable[[Path], bool]) -> Path | None:
    """Return `folder`, or the one folder in it that is meant, for `download/LJSpeech-1.1`; None without one."""
    if is_home(folder):
        return folder
    inside = [path for path in folders_below(folder, depth=1) if path != folder and is_home(path)]
    return inside[0] if len(inside) == 1 else None


def is_plain(name: str) -> bool:
    """True for a file's name; one with folders in it could lead out of the corpus."""
    return bool(name) and Path(name).name == name


def lines_of(path: Path) -> Iterator[str]:
    """Yield the lines of a text file that are not empty; signs that are not UTF-8 become �."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        for line in file:
            if line.strip():
                yield line.rstrip("\r\n")
