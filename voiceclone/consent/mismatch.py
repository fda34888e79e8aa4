"""Why a reading is no consent; the error that carries the reason says what to do."""

from enum import StrEnum


class Mismatch(StrEnum):
    """A reason."""

    NONE = "no sentence"
    """None was asked for, or it was used already."""
    DAY = "another day"
    LATE = "too late"
    TRIES = "too many tries"
    QUIET = "too quiet"
    SHORT = "too short"
    COPY = "a clip"
    """The recording is one of the clips, not a reading of the sentence."""
    WORDS = "other words"
    SPEAKER = "another speaker"
    SPEAKERS = "several speakers"
    """Some of the clips are by somebody else."""
