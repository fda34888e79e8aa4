"""The fine-tuning recipe of a released VITS: every number in one place, each measured or with its source."""

from dataclasses import dataclass

from voiceclone.bases.base import Policy


@dataclass(frozen=True)
class Recipe:
    """Settings of a run; the defaults are for a processor."""

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
    """Share of the run in which only the discriminator is trained, if the release had none."""
    rate_warm_up_steps: int = 10
    final_rate_share: float = 0.1
    """Share of the learning rates left at the end of the cosine."""
    adversarial: bool = True
    """Whether a discriminator takes part in fine-tuning. It is 65 to 75 % of a step on a processor; without
    it speech gets duller."""
    known_share: float = 0.75
    """Share of each batch that are clips of known speakers, where there are any; the paper's authors keep three
    quarters (coqui-ai#2690)."""
    evaluations: int = 10
    """Judgements per run on held-out clips; the best moment becomes the voice."""
    judged_clips: int = 4
    """Held-out clips per judgement."""
    longest_clip_s: float = 12.0
    half_precision: bool = False
    """Use bfloat16 in the networks; never in losses and alignment."""
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
    """True for parameters trained under a policy; names within the network."""
    return name.startswith(_LEARNING[policy] or ("\0",))


def learns_speaker(policy: Policy, has_table: bool) -> bool:
    """True when the speaker embedding is trained, too.

    A vector that a speaker encoder measured is right as it is, so fine-tuning leaves it; in a model with a table
    the new speaker begins as the closest known one and has to move.
    """
    return policy is not Policy.FINE_TUNE or has_table
