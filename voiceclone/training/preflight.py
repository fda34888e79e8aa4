"""Checks before a training: for each the state, one line about it, and a remedy."""

import math
from dataclasses import dataclass
from enum import StrEnum

from voiceclone.bases.abilities import INSTEAD, cannot_learn_from
from voiceclone.text.languages import colour_only, language_name
from voiceclone.training.machine import Machine
from voiceclone.training.runner import NEEDED_DISK_MB
from voiceclone.training.speed import BUSY_SHARE, TrainingSpeed
from voiceclone.wording import count, duration

PEAK_MEMORY_MB = 3_900.0
"""Peak of a training with the embedded base on two cores, from 60 and 300 s of speech (benchmarks/README.md)."""
SPARE_MEMORY_MB = 1_000.0
"""For the page, the browser and everything else; our choice."""
ENOUGH_TO_TRY_MB = 2_500.0
"""The weights, their optimizer and the libraries alone take about so much (our estimate); with less the training could
only swap or be ended by the system."""
SPARE_DISK = 2.0
"""Times the disk space a training needs; with less, the next one may not fit."""
FEW_CORES = 2
"""The documentation's durations were measured on two cores."""


SPEAK_IT = "read the consent sentence under “Record & clean”."


class Level(StrEnum):
    """Outcome of a check."""

    FINE = "fine"
    WATCH = "watch out"
    """Works, but not as well."""
    FIX = "fix first"
    """Would fail, or is refused."""


class Kind(StrEnum):
    """Subject of a check."""

    DEVICE = "device"
    MEMORY = "memory"
    DISK = "disk"
    SPEECH = "speech"
    CONSENT = "consent"
    LANGUAGE = "language"
    """Are recordings in a language that no voice speaks? Left out where none are."""
    BASE = "base"
    FREE = "free"
    """Is another training running?"""
    BUSY = "busy"
    """Do other programs use the processor? Left out when they do not."""


@dataclass(frozen=True)
class Check:
    """Result of one check."""

    kind: Kind
    level: Level
    sentence: str
    remedy: str = ""
    """What to do; empty only when all is well."""

    def __post_init__(self) -> None:
        if self.level != Level.FINE and not self.remedy:
            raise ValueError(f"The check “{self.kind}” is “{self.level}”, so it has to say what to do.")


@dataclass(frozen=True)
class Facts:
    """Input of the checks."""

    machine: Machine
    usable_s: float
    """Usable speech, seconds."""
    minimum_s: float
    """Minimum speech, seconds; less is refused."""
    first_voice_s: float
    """Speech needed for a good first voice, seconds."""
    base_title: str
    base_ready: bool
    base_embedded: bool
    """True for the base that installs itself when needed."""
    languages: tuple[str, ...] = ()
    """Those of the usable clips, most speech first."""
    base_hears: tuple[str, ...] = ()
    """The languages of recordings that the base learns from."""
    needed_memory_mb: float = PEAK_MEMORY_MB
    slow_sentence: str = ""
    """Why this base is slow without a graphics card; empty when it is not, or when there is one."""
    training_speed: TrainingSpeed | None = None
    """Measured speed of this machine; None before it was measured."""
    consent: bool | None = None
    """None before it was asked for."""
    consent_words: str = ""
    """What there is of a spoken consent, or of a written permission."""
    consent_spoken: bool = False
    """There is one."""
    consent_required: bool = False
    """A hosted app asks for a spoken one, and there is none that counts."""
    training_now: str = ""
    """Name of the voice being trained now, or empty."""
    others_share: float = 0.0
    """Share of the processor that other programs use now, 0..1."""


@dataclass(frozen=True)
class Preflight:
    """All checks, in reading order."""

    checks: tuple[Check, ...]

    @property
    def ready(self) -> bool:
        """True when nothing has to be fixed first."""
        return all(check.level != Level.FIX for check in self.checks)


def look_ahead(facts: Facts) -> Preflight:
    """Run all checks."""
    checks = [
        _speech(facts),
        _consent(facts),
        _language(facts),
        _base(facts),
        _device(facts),
        _memory(facts),
        _disk(facts),
    ]
    if facts.others_share > BUSY_SHARE and not facts.training_now:
        sentence = f"Other programs take {facts.others_share:.0%} of the processor just now."
        checks.append(Check(Kind.BUSY, Level.WATCH, sentence, "Close them, or training will take longer than shown."))
    if facts.training_now:
        busy = f"“{facts.training_now}” is being trained just now, and two at once would both crawl."
        checks.append(Check(Kind.FREE, Level.FIX, busy, "Wait until it has ended, or stop it."))
    return Preflight(tuple(check for check in checks if check is not None))


