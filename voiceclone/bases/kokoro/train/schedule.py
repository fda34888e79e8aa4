"""How far a run is: its plan, its clock, what share of the learning is done, and the learning rate that follows."""

import math
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from voiceclone.bases.base import Policy, TrainingPlan
from voiceclone.bases.kokoro.train.recipe import Recipe
from voiceclone.bases.run.active_time import ActiveTime
from voiceclone.errors import TrainingError
from voiceclone.storage.disk import read_json_twice, write_json_twice

PLAN_FILE = "plan.json"
FINISH_RESERVE_S = 14.0
"""Kept of a plan in minutes for the last candidate, the voice file and the run's last lines: 10 s on two idle cores."""
FEATURES_SHARE = 0.4
"""Part of a plan in minutes after which no further recordings are made ready."""
HEARD_TIMES = 4
"""No more is made ready than the plan's steps hear so many times; see docs/decisions/0038."""


@dataclass(frozen=True)
class Position:
    """Where a run stands; saved with each checkpoint."""

    step: int = 0
    elapsed_s: float = 0.0
    learning_since_s: float = 0.0
    """Clock when the first step was made; the learning-rate schedule begins there."""
    first_listen_done: bool = False
    finished: bool = False


def write_plan(run_dir: Path, plan: TrainingPlan, weights_sha256: str, began: float) -> None:
    """Save the plan, which weights it is for, and the time already spent since `began` (of `time.monotonic`)."""
    spent = {"weights_sha256": weights_sha256, "elapsed_s": time.monotonic() - began}
    write_json_twice(run_dir / PLAN_FILE, asdict(plan) | spent)


def read_plan(run_dir: Path, weights_sha256: str) -> tuple[TrainingPlan, float]:
    """Return the plan and the seconds spent before learning began.

    Raises:
        TrainingError: it is gone or damaged, or began with other weights than are there now.
    """
    lost = TrainingError("This training's plan is gone or damaged. Start a new training.")
    value = read_json_twice(run_dir / PLAN_FILE, missing=lost, damaged=lost)
    try:
        policy = Policy(value.get("policy") or Policy.FINE_TUNE)  # runs of before the choice was there name none
        plan = TrainingPlan(value["minutes"], value["steps"], value["seed"], policy)
        found_sha256, elapsed_s = value["weights_sha256"], float(value["elapsed_s"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise lost from error
    if found_sha256 != weights_sha256:
        raise TrainingError(
            "This training began with other weights of the base model than are there now. Start a new training."
        )
    return plan, elapsed_s


def frames_worth_having(steps: int, recipe: Recipe) -> int:
    """Return how many frames of 25 ms to make ready for so many steps, so that each is heard `HEARD_TIMES`."""
    return steps * recipe.batch_windows * recipe.window_frames // HEARD_TIMES


class Schedule:
    """The plan of a run and where the run stands in it.

    With a plan in steps everything follows from the step. A plan in minutes follows the clock, so two runs of it are
    never quite the same.

    Args:
        plan: what to do; without minutes and steps it takes the recipe's minutes.
        recipe: the shape of the learning rate.
        spent_s: seconds on the clock already.
    """

    def __init__(self, plan: TrainingPlan, recipe: Recipe, spent_s: float) -> None:
        if plan.minutes is None and plan.steps is None:
            plan = replace(plan, minutes=recipe.default_minutes)
        self.plan, self.recipe = plan, recipe
        self.position = Position(elapsed_s=spent_s)
        self.clock = ActiveTime(spent_s)
        self.step_s = 0.0
        """What a step takes, a running mean; 0 before the first."""

    @property
    def elapsed_s(self) -> float:
        """Time spent on this run, earlier processes included."""
        return self.clock.elapsed_s

    def go_on_from(self, position: Position, step_s: float) -> None:
        """Go on from a checkpoint of an earlier process."""
        self.position, self.step_s = position, step_s
        self.clock = ActiveTime(position.elapsed_s)

    def go_back_to(self, position: Position) -> None:
        """Go back to a checkpoint; the time spent since then stays spent."""
        first_listen_done = self.position.first_listen_done or position.first_listen_done
        self.position = replace(position, first_listen_done=first_listen_done)

    def begin_step(self) -> None:
        """Note when learning began."""
        if self.position.step == 0:
            self.position = replace(self.position, learning_since_s=self.elapsed_s)

    def end_step(self, took_s: float) -> None:
        """Count a step."""
        self.position = replace(self.position, step=self.position.step + 1)
        self.step_s = took_s if not self.step_s else 0.9 * self.step_s + 0.1 * took_s

    def note_end(self) -> None:
        """Note that the run is to end here."""
        self.position = replace(self.position, finished=True)

    def learning_share(self) -> float:
        """How much of the learning is done, 0..1; drives the learning rate."""
        if self.plan.steps is not None:
            return min(1.0, self.position.step / self.plan.steps)
        since = self.position.learning_since_s if self.position.step else self.elapsed_s
        length_s = max(self.plan.minutes * 60 - FINISH_RESERVE_S - since, 1.0)
        return min(1.0, (self.elapsed_s - since) / length_s)

    def rate_scale(self) -> float:
        """Return the share of the full learning rates that holds now: up, hold, down a cosine."""
        recipe = self.recipe
        warm = min(1.0, (self.position.step + 1) / recipe.warm_up_steps)
        falling = max(0.0, (self.learning_share() - recipe.hold_share) / (1 - recipe.hold_share))
        floor = recipe.final_rate_share
        return warm * (floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * falling)))

    def wants_more_clips(self, ready_frames: int) -> bool:
        """True while more recordings are worth making ready, between two steps, so that the plot goes on moving."""
        wanted = ready_frames < frames_worth_having(self.total_steps(), self.recipe)
        if self.plan.minutes is None:
            return wanted
        early = self.elapsed_s < FEATURES_SHARE * self.plan.minutes * 60
        return self.position.first_listen_done and early and wanted

    def total_steps(self) -> int:
        """Return the steps planned, or the best guess of them."""
        if self.plan.steps is not None:
            return self.plan.steps
        left_s = max(0.0, self.plan.minutes * 60 - FINISH_RESERVE_S - self.elapsed_s)
        return self.position.step + (math.ceil(left_s / self.step_s) if self.step_s else 0)

    def eta_s(self) -> float:
        """Return the seconds left, the best guess."""
        if self.plan.steps is not None:
            return (self.plan.steps - self.position.step) * self.step_s + FINISH_RESERVE_S
        return max(0.0, self.plan.minutes * 60 - self.elapsed_s)
