"""Less memory for more time: within a block, the decoder's residual blocks keep nothing for their gradients.

What they need is computed a second time when the gradients are. Chen and others, “Training Deep Nets with Sublinear
Memory Cost”, 2016.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_is_on: ContextVar[bool] = ContextVar("voiceclone_recomputing", default=False)
"""Of this thread only: steps are computed side by side."""


@contextmanager
def recomputing() -> Iterator[None]:
    """Within the block, what this thread runs through `run` is recomputed for its gradients. Results are the same."""
    before = _is_on.set(True)
    try:
        yield
    finally:
        _is_on.reset(before)


def run(layer: "Callable[..., torch.Tensor]", *inputs: "torch.Tensor") -> "torch.Tensor":
    """Return `layer(*inputs)`; the layer must draw no random numbers."""
    if not _is_on.get():
        return layer(*inputs)
    from torch.utils.checkpoint import checkpoint

    result: torch.Tensor = checkpoint(layer, *inputs, use_reentrant=False, preserve_rng_state=False)
    return result