def _speech(facts: Facts) -> Check:
    there = f"{duration(facts.usable_s)} of usable speech"
    if facts.usable_s < facts.minimum_s:
        missing_s = math.ceil(max(1.0, facts.minimum_s - facts.usable_s))
        remedy = f"Record or add {missing_s} s more; training needs at least {duration(facts.minimum_s)}."
        return Check(Kind.SPEECH, Level.FIX, f"{there}: not enough yet.", remedy)
    if facts.usable_s < facts.first_voice_s:
        remedy = f"{duration(facts.first_voice_s)} makes a first voice; read a few more sentences if you can."
        return Check(Kind.SPEECH, Level.WATCH, f"{there}: enough to try.", remedy)
    return Check(Kind.SPEECH, Level.FINE, f"{there}: enough.")


def _consent(facts: Facts) -> Check | None:
    if facts.consent is None:
        return None
    if not facts.consent:
        remedy = "Say that it is your voice, or that you have the speaker's permission."
        return Check(Kind.CONSENT, Level.FIX, "Nobody has said yet whose voice this is.", remedy)
    if facts.consent_required:
        return Check(Kind.CONSENT, Level.FIX, facts.consent_words, f"On a shared page it is needed: {SPEAK_IT}")
    if not facts.consent_spoken:
        sentence = f"The voice is yours, or its speaker agrees. {facts.consent_words}".rstrip()
        return Check(Kind.CONSENT, Level.FINE, sentence, f"Recommended: {SPEAK_IT}" if facts.consent_words else "")
    return Check(Kind.CONSENT, Level.FINE, facts.consent_words)


def _language(facts: Facts) -> Check | None:
    unspoken = [code for code in facts.languages if colour_only(code)]
    if not unspoken:
        return None
    refusal = cannot_learn_from(facts.base_title, facts.base_hears, unspoken)
    if refusal:
        return Check(Kind.LANGUAGE, Level.FIX, refusal, INSTEAD)
    sentence = f"You recorded {', '.join(map(language_name, unspoken))}."
    return Check(Kind.LANGUAGE, Level.WATCH, sentence, colour_only(unspoken[0]))


def _base(facts: Facts) -> Check:
    if facts.base_ready:
        return Check(Kind.BASE, Level.FINE, f"The model {facts.base_title} is ready.")
    if facts.base_embedded:
        sentence = f"The model {facts.base_title} is here, but not unpacked yet."
        return Check(Kind.BASE, Level.WATCH, sentence, "Prepare it now, or the training does it first (half a minute).")
    return Check(
        Kind.BASE, Level.FIX, f"The model {facts.base_title} is not on this computer.", "Get it first: see its card."
    )


def _device(facts: Facts) -> Check:
    machine, training_speed = facts.machine, facts.training_speed
    if training_speed is not None and training_speed.device == "cuda":
        memory = f", {gigabytes(training_speed.device_memory_mb)} of memory" if training_speed.device_memory_mb else ""
        return Check(
            Kind.DEVICE, Level.FINE, f"It computes on the graphics card ({training_speed.device_name}{memory})."
        )
    sentence = f"It computes on the processor ({machine.processor}, {count(machine.cores, 'core')})."
    if facts.slow_sentence:
        return Check(Kind.DEVICE, Level.WATCH, sentence, facts.slow_sentence)
    if machine.cores < FEW_CORES:
        return Check(Kind.DEVICE, Level.WATCH, sentence, "With one core it takes long; choose the quick training.")
    return Check(Kind.DEVICE, Level.FINE, sentence)


def _memory(facts: Facts) -> Check:
    free_mb, needed_mb = facts.machine.memory_free_mb, facts.needed_memory_mb
    sentence = f"{gigabytes(free_mb)} of memory are free; training takes up to {gigabytes(needed_mb)}."
    if free_mb >= needed_mb + SPARE_MEMORY_MB:
        return Check(Kind.MEMORY, Level.FINE, sentence)
    if facts.training_speed is not None and facts.training_speed.device == "cuda" and free_mb >= ENOUGH_TO_TRY_MB:
        return Check(Kind.MEMORY, Level.FINE, sentence)  # most of it lies on the card
    remedy = "Close other programs, above all browser windows with many tabs."
    if free_mb >= min(needed_mb, ENOUGH_TO_TRY_MB):
        return Check(Kind.MEMORY, Level.WATCH, sentence, f"{remedy} Else it may become slow.")
    return Check(Kind.MEMORY, Level.FIX, sentence, f"{remedy} So little is not enough even for a slow training.")


def _disk(facts: Facts) -> Check:
    free_mb = facts.machine.disk_free_mb
    sentence = f"{gigabytes(free_mb)} of disk are free; training needs {gigabytes(NEEDED_DISK_MB)} for a while."
    if free_mb < NEEDED_DISK_MB:
        return Check(Kind.DISK, Level.FIX, sentence, "Free some space, or delete trainings you no longer need.")
    if free_mb < SPARE_DISK * NEEDED_DISK_MB:
        return Check(Kind.DISK, Level.WATCH, sentence, "It fits; free some space before the next one.")
    return Check(Kind.DISK, Level.FINE, sentence)


def gigabytes(size_mb: float) -> str:
    """Format a size: `3.9 GB`, `120 GB`."""
    size_gb = size_mb / 1000
    return f"{size_gb:.1f} GB" if size_gb < 10 else f"{size_gb:.0f} GB"
