"""Mozilla Common Voice: one folder for each language, MP3 files, tables with a row for each recording."""

import csv
from array import array
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from voiceclone.corpora.model import FolderCorpus, Utterance, home_of, is_plain, lines_of

_TABLES = ("validated.tsv", "train.tsv")
"""The first that is there is read: all recordings that others found right, else the part for training."""
_LANGUAGES = {"en": "en-us", "es": "es", "fr": "fr", "it": "it", "pt": "pt", "hi": "hi"}


class CommonVoice(FolderCorpus):
    """`validated.tsv` beside `clips/`, as commonvoice.mozilla.org packs one language."""

    kind = "common-voice"
    title = "Common Voice"
    holds = "a validated.tsv and a folder clips (the folder of ONE language, such as cv-corpus-17.0/en)"

    def __init__(self, folder: Path) -> None:
        super().__init__(home_of(folder, _is_home) or folder)
        self._table = next(path for name in _TABLES if (path := self.folder / name).is_file())

    @property
    def language(self) -> str:
        """From the table's column `locale`, else from the folder's name."""
        first = next(self._rows(), {})
        locale = (first.get("locale") or self.folder.name).split("-")[0].casefold()
        return _LANGUAGES.get(locale, locale)

    @classmethod
    def looks_right(cls, folder: Path) -> bool:
        """True for the folder itself or the one around it."""
        return home_of(folder, _is_home) is not None

    def utterances(self, speaker_id: str | None = None) -> Iterator[Utterance]:
        """Yield recordings in the order of the table."""
        # For one speaker a few hundred headers are read sooner than a table of a million lengths.
        lengths = _Lengths(self.folder / "clip_durations.tsv") if speaker_id is None else None
        for row in self._rows():
            speaker, name = row.get("client_id") or "", row.get("path") or ""
            if speaker_id not in (None, speaker) or not is_plain(name):
                continue
            if not Path(name).suffix:  # the first releases left it out
                name += ".mp3"
            text = (row.get("sentence") or "").strip()
            listed_s = lengths.find(name) if lengths else None
            yield Utterance(speaker, name, text, self.folder / "clips" / name, listed_s=listed_s)

    def notes(self) -> dict[str, str]:
        """Return gender and age where speakers told them."""
        found = {}
        for row in self._rows():
            words = [row.get("gender") or "", row.get("age") or ""]
            if any(words):
                found[row.get("client_id") or ""] = ", ".join(filter(None, words))
        return found

    def _rows(self) -> Iterator[dict[str, str]]:
        yield from csv.DictReader(lines_of(self._table), delimiter="\t", quoting=csv.QUOTE_NONE)


class _Lengths:
    """The lengths of a release's recordings in 12 bytes each: the English one has more than two million."""

    def __init__(self, path: Path) -> None:
        keys, milliseconds = array("q"), array("L")
        rows = csv.reader(lines_of(path) if path.is_file() else (), delimiter="\t", quoting=csv.QUOTE_NONE)
        for row in rows:
            if len(row) == 2 and row[1].isdecimal():
                # 64 bits: that two of three million names fall together is one in four million.
                keys.append(hash(row[0]))
                milliseconds.append(int(row[1]))
        order = np.argsort(np.asarray(keys))
        self._keys = np.asarray(keys)[order]
        self._seconds = (np.asarray(milliseconds) / 1000).astype(np.float32)[order]

    def find(self, name: str) -> float | None:
        """Return the length in seconds, None where the release does not list it."""
        place = int(np.searchsorted(self._keys, hash(name)))
        found = place < len(self._keys) and self._keys[place] == hash(name)
        return float(self._seconds[place]) if found else None


def _is_home(folder: Path) -> bool:
    return (folder / "clips").is_dir() and any((folder / name).is_file() for name in _TABLES)
