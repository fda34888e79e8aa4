"""Find tables of transcripts in a folder of recordings, or among the chosen files."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from voiceclone.clips.transcripts.reader import (
    TABLE_NAMES,
    TABLE_SUFFIXES,
    TextsByFile,
    Transcript,
    Transcripts,
    read_transcripts,
)
from voiceclone.clips.transcripts.timed_texts import TIMED_SUFFIXES
from voiceclone.errors import TextError, UnclearTableError


def transcripts_in(folder: Path, sounds: Sequence[Path]) -> TextsByFile | None:
    """Return the transcripts in a folder's tables, or None without any.

    Searches next to the recordings and in the folders above them, up to `folder`, since zip files often add a folder
    level. Tables with a usual name win; otherwise any table counts that names at least one of the recordings.

    Raises:
        TextError: a table cannot be read, or two of them contradict each other.
    """
    places = sorted({folder, *(parent for sound in sounds for parent in sound.parents if folder in parent.parents)})
    usual = [path for place in places if (path := _usual_table(place)) is not None]
    if usual:
        return TextsByFile(transcripts_of(usual, folder))
    stems = {sound.with_suffix("") for sound in sounds}
    others = [
        path
        for place in places
        for path in sorted(place.iterdir())
        if path.suffix.casefold() in (*TABLE_SUFFIXES, *TIMED_SUFFIXES)
        and path.is_file()
        and path.with_suffix("") not in stems
        and not path.name.startswith(".")
    ]
    fitting = [path for path in others if _matches_recordings(path, sounds)]
    return TextsByFile(transcripts_of(fitting, folder)) if fitting else None


def transcripts_of(tables: Sequence[Path], folder: Path | None = None) -> Transcripts:
    """Merge several tables, such as the training and test parts of one data set.

    Args:
        tables: at least one.
        folder: names are relative to the folder of their table, below this one; None takes them as they are.

    Raises:
        TextError: a table cannot be read, or two of them give different texts for one recording.
    """
    words: dict[str, Transcript] = {}
    for path in tables:
        above = path.parent.relative_to(folder) if folder is not None else Path()
        for name, text in read_transcripts(path).items():
            if words.setdefault(str(above / name), text) != text:
                raise TextError(
                    f"“{tables[0].name}” and “{path.name}” have different texts for “{name}”. Leave one of them out."
                )
    return Transcripts(words, tables[0].name if len(tables) == 1 else _joined_names(tables))


def _usual_table(place: Path) -> Path | None:
    return next((place / name for name in TABLE_NAMES if (place / name).is_file()), None)


def _matches_recordings(path: Path, sounds: Sequence[Path]) -> bool:
    """True for a table that names a recording, and for timed texts if there is only one recording."""
    try:
        table = TextsByFile(read_transcripts(path))
    except UnclearTableError:
        raise
    except TextError:  # not a table: notes, a licence
        return False
    if len(sounds) == 1 and table.only_timed_text():
        return True
    return any(table.find(sound) for sound in sounds)


def _joined_names(tables: Iterable[Path]) -> str:
    return " + ".join(path.name for path in tables)
