"""Text of any length to one recording: sentence by sentence, with pauses, progress and cancelling."""

import math
import time
from collections.abc import Iterator
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

QUIET_ENDS_S = 0.15
"""Silence before the first and after the last word's sentence. A trained voice begins some 0.1 s before its first word,
as its cleaned clips do, and headphones that wake up swallow that; the base itself leaves 0.4 s before and 0.65 s
behind. Measured: docs/decisions/0049."""


@dataclass(frozen=True)
class Speech:
    """What was spoken."""

    audio: Audio
    sentences: int
    elapsed_s: float
    """Time it took to make, seconds."""


@dataclass(frozen=True)
class SpeechFile:
    """What was spoken into a file."""

    path: Path
    duration_s: float
    sentences: int
    elapsed_s: float
    """Time it took to make, seconds."""


class Speaker:
    """Speaks with one base model; several threads may share it, one sentence at a time each."""

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
    ) -> Speech:
        """Speak a text and return the sound, about 100 kB of memory per second of it.

        Args:
            voice: a voice file, the id of a stock voice, or None for the base's first choice of these.
            text: at most `MAX_SPEAK_CHARACTERS`.
            language: one of the base's languages.
            speed: 1.0 is the voice's own; `MIN_SPEED` to `MAX_SPEED`.
            on_progress: told after each sentence.
            should_stop: asked before each sentence.

        Raises:
            TextError: the text is empty, too long, or cannot be spoken in that language.
            InputError: the speed is out of its limits.
            Cancelled: `should_stop` turned True.
        """
        began = time.monotonic()
        pieces = list(self._pieces(voice, text, language, speed, on_progress, should_stop))
        samples = np.concatenate(pieces)
        return Speech(Audio(samples, self._base.sample_rate), len(pieces), time.monotonic() - began)

    def speak_to_file(
        self,
        voice: Path | str | None,
        text: str,
        language: str,
        path: Path,
        speed: float = 1.0,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> SpeechFile:
        """Speak a text into a 16-bit WAV file, holding one sentence in memory at a time.

        Arguments and errors as in `speak`; the file appears only when all is spoken.
        """
        import soundfile

        began = time.monotonic()
        sentences = frames = 0
        rate = self._base.sample_rate
        pieces = self._pieces(voice, text, language, speed, on_progress, should_stop)
        with (
            disk.atomic_file(path) as temporary,
            soundfile.SoundFile(temporary, "w", rate, channels=1, subtype="PCM_16", format="WAV") as wav,
        ):
            for piece in pieces:
                wav.write(piece)
                sentences += 1
                frames += len(piece)
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
        """Yield float32 samples, shape (samples,), sentence by sentence, each with the silence that belongs to it."""
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


def check_request(text: str, language: str, speed: float, base: BaseModel) -> None:
    """Raise the error that tells what is wrong with a request to speak, if anything is."""
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
