"""The sentence of a consent, read by the example voice."""

import pytest

from voiceclone.audio.sound import Audio


def read_by_joe(sentence: str) -> Audio:
    """Let the example voice's synthesizer read; skips where it is not installed."""
    voices = pytest.importorskip("benchmarks.voices")
    try:
        (audio,) = voices.read_by_joe([sentence])
    except voices.VoiceMissing as error:
        pytest.skip(str(error))
    return audio
