"""`VoiceEngine`: everything VoiceClone does, without any user interface."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone import host
from voiceclone.bases.abilities import recorded_languages
from voiceclone.bases.base import BaseModel
from voiceclone.bases.catalogue import DEFAULT_BASE_ID
from voiceclone.clips.library import ClipLibrary
from voiceclone.clips.model import Project
from voiceclone.marking.marker import Marker
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.services.base_models import BaseModels
from voiceclone.services.consent import ConsentService
from voiceclone.services.models import ModelService
from voiceclone.services.projects import ProjectService
from voiceclone.services.runs import RunService
from voiceclone.services.speech import SpeechService
from voiceclone.services.voice_making import VoiceMaker
from voiceclone.services.voices import VoiceService
from voiceclone.storage import disk, temporary
from voiceclone.training.request import TrainingRequest
from voiceclone.training.runner import TrainingRunner
from voiceclone.training.runs import RunStatus
from voiceclone.training.speed_test import SpeedTester
from voiceclone.voices.library import VoiceLibrary

if TYPE_CHECKING:
    from voiceclone.blind.service import BlindTestService
    from voiceclone.compare import Comparison
    from voiceclone.compare.service import ComparisonService
    from voiceclone.deletion.service import DeletionService

_PROGRAM = "Python program"


def is_id(value: object) -> bool:
    """True if `value` has the form of the id of a project, clip, run or voice; names mostly have another."""
    return disk.is_id(value)


class VoiceEngine:
    """Clone voices in one data folder.

    Make voices with `start_training`, `instant_voice` and `compare`, use them with `speak`, `speak_to_file`, `convert`
    and `convert_to_file`; everything else is a method of the services `projects`, `consent`, `voices`, `runs`,
    `models`, `marking`, `comparisons`, `blind_tests` and `deletion`. Methods raise `VoiceCloneError` with a message for
    the user. Several engines, even in different processes, may share a data folder, because all state is in its files.

    Args:
        data_dir: where everything is stored; None means `host.data_dir()`.
        base_id: the default base model.
        base_factory: `package.module:Class` of your own base model, which the training process must be
            able to import. It runs code: never take it from a page or a file.
    """

    projects: ProjectService
    """Projects and their clips: add, clean, judge, export."""
    consent: ConsentService
    """The spoken consent of each project's person."""
    voices: VoiceService
    """Voices, and the stock voices of the default base."""
    runs: RunService
    """Trainings: estimate, follow, stop, resume, and choose between candidates."""
    models: ModelService
    """Base models and recognisers on this computer."""
    marking: Marker
    """Marks in speech: on or off, and was a file made here?"""

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
        self._libraries = clips, voices, runner
        self._bases = BaseModels(self.data_dir, base_id, base_factory)
        self.projects = ProjectService(self.data_dir, clips, runner)
        self.voices = VoiceService(voices, self._bases)
        self.consent = ConsentService(self.data_dir, clips)
        self.runs = RunService(self.data_dir, self._bases, clips, voices, runner, speed_tester, self.consent)
        self.models = ModelService(self.data_dir, self._bases, voices, runner)
        self._maker = VoiceMaker(self.data_dir, self._bases, clips, voices, runner, speed_tester, self.consent)
        self.marking = Marker(self.data_dir)
        self._speech = SpeechService(self._bases, self.voices, self.marking)
        # Methods of services with few others; users expect them on the engine.
        self.instant_voice = self._maker.instant_voice
        self.speak, self.speak_to_file = self._speech.speak, self._speech.speak_to_file
        self.convert, self.convert_to_file = self._speech.convert, self._speech.convert_to_file

    @cached_property
    def comparisons(self) -> "ComparisonService":
        """Comparisons of several ways to make a voice."""
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

    @cached_property
    def deletion(self) -> "DeletionService":
        """Deletes everything about a person or a voice, after telling what that is."""
        from voiceclone.deletion.service import DeletionService

        return DeletionService(self.data_dir, *self._libraries)

    # The base model and the data folder

    @property
    def base(self) -> BaseModel:
        """The default base model; it loads its weights on first use."""
        return self._bases.default

    @property
    def recorded_languages(self) -> tuple[str, ...]:
        """The languages in which recordings teach the default base a voice; `base.languages` are those it speaks."""
        return recorded_languages(self.base)

    def base_of(self, base_id: str | None = None) -> BaseModel:
        """Return a base model (None: the default one), the same object each time, without loading weights.

        Raises:
            BaseModelError: unknown id.
        """
        return self._bases.get(base_id)

    def prepare_base(
        self,
        on_progress: OnProgress | None = None,
        *,
        official: bool = False,
        should_stop: ShouldStop | None = None,
    ) -> None:
        """Install the default base model; returns quickly if it is already there.

        Args:
            on_progress: called with (fraction 0..1, message).
            official: download the official float32 weights from the model hub. Voices trained on other weights
                do not work with them.
            should_stop: return True to stop; the next call continues the download.

        Raises:
            BaseModelError: files are missing or damaged, or the download failed.
            BusyError: a training uses the weights.
            InputError: this base has no official weights.
            StorageError: the disk is full.
        """
        disk.require_free_disk(self.data_dir)
        if official:
            self.models.install_official(on_progress, should_stop)
        else:
            self.base.ensure_ready(on_progress)

    def check_data_folder(self) -> None:
        """Check that the data folder is writable, and let no other user read it; call this when the app starts.

        Raises:
            StorageError: it is not writable.
        """
        from voiceclone.storage.privacy import make_private

        disk.require_writable(self.data_dir)
        make_private(self.data_dir)

    def sweep_leftovers(self) -> int:
        """Delete temporary folders of processes that were killed; call this when the app starts.

        Folders of live processes are kept.

        Returns:
            The number of deleted folders.
        """
        from voiceclone.storage.staging import sweep_staging

        return temporary.sweep(self.data_dir) + sweep_staging(self.data_dir / "projects")

    def page_folder(self) -> Path:
        """Return this process's folder of what a browser may read, inside the data folder; it is made on first use.

        What lies below `<owner>/` in it, an id of 32 digits, is deleted with the project, voice, clip or training of
        that id. The rest goes when the process ends, and after a crash at the next start.

        Raises:
            StorageError: nothing can be written in the data folder.
        """
        return temporary.page_folder(self.data_dir)

    @contextmanager
    def private(self) -> Iterator[None]:
        """Keep what this process makes in the block for its user only, and delete its temporary files at the end.

        Trainings go on after it.
        """
        try:
            with disk.private_by_default():
                yield
        finally:
            temporary.leave(self.data_dir)

    def load_example(self, on_progress: OnProgress | None = None) -> Project:
        """Return the project with the bundled example recordings, created on first use."""
        return self.projects.example(on_progress)

    # Making voices

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
        """Start training a voice in a separate process and return at once.

        Give at most one of `minutes`, `steps` and `effort`. None of them is a quick training, or what the base
        recommends where it does not count in steps.

        Args:
            project_id: a project, by id or name.
            voice_name: name of the new voice.
            consent: whether the user agreed to `voices.consent.CONSENT_STATEMENT`.
            minutes: wall-clock time of the whole run.
            steps: optimizer steps.
            seed: the same seed on the same machine gives the same voice.
            effort: an `Effort` (`quick`, `better`, `best` or `overnight`), converted as in `runs.estimate` from the
                amount of speech and the speed of this computer.
            consent_by: where the user agreed, stored in the voice file.
            clip_ids: train only on the usable ones of these clips; None means all usable clips.
            base_id: the base model; None means the default one.
            policy: what to train, one of the base's `policies`; None means its first.
            replaces: id or name of a voice to replace once the new one is ready; a run stopped early leaves it
                unchanged. Without this no voice is ever overwritten: a name that is taken gets a number.
            continue_from: id or name of a voice to start from instead of a stock voice; it stays unchanged.

        Raises:
            ConsentError: no consent; in a hosted app, none that was spoken by the person in the clips.
            NotEnoughSpeechError: too little usable speech.
            InputError: name, length or seed out of range, two lengths, a policy the base does not offer, or recordings
                in a language it cannot learn from.
            NotFoundError: there is no such project or voice.
            VoiceFileError: the voice to continue from was made for another base or other weights.
            BaseModelError: unknown id, or the base is not on this computer.
            BusyError: another training is running.
            StorageError: too little disk space.
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

        A fifth of the recordings is held out of every training to measure similarity. Results are kept on disk: after
        a stop or a crash, the same call continues where it ended.

        Args:
            project_id: a project, by id or name.
            consent: whether the user agreed to `voices.consent.CONSENT_STATEMENT`.
            minutes: wall-clock time of each training; None lets `steps` or the base decide.
            steps: optimizer steps of each training; None lets `minutes` or the base decide.
            seed: seed of each training.
            base_id: the base model; None means the default one.
            policies: the ways, by name; None means those of instant, transfer and fine-tune that the base offers.
            sentences: what the voices say; None means ten built-in ones. Those in the recordings are left out.
            held_out: ids of the clips to hold out for judging; None chooses them.
            keep_voices: keep the voices; otherwise each is deleted once judged.
            consent_by: where the user agreed.
            on_progress: called with (fraction 0..1, message).
            should_stop: return True to stop.

        Raises:
            ConsentError: no consent.
            InputError: the base offers only one way, does not speak the language, or no sentence is unseen.
            NotEnoughSpeechError: too few recordings for training and judging.
            BusyError: another training, or this comparison, is running.
            TrainingError: a training failed.
            Cancelled: `should_stop` returned True.
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
