"""Slow speech without artefacts at its edges: silence keeps its length when a voice is slowed down.

Stretched with the rest, the silence before the first sound and after the last one is longer than the network ever
heard, and it fills it: at speed 0.5 with puffs 15 to 27 dB below speech half a second before the first word, and with
breath that dies away over half a second after the last (docs/decisions/0051).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

LAST_MARK = 16
"""Tokens up to this one are punctuation, the space and the boundary (0); all others are sounds or their marks."""
SOUND_FRAMES = 6
"""So much of the last token, in frames, is taken for its sound; the network puts the silence behind a sentence into
that token, too, which is then 15 to 20 frames long where the same sound elsewhere has 3 to 6."""


_BURST_FRAMES = 4
"""A last sound may close, then burst; with 0.1 s more all last bursts that we saw (speed 0.5 to 2) are over."""


def sound_ends(frames: Sequence[int], tokens: Sequence[int], speed: float) -> int:
    """Return the latest frame at which the last sound ends; silence should follow.

    Args:
        frames: of each token, as spoken.
        tokens: both boundary tokens included.
        speed: as spoken.
    """
    last = max((place for place, token in enumerate(tokens) if token > LAST_MARK), default=len(tokens) - 1)
    return int(sum(frames[:last])) + min(int(frames[last]), round(SOUND_FRAMES / speed)) + _BURST_FRAMES


def keep_edges(
    frames: "torch.Tensor", unhurried: "torch.Tensor", tokens: Sequence[int], speed: float
) -> "torch.Tensor":
    """Return the frames of each token at `speed`, edges as at speed 1 where that is shorter.

    Args:
        frames: whole frames of each token at `speed`, shape (tokens,).
        unhurried: the same at speed 1.
        tokens: both boundary tokens included.
        speed: below 1 is slower.
    """
    sounds = [place for place, token in enumerate(tokens) if token > LAST_MARK]
    if speed >= 1 or not sounds:
        return frames
    first, last = sounds[0], sounds[-1]
    kept = frames.clone()
    kept[:first] = unhurried[:first]
    kept[last + 1 :] = unhurried[last + 1 :]
    sound = min(int(unhurried[last]), SOUND_FRAMES)
    kept[last] = round(sound / speed) + int(unhurried[last]) - sound
    return kept
