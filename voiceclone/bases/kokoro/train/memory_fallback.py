"""How to train with less memory, rung by rung: fewer windows, shorter ones, computing twice, fewer layers."""

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from voiceclone.bases.kokoro.train.recipe import Recipe
from voiceclone.bases.memory import fewer_at_a_time
from voiceclone.errors import TrainingError

if TYPE_CHECKING:
    import torch

SHORT_WINDOW_FRAMES = 24
"""0.6 s. The losses need 0.4 s to tell a steady tone from its surroundings (`spectra.frame_rate_lines`)."""


@dataclass(frozen=True)
class MemoryFallback:
    """What a run does to get along with the memory there is; saved with each checkpoint."""

    windows_at_once: int
    """The other windows of a step follow after them, and their gradients are summed."""
    window_frames: int
    computes_twice: bool = False
    """The decoder's blocks keep their input only and are computed again for the gradients."""
    style_layers_only: bool = False
    """Of the network only the layers learn that turn the style into a norm's scale and shift."""

    @staticmethod
    def none(recipe: Recipe) -> "MemoryFallback":
        """Return how a run begins: with everything the recipe asks for."""
        return MemoryFallback(recipe.batch_windows, recipe.window_frames)

    def next_rung(self) -> tuple["MemoryFallback", str]:
        """Return what to try when the memory was too small for this, and the sentence that says so.

        Raises:
            TrainingError: nothing is left to try.
        """
        if self.windows_at_once > 1:
            fewer = self.windows_at_once // 2
            return replace(self, windows_at_once=fewer), fewer_at_a_time(fewer, "snippet")
        if self.window_frames > SHORT_WINDOW_FRAMES:
            return replace(self, window_frames=SHORT_WINDOW_FRAMES), (
                "The memory was too small. The training goes on with shorter snippets."
            )
        if not self.computes_twice:
            return replace(self, computes_twice=True), (
                "The memory was too small. The training goes on by computing parts of each step twice instead of "
                "remembering them, and takes longer."
            )
        if not self.style_layers_only:
            return replace(self, style_layers_only=True), (
                "The memory was too small. The training goes on with fewer layers learning; the voice may come out a "
                "little less like you."
            )
        raise TrainingError(
            "There is too little memory to train on this computer, even in the smallest steps. Close other programs, "
            "then continue the training; what was learnt before is kept."
        )


def compute_twice(network: "torch.nn.Module") -> None:
    """Let the decoder's blocks keep only their input while training, and be computed again for the gradients.

    Gradient checkpointing (Chen and others 2016, “Training deep nets with sublinear memory cost”); the numbers are the
    same. The blocks draw no random numbers: the sound source that does lies outside them.
    """
    from torch.utils.checkpoint import checkpoint

    decoder = network.decoder
    for block in (decoder.encode, *decoder.decode, *decoder.generator.resblocks):
        if "forward" not in vars(block):
            block.forward = partial(checkpoint, block.forward, use_reentrant=False, preserve_rng_state=False)
