"""Is a clip fit for a VITS model: one plain sentence for each that is not, before any training."""

from typing import TYPE_CHECKING

from voiceclone.bases.base import TrainingClip
from voiceclone.bases.coqui.bundle import Bundle
from voiceclone.bases.coqui.clip_store import why_not_sound
from voiceclone.bases.coqui.vits.network import token_ids
from voiceclone.errors import TextError
from voiceclone.limits import MAX_LETTERS_PER_S, MIN_LETTERS_PER_S

if TYPE_CHECKING:
    import torch


def why_not(clip: TrainingClip, network: "torch.nn.Module", bundle: Bundle, longest_s: float) -> str | None:
    """Return in one sentence why a clip cannot be used for training, or None.

    The library checks none of this: too short clips and texts longer than their sound train on garbage
    durations, digits vanish, silence and foreign rates are learnt as they are.

    Args:
        clip: any rate.
        network: whose tokenizer reads the text.
        bundle: the network's.
        longest_s: longer clips do not fit into memory beside others.
    """
    reason = why_not_sound(clip, longest_s)
    if reason is not None:
        return reason
    try:
        tokens = token_ids(network, bundle, clip.text, clip.language)
    except TextError as error:
        return str(error)
    letters = sum(character.isalnum() for character in clip.text)
    if letters > MAX_LETTERS_PER_S * clip.audio.duration_s:
        return "A clip is too short for its text; check that the text is what is said."
    if letters < MIN_LETTERS_PER_S * clip.audio.duration_s:
        return "A clip has much more sound than text; check that the text is all that is said."
    frames = int(clip.audio.duration_s * bundle.sample_rate / network.config.audio.hop_length)
    if len(tokens) > frames:  # every token needs a frame of its own
        return "A clip has more text than fits into its sound; cut it into sentences."
    return None
