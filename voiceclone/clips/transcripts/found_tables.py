"""Tables of texts that lie in a folder of recordings, or were chosen together with them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from voiceclone.clips.transcripts.reader import (
    TABLE_NAMES,
    TABLE_SUFFIXES,
    TextsByFile,
    Transcripts,
    Words,
    read_transcripts,
)
from voiceclone.clips.transcripts.timed_texts import TIMED_SUFFIXES
from voiceclone.errors import TextError, UnclearTableError


def tables_in(folder: Path, sounds: Sequence[Path]) -> TextsByFile | None:
    """Return the tables of a folder, those with a usual name first; None without any.

    Looked for beside the recordings and in the folders above them, up to `folder`: a zip file often holds one folder
    more. Without one of a usual name, other tables are taken that name one of the recordings at least.

    Raises:
        TextError: a table cannot be read, or two of them contradict each other.
    """
    places = sorted({folder, *(parent for sound in sounds for parent in sound.parents if folder in parent.parents)})
    usual = [path for place in places if (path := _usual_in(place)) is not None]
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
    fitting = [path for path in others if _fits(path, sounds)]
    return TextsByFile(transcripts_of(fitting, folder)) if fitting else None


def transcripts_of(tables: Sequence[Path], folder: Path | None = None) -> Transcripts:
    """Return what several tables say together, as the parts for training and for testing of one data set.

    Args:
        tables: one at least.
        folder: names count from the folder of their table, relative to this one; None takes them as they are.

    Raises:
        TextError: a table cannot be read, or two of them give different texts to one recording.
    """
    words: dict[str, Words] = {}
    for path in tables:
        above = path.parent.relative_to(folder) if folder is not None else Path()
        for name, text in read_transcripts(path).items():
            if words.setdefault(str(above / name), text) != text:
                raise TextError(
                    f"“{tables[0].name}” and “{path.name}” have different texts for “{name}”. Leave one of them out."
                )
    return Transcripts(words, tables[0].name if len(tables) == 1 else _names(tables))


def _usual_in(place: Path) -> Path | None:
    return next((place / name for name in TABLE_NAMES if (place / name).is_file()), None)


def _fits(path: Path, sounds: Sequence[Path]) -> bool:
    """True for a table that names a recording, and for texts with times where there is one recording only."""
    try:
        table = TextsByFile(read_transcripts(path))
    except UnclearTableError:
        raise
    except TextError:  # notes, a licence
        return False
    if len(sounds) == 1 and table.for_the_only_one():
        return True
    return any(table.find(sound) for sound in sounds)


def _names(tables: Iterable[Path]) -> str:
    return " + ".join(path.name for path in tables)
