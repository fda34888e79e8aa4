"""Estimate of a training before it starts: is everything ready, how many steps, how long on this computer."""

from dataclasses import dataclass, field
from typing import Any

from voiceclone.bases.abilities import CoolsDown, EstimatesWorkload, HeardWhileTraining
from voiceclone.bases.base import Effort
from voiceclone.errors import InputError
from voiceclone.training.preflight import Preflight
from voiceclone.training.speed import USUAL, TrainingSpeed

EFFORT_MINUTES = {Effort.QUICK: 5.0, Effort.BETTER: 15.0, Effort.BEST: 40.0}
"""For bases whose gain per step was never measured; a duration is all they can promise."""
FINISH_S = 10.0
"""Writing and judging the voice on two idle cores; a plan in minutes reserves more (`FINISH_RESERVE_S`)."""
BESIDE_LEARNING = 0.1
"""Time for checkpoints (3 s in 90) and candidates, as a share of the time for steps."""


@dataclass(frozen=True)
class EffortPlan:
    """What one effort means for this project, base and computer."""

    effort: Effort
    steps: int | None
    """None where the plan is in minutes."""
    minutes: float | None
    """Wall-clock time; None where the plan is in steps."""
    expected_s: float
    """Expected duration on this computer."""
    measured: bool
    """False before this computer was measured; `expected_s` is then that of two cores."""
    at_least: bool = False
    """True when other programs kept the computer busy while it was measured; `expected_s` is then a lower bound."""
    wants_more_speech: bool = False
    """True where more steps would only make sense with more speech."""
    step_cost: float = 1.0
    """As in `Workload`."""

    @property
    def at_most(self) -> bool:
        """True when steps and time are upper bounds, because it ends by itself."""
        return self.effort == Effort.OVERNIGHT

    def __post_init__(self) -> None:
        if (self.steps is None) == (self.minutes is None):
            raise ValueError("A plan is either in steps or in minutes.")


@dataclass(frozen=True)
class TrainingEstimate:
    """Checks, efforts and facts for one project and one base."""

    preflight: Preflight
    plans: tuple[EffortPlan, ...]
    """Quick, better, best, and overnight where the base offers it; nothing for a base that cannot be trained."""
    training_speed: TrainingSpeed | None
    """None before this computer was measured."""
    facts: dict[str, float] = field(default_factory=dict)
    """Numbers of the recipe, as the base tells them (`TellsTrainingFacts`)."""
    busy: bool = False
    """True while other programs keep this computer busy: a training begun now may take longer than was measured."""

    def expected_with(self, plan: EffortPlan, steps: int) -> float:
        """Return how long a plan in steps would take with another number of them, seconds."""
        training_speed = (self.training_speed or USUAL).at_best()
        step_s = training_speed.step_s * plan.step_cost
        return max(0.0, plan.expected_s + (steps - plan.steps) * step_s * (1 + BESIDE_LEARNING))

    def plan(self, effort: str) -> EffortPlan | None:
        """Return the plan of one effort; None when there is no such."""
        return next((plan for plan in self.plans if plan.effort == effort), None)


def plans(base: Any, speech_s: float, training_speed: TrainingSpeed | None) -> tuple[EffortPlan, ...]:
    """Return one plan per effort for a base and `speech_s` seconds of usable speech."""
    return tuple(effort_plan(base, effort, speech_s, training_speed) for effort in Effort if offers(base, effort))


def offers(base: Any, effort: Effort) -> bool:
    """True when a base can train with this effort; only one that is heard on its way can tell when to stop."""
    needed = (EstimatesWorkload, HeardWhileTraining, CoolsDown) if effort == Effort.OVERNIGHT else ()
    return all(isinstance(base, ability) for ability in needed)


def effort_plan(base: Any, effort: Effort, speech_s: float, training_speed: TrainingSpeed | None) -> EffortPlan:
    """Return the plan of one effort: in steps where the base estimates its workload, otherwise in minutes.

    Raises:
        InputError: this base does not offer it.
    """
    if not offers(base, effort):
        raise InputError(
            f"{base.title} cannot tell when a voice no longer gets better. Choose another effort, or give minutes."
        )
    if not isinstance(base, EstimatesWorkload):
        minutes = EFFORT_MINUTES[effort]
        return EffortPlan(effort, None, minutes, minutes * 60, measured=True)
    used = (training_speed or USUAL).at_best()
    work = base.workload(effort, speech_s, used.device)
    return EffortPlan(
        effort,
        work.steps,
        None,
        expected_s(used, work.steps, work.prepared_s, work.step_cost),
        measured=training_speed is not None,
        at_least=training_speed is not None and training_speed.busy,
        wants_more_speech=work.wants_more_speech,
        step_cost=work.step_cost,
    )


def expected_s(training_speed: TrainingSpeed, steps: int, prepared_s: float, step_cost: float = 1.0) -> float:
    """Return the expected duration of a training, seconds.

    Args:
        training_speed: speed of the computer.
        steps: training steps.
        prepared_s: seconds of speech to preprocess.
        step_cost: as in `Workload`.
    """
    learning_s = steps * training_speed.step_s * step_cost * (1 + BESIDE_LEARNING)
    return training_speed.start_s + prepared_s * training_speed.prepare_share + learning_s + FINISH_S
