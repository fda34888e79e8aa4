"""How a released VITS is trained to one voice: every number in one place, each measured or with its source."""

from dataclasses import dataclass

from voiceclone.bases.base import Policy


@dataclass(frozen=True)
class Recipe:
    """Settings of one run; the defaults are for a processor, `for_device` adapts them."""

    batch_clips: int = 4
    """Clips per step. A step of the full size takes 5 to 6 s with 4 clips of 3 s on one thread (study, section 6)."""
    generator_rate: float = 2e-5
    """A tenth of the library's: the discriminator begins from nothing, and at the full rate the voice gets worse
    before it gets better (coqui-ai#2690)."""
    discriminator_rate: float = 2e-4
    """The library's (TTS/tts/configs/vits_config.py)."""
    speaker_rate_share: float = 0.02
    """Learning rate of the speaker vector as a share of its numbers' root mean square."""
    betas: tuple[float, float] = (0.8, 0.99)
    """As in the library; also the next two."""
    epsilon: float = 1e-9
    weight_decay: float = 0.01
    gradient_norm: float = 1000.0
    warm_up_share: float = 0.15
    """Share of the run in which the discriminator learns alone, where the model came without one."""
    rate_warm_up_steps: int = 10
    final_rate_share: float = 0.1
    """What is left of the learning rates at the end; they fall along a cosine."""
    adversarial: bool = True
    """Whether a discriminator takes part in fine-tuning. It is 65 to 75 % of a step on a processor; without
    it speech gets duller."""
    known_share: float = 0.75
    """Share of each batch that are clips of known speakers, where there are any; the paper's authors keep three
    quarters (coqui-ai#2690)."""
    evaluations: int = 10
    """Times a run is judged by its held-out clips; the best of these moments becomes the voice."""
    judged_clips: int = 4
    """Held-out clips it is judged by."""
    bad_steps: int = 3
    """Steps in a row without finite gradients after which the run goes back to its last checkpoint."""
    returns: int = 3
    """Times it may go back, each time with half the learning rate, before it gives up."""
    longest_clip_s: float = 12.0
    half_precision: bool = False
    """Whether the networks compute in bfloat16; the losses and the alignment never do."""
    default_minutes: float = 30.0

    @staticmethod
    def for_device(device: str) -> "Recipe":
        """Return the recipe for `cpu` or `cuda`."""
        if device.startswith("cuda"):
            return Recipe(batch_clips=16, default_minutes=15.0, half_precision=True)
        return Recipe()


_SOUND_PARTS = ("posterior_encoder.", "flow.", "waveform_decoder.")
_LEARNING: dict[Policy, tuple[str, ...]] = {
    Policy.TRANSFER: (),
    Policy.FINE_TUNE: _SOUND_PARTS,
    Policy.FULL: (*_SOUND_PARTS, "text_encoder.", "duration_predictor.", "emb_l."),
}
"""Beginnings of the names of what learns. The table of speakers never does: a new speaker is a vector of its own,
and the others are to stay who they are."""


def is_trained(name: str, policy: Policy) -> bool:
    """True for the parameters that learn under a policy; names within the network."""
    return name.startswith(_LEARNING[policy] or ("\0",))


def learns_speaker(policy: Policy, has_table: bool) -> bool:
    """True when the speaker's vector learns, too.

    A vector that a speaker encoder measured is right as it is, so fine-tuning leaves it; in a model with a table
    the new speaker begins as the closest known one and has to move.
    """
    return policy is not Policy.FINE_TUNE or has_table
