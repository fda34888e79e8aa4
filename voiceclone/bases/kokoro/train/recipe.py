"""The fine-tuning recipe of Kokoro: every number in one place, each measured or with its source."""

import math
from dataclasses import dataclass

from voiceclone import host
from voiceclone.bases.base import Effort
from voiceclone.bases.kokoro.model.network import FRAME_S


@dataclass(frozen=True)
class Recipe:
    """Settings of a run; the defaults are for a processor."""

    window_frames: int = 48
    """Length of a training window in frames: 1.2 s."""
    batch_windows: int = 1
    """Windows per acoustic step. On two cores one window and twice the steps beat two windows: similarity
    0.776 against 0.751 after the same 130 s."""
    steps_at_once: int = 2
    """Steps whose gradients are computed side by side, each in a thread of its own (`gradients.py`)."""
    prosody_every: int = 3
    """Acoustic steps per prosody step."""
    prosody_clips: int = 2
    decoder_rate: float = 6.5e-5
    """Learning rate of the decoder; 2e-4 costs intelligibility and similarity at once (base study, section 5)."""
    norm_rate: float = 3.25e-4
    """Learning rate of the layers that turn the style into scale and shift (AdaIN). Five times the decoder's:
    they carry most of a voice and make no tones (similarity 0.788 against 0.776 after 90 steps)."""
    acoustic_style_rate: float = 1e-2
    predictor_rate: float = 3e-5
    prosody_style_rate: float = 5e-3
    betas: tuple[float, float] = (0.9, 0.98)
    gradient_norm: float = 5.0
    warm_up_steps: int = 10
    hold_share: float = 0.0
    """Share of the training before the learning rate falls along a cosine."""
    final_rate_share: float = 0.05
    """Share of the learning rate left at the end."""
    linear_weight: float = 1.0
    """Weight of the log power on linear frequency beside the log magnitudes in mel bands."""
    line_weight: float = 1.0
    """Weight of `spectra.frame_rate_lines`. With 3 to 5 its gradient outweighs what similarity needs: those runs
    were the worst (docs/decisions/0036)."""
    teacher_weight: float = 0.5
    """Weight of the teacher (the untouched decoder) above a recording's bandwidth, in steps that use it."""
    teacher_every: int = 4
    """Steps per use of the teacher: in every step it took an eighth of the time."""
    speaker_from: float = 0.4
    """Completed share of the training from which the speaker loss (`speaker_loss.py`) has a say, too; with 1, never."""
    speaker_from_step: int = 600
    """The same in steps, for long and open-ended trainings: 0.4 of the longest with a set end."""
    speaker_every: int = 2
    """Steps per use of the speaker loss; its gradient takes as long as one and a half windows."""
    speaker_share: float = 1.0
    """Length of its gradient, as a share of that of the spectral loss in the same step."""
    first_listen_s: float = 42.0
    """Active time before the first listen is spoken."""
    first_clips_s: float = 18.0
    """Seconds of speech preprocessed before training starts; the rest follows after the first listen."""
    late_step_cost: float = 1.75
    """How much longer a step takes with the speaker loss than without, in the mean."""
    default_minutes: float = 5.0
    """For a plan without minutes and steps; trainings that are started always have one of them."""

    @property
    def step_speech_s(self) -> float:
        """Seconds of speech per acoustic step."""
        return self.batch_windows * self.window_frames * FRAME_S

    def late_steps(self, steps: int) -> int:
        """Return how many steps of a plan have the speaker loss."""
        if self.speaker_from >= 1.0:
            return 0
        return steps - min(steps, math.ceil(self.speaker_from * steps), self.speaker_from_step)

    @staticmethod
    def for_device(device: str) -> "Recipe":
        """Return the recipe for `cpu` or `cuda`."""
        if device.startswith("cuda"):
            return Recipe(batch_windows=8, steps_at_once=1, prosody_clips=4, default_minutes=3.0)
        return Recipe(steps_at_once=min(Recipe.steps_at_once, host.cores()))


FROZEN_PARTS = (
    "generator.ups",
    "generator.conv_post",
    "generator.noise_convs",
    "generator.noise_res",
    "generator.m_source",
)
"""Frozen layers of the decoder: kernels that produce tones at its frame rates when trained, and blocks that shape the
excitation, which cost a tenth of a step and leave similarity unchanged (0.869 against 0.867)."""
FROZEN_KINDS = ("alpha", "norm.weight", "norm.bias")
"""Snake's frequencies and the identity affine of the norms are frozen in the published training, too."""


EFFORT_STEPS = {Effort.QUICK: 230, Effort.BETTER: 600, Effort.BEST: 1500, Effort.OVERNIGHT: 6000}
"""Quick: five minutes on two cores made 199 to 248 steps and a similarity of 0.90 to 0.92 (benchmarks/README.md).
Better: 600 windows, those of the longest run with a known curve; in its second half similarity still rose by
0.013 (65 s of speech) and 0.017 (7 min), and DNSMOS by 0.04. Best: two and a half times
Better, as Better is of Quick; not measured. Overnight: four times Best, an upper bound that is our choice; it ends when
the candidates level off (`training.levelling`), and what it adds over Best was not measured."""
HEARD_AT_MOST = 15.0
"""How often each second of speech may be used before steps are limited: 20 s used 15 times still reached the similarity
of 60 s used 4 times, though DNSMOS began to fall behind; nothing was measured beyond. It does not limit Overnight: a
plan of fixed length does not notice that it memorises, but that one ends when nothing is gained, and the best candidate
is kept."""


def effort_steps(effort: Effort, speech_s: float, used: Recipe) -> int:
    """Return the steps of an effort for `speech_s` seconds of usable speech; at least those of a first voice.

    Measured on a processor, with one window per step. On a graphics card a step uses eight, so little speech limits the
    steps earlier; nothing was measured there.
    """
    if effort == Effort.OVERNIGHT:
        return EFFORT_STEPS[effort]
    most = round(HEARD_AT_MOST * speech_s / used.step_speech_s)
    return max(EFFORT_STEPS[Effort.QUICK], min(EFFORT_STEPS[effort], most))


def is_style_layer(name: str) -> bool:
    """True for parameters of the style layers, which turn the style into a norm's scale and shift."""
    return ".fc." in name


def is_trained(name: str) -> bool:
    """True for trained parameters; names within the decoder or the predictor."""
    return not name.startswith(FROZEN_PARTS) and not any(kind in name for kind in FROZEN_KINDS)
