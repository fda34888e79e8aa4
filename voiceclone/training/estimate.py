"""What a training would be like, told before it begins: is all ready, how many steps, how long on this computer."""

from dataclasses import dataclass, field
from typing import Any

from voiceclone.bases.base import Effort
from voiceclone.training.preflight import Preflight
from voiceclone.training.speed import USUAL, TrainingSpeed

EFFORT_MINUTES = {Effort.QUICK: 5.0, Effort.BETTER: 15.0, Effort.BEST: 40.0}
"""For bases whose gain per step nobody has measured: a time is all that can be promised, and these are what the page
has always offered."""
FINISH_S = 10.0
"""Writing the voice and judging it, on two idle cores; a plan in minutes keeps more back (`FINISH_RESERVE_S`)."""
BESIDE_LEARNING = 0.1
"""Share of the time that checkpoints (3 s in 90) and speaking in between take beside the steps."""


@dataclass(frozen=True)
class EffortPlan:
    """One of the three choices, worked out."""

    effort: Effort
    steps: int | None
    """None where the plan is in minutes."""
    minutes: float | None
    """On the clock; None where the plan is in steps."""
    expected_s: float
    """How long it takes on this computer."""
    measured: bool
    """False where nothing was measured here yet; `expected_s` is then that of two cores."""
    at_least: bool = False
    """True where this computer was measured while other programs kept it busy; `expected_s` is then a lower bound."""
    wants_more_speech: bool = False
    """True where more steps would only make sense with more speech."""

    def __post_init__(self) -> None:
        if (self.steps is None) == (self.minutes is None):
            raise ValueError("A plan is either in steps or in minutes.")


@dataclass(frozen=True)
class TrainingEstimate:
    """All of it for one project and one base."""

    preflight: Preflight
    plans: tuple[EffortPlan, ...]
    """Quick, better, best; nothing for a base that cannot be trained."""
    pace: TrainingSpeed | None
    """None until this computer was measured."""
    facts: dict[str, float] = field(default_factory=dict)
    """Figures for people who want to know, as the base tells them (`training_facts`)."""
    busy: bool = False
    """True while other programs keep this computer busy: a training begun now may take longer than was measured."""

    def expected_with(self, plan: EffortPlan, steps: int) -> float:
        """Return how long a plan in steps would take with another number of them, seconds."""
        pace = (self.pace or USUAL).at_best()
        return max(0.0, plan.expected_s + (steps - plan.steps) * pace.step_s * (1 + BESIDE_LEARNING))

    def plan(self, effort: str) -> EffortPlan | None:
        """Return the plan of one effort; None when there is no such."""
        return next((plan for plan in self.plans if plan.effort == effort), None)


def plans(base: Any, speech_s: float, pace: TrainingSpeed | None) -> tuple[EffortPlan, ...]:
    """Work out the three choices for a base and so much usable speech."""
    return tuple(effort_plan(base, effort, speech_s, pace) for effort in Effort)


def effort_plan(base: Any, effort: Effort, speech_s: float, pace: TrainingSpeed | None) -> EffortPlan:
    """Work out one of them; a base with `workload` gets steps, any other minutes."""
    workload = getattr(base, "workload", None)
    if workload is None:
        minutes = EFFORT_MINUTES[effort]
        return EffortPlan(effort, None, minutes, minutes * 60, measured=True)
    used = (pace or USUAL).at_best()
    work = workload(effort, speech_s, used.device)
    return EffortPlan(
        effort,
        work.steps,
        None,
        expected_s(used, work.steps, work.prepared_s),
        measured=pace is not None,
        at_least=pace is not None and pace.busy,
        wants_more_speech=work.wants_more_speech,
    )


def expected_s(pace: TrainingSpeed, steps: int, prepared_s: float) -> float:
    """Return how long a training takes, seconds.

    Args:
        pace: how quick the computer is.
        steps: steps to learn.
        prepared_s: speech made ready for them, seconds.
    """
    learning_s = steps * pace.step_s * (1 + BESIDE_LEARNING)
    return pace.start_s + prepared_s * pace.prepare_share + learning_s + FINISH_S
