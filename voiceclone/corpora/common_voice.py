"""Mozilla Common Voice: a folder per language with MP3 files, and tables with a row per recording."""

import csv
from array import array
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from voiceclone.corpora.model import FolderCorpus, Utterance, home_of, is_bare_file_name, lines_of

_TABLES = ("validated.tsv", "train.tsv")
"""The first that exists is read: all recordings validated by listeners, else the training part."""
_LANGUAGES = {"en": "en-us", "es": "es", "fr": "fr", "it": "it", "pt": "pt", "hi": "hi"}


class CommonVoice(FolderCorpus):
    """`validated.tsv` next to `clips/`, the layout of a language on commonvoice.mozilla.org."""

    kind = "common-voice"
    title = "Common Voice"
    holds = "a validated.tsv and a folder clips (the folder of ONE language, such as cv-corpus-17.0/en)"

    def __init__(self, folder: Path) -> None:
        super().__init__(home_of(folder, _is_home) or folder)
        self._table = next(path for name in _TABLES if (path := self.folder / name).is_file())

    @property
    def language(self) -> str:
        """From the table's column `locale`, or else the folder's name."""
        first = next(self._rows(), {})
        locale = (first.get("locale") or self.folder.name).split("-")[0].casefold()
        return _LANGUAGES.get(locale, locale)

    @classmethod
    def matches(cls, folder: Path) -> bool:
        """True for the folder itself or the one that contains it."""
        return home_of(folder, _is_home) is not None

    def utterances(self, speaker_id: str | None = None) -> Iterator[Utterance]:
        """Yield recordings in the order of the table."""
        # For one speaker, reading a few hundred headers is faster than a table of a million durations.
        lengths = _Lengths(self.folder / "clip_durations.tsv") if speaker_id is None else None
        for row in self._rows():
            speaker, name = row.get("client_id") or "", row.get("path") or ""
            if speaker_id not in (None, speaker) or not is_bare_file_name(name):
                continue
            if not Path(name).suffix:  # the first releases omit it
                name += ".mp3"
            text = (row.get("sentence") or "").strip()
            listed_s = lengths.find(name) if lengths else None
            yield Utterance(speaker, name, text, self.folder / "clips" / name, listed_s=listed_s)

    def notes(self) -> dict[str, str]:
        """Return the gender and age of speakers who gave them."""
        found = {}
        for row in self._rows():
            words = [row.get("gender") or "", row.get("age") or ""]
            if any(words):
                found[row.get("client_id") or ""] = ", ".join(filter(None, words))
        return found

    def _rows(self) -> Iterator[dict[str, str]]:
        yield from csv.DictReader(lines_of(self._table), delimiter="\t", quoting=csv.QUOTE_NONE)


class _Lengths:
    """The durations of a release's recordings in 12 bytes each: the English one has more than two million."""

    def __init__(self, path: Path) -> None:
        keys, milliseconds = array("q"), array("L")
        rows = csv.reader(lines_of(path) if path.is_file() else (), delimiter="\t", quoting=csv.QUOTE_NONE)
        for row in rows:
            if len(row) == 2 and row[1].isdecimal():
                # 64 bits: the chance that two of three million names collide is one in four million.
                keys.append(hash(row[0]))
                milliseconds.append(int(row[1]))
        order = np.argsort(np.asarray(keys))
        self._keys = np.asarray(keys)[order]
        self._seconds = (np.asarray(milliseconds) / 1000).astype(np.float32)[order]

    def find(self, name: str) -> float | None:
        """Return the duration in seconds, or None if the release does not list it."""
        place = int(np.searchsorted(self._keys, hash(name)))
        found = place < len(self._keys) and self._keys[place] == hash(name)
        return float(self._seconds[place]) if found else None


def _is_home(folder: Path) -> bool:
    return (folder / "clips").is_dir() and any((folder / name).is_file() for name in _TABLES)
