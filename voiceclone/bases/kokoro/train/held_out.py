"""The spectral distance on a held-out recording, for the plot: a few windows, without gradients."""

from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone.bases import spectra
from voiceclone.bases.kokoro.data import dataset
from voiceclone.bases.kokoro.model import synthesis
from voiceclone.bases.kokoro.model.network import FRAME_SAMPLES, SAMPLE_RATE, STYLE_SIZE

if TYPE_CHECKING:
    import torch

    from voiceclone.bases.kokoro.data.alignment import Aligner
    from voiceclone.bases.kokoro.train.recipe import Recipe

_WINDOWS = 2
"""First and last of the longest held-out clip, always the same ones; each takes half a second on two cores."""
_EDGE_SAMPLES = FRAME_SAMPLES
"""Left out at both ends of a window, as in training: the decoder lacks context there."""


def held_out_distance(
    network: "torch.nn.Module",
    style: "torch.Tensor",
    run_dir: Path,
    held_out: list[dataset.ClipEntry],
    recipe: "Recipe",
    aligner: "Aligner",
) -> float | None:
    """Return the distance reported as `loss`, on windows of the longest held-out clip; None without one.

    Args:
        network: as it has learnt so far.
        style: the voice's style, shape (1, 256).
        run_dir: the run folder; the clip's features are kept there, 2 s on the first call.
        held_out: the clips that nothing is learnt from.
        recipe: of the training.
        aligner: finds out when each sound of a text is said.
    """
    import torch

    if not held_out:
        return None
    entry = max(held_out, key=lambda one: one.duration_s)
    made = dataset.get_features(run_dir, entry, aligner)
    frames, pitch_hz, loudness, samples, text = (
        torch.from_numpy(array).to(style.device)
        for array in (made.frames, made.pitch_hz, made.loudness, made.samples, made.acoustic_text)
    )
    stretched = synthesis.stretch(text[None], frames)
    length = min(recipe.window_frames, stretched.shape[-1])
    last = stretched.shape[-1] - length
    total = 0.0
    for number in range(_WINDOWS):
        first = last * number // max(1, _WINDOWS - 1)
        curves, sound = (
            slice(2 * first, 2 * (first + length)),
            slice(FRAME_SAMPLES * first, FRAME_SAMPLES * (first + length)),
        )
        with torch.no_grad():
            spoken = synthesis.render(
                network,
                stretched[:, :, first : first + length],
                pitch_hz[None, curves],
                loudness[None, curves],
                style[:, :STYLE_SIZE],
            )
            inner = slice(_EDGE_SAMPLES, -_EDGE_SAMPLES)
            recorded = samples[None, sound]
            distance = spectra.spectral_distance(
                spoken[:, inner], recorded[:, inner], SAMPLE_RATE, entry.bandwidth_hz, recipe.linear_weight
            )
        total += float(distance) / _WINDOWS
    return total
