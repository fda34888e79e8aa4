"""Every error a user can meet. Each message says what happened and what to do about it.

VoiceCloneError
├── AudioError            a recording cannot be used
├── TextError             a text cannot be spoken
│   └── UnclearTableError  it is unclear which column of a table holds the transcripts
├── NotFoundError         a project, clip, run or voice does not exist
├── ConsentError          training without the speaker's permission
│   └── ConsentMismatch    what was read aloud is not the consent of the person in the recordings
├── NotEnoughSpeechError  too little usable speech to train on
├── InputError            a value is out of range (a name, minutes, steps, speed)
├── BusyError             something else is running already
├── ArchiveError          a zip file is damaged, too large or not safe to unpack
├── BaseModelError        the base model is missing, damaged or of the wrong kind
├── VoiceFileError        a voice file is damaged or belongs to another base model
├── StorageError          the disk is full or cannot be written
├── TrainingError         a training run ended without a voice
└── Cancelled             the user stopped the work
"""


class VoiceCloneError(Exception):
    """Base class of all errors; the message can be shown to a user as it is."""


class AudioError(VoiceCloneError):
    """A recording cannot be used."""


class TextError(VoiceCloneError):
    """A text cannot be spoken."""


class UnclearTableError(TextError):
    """It is unclear which column of a table holds the transcripts."""


class NotFoundError(VoiceCloneError):
    """A project, clip, run or voice does not exist."""


class ConsentError(VoiceCloneError):
    """Training was requested without the speaker's permission."""


class ConsentMismatch(ConsentError):
    """What was read aloud is not the consent of the person in the recordings."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        """A `consent.mismatch.Mismatch`."""


class NotEnoughSpeechError(VoiceCloneError):
    """There is too little usable speech to train on."""


class InputError(VoiceCloneError):
    """A value is out of range: a name, minutes, steps, speed."""


class BusyError(VoiceCloneError):
    """Something else is running already."""


class ArchiveError(VoiceCloneError):
    """A zip file is damaged, too large or not safe to unpack; the caller adds what to do instead."""


class BaseModelError(VoiceCloneError):
    """The base model is missing, damaged or of the wrong kind."""


class VoiceFileError(VoiceCloneError):
    """A voice file is damaged or belongs to another base model."""


class StorageError(VoiceCloneError):
    """The disk is full or cannot be written."""


class TrainingError(VoiceCloneError):
    """A training run ended without a voice."""


class Cancelled(VoiceCloneError):
    """The user stopped the work; whatever was finished by then is kept."""
