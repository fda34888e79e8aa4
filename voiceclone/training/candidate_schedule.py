"""When a run makes a candidate: often enough to choose from, rarely enough not to slow down training."""

from dataclasses import dataclass

JUDGING_SHARE = 0.07
"""Largest share of a plan in minutes that speaking and judging may take."""
FIRST_COST_S = 8.0
"""Assumed for the first candidate: two cores, judges loaded for the first time."""
MAX_CANDIDATES = 12
"""Per run, however long; nobody compares more by ear."""
OVERNIGHT_CANDIDATES = 24
"""Of a run that goes on as long as it helps: one in 250 of its 6,000 steps, to notice soon that it levels off."""
STEPS_BETWEEN = 60
"""Steps between candidates in a plan in steps. Early on, speaker similarity moves by twice its noise in them."""
LAST_STRETCH = 0.2
"""No candidate in this last part of a plan in minutes: the end makes its own."""


@dataclass(frozen=True)
class CandidateSchedule:
    """When the next candidate of a plan in minutes is due.

    Args:
        minutes: length of the plan, None for a plan in steps.
    """

    minutes: float | None

    def wait_s(self, elapsed_s: float, last_at_s: float, spent_s: float, last_cost_s: float | None) -> float | None:
        """Return the seconds of training before the next candidate; None when only the end makes one.

        Args:
            elapsed_s: working time of the run so far.
            last_at_s: the same when the last candidate was made; 0 without one.
            spent_s: time all candidates took.
            last_cost_s: time the last one took; None without one.
        """
        planned_s = 60 * (self.minutes or 0.0)
        cost_s = FIRST_COST_S if last_cost_s is None else last_cost_s
        at_s = max((spent_s + cost_s) / JUDGING_SHARE, last_at_s + planned_s / MAX_CANDIDATES)
        return None if at_s > (1 - LAST_STRETCH) * planned_s else max(0.0, at_s - elapsed_s)


def next_step(step: int, total_steps: int, at_most: int = MAX_CANDIDATES) -> int:
    """Return the step after which the next of `at_most` candidates of a plan in steps is due; the last is the end."""
    count = min(at_most, max(1, total_steps // STEPS_BETWEEN))
    number = min(count, step * count // max(1, total_steps) + 1)
    return -(-number * total_steps // count)
