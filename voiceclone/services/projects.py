"""Projects: one person's recordings and transcripts, and everything done with them before training."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone import host
from voiceclone.clips.library import ClipLibrary, Which
from voiceclone.clips.model import AddReport, Clip, Project, Readiness
from voiceclone.errors import AudioError, BusyError, NotFoundError
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.services.features import features_of
from voiceclone.storage import disk, temporary
from voiceclone.training.runner import TrainingRunner

if TYPE_CHECKING:
    from voiceclone.audio.sound import Audio
    from voiceclone.clips.quality.clean import Strength
    from voiceclone.clips.quality.room import RoomReport
    from voiceclone.clips.quality.speakers import ClipSpeaker
    from voiceclone.clips.transcripts.reader import Transcript, Transcripts
    from voiceclone.corpora import CorpusSpeaker

EXAMPLE_NAME = "Example voice"


class ProjectService:
    """The projects of a data folder and their clips."""

    def __init__(self, data_dir: Path, library: ClipLibrary, runner: TrainingRunner) -> None:
        self._data_dir = data_dir
        self._library = library
        self._runner = runner
        self._example_turn = threading.Lock()

    def all(self) -> list[Project]:
        """Return every project."""
        return self._library.projects()

    def get(self, id_or_name: str) -> Project:
        """Return a project by id or name.

        Raises:
            NotFoundError: there is no such project.
        """
        return self._library.project(id_or_name)

    def create(self, name: str, language: str = "en-us") -> Project:
        """Create an empty project."""
        return self._library.create_project(name, language)

    @contextmanager
    def get_or_create(self, name: str, language: str = "en-us") -> Iterator[Project]:
        """Yield the project of that name to add to; if it is created here and stays empty, delete it again."""
        try:
            project, is_new = self.get(name), False
        except NotFoundError:
            project, is_new = self.create(name, language), True
        try:
            yield project
        finally:
            if is_new and not self.clips(project.project_id) and not self._library.own_script(project.project_id):
                self.delete(project.project_id)

    def delete(self, project_id: str) -> None:
        """Delete a project and its recordings; voices made from it are kept.

        Raises:
            BusyError: a training uses it.
        """
        active = self._runner.active()
        if active is not None and active.running and active.project_id == project_id:
            raise BusyError(f"“{active.project_name}” is being trained on. Stop the training first, then delete it.")
        self._library.delete_project(project_id)

    def unreadable(self, project_id: str | None = None) -> tuple[str, ...]:
        """Return what cannot be listed because its metadata is damaged, and what to do.

        One sentence per damaged project, and one for the clips of this project.
        """
        return self._library.lost(project_id)

    def example(self, on_progress: OnProgress | None = None) -> Project:
        """Return the project with the bundled example recordings, created on first use."""
        with self._example_turn:
            existing = [project for project in self.all() if project.name == EXAMPLE_NAME]
            if existing and self.clips(existing[0].project_id):
                return existing[0]
            return self._make_example(on_progress)

    def _make_example(self, on_progress: OnProgress | None) -> Project:
        tables = sorted(path for ending in ("*.csv", "*.tsv") for path in host.EXAMPLES_DIR.rglob(ending))
        if not tables:
            raise NotFoundError(
                f"The example recordings are not in “{host.EXAMPLES_DIR}”. "
                "Get VoiceClone again, or record your own voice."
            )
        recordings = sorted(tables[0].parent.rglob("*.flac"))
        texts = self.read_transcripts(tables[0])
        with self.get_or_create(EXAMPLE_NAME) as project:
            report = self.add_clips(project.project_id, recordings, transcripts=texts, on_progress=on_progress)
        if not report.added:
            raise AudioError("; ".join(bad.reason for bad in report.rejected[:1]) or "There are no example recordings.")
        return project

    # Adding recordings

    def add_clips(
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
        """Add recordings or folders of them; unusable files are reported, not raised.

        Args:
            project_id: the project.
            files: recordings or folders.
            text: the transcript, if there is one recording.
            transcripts: transcripts by file name; see `read_transcripts`.
            language: None means the project's.
            on_progress: called with (fraction 0..1, message).
            should_stop: return True to stop; clips already added are kept.
        """
        disk.require_free_disk(self._data_dir)
        return self._library.add_files(
            project_id,
            [Path(file) for file in files],
            text=text,
            transcripts=transcripts,
            language=language,
            on_progress=on_progress,
            should_stop=should_stop,
        )

    def read_transcripts(self, path: Path | str) -> "Transcripts":
        """Read transcripts from a table, a text or subtitles; errors as in `transcripts.reader`."""
        from voiceclone.clips.transcripts.reader import read_transcripts

        return read_transcripts(Path(path))

    def add_corpus(
        self,
        project_id: str,
        kind: str,
        where: Path | str,
        *,
        speaker: str | None = None,
        max_minutes: float | None = None,
        language: str | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> AddReport:
        """Add one speaker of a corpus to a project; arguments and errors as in `corpora.adding.add_speaker`."""
        from voiceclone.corpora import open_corpus
        from voiceclone.corpora.adding import add_speaker

        disk.require_free_disk(self._data_dir)
        return add_speaker(
            self._library,
            project_id,
            open_corpus(kind, where),
            speaker=speaker,
            max_minutes=max_minutes,
            language=language,
            on_progress=on_progress,
            should_stop=should_stop,
        )

    def corpus_language(self, kind: str, where: Path | str) -> str:
        """Check that a corpus is of this kind (see `corpora.CORPORA`), and return its language."""
        from voiceclone.corpora import open_corpus

        return open_corpus(kind, where).language

    def corpus_speakers(
        self,
        kind: str,
        where: Path | str,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> "list[CorpusSpeaker]":
        """Return the speakers of a corpus with their amount of speech, most first.

        Args:
            kind: `librispeech`, `libritts`, `ljspeech`, `vctk`, `common-voice` or `hub-dataset`.
            where: its folder; for a hub dataset `owner/name[:config[:split]]`, which needs the internet.
            on_progress: called with (fraction 0..1, message).
            should_stop: return True to stop.
        """
        from voiceclone.corpora import open_corpus
        from voiceclone.corpora.speakers import list_speakers

        return list_speakers(open_corpus(kind, where), on_progress, should_stop)

    # Clips

    def clips(self, project_id: str) -> list[Clip]:
        """Return the clips of a project, oldest first."""
        return self._library.clips(project_id)

    def edit_clip(
        self,
        project_id: str,
        clip_id: str,
        *,
        text: str | None = None,
        included: bool | None = None,
        confirmed: bool | None = None,
    ) -> Clip:
        """Change a clip's text, whether training uses it, or whether a person confirmed it; None changes nothing."""
        return self._library.edit_clip(project_id, clip_id, text=text, included=included, confirmed=confirmed)

    def delete_clip(self, project_id: str, clip_id: str) -> None:
        """Delete a clip for good; see `delete_clips`."""
        self.delete_clips(project_id, [clip_id])

    def delete_clips(self, project_id: str, clip_ids: Sequence[str]) -> None:
        """Delete clips for good, with what was prepared of them for trainings to come and the browser's copies.

        Trainings that learnt from them keep what they have of them; `VoiceEngine.deletion` deletes these, too.

        Raises:
            NotFoundError: one is not there (any more); those before it are deleted.
        """
        deleted: list[str] = []
        try:
            for clip_id in clip_ids:
                self._library.delete_clip(project_id, clip_id)
                deleted.append(clip_id)
        finally:
            traces = [*temporary.copies(self._data_dir, deleted), *features_of(self._data_dir, deleted)]
            temporary.discard(self._data_dir, traces)

    def clip_audio(self, project_id: str, clip_id: str, which: Which = "best") -> "Audio":
        """Return a clip's audio: `original`, `cleaned`, or `best` (cleaned if available)."""
        return self._library.audio(project_id, clip_id, which)

    def clip_picture(self, project_id: str, clip_id: str) -> bytes:
        """Return a PNG of a clip's waveform as recorded and, if cleaned, of the cleaned copy below."""
        from voiceclone.audio.pictures import before_after_png, waveform_png

        before = self.clip_audio(project_id, clip_id, "original")
        if not self._library.clip(project_id, clip_id).cleaned:
            return waveform_png(before)
        return before_after_png(before, self.clip_audio(project_id, clip_id, "cleaned"))

    def clean(
        self,
        project_id: str,
        clip_ids: Sequence[str] | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
        strength: "Strength" = "gentle",
    ) -> list[Clip]:
        """Make cleaned copies of clips; the originals are never changed.

        Args:
            project_id: the project.
            clip_ids: which clips; None means all.
            on_progress: called with (fraction 0..1, message).
            should_stop: return True to stop; copies already made are kept.
            strength: `off`, `gentle` or `strong`, see `clips.quality.clean.STRENGTHS`.

        Raises:
            InputError: unknown strength.
        """
        disk.require_free_disk(self._data_dir)
        return self._library.clean(project_id, clip_ids, on_progress, should_stop, strength)

    def undo_cleaning(self, project_id: str, clip_ids: Sequence[str] | None = None) -> int:
        """Delete the cleaned copies of clips (None: all); return how many there were."""
        return self._library.undo_cleaning(project_id, clip_ids)

    # Quality

    def readiness(self, project_id: str) -> Readiness:
        """Return how much usable speech there is, and how much is useful."""
        return self._library.readiness(project_id)

    def listen(
        self,
        project_id: str,
        clip_ids: Sequence[str] | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> list[Clip]:
        """Judge clips with neural networks, unless that was done before, and refine their verdicts.

        Compares the speech with the text (English), finds other speakers, and finds takes that are there twice.

        Args:
            project_id: the project.
            clip_ids: which clips; None means all.
            on_progress: called with (fraction 0..1, message).
            should_stop: return True to stop.

        Returns:
            The clips asked for.
        """
        return self._library.listen(project_id, clip_ids, on_progress, should_stop)

    def speakers(self, project_id: str) -> "list[ClipSpeaker]":
        """Return the speakers in the judged clips in use, the one with most speech first."""
        from voiceclone.clips.quality.listening import speakers

        return speakers(self._library, self.get(project_id).project_id)

    def keep_speaker(self, project_id: str, clip_id: str) -> int:
        """Exclude the clips of everyone but the speaker of `clip_id`; return how many.

        Raises:
            NotFoundError: the clip is not among those of `speakers`.
        """
        from voiceclone.clips.quality.listening import keep_speaker

        return keep_speaker(self._library, self.get(project_id).project_id, clip_id)

    def check_room(self, silence: "Audio | Path | str", speech: "Audio | Path | str") -> "RoomReport":
        """Judge a room and microphone by a few seconds of silence and of speech, before the first take.

        Args:
            silence: audio or a sound file without speech.
            speech: audio or a sound file of a sentence or two.

        Raises:
            AudioError: one of them is unreadable or too short.
        """
        from voiceclone.audio.sound import Audio, decode
        from voiceclone.clips.quality.room import check_room

        return check_room(*(one if isinstance(one, Audio) else decode(Path(one)) for one in (silence, speech)))

    # Scripts and export

    def reading_script(self, language: str, project_id: str | None = None) -> list[str]:
        """Return sentences to read aloud: the project's own, if any, otherwise the built-in ones for `language`."""
        from voiceclone.text import scripts

        own = self._library.own_script(project_id) if project_id else []
        return own or scripts.reading_script(language)

    def set_own_script(self, project_id: str, text: str, language: str) -> list[str]:
        """Set a project's own text to read aloud; an empty one restores the built-in sentences.

        Returns:
            Its sentences.

        Raises:
            TextError: the text is too long, or cannot be spoken in that language.
        """
        return self._library.set_own_script(project_id, text, language)

    def export_dataset(
        self,
        project_id: str,
        path: Path,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> int:
        """Write a project's clips and texts into one zip file; see `clips.export.export_dataset`."""
        from voiceclone.clips.export import export_dataset

        return export_dataset(self._library, self.get(project_id).project_id, path, on_progress, should_stop)
