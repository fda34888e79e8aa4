"""Recordings on disk, read block by block, so that three hours of sound never lie in memory at once."""

from voiceclone.decoding.recording import Recording, fit, open_recording, require_readable

__all__ = ["Recording", "fit", "open_recording", "require_readable"]
