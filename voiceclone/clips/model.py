"""The data classes of projects and clips."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from voiceclone import limits
from voiceclone.audio.sound import Audio
from voiceclone.clips.quality.verdict import Facts, Verdict, judge
from voiceclone.errors import TextError
from voiceclone.wording import count

REVIEWABLE_FINDINGS = frozenset(
    {"no text", "script", "words", "doubtful", "unplaced", "speaker", "twin", "cut", "pause", "machine"}
)
"""Findings a person can settle by listening: correct the words, delete the clip, or confirm it."""


@dataclass(frozen=True)
class Project:
    """A voice in the making: a name and a set of clips."""

    project_id: str
    name: str
    language: str
    """Default language of its clips, for example `en-us`."""
    created_at: str
    """ISO 8601, UTC."""


@dataclass(frozen=True)
class Clip:
    """A piece of speech with its text."""

    clip_id: str
    project_id: str
    text: str
    language: str
    duration_s: float
    """Of the original."""
    speech_s: float
    """How much of the duration is speech."""
    sample_rate: int
    """Of the original, in hertz."""
    source_name: str
    """Name of the file it came from."""
    created_at: str
    included: bool
    """The user wants it in training."""
    cleaned: bool
    transcribed: bool
    """The text came from a recogniser, not from a person."""
    verdict: Verdict
    heard: str = ""
    """What the recogniser heard; empty if it has not listened."""
    confirmed: bool = False
    """A person listened and confirmed the words and the voice."""
    cleaning_harmed: bool = False
    """The requested noise reduction would have made the voice less natural, so it was left out."""
    shape: tuple[int, ...] = ()
    """Loudness envelope for a small picture, 0..99 each."""

    @property
    def needs_review(self) -> bool:
        """True if a person should listen to the clip before training."""
        if not self.included or self.confirmed:
            return False
        return self.verdict.level == "bad" or not REVIEWABLE_FINDINGS.isdisjoint(self.verdict.kinds)


@dataclass(frozen=True)
class Rejected:
    """A file, or part of one, that was not added, and the reason."""

    source_name: str
    reason: str

    @property
    def sentence(self) -> str:
        """The reason, prefixed with the file name unless it already contains it."""
        return self.reason if f"“{self.source_name}”" in self.reason else f"{self.source_name}: {self.reason}"


@dataclass(frozen=True)
class AddReport:
    """The outcome of adding files."""

    added: tuple[Clip, ...]
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True)
class Readiness:
    """How much speech a project has and what it is enough for."""

    speech_s: float
    """In all clips."""
    usable_s: float
    """In clips that training would use."""
    clip_count: int
    minimum_s: float
    first_voice_s: float
    good_voice_s: float
    enough: bool
    """Training is possible."""
    sentence: str
    languages: tuple[str, ...] = ()
    """Of the clips that training would use, the one with most speech first."""


@dataclass(frozen=True)
class ClipRecord:
    """The content of `clip.json`: everything about a clip except its audio. The verdict is derived from it."""

    clip_id: str
    text: str
    language: str
    duration_s: float
    sample_rate: int
    source_name: str
    source_start_s: float
    """Where the clip begins in its source file."""
    content_sha256: str
    """Of the audio; identifies duplicates."""
    created_at: str
    figures: dict[str, float]
    included: bool = True
    cleaned: bool = False
    transcribed: bool = False
    cut_off: bool = False
    text_unplaced: bool = False
    heard: str | None = None
    """What the recogniser heard; None if it has not listened yet."""
    confirmed: bool = False
    strength: str = ""
    """Cleaning strength: off, gentle or strong; empty if not cleaned, or cleaned by an older version."""
    cleaning_harmed: bool = False
    """The requested noise reduction would have made the voice less natural, so it was left out."""
    twin_of: str = ""
    """Id of an older clip of the same take."""
    shape: tuple[int, ...] = ()
    between_words: bool = False
    """Cut out of speech without pauses: at one end or both, the speaker goes on."""

    def __post_init__(self) -> None:
        if "speaker_likeness" in self.figures:  # the name in clips of older versions
            figures = dict(self.figures)
            object.__setattr__(self, "figures", figures | {"speaker_similarity": figures.pop("speaker_likeness")})

    def as_clip(self, project_id: str) -> Clip:
        """Return the public view of the record, with its verdict."""
        facts = Facts(
            self.text, self.language, self.sample_rate, self.cleaned, self.cut_off, self.text_unplaced,
            self.transcribed, bool(self.twin_of), self.confirmed, self.cleaning_harmed,
            self.between_words,
        )  # fmt: skip
        return Clip(
            self.clip_id, project_id, self.text, self.language, self.duration_s, self.figures["speech_s"],
            self.sample_rate, self.source_name, self.created_at, self.included, self.cleaned,
            self.transcribed, judge(self.figures, facts), self.heard or "", self.confirmed,
            self.cleaning_harmed, tuple(self.shape),
        )  # fmt: skip


def is_trainable(clip: Clip) -> bool:
    """True if training uses the clip."""
    return clip.included and clip.verdict.level != "bad" and bool(clip.text.strip())


def checked_text(text: str) -> str:
    """Return a clip's text with normalised whitespace.

    Raises:
        TextError: it is longer than `MAX_CLIP_TEXT_CHARACTERS`.
    """
    tidy = " ".join(text.split())
    if len(tidy) > limits.MAX_CLIP_TEXT_CHARACTERS:
        raise TextError(
            f"The text has {count(len(tidy), 'character')}; a clip holds at most {limits.MAX_CLIP_TEXT_CHARACTERS}. "
            "Shorten it to what is said in this clip."
        )
    return tidy


def content_sha256(audio: Audio) -> str:
    """Return a hash of the audio as 16-bit samples, so that the WAV and FLAC of one take agree."""
    numbers = (audio.samples * 32767).round().astype("<i2").tobytes()
    return hashlib.sha256(f"{audio.sample_rate}:".encode() + numbers).hexdigest()


def now() -> str:
    """Return the current time as ISO 8601 in UTC, to the microsecond so that it sorts."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
