"""A comparison as it is kept on disk and shown: ways to a voice, their figures, and a verdict."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from voiceclone.errors import NotFoundError
from voiceclone.storage import disk

FORMAT = 1
COMPARISON_FILE = "comparison.json"
PICTURE_FILE = "comparison.png"
RECORDING_FILE = "recording.wav"
"""One held-out recording, to listen to beside the voices."""
WAY_TITLES = {
    "instant": "instant",
    "transfer": "transfer",
    "fine-tune": "fine-tuned",
    "full": "trained in full",
}
"""Policy -> the words a table says."""


@dataclass(frozen=True)
class Figures:
    """What the judges say of some recordings, one number each; empty where a judge is missing or does not apply.

    Pitch is one number for all: the medians of single sentences scatter too much.
    """

    similarities: tuple[float, ...] = ()
    """Cosine of Resemblyzer's embeddings to the mean of the held-out recordings, -1..1."""
    word_errors: tuple[int, ...] = ()
    """Words that Whisper tiny.en heard wrong, too many or too few. English only."""
    word_counts: tuple[int, ...] = ()
    """Words in each sentence."""
    naturalnesses: tuple[float, ...] = ()
    """DNSMOS OVRL, 1..5."""
    pitch_off_semitones: float | None = None
    """Median pitch of all of them together above that of the held-out recordings; see `evaluation.pitch`."""

    @property
    def similarity(self) -> float | None:
        """Mean likeness, -1..1."""
        return fmean(self.similarities) if self.similarities else None

    @property
    def words_right(self) -> float | None:
        """Share of the words that were understood, 0..1."""
        if not sum(self.word_counts):
            return None
        return max(0.0, 1.0 - sum(self.word_errors) / sum(self.word_counts))

    @property
    def naturalness(self) -> float | None:
        """Mean DNSMOS OVRL, 1..5."""
        return fmean(self.naturalnesses) if self.naturalnesses else None


@dataclass(frozen=True)
class Way:
    """One way to a voice, judged."""

    policy: str
    """A `Policy`: instant, transfer, fine-tune or full."""
    figures: Figures
    minutes: float
    """From the first recording read to the voice written, on the clock of the processes that worked."""
    steps: int
    """Training steps; 0 without training."""
    trained_parameters: int
    """Numbers of the voice that training changed, counted in its file; 0 without training."""
    voice_mb: float
    """Size of the voice file, 10^6 bytes."""
    sounds: tuple[str, ...]
    """WAV files beside the comparison, one per sentence."""
    voice_id: str
    """The voice; it is on the shelf only if the voices were kept."""

    @property
    def title(self) -> str:
        """Return what a table calls it."""
        return WAY_TITLES.get(self.policy, self.policy)


@dataclass(frozen=True)
class Request:
    """What is compared; two equal requests ask for the same comparison."""

    project_id: str
    project_name: str
    base_id: str
    base_title: str
    language: str
    policies: tuple[str, ...]
    minutes: float | None
    """Of each training; None with `steps`, or where the base decides."""
    steps: int | None
    seed: int
    sentences: tuple[str, ...]
    """Spoken by every voice; none of them is said in the recordings."""
    training_clip_ids: tuple[str, ...]
    held_out_clip_ids: tuple[str, ...]
    """Likeness is measured to these; no training was given them."""
    training_speech_s: float
    held_out_speech_s: float
    keep_voices: bool


@dataclass(frozen=True)
class Comparison:
    """Everything that is known when all ways are done."""

    comparison_id: str
    request: Request
    recordings: Figures
    """The held-out recordings themselves, each compared with the mean of the others: what could be reached."""
    ways: tuple[Way, ...]
    verdict: str
    """One sentence that claims no more than the figures and their spread support."""
    device: str
    """`cpu` or `cuda`: what the voices spoke on, and the trainings of this computer run on."""
    created_at: str


def interval(values: Sequence[float], confidence: float = 0.95) -> float | None:
    """Return half the width of the confidence interval of a mean (Student's t); None for fewer than two values."""
    if len(values) < 2:
        return None
    from scipy.stats import t

    return float(t.ppf((1 + confidence) / 2, len(values) - 1) * stdev(values) / math.sqrt(len(values)))


def write_comparison(folder: Path, comparison: Comparison) -> None:
    """Write `comparison.json`, whole or not at all."""
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
    """Return what JSON holds of a comparison or a part of it; figures get their means beside them."""
    if isinstance(value, Figures):
        means = {"similarity": value.similarity, "words_right": value.words_right, "naturalness": value.naturalness}
        return {**means, **asdict(value)}
    if isinstance(value, Way | Request):
        return {field.name: as_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Comparison):
        return {"format": FORMAT} | {field.name: as_plain(getattr(value, field.name)) for field in fields(value)}
    return [as_plain(item) for item in value] if isinstance(value, tuple) else value


def comparison_from(value: Mapping[str, Any]) -> Comparison:
    """Return a comparison from its JSON; raises what a dictionary of another shape raises."""
    return Comparison(
        **_known(Comparison, value)
        | {
            "request": request_from(value["request"]),
            "recordings": _figures_from(value["recordings"]),
            "ways": tuple(way_from(way) for way in value["ways"]),
        }
    )


def way_from(value: Mapping[str, Any]) -> Way:
    """Return a way from its JSON; raises what a dictionary of another shape raises."""
    return Way(**_known(Way, value) | {"figures": _figures_from(value["figures"])})


def request_from(value: Mapping[str, Any]) -> Request:
    """Return a request from its JSON; raises what a dictionary of another shape raises."""
    return Request(**_known(Request, value))


def _figures_from(value: Mapping[str, Any]) -> Figures:
    return Figures(**_known(Figures, value))


def _known(kind: type, value: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    return {name: tuple(item) if isinstance(item, list) else item for name, item in value.items() if name in names}
