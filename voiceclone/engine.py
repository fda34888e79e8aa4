"""`VoiceEngine`: everything VoiceClone does, without the page, the terminal, or gradio."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone import host
from voiceclone.bases.base import BaseModel
from voiceclone.bases.catalogue import DEFAULT_BASE_ID
from voiceclone.clips.library import ClipLibrary
from voiceclone.clips.model import Project
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.services.base_models import BaseModels
from voiceclone.services.models import ModelService
from voiceclone.services.projects import ProjectService
from voiceclone.services.runs import RunService
from voiceclone.services.speech import SpeechService
from voiceclone.services.voice_making import VoiceMaker
from voiceclone.services.voices import VoiceService
from voiceclone.storage import disk
from voiceclone.training.request import TrainingRequest
from voiceclone.training.runner import TrainingRunner
from voiceclone.training.runs import RunStatus
from voiceclone.training.speed_test import SpeedTester
from voiceclone.voices.library import VoiceLibrary

if TYPE_CHECKING:
    from voiceclone.blind.service import BlindTestService
    from voiceclone.compare import Comparison
    from voiceclone.compare.service import ComparisonService

_PROGRAM = "Python program"


class VoiceEngine:
    """Clone voices in one data folder.

    Make voices with `start_training`, `instant_voice` and `compare`, use them with `speak`, `speak_to_file`, `convert`
    and `convert_to_file`; everything else is a method of the services `projects`, `voices`, `runs`, `models`,
    `comparisons` and `blind_tests`. Methods raise `VoiceCloneError` with a sentence fit to be shown. Several
    engines, in several processes, may share a data folder: what is true lies in its files.

    Args:
        data_dir: where everything is kept; None is `host.data_dir()`.
        base_id: the default base model.
        base_factory: `package.module:Class` of a base model of your own, importable in the training
            process, too. It runs code: never pass on what came from a page or a file.
    """

    projects: ProjectService
    """Projects with their clips: record, clean, listen, judge, export."""
    voices: VoiceService
    """Voices, and the stock voices of the default base."""
    runs: RunService
    """Trainings: estimate, follow, stop, continue, and choose between candidates."""
    models: ModelService
    """Base models and recognisers on this computer."""

    def __init__(
        self,
        data_dir: Path | str | None = None,
        base_id: str = DEFAULT_BASE_ID,
        *,
        base_factory: str | None = None,
    ) -> None:
        self.data_dir = (Path(data_dir) if data_dir is not None else host.data_dir()).expanduser().resolve()
        self.base_id = base_id
        clips, voices = ClipLibrary(self.data_dir), VoiceLibrary(self.data_dir)
        runner, speed_tester = TrainingRunner(self.data_dir), SpeedTester(self.data_dir)
        self._bases = BaseModels(self.data_dir, base_id, base_factory)
        self.projects = ProjectService(self.data_dir, clips, runner)
        self.voices = VoiceService(voices, self._bases)
        self.runs = RunService(self.data_dir, self._bases, clips, voices, runner, speed_tester)
        self.models = ModelService(self.data_dir, self._bases, voices, runner)
        self._maker = VoiceMaker(self.data_dir, self._bases, clips, voices, runner, speed_tester)
        self._speech = SpeechService(self._bases, self.voices)
        # Methods of services that hold little else: everybody looks for them here.
        self.instant_voice = self._maker.instant_voice
        self.speak, self.speak_to_file = self._speech.speak, self._speech.speak_to_file
        self.convert, self.convert_to_file = self._speech.convert, self._speech.convert_to_file

    @cached_property
    def comparisons(self) -> "ComparisonService":
        """Comparisons of several ways to a voice."""
        from voiceclone.compare.run import Workbench
        from voiceclone.compare.service import ComparisonService

        bench = Workbench(self.data_dir, self._bases, self.projects, self.voices, self.runs, self._maker, self._speech)
        return ComparisonService(bench)

    @cached_property
    def blind_tests(self) -> "BlindTestService":
        """Blind listening tests."""
        from voiceclone.blind.making import Workbench
        from voiceclone.blind.service import BlindTestService

        return BlindTestService(self.data_dir, Workbench(self.projects, self.voices, self.runs, self._speech))

    # The base model and the data folder

    @property
    def base(self) -> BaseModel:
        """The default base model; no weights are loaded before they are needed."""
        return self._bases.default

    def base_of(self, base_id: str | None = None) -> BaseModel:
        """Return one base model, None the default one; the same object each time, and no weights are loaded.

        Raises:
            BaseModelError: no base has that id.
        """
        return self._bases.get(base_id)

    def prepare_base(
        self,
        on_progress: OnProgress | None = None,
        *,
        official: bool = False,
        should_stop: ShouldStop | None = None,
    ) -> None:
        """Put the default base model in place, once; quick when it is there.

        Args:
            on_progress: called with (fraction 0..1, message).
            official: download the official float32 weights from the model hub. Voices trained on other weights do
                not fit them.
            should_stop: return True to stop; the next call continues the download.

        Raises:
            BaseModelError: something is missing, damaged, or cannot be fetched.
            BusyError: the weights are being trained on.
            InputError: this base has no official weights to choose.
            StorageError: the disk is full.
        """
        disk.require_free_disk(self.data_dir)
        if official:
            self.models.install_official(on_progress, should_stop)
        else:
            self.base.ensure_ready(on_progress)

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
        from voiceclone.storage.staging import sweep_staging

        return sweep_staging(self.data_dir / "projects")

    def load_example(self, on_progress: OnProgress | None = None) -> Project:
        """Return a project with the recordings that come with VoiceClone; made on first use."""
        return self.projects.example(on_progress)

    # A voice

    def start_training(
        self,
        project_id: str,
        voice_name: str,
        consent: bool,
        minutes: float | None = None,
        steps: int | None = None,
        seed: int = 0,
        *,
        effort: str | None = None,
        consent_by: str = _PROGRAM,
        clip_ids: Sequence[str] | None = None,
        base_id: str | None = None,
        policy: str | None = None,
        replaces: str | None = None,
        continue_from: str | None = None,
    ) -> RunStatus:
        """Start training a voice in a process of its own, and return at once.

        At most one of `minutes`, `steps` and `effort` is given; with none of them the base decides.

        Args:
            project_id: a project, by id or name.
            voice_name: what the voice will be called.
            consent: whether `voices.consent.CONSENT_STATEMENT` was agreed to.
            minutes: whole run on the clock.
            steps: optimizer steps.
            seed: the same seed on the same machine gives the same voice.
            effort: an `Effort` (`quick`, `better` or `best`), worked out as in `runs.estimate` from the amount of
                speech and the speed of this computer.
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
            InputError: a name, a length or a seed out of its limits, two lengths, or a policy the base has not.
            NotFoundError: no voice is called so.
            VoiceFileError: the voice to go on from was made for another base or other weights.
            BaseModelError: no such base, or it is not on this computer.
            BusyError: another training runs.
            StorageError: too little room on the disk.
        """
        request = TrainingRequest(
            project_id=project_id,
            voice_name=voice_name,
            consent=consent,
            consent_by=consent_by,
            minutes=minutes,
            steps=steps,
            effort=effort,
            seed=seed,
            clip_ids=clip_ids,
            base_id=base_id,
            policy=policy,
            replaces=replaces,
            continue_from=continue_from,
        )
        return self._maker.start_training(request)

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
        consent_by: str = _PROGRAM,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> "Comparison":
        """Make voices of a project in several ways, one after another, and judge them on the same unseen sentences.

        A fifth of the recordings is kept from every training and judges similarity. What is done stays on disk: after
        Cancel or a crash the same call goes on with what is missing.

        Args:
            project_id: a project, by id or name.
            consent: whether `voices.consent.CONSENT_STATEMENT` was agreed to.
            minutes: length of each training; None lets `steps` or the base decide.
            steps: optimizer steps of each training; None lets `minutes` or the base decide.
            seed: of each training.
            base_id: the base model; None is the default one.
            policies: the ways, by name; None is instant, transfer and fine-tune, those that the base offers.
            sentences: what the voices say; None is ten of ours. Those said in the recordings are left out.
            held_out: ids of the clips that judge; None chooses.
            keep_voices: keep the voices under Speak; else they are deleted when judged.
            consent_by: where it was agreed to.
            on_progress: called with (fraction 0..1, message).
            should_stop: return True to stop.

        Raises:
            ConsentError: without consent.
            InputError: the base offers only one way, does not speak the language, or no sentence is unseen.
            NotEnoughSpeechError: too few recordings to train on and to judge by.
            BusyError: another training, or this comparison, runs.
            TrainingError: a training failed.
            Cancelled: `should_stop` turned True.
        """
        return self.comparisons.run(
            project_id,
            consent,
            consent_by=consent_by,
            minutes=minutes,
            steps=steps,
            seed=seed,
            base_id=base_id,
            policies=policies,
            sentences=sentences,
            held_out=held_out,
            keep_voices=keep_voices,
            on_progress=on_progress,
            should_stop=should_stop,
        )
