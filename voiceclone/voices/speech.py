"""Speak text of any length: sentence by sentence, with pauses, progress and cancellation."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voiceclone.audio.sound import Audio
from voiceclone.bases.base import BaseModel
from voiceclone.compute import in_one_thread
from voiceclone.errors import Cancelled, InputError, TextError
from voiceclone.limits import MAX_SPEAK_CHARACTERS, MAX_SPEED, MIN_SPEED
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.storage import disk
from voiceclone.wording import count

Finish = Callable[[Audio], Audio]
"""What is done last to each sentence, for example marking it."""
Write = Callable[[Path, int, Iterable[np.ndarray]], int]
"""Writes sentences (float32, shape (samples,)) at a rate in hertz into a file, and returns the number of samples."""

QUIET_ENDS_S = 0.15
"""Silence before the first and after the last sentence. A trained voice begins about 0.1 s before its first word, like
the cleaned clips it learnt from, and headphones that are waking up swallow that; the base model itself leaves 0.4 s
before and 0.65 s after (docs/decisions/0049)."""


@dataclass(frozen=True)
class Speech:
    """Synthesized speech."""

    audio: Audio
    sentences: int
    elapsed_s: float
    """Time it took to synthesize, in seconds."""


@dataclass(frozen=True)
class SpeechFile:
    """Speech synthesized into a file."""

    path: Path
    duration_s: float
    sentences: int
    elapsed_s: float
    """Time it took to synthesize, in seconds."""


class Speaker:
    """Speaks with one base model; several threads may share it, taking turns sentence by sentence."""

    def __init__(self, base: BaseModel) -> None:
        self._base = base
        self.base_id = base.base_id
        self._speak = in_one_thread(base.speak)

    def speak(
        self,
        voice: Path | str | None,
        text: str,
        language: str,
        speed: float = 1.0,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
        finish: Finish | None = None,
    ) -> Speech:
        """Speak a text and return the audio, which takes about 100 kB of memory per second.

        Args:
            voice: a voice file, the id of a stock voice, or None for the default stock voice.
            text: at most `MAX_SPEAK_CHARACTERS`.
            language: one of the base model's languages.
            speed: 1.0 is the voice's own; `MIN_SPEED` to `MAX_SPEED`.
            on_progress: called after each sentence with (fraction 0..1, message).
            should_stop: polled before each sentence; return True to stop.
            finish: what is done last to each sentence; it keeps its length.

        Raises:
            TextError: the text is empty, too long, or cannot be spoken in that language.
            InputError: the speed is out of range.
            Cancelled: `should_stop` returned True.
        """
        began = time.monotonic()
        pieces = list(self._pieces(voice, text, language, speed, on_progress, should_stop))
        rate = self._base.sample_rate
        if finish is not None:
            pieces = [finish(Audio(piece, rate)).samples for piece in pieces]
        return Speech(Audio(np.concatenate(pieces), rate), len(pieces), time.monotonic() - began)

    def speak_to_file(
        self,
        voice: Path | str | None,
        text: str,
        language: str,
        path: Path,
        speed: float = 1.0,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
        write: Write | None = None,
    ) -> SpeechFile:
        """Speak a text into a file, holding one sentence in memory at a time.

        Arguments and errors are those of `speak`; the file appears only when it is complete.

        Args:
            write: writes the file; None writes a 16-bit WAV file without marks.
        """
        began = time.monotonic()
        sentences = 0

        def counted() -> Iterator[np.ndarray]:
            nonlocal sentences
            for piece in self._pieces(voice, text, language, speed, on_progress, should_stop):
                yield piece
                sentences += 1

        rate = self._base.sample_rate
        frames = (write or write_wav)(path, rate, counted())
        return SpeechFile(path, frames / rate, sentences, time.monotonic() - began)

    def _pieces(
        self,
        voice: Path | str | None,
        text: str,
        language: str,
        speed: float,
        on_progress: OnProgress | None,
        should_stop: ShouldStop | None,
    ) -> Iterator[np.ndarray]:
        """Yield float32 samples, shape (samples,), sentence by sentence, each with its pause."""
        check_request(text, language, speed, self._base)
        from voiceclone.text import sentences as splitter

        sentences = splitter.split(text, language)
        if not sentences:
            raise TextError("There is nothing to speak in this text. Type some words.")
        total = sum(len(sentence.text) for sentence in sentences)
        done = 0
        for number, sentence in enumerate(sentences, start=1):
            if should_stop is not None and should_stop():
                raise Cancelled("Stopped speaking. Let it speak again from the beginning.")
            spoken = self._speak(voice, sentence.text, language, speed)
            before_s = QUIET_ENDS_S if number == 1 else 0.0
            behind_s = QUIET_ENDS_S if number == len(sentences) else sentence.pause_after_s / speed
            before, behind = (np.zeros(round(s * spoken.sample_rate), np.float32) for s in (before_s, behind_s))
            yield np.concatenate([before, np.clip(spoken.samples, -1.0, 1.0), behind])
            done += len(sentence.text)
            if on_progress is not None:
                on_progress(done / total, f"Sentence {number} of {len(sentences)}")


def write_wav(path: Path, sample_rate: int, pieces: Iterable[np.ndarray]) -> int:
    """Write pieces of float32 samples into a 16-bit WAV file, which appears when it is complete; return the samples."""
    import soundfile

    frames = 0
    with (
        disk.atomic_file(path) as temporary,
        soundfile.SoundFile(temporary, "w", sample_rate, channels=1, subtype="PCM_16", format="WAV") as wav,
    ):
        for piece in pieces:
            wav.write(piece)
            frames += len(piece)
    disk.hand_out(path)
    return frames


def check_request(text: str, language: str, speed: float, base: BaseModel) -> None:
    """Raise the appropriate error if a request to speak is invalid."""
    if not text.strip():
        raise TextError("There is no text yet. Type what the voice should say.")
    if len(text) > MAX_SPEAK_CHARACTERS:
        raise TextError(
            f"The text has {count(len(text), 'character')}; at most {MAX_SPEAK_CHARACTERS:,} are spoken at once. "
            "Speak it in parts."
        )
    if language not in base.languages:
        raise TextError(f"“{language}” is not a language of this base; it speaks {', '.join(base.languages)}.")
    if not math.isfinite(speed) or not MIN_SPEED <= speed <= MAX_SPEED:
        raise InputError(f"The speed is {speed}; choose one from {MIN_SPEED} to {MAX_SPEED}.")
