"""Identify the language of a recording with the multilingual recogniser."""

from pathlib import Path

import numpy as np

from voiceclone.audio.decoding import Recording, scale_to_fit
from voiceclone.audio.sound import Audio
from voiceclone.audio.vad import speech_frames, speech_regions
from voiceclone.errors import AudioError
from voiceclone.recognition.transcribe import identify_language
from voiceclone.text.languages import RECORDED_LANGUAGES

_LISTEN_S = 120.0
"""Seconds read at most; enough that music before the first word does no harm."""
_SPEECH_S = 30.0
"""Whisper's input length."""


def language_of(recording: Recording, data_dir: Path, preferred: str) -> str:
    """Return the code of the language spoken in a recording.

    Args:
        recording: its first two minutes are read.
        data_dir: the data folder with the recogniser.
        preferred: the code to prefer among several for one language, such as `en-gb` for English.

    Raises:
        AudioError: VoiceClone does not support the language, or the file cannot be read.
        InputError: no multilingual recogniser is installed.
    """
    heard = identify_language(_speech_of(recording), data_dir)
    codes = [language.code for language in RECORDED_LANGUAGES.values() if language.family == heard]
    if not codes:
        known = ", ".join(language.name for language in RECORDED_LANGUAGES.values())
        raise AudioError(
            f"“{recording.path.name}” sounds like a language that VoiceClone does not know ({heard}). "
            f"If it is one of {known}, choose it yourself and add the file again."
        )
    return preferred if preferred in codes else codes[0]


def _speech_of(recording: Recording) -> Audio:
    """Return the first half minute of speech."""
    blocks, read_s = [], 0.0
    for block in recording.blocks():
        blocks.append(block)
        read_s += len(block) / recording.sample_rate
        if read_s >= _LISTEN_S:
            break
    audio = Audio(scale_to_fit(np.concatenate(blocks)), recording.sample_rate)
    regions = speech_regions(speech_frames(audio))
    pieces = [audio.samples[round(s * audio.sample_rate) : round(e * audio.sample_rate)] for s, e in regions]
    samples = np.concatenate(pieces) if pieces else audio.samples
    return Audio(samples[: round(_SPEECH_S * audio.sample_rate)], audio.sample_rate)
