"""The plan of a coqui run: how far it is, what one step takes, its metrics lines, and a seed for every step."""

import json
import math
import random
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from voiceclone.bases.base import Policy, TrainingPlan
from voiceclone.bases.run.active_time import ActiveTime
from voiceclone.errors import TrainingError
from voiceclone.storage.disk import read_json, write_json

PLAN_FILE = "plan.json"
METRICS_FILE = "metrics.jsonl"
MAX_BAD_STEPS = 5
"""Steps in a row without a finite loss after which a run gives up."""


@dataclass(frozen=True)
class StoredPlan:
    """What a run is to do; written once, by `prepare`."""

    policy: Policy
    minutes: float | None
    steps: int | None
    seed: int
    weights_sha256: str
    elapsed_s: float
    """Spent before learning began."""


def write_plan(run_dir: Path, plan: TrainingPlan, weights_sha256: str, elapsed_s: float) -> None:
    """Save the plan, whose policy is named, and which weights it is for."""
    stored = StoredPlan(Policy(plan.policy), plan.minutes, plan.steps, plan.seed, weights_sha256, elapsed_s)
    write_json(run_dir / PLAN_FILE, asdict(stored))


def read_plan(run_dir: Path, weights_sha256: str) -> StoredPlan:
    """Read the plan.

    Raises:
        TrainingError: it is gone or damaged, or began with other weights than are there now.
    """
    lost = TrainingError("This training's plan is gone or damaged. Start a new training.")
    value = read_json(run_dir / PLAN_FILE, missing=lost, damaged=lost)
    try:
        stored = StoredPlan(**value | {"policy": Policy(value["policy"])})
    except (TypeError, KeyError, ValueError) as error:
        raise lost from error
    if stored.weights_sha256 != weights_sha256:
        raise TrainingError(
            "This training began with other weights of the base model than are there now. Start a new training."
        )
    return stored


class RunClock:
    """Where a run stands on the clock and in steps.

    Args:
        plan: what to do.
        default_minutes: for a plan without minutes and steps.
        reserve_s: kept of a plan in minutes for writing and judging the voice.
    """

    def __init__(self, plan: StoredPlan, default_minutes: float, reserve_s: float) -> None:
        self.minutes = plan.minutes if plan.minutes or plan.steps else default_minutes
        self.steps, self.seed, self.step = plan.steps, plan.seed, 0
        self._reserve_s = reserve_s
        self._clock = ActiveTime(plan.elapsed_s)
        self._step_s = 0.0
        self._bad_steps = 0

    @property
    def elapsed_s(self) -> float:
        """Time spent on the run, earlier processes included."""
        return self._clock.elapsed_s

    def restore(self, step: int, elapsed_s: float) -> None:
        """Go on from a checkpoint."""
        self.step, self._clock = step, ActiveTime(elapsed_s)

    @property
    def finished(self) -> bool:
        """True when the plan is fulfilled."""
        if self.steps is not None:
            return self.step >= self.steps
        return self.step > 0 and self.elapsed_s >= self.minutes * 60 - self._reserve_s

    @property
    def share(self) -> float:
        """How much of the plan is done, 0..1."""
        if self.steps is not None:
            return min(1.0, self.step / self.steps)
        return min(1.0, self.elapsed_s / max(1.0, self.minutes * 60 - self._reserve_s))

    def total_steps(self) -> int:
        """Return the steps planned, or the best guess of them."""
        if self.steps is not None:
            return self.steps
        left_s = max(0.0, self.minutes * 60 - self._reserve_s - self.elapsed_s)
        return self.step + (math.ceil(left_s / self._step_s) if self._step_s else 0)

    def seed_step(self) -> random.Random:
        """Set torch's random state for the next step, and return one for choosing clips.

        Both follow from the run's seed and the step alone: a continued run goes on as if it had not stopped.
        """
        import torch

        chooser = random.Random(f"{self.seed}:{self.step}")
        torch.manual_seed(chooser.getrandbits(62))
        return chooser

    def note_loss(self, finite: bool) -> None:
        """Count steps without a finite loss.

        Raises:
            TrainingError: there were five in a row.
        """
        self._bad_steps = 0 if finite else self._bad_steps + 1
        if self._bad_steps >= MAX_BAD_STEPS:
            raise TrainingError(
                "The training went astray (its error grew beyond all numbers). Leave out recordings that sound "
                "broken and train again."
            )

    def note_step(self, took_s: float) -> None:
        """Count a step."""
        self.step += 1
        self._step_s = took_s if not self._step_s else 0.9 * self._step_s + 0.1 * took_s

    def append_metrics(self, run_dir: Path, phase: str, values: dict[str, Any]) -> None:
        """Append one line; `values` has `loss` and whatever else there is to plot."""
        if self.steps is not None:
            eta_s = (self.steps - self.step) * self._step_s + self._reserve_s
        else:
            eta_s = max(0.0, self.minutes * 60 - self.elapsed_s)
        line = {
            "step": self.step,
            "total_steps": self.total_steps(),
            **{name: round(value, 6) if isinstance(value, float) else value for name, value in values.items()},
            "phase": phase,
            "elapsed_s": round(self.elapsed_s, 2),
            "eta_s": round(eta_s, 1),
        }
        with (run_dir / METRICS_FILE).open("a", encoding="utf-8") as handle:
            handle.write(json.dumps(line) + "\n")
