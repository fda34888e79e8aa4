"""Does a training run slower than this computer could, because other programs use it?"""

from dataclasses import dataclass

from voiceclone.training.speed import BUSY_SHARE

SLOWED_BELOW, QUIET_ABOVE = 0.65, 0.85
"""Shares of the quiet pace; our choice. In between nothing changes, so that what is said does not flicker. Steps that
follow each other on a quiet computer differ by a fifth in the mean of a slice."""
MIN_STEPS = 6
"""Steps a judgement is based on: two cycles of the embedded base, whose every third step takes longer."""


@dataclass
class PaceWatch:
    """Compares a run's pace with that of a quiet computer, slice by slice.

    Slow alone is not enough: a laptop that cools itself or a disk that is slow are no other programs, so these must
    have used the processor meanwhile.
    """

    quiet_step_s: float | None = None
    """Duration of a step with nothing else running, as measured before; None where that is not known. The quickest
    stretch of the run stands in for it, or corrects it."""
    slowed: bool = False
    _steps: int = 0
    _took_s: float = 0.0
    _others_s: float = 0.0

    def note(self, steps: int, took_s: float, others_share: float) -> bool:
        """Enter a slice and return whether other programs slow the run down.

        Args:
            steps: steps made in it; a slice without any only prepared something, and says nothing.
            took_s: its duration, seconds.
            others_share: share of the processor that other programs used meanwhile, 0..1.
        """
        if steps <= 0 or took_s <= 0:
            return self.slowed
        self._steps += steps
        self._took_s += took_s
        self._others_s += others_share * took_s
        if self._steps < MIN_STEPS:
            return self.slowed
        step_s, others = self._took_s / self._steps, self._others_s / self._took_s
        self._steps, self._took_s, self._others_s = 0, 0.0, 0.0
        self.quiet_step_s = step_s if self.quiet_step_s is None else min(self.quiet_step_s, step_s)
        pace = self.quiet_step_s / step_s
        if pace < SLOWED_BELOW and others > BUSY_SHARE:
            self.slowed = True
        elif pace > QUIET_ABOVE or others <= BUSY_SHARE / 2:
            self.slowed = False
        return self.slowed
