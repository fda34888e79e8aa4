"""Read recordings block by block, so that three hours of audio are never in memory at once."""

from voiceclone.audio.decoding.opening import open_recording, require_readable, stated_duration_s
from voiceclone.audio.decoding.recording import Recording, scale_to_fit

__all__ = ["Recording", "open_recording", "require_readable", "scale_to_fit", "stated_duration_s"]
