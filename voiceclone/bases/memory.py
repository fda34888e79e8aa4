"""Too little memory while training: recognise it, and go on with smaller batches that count for as much."""

import ctypes
import sys
from contextlib import suppress
from dataclasses import dataclass, replace

from voiceclone.errors import TrainingError


@dataclass(frozen=True)
class Batching:
    """How the clips of one step go through the network: `clips` at a time, `rounds` times."""

    clips: int
    rounds: int

    @property
    def per_step(self) -> int:
        """Clips whose gradients make one step."""
        return self.clips * self.rounds

    def halved(self) -> "Batching":
        """Return a batching with half the clips at a time and the same number per step, or one more.

        Raises:
            TrainingError: it was one clip at a time already.
        """
        if self.clips == 1:
            raise TrainingError(
                "There is too little memory to train this model, even with one recording at a time. Close other "
                "programs or use shorter recordings, or train with the base model that came with VoiceClone."
            )
        clips = self.clips // 2
        return replace(self, clips=clips, rounds=-(-self.per_step // clips))


_SAID = (
    "out of memory",
    "not enough memory",
    "can't allocate memory",
    "cannot allocate memory",
    "failed to allocate memory",
)
"""By the graphics card's allocator; by the processor's on Windows, and on Linux and macOS; by onnxruntime's."""


def is_out_of_memory(error: BaseException) -> bool:
    """True when an error says that memory ran out, on the graphics card or in the computer; loads nothing."""
    if isinstance(error, MemoryError):
        return True
    # torch's own type for it is a RuntimeError, and the processor's allocator has none. Errors of onnxruntime, which
    # judges run on, are plain Exceptions.
    words, of_judges = str(error).lower(), type(error).__module__.startswith("onnxruntime.")
    return (of_judges or isinstance(error, RuntimeError)) and any(said in words for said in _SAID)


def fewer_at_a_time(count: int, one: str = "recording") -> str:
    """Say that a training goes on with fewer things of a step in memory at once; `one` names one of them."""
    things = f"one {one}" if count == 1 else f"{count} {one}s"
    return (
        f"The memory was too small. The training goes on with {things} at a time: each step learns from as many "
        "as before, and takes longer."
    )


def free_memory() -> None:
    """Give back what steps no longer need: on the graphics card, and what the C library keeps for the next ones.

    A training process keeps the memory of its steps (`host.training_environment`); whatever comes between two of them
    would otherwise take its own beside it.
    """
    import gc

    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if sys.platform == "linux":
        with suppress(AttributeError):  # not every C library has it
            ctypes.CDLL(None).malloc_trim(0)
