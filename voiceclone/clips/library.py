"""Projects and clips as files on disk: create, list, edit and delete them, and measure how much speech there is."""

import os
import shutil
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from voiceclone import limits
from voiceclone.audio.sound import Audio, decode, encode_flac, resample
from voiceclone.bases.base import TrainingClip
from voiceclone.clips import descriptions
from voiceclone.clips.model import (
    AddReport,
    Clip,
    ClipRecord,
    Project,
    Readiness,
    checked_text,
    is_trainable,
    now,
)
from voiceclone.clips.script import own_script, save_own_script
from voiceclone.errors import AudioError, InputError, NotFoundError, StorageError
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.storage import disk, temporary
from voiceclone.text.languages import ANY_LANGUAGE, get_language

if TYPE_CHECKING:
    from voiceclone.clips.quality.clean import Strength
    from voiceclone.clips.transcripts.reader import Transcript

Which = Literal["original", "cleaned", "best"]


class ClipLibrary:
    """All projects in one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = Path(data_dir)
        self.root = self._data_dir / "projects"
        self._changing = threading.Lock()
        self._cache: dict[Path, tuple[tuple[int, int, int], ClipRecord, Clip]] = {}
        """Cache by clip folder: (modification time, inode, size) of the file, record, clip; keeps long lists fast."""

    # --- projects -------------------------------------------------------------------------------

    def create_project(self, name: str, language: str = "en-us") -> Project:
        """Create an empty project.

        Raises:
            InputError: the name is empty, too long or taken (ignoring case).
            TextError: the language is unknown.
        """
        name = disk.clean_name(name, "project name")
        get_language(language)
        if any(project.name.casefold() == name.casefold() for project in self.projects()):
            raise InputError(f"There is a project “{name}” already. Open it, or choose another name.")
        project = Project(disk.new_id(), name, language, now())
        descriptions.write_project(self.root / project.project_id, project)
        return project

    def projects(self) -> list[Project]:
        """Return all projects, oldest first; `lost` reports those whose description cannot be read."""
        found = []
        for folder in self._project_folders():
            with suppress(NotFoundError, StorageError):
                found.append(descriptions.read_project(folder))
        return sorted(found, key=lambda project: project.created_at)

    def _project_folders(self) -> list[Path]:
        found = self.root.iterdir() if self.root.is_dir() else ()
        return sorted(folder for folder in found if disk.is_id(folder.name))

    def lost(self, project_id: str | None = None) -> tuple[str, ...]:
        """Return a sentence with a remedy for each unreadable project, and one for this project's unreadable clips."""
        sentences = []
        for folder in self._project_folders():
            try:
                descriptions.read_project(folder)
            except NotFoundError:
                continue  # being created or deleted at this moment
            except StorageError as error:
                sentences.append(str(error))
        damaged = []
        for folder in self._clip_folders(project_id) if disk.is_id(project_id) else ():
            try:
                self._record(project_id, folder)
            except NotFoundError:
                continue
            except AudioError:
                damaged.append(folder)
        return (*sentences, *filter(None, [descriptions.lost_clips_sentence(sorted(damaged))]))

    def project(self, id_or_name: str) -> Project:
        """Return a project by its id or name.

        Raises:
            NotFoundError: there is none.
            StorageError: its description is damaged.
        """
        if disk.is_id(id_or_name) and (self.root / id_or_name / descriptions.PROJECT_FILE).is_file():
            return descriptions.read_project(self.root / id_or_name)
        wanted = " ".join(str(id_or_name).split()).casefold()
        for project in self.projects():
            if project.name.casefold() == wanted:
                return project
        raise NotFoundError(f"There is no project “{id_or_name}”. Choose one from the list or make it first.")

    def delete_project(self, project_id: str) -> None:
        """Delete a project with all its clips; runs and voices made from it are kept."""
        temporary.discard(self._data_dir, [self.root / self.project(project_id).project_id])

    def own_script(self, project_id: str) -> list[str]:
        """Return the sentences of the project's own script; empty if it has none."""
        return own_script(self.root / self.project(project_id).project_id)

    def set_own_script(self, project_id: str, text: str, language: str) -> list[str]:
        """Store a script to read; see `voiceclone.clips.script.save_own_script`."""
        return save_own_script(self.root / self.project(project_id).project_id, text, get_language(language).code)

    # --- clips ----------------------------------------------------------------------------------

    def add_files(
        self,
        project_id: str,
        files: Sequence[Path],
        *,
        text: str | None = None,
        transcripts: "Mapping[str, Transcript] | None" = None,
        language: str | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> AddReport:
        """Turn recordings of any format into clips; one bad file never stops the others.

        Args:
            files: recordings, zip files, or folders of recordings.
            text: what is said, for a single file.
            transcripts: texts by file name, see `voiceclone.clips.transcripts.reader.read_transcripts`.
            language: a code such as `es`; None takes the project's, `ANY_LANGUAGE` detects it for each recording.
            on_progress: called with (fraction 0..1, message).
            should_stop: polled often; return True to stop. Clips already added are kept.

        Raises:
            NotFoundError: there is no such project.
            StorageError: the disk is full; clips already added are kept.
            Cancelled: `should_stop` returned True; clips already added are kept.
        """
        from voiceclone.clips.intake.recordings import Intake

        project = self.project(project_id)
        if language != ANY_LANGUAGE:
            language = get_language(language or project.language).code
        intake = Intake(self, project, language, on_progress, should_stop)
        return intake.add(files, text, transcripts)

    def clips(self, project_id: str) -> list[Clip]:
        """Return the clips of a project in the order they were added."""
        project_id = self.project(project_id).project_id
        return [clip for _, clip in self._records(project_id)]

    def clip(self, project_id: str, clip_id: str) -> Clip:
        """Return one clip.

        Raises:
            NotFoundError: there is none.
        """
        return self.record(project_id, clip_id).as_clip(project_id)

    def edit_clip(
        self,
        project_id: str,
        clip_id: str,
        *,
        text: str | None = None,
        included: bool | None = None,
        confirmed: bool | None = None,
    ) -> Clip:
        """Change a clip's text, whether it is included, or whether a person confirmed it; None leaves a value as it is.

        Raises:
            NotFoundError: there is no such clip.
            TextError: the text is too long.
        """
        asked = {"included": included, "confirmed": confirmed}
        changes: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
        if text is not None:
            from voiceclone.clips.quality.listening import transcript_figures

            record, text = self.record(project_id, clip_id), checked_text(text)
            figures = record.figures | transcript_figures(text, record.heard, record.language)
            changes |= {"text": text, "figures": figures, "transcribed": False, "text_unplaced": False}
        return self.change(project_id, clip_id, **changes).as_clip(project_id)

    def delete_clip(self, project_id: str, clip_id: str) -> None:
        """Delete a clip with its audio."""
        self.record(project_id, clip_id)
        temporary.discard(self._data_dir, [self.clip_folder(project_id, clip_id)])

    def clean(
        self,
        project_id: str,
        clip_ids: Sequence[str] | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
        strength: "Strength" = "gentle",
    ) -> list[Clip]:
        """Clean clips (None: all) into files next to the originals, which stay unchanged.

        Raises:
            InputError: the strength is unknown.
            Cancelled: `should_stop` returned True; clips already cleaned are kept.
        """
        from voiceclone.clips.quality.clean import STRENGTHS, clean_clips

        if strength not in STRENGTHS:
            raise InputError(f"“{strength}” is not a cleaning strength; choose one of {', '.join(STRENGTHS)}.")
        records = self.records(project_id)
        if clip_ids is not None:
            records = [self.record(project_id, clip_id) for clip_id in clip_ids]
        return clean_clips(self, project_id, records, strength, on_progress, should_stop)

    def undo_cleaning(self, project_id: str, clip_ids: Sequence[str] | None = None) -> int:
        """Return clips (None: all) to their original audio; return how many had been cleaned."""
        records = self.records(project_id)
        wanted = [record for record in records if record.cleaned and (clip_ids is None or record.clip_id in clip_ids)]
        for record in wanted:
            self.change(project_id, record.clip_id, cleaned=False, strength="", cleaning_harmed=False)
            (self.clip_folder(project_id, record.clip_id) / "cleaned.flac").unlink(missing_ok=True)
        return len(wanted)

    def listen(
        self,
        project_id: str,
        clip_ids: Collection[str] | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> list[Clip]:
        """Analyse clips with neural networks to complete their verdicts; see `clips.quality.listening.listen`."""
        from voiceclone.clips.quality.listening import listen

        return listen(self, self.project(project_id).project_id, clip_ids, on_progress, should_stop)

    def audio(self, project_id: str, clip_id: str, which: Which = "best") -> Audio:
        """Return a clip's audio; `best` is the cleaned version if there is one.

        Raises:
            NotFoundError: there is no such clip, or it is not cleaned yet.
            AudioError: its file is damaged.
        """
        self.record(project_id, clip_id)
        folder = self.clip_folder(project_id, clip_id)
        cleaned = folder / "cleaned.flac"
        if which == "original" or (which == "best" and not cleaned.is_file()):
            return decode(folder / "original.flac")
        if not cleaned.is_file():
            raise NotFoundError("This clip is not cleaned yet. Clean it first.")
        return decode(cleaned)

    def training_clips(
        self, project_id: str, max_rate: int | None = None, clip_ids: Collection[str] | None = None
    ) -> list[TrainingClip]:
        """Return the clips a training run uses: included, not rated bad, cleaned, with a text.

        Clips that are not cleaned yet are cleaned first. At most `MAX_TRAIN_SPEECH_S` of speech, good clips first.

        Args:
            max_rate: highest sample rate in hertz; faster audio is resampled to it, which saves memory.
            clip_ids: restricts the choice to these; None allows all.
        """
        chosen, speech_s = [], 0.0
        wanted = [
            clip
            for clip in self.clips(project_id)
            if is_trainable(clip) and (clip_ids is None or clip.clip_id in clip_ids)
        ]
        for clip in sorted(wanted, key=lambda clip: clip.verdict.level != "good"):
            if speech_s < limits.MAX_TRAIN_SPEECH_S:
                chosen.append(clip.clip_id)
                speech_s += clip.speech_s
        self.clean(project_id, [clip.clip_id for clip in wanted if clip.clip_id in chosen and not clip.cleaned])
        found = []
        for clip in wanted:
            if clip.clip_id in chosen:
                audio = self.audio(project_id, clip.clip_id, "best")
                if max_rate and audio.sample_rate > max_rate:
                    audio = resample(audio, max_rate)
                found.append(TrainingClip(clip.clip_id, audio, clip.text, clip.language, clip.speech_s))
        return found

    def readiness(self, project_id: str, clip_ids: Collection[str] | None = None) -> Readiness:
        """Return how much speech the clips (None: all) hold and what it is enough for."""
        from voiceclone.clips.readiness import assess

        return assess([clip for clip in self.clips(project_id) if clip_ids is None or clip.clip_id in clip_ids])

    # --- files, for the other modules of this package ---------------------------------------------

    def clip_folder(self, project_id: str, clip_id: str) -> Path:
        """Return the folder of a clip, whether or not it exists."""
        return disk.safe_path(self.root, project_id, "clips", clip_id)

    def records(self, project_id: str) -> list[ClipRecord]:
        """Return a project's records in the order they were added, without damaged ones."""
        return [record for record, _ in self._records(project_id)]

    def _records(self, project_id: str) -> list[tuple[ClipRecord, Clip]]:
        """Return records and clips, rereading only files that have changed."""
        project_id = self.project(project_id).project_id
        found = []
        for folder in self._clip_folders(project_id):
            with suppress(NotFoundError, AudioError):  # `lost` reports the damaged ones
                found.append(self._record(project_id, folder))
        return sorted(found, key=lambda both: (both[0].created_at, both[0].source_start_s))

    def _clip_folders(self, project_id: str) -> list[Path]:
        folder = self.root / project_id / "clips"
        return [Path(entry.path) for entry in os.scandir(folder) if disk.is_id(entry.name)] if folder.is_dir() else []

    def _record(self, project_id: str, folder: Path) -> tuple[ClipRecord, Clip]:
        try:
            file = (folder / descriptions.CLIP_FILE).stat()
        except OSError:
            self._cache.pop(folder, None)
            raise NotFoundError(descriptions.MISSING_CLIP) from None
        seen = (file.st_mtime_ns, file.st_ino, file.st_size)
        known = self._cache.get(folder)
        if known is None or known[0] != seen:
            record = descriptions.read_record(folder)
            known = self._cache[folder] = (seen, record, record.as_clip(project_id))
        return known[1], known[2]

    def record(self, project_id: str, clip_id: str) -> ClipRecord:
        """Return one record.

        Raises:
            NotFoundError: there is no such clip.
            AudioError: its file is damaged.
        """
        if not disk.is_id(project_id) or not disk.is_id(clip_id):
            raise NotFoundError("There is no such clip. Choose it from the list.")
        return self._record(project_id, self.clip_folder(project_id, clip_id))[0]

    def change(self, project_id: str, clip_id: str, **changes: Any) -> ClipRecord:
        """Update some fields of a record; safe while cleaning and listening run in parallel."""
        folder = self.clip_folder(project_id, clip_id)
        with self._changing:
            record = ClipRecord(**{**asdict(self.record(project_id, clip_id)), **changes})
            descriptions.write_record(folder, record)
            self._cache.pop(folder, None)  # two writes may fall within one tick of the file system's clock
        return record

    def save_new(self, project_id: str, record: ClipRecord, audio: Audio, bits: int) -> None:
        """Write a new clip into a temporary folder and move it into place once complete.

        Raises:
            NotFoundError: the project was deleted meanwhile.
        """
        self.project(project_id)
        folder = self.clip_folder(project_id, record.clip_id)
        with _new_folder(folder) as temporary:
            encode_flac(audio, temporary / "original.flac", bits=bits)
            descriptions.write_record(temporary, record)


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    temporary = folder.with_name(f".part-{folder.name}")
    with disk.storage_errors(folder.parent):
        disk.make_folder(temporary)
        try:
            yield temporary
            temporary.replace(folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
