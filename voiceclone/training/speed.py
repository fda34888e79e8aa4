"""Training speed of this computer, measured once by `speed_test` and stored in the data folder."""

import hashlib
import importlib.metadata
import json
import math
import platform
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from voiceclone import host
from voiceclone.errors import NotFoundError, VoiceCloneError
from voiceclone.storage import disk
from voiceclone.voices.voice_file import base_sha256

FORMAT = 2
"""Increased when older figures would mislead; they are then measured again."""
BUSY_SHARE = 0.2
"""Our choice: figures are then too long by a quarter or more (with load 7 on two cores by seven times)."""
_HINDERED = 1.25
"""Steps that took hardly longer than they computed were not slowed down by others."""


@dataclass(frozen=True)
class TrainingSpeed:
    """Duration of each part of a training on this computer."""

    step_s: float
    """Mean duration of a step over a whole cycle."""
    start_s: float
    """From the start of the process to the first step, without preprocessing of recordings."""
    prepare_share: float
    """Seconds of preprocessing per second of speech."""
    device: str = "cpu"
    """`cuda` or `cpu`."""
    device_name: str = ""
    device_memory_mb: float = 0.0
    """Memory of the graphics card; 0 on a processor."""
    precision: str = ""
    """Number format, for example `bfloat16`; empty when the base does not say."""
    others_share: float = 0.0
    """Share of the processor that other programs used meanwhile, 0..1."""
    least_step_s: float = 0.0
    """What one step computed, spread over its cores: about what it would take if it had them to itself. 0 where that is
    not known."""

    def __post_init__(self) -> None:
        numbers = (
            self.step_s, self.start_s, self.prepare_share, self.device_memory_mb, self.others_share, self.least_step_s,
        )  # fmt: skip
        if not all(math.isfinite(number) and number >= 0 for number in numbers) or self.step_s == 0:
            raise ValueError(f"A training speed of {self.step_s} s a step, {self.start_s} s before it is impossible.")

    @property
    def busy(self) -> bool:
        """True when other programs slowed it down so much that the figures are only an upper bound."""
        return self.others_share > BUSY_SHARE and self.step_s > _HINDERED * self.least_step_s

    def at_best(self) -> "TrainingSpeed":
        """Return the best case for this computer: lower bounds when it was busy, otherwise the same figures.

        Beside many programs a step also computes longer (caches, memory): 8 s with load 17 on two cores, where some
        2 s are usual. So never more than `USUAL` is told; a slower computer takes longer, as a bound allows.
        """
        if not self.busy:
            return self
        share = min(1.0, self.least_step_s / self.step_s)
        return replace(
            self,
            step_s=max(1e-6, min(self.least_step_s, USUAL.step_s)),
            start_s=min(self.start_s * share, USUAL.start_s),
            prepare_share=min(self.prepare_share * share, USUAL.prepare_share),
            others_share=0.0,
        )


USUAL = TrainingSpeed(step_s=0.77, start_s=20.0, prepare_share=0.5)
"""Two cores of a server processor (AMD EPYC), where 5 minutes made 199 to 248 steps (benchmarks/README.md), and steps
side by side are 1.3 times as quick (docs/decisions/0148); stands in until this computer was measured."""


def training_speed_path(data_dir: Path, base_id: str) -> Path:
    """Return the file with the figures of a base."""
    return disk.safe_path(data_dir / "pace", f"{base_id}.json")


def fingerprint(base: Any) -> str:
    """Return what has to be unchanged for figures to stay valid: processor, cores, graphics card, torch, weights.

    Quick and without torch, so a graphics card counts by what the system lists.
    """
    parts = [FORMAT, platform.system(), platform.machine(), host.processor_name(), host.cores(), host.graphics_hint()]
    parts += [_version("torch"), base.base_id, base_sha256(base)]
    return hashlib.sha256(json.dumps(parts).encode("utf-8")).hexdigest()


def read_training_speed(data_dir: Path, base: Any) -> TrainingSpeed | None:
    """Return the figures measured on this machine with this base; None when there are no valid ones."""
    nothing = NotFoundError("not measured")
    try:
        content = disk.read_json(training_speed_path(data_dir, base.base_id), missing=nothing, damaged=nothing)
        if content["fingerprint"] != fingerprint(base):
            return None
        # `least_step_s` came later; figures that were measured before it hold as well.
        return TrainingSpeed(
            **{"least_step_s": 0.0}
            | {field.name: content[field.name] for field in fields(TrainingSpeed) if field.name in content}
        )
    except (VoiceCloneError, KeyError, TypeError, ValueError):
        return None  # not measured, or damaged, or the base is not there: it will be measured again


def keep_training_speed(data_dir: Path, base: Any, training_speed: TrainingSpeed) -> TrainingSpeed:
    """Store new figures unless better ones exist; return the better ones.

    Figures from a busy computer never replace those from a quieter one.
    """
    known = read_training_speed(data_dir, base)
    if (
        known is not None
        and training_speed.busy
        and (not known.busy or known.others_share <= training_speed.others_share)
    ):
        return known
    write_training_speed(data_dir, base, training_speed)
    return training_speed


def write_training_speed(data_dir: Path, base: Any, training_speed: TrainingSpeed) -> None:
    """Store figures for this machine and this base."""
    content = {"fingerprint": fingerprint(base), "measured_at": disk.now_iso()} | asdict(training_speed)
    disk.write_json(training_speed_path(data_dir, base.base_id), content)


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""
