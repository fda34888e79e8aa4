"""Which recordings lie in files, folders and zip files, each with its text and language where these are known."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from voiceclone import limits
from voiceclone.bases.base import OnProgress, ShouldStop
from voiceclone.clips.dataset_details import ClipDetails, read_details
from voiceclone.clips.transcripts import SOUND_SUFFIXES, TABLE_NAMES, TextsByFile, read_transcripts, text_beside
from voiceclone.decoding import require_readable
from voiceclone.errors import ArchiveError, AudioError, TextError
from voiceclone.spool import spool_folder
from voiceclone.unpack import unpack

_TEXT_SUFFIXES = {".txt", ".lab", ".csv", ".tsv", ".md", ".json"}
"""Files beside recordings that nobody takes for recordings; that they are not added need not be said."""
_ABOUT = {"readme", "license", "licence"}
_NAMES_TOLD = 3


@dataclass(frozen=True)
class Source:
    """One recording to be added."""

    path: Path
    text: str | None = None
    """What is said, where that is known."""
    language: str | None = None
    """Where it is known; it goes before the one chosen for the upload."""


class SourceFinder:
    """Finds the recordings of one call of `ClipLibrary.add_files`."""

    def __init__(
        self,
        library_root: Path,
        unpacked: ExitStack,
        reject: Callable[[Path, str], None],
        on_progress: OnProgress,
        should_stop: ShouldStop | None,
    ) -> None:
        """What zip files hold lasts as long as `unpacked`; `reject` is told what is not added, and why."""
        self._library_root = library_root
        self._unpacked = unpacked
        self._reject = reject
        self._on_progress = on_progress
        self._should_stop = should_stop

    def find(self, files: Sequence[Path], transcripts: dict[str, str] | None) -> list[Source]:
        """Return each recording of `files`; `transcripts` goes before the tables that folders hold."""
        given = TextsByFile(transcripts or {})
        found: list[Source] = []
        chosen = 0
        for path in map(Path, files):
            is_zip = path.suffix.casefold() == ".zip" and path.is_file()
            folder = self._unzipped(path) if is_zip else path
            if folder is None:
                continue
            if folder.is_dir():
                found += self._inside(folder, path, given if transcripts is not None else None)
                continue
            chosen += 1
            if chosen > limits.MAX_UPLOAD_FILES:
                self._reject(
                    path,
                    f"Only {limits.MAX_UPLOAD_FILES} single files are taken at a time. Add this one with the next "
                    "ones, or put them all into one folder or zip file.",
                )
                continue
            found += self._with_texts([path], given)
        return found

    def _inside(self, folder: Path, named: Path, given: TextsByFile | None) -> list[Source]:
        """Return the recordings in `folder`, which the person knows as `named`."""
        sounds, skipped = _files_of(folder)
        if not sounds:
            self._reject(named, f"There are no recordings in “{named.name}”. Choose another one.")
        elif skipped:
            self._reject(named, _skipped_words(skipped))
        table = given if given is not None else TextsByFile(_table_of(folder))
        details = read_details(folder)
        return [
            _with_details(source.path, source.text, details.get(source.path.stem))
            for source in self._with_texts(sounds, table)
        ]

    def _with_texts(self, paths: Sequence[Path], table: TextsByFile) -> list[Source]:
        """Return recordings with their texts; one whose text is there but cannot be read waits until it can."""
        found = []
        for path in paths:
            try:
                found.append(Source(path, table.find(path) or text_beside(path)))
            except TextError as error:
                self._reject(path, str(error))
        return found

    def _unzipped(self, archive: Path) -> Path | None:
        """Return a folder with what `archive` holds, None when it cannot be unpacked."""
        folder = self._unpacked.enter_context(spool_folder(self._library_root)) / archive.stem
        try:
            require_readable(archive)
            unpack(
                archive,
                folder,
                lambda share, _words: self._on_progress(0.0, f"Unpacking {archive.name} ({share:.0%})"),
                self._should_stop,
                max_mb=limits.MAX_ZIP_MB,
                max_files=limits.MAX_ZIP_FILES,
            )
        except ArchiveError as error:
            self._reject(archive, f"{error} Unzip it yourself and add the recordings.")
            return None
        except AudioError as error:
            self._reject(archive, str(error))
            return None
        return folder


def _files_of(folder: Path) -> tuple[list[Path], list[str]]:
    """Return the recordings in a folder, and the names of other files that may have been meant as recordings."""
    sounds, skipped = [], []
    for path in sorted(folder.rglob("*")):
        if path.name.startswith(".") or not path.is_file():
            continue
        if path.suffix.casefold() in SOUND_SUFFIXES:
            sounds.append(path)
        elif path.suffix.casefold() not in _TEXT_SUFFIXES and path.stem.casefold() not in _ABOUT:
            skipped.append(path.name)
    return sounds, skipped


def _skipped_words(names: Sequence[str]) -> str:
    told = ", ".join(f"“{name}”" for name in names[:_NAMES_TOLD])
    more = f" and {len(names) - _NAMES_TOLD} more" if len(names) > _NAMES_TOLD else ""
    verb = "was" if len(names) == 1 else "were"
    return f"{told}{more} {verb} skipped: no ending of a recording. If there is speech in it, add it as a WAV file."


def _table_of(folder: Path) -> dict[str, str]:
    for name in TABLE_NAMES:
        if (folder / name).is_file():
            return read_transcripts(folder / name)
    return {}


def _with_details(path: Path, text: str | None, details: ClipDetails | None) -> Source:
    if details is None:
        return Source(path, text)
    # The table may have been corrected since it was written; only what it cannot hold is taken from beside it.
    same = text is not None and text == details.text_in_table
    return Source(path, details.text if same else text, details.language)
