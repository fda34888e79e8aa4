"""Common parts of the bases built on coqui's released models: card, installation, training runs."""

import shutil
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from voiceclone.bases.base import Policy, SliceResult, TrainingPlan
from voiceclone.bases.catalogue import card
from voiceclone.bases.coqui import clip_store, released
from voiceclone.bases.coqui.finished import SCORES_FILE
from voiceclone.bases.run.checkpoint import forget_checkpoints
from voiceclone.bases.run.done import note_done, read_done
from voiceclone.bases.run.run_files import CHECKPOINT_FILE
from voiceclone.bases.run.trainer import RunTrainer
from voiceclone.compute import use_all_cores
from voiceclone.errors import InputError
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.storage.disk import write_json


class ReleasedBase(ABC):
    """A released model in a folder; the constructor loads nothing.

    Args:
        folder: of the released files.
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
        """Raise `BaseModelError` unless the model is installed; downloads nothing."""
        released.require_ready(self.is_ready(), self.title, self.base_id)

    @property
    def weights_sha256(self) -> str:
        """Hash of the weights, noted during installation."""
        return released.weights_sha256(self._folder)


Trainer = TypeVar("Trainer", bound=RunTrainer)


class TrainableBase(ReleasedBase, Generic[Trainer]):
    """A released model that can be trained."""

    checkpoint_interval_s: float
    """Most work that a killed process may lose; longer for larger checkpoints."""

    def __init__(self, folder: Path, base_id: str) -> None:
        super().__init__(folder, base_id)
        self._spoken_by: tuple[str, int] | None = None
        """Path and age of the voice that the network has been changed into; None while it is half done."""
        self._trainers: dict[Path, Trainer] = {}

    @abstractmethod
    def _make_trainer(self, run_dir: Path) -> Trainer:
        """Load the trainer of a run from its last checkpoint."""

    def _trainer(self, run_dir: Path) -> Trainer:
        if run_dir not in self._trainers:
            use_all_cores()
            self._trainers[run_dir] = self._make_trainer(run_dir)
        return self._trainers[run_dir]

    def _with_policy(self, plan: TrainingPlan) -> TrainingPlan:
        """Return the plan with a supported policy.

        Raises:
            InputError: the model does not support this policy.
        """
        policy = plan.policy or self.policies[0]
        if policy not in self.policies:
            raise InputError(f"{self.title} cannot be trained as “{policy}”; choose {' or '.join(self.policies)}.")
        return replace(plan, policy=Policy(policy))

    def train_slice(self, run_dir: Path, budget_s: float, should_stop: ShouldStop | None = None) -> SliceResult:
        """Train for about `budget_s` seconds from the last checkpoint; see `RunTrainer.run_slice`."""
        done = read_done(run_dir)
        if done is not None:
            return done
        trainer = self._trainer(run_dir)
        self._before_slice(run_dir, trainer)
        return trainer.run_slice(budget_s, self.checkpoint_interval_s, should_stop)

    def _before_slice(self, run_dir: Path, trainer: Trainer) -> None:
        """Hook before each slice."""

    def finish(self, run_dir: Path) -> None:
        """Write `voice.safetensors` and `scores.json`, then delete the training data."""
        if read_done(run_dir) is not None:
            return  # killed after everything was written
        trainer = self._trainer(run_dir)
        scores = self._write_voice(run_dir, trainer)
        write_json(run_dir / SCORES_FILE, scores)
        note_done(run_dir, trainer.clock.step, trainer.clock.total_steps())
        self._trainers.pop(run_dir, None)
        forget_checkpoints(run_dir / CHECKPOINT_FILE)
        for name in self._left_by_training():
            (run_dir / name).unlink(missing_ok=True)
        shutil.rmtree(run_dir / clip_store.FOLDER, ignore_errors=True)

    @abstractmethod
    def _write_voice(self, run_dir: Path, trainer: Trainer) -> Mapping[str, float]:
        """Write the run's voice; return its scores."""

    @abstractmethod
    def _left_by_training(self) -> Sequence[str]:
        """Return the names of files, besides checkpoints, that a run with a written voice no longer needs."""


def voice_key(voice_path: Path | None) -> tuple[str, int]:
    """Return a key that changes with the voice file and its modification time; None is no voice."""
    return (str(voice_path), voice_path.stat().st_mtime_ns) if voice_path else ("", 0)
