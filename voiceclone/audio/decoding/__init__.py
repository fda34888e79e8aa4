"""Recordings on disk, read block by block, so that three hours of sound never lie in memory at once."""

from voiceclone.audio.decoding.opening import open_recording, require_readable, told_duration_s
from voiceclone.audio.decoding.recording import Recording, fit

__all__ = ["Recording", "fit", "open_recording", "require_readable", "told_duration_s"]
