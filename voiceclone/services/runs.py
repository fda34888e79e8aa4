"""Training runs: estimates, status, stopping and resuming, history, and candidates."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from voiceclone import host
from voiceclone.bases import catalogue
from voiceclone.bases.abilities import EstimatesWorkload, TellsTrainingFacts, continues_voices, recorded_languages
from voiceclone.bases.base import Ability, BaseModel
from voiceclone.clips.library import ClipLibrary
from voiceclone.clips.model import is_trainable
from voiceclone.errors import BusyError, InputError, NotFoundError, VoiceFileError
from voiceclone.services.base_models import BaseModels
from voiceclone.services.consent import ConsentService
from voiceclone.training import candidates as candidate_files
from voiceclone.training import history, machine, preflight, run_summary
from voiceclone.training import runs as run_files
from voiceclone.training.candidates import Candidates
from voiceclone.training.estimate import TrainingEstimate, plans
from voiceclone.training.history import RunRecord
from voiceclone.training.runner import TrainingRunner
from voiceclone.training.runs import RunStatus
from voiceclone.training.speed import BUSY_SHARE, USUAL, TrainingSpeed, read_training_speed
from voiceclone.training.speed_test import SpeedTester
from voiceclone.voices.library import VoiceLibrary
from voiceclone.voices.voice_file import Voice


class RunService:
    """The trainings of a data folder."""

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
        self._others_now = machine.OthersNow()

    # Before a training

    def estimate(self, project_id: str, *, consent: bool | None = None, base_id: str | None = None) -> TrainingEstimate:
        """Return the checks before a training, and the choices with the time each takes on this computer.

        Fast: loads and measures nothing (see `measure_speed`).

        Args:
            project_id: a project, by id or name.
            consent: whether consent was given; None skips that check.
            base_id: the base model; None means the default one.
        """
        base, project = self._bases.get(base_id), self._clips.project(project_id)
        agreed = self._consent.status(project.project_id)
        readiness = self._clips.readiness(project.project_id)
        card = catalogue.card(base.base_id) if base.base_id in catalogue.BASE_IDS else None
        speed, active = self._speed_of(base), self._runner.active()
        training_now = active.voice_name if active is not None and active.running else ""
        others_share = 0.0 if training_now else self._others_now.share()
        looked_at = preflight.look_ahead(
            preflight.Facts(
                machine=machine.look(self._data_dir),
                usable_s=readiness.usable_s,
                minimum_s=readiness.minimum_s,
                first_voice_s=readiness.first_voice_s,
                base_title=base.title,
                base_ready=base.is_ready(),
                languages=readiness.languages,
                base_hears=recorded_languages(base),
                base_embedded=self._bases.is_default(base) or (card is not None and card.embedded),
                needed_memory_mb=1000 * (card.training_memory_gb if card else 0) or preflight.PEAK_MEMORY_MB,
                slow_sentence=self.advice(base_id),
                training_speed=speed,
                consent=consent,
                consent_words=agreed.sentence,
                consent_spoken=agreed.given is not None,
                consent_required=agreed.required,
                training_now=training_now,
                others_share=others_share,
            )
        )
        used = sum(is_trainable(clip) for clip in self._clips.clips(project.project_id))
        choices = plans(base, readiness.usable_s, speed) if Ability.TRAIN in base.abilities else ()
        facts = base.training_facts(used, (speed or USUAL).device) if isinstance(base, TellsTrainingFacts) else {}
        return TrainingEstimate(looked_at, choices, speed, facts, others_share > BUSY_SHARE)

    def measure_speed(self, base_id: str | None = None, *, wait: bool = False, at_most_s: float | None = None) -> bool:
        """Measure, once per machine and base, how fast training is; return True while the measurement runs.

        A child process trains a few steps on the example recordings (about 15 s on two cores). It never starts while
        a training runs, and ends when one starts. A result measured while other programs kept the computer busy is
        measured once more by the next process that finds the computer idle.

        Args:
            base_id: the base model; None means the default one.
            wait: return only when the measurement is done.
            at_most_s: with `wait`, return after this many seconds at the latest; the measurement continues.
        """
        base = self._bases.get(base_id)
        if not self._speed_tester.running:
            active = self._runner.active()
            busy = active is not None and active.running
            measurable = isinstance(base, EstimatesWorkload) and base.is_ready()
            known = self._speed_of(base) if measurable else None
            if busy or not measurable or (known is not None and not self._worth_measuring_again(known)):
                return False
            own = self._bases.is_default(base)
            self._speed_tester.start(
                self._bases.default_id if own else base.base_id,
                self._bases.default_factory if own else None,
                self._others_now.share() > BUSY_SHARE,
            )
        if wait:
            self._speed_tester.wait(at_most_s)
        return self._speed_tester.running

    def _worth_measuring_again(self, known: TrainingSpeed) -> bool:
        return known.busy and self._others_now.share() <= BUSY_SHARE

    def _speed_of(self, base: BaseModel) -> TrainingSpeed | None:
        return read_training_speed(self._data_dir, base) if base.is_ready() else None

    def advice(self, base_id: str | None = None) -> str:
        """Return a sentence on how long training takes without a GPU; empty if the base needs none or there is one."""
        base_id = base_id or self._bases.default_id
        if base_id == self._bases.default_id and base_id not in catalogue.BASE_IDS:
            return ""  # a custom base
        card = catalogue.card(base_id)
        return catalogue.slow_without_gpu(card, host.cores()) if card.gpu_advised and not host.has_gpu() else ""

    def can_continue_from(self, voice: Voice, base_id: str | None = None) -> bool:
        """True when a training with this base (None: the default one) can continue from `voice`."""
        base = self._bases.get(base_id)
        return continues_voices(base) and voice.base_id == base.base_id

    # During a training

    def status(self, run_id: str) -> RunStatus:
        """Return the current status of a run."""
        return self._runner.status(run_id)

    def watch(self, run_id: str, interval_s: float = 1.0) -> Iterator[RunStatus]:
        """Yield the status every `interval_s` seconds until no process works on the run."""
        return self._runner.watch(run_id, interval_s)

    def active(self) -> RunStatus | None:
        """Return the running training, or else an interrupted or paused one that can be resumed."""
        return self._runner.active()

    def stop(self, run_id: str) -> RunStatus:
        """Ask a run to stop and keep what was learnt."""
        return self._runner.stop(run_id)

    def pause(self, run_id: str) -> RunStatus:
        """Ask a run to save what it learnt and rest until `resume`; it makes no voice yet.

        Raises:
            InputError: it is not running.
        """
        return self._runner.pause(run_id)

    def resume(self, run_id: str) -> RunStatus:
        """Resume an interrupted, paused or failed run from its last checkpoint, with the plan it had."""
        return self._runner.resume(run_id)

    def resume_interrupted(self) -> RunStatus | None:
        """Resume the run that a crash or restart interrupted; call this when the app starts."""
        return self._runner.resume_interrupted()

    # History

    def all(self, project_id: str | None = None) -> list[RunStatus]:
        """Return all runs (of one project), newest first."""
        return self._runner.all(project_id)

    def find(self, wanted: str) -> RunStatus:
        """Return a run by id, start of an id, or name of its voice; see `history.find_run`."""
        return history.find_run(self._runner.all(), wanted)

    def record(self, run_id: str) -> RunRecord:
        """Return the record of a run: settings, scores, whether its voice exists."""
        status = self._runner.status(run_id)
        return history.read_record(self._runner.run_dir(run_id), status, self._voice_of(status))

    def records(self, project_id: str | None = None) -> list[RunRecord]:
        """Return the records of all runs (of one project), newest first."""
        found = []
        for status in self._runner.all(project_id):
            try:
                found.append(history.read_record(self._runner.run_dir(status.run_id), status, self._voice_of(status)))
            except NotFoundError:  # deleted in the meantime
                continue
        return found

    def held_out_clips(self, run_id: str) -> list[str]:
        """Return the ids of the clips that a run held out of training; empty if unknown."""
        return history.held_out_clip_ids(self._runner.run_dir(run_id))

    def loss_points(self, run_id: str, limit: int = 400) -> list[dict[str, Any]]:
        """Return up to `limit` plot points `{"step", "loss", "series"}`; candidates are the series `held_out`."""
        run_dir = self._runner.run_dir(run_id)
        held_out = candidate_files.read(run_dir).loss_points()
        return run_files.plot_points(run_files.metrics(run_dir), limit - len(held_out)) + held_out

    def delete(self, run_id: str, *, with_voice: bool = False) -> None:
        """Delete a run's checkpoints and metrics; its voice is kept unless `with_voice`.

        Raises:
            BusyError: it is running.
        """
        status = self._runner.status(run_id)
        self._runner.delete(run_id)
        if with_voice and status.voice_id:
            with suppress(NotFoundError):  # already deleted
                self._voices.delete(status.voice_id)

    def _voice_of(self, status: RunStatus) -> Voice | None:
        try:
            return self._voices.voice(status.voice_id) if status.voice_id else None
        except (NotFoundError, VoiceFileError):  # deleted since, or damaged
            return None

    # Candidates

    def candidates(self, run_id: str) -> Candidates:
        """Return the candidate voices of a run with their scores; empty for a base that is not scored."""
        return candidate_files.read(self._runner.run_dir(run_id))

    def summary(self, found: Candidates, running: bool) -> str:
        """Return one sentence on the progress of training; empty before the first candidate."""
        return run_summary.how_it_goes(found, running)

    def did_it_help(self, scores: Mapping[str, float]) -> str:
        """Return one sentence that compares a trained voice with those made without training; see `run_summary`."""
        return run_summary.did_it_help(scores)

    def candidate_file(self, run_id: str, name: str) -> Path | None:
        """Return the path of a candidate's sound or voice file, None if there is none of that name."""
        return candidate_files.file(self._runner.run_dir(run_id), name)

    def keep_candidate(self, run_id: str, step: int) -> Voice:
        """Replace a run's voice with its candidate after `step` steps.

        Raises:
            BusyError: the run is still going on.
            InputError: only the sample of that candidate was kept, not its voice.
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
        told = replace(self._voices.voice(status.voice_id), steps=step, scores=candidate_files.scores(candidate, found))
        voice = self._voices.install(path, told)
        candidate_files.write(run_dir, replace(found, kept_step=step, kept_by=candidate_files.BY_PERSON))
        return voice
