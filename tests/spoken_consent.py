"""The sentence of a consent, read by the example voice."""

from benchmarks import voices
from voiceclone.audio.sound import Audio


def read_by_joe(sentence: str) -> Audio:
    """Let the example voice's synthesizer read; requirements-dev.txt brings it."""
    (audio,) = voices.read_by_joe([sentence])
    return audio
