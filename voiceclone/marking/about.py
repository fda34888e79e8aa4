"""What marks say about a sound: the voice, the program, the day; and how plain tags say it."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from voiceclone.version import __version__

if TYPE_CHECKING:
    from soundfile import SoundFile

PROGRAM = "VoiceClone"
Kind = Literal["speech", "conversion"]
SPEECH: Kind = "speech"
CONVERSION: Kind = "conversion"
_NOTE = "AI-generated"
"""How the comment of a marked file begins, and what a check looks for."""
_LONGEST = 200
"""Characters of a foreign text that are shown."""


@dataclass(frozen=True)
class About:
    """What is said about one sound made here."""

    voice: str
    """Name of the voice."""
    kind: Kind = SPEECH
    """Spoken from a text, or a person's recording in another voice."""
    made_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    """ISO 8601, UTC."""

    @property
    def title(self) -> str:
        """A name for the sound that tells nothing of its words."""
        return f"Speech in the voice “{self.voice}”"

    @property
    def note(self) -> str:
        """The comment that players show, in plain ASCII."""
        how = "spoken" if self.kind == SPEECH else "a recording changed"
        return f"{_NOTE}: {how} by a computer with {PROGRAM} {__version__}"


@dataclass(frozen=True)
class Tags:
    """What plain tags of a file say; anybody can write or remove them."""

    title: str
    note: str
    day: str


def write_tags(file: "SoundFile", about: About) -> None:
    """Put plain tags into a WAV, FLAC or MP3 file that is open for writing, before its first sample."""
    title, artist = about.title, about.voice
    if file.format == "MP3":  # libsndfile labels UTF-8 as Latin-1 there, so players would show garbled letters
        from anyascii import anyascii

        title, artist = anyascii(title), anyascii(artist)
    file.title = title
    file.artist = artist
    file.comment = about.note
    file.software = f"{PROGRAM} {__version__}"
    file.date = about.made_at[:10]


def read_tags(path: Path) -> Tags | None:
    """Return the tags of a WAV, FLAC or MP3 file that says it was made by a machine; None otherwise."""
    import soundfile

    with suppress(soundfile.LibsndfileError, OSError, TypeError, UnicodeDecodeError), soundfile.SoundFile(path) as file:
        if file.comment.startswith(_NOTE):
            return Tags(shown(file.title), shown(file.comment), shown(file.date))
    return None


def shown(text: object) -> str:
    """Return a text from a stranger's file as one short printable line; empty for anything but text."""
    line = " ".join(text.split()) if isinstance(text, str) else ""
    return "".join(letter for letter in line[:_LONGEST] if letter.isprintable())
