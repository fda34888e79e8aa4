"""What a caller asks a training for, checked as far as that needs nothing but the request itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from voiceclone.bases.base import Effort
from voiceclone.errors import InputError
from voiceclone.limits import MAX_SEED, MAX_TRAIN_MINUTES, MAX_TRAIN_STEPS
from voiceclone.storage import disk
from voiceclone.voices.consent import consent_record
from voiceclone.wording import count, is_are


@dataclass(frozen=True, kw_only=True)
class TrainingRequest:
    """One training, as it was asked for.

    Raises:
        ConsentError: without consent.
        InputError: a name, minutes, steps, an effort or a seed that is out of its limits, or two lengths at once.
    """

    project_id: str
    """Id or name of the project."""
    voice_name: str
    """What the voice will be called; tidied when the request is made."""
    consent: bool
    """Whether `CONSENT_STATEMENT` was agreed to."""
    consent_by: str
    """Where it was agreed to."""
    minutes: float | None = None
    """Length of the whole run on the clock. At most one of `minutes`, `steps` and `effort` is given; with none of
    them the base decides."""
    steps: int | None = None
    """Optimizer steps."""
    effort: str | None = None
    """An `Effort`: worked out into steps or minutes for this base, this speech and this computer."""
    seed: int = 0
    clip_ids: Sequence[str] | None = None
    """Learn from these clips only; None is every usable one."""
    base_id: str | None = None
    """None is the default base model."""
    policy: str | None = None
    """One of the base's policies; None is its first."""
    replaces: str | None = None
    """Id or name of the voice whose place the new one takes."""
    continue_from: str | None = None
    """Id or name of the voice that learning goes on from."""
    consent_record: dict[str, Any] = field(init=False)
    """What the voice file keeps of the consent."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "consent_record", consent_record(self.consent, self.consent_by))
        object.__setattr__(self, "voice_name", disk.clean_name(self.voice_name, "voice name"))
        check_length(self.minutes, self.steps, self.effort)
        check_seed(self.seed)


def check_length(minutes: float | None, steps: int | None, effort: str | None = None) -> None:
    """Check the length of a training.

    Raises:
        InputError: two lengths at once, or one that is out of its limits.
    """
    if effort is not None and (minutes is not None or steps is not None):
        raise InputError("Give an effort, minutes or steps, only one of them.")
    if minutes is not None and steps is not None:
        raise InputError("Give either minutes or steps, not both.")
    if effort is not None and effort not in list(Effort):
        known = ", ".join(f"“{one}”" for one in Effort)
        raise InputError(f"There is no effort “{effort}”. Choose one of {known}.")
    if minutes is not None and not 0 < minutes <= MAX_TRAIN_MINUTES:
        asked = f"{minutes:g} {is_are(minutes, 'minute', 'minutes')}"
        raise InputError(f"Training for {asked} is not possible; choose up to {MAX_TRAIN_MINUTES}.")
    if steps is not None and not 1 <= steps <= MAX_TRAIN_STEPS:
        raise InputError(f"Training for {count(steps, 'step')} is not possible; choose 1 to {MAX_TRAIN_STEPS}.")


def check_seed(seed: int) -> None:
    """Check the seed of a training.

    Raises:
        InputError: it is not a whole number from 0 to `MAX_SEED`.
    """
    if not 0 <= seed <= MAX_SEED:
        raise InputError(f"The seed is {seed}; choose a whole number from 0 to {MAX_SEED}.")
