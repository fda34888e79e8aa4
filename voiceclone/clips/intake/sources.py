"""Find the recordings in files, folders and zip files, each with its text and language where known."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from voiceclone import limits
from voiceclone.audio.decoding import require_readable
from voiceclone.clips.dataset_details import ClipDetails, read_details
from voiceclone.clips.transcripts.found_tables import transcripts_in, transcripts_of
from voiceclone.clips.transcripts.reader import (
    SIDECAR_SUFFIXES,
    TABLE_SUFFIXES,
    TextsByFile,
    Transcript,
    read_words,
    sidecar_text,
)
from voiceclone.clips.transcripts.recording_names import SOUND_SUFFIXES
from voiceclone.errors import ArchiveError, AudioError, TextError
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.storage.archive import unpack
from voiceclone.storage.staging import staging_folder
from voiceclone.wording import count

_WORDS_SUFFIXES = frozenset({*TABLE_SUFFIXES, *SIDECAR_SUFFIXES})
_TEXT_SUFFIXES = _WORDS_SUFFIXES | {".md", ".json"}
"""Other files that are expected next to recordings; leaving them out needs no remark."""
_ABOUT = {"readme", "license", "licence"}
_MAX_NAMES_LISTED = 3


@dataclass(frozen=True)
class Source:
    """A recording to add."""

    path: Path
    words: Transcript | None = None
    """What is said, if known."""
    language: str | None = None
    """If known; it overrides the language chosen for the upload."""


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
        """Unzipped files live as long as `unpacked`; `reject` is called with each path left out and the reason."""
        self._library_root = library_root
        self._unpacked = unpacked
        self._reject = reject
        self._on_progress = on_progress
        self._should_stop = should_stop

    def find(self, files: Sequence[Path], transcripts: Mapping[str, Transcript] | None) -> list[Source]:
        """Return each recording in `files`; `transcripts` takes precedence over tables found in folders.

        A table that matches nothing is reported, because the user expects its texts to be used.
        """
        given = TextsByFile(transcripts) if transcripts is not None else None
        found: list[Source] = []
        single: list[Path] = []
        for path in map(Path, files):
            is_zip = path.suffix.casefold() == ".zip" and path.is_file()
            folder = self._unzipped(path) if is_zip else path
            if folder is None:
                continue
            if folder.is_dir():
                found += self._in_folder(folder, path, given)
                continue
            single.append(path)
        found += self._individual(single, given, alone=not found)
        if given is not None:
            self._report_mismatches(given, found, whole=any(map(Path.is_dir, map(Path, files))))
        return found

    def _individual(self, files: Sequence[Path], given: TextsByFile | None, *, alone: bool) -> list[Source]:
        """Return the individually chosen recordings; text files among them provide their transcripts."""
        sounds = [path for path in files if path.suffix.casefold() not in _WORDS_SUFFIXES]
        texts = [path for path in files if path.suffix.casefold() in _WORDS_SUFFIXES]
        for path in sounds[limits.MAX_UPLOAD_FILES :]:
            self._reject(
                path,
                f"Only {limits.MAX_UPLOAD_FILES} single files can be added at a time. Add this one with the "
                "next, or put them all into one folder or zip file.",
            )
        sounds = sounds[: limits.MAX_UPLOAD_FILES]
        stems = {path.stem.casefold() for path in sounds}
        beside = {path.stem.casefold(): path for path in texts if path.stem.casefold() in stems}
        tables = [path for path in texts if path.stem.casefold() not in stems]
        if tables and not sounds and alone:
            self._reject(tables[0], "It holds no sound. Choose the recordings together with their texts.")
            return []
        table = given
        if table is None and tables:
            table = TextsByFile(transcripts_of(tables))
        found = self._with_texts(sounds, table, beside)
        if table is not None and table is not given:
            self._report_mismatches(table, found, whole=False)
        return found

    def _in_folder(self, folder: Path, named: Path, given: TextsByFile | None) -> list[Source]:
        """Return the recordings in `folder`, which the user knows as `named`."""
        sounds, skipped = _files_of(folder)
        if not sounds:
            self._reject(named, f"There are no recordings in “{named.name}”. Choose another one.")
        elif skipped:
            self._reject(named, _skipped_sentence(skipped))
        table = given if given is not None else transcripts_in(folder, sounds)
        found = self._with_texts(sounds, table, {})
        if table is not None and table is not given:
            self._report_mismatches(table, found, whole=True)
        details = read_details(folder)
        return [_with_details(source, details.get(source.path.stem)) for source in found]

    def _with_texts(self, paths: Sequence[Path], table: TextsByFile | None, beside: dict[str, Path]) -> list[Source]:
        """Pair recordings with their texts; a recording whose text cannot be read is rejected for now."""
        found = []
        for path in paths:
            try:
                words = table.find(path) if table else None
                if not words and table and len(paths) == 1:
                    words = table.only_timed_text()
                if not words and path.stem.casefold() in beside:
                    words = read_words(beside[path.stem.casefold()])
                words = words or sidecar_text(path)
                found.append(Source(path, words or None))
            except TextError as error:
                self._reject(path, str(error))
        return found

    def _report_mismatches(self, table: TextsByFile, sources: Sequence[Source], *, whole: bool) -> None:
        """Report recordings the table has no text for, and names in it that match no recording.

        `whole` means that `sources` are all recordings of a folder, not a selection.
        """
        without = [source.path.name for source in sources if source.words is None]
        unknown = [name for name in table.names if name not in table.found]
        if not sources or not table.names:
            return
        if not table.found:
            none = (
                "It does not fit the recording"
                if len(sources) == 1
                else f"It fits none of {count(len(sources), 'recording')}"
            )
            called = f", and the recordings are {_listed(source.path.name for source in sources)}"
            message = f"{none}: it names {_listed(table.names)}{called}. Give both the same names."
            self._reject(Path(table.name or "Texts"), message)
            return
        if not table.name:
            return  # passed by a program, which knows what it passed
        if without:
            message = f"It has no text for {len(without)} of {count(len(sources), 'recording')}: {_listed(without)}. "
            self._reject(Path(table.name), message + "Compare the names, or check what was written down for them.")
        if unknown and whole:
            verb = "a recording that is" if len(unknown) == 1 else f"{count(len(unknown), 'recording')} that are"
            self._reject(Path(table.name), f"It names {verb} not there: {_listed(unknown)}. Compare the names.")

    def _unzipped(self, archive: Path) -> Path | None:
        """Return a folder with the contents of `archive`, or None if it cannot be unpacked."""
        folder = self._unpacked.enter_context(staging_folder(self._library_root)) / archive.stem
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
    """Return the recordings in a folder, and the names of other files that might be meant as recordings."""
    sounds, skipped = [], []
    for path in sorted(folder.rglob("*")):
        if path.name.startswith(".") or not path.is_file():
            continue
        if path.suffix.casefold() in SOUND_SUFFIXES:
            sounds.append(path)
        elif path.suffix.casefold() not in _TEXT_SUFFIXES and path.stem.casefold() not in _ABOUT:
            skipped.append(path.name)
    return sounds, skipped


def _skipped_sentence(names: Sequence[str]) -> str:
    verb = "was" if len(names) == 1 else "were"
    return f"{_listed(names)} {verb} skipped: not recognised as a recording. If there is speech in it, add it as WAV."


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    more = f" and {len(names) - _MAX_NAMES_LISTED:,} more" if len(names) > _MAX_NAMES_LISTED else ""
    return ", ".join(f"“{name}”" for name in names[:_MAX_NAMES_LISTED]) + more


def _with_details(source: Source, details: ClipDetails | None) -> Source:
    if details is None:
        return source
    # The table may have been corrected since the export, so the details only restore what it cannot hold.
    same = source.words is not None and source.words == details.text_in_table
    return Source(source.path, details.text if same else source.words, details.language)
