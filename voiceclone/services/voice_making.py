"""New voices: start a training in a separate process, or make an instant voice."""

import math
from collections.abc import Sequence
from pathlib import Path

from voiceclone.bases.abilities import EstimatesWorkload, check_learns_from, continues_voices
from voiceclone.bases.base import Ability, BaseModel, Effort, Policy
from voiceclone.clips.library import ClipLibrary
from voiceclone.clips.model import Readiness
from voiceclone.errors import InputError, NotEnoughSpeechError
from voiceclone.progress import OnProgress
from voiceclone.services.base_models import BaseModels
from voiceclone.services.consent import ConsentService
from voiceclone.storage import disk
from voiceclone.training.estimate import effort_plan
from voiceclone.training.request import TrainingRequest
from voiceclone.training.runner import TrainingRunner
from voiceclone.training.runs import RunConfig, RunStatus
from voiceclone.training.speed import read_training_speed
from voiceclone.training.speed_test import SpeedTester
from voiceclone.voices.consent import consent_record
from voiceclone.voices.library import VoiceLibrary
from voiceclone.voices.voice_file import Voice, check_base
from voiceclone.wording import duration


class VoiceMaker:
    """Makes voices from the clips of a project."""

    def __init__(
        self,
        data_dir: Path,
        bases: BaseModels,
        clips: ClipLibrary,
        voices: VoiceLibrary,
        runner: TrainingRunner,
        speed_tester: SpeedTester,
        consent: ConsentService,
    ) -> None:
        self._data_dir = data_dir
        self._bases = bases
        self._clips = clips
        self._voices = voices
        self._runner = runner
        self._speed_tester = speed_tester
        self._consent = consent

    def start_training(self, request: TrainingRequest) -> RunStatus:
        """Start training a voice in a separate process and return at once; errors as in `VoiceEngine`."""
        base = self._bases.ready(request.base_id)
        policy = _checked_policy(base, request.policy)
        start_voice = self._voice_to_continue_from(request.continue_from, base, policy)
        replaced = None if request.replaces is None else self._voices.voice(request.replaces).voice_id
        project = self._clips.project(request.project_id)
        readiness = self._enough_speech(project.project_id, request.clip_ids)
        check_learns_from(base, readiness.languages)
        minutes, steps = self._length(request, base, readiness.usable_s)
        evidence = self._consent.evidence(project.project_id, request.clip_ids)
        config = RunConfig(
            run_id=disk.new_id(),
            project_id=project.project_id,
            project_name=project.name,
            voice_id=disk.new_id(),
            voice_name=request.voice_name,
            base_id=base.base_id,
            base_factory=self._bases.default_factory if self._bases.is_default(base) else None,
            minutes=minutes,
            steps=steps,
            seed=request.seed,
            consent=request.consent_record | evidence,
            created_at=request.consent_record["at"],
            clip_ids=None if request.clip_ids is None else tuple(request.clip_ids),
            policy=policy,
            replaces=replaced,
            continues=start_voice.voice_id if start_voice else None,
            effort=None if request.effort is None else str(request.effort),
        )
        self._speed_tester.cancel()
        return self._runner.start(config, self._voices.path(start_voice.voice_id) if start_voice else None)

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
        """Make a voice from the best clips of a project within seconds, without training.

        Args:
            project_id: a project, by id or name.
            voice_name: name of the new voice.
            consent: whether the user agreed to `voices.consent.CONSENT_STATEMENT`.
            base_id: the base model; None means the default one.
            clip_ids: use only these clips; None chooses the best ones.
            consent_by: where the user agreed, stored in the voice file.
            on_progress: called with (fraction 0..1, message).

        Raises:
            ConsentError: no consent; in a hosted app, none that was spoken by the person in the clips.
            InputError: this base cannot make voices without training, or not from recordings in this language.
            NotEnoughSpeechError: the clips hold less than `MIN_INSTANT_SPEECH_S` of usable speech.
            BaseModelError: unknown id, or the base is not on this computer.
        """
        from voiceclone.voices.instant import make_instant_voice

        consent_record(consent, consent_by)  # asked for first: nothing is looked at without it
        name = disk.clean_name(voice_name, "voice name")
        base = self._bases.ready(base_id)
        project = self._clips.project(project_id)
        record = consent_record(consent, consent_by, self._consent.evidence(project.project_id, clip_ids))
        with self._bases.use(base.base_id):
            return make_instant_voice(base, self._data_dir, project.project_id, name, record, clip_ids, on_progress)

    def _voice_to_continue_from(self, id_or_name: str | None, base: BaseModel, policy: str) -> Voice | None:
        if id_or_name is None:
            return None
        voice = self._voices.voice(id_or_name)
        if not continues_voices(base):
            raise InputError(f"{base.title} cannot go on from a voice. Train a new one from all recordings instead.")
        check_base(voice, base)
        if policy == Policy.TRANSFER and voice.policy not in (Policy.TRANSFER, Policy.INSTANT):
            raise InputError(
                f"“{voice.name}” has learnt more than the description of a speaker, and a training of that alone would "
                f"lose it. Train it as “{Policy.FINE_TUNE}”, or train a new voice."
            )
        return voice

    def _enough_speech(self, project_id: str, clip_ids: Sequence[str] | None) -> Readiness:
        """Return how much usable speech there is for training, and in which languages.

        Raises:
            NotEnoughSpeechError: there is too little.
        """
        readiness = self._clips.readiness(project_id, clip_ids)
        if not readiness.enough:
            missing_s = math.ceil(max(1.0, readiness.minimum_s - readiness.usable_s))
            raise NotEnoughSpeechError(
                f"There are {duration(readiness.usable_s)} of usable speech; training needs at least "
                f"{duration(readiness.minimum_s)}. Record or add {missing_s} s more."
            )
        return readiness

    def _length(self, request: TrainingRequest, base: BaseModel, usable_s: float) -> tuple[float | None, int | None]:
        """Return (minutes, steps), at most one of them not None; converts an effort to one of the two.

        Without any of them it is a quick training where the base counts in steps, otherwise the base's own minutes.
        """
        if request.minutes is not None or request.steps is not None:
            return request.minutes, request.steps
        if request.effort is None and not isinstance(base, EstimatesWorkload):
            return None, None
        effort = Effort.QUICK if request.effort is None else Effort(request.effort)
        speed = read_training_speed(self._data_dir, base) if base.is_ready() else None
        plan = effort_plan(base, effort, usable_s, speed)
        return plan.minutes, plan.steps


def _checked_policy(base: BaseModel, policy: str | None) -> str:
    """Return the policy to train with.

    Raises:
        InputError: the base cannot be trained, or not with that policy.
    """
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
