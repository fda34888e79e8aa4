"""Out-of-memory errors during training: recognise them, and continue with smaller, accumulated batches."""

import ctypes
import sys
from contextlib import suppress
from dataclasses import dataclass, replace

from voiceclone.errors import TrainingError


@dataclass(frozen=True)
class Batching:
    """Gradient accumulation: `clips` at a time, `rounds` times per step."""

    clips: int
    rounds: int

    @property
    def per_step(self) -> int:
        """Clips per step."""
        return self.clips * self.rounds

    def halved(self) -> "Batching":
        """Return a batching with half the clips at a time, and at least as many per step.

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
    """True for an out-of-memory error of the graphics card or the computer; imports nothing."""
    if isinstance(error, MemoryError):
        return True
    # torch's own type for it is a RuntimeError, and the processor's allocator has none. Errors of onnxruntime, which
    # judges run on, are plain Exceptions.
    words, of_judges = str(error).lower(), type(error).__module__.startswith("onnxruntime.")
    return (of_judges or isinstance(error, RuntimeError)) and any(said in words for said in _SAID)


def fewer_at_a_time(count: int, one: str = "recording") -> str:
    """Return the note that a training continues with `count` items in memory at once; `one` names an item."""
    things = f"one {one}" if count == 1 else f"{count} {one}s"
    return (
        f"The memory was too small. The training goes on with {things} at a time: each step learns from as many "
        "as before, and takes longer."
    )


def free_memory() -> None:
    """Release cached memory of the graphics card and of the C library.

    A training process caches the memory of its steps (`host.training_environment`); other work between two steps would
    need its own on top.
    """
    import gc

    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if sys.platform == "linux":
        with suppress(AttributeError):  # not every C library has it
            ctypes.CDLL(None).malloc_trim(0)
