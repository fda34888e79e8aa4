"""Gradients of several losses, computed side by side: each in a thread of its own that has its share of the cores.

Threads that work at one convolution wait for each other some ten thousand times a step, and one other busy program on
the computer makes all of them wait. Threads that each do a whole step's gradient wait once.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from voiceclone import host
from voiceclone.bases.memory import is_out_of_memory

if TYPE_CHECKING:
    import torch

Gradients: TypeAlias = "tuple[torch.Tensor | None, ...]"
"""Of each parameter that was asked for; None where the loss does not depend on it."""

_MOST_SCALING = 200.0
"""A gradient that small is noise; usual are 1 to 3."""
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Computed:
    """What a loss says is to be learnt."""

    loss: float
    """As it is reported; NaN when the step is to be left out."""
    gradients: "Gradients | None"
    compared: Sequence[tuple["torch.Tensor", "torch.Tensor", float]] = ()
    """What was spoken, what was recorded (both (batch, samples)), and the highest frequency compared."""


class SideBySide:
    """Runs pieces of work at the same time.

    Args:
        threads: how many; 1 runs one piece after another in the calling thread, with all cores.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._pool: ThreadPoolExecutor | None = None

    def run(self, work: Sequence[Callable[[], _Result]]) -> list[_Result]:
        """Return the results, in the order of the work.

        Raises:
            Exception: what the first piece that failed raised, after all have ended; out of memory before others.
        """
        import torch

        if self._threads == 1:
            return [piece() for piece in work]
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads, "voiceclone-gradients", self._take_share)
        futures = [self._pool.submit(piece) for piece in work]
        errors = [error for future in futures if (error := future.exception()) is not None]
        torch.set_num_threads(torch.get_num_threads())  # threads that are begun later take the last number that was set
        if errors:
            raise next((error for error in errors if is_out_of_memory(error)), errors[0])
        return [future.result() for future in futures]

    def _take_share(self) -> None:
        import torch

        torch.set_num_threads(max(1, host.cores() // self._threads))  # of this thread; other threads keep theirs


def gradients(loss: "torch.Tensor", parameters: Sequence["torch.Tensor"]) -> Gradients:
    """Return the gradients of a loss; parameters' own `grad` stay as they are, so threads do not disturb each other."""
    import torch

    return torch.autograd.grad(loss, parameters, allow_unused=True)


def bounded(one: Gradients, other: Gradients, share: float) -> Gradients:
    """Return `one`, in place, scaled to a share of the length of `other`; at most `_MOST_SCALING` times as long.

    A loss's weight says little about what it moves: near its aim its gradient shrinks, the other's does not.
    """
    length, wanted = _length(one), share * _length(other)
    scaling = min(wanted / length, _MOST_SCALING) if length > 0 else 0.0
    for gradient in one:
        if gradient is not None:
            gradient.mul_(scaling)
    return one


def _length(of: Gradients) -> float:
    import torch

    return float(torch.nn.utils.get_total_norm([gradient for gradient in of if gradient is not None]))


def added(one: "Gradients | None", other: Gradients) -> Gradients:
    """Return the sum; `one` is reused."""
    if one is None:
        return other
    return tuple(
        here if there is None else there if here is None else here.add_(there)
        for here, there in zip(one, other, strict=True)
    )
