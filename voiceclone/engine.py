"""The one door to everything: clips, training, voices and speech, without a page and without gradio."""

import math
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone import host
from voiceclone.bases import catalogue
from voiceclone.bases.base import Ability, BaseModel, Policy, StockVoice
from voiceclone.bases.catalogue import DEFAULT_BASE_ID
from voiceclone.bases.registry import load_base
from voiceclone.errors import (
    AudioError,
    BaseModelError,
    BusyError,
    ConsentError,
    InputError,
    NotEnoughSpeechError,
    NotFoundError,
    VoiceFileError,
)
from voiceclone.limits import MAX_CONVERT_S, MAX_TRAIN_MINUTES, MAX_TRAIN_STEPS
from voiceclone.models.in_use import ModelRemoval, ModelsInUse
from voiceclone.models.library import ModelLibrary, ModelStatus, sharing_refusal
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.storage import disk
from voiceclone.training import candidates as candidate_files
from voiceclone.training import history, machine, preflight
from voiceclone.training import runs as run_files
from voiceclone.training.estimate import TrainingEstimate, plans
from voiceclone.training.runner import TrainingRunner
from voiceclone.training.runs import RunConfig, RunStatus
from voiceclone.training.speed import BUSY_SHARE, USUAL, read_pace
from voiceclone.training.speed_test import SpeedTester
from voiceclone.voices.library import VoiceLibrary
from voiceclone.voices.voice_file import Voice, check_base, read_voice
from voiceclone.wording import count, duration, is_are

if TYPE_CHECKING:
    from voiceclone.audio.sound import Audio
    from voiceclone.blind import BlindQuestion, BlindTest
    from voiceclone.blind.library import BlindTestLibrary
    from voiceclone.clips.library import AddReport, Clip, ClipLibrary, Project, Readiness
    from voiceclone.clips.quality.clean import Strength
    from voiceclone.clips.quality.room import RoomReport
    from voiceclone.clips.quality.speakers import ClipSpeaker
    from voiceclone.clips.transcripts.reader import Words
    from voiceclone.compare import Comparison
    from voiceclone.corpora import CorpusSpeaker
    from voiceclone.training.candidates import Candidates
    from voiceclone.training.speed import TrainingSpeed
    from voiceclone.voices.speech import Speaker, Speech, SpeechFile

CONSENT_STATEMENT = "This is my voice, or I have the speaker's permission."
EXAMPLE_NAME = "Example voice"
MAX_SEED = 2**31 - 1
STOCK_MARK = "stock:"
"""Before the id of a stock voice: that one is meant, even where a voice of one's own is called the same."""
_STOCK_TOLD = 5


