"""LJSpeech, and the many single-speaker corpora with the same layout: `metadata.csv` next to `wavs/`."""

from collections.abc import Iterator
from pathlib import Path

from voiceclone.corpora.model import FolderCorpus, Utterance, home_of, is_bare_file_name, lines_of


class LJSpeech(FolderCorpus):
    """`metadata.csv` with `name|text|text with numbers written out`, and `wavs/name.wav`."""

    kind = "ljspeech"
    title = "LJSpeech"
    language = "en-us"
    holds = "a metadata.csv (name|text) and a folder wavs"
    SPEAKER = "LJ"

    def __init__(self, folder: Path) -> None:
        super().__init__(home_of(folder, _is_home) or folder)

    @classmethod
    def matches(cls, folder: Path) -> bool:
        """True for the folder itself or the one that contains it."""
        return home_of(folder, _is_home) is not None

    def utterances(self, speaker_id: str | None = None) -> Iterator[Utterance]:
        """Yield recordings in the order of the table."""
        if speaker_id not in (None, self.SPEAKER):
            return
        for line in lines_of(self.folder / "metadata.csv"):
            columns = [column.strip() for column in line.split("|")]
            if len(columns) < 2:
                continue
            text = columns[2] if len(columns) > 2 and columns[2] else columns[1]
            path = _sound_file(self.folder / "wavs", columns[0])
            if path is not None:
                yield Utterance(self.SPEAKER, path.name, text, path)

    def speaker_ids(self) -> Iterator[str]:
        """Yield the only speaker."""
        yield self.SPEAKER


def _is_home(folder: Path) -> bool:
    return (folder / "metadata.csv").is_file() and (folder / "wavs").is_dir()


def _sound_file(folder: Path, name: str) -> Path | None:
    """Return the file of a row; None for a heading, or a name that points outside the folder."""
    path = folder / name
    if not is_bare_file_name(name) or name.casefold() in ("file", "id", "name", "file_name"):
        return None
    endings = ("", ".wav", ".flac")
    return next(
        (found for ending in endings if (found := path.with_name(name + ending)).is_file()), folder / f"{name}.wav"
    )
