"""What the bases made of coqui's released models have in common: their card, whether they are there, how a run goes."""

import shutil
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from voiceclone.bases.base import Policy, SliceResult, TrainingPlan
from voiceclone.bases.catalogue import card
from voiceclone.bases.coqui import clip_store, released
from voiceclone.bases.coqui.finished import SCORES_FILE, note_done, read_done
from voiceclone.bases.coqui.run_clock import RunClock
from voiceclone.compute import use_all_cores
from voiceclone.errors import InputError
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.storage.disk import write_json


class ReleasedBase(ABC):
    """A released model in a folder; building it loads nothing.

    Args:
        folder: where the released files lie, or will.
        base_id: of its card in the catalogue.
    """

    def __init__(self, folder: Path, base_id: str) -> None:
        about = card(base_id)
        self.base_id, self.title, self.licence = about.base_id, about.title, about.licence
        self.may_share_voices, self.languages = about.may_share_voices, about.languages
        self.abilities, self.policies = about.abilities, about.policies
        self.max_voice_mb = about.max_voice_mb
        self._folder = folder
        self._network: Any = None
        self._turn = threading.RLock()
        """One at a time: a network is changed into the voice that speaks."""

    def is_ready(self) -> bool:
        """True when the model is complete and its licence was agreed to."""
        return released.is_agreed(self._folder) and self._is_complete()

    @abstractmethod
    def _is_complete(self) -> bool:
        """True when every file that speaking or converting needs is in the folder."""

    def ensure_ready(self, on_progress: OnProgress | None = None) -> None:
        """Raise `BaseModelError` unless the model is there; nothing is fetched unasked."""
        released.require_ready(self.is_ready(), self.title, self.base_id)

    @property
    def weights_sha256(self) -> str:
        """The hash of the weights noted when the model was got."""
        return released.weights_sha256(self._folder)


class RunTrainer(Protocol):
    """One run in memory, as the trainers of this folder are."""

    clock: RunClock

    @property
    def finished(self) -> bool:
        """True once the plan is fulfilled."""

    def advance(self) -> None:
        """Do the next piece of work."""

    def checkpoint_age_s(self) -> float:
        """Return how long ago the last checkpoint was written."""

    def save_checkpoint(self) -> None:
        """Write where the run stands, whole or not at all."""


Trainer = TypeVar("Trainer", bound=RunTrainer)


class TrainableBase(ReleasedBase, Generic[Trainer]):
    """A released model that learns a voice."""

    checkpoint_interval_s: float
    """Work that a killed process loses at most; the larger a checkpoint, the longer."""

    def __init__(self, folder: Path, base_id: str) -> None:
        super().__init__(folder, base_id)
        self._spoken_by: tuple[str, int] | None = None
        """Path and age of the voice that the network has been changed into; None while it is half done."""
        self._trainers: dict[Path, Trainer] = {}

    @abstractmethod
    def _make_trainer(self, run_dir: Path) -> Trainer:
        """Load what training a run needs, as its last checkpoint left it."""

    def _trainer(self, run_dir: Path) -> Trainer:
        if run_dir not in self._trainers:
            use_all_cores()
            self._trainers[run_dir] = self._make_trainer(run_dir)
        return self._trainers[run_dir]

    def _with_policy(self, plan: TrainingPlan) -> TrainingPlan:
        """Return the plan with a policy that this model can be trained by.

        Raises:
            InputError: it cannot be trained in that way.
        """
        policy = plan.policy or self.policies[0]
        if policy not in self.policies:
            raise InputError(f"{self.title} cannot be trained as “{policy}”; choose {' or '.join(self.policies)}.")
        return replace(plan, policy=Policy(policy))

    def train_slice(self, run_dir: Path, budget_s: float, should_stop: ShouldStop | None = None) -> SliceResult:
        """Train for about `budget_s` seconds from the last checkpoint; saved in time, and when asked to stop."""
        done = read_done(run_dir)
        if done is not None:
            return done
        trainer = self._trainer(run_dir)
        self._before_slice(run_dir, trainer)
        until = time.monotonic() + budget_s
        stopped = should_stop is not None and should_stop()
        while not trainer.finished and time.monotonic() < until and not stopped:
            trainer.advance()
            stopped = should_stop is not None and should_stop()
        finished = trainer.finished
        if trainer.clock.step and (stopped or finished or trainer.checkpoint_age_s() >= self.checkpoint_interval_s):
            trainer.save_checkpoint()
        return SliceResult(trainer.clock.step, trainer.clock.total_steps(), finished)

    def _before_slice(self, run_dir: Path, trainer: Trainer) -> None:
        """Do what comes before the first step, or between two slices."""

    def finish(self, run_dir: Path) -> None:
        """Write `voice.safetensors` and `scores.json`, then clear away what only training needed."""
        if read_done(run_dir) is not None:
            return  # killed after everything was written
        trainer = self._trainer(run_dir)
        scores = self._write_voice(run_dir, trainer)
        write_json(run_dir / SCORES_FILE, scores)
        note_done(run_dir, trainer.clock.step, trainer.clock.total_steps())
        self._trainers.pop(run_dir, None)
        for name in self._left_by_training():
            (run_dir / name).unlink(missing_ok=True)
        shutil.rmtree(run_dir / clip_store.FOLDER, ignore_errors=True)

    @abstractmethod
    def _write_voice(self, run_dir: Path, trainer: Trainer) -> Mapping[str, float]:
        """Write the run's voice; return its scores."""

    @abstractmethod
    def _left_by_training(self) -> Sequence[str]:
        """Return the names of files in the run folder that nobody needs once the voice is written."""


def voice_key(voice_path: Path | None) -> tuple[str, int]:
    """Return what tells one voice file from another, and from itself after it was written anew; None is no voice."""
    return (str(voice_path), voice_path.stat().st_mtime_ns) if voice_path else ("", 0)