class VoiceEngine:
    """Clone voices in one data folder.

    Methods raise `VoiceCloneError` with a sentence fit to be shown. Several engines, in several
    processes, may share a data folder: what is true lies in its files.

    Args:
        data_dir: where everything is kept; None is `host.data_dir()`.
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
        self._prober = SpeedTester(self.data_dir)
        self._others_now = machine.OthersNow()
        self._shelf = VoiceLibrary(self.data_dir)
        self._models = ModelLibrary(self.data_dir)
        self._in_use = ModelsInUse()
        self._bases: dict[str, BaseModel] = {}
        self._speakers: dict[str, Speaker] = {}
        self._turn = threading.RLock()
        """Held while something is made that threads of one page share."""

    # The base model ---------------------------------------------------------------------------

    @property
    def base(self) -> BaseModel:
        """The default base model; no weights are loaded before they are needed."""
        return self.base_of()

    def base_of(self, base_id: str | None = None) -> BaseModel:
        """Return one base model, None the default one; the same object each time, and no weights are loaded.

        Raises:
            BaseModelError: no base has that id.
        """
        base_id = self.base_id if base_id is None else base_id
        if base_id != self.base_id:
            base_id = catalogue.card(base_id).base_id
        with self._turn:
            if base_id not in self._bases:
                factory = self._base_factory if base_id == self.base_id else None
                self._bases[base_id] = load_base(base_id, factory, self.data_dir)
            return self._bases[base_id]

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
        disk.require_free_disk(self.data_dir)
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
        from voiceclone.bases.kokoro.model.official import install_official

        install_official(self.data_dir / "base" / self.base_id, on_progress, should_stop)
        self._forget(self.base_id)  # what is loaded belongs to the weights before

    # All base models --------------------------------------------------------------------------

    def models(self) -> list[ModelStatus]:
        """Return every base model with its card, and whether it is there; nothing is loaded or fetched."""
        return self._models.statuses()

    def get_model(
        self,
        base_id: str,
        *,
        licence_agreed: bool,
        agreed_by: str = "Python program",
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
        mirror: str | None = None,
    ) -> ModelStatus:
        """Get a base model in place: adopt the folder a person put there, else fetch it; goes on where it ended.

        Args:
            base_id: as in `models`.
            licence_agreed: whether the terms on its card were agreed to.
            agreed_by: where they were agreed to, kept beside the model.
            on_progress: told share and words.
            should_stop: ends fetching early; the next call goes on from there.
            mirror: address of a server to ask in place of GitHub and the hub, with the same paths behind it.

        Raises:
            ConsentError: without agreement; the message holds the terms in plain words.
            BaseModelError: no such base, it cannot be fetched, or what came is not what it should be.
            StorageError: the disk is full.
            Cancelled: stopped.
        """
        if catalogue.card(base_id).embedded:
            self.base_of(catalogue.card(base_id).base_id).ensure_ready(on_progress)
            return self._models.status(base_id)
        return self._models.get(
            base_id,
            licence_agreed=licence_agreed,
            agreed_by=agreed_by,
            on_progress=on_progress,
            should_stop=should_stop,
            mirror=mirror,
        )

    def remove_model(self, base_id: str) -> None:
        """Delete a base model's files; voices made with it stay, and work again once it is back.

        Raises:
            BusyError: it is being trained on or fetched, or something in this program speaks with it.
            InputError: it is the embedded base, which nothing works without.
        """
        card = catalogue.card(base_id)
        active = self._runner.active()
        if active is not None and active.running and active.base_id == card.base_id:
            raise BusyError(f"“{active.voice_name}” is being trained on it. Let it end, or stop it, first.")
        with self._in_use.unused(card.base_id, card.title):
            if not card.embedded:
                self._forget(card.base_id)  # first: some systems delete no file that is open
            self._models.remove(card.base_id)

    def model_removal(self, base_id: str) -> ModelRemoval:
        """Return what removing a base model would mean: the disk space it frees, the voices that need it.

        Raises:
            BaseModelError: no base has that id.
        """
        card = catalogue.card(base_id)
        voices = tuple(voice.name for voice in self.voices() if voice.base_id == card.base_id)
        return ModelRemoval(card.base_id, self._models.frees_mb(card.base_id), voices)

    def _forget(self, base_id: str) -> None:
        with self._turn:
            self._bases.pop(base_id, None)
            self._speakers.pop(base_id, None)

    def _ready_base(self, base_id: str | None) -> BaseModel:
        """Return a base that can work now; the embedded one gets itself ready when it is needed."""
        base = self.base_of(base_id)
        if base_id not in (None, self.base_id) and not base.is_ready():
            raise BaseModelError(
                f"The base model {base.title} is not on this computer. Get it first: its card shows size and licence, "
                f"or run: python -m voiceclone get {base.base_id}"
            )
        return base

    # Projects and clips -----------------------------------------------------------------------

    def create_project(self, name: str, language: str = "en-us") -> "Project":
        """Make an empty project."""
        return self._library.create_project(name, language)

    @contextmanager
    def project_for(self, name: str, language: str = "en-us") -> "Iterator[Project]":
        """Give the project of that name to add to; where there is none it is made, and goes again if it stays empty."""
        try:
            project, is_new = self.project(name), False
        except NotFoundError:
            project, is_new = self.create_project(name, language), True
        try:
            yield project
        finally:
            if is_new and not self.clips(project.project_id) and not self._library.own_script(project.project_id):
                self.delete_project(project.project_id)

    def projects(self) -> "list[Project]":
        """Return every project."""
        return self._library.projects()

    def lost_recordings(self, project_id: str | None = None) -> tuple[str, ...]:
        """Return what of the recordings cannot be listed because its description is damaged, and what to do.

        A sentence for each such project, and one for the clips of this project.
        """
        return self._library.lost(project_id)

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
        transcripts: "Mapping[str, Words] | None" = None,
        language: str | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> "AddReport":
        """Add recordings or folders of them; what cannot be used is reported, not raised.

        Args:
            project_id: the project.
            files: recordings or folders.
            text: what is said, for one recording.
            transcripts: what is said, by file name; see `clips.transcripts.reader.read_transcripts`.
            language: None is the project's.
            on_progress: told share and words.
            should_stop: ends early; what was added stays.
        """
        disk.require_free_disk(self.data_dir)
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

        disk.require_free_disk(self.data_dir)
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

    def check_data_folder(self) -> None:
        """Make sure that something can be saved; call it when the app starts.

        Raises:
            StorageError: the data folder may not be written.
        """
        disk.require_writable(self.data_dir)

    def sweep_leftovers(self) -> int:
        """Delete what a process that was killed while adding a corpus left behind; call it when the app starts.

        Returns how many folders went. What a living process works with stays.
        """
        from voiceclone.storage.staging import sweep_spools

        return sweep_spools(self.data_dir / "projects")

    def clips(self, project_id: str) -> "list[Clip]":
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
    ) -> "Clip":
        """Change what is said in a clip, whether it is learnt from, or that a person finds it right; None: as it is."""
        return self._library.edit_clip(project_id, clip_id, text=text, included=included, confirmed=confirmed)

    def delete_clip(self, project_id: str, clip_id: str) -> None:
        """Delete a clip for good."""
        self._library.delete_clip(project_id, clip_id)

    def listen(
        self,
        project_id: str,
        clip_ids: "Sequence[str] | None" = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> "list[Clip]":
        """Let networks listen to clips they have not heard (None: to all of those), which sharpens the verdicts.

        Are the words those of the text (English), is it the same person everywhere, is a take there twice?

        Returns:
            The clips asked for.
        """
        return self._library.listen(project_id, clip_ids, on_progress, should_stop)

    def recognisers(self) -> list[str]:
        """Return which recognisers for more languages than English are there, the best one last."""
        from voiceclone.recognition.recognisers import installed

        return installed(self.data_dir)

    def get_recogniser(
        self, key: str, on_progress: OnProgress | None = None, should_stop: ShouldStop | None = None
    ) -> None:
        """Fetch a recogniser (`base` or `small`) from the model hub; arguments and errors: `recognisers.install`."""
        from voiceclone.recognition.recognisers import install

        install(self.data_dir, key, on_progress, should_stop)

    def remove_recogniser(self, key: str) -> None:
        """Delete a recogniser; English is still written down by the one that came along."""
        from voiceclone.recognition.recognisers import remove

        remove(self.data_dir, key)

    def speakers(self, project_id: str) -> "list[ClipSpeaker]":
        """Return who is heard in the clips that were listened to and are used, the one heard longest first."""
        from voiceclone.clips.quality.listening import speakers

        return speakers(self._library, self._library.project(project_id).project_id)

    def keep_speaker(self, project_id: str, clip_id: str) -> int:
        """Leave out the clips of everybody but who speaks in `clip_id`; return how many that were.

        Raises:
            NotFoundError: the clip is not among those of `speakers`.
        """
        from voiceclone.clips.quality.listening import keep_speaker

        return keep_speaker(self._library, self._library.project(project_id).project_id, clip_id)

    def clean(
        self,
        project_id: str,
        clip_ids: Sequence[str] | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
        strength: "Strength" = "gentle",
    ) -> "list[Clip]":
        """Make a cleaned copy of clips (None: of all); originals are never changed.

        Args:
            project_id: the project.
            clip_ids: which clips.
            on_progress: told share and words.
            should_stop: ends early; what was cleaned stays so.
            strength: `off`, `gentle` or `strong`, see `clips.quality.clean.STRENGTHS`.

        Raises:
            InputError: an unknown strength.
        """
        disk.require_free_disk(self.data_dir)
        return self._library.clean(project_id, clip_ids, on_progress, should_stop, strength)

    def undo_cleaning(self, project_id: str, clip_ids: Sequence[str] | None = None) -> int:
        """Go back to clips as they were recorded (None: all); return how many were cleaned before."""
        return self._library.undo_cleaning(project_id, clip_ids)

    def clip_audio(self, project_id: str, clip_id: str, which: str = "best") -> "Audio":
        """Return the sound of a clip: `original`, `cleaned`, or `best` (cleaned where there is one)."""
        return self._library.audio(project_id, clip_id, which)

    def export_dataset(
        self,
        project_id: str,
        path: Path,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> int:
        """Write a project's clips and texts into one zip file; see `clips.export.export_dataset`."""
        from voiceclone.clips.export import export_dataset

        return export_dataset(
            self._library, self._library.project(project_id).project_id, path, on_progress, should_stop
        )

    def readiness(self, project_id: str) -> "Readiness":
        """Return how much usable speech there is, and how much is worth having."""
        return self._library.readiness(project_id)

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

    def load_example(self, on_progress: OnProgress | None = None) -> "Project":
        """Return a project with the recordings that come with VoiceClone; made on first use."""
        with self._turn:
            return self._load_example(on_progress)

    def _load_example(self, on_progress: OnProgress | None) -> "Project":
        existing = [project for project in self.projects() if project.name == EXAMPLE_NAME]
        if existing and self.clips(existing[0].project_id):
            return existing[0]
        from voiceclone.clips.transcripts.reader import read_transcripts

        tables = sorted(path for ending in ("*.csv", "*.tsv") for path in host.EXAMPLES_DIR.rglob(ending))
        if not tables:
            raise NotFoundError(
                f"The example recordings are not in “{host.EXAMPLES_DIR}”. "
                "Get VoiceClone again, or record your own voice."
            )
        recordings = sorted(tables[0].parent.rglob("*.flac"))
        texts = read_transcripts(tables[0])
        with self.project_for(EXAMPLE_NAME) as project:
            report = self.add_clips(project.project_id, recordings, transcripts=texts, on_progress=on_progress)
        if not report.added:
            raise AudioError("; ".join(bad.reason for bad in report.rejected[:1]) or "There are no example recordings.")
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
        base_id: str | None = None,
        policy: str | None = None,
        replaces: str | None = None,
        continue_from: str | None = None,
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
            base_id: the base model; None is the default one.
            policy: what learns, one of the base's `policies`; None is its first.
            replaces: id or name of a voice whose place the new one takes once it is ready; stopped early it leaves
                that one alone. Without this no voice is ever overwritten: a name that is taken gets a number.
            continue_from: id or name of a voice to go on from in place of a stock voice; it stays as it is.

        Raises:
            ConsentError: without consent.
            NotEnoughSpeechError: the recordings hold too little usable speech.
            InputError: a name, minutes, steps or a seed out of their limits, or a policy the base has not.
            NotFoundError: no voice is called so.
            VoiceFileError: the voice to go on from was made for another base or other weights.
            BaseModelError: no such base, or it is not on this computer.
            BusyError: another training runs.
            StorageError: too little room on the disk.
        """
        record = _consent_record(consent, consent_by)
        voice_name = disk.clean_name(voice_name, "voice name")
        _check_plan(minutes, steps, seed)
        base = self._ready_base(base_id)
        checked_policy = _checked_policy(base, policy)
        start_voice = self._voice_to_go_on_from(continue_from, base, checked_policy)
        replaced = None if replaces is None else self._shelf.voice(replaces).voice_id
        project = self.project(project_id)
        readiness = self._library.readiness(project.project_id, clip_ids)
        if not readiness.enough:
            missing_s = math.ceil(max(1.0, readiness.minimum_s - readiness.usable_s))
            raise NotEnoughSpeechError(
                f"There are {duration(readiness.usable_s)} of usable speech; training needs at least "
                f"{duration(readiness.minimum_s)}. Record or add {missing_s} s more."
            )
        config = RunConfig(
            run_id=disk.new_id(),
            project_id=project.project_id,
            project_name=project.name,
            voice_id=disk.new_id(),
            voice_name=voice_name,
            base_id=base.base_id,
            base_factory=self._base_factory if base is self.base else None,
            minutes=minutes,
            steps=steps,
            seed=seed,
            consent=record,
            created_at=record["at"],
            clip_ids=None if clip_ids is None else tuple(clip_ids),
            policy=checked_policy,
            replaces=replaced,
            continues=start_voice.voice_id if start_voice else None,
        )
        self._prober.cancel()
        return self._runner.start(config, self._shelf.path(start_voice.voice_id) if start_voice else None)

    def _voice_to_go_on_from(self, id_or_name: str | None, base: BaseModel, policy: str | None) -> Voice | None:
        if id_or_name is None:
            return None
        voice = self._shelf.voice(id_or_name)
        if not getattr(base, "continues_voices", False):
            raise InputError(f"{base.title} cannot go on from a voice. Train a new one from all recordings instead.")
        check_base(voice, base)
        if policy == Policy.TRANSFER and voice.policy not in (Policy.TRANSFER, Policy.INSTANT):
            raise InputError(
                f"“{voice.name}” has learnt more than the description of a speaker, and a training of that alone would "
                f"lose it. Train it as “{Policy.FINE_TUNE}”, or train a new voice."
            )
        return voice

    def training_outlook(
        self, project_id: str, *, consent: bool | None = None, base_id: str | None = None
    ) -> TrainingEstimate:
        """Return what a training would be like: is all ready, three choices, how long each takes on this computer.

        Quick; nothing is loaded or measured (see `measure_pace`).

        Args:
            project_id: a project, by id or name.
            consent: whether it was agreed to; None leaves it out.
            base_id: the base model; None is the default one.
        """
        from voiceclone.clips.model import is_trainable

        base, project = self.base_of(base_id), self.project(project_id)
        readiness = self._library.readiness(project.project_id)
        card = catalogue.card(base.base_id) if base.base_id in catalogue.BASE_IDS else None
        pace, active = self._pace_of(base), self._runner.active()
        training_now = active.voice_name if active is not None and active.running else ""
        others_share = 0.0 if training_now else self._others_now.share()
        looked_at = preflight.look_ahead(
            preflight.Facts(
                machine=machine.look(self.data_dir),
                usable_s=readiness.usable_s,
                minimum_s=readiness.minimum_s,
                first_voice_s=readiness.first_voice_s,
                base_title=base.title,
                base_ready=base.is_ready(),
                base_embedded=base is self.base or (card is not None and card.embedded),
                needed_memory_mb=1000 * (card.training_memory_gb if card else 0) or preflight.PEAK_MEMORY_MB,
                slow_sentence=self.training_advice(base_id),
                pace=pace,
                consent=consent,
                training_now=training_now,
                others_share=others_share,
            )
        )
        used = sum(is_trainable(clip) for clip in self._library.clips(project.project_id))
        told = getattr(base, "training_facts", None)
        choices = plans(base, readiness.usable_s, pace) if Ability.TRAIN in base.abilities else ()
        facts = told(used, (pace or USUAL).device) if told else {}
        return TrainingEstimate(looked_at, choices, pace, facts, others_share > BUSY_SHARE)

    def measure_pace(self, base_id: str | None = None, *, wait: bool = False, at_most_s: float | None = None) -> bool:
        """Find out, once for this machine and base, how quick a training is; True while that is being measured.

        A child process learns a few steps from the example recordings (about a quarter of a minute on two cores). It is
        never begun while a training runs, and ended when one is started. Figures taken while other programs kept the
        computer busy are taken once more by the next program that finds it quiet.

        Args:
            base_id: the base model; None is the default one.
            wait: return only when it is done.
            at_most_s: with `wait`: or after so long; it then goes on, and what it finds is there the next time.
        """
        base = self.base_of(base_id)
        if not self._prober.running:
            active = self._runner.active()
            busy = active is not None and active.running
            measurable = getattr(base, "workload", None) is not None and base.is_ready()
            known = self._pace_of(base) if measurable else None
            if busy or not measurable or (known is not None and not self._worth_measuring_again(known)):
                return False
            own = base is self.base
            others_busy = self._others_now.share() > BUSY_SHARE
            self._prober.start(self.base_id if own else base.base_id, self._base_factory if own else None, others_busy)
        if wait:
            self._prober.wait(at_most_s)
        return self._prober.running

    def _worth_measuring_again(self, known: "TrainingSpeed") -> bool:
        return known.busy and self._others_now.share() <= BUSY_SHARE

    def _pace_of(self, base: BaseModel) -> "TrainingSpeed | None":
        return read_pace(self.data_dir, base) if base.is_ready() else None

    def training_advice(self, base_id: str | None = None) -> str:
        """Return how long training would take without a graphics card, a sentence; nothing where that matters not."""
        base_id = base_id or self.base_id
        if base_id == self.base_id and base_id not in catalogue.BASE_IDS:
            return ""  # a base of one's own
        card = catalogue.card(base_id)
        return catalogue.slow_without_gpu(card, host.cores()) if card.gpu_advised and not host.has_gpu() else ""

    def instant_voice(
        self,
        project_id: str,
        voice_name: str,
        consent: bool,
        *,
        base_id: str | None = None,
        clip_ids: Sequence[str] | None = None,
        consent_by: str = "Python program",
        on_progress: OnProgress | None = None,
    ) -> Voice:
        """Make a voice from the best clips of a project in seconds, with nothing trained.

        Args and errors as in `start_training`; 3 s of usable speech are enough.
        """
        from voiceclone.voices.instant import make_instant_voice

        record = _consent_record(consent, consent_by)
        name = disk.clean_name(voice_name, "voice name")
        base = self._ready_base(base_id)
        project = self.project(project_id)
        with self._in_use.use(base.base_id):
            return make_instant_voice(base, self.data_dir, project.project_id, name, record, clip_ids, on_progress)

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

    def find_run(self, wanted: str) -> RunStatus:
        """Return the run that a person means: an id, its beginning, or a voice's name; see `history.find_run`."""
        return history.find_run(self._runner.all(), wanted)

    def run_record(self, run_id: str) -> history.RunRecord:
        """Return what is remembered of a run: settings, scores, whether its voice is there."""
        status = self._runner.status(run_id)
        return history.read_record(self._runner.run_dir(run_id), status, self._voice_of_run(status))

    def run_records(self, project_id: str | None = None) -> list[history.RunRecord]:
        """Return what is remembered of every run (of one project), the newest first."""
        found = []
        for status in self._runner.all(project_id):
            try:
                found.append(
                    history.read_record(self._runner.run_dir(status.run_id), status, self._voice_of_run(status))
                )
            except NotFoundError:  # deleted meanwhile
                continue
        return found

    def held_out_clips(self, run_id: str) -> list[str]:
        """Return the ids of the clips that a run kept from learning; none where that is not known."""
        return history.held_out_clip_ids(self._runner.run_dir(run_id))

    def _voice_of_run(self, status: RunStatus) -> Voice | None:
        try:
            return self._shelf.voice(status.voice_id) if status.voice_id else None
        except (NotFoundError, VoiceFileError):  # deleted since, or damaged
            return None

    def delete_run(self, run_id: str, *, with_voice: bool = False) -> None:
        """Delete a run's checkpoints and metrics; the voice it made stays, unless `with_voice`.

        Raises:
            BusyError: it is running.
        """
        status = self._runner.status(run_id)
        self._runner.delete(run_id)
        if with_voice and status.voice_id:
            with suppress(NotFoundError):  # deleted before
                self._shelf.delete(status.voice_id)

    def loss_points(self, run_id: str, limit: int = 400) -> list[dict[str, Any]]:
        """Return at most `limit` points `{"step", "loss", "series"}` of a run for a plot; candidates are `held_out`."""
        run_dir = self._runner.run_dir(run_id)
        held_out = candidate_files.read(run_dir).loss_points()
        return run_files.plot_points(run_files.metrics(run_dir), limit - len(held_out)) + held_out

    # Candidates -------------------------------------------------------------------------------

    def candidates(self, run_id: str) -> "Candidates":
        """Return the voices a run could end in, with what judges said of them; none of a base that is not heard."""
        return candidate_files.read(self._runner.run_dir(run_id))

    def candidate_file(self, run_id: str, name: str) -> Path | None:
        """Return where a sound or a voice file of a run's candidates lies; None where there is none of that name."""
        return candidate_files.file(self._runner.run_dir(run_id), name)

    def keep_candidate(self, run_id: str, step: int) -> Voice:
        """Let the voice of a run be the one after `step` steps instead, for a person who likes that one better.

        Raises:
            BusyError: the run goes on.
            InputError: that voice was not kept, only its sample.
            NotFoundError: there is no such run or candidate, or the run's voice was deleted.
        """
        status = self._runner.status(run_id)
        if status.running:
            raise BusyError("The training goes on. Wait until it has ended, or stop it; then choose.")
        if status.voice_id is None:
            raise InputError("This training has no voice yet. Continue it, or train again.")
        run_dir = self._runner.run_dir(run_id)
        candidate, path = candidate_files.check_kept(run_dir, step)
        found = candidate_files.read(run_dir)
        told = replace(self._shelf.voice(status.voice_id), steps=step, scores=candidate_files.scores(candidate, found))
        voice = self._shelf.install(path, told)
        candidate_files.write(run_dir, replace(found, kept_step=step, kept_by=candidate_files.BY_PERSON))
        return voice

    # Comparing --------------------------------------------------------------------------------

    def compare(
        self,
        project_id: str,
        consent: bool,
        minutes: float | None = None,
        steps: int | None = None,
        seed: int = 0,
        *,
        base_id: str | None = None,
        policies: Sequence[str] | None = None,
        sentences: Sequence[str] | None = None,
        held_out: Sequence[str] | None = None,
        keep_voices: bool = False,
        consent_by: str = "Python program",
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> "Comparison":
        """Make voices of a project in several ways, one after another, and judge them on the same unseen sentences.

        A fifth of the recordings is kept from every training and judges likeness. What is done stays on disk: after
        Cancel or a crash the same call goes on with what is missing.

        Args:
            project_id: a project, by id or name.
            consent: whether `CONSENT_STATEMENT` was agreed to.
            minutes: length of each training; None lets `steps` or the base decide.
            steps: optimizer steps of each training; None lets `minutes` or the base decide.
            seed: of each training.
            base_id: the base model; None is the default one.
            policies: the ways, by name; None is instant, transfer and fine-tune, those that the base offers.
            sentences: what the voices say; None is ten of ours. Those said in the recordings are left out.
            held_out: ids of the clips that judge; None chooses.
            keep_voices: keep the voices under Speak; else they are deleted when judged.
            consent_by: where it was agreed to.
            on_progress: told share and words.
            should_stop: ends early.

        Raises:
            ConsentError: without consent.
            InputError: the base offers only one way, does not speak the language, or no sentence is unseen.
            NotEnoughSpeechError: too few recordings to train on and to judge by.
            BusyError: another training, or this comparison, runs.
            TrainingError: a training failed.
            Cancelled: `should_stop` turned True.
        """
        from voiceclone.compare.request import make_request
        from voiceclone.compare.run import ComparisonRun

        _consent_record(consent, consent_by)
        _check_plan(minutes, steps, seed)
        request = make_request(
            self,
            self.project(project_id),
            self._ready_base(base_id),
            policies=policies,
            minutes=minutes,
            steps=steps,
            seed=seed,
            sentences=sentences,
            held_out_ids=held_out,
            keep_voices=keep_voices,
        )
        with self._in_use.use(request.base_id):
            return ComparisonRun(self, request, consent_by, on_progress, should_stop).run()

    def comparisons(self) -> "list[Comparison]":
        """Return every finished comparison, the newest first."""
        from voiceclone.compare import folders

        return folders.comparisons(self.data_dir)

    def comparison_folder(self, comparison_id: str) -> Path:
        """Return where a comparison's figures, picture and sounds lie."""
        from voiceclone.compare import folders

        return folders.folder(self.data_dir, comparison_id)

    def delete_comparison(self, comparison_id: str) -> None:
        """Delete a comparison with its sounds; voices that were kept stay."""
        disk.remove_folder(self.comparison_folder(comparison_id))

    # Blind listening --------------------------------------------------------------------------

    def make_blind_test(
        self,
        one: str,
        other: str,
        question: str = "better",
        *,
        project_id: str | None = None,
        seed: int | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> "BlindTest":
        """Make ten pairs of the same sentence, in hidden order and equally loud; see `blind.making.BlindMaker`."""
        from voiceclone.blind.making import BlindMaker

        disk.require_free_disk(self.data_dir)
        return BlindMaker(self, one, other, question, project_id, seed).make(self._blind, on_progress, should_stop)

    def blind_tests(self) -> "list[BlindTest]":
        """Return every blind test, finished or not, the newest first; `blind.result_of` tells what one proves."""
        return self._blind.tests()

    def blind_question(self, test_id: str) -> "BlindQuestion | None":
        """Return what a blind test asks next, None when it is finished."""
        return self._blind.question(test_id)

    def answer_blind_test(self, test_id: str, number: int, choice: int) -> "BlindTest":
        """Note that sound 1 or 2 of a pair was chosen; errors as in `blind.library.BlindTestLibrary.answer`."""
        return self._blind.answer(test_id, number, choice)

    def delete_blind_test(self, test_id: str) -> None:
        """Delete a blind test with its sounds and answers."""
        self._blind.delete(test_id)

    @cached_property
    def _blind(self) -> "BlindTestLibrary":
        from voiceclone.blind.library import BlindTestLibrary

        return BlindTestLibrary(self.data_dir)

    # Voices -----------------------------------------------------------------------------------

    def voices(self) -> list[Voice]:
        """Return every voice, the newest first."""
        return self._shelf.voices()

    def voice(self, id_or_name: str) -> Voice:
        """Return one voice, by its id or its name; stock voices are not among them."""
        stock = self.stock_voice(id_or_name)
        if stock is not None:
            raise NotFoundError(
                f"“{stock.name}” is a stock voice: it comes with the base model and can only be spoken with. "
                "Name a voice of your own."
            )
        return self._shelf.voice(id_or_name)

    def stock_voices(self) -> tuple[StockVoice, ...]:
        """Return the voices that came with the default base; nobody's clone, so nobody has to agree to them.

        None before the base is ready, or where it has none to choose from.
        """
        told = getattr(self.base, "stock_voices", None)
        return told() if told is not None else ()

    def stock_voice(self, wanted: str) -> StockVoice | None:
        """Return the stock voice meant by an id or a name, capitals aside; None where it is none.

        A voice of one's own that is called so goes before it, except where `STOCK_MARK` stands before the id.

        Raises:
            NotFoundError: several stock voices are called so.
        """
        name = str(wanted).strip().removeprefix(STOCK_MARK).casefold()
        same = [stock for stock in self.stock_voices() if name == stock.voice_id.casefold()]
        same = same or [stock for stock in self.stock_voices() if name == stock.name.casefold()]
        if not same or (not str(wanted).startswith(STOCK_MARK) and self.voice_named(wanted) is not None):
            return None
        if len(same) > 1:
            ids = ", ".join(stock.voice_id for stock in same)
            raise NotFoundError(f"{len(same)} stock voices are called “{same[0].name}”; name one by its id: {ids}.")
        return same[0]

    def export_voice(self, voice_id: str, path: Path | str, *, private_use: bool = False) -> Path:
        """Copy a voice to a file (or into a folder); return where it lies.

        Args:
            voice_id: id or name.
            path: a file or a folder.
            private_use: take it along for oneself, even where the licence forbids passing it on; the copy
                says of itself that it may not be shared.

        Raises:
            VoiceFileError: the licence of its base forbids passing it on.
        """
        voice = self.voice(voice_id)
        refusal = sharing_refusal(voice)
        if refusal and private_use is not True:
            raise VoiceFileError(
                f"{refusal} To take it along for yourself, choose “private use” (in the terminal: --private-use)."
            )
        return self._shelf.export(voice.voice_id, Path(path), private=bool(refusal))

    def sharing_condition(self, voice_id: str) -> str:
        """Return what to keep to when a voice is passed on: why it may not be, a condition, or nothing."""
        voice = self.voice(voice_id)
        known = catalogue.card(voice.base_id).share_condition if voice.base_id in catalogue.BASE_IDS else ""
        return sharing_refusal(voice) or known

    def import_voice(self, path: Path | str) -> Voice:
        """Add a voice file from elsewhere, after checking it; it gets an id of its own."""
        return self._shelf.import_voice(Path(path), self._base_of_file(Path(path)))

    def _base_of_file(self, path: Path) -> BaseModel:
        """Return the base a file says it was made for, else the default one, whose check then tells why not."""
        try:
            base_id = read_voice(path).base_id
        except VoiceFileError:
            base_id = self.base_id
        return self._ready_base(base_id if base_id in catalogue.BASE_IDS else None)

    def voice_named(self, name: str) -> Voice | None:
        """Return the newest voice that is called so, capitals aside; None where the name is free."""
        wanted = " ".join(str(name).split()).casefold()
        return next((voice for voice in self._shelf.voices() if voice.name.casefold() == wanted), None)

    def free_voice_name(self, name: str) -> str:
        """Return a name that no voice has: `name` itself, or with a number behind it."""
        return self._shelf.free_name(disk.clean_name(name, "voice name"))

    def delete_voice(self, voice_id: str) -> None:
        """Delete a voice for good, even one whose file is damaged."""
        self._shelf.delete(voice_id if disk.is_id(voice_id) else self.voice(voice_id).voice_id)

    def rename_voice(self, voice_id: str, name: str) -> Voice:
        """Give a voice another name."""
        return self._shelf.rename(self.voice(voice_id).voice_id, name)

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
        """Speak a text of any length.

        Args:
            voice_id: id or name of a voice, a stock voice among them (`stock_voices`); None is the base's first choice
                of these.
            text: what to say.
            language: of the text; None is the voice's own.
            speed: 1.0 is the voice's own.
            on_progress: told share and words.
            should_stop: ends early.

        Errors as in `speech.Speaker.speak`, and NotFoundError where no voice is called so.
        """
        speaker, voice, language = self._voice_to_speak_with(voice_id, language)
        with self._in_use.use(speaker.base_id):
            return speaker.speak(voice, text, language, speed, on_progress, should_stop)

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
        speaker, voice, language = self._voice_to_speak_with(voice_id, language)
        with self._in_use.use(speaker.base_id):
            return speaker.speak_to_file(voice, text, language, Path(path), speed, on_progress, should_stop)

    def convert(
        self,
        voice_id: str,
        audio: "Audio | Path | str",
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> "Audio":
        """Return the same words in another voice.

        Args:
            voice_id: id or name of a voice whose base can convert.
            audio: a sound, or a sound file of any kind; at most `MAX_CONVERT_S`.
            on_progress: told share and words.
            should_stop: asked between pieces of at most 20 s; ends early.

        Raises:
            InputError: the voice's base cannot convert, or the recording is too long.
            AudioError: the recording cannot be read, or holds nothing to hear.
            Cancelled: stopped.
        """
        from voiceclone.audio.sound import Audio, decode

        voice = self.voice(voice_id)
        base = self._base_of_voice(voice)
        if Ability.CONVERT not in base.abilities:
            raise InputError(_cannot_convert(voice, base))
        recording = audio if isinstance(audio, Audio) else decode(Path(audio))
        if recording.duration_s > MAX_CONVERT_S:
            raise InputError(
                f"The recording lasts {duration(recording.duration_s)}; at most {duration(MAX_CONVERT_S)} are "
                "converted at once. Cut it into parts."
            )
        with self._in_use.use(base.base_id):
            return base.convert(self._shelf.path(voice.voice_id), recording, on_progress, should_stop)

    def convert_to_file(
        self,
        voice_id: str,
        source: Path | str,
        target: Path | str,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> "Audio":
        """Convert a recording into a 16-bit WAV file, and return the sound; errors as in `convert`.

        The file is there whole or not at all, after Cancel and after an error, too.
        """
        from voiceclone.audio.sound import encode_wav

        converted = self.convert(voice_id, Path(source), on_progress, should_stop)
        with disk.atomic_file(Path(target)) as temporary:
            encode_wav(converted, temporary)
        return converted

    def _voice_to_speak_with(
        self, voice_id: str | None, language: str | None
    ) -> "tuple[Speaker, Path | str | None, str]":
        stock = None if voice_id is None else self.stock_voice(voice_id)
        if voice_id is None or stock is not None:
            spoken = self.base.languages
            own = stock.language if stock is not None and stock.language in spoken else spoken[0]
            return self._speaker_of(self.base), stock and stock.voice_id, language or own
        try:
            voice = self._shelf.voice(voice_id)
        except NotFoundError as error:
            raise NotFoundError(f"{error}{_stock_hint(self.stock_voices())}") from None
        base = self._base_of_voice(voice)
        if base.base_id in catalogue.BASE_IDS and not catalogue.card(base.base_id).speaks:
            raise InputError(
                f"“{voice.name}” is a voice of {base.title}, which changes recordings and cannot read text. Convert "
                "a recording with it, or choose another voice."
            )
        return self._speaker_of(base), self._shelf.path(voice.voice_id), language or voice.language

    def _base_of_voice(self, voice: Voice) -> BaseModel:
        """Return the base a voice was made with, ready, and with the same weights."""
        base = self._ready_base(voice.base_id if voice.base_id in catalogue.BASE_IDS else None)
        check_base(voice, base)
        return base

    @cached_property
    def _library(self) -> "ClipLibrary":
        from voiceclone.clips.library import ClipLibrary

        return ClipLibrary(self.data_dir)

    def _speaker_of(self, base: BaseModel) -> "Speaker":
        from voiceclone.voices.speech import Speaker

        with self._turn:
            if base.base_id not in self._speakers:
                self._speakers[base.base_id] = Speaker(base)
            return self._speakers[base.base_id]


def _stock_hint(known: Sequence[StockVoice]) -> str:
    """Return which stock voices could be meant; nothing where there are none."""
    if not known:
        return ""
    told = ", ".join(f"“{stock.name}”" for stock in known[:_STOCK_TOLD])
    more = f" and {len(known) - _STOCK_TOLD} more" if len(known) > _STOCK_TOLD else ""
    return f" Stock voices that came along: {told}{more}."


def _consent_record(consent: bool, consent_by: str) -> dict[str, Any]:
    if consent is not True:
        raise ConsentError(f"Training needs your word first: “{CONSENT_STATEMENT}” Agree to it, then start.")
    return {"given": True, "by": consent_by, "statement": CONSENT_STATEMENT, "at": disk.now_iso()}


def _checked_policy(base: BaseModel, policy: str | None) -> str | None:
    """Return the policy to train with, None for a base that has no choice."""
    if Ability.TRAIN not in base.abilities or not base.policies:
        raise InputError(
            f"{base.title} cannot be trained. Make an instant voice with it, or choose another base model."
        )
    if policy is None:
        return base.policies[0].value
    if policy not in base.policies:
        choices = ", ".join(f"“{known}”" for known in base.policies)
        why = " trains nothing; that is an instant voice" if policy == Policy.INSTANT else ""
        raise InputError(f"“{policy}”{why or f' is no way to train {base.title}'}. Choose one of {choices}.")
    return Policy(policy).value


def _cannot_convert(voice: Voice, base: BaseModel) -> str:
    able = ", ".join(card.title for card in catalogue.CARDS if Ability.CONVERT in card.abilities)
    return (
        f"“{voice.name}” is a voice of {base.title}, which cannot convert recordings. "
        f"Make an instant voice with one of these instead: {able}."
    )


def _check_plan(minutes: float | None, steps: int | None, seed: int) -> None:
    if minutes is not None and steps is not None:
        raise InputError("Give either minutes or steps, not both.")
    if minutes is not None and not 0 < minutes <= MAX_TRAIN_MINUTES:
        asked = f"{minutes:g} {is_are(minutes, 'minute', 'minutes')}"
        raise InputError(f"Training for {asked} is not possible; choose up to {MAX_TRAIN_MINUTES}.")
    if steps is not None and not 1 <= steps <= MAX_TRAIN_STEPS:
        raise InputError(f"Training for {count(steps, 'step')} is not possible; choose 1 to {MAX_TRAIN_STEPS}.")
    if not 0 <= seed <= MAX_SEED:
        raise InputError(f"The seed is {seed}; choose a whole number from 0 to {MAX_SEED}.")
