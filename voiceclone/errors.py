"""Every error a user can meet; each message says what happened and what to do.

VoiceCloneError
├── AudioError            a recording cannot be used
├── TextError             a text cannot be spoken
│   └── UnclearTableError  nobody can tell which column of a table holds the words
├── NotFoundError         a project, clip, run or voice that is not there
├── ConsentError          training without the speaker's permission
├── NotEnoughSpeechError  too little usable speech to train on
├── InputError            a value is out of its limits (a name, minutes, steps, speed)
├── BusyError             something else is running already
├── ArchiveError          a zip file is damaged, too large or not safe to unpack
├── BaseModelError        the base model is missing, damaged or of another kind
├── VoiceFileError        a voice file is damaged or belongs to another base
├── StorageError          the disk is full or cannot be written
├── TrainingError         a training run ended without a voice
└── Cancelled             the user asked to stop
"""


class VoiceCloneError(Exception):
    """Base of all errors with a message that can be shown to a person as it is."""


class AudioError(VoiceCloneError):
    """A recording cannot be used."""


class TextError(VoiceCloneError):
    """A text cannot be spoken."""


class UnclearTableError(TextError):
    """Nobody can tell which column of a table holds the words."""


class NotFoundError(VoiceCloneError):
    """A project, clip, run or voice is not there."""


class ConsentError(VoiceCloneError):
    """Training was asked for without the speaker's permission."""


class NotEnoughSpeechError(VoiceCloneError):
    """There is too little usable speech to train on."""


class InputError(VoiceCloneError):
    """A value is out of its limits: a name, minutes, steps, speed."""


class BusyError(VoiceCloneError):
    """Something else is running already."""


class ArchiveError(VoiceCloneError):
    """A zip file is damaged, too large or not safe to unpack; whoever wanted it adds what to do instead."""


class BaseModelError(VoiceCloneError):
    """The base model is missing, damaged or of another kind."""


class VoiceFileError(VoiceCloneError):
    """A voice file is damaged or belongs to another base."""


class StorageError(VoiceCloneError):
    """The disk is full or cannot be written."""


class TrainingError(VoiceCloneError):
    """A training run ended without a voice."""


class Cancelled(VoiceCloneError):
    """The user asked to stop; what was finished before is kept."""
