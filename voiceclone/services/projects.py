"""Projects: one person's recordings with their words, and everything that is done with them before a training."""

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
from voiceclone.storage import disk
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
        """Return one project, by its id or its name.

        Raises:
            NotFoundError: there is none.
        """
        return self._library.project(id_or_name)

    def create(self, name: str, language: str = "en-us") -> Project:
        """Make an empty project."""
        return self._library.create_project(name, language)

    @contextmanager
    def get_or_create(self, name: str, language: str = "en-us") -> Iterator[Project]:
        """Give the project of that name to add to; one that is made for this and stays empty is deleted again."""
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
        """Delete a project and its recordings; the voices made from it stay.

        Raises:
            BusyError: it is being trained on.
        """
        active = self._runner.active()
        if active is not None and active.running and active.project_id == project_id:
            raise BusyError(f"“{active.project_name}” is being trained on. Stop the training first, then delete it.")
        self._library.delete_project(project_id)

    def unreadable(self, project_id: str | None = None) -> tuple[str, ...]:
        """Return what of the recordings cannot be listed because its description is damaged, and what to do.

        A sentence for each such project, and one for the clips of this project.
        """
        return self._library.lost(project_id)

    def example(self, on_progress: OnProgress | None = None) -> Project:
        """Return a project with the recordings that come with VoiceClone; made on first use."""
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

    # Recordings come in

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
        """Add recordings or folders of them; what cannot be used is reported, not raised.

        Args:
            project_id: the project.
            files: recordings or folders.
            text: what is said, for one recording.
            transcripts: what is said, by file name; see `read_transcripts`.
            language: None is the project's.
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
        """Read a table, a text or subtitles with the words of recordings; errors as in `transcripts.reader`."""
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
        """Return the language of a corpus, after checking that it is of this kind; see `corpora.CORPORA`."""
        from voiceclone.corpora import open_corpus

        return open_corpus(kind, where).language

    def corpus_speakers(
        self,
        kind: str,
        where: Path | str,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> "list[CorpusSpeaker]":
        """Return who speaks in a corpus and for how long, the one with most first.

        Args:
            kind: `librispeech`, `libritts`, `ljspeech`, `vctk`, `common-voice` or `hub-dataset`.
            where: its folder; for a hub's dataset `owner/name[:config[:split]]`, which asks the network.
            on_progress: called with (fraction 0..1, message).
            should_stop: return True to stop.
        """
        from voiceclone.corpora import open_corpus
        from voiceclone.corpora.speakers import list_speakers

        return list_speakers(open_corpus(kind, where), on_progress, should_stop)

    # Clips

    def clips(self, project_id: str) -> list[Clip]:
        """Return the clips of a project, the oldest first."""
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
        """Change what is said in a clip, whether it is learnt from, or that a person finds it right; None: as it is."""
        return self._library.edit_clip(project_id, clip_id, text=text, included=included, confirmed=confirmed)

    def delete_clip(self, project_id: str, clip_id: str) -> None:
        """Delete a clip for good."""
        self._library.delete_clip(project_id, clip_id)

    def clip_audio(self, project_id: str, clip_id: str, which: Which = "best") -> "Audio":
        """Return the sound of a clip: `original`, `cleaned`, or `best` (cleaned where there is one)."""
        return self._library.audio(project_id, clip_id, which)

    def clip_picture(self, project_id: str, clip_id: str) -> bytes:
        """Return a PNG of a clip's waveform as it was recorded, and below it cleaned when it is."""
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
        """Make a cleaned copy of clips (None: of all); originals are never changed.

        Args:
            project_id: the project.
            clip_ids: which clips.
            on_progress: called with (fraction 0..1, message).
            should_stop: return True to stop; clips already cleaned stay so.
            strength: `off`, `gentle` or `strong`, see `clips.quality.clean.STRENGTHS`.

        Raises:
            InputError: an unknown strength.
        """
        disk.require_free_disk(self._data_dir)
        return self._library.clean(project_id, clip_ids, on_progress, should_stop, strength)

    def undo_cleaning(self, project_id: str, clip_ids: Sequence[str] | None = None) -> int:
        """Go back to clips as they were recorded (None: all); return how many were cleaned before."""
        return self._library.undo_cleaning(project_id, clip_ids)

    # Judging them

    def readiness(self, project_id: str) -> Readiness:
        """Return how much usable speech there is, and how much is worth having."""
        return self._library.readiness(project_id)

    def listen(
        self,
        project_id: str,
        clip_ids: Sequence[str] | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> list[Clip]:
        """Let networks listen to clips they have not heard (None: to all of those), which sharpens the verdicts.

        Are the words those of the text (English), is it the same person everywhere, is a take there twice?

        Returns:
            The clips asked for.
        """
        return self._library.listen(project_id, clip_ids, on_progress, should_stop)

    def speakers(self, project_id: str) -> "list[ClipSpeaker]":
        """Return who is heard in the clips that were listened to and are used, the one heard longest first."""
        from voiceclone.clips.quality.listening import speakers

        return speakers(self._library, self.get(project_id).project_id)

    def keep_speaker(self, project_id: str, clip_id: str) -> int:
        """Leave out the clips of everybody but who speaks in `clip_id`; return how many that were.

        Raises:
            NotFoundError: the clip is not among those of `speakers`.
        """
        from voiceclone.clips.quality.listening import keep_speaker

        return keep_speaker(self._library, self.get(project_id).project_id, clip_id)

    def check_room(self, silence: "Audio | Path | str", speech: "Audio | Path | str") -> "RoomReport":
        """Judge a room and microphone by a few seconds of silence and of speech, before the first take.

        Args:
            silence: a sound or a sound file, nobody speaking.
            speech: the same, a sentence or two.

        Raises:
            AudioError: one of them cannot be read or is too short.
        """
        from voiceclone.audio.sound import Audio, decode
        from voiceclone.clips.quality.room import check_room

        return check_room(*(one if isinstance(one, Audio) else decode(Path(one)) for one in (silence, speech)))

    # Scripts and export

    def reading_script(self, language: str, project_id: str | None = None) -> list[str]:
        """Return sentences to read aloud: those of the project's own text, if it has one, else ours for `language`."""
        from voiceclone.text import scripts

        own = self._library.own_script(project_id) if project_id else []
        return own or scripts.reading_script(language)

    def set_own_script(self, project_id: str, text: str, language: str) -> list[str]:
        """Let a person read a text of their own; an empty one goes back to our sentences.

        Returns:
            Its sentences.

        Raises:
            TextError: too long, or it cannot be said in that language.
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
