"""The values clips and projects are made of."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from voiceclone import limits
from voiceclone.audio.sound import Audio
from voiceclone.clips.quality.verdict import Facts, Verdict, judge
from voiceclone.errors import TextError
from voiceclone.wording import count


@dataclass(frozen=True)
class Project:
    """A voice in the making: a name and a folder of clips."""

    project_id: str
    name: str
    language: str
    """Of its clips unless told otherwise, for example `en-us`."""
    created_at: str
    """ISO 8601, UTC."""


@dataclass(frozen=True)
class Clip:
    """One piece of speech with its text."""

    clip_id: str
    project_id: str
    text: str
    language: str
    duration_s: float
    """Length of the original."""
    speech_s: float
    """How much of it is speech."""
    sample_rate: int
    """Of the original, in hertz."""
    source_name: str
    """Label of the file it came from."""
    created_at: str
    included: bool
    """The person wants it in training."""
    cleaned: bool
    transcribed: bool
    """The text came from a recogniser, not from a person."""
    verdict: Verdict
    heard: str = ""
    """What the recogniser heard; empty when it did not listen."""
    confirmed: bool = False
    """A person listened and said that words and voice are right."""
    cleaning_harmed: bool = False
    """More cleaning was asked for, but would have made the voice less natural."""
    shape: tuple[int, ...] = ()
    """Loudness over time for a small picture, 0..99 each."""


@dataclass(frozen=True)
class Rejected:
    """A file, or a part of one, that was not added, and why."""

    source_name: str
    reason: str

    @property
    def sentence(self) -> str:
        """The reason, with the name of the file before it unless it is in there already."""
        return self.reason if f"“{self.source_name}”" in self.reason else f"{self.source_name}: {self.reason}"


@dataclass(frozen=True)
class AddReport:
    """What became of files that were added."""

    added: tuple[Clip, ...]
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True)
class Readiness:
    """How much speech a project has, and what it is enough for."""

    speech_s: float
    """In all clips."""
    usable_s: float
    """In clips that training would take."""
    clip_count: int
    minimum_s: float
    first_voice_s: float
    good_voice_s: float
    enough: bool
    """Training would start."""
    sentence: str


@dataclass(frozen=True)
class ClipRecord:
    """`clip.json`: everything about a clip except its sound; the verdict is derived from it when listed."""

    clip_id: str
    text: str
    language: str
    duration_s: float
    sample_rate: int
    source_name: str
    source_start_s: float
    """Where in the file the clip begins."""
    content_sha256: str
    """Of the sound, to find duplicates."""
    created_at: str
    figures: dict[str, float]
    included: bool = True
    cleaned: bool = False
    transcribed: bool = False
    cut_off: bool = False
    text_unplaced: bool = False
    heard: str | None = None
    """What the recogniser heard; None when it did not listen yet."""
    confirmed: bool = False
    strength: str = ""
    """How strongly it was cleaned: off, gentle or strong; empty when it was not, or by an older version."""
    cleaning_harmed: bool = False
    """More cleaning was asked for, but would have made the voice less natural."""
    twin_of: str = ""
    """Id of an older clip with the same take."""
    shape: tuple[int, ...] = ()
    between_words: bool = False
    """It was cut out of speech without pauses: at one of its ends, at least, somebody goes on speaking."""

    def as_clip(self, project_id: str) -> Clip:
        """Return what callers see, with the verdict."""
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


TO_LOOK_AT = frozenset({"no text", "script", "words", "doubtful", "unplaced", "speaker", "twin", "cut", "pause"})
"""Findings a person can settle by listening: correct the words, delete the clip, or say that it is right."""


def needs_a_look(clip: Clip) -> bool:
    """True for clips that a person should listen to before training."""
    if not clip.included or clip.confirmed:
        return False
    return clip.verdict.level == "bad" or not TO_LOOK_AT.isdisjoint(clip.verdict.kinds)


def is_trainable(clip: Clip) -> bool:
    """True for clips that training takes."""
    return clip.included and clip.verdict.level != "bad" and bool(clip.text.strip())


def checked_text(text: str) -> str:
    """Return a clip's text with its spaces tidied.

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
    """Return a fingerprint of the sound as 16-bit numbers, so that WAV and FLAC of the same take agree."""
    numbers = (audio.samples * 32767).round().astype("<i2").tobytes()
    return hashlib.sha256(f"{audio.sample_rate}:".encode() + numbers).hexdigest()


def now() -> str:
    """Return the time as ISO 8601, UTC, to the microsecond so that it sorts."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
