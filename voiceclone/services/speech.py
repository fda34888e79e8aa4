"""Speak texts and convert recordings with the voices of a data folder."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone.bases import catalogue
from voiceclone.bases.base import Ability, BaseModel
from voiceclone.errors import InputError
from voiceclone.limits import MAX_CONVERT_S
from voiceclone.marking.about import CONVERSION, About
from voiceclone.marking.marker import Marker
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.services.base_models import BaseModels
from voiceclone.services.voices import VoiceService
from voiceclone.voices.voice_file import Voice
from voiceclone.wording import duration

if TYPE_CHECKING:
    import numpy as np

    from voiceclone.audio.sound import Audio
    from voiceclone.voices.speech import Speaker, Speech, SpeechFile


class SpeechService:
    """Speaks with trained, instant and stock voices; what it gives out is marked (docs/marking.md)."""

    def __init__(self, bases: BaseModels, voices: VoiceService, marker: Marker) -> None:
        self._bases = bases
        self._voices = voices
        self._marker = marker

    def speak(
        self,
        voice_id: str | None,
        text: str,
        language: str | None = None,
        speed: float = 1.0,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> "Speech":
        """Speak a text of any length; the sound has the watermark.

        Args:
            voice_id: id or name of a voice or stock voice (`VoiceService.stock`); None means the base's first
                stock voice.
            text: the text to speak.
            language: language of the text; None means the voice's own.
            speed: factor on the speaking rate; 1.0 is the voice's own.
            on_progress: called with (fraction 0..1, message).
            should_stop: return True to stop.

        Errors as in `speech.Speaker.speak`, and NotFoundError if there is no such voice.
        """
        speaker, voice, language = self.voice_to_speak_with(voice_id, language)
        with self._bases.use(speaker.base_id):
            return speaker.speak(voice, text, language, speed, on_progress, should_stop, self._marker.watermarked)

    def speak_unmarked(self, voice_id: str | None, text: str, language: str | None = None) -> "Speech":
        """Speak a text without the watermark: for judging the voice itself, never for giving the sound out."""
        speaker, voice, language = self.voice_to_speak_with(voice_id, language)
        with self._bases.use(speaker.base_id):
            return speaker.speak(voice, text, language)

    def speak_to_file(
        self,
        voice_id: str | None,
        text: str,
        path: Path | str,
        language: str | None = None,
        speed: float = 1.0,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> "SpeechFile":
        """Speak a text into a file with all marks, one sentence in memory at a time; arguments as in `speak`.

        The file is 16-bit WAV, 16-bit FLAC or MP3, by its ending.

        Raises:
            InputError: another ending.
        """
        speaker, voice, language = self.voice_to_speak_with(voice_id, language)
        about = About(self._name(voice_id))

        def write(file: Path, sample_rate: int, pieces: "Iterable[np.ndarray]") -> int:
            return self._marker.write(file, sample_rate, pieces, about)

        with self._bases.use(speaker.base_id):
            return speaker.speak_to_file(voice, text, language, Path(path), speed, on_progress, should_stop, write)

    def write(self, path: Path, audio: "Audio", voice_id: str | None) -> None:
        """Write what `speak_unmarked` returned into a file, with all marks."""
        self._marker.write(path, audio.sample_rate, [audio.samples], About(self._name(voice_id)))

    def convert(
        self,
        voice_id: str,
        audio: "Audio | Path | str",
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> "Audio":
        """Return the same speech in another voice, with the watermark.

        Args:
            voice_id: id or name of a voice whose base can convert.
            audio: audio or a sound file of any format; at most `MAX_CONVERT_S` seconds.
            on_progress: called with (fraction 0..1, message).
            should_stop: called between pieces of at most 20 s; return True to stop.

        Raises:
            InputError: the voice's base cannot convert, or the recording is too long.
            AudioError: the recording is unreadable or silent.
            Cancelled: `should_stop` returned True.
        """
        return self._marker.watermarked(self._convert(voice_id, audio, on_progress, should_stop))

    def _convert(
        self,
        voice_id: str,
        audio: "Audio | Path | str",
        on_progress: OnProgress | None,
        should_stop: ShouldStop | None,
    ) -> "Audio":
        from voiceclone.audio.sound import Audio, decode

        voice = self._voices.get(voice_id)
        base = self._bases.of_voice(voice)
        if Ability.CONVERT not in base.abilities:
            raise InputError(_cannot_convert(voice, base))
        recording = audio if isinstance(audio, Audio) else decode(Path(audio))
        if recording.duration_s > MAX_CONVERT_S:
            raise InputError(
                f"The recording lasts {duration(recording.duration_s)}; at most {duration(MAX_CONVERT_S)} are "
                "converted at once. Cut it into parts."
            )
        with self._bases.use(base.base_id):
            return base.convert(self._voices.path(voice.voice_id), recording, on_progress, should_stop)

    def convert_to_file(
        self,
        voice_id: str,
        source: Path | str,
        target: Path | str,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> "Audio":
        """Convert a recording to a file with all marks, and return the audio; errors as in `convert`.

        The file is WAV, FLAC or MP3, by its ending; it is written completely or not at all.
        """
        converted = self._convert(voice_id, Path(source), on_progress, should_stop)
        about = About(self._name(voice_id), CONVERSION)
        self._marker.write(Path(target), converted.sample_rate, [converted.samples], about)
        return converted

    def _name(self, voice_id: str | None) -> str:
        """Return the name of a voice as marks tell it."""
        stock = None if voice_id is None else self._voices.find_stock(voice_id)
        if voice_id is None or stock is not None:
            return f"{stock.name} (stock voice)" if stock is not None else "stock voice"
        return self._voices.get(voice_id).name

    def voice_to_speak_with(
        self, voice_id: str | None, language: str | None
    ) -> "tuple[Speaker, Path | str | None, str]":
        """Return (speaker, voice, language); the voice is a file, the id of a stock voice, or None.

        Raises:
            InputError: the voice's base cannot read text.
            NotFoundError: there is no such voice.
        """
        stock = None if voice_id is None else self._voices.find_stock(voice_id)
        if voice_id is None or stock is not None:
            base = self._bases.default
            own = stock.language if stock is not None and stock.language in base.languages else base.languages[0]
            return self._bases.speaker_of(base), stock.voice_id if stock is not None else None, language or own
        voice = self._voices.get_or_hint(voice_id)
        base = self._bases.of_voice(voice)
        if not self._voices.reads_text(voice):
            raise InputError(
                f"“{voice.name}” is a voice of {base.title}, which changes recordings and cannot read text. Convert "
                "a recording with it, or choose another voice."
            )
        return self._bases.speaker_of(base), self._voices.path(voice.voice_id), language or voice.language


def _cannot_convert(voice: Voice, base: BaseModel) -> str:
    able = ", ".join(card.title for card in catalogue.CARDS if Ability.CONVERT in card.abilities)
    return (
        f"“{voice.name}” is a voice of {base.title}, which cannot convert recordings. "
        f"Make an instant voice with one of these instead: {able}."
    )
