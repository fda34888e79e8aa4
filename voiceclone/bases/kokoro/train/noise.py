"""Random numbers that depend on their purpose only: not on what was drawn before, nor on what other threads draw."""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch.overrides import TorchFunctionMode


class OwnNoise(TorchFunctionMode):
    """Within the block, this thread's `torch.rand` and `torch.randn_like` draw from a generator of their own.

    The network's sound source draws noise whenever it speaks. Steps whose gradients are computed side by side must not
    share torch's one generator, and what is computed once and cached (the teacher's spectra) must not depend on when
    that happens: otherwise a resumed run would differ from one that never stopped.

    Args:
        seed: any integer, or a text, for example a clip's id.
        device: `cpu` or `cuda`.
    """

    def __init__(self, seed: int | str, device: str = "cpu") -> None:
        super().__init__()
        self._generator = torch.Generator(device)
        self._generator.manual_seed(zlib.crc32(seed.encode("utf-8")) if isinstance(seed, str) else seed)

    def __torch_function__(
        self, func: Any, types: Sequence[type], args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Run one of torch's functions; called by torch."""
        given = dict(kwargs or {})
        if func is torch.randn_like:
            (like,) = args
            func, args, given = torch.randn, (like.shape,), {"dtype": like.dtype, "device": like.device} | given
        if func in (torch.rand, torch.randn):
            given["generator"] = self._generator
        return func(*args, **given)
