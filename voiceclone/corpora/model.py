"""The interface of all corpora: their speakers, and their recordings with texts, one after another."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from voiceclone.errors import AudioError

DEEPEST = 5
"""Maximum folder depth of a corpus, with one level to spare: LibriSpeech/subset/speaker/chapter."""


@dataclass(frozen=True)
class Utterance:
    """A recording in a corpus, in its original place."""

    speaker_id: str
    name: str
    """File name with its suffix, unique in the corpus."""
    text: str
    """As in the corpus; "" if it has none."""
    path: Path | None = None
    """Its file, whether or not it exists; None if the audio is in `content`."""
    content: bytes | None = None
    """The bytes of an audio file."""
    listed_s: float | None = None
    """Duration in seconds, if the corpus lists it."""

    @property
    def is_there(self) -> bool:
        """False if the corpus lists a file that is missing."""
        return self.content is not None or (self.path is not None and self.path.is_file())


@dataclass(frozen=True)
class CorpusSpeaker:
    """A speaker of a corpus and how much material there is."""

    speaker_id: str
    duration_s: float
    """Of all recordings whose duration can be read."""
    clip_count: int
    """Existing recordings."""
    missing_count: int
    """Listed recordings that are missing or cannot be read."""
    language: str
    """A code such as `en-us`; possibly one that VoiceClone does not support."""
    note: str = ""
    """What the corpus says about them, for example `F, Kara Shallenberg`."""


class Corpus(ABC):
    """A source of recordings with texts, read one by one so that its size does not matter."""

    kind: ClassVar[str]
    """Its name in options and function calls."""
    title: ClassVar[str]
    is_folder: ClassVar[bool] = False
    expensive: ClassVar[bool] = False
    """True if reading a recording costs a download: take the first ones instead of searching for better ones."""

    @property
    @abstractmethod
    def where(self) -> str:
        """The folder or dataset name the user gave."""

    @property
    @abstractmethod
    def language(self) -> str:
        """Code of its main language."""

    def language_of(self, speaker_id: str) -> str:
        """Code of a speaker's language, or variety of English."""
        return self.language

    @abstractmethod
    def utterances(self, speaker_id: str | None = None) -> Iterator[Utterance]:
        """Yield the recordings of one speaker, or of all, always in the same order."""

    def speaker_ids(self) -> Iterator[str]:
        """Yield each speaker once, without reading audio."""
        known = set()
        for utterance in self.utterances():
            if utterance.speaker_id not in known:
                known.add(utterance.speaker_id)
                yield utterance.speaker_id

    def notes(self) -> dict[str, str]:
        """Return what the corpus says about each speaker."""
        return {}


class FolderCorpus(Corpus):
    """A corpus in a folder."""

    is_folder = True
    holds: ClassVar[str]
    """What identifies such a folder, in words."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    @property
    def where(self) -> str:
        """The folder."""
        return str(self.folder)

    @classmethod
    @abstractmethod
    def matches(cls, folder: Path) -> bool:
        """True if the folder is of this kind; a quick check."""


def duration_s(utterance: Utterance) -> float | None:
    """Return the duration of a recording from its header; None if it is missing or cannot be read."""
    if not utterance.is_there:
        return None
    if utterance.listed_s is not None:
        return utterance.listed_s
    if utterance.content is not None:
        return _duration_of_bytes(utterance.content)
    from voiceclone.audio.decoding import stated_duration_s

    assert utterance.path is not None  # it is there, and not as content
    try:
        return stated_duration_s(utterance.path)
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
    """Yield a folder and its subfolders in order of name, entering only those that `is_wanted`.

    `depth` bounds the walk, so that circular links do no harm.
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
    """Return `folder`, or the subfolder with the corpus, as in `download/LJSpeech-1.1`; None without one."""
    if is_home(folder):
        return folder
    inside = [path for path in folders_below(folder, depth=1) if path != folder and is_home(path)]
    return inside[0] if len(inside) == 1 else None


def is_bare_file_name(name: str) -> bool:
    """True for a bare file name; one with folders could point outside the corpus."""
    return bool(name) and Path(name).name == name


def lines_of(path: Path) -> Iterator[str]:
    """Yield the non-empty lines of a text file; bytes that are not UTF-8 become �."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        for line in file:
            if line.strip():
                yield line.rstrip("\r\n")
