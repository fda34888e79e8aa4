"""Kokoro's view of the run clock: when learning began, which recordings are worth preparing, and the learning rate."""

from dataclasses import dataclass

from voiceclone.bases.base import Policy
from voiceclone.bases.kokoro.train.recipe import Recipe
from voiceclone.bases.run.clock import RunClock, rate_share
from voiceclone.bases.run.cool_down import CoolDown, cool_down_after
from voiceclone.bases.run.plan import StoredPlan

FINISH_RESERVE_S = 14.0
"""Kept of a plan in minutes for the last candidate, the voice file and the run's last lines: 10 s on two idle cores."""
FEATURES_SHARE = 0.4
"""Part of a plan in minutes after which no further recordings are prepared."""
HEARD_TIMES = 4
"""No more is prepared than the plan's steps hear so many times; see docs/decisions/0038."""


@dataclass(frozen=True)
class Position:
    """Position of a run; stored with each checkpoint."""

    step: int = 0
    elapsed_s: float = 0.0
    learning_since_s: float = 0.0
    """Clock at the first step; the learning-rate schedule begins there."""
    first_listen_done: bool = False
    finished: bool = False
    cools_since: int | None = None
    """The step since which an open-ended run was told to cool down; None before."""


def frames_worth_having(steps: int, recipe: Recipe) -> int:
    """Return how many frames to prepare for `steps` steps, so that each is heard `HEARD_TIMES`."""
    return steps * recipe.batch_windows * recipe.window_frames // HEARD_TIMES


class Schedule(RunClock):
    """The clock of a Kokoro run.

    Its recordings are prepared while it learns, so unlike in the other bases the learning rate follows the time since
    the first step, and the run is finished when that share says so after a step.

    Args:
        plan: what to do; without minutes and steps it takes the recipe's minutes.
        recipe: the shape of the learning rate.
    """

    def __init__(self, plan: StoredPlan, recipe: Recipe) -> None:
        super().__init__(plan, recipe.default_minutes, FINISH_RESERVE_S)
        self.recipe, self._policy = recipe, plan.policy
        self.learning_since_s = 0.0
        self.first_listen_done = False
        self.cools_since: int | None = None
        self._cool_down: CoolDown | None = None
        if plan.open_ended and plan.steps is not None:
            self._plan_cool_down(plan.steps)

    @property
    def finished(self) -> bool:
        """True when the run is to end here."""
        return self.ended

    @property
    def position(self) -> Position:
        """Where the run stands, as a checkpoint keeps it."""
        return Position(
            self.step, self.elapsed_s, self.learning_since_s, self.first_listen_done, self.ended, self.cools_since
        )

    def restore_position(self, position: Position) -> None:
        """Take over what a checkpoint says besides step and time.

        A first listen that was spoken stays spoken, and a run that was told to cool down since keeps to it.
        """
        self.learning_since_s, self.ended = position.learning_since_s, position.finished
        self.first_listen_done = self.first_listen_done or position.first_listen_done
        if position.cools_since is not None:
            self.cool_down(position.cools_since)

    def cool_down(self, since_step: int) -> None:
        """Let an open-ended run cool down from `since_step` on and end with that; only the first call counts.

        The rate depends on nothing but the two steps, so a run that stands before `since_step`, because it went back to
        a checkpoint, does exactly the same.
        """
        if self._cool_down is not None and self.cools_since is None:
            self.cools_since = since_step
            self._plan_cool_down(since_step)

    def _plan_cool_down(self, since_step: int) -> None:
        self._cool_down = cool_down_after(since_step, self.steps)
        self.steps = self._cool_down.end

    def begin_step(self) -> None:
        """Note when learning began."""
        if self.step == 0:
            self.learning_since_s = self.elapsed_s

    @property
    def share(self) -> float:
        """Completed share of the learning, 0..1; drives the learning rate."""
        if self.steps is not None:
            return min(1.0, self.step / self.steps)
        since = self.learning_since_s if self.step else self.elapsed_s
        return min(1.0, (self.elapsed_s - since) / max(self._working_s - since, 1.0))

    def _seed_text(self, step: int, returns: int) -> str:
        return f"{self.seed}:{returns}:{step}"

    def rate_scale(self) -> float:
        """Return the share of the full learning rates that applies now."""
        recipe, cooling = self.recipe, self._cool_down
        share, hold = (self.share, recipe.hold_share) if cooling is None else (cooling.share(self.step), 0.0)
        return rate_share(self.step, share, recipe.warm_up_steps, recipe.final_rate_share, hold)

    @property
    def late(self) -> bool:
        """True once the speaker loss has a say."""
        if self._policy != Policy.FINE_TUNE or self.recipe.speaker_from >= 1.0:
            return False
        if self.steps is not None:
            return self.step >= self.steps - self.recipe.late_steps(self.steps)
        return self.share >= self.recipe.speaker_from

    @property
    def step_cost(self) -> float:
        """As in `SliceResult`."""
        return self.recipe.late_step_cost if self.late else 1.0

    def eta_s(self) -> float:
        """Return the best guess of the seconds left; late steps take longer."""
        if self.steps is None:
            return super().eta_s()
        left = self.steps - self.step
        late = min(left, self.recipe.late_steps(self.steps)) if self._policy == Policy.FINE_TUNE else 0
        return ((left - late) + late * self.recipe.late_step_cost) * self.step_s / self.step_cost + self._reserve_s

    def wants_more_clips(self, ready_frames: int) -> bool:
        """True while more recordings are worth preparing, between two steps, so that the plot goes on moving."""
        wanted = ready_frames < frames_worth_having(self.total_steps(), self.recipe)
        if self.minutes is None:
            return wanted
        early = self.elapsed_s < FEATURES_SHARE * self.minutes * 60
        return self.first_listen_done and early and wanted
