"""Training with less memory, step by step: fewer windows, shorter ones, gradient checkpointing, fewer layers."""

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
    """How a run saves memory; stored with each checkpoint."""

    windows_at_once: int
    """Windows per forward pass; gradients are accumulated over the windows of a step."""
    window_frames: int
    computes_twice: bool = False
    """Gradient checkpointing of the decoder's blocks."""
    style_layers_only: bool = False
    """Only the style layers (AdaIN) of the network are trained."""
    threads: int = 1
    """Steps whose gradients are computed at the same time, of those that `Recipe.steps_at_once` puts together."""

    @staticmethod
    def none(recipe: Recipe) -> "MemoryFallback":
        """Return the initial state: everything as in the recipe."""
        return MemoryFallback(recipe.batch_windows, recipe.window_frames, threads=recipe.steps_at_once)

    def next_rung(self) -> tuple["MemoryFallback", str]:
        """Return the next state to try after running out of memory, and the sentence that announces it.

        Raises:
            TrainingError: nothing is left to try.
        """
        if self.threads > 1:
            return replace(self, threads=1), fewer_at_a_time(1, "snippet")
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
    """Switch on gradient checkpointing for the decoder's blocks; a second call changes nothing.

    Chen et al. 2016, “Training deep nets with sublinear memory cost”. The results are the same: the blocks draw no
    random numbers, the sound source that does is outside.
    """
    from torch.utils.checkpoint import checkpoint

    decoder = network.decoder
    for block in (decoder.encode, *decoder.decode, *decoder.generator.resblocks):
        if "forward" not in vars(block):
            block.forward = partial(checkpoint, block.forward, use_reentrant=False, preserve_rng_state=False)
