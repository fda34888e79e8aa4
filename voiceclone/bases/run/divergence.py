"""Recognise a diverging training by its losses: not finite, or far above the lowest level of the run."""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

RECENT_STEPS = 10
"""Steps whose median is the present level: a few windows that are hard to say do not move it."""
DIVERGED_FACTOR = 2.0
"""A level so many times the lowest of the run is divergence. In 14 trainings of Kokoro (73 to 240 steps) it never rose
above 1.20 times (prosody: 1.11), and a voice that has forgotten everything is back at the 2 to 4 times it began with.
Not measured for the other bases, whose watched losses (mel distance, cross entropy) fall in the same way."""
DOUBTFUL_FACTOR = 1.5
"""From here on no checkpoint is written: a return has to find one from before the trouble."""
MAX_BAD_STEPS = 5
"""Consecutive steps without a finite loss that are divergence; fewer are left out and forgotten."""
MAX_RETURNS = 2
"""Returns of a run to its last good checkpoint, each time with half the learning rate, before it ends."""


class DivergenceWatch:
    """Follows one loss of a run."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=RECENT_STEPS)
        self._lowest = math.inf
        self._bad_steps = 0

    def note(self, loss: float | None) -> None:
        """Enter the loss of one step.

        Args:
            loss: not finite for a step that was left out; None for a step whose loss is finite but says nothing, such
                as one in which only a discriminator learns.
        """
        if loss is not None and not math.isfinite(loss):
            self._bad_steps += 1
            return
        self._bad_steps = 0
        if loss is None:
            return
        self._recent.append(loss)
        if len(self._recent) == RECENT_STEPS:
            self._lowest = min(self._lowest, self._level())

    @property
    def diverged(self) -> bool:
        """True when going on as before makes no sense."""
        return self._bad_steps >= MAX_BAD_STEPS or self._level() > DIVERGED_FACTOR * self._lowest

    @property
    def doubtful(self) -> bool:
        """True when what is learnt now may have to be thrown away."""
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


class Divergence:
    """Watches the losses of a run and counts its returns.

    Args:
        names: of the losses, as a trainer enters them.
    """

    def __init__(self, names: Sequence[str] = ("loss",)) -> None:
        self._names = tuple(names)
        self.returns = 0
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget the losses, not the returns."""
        self.watches = {name: DivergenceWatch() for name in self._names}

    def note(self, losses: Mapping[str, float | None]) -> None:
        """Enter the losses of one step; see `DivergenceWatch.note`. A loss that is missing was not computed."""
        for name, loss in losses.items():
            self.watches[name].note(loss)

    @property
    def diverged(self) -> bool:
        """True when any loss has diverged."""
        return any(watch.diverged for watch in self.watches.values())

    @property
    def doubtful(self) -> bool:
        """True when any loss is doubtful."""
        return any(watch.doubtful for watch in self.watches.values())

    @property
    def rate_share(self) -> float:
        """Share of the learning rate left after the returns so far."""
        return 0.5**self.returns

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint keeps, as JSON takes it."""
        return {"watches": {name: watch.state() for name, watch in self.watches.items()}, "returns": self.returns}

    def restore(self, state: Mapping[str, Any], *, with_losses: bool = True) -> None:
        """Go on from what `state` returned; checkpoints of earlier versions may hold none of it.

        Args:
            state: of the checkpoint.
            with_losses: False where the loss means something else by now.
        """
        self.begin_anew()
        self.returns = int(state.get("returns", 0))
        if with_losses:
            for name, watch in state.get("watches", {}).items():
                if name in self.watches:
                    self.watches[name].restore(watch)
