"""What a run writes while it learns: metrics, notes, checkpoints; a kill or a full disk costs little of it."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone.bases.run.checkpoint import previous_path, save_checkpoint
from voiceclone.bases.run.notes import add_note
from voiceclone.errors import StorageError, TrainingError

if TYPE_CHECKING:
    import torch

CHECKPOINT_FILE = "checkpoint.safetensors"
METRICS_FILE = "metrics.jsonl"


class RunFiles:
    """The files of one run that grow while it learns.

    Args:
        run_dir: the run's folder.
    """

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir
        self._saved_at = time.monotonic()
        self._told_full_disk = self._torn_metrics = False

    def note(self, sentence: str) -> None:
        """Tell a person something."""
        add_note(self._run_dir, sentence)

    def tell(self, line: dict[str, Any]) -> None:
        """Append a line to the metrics; on a full disk the plot lacks a point."""
        try:
            with (self._run_dir / METRICS_FILE).open("a", encoding="utf-8") as handle:
                # Half of the line before may have been written.
                handle.write("\n" * self._torn_metrics + json.dumps(line) + "\n")
            self._torn_metrics = False
        except OSError:
            self._torn_metrics = True

    def checkpoint_age_s(self) -> float:
        """Return how long ago the last checkpoint was written, or could not be."""
        return time.monotonic() - self._saved_at

    def has_checkpoint(self) -> bool:
        """True when there is something to go back to."""
        return any(path.is_file() for path in self._checkpoints())

    def save(
        self,
        parameters: Mapping[str, "torch.Tensor"],
        optimizers: Sequence["torch.optim.Optimizer"],
        about: dict[str, Any],
    ) -> bool:
        """Write a checkpoint and keep the one before it; when the disk is full, say so and return False."""
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

    def load(self, restore: Callable[[Path], dict[str, Any]]) -> tuple[dict[str, Any] | None, bool]:
        """Hand the last readable checkpoint to `restore`, which puts it in place and returns what it says of itself.

        Returns what `restore` returned, None where no checkpoint could be read, and whether a damaged one was met.
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
