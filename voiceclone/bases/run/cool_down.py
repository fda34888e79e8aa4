"""The cool-down of an open-ended training: when it has to begin, how long it takes, how far it is.

The learning rate stays constant until learning levels off and then falls in a short last stretch, as in the schedule of
warm-up, stable and decay (Hu et al. 2024, MiniCPM, arXiv 2404.06395). Hägele et al. 2024 (arXiv 2405.18392) find it as
good as a rate that falls over a length known in advance. Both trained language models; for voices it was not measured.
"""

from dataclasses import dataclass

STEPS_PER_STEP = 5
"""One step of cool-down for so many before it; our choice."""
MOST_STEPS = 300
"""Longest cool-down; our choice."""


@dataclass(frozen=True)
class CoolDown:
    """The last stretch of an open-ended training, in which the learning rate falls."""

    begin: int
    """Steps before it."""
    end: int
    """Step at which the training ends."""

    def share(self, step: int) -> float:
        """Return the completed share of it after `step` steps, 0..1; 0 before it begins."""
        return min(1.0, max(0.0, (step - self.begin) / (self.end - self.begin)))


def cool_down_after(step: int, most_steps: int) -> CoolDown:
    """Return the cool-down that begins at `step`, or earlier where it could not end within `most_steps` otherwise.

    Args:
        step: steps before it.
        most_steps: steps that the training may take in all, at least 1.
    """
    while step > 0 and step + _length(step) > most_steps:
        step = min(step, most_steps) - 1
    return CoolDown(step, step + _length(step))


def _length(step: int) -> int:
    return max(1, min(MOST_STEPS, step // STEPS_PER_STEP))
