"""The files a run appends to or replaces while it trains: metrics, notes, and a pair of checkpoints."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from voiceclone.bases.run.checkpoint import previous_path, save_checkpoint
from voiceclone.bases.run.clock import RunClock
from voiceclone.bases.run.notes import add_note
from voiceclone.errors import StorageError, TrainingError

if TYPE_CHECKING:
    import torch

CHECKPOINT_FILE = "checkpoint.safetensors"
METRICS_FILE = "metrics.jsonl"
Restored = TypeVar("Restored")


class RunFiles:
    """The growing files of one run; a full disk costs lines and checkpoints, but does not end the training.

    Args:
        run_dir: the run's folder.
    """

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir
        self._saved_at = time.monotonic()
        self._told_full_disk = self._torn_metrics = False

    def note(self, sentence: str) -> None:
        """Add a sentence to the notes a person reads beside the plot."""
        add_note(self._run_dir, sentence)

    def append_metrics(self, clock: RunClock, phase: str, values: Mapping[str, Any]) -> None:
        """Append one line to the metrics.

        Args:
            clock: where the run stands.
            phase: for example `learning`.
            values: `loss` and whatever else there is to plot.
        """
        line = {
            "step": clock.step,
            "total_steps": clock.total_steps(),
            **{name: round(value, 6) if isinstance(value, float) else value for name, value in values.items()},
            "phase": phase,
            "elapsed_s": round(clock.elapsed_s, 2),
            "eta_s": round(clock.eta_s(), 1),
        }
        try:
            with (self._run_dir / METRICS_FILE).open("a", encoding="utf-8") as handle:
                # Half of the line before may have been written.
                handle.write("\n" * self._torn_metrics + json.dumps(line) + "\n")
            self._torn_metrics = False
        except OSError:
            self._torn_metrics = True

    def checkpoint_age_s(self) -> float:
        """Return the seconds since a checkpoint was last written, or its writing failed."""
        return time.monotonic() - self._saved_at

    def has_checkpoint(self) -> bool:
        """True when there is something to return to."""
        return any(path.is_file() for path in self._checkpoints())

    def save(
        self,
        parameters: Mapping[str, "torch.Tensor"],
        optimizers: Sequence["torch.optim.Optimizer"],
        about: dict[str, Any],
    ) -> bool:
        """Write a checkpoint and keep the previous one; on a full disk note that and return False."""
        path, previous = self._checkpoints()
        try:
            try:
                save_checkpoint(path, parameters, optimizers, about, keep_previous=True)
            except StorageError:
                if not (path.is_file() and previous.is_file()):
                    raise
                previous.unlink()  # makes room for this one; the last is still there
                save_checkpoint(path, parameters, optimizers, about)
            self._told_full_disk = False
        except StorageError as error:
            if not self._told_full_disk:
                self.note(f"{error} Until then the training goes on, but what it learns cannot be saved.")
            self._told_full_disk = True
        self._saved_at = time.monotonic()
        return not self._told_full_disk

    def load(self, restore: Callable[[Path], Restored]) -> tuple[Restored | None, bool]:
        """Restore the last readable checkpoint.

        Args:
            restore: loads a checkpoint and returns something about it.

        Returns:
            What `restore` returned (None when no checkpoint could be read), and whether a damaged one was met.
        """
        damaged = False
        for path in self._checkpoints():
            if path.is_file():
                try:
                    return restore(path), damaged
                except (TrainingError, KeyError, TypeError, ValueError):
                    damaged = True
        return None, damaged

    def _checkpoints(self) -> tuple[Path, Path]:
        path = self._run_dir / CHECKPOINT_FILE
        return path, previous_path(path)
