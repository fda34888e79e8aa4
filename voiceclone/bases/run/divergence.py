"""Is a training going astray? Each loss is watched for numbers that are none, and for a level far too high."""

import math
from collections import deque
from statistics import median
from typing import Any

RECENT_STEPS = 10
"""Steps whose median is the present level: a few windows that are hard to say do not move it."""
ASTRAY_FACTOR = 2.0
"""A level so many times the lowest of the run is divergence. In 14 trainings of 73 to 240 steps it never rose above
1.20 times (prosody: 1.11), and a voice that has forgotten all is back at the 2 to 4 times it began with."""
DOUBTFUL_FACTOR = 1.5
"""From here on no checkpoint is written: going back has to find one of before the trouble."""
MAX_BAD_STEPS = 5
"""Steps in a row without a finite loss that are divergence; fewer are left out and forgotten."""


class DivergenceWatch:
    """Follows the loss of a run."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=RECENT_STEPS)
        self._lowest = math.inf
        self._bad_steps = 0

    def note(self, loss: float) -> None:
        """Take in the loss of one step; of a step that was left out because its numbers were none, `nan`."""
        if not math.isfinite(loss):
            self._bad_steps += 1
            return
        self._bad_steps = 0
        self._recent.append(loss)
        if len(self._recent) == RECENT_STEPS:
            self._lowest = min(self._lowest, self._level())

    @property
    def astray(self) -> bool:
        """True when going on as before makes no sense."""
        return self._bad_steps >= MAX_BAD_STEPS or self._level() > ASTRAY_FACTOR * self._lowest

    @property
    def doubtful(self) -> bool:
        """True when what is learnt just now may have to be thrown away."""
        return self._bad_steps > 0 or self._level() > DOUBTFUL_FACTOR * self._lowest

    def _level(self) -> float:
        return median(self._recent) if len(self._recent) == RECENT_STEPS else 0.0

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint keeps, as JSON takes it."""
        return {"recent": list(self._recent), "lowest": self._lowest if math.isfinite(self._lowest) else None}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `state` returned."""
        self._recent = deque(state["recent"], maxlen=RECENT_STEPS)
        self._lowest = math.inf if state["lowest"] is None else float(state["lowest"])
        self._bad_steps = 0
