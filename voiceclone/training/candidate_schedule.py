"""When a run speaks and judges a candidate: often enough to choose from, seldom enough not to cost learning."""

from dataclasses import dataclass

JUDGING_SHARE = 0.07
"""Of a plan in minutes; speaking and judging during it never take more."""
FIRST_COST_S = 8.0
"""Taken for the first candidate before one was measured: two cores, judges loaded for the first time."""
MAX_CANDIDATES = 12
"""Of one run, however long; more cannot be compared by ear."""
STEPS_BETWEEN = 60
"""Of a plan in steps: a candidate each so many steps. Likeness moves by about twice the noise in them at first."""
LAST_STRETCH = 0.2
"""None in this last part of a plan in minutes: the end makes its own."""


@dataclass(frozen=True)
class Moments:
    """When the next candidate is due.

    Args:
        minutes: of the plan, None when it is in steps.
    """

    minutes: float | None

    def wait_s(self, elapsed_s: float, last_at_s: float, spent_s: float, last_cost_s: float | None) -> float | None:
        """Return how long to learn before the next candidate in a plan in minutes; None when only the end makes one.

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


def next_step(step: int, total_steps: int) -> int:
    """Return the step after which the next candidate is due in a plan in steps; the last one is `total_steps`."""
    count = min(MAX_CANDIDATES, max(1, total_steps // STEPS_BETWEEN))
    number = min(count, step * count // max(1, total_steps) + 1)
    return -(-number * total_steps // count)
