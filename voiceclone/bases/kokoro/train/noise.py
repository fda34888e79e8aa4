"""Random numbers that depend on what they are for, and on nothing that was drawn before."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def own_noise(purpose: str, device: str = "cpu") -> Iterator[None]:
    """Draw torch's random numbers from a state that follows from `purpose`; afterwards the state is as before.

    The network's sound source draws noise whenever it speaks. What is made once and kept (features, the teacher's
    answers) must not depend on when it is made, and making it must not shift what is drawn for the steps: a run that
    was continued would then differ from one that never stopped.

    Args:
        purpose: any text, for example a clip's id.
        device: `cpu` or `cuda`.
    """
    import torch

    with torch.random.fork_rng([torch.cuda.current_device()] if device.startswith("cuda") else []):
        torch.manual_seed(zlib.crc32(purpose.encode("utf-8")))
        yield
