"""Where a run stands, in steps and in time, and how much of its plan that is."""

import math
import random

from voiceclone.bases.run.active_time import ActiveTime
from voiceclone.bases.run.plan import StoredPlan


class RunClock:
    """Position of a run within its plan.

    In a plan in steps everything follows from the step. A plan in minutes follows the clock, so no two runs of it are
    quite the same.

    Args:
        plan: what to do.
        default_minutes: for a plan with neither minutes nor steps.
        reserve_s: part of a plan in minutes kept for writing and judging the voice.
    """

    def __init__(self, plan: StoredPlan, default_minutes: float, reserve_s: float) -> None:
        self.minutes = plan.minutes if plan.minutes or plan.steps else default_minutes
        self.steps, self.seed, self.step = plan.steps, plan.seed, 0
        self.active_time = ActiveTime(plan.elapsed_s)
        self.step_s = 0.0
        """Running mean of the time a step takes; 0 before the first one."""
        self.ended = False
        """True when the run ends here, whatever the plan says."""
        self._reserve_s = reserve_s

    @property
    def step_cost(self) -> float:
        """As in `SliceResult`."""
        return 1.0

    @property
    def elapsed_s(self) -> float:
        """Time spent on the run, including earlier processes."""
        return self.active_time.elapsed_s

    def restore(self, step: int, elapsed_s: float, step_s: float = 0.0) -> None:
        """Continue from a checkpoint of an earlier process."""
        self.step, self.step_s, self.active_time = step, step_s, ActiveTime(elapsed_s)

    @property
    def finished(self) -> bool:
        """True when the plan is fulfilled, or the run was ended early."""
        if self.steps is not None:
            return self.ended or self.step >= self.steps
        return self.ended or (self.step > 0 and self.elapsed_s >= self._working_s)

    @property
    def share(self) -> float:
        """Completed share of the plan, 0..1."""
        if self.steps is not None:
            return min(1.0, self.step / self.steps)
        return min(1.0, self.elapsed_s / max(1.0, self._working_s))

    @property
    def _working_s(self) -> float:
        return self.minutes * 60 - self._reserve_s

    def total_steps(self) -> int:
        """Return the planned steps, or the best guess."""
        if self.steps is not None:
            return self.steps
        left_s = max(0.0, self._working_s - self.elapsed_s)
        return self.step + (math.ceil(left_s / self.step_s) if self.step_s else 0)

    def eta_s(self) -> float:
        """Return the best guess of the seconds left."""
        if self.steps is not None:
            return (self.steps - self.step) * self.step_s + self._reserve_s
        return max(0.0, self.minutes * 60 - self.elapsed_s)

    def seed_step(self, returns: int = 0, ahead: int = 0) -> random.Random:
        """Seed torch for the next step, or one `ahead` steps later; return a generator for choosing its clips.

        Both depend on nothing but the run's seed, the step and `returns`, so a continued run goes on as if it had never
        stopped. After a return from divergence the same clips in the same order would lead there again.
        """
        import torch

        chooser = random.Random(self._seed_text(self.step + ahead, returns))
        torch.manual_seed(chooser.getrandbits(62))
        return chooser

    def _seed_text(self, step: int, returns: int) -> str:
        # As in earlier versions, so that a run begun with one goes on as it would have.
        return f"{self.seed}:{returns}:{step}" if returns else f"{self.seed}:{step}"

    def end_step(self, took_s: float) -> None:
        """Count a step that took `took_s` seconds."""
        self.step += 1
        self.step_s = took_s if not self.step_s else 0.9 * self.step_s + 0.1 * took_s


def rate_share(step: int, share: float, warm_up_steps: int, final: float = 1.0, hold: float = 0.0) -> float:
    """Return the share of the full learning rate: linear warm-up, constant, then a cosine down to `final`.

    Args:
        step: steps done.
        share: completed share of the training, 0..1.
        warm_up_steps: length of the warm-up.
        final: what is left at the end; 1 never falls.
        hold: share of the training before the rate begins to fall, below 1.
    """
    warm = min(1.0, (step + 1) / warm_up_steps)
    falling = max(0.0, (share - hold) / (1 - hold))
    return warm * (final + (1 - final) * 0.5 * (1 + math.cos(math.pi * falling)))
