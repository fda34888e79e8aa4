"""Random numbers that depend on their purpose only, not on what was drawn before."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def own_noise(purpose: str, device: str = "cpu") -> Iterator[None]:
    """Seed torch by `purpose` within the block, and restore its random state afterwards.

    The network's sound source draws noise whenever it speaks. What is computed once and cached (features, teacher
    spectra) must not depend on when it is computed, nor change the random numbers of the steps: otherwise a resumed run
    would differ from one that never stopped.

    Args:
        purpose: any text, for example a clip's id.
        device: `cpu` or `cuda`.
    """
    import torch

    with torch.random.fork_rng([torch.cuda.current_device()] if device.startswith("cuda") else []):
        torch.manual_seed(zlib.crc32(purpose.encode("utf-8")))
        yield
