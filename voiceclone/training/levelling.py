"""When a training that goes on as long as it helps has levelled off."""

from collections.abc import Callable, Iterable, Sequence

LEVEL_CANDIDATES = 4
"""The last so many candidates brought nothing: with one in 250 steps, a thousand steps."""
MIN_CANDIDATES = 6
"""Never earlier: 1,500 steps, as many as “Best”."""
NOISE = 0.005
"""Gains in speaker similarity up to here are noise: half of what counts as a difference of two candidates."""
DISTANCE_SHARE = 0.01
"""A smaller fall of the distance on held-out recordings is no gain; our choice."""


def levelled_off(worths: Sequence[float | None], distances: Sequence[float | None]) -> bool:
    """Return whether more training brings nothing: neither similarity nor the held-out distance gets better.

    Falling curves count as levelled off, too. A figure that is missing is no gain; without any figures at all nothing
    can be said, and the training goes on to its upper bound.

    Args:
        worths: speaker similarity of each candidate, corrected for pitch (`candidates.worth`), oldest first.
        distances: loss of each candidate on recordings it never learns from; as many.
    """
    if len(worths) < MIN_CANDIDATES:
        return False
    gains = []
    if (best := _before_and_lately(worths, max)) is not None:
        gains.append(best[1] > best[0] + NOISE + 1e-9)
    if (best := _before_and_lately(distances, min)) is not None:
        gains.append(best[1] < best[0] - DISTANCE_SHARE * abs(best[0]) - 1e-9)
    return bool(gains) and not any(gains)


def _before_and_lately(
    values: Sequence[float | None], best: Callable[[Iterable[float]], float]
) -> tuple[float, float] | None:
    """Return the best value before the last candidates, and the best of these; None where one is unknown."""
    before = [one for one in values[:-LEVEL_CANDIDATES] if one is not None]
    lately = [one for one in values[-LEVEL_CANDIDATES:] if one is not None]
    return (best(before), best(lately)) if before and lately else None
