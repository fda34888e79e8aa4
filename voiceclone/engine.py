"""The one door to everything: clips, training, voices and speech, without a page and without gradio."""

import math
import threading
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone import host, store
from voiceclone.bases import DEFAULT_BASE_ID
from voiceclone.bases.base import BaseModel, OnProgress, ShouldStop
from voiceclone.bases.custom import load_base
from voiceclone.errors import BusyError, ConsentError, InputError, NotEnoughSpeechError, NotFoundError
from voiceclone.limits import MAX_TRAIN_MINUTES, MAX_TRAIN_STEPS
from voiceclone.training import runs as run_files
from voiceclone.training.runner import TrainingRunner
from voiceclone.training.runs import RunConfig, RunStatus
from voiceclone.voice_file import Voice, check_base
from voiceclone.voices import VoiceShelf

if TYPE_CHECKING:
    from voiceclone.audio import Audio
    from voiceclone.clips.library import AddReport, Clip, ClipLibrary, Project, Readiness
    from voiceclone.corpora import CorpusSpeaker
    from voiceclone.speech import Speaker, Speech, SpeechFile

CONSENT_STATEMENT = "This is my voice, or I have the speaker's permission."
EXAMPLE_NAME = "Example voice"
MAX_SEED = 2**31 - 1


class VoiceEngine:
    """Clone voices in one data folder.

    Methods raise `VoiceCloneError` with a sentence fit to be shown. Several engines, in several
    processes, may share a data folder: what is true lies in its files.

    Args:
        data_dir: where everything is kept; None is `VOICECLONE_HOME`, or `models/` in the checkout.
        base_id: the base model.
        base_factory: `package.module:Class` of a base model of your own, importable in the training
            process, too. It runs code: never pass on what came from a page or a file.
    """

    def __init__(
        self,
        data_dir: Path | str | None = None,
        base_id: str = DEFAULT_BASE_ID,
        *,
        base_factory: str | None = None,
    ) -> None:
        self.data_dir = (Path(data_dir) if data_dir is not None else host.data_dir()).expanduser().resolve()
        self.base_id = base_id
        self._base_factory = base_factory
        self._runner = TrainingRunner(self.data_dir)
        self._shelf = VoiceShelf(self.data_dir)
        self._base: BaseModel | None = None
        self._speaker: Speaker | None = None
        self._turn = threading.RLock()
        """Held while something is made that threads of one page share."""

    # The base model ---------------------------------------------------------------------------

    @property
    def base(self) -> BaseModel:
        """The base model; no weights are loaded before they are needed."""
        with self._turn:
            if self._base is None:
                self._base = load_base(self.base_id, self._base_factory, self.data_dir)
            return self._base

    def base_ready(self) -> bool:
        """True when the base model lies complete in the data folder."""
        return self.base.is_ready()

    def prepare_base(
        self,
        on_progress: OnProgress | None = None,
        *,
        official: bool = False,
        should_stop: ShouldStop | None = None,
    ) -> None:
        """Get the base model in place, once; quick when it is there.

        Args:
            on_progress: told share and words.
            official: fetch the official float32 weights from the model hub; the only thing in VoiceClone
                that asks a network. Voices trained on other weights do not fit them.
            should_stop: ends fetching early; the next call goes on from there.

        Raises:
            BaseModelError: something is missing, damaged, or cannot be fetched.
            BusyError: the weights are being trained on.
            InputError: this base has no official weights to choose.
            StorageError: the disk is full.
        """
        store.require_free_disk(self.data_dir)
        if official:
            self._install_official(on_progress, should_stop)
        else:
            self.base.ensure_ready(on_progress)

    def _install_official(self, on_progress: OnProgress | None, should_stop: ShouldStop | None) -> None:
        if self._base_factory is not None or self.base_id != DEFAULT_BASE_ID:
            raise InputError(f"“{self.base.title}” has no official weights to choose. Leave the choice out.")
        active = self._runner.active()
        if active is not None:
            raise BusyError(
                f"“{active.voice_name}” is being trained on the present weights. Let it end, or stop it, first."
            )
        from voiceclone.bases.kokoro.official import install_official

        install_official(self.data_dir / "base" / self.base_id, on_progress, should_stop)
        with self._turn:  # what is loaded belongs to the weights before
            self._base = self._speaker = None

    # Projects and clips -----------------------------------------------------------------------

    def create_project(self, name: str, language: str = "en-us") -> "Project":
        """Make an empty project."""
        return self._library.create_project(name, language)

    def projects(self) -> "list[Project]":
        """Return every project."""
        return self._library.projects()

    def project(self, id_or_name: str) -> "Project":
        """Return one project, by its id or its name."""
        return self._library.project(id_or_name)

    def delete_project(self, project_id: str) -> None:
        """Delete a project and its recordings; the voices made from it stay.

        Raises:
            BusyError: it is being trained on.
        """
        active = self._runner.active()
        if active is not None and active.running and active.project_id == project_id:
            raise BusyError(f"“{active.project_name}” is being trained on. Stop the training first, then delete it.")
        self._library.delete_project(project_id)

    def add_clips(
        self,
        project_id: str,
        files: Sequence[Path],
        *,
        text: str | None = None,
        transcripts: dict[str, str] | None = None,
        language: str | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> "AddReport":
        """Add recordings or folders of them; what cannot be used is reported, not raised.

        Args:
            project_id: the project.
            files: recordings or folders.
            text: what is said, for one recording.
            transcripts: what is said, by file name; see `clips.transcripts.read_transcripts`.
            language: None is the project's.
            on_progress: told share and words.
            should_stop: ends early; what was added stays.
        """
        store.require_free_disk(self.data_dir)
        return self._library.add_files(
            project_id,
            [Path(file) for file in files],
            text=text,
            transcripts=transcripts,
            language=language,
            on_progress=on_progress,
            should_stop=should_stop,
        )

    def corpus_language(self, kind: str, where: Path | str) -> str:
        """Return the language of a corpus, after a look that it is of this kind; see `corpora.CORPORA`."""
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
            on_progress: told share and words.
            should_stop: ends early.
        """
        from voiceclone.corpora import open_corpus
        from voiceclone.corpora.speakers import list_speakers

        return list_speakers(open_corpus(kind, where), on_progress, should_stop)

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
    ) -> "AddReport":
        """Add one speaker of a corpus to a project; arguments and errors as in `corpora.adding.add_speaker`."""
        from voiceclone.corpora import open_corpus
        from voiceclone.corpora.adding import add_speaker

        store.require_free_disk(self.data_dir)
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

    def clips(self, project_id: str) -> "list[Clip]":
        """Return the clips of a project, the oldest first."""
        return self._library.clips(project_id)

    def edit_clip(
        self, project_id: str, clip_id: str, *, text: str | None = None, included: bool | None = None
    ) -> "Clip":
        """Change what is said in a clip, or whether it is learnt from; None leaves as it is."""
        return self._library.edit_clip(project_id, clip_id, text=text, included=included)

    def delete_clip(self, project_id: str, clip_id: str) -> None:
        """Delete a clip for good."""
        self._library.delete_clip(project_id, clip_id)

    def clean(
        self,
        project_id: str,
        clip_ids: Sequence[str] | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> "list[Clip]":
        """Make a cleaned copy of clips (None: of all); originals are never changed."""
        store.require_free_disk(self.data_dir)
        return self._library.clean(project_id, clip_ids, on_progress=on_progress, should_stop=should_stop)

    def clip_audio(self, project_id: str, clip_id: str, which: str = "best") -> "Audio":
        """Return the sound of a clip: `original`, `cleaned`, or `best` (cleaned where there is one)."""
        return self._library.audio(project_id, clip_id, which)

    def readiness(self, project_id: str) -> "Readiness":
        """Return how much usable speech there is, and how much is worth having."""
        return self._library.readiness(project_id)

    def reading_script(self, language: str) -> list[str]:
        """Return sentences to read aloud."""
        from voiceclone.text import scripts

        return scripts.reading_script(language)

    def load_example(self, on_progress: OnProgress | None = None) -> "Project":
        """Return a project with the recordings that come with VoiceClone; made on first use."""
        with self._turn:
            return self._load_example(on_progress)

    def _load_example(self, on_progress: OnProgress | None) -> "Project":
        existing = [project for project in self.projects() if project.name == EXAMPLE_NAME]
        if existing and self.clips(existing[0].project_id):
            return existing[0]
        from voiceclone.clips.transcripts import read_transcripts

        tables = sorted(path for ending in ("*.csv", "*.tsv") for path in host.EXAMPLES_DIR.rglob(ending))
        if not tables:
            raise NotFoundError(
                f"The example recordings are not in “{host.EXAMPLES_DIR}”. "
                "Get VoiceClone again, or record your own voice."
            )
        recordings = sorted(tables[0].parent.rglob("*.flac"))
        project = existing[0] if existing else self.create_project(EXAMPLE_NAME)
        self.add_clips(project.project_id, recordings, transcripts=read_transcripts(tables[0]), on_progress=on_progress)
        return project

    # Training ---------------------------------------------------------------------------------

    def start_training(
        self,
        project_id: str,
        voice_name: str,
        consent: bool,
        minutes: float | None = None,
        steps: int | None = None,
        seed: int = 0,
        *,
        consent_by: str = "Python program",
        clip_ids: Sequence[str] | None = None,
    ) -> RunStatus:
        """Start training a voice in a process of its own, and return at once.

        Args:
            project_id: a project, by id or name.
            voice_name: what the voice will be called.
            consent: whether `CONSENT_STATEMENT` was agreed to.
            minutes: whole run on the clock; None lets `steps` or the base decide.
            steps: optimizer steps; None lets `minutes` or the base decide.
            seed: the same seed on the same machine gives the same voice.
            consent_by: where it was agreed to, kept in the voice file.
            clip_ids: learn from these clips only, of those that are usable; None is all of them.

        Raises:
            ConsentError: without consent.
            NotEnoughSpeechError: the recordings hold too little usable speech.
            InputError: a name, minutes, steps or a seed out of their limits.
            BusyError: another training runs.
            StorageError: too little room on the disk.
        """
        if consent is not True:
            raise ConsentError(f"Training needs your word first: “{CONSENT_STATEMENT}” Agree to it, then start.")
        voice_name = store.clean_name(voice_name, "voice name")
        _check_plan(minutes, steps, seed)
        project = self.project(project_id)
        readiness = self._library.readiness(project.project_id, clip_ids)
        if not readiness.enough:
            missing_s = math.ceil(max(1.0, readiness.minimum_s - readiness.usable_s))
            raise NotEnoughSpeechError(
                f"There are {readiness.usable_s:.0f} s of usable speech; training needs at least "
                f"{readiness.minimum_s:.0f} s. Record or upload {missing_s} s more."
            )
        now = store.now_iso()
        config = RunConfig(
            run_id=store.new_id(),
            project_id=project.project_id,
            project_name=project.name,
            voice_id=store.new_id(),
            voice_name=voice_name,
            base_id=self.base_id,
            base_factory=self._base_factory,
            minutes=minutes,
            steps=steps,
            seed=seed,
            consent={"given": True, "by": consent_by, "statement": CONSENT_STATEMENT, "at": now},
            created_at=now,
            clip_ids=None if clip_ids is None else tuple(clip_ids),
        )
        return self._runner.start(config)

    def continue_training(self, run_id: str) -> RunStatus:
        """Go on with an interrupted or failed run from its last checkpoint."""
        return self._runner.resume(run_id)

    def resume_interrupted(self) -> RunStatus | None:
        """Go on with the run that a crash or a restart interrupted; call it when the app starts."""
        return self._runner.resume_interrupted()

    def stop_training(self, run_id: str) -> RunStatus:
        """Ask a run to end and keep what was learnt."""
        return self._runner.stop(run_id)

    def training_status(self, run_id: str) -> RunStatus:
        """Return how a run stands now."""
        return self._runner.status(run_id)

    def watch_training(self, run_id: str, interval_s: float = 1.0) -> Iterator[RunStatus]:
        """Yield the status until no process works on the run."""
        return self._runner.watch(run_id, interval_s)

    def active_run(self) -> RunStatus | None:
        """Return the run being worked on, else an interrupted one that waits to be continued."""
        return self._runner.active()

    def runs(self, project_id: str | None = None) -> list[RunStatus]:
        """Return every run (of one project), the newest first."""
        return self._runner.all(project_id)

    def delete_run(self, run_id: str) -> None:
        """Delete a run's checkpoints and metrics; the voice it made stays."""
        self._runner.delete(run_id)

    def loss_points(self, run_id: str, limit: int = 400) -> list[dict[str, Any]]:
        """Return at most `limit` points `{"step", "loss", "series"}` of a run for a plot."""
        return run_files.plot_points(run_files.metrics(self._runner.run_dir(run_id)), limit)

    # Voices -----------------------------------------------------------------------------------

    def voices(self) -> list[Voice]:
        """Return every voice, the newest first."""
        return self._shelf.voices()

    def voice(self, id_or_name: str) -> Voice:
        """Return one voice, by its id or its name."""
        return self._shelf.voice(id_or_name)

    def export_voice(self, voice_id: str, path: Path | str) -> Path:
        """Copy a voice to a file (or into a folder); return where it lies."""
        return self._shelf.export(self._shelf.voice(voice_id).voice_id, Path(path))

    def import_voice(self, path: Path | str) -> Voice:
        """Add a voice file from elsewhere, after checking it; it gets an id of its own."""
        return self._shelf.import_voice(Path(path), self.base)

    def delete_voice(self, voice_id: str) -> None:
        """Delete a voice for good, even one whose file is damaged."""
        self._shelf.delete(voice_id if store.is_id(voice_id) else self._shelf.voice(voice_id).voice_id)

    def rename_voice(self, voice_id: str, name: str) -> Voice:
        """Give a voice another name."""
        return self._shelf.rename(self._shelf.voice(voice_id).voice_id, name)

    # Speech -----------------------------------------------------------------------------------

    def speak(
        self,
        voice_id: str | None,
        text: str,
        language: str | None = None,
        speed: float = 1.0,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> "Speech":
        """Speak a text of any length; `voice_id` is an id or a name, None the base's stock voice.

        `language=None` is the voice's own. Errors as in `speech.Speaker.speak`.
        """
        path, language = self._voice_to_speak_with(voice_id, language)
        return self._the_speaker().speak(path, text, language, speed, on_progress, should_stop)

    def speak_to_file(
        self,
        voice_id: str | None,
        text: str,
        path: Path | str,
        language: str | None = None,
        speed: float = 1.0,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> "SpeechFile":
        """Speak a text into a 16-bit WAV file, one sentence in memory at a time."""
        voice_path, language = self._voice_to_speak_with(voice_id, language)
        return self._the_speaker().speak_to_file(
            voice_path, text, language, Path(path), speed, on_progress, should_stop
        )

    def _voice_to_speak_with(self, voice_id: str | None, language: str | None) -> tuple[Path | None, str]:
        if voice_id is None:
            return None, language or self.base.languages[0]
        voice = self._shelf.voice(voice_id)
        check_base(voice, self.base)
        return self._shelf.path(voice.voice_id), language or voice.language

    @cached_property
    def _library(self) -> "ClipLibrary":
        from voiceclone.clips.library import ClipLibrary

        return ClipLibrary(self.data_dir)

    def _the_speaker(self) -> "Speaker":
        from voiceclone.speech import Speaker

        with self._turn:
            if self._speaker is None:
                self._speaker = Speaker(self.base)
            return self._speaker


def _check_plan(minutes: float | None, steps: int | None, seed: int) -> None:
    if minutes is not None and steps is not None:
        raise InputError("Give either minutes or steps, not both.")
    if minutes is not None and not 0 < minutes <= MAX_TRAIN_MINUTES:
        raise InputError(f"Training for {minutes} minutes is not possible; choose up to {MAX_TRAIN_MINUTES}.")
    if steps is not None and not 1 <= steps <= MAX_TRAIN_STEPS:
        raise InputError(f"Training for {steps} steps is not possible; choose 1 to {MAX_TRAIN_STEPS}.")
    if not 0 <= seed <= MAX_SEED:
        raise InputError(f"The seed is {seed}; choose a whole number from 0 to {MAX_SEED}.")
