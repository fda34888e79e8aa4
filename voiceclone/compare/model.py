"""A comparison as stored and displayed: ways to make a voice, their figures, and a verdict."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import stdev
from typing import Any

from voiceclone.errors import NotFoundError
from voiceclone.evaluation.judge import Figures
from voiceclone.storage import disk

FORMAT = 1
COMPARISON_FILE = "comparison.json"
PICTURE_FILE = "comparison.png"
RECORDING_FILE = "recording.wav"
"""A held-out recording to listen to next to the voices."""
WAY_TITLES = {
    "instant": "instant",
    "transfer": "transfer",
    "fine-tune": "fine-tuned",
    "full": "trained in full",
}
"""Policy -> its title in a table."""


@dataclass(frozen=True)
class Way:
    """One way to make a voice, with its evaluation."""

    policy: str
    """A `Policy`: instant, transfer, fine-tune or full."""
    figures: Figures
    minutes: float
    """Wall-clock time from the first recording read to the voice written."""
    steps: int
    """Training steps; 0 without training."""
    trained_parameters: int
    """Parameters of the voice that training changed, counted in its file; 0 without training."""
    voice_mb: float
    """Size of the voice file in megabytes of a million bytes."""
    sounds: tuple[str, ...]
    """WAV files next to the comparison, one per sentence."""
    voice_id: str
    """The voice; it is in the library only if the voices were kept."""

    @property
    def title(self) -> str:
        """Return its title in a table."""
        return WAY_TITLES.get(self.policy, self.policy)


@dataclass(frozen=True)
class Request:
    """What to compare; two equal requests refer to the same comparison."""

    project_id: str
    project_name: str
    base_id: str
    base_title: str
    language: str
    policies: tuple[str, ...]
    minutes: float | None
    """Of each training run; None with `steps`, or if the base model decides."""
    steps: int | None
    seed: int
    sentences: tuple[str, ...]
    """Spoken by every voice; none of them occurs in the recordings."""
    training_clip_ids: tuple[str, ...]
    held_out_clip_ids: tuple[str, ...]
    """Speaker similarity is measured against these; they were not used in training."""
    training_speech_s: float
    held_out_speech_s: float
    keep_voices: bool


@dataclass(frozen=True)
class Comparison:
    """The complete result once all ways are done."""

    comparison_id: str
    request: Request
    recordings: Figures
    """The held-out recordings themselves, each compared with the mean of the others: the best attainable."""
    ways: tuple[Way, ...]
    verdict: str
    """One sentence that claims no more than the figures and their spread support."""
    device: str
    """`cpu` or `cuda`: the device for speech, and for training runs on this computer."""
    created_at: str


def interval(values: Sequence[float], confidence: float = 0.95) -> float | None:
    """Return half the width of the confidence interval of a mean (Student's t); None with fewer than two values."""
    if len(values) < 2:
        return None
    from scipy.stats import t

    return float(t.ppf((1 + confidence) / 2, len(values) - 1) * stdev(values) / math.sqrt(len(values)))


def write_comparison(folder: Path, comparison: Comparison) -> None:
    """Write `comparison.json` atomically."""
    disk.write_json(folder / COMPARISON_FILE, as_plain(comparison))


def read_comparison(folder: Path) -> Comparison:
    """Read `comparison.json`.

    Raises:
        NotFoundError: there is none, or it is damaged.
    """
    damaged = NotFoundError(f"The comparison in “{folder}” is damaged. Compare again.")
    missing = NotFoundError(f"There is no finished comparison in “{folder}”. Compare again.")
    value = disk.read_json(folder / COMPARISON_FILE, missing=missing, damaged=damaged)
    try:
        return comparison_from(value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise damaged from error


def as_plain(value: Any) -> Any:
    """Return a comparison, or a part of it, as plain JSON values; figures get their means added."""
    if isinstance(value, Figures):
        means = {"similarity": value.similarity, "words_right": value.words_right, "naturalness": value.naturalness}
        return {**means, **asdict(value)}
    if isinstance(value, Way | Request):
        return {field.name: as_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Comparison):
        return {"format": FORMAT} | {field.name: as_plain(getattr(value, field.name)) for field in fields(value)}
    return [as_plain(item) for item in value] if isinstance(value, tuple) else value


def comparison_from(value: Mapping[str, Any]) -> Comparison:
    """Return a comparison from its JSON values; malformed ones raise KeyError, TypeError and the like."""
    return Comparison(
        **_known(Comparison, value)
        | {
            "request": request_from(value["request"]),
            "recordings": _figures_from(value["recordings"]),
            "ways": tuple(way_from(way) for way in value["ways"]),
        }
    )


def way_from(value: Mapping[str, Any]) -> Way:
    """Return a way from its JSON values; errors are those of `comparison_from`."""
    return Way(**_known(Way, value) | {"figures": _figures_from(value["figures"])})


def request_from(value: Mapping[str, Any]) -> Request:
    """Return a request from its JSON values; errors are those of `comparison_from`."""
    return Request(**_known(Request, value))


def _figures_from(value: Mapping[str, Any]) -> Figures:
    return Figures(**_known(Figures, value))


def _known(kind: type, value: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    return {name: tuple(item) if isinstance(item, list) else item for name, item in value.items() if name in names}
