"""Which clips of a run are held out, and which moment of the run they single out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

HELD_OUT_SHARE = 0.08
"""Share of the clips that is never trained on and judges the voice."""
MAX_HELD_OUT = 6
MIN_CLIPS_TO_HOLD_OUT = 4
_ROUNDING = 1e-9


def held_out_count(clip_count: int) -> int:
    """Return how many of `clip_count` clips are never trained on."""
    if clip_count < MIN_CLIPS_TO_HOLD_OUT:
        return 0
    return min(MAX_HELD_OUT, max(1, round(HELD_OUT_SHARE * clip_count)))


def choose_held_out(clip_ids: Sequence[str]) -> set[str]:
    """Choose the clips to hold out, spread evenly over the session: rooms and moods change."""
    count = held_out_count(len(clip_ids))
    return {clip_ids[int((index + 0.5) * len(clip_ids) / count)] for index in range(count)}


@dataclass
class BestMoment:
    """The moment of a run with the lowest loss on its held-out clips; part of a trainer's checkpoint.

    Kokoro does without: its candidates are judged by ear-like measures (`training.candidate_selection`).
    """

    first_loss: float | None = None
    """Before anything was learnt; infinite when it could not be measured, None before that was tried."""
    best_loss: float | None = None
    """The lowest since that lies below `first_loss`; None when there is none."""
    best_step: int = 0
    judged_share: float = 0.0
    """Completed share of the run at the last judgement."""

    def is_due(self, share: float, every_share: float) -> bool:
        """True when a multiple of `every_share` was passed since the last judgement."""
        return int(share / every_share + _ROUNDING) > int(self.judged_share / every_share + _ROUNDING)

    def enter(self, step: int, share: float, loss: float) -> bool:
        """Enter a judgement made after the first one; return whether it is the best so far."""
        self.judged_share = share
        known = [value for value in (self.first_loss, self.best_loss) if value is not None]
        if not math.isfinite(loss) or (known and loss >= min(known)):
            return False
        self.best_loss, self.best_step = loss, step
        return True

    @property
    def was_judged(self) -> bool:
        """True when judgements say which step was best; otherwise the last one is as good as any."""
        return self.best_loss is not None or (self.first_loss is not None and math.isfinite(self.first_loss))
