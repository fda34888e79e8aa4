"""All judges over the few sentences that a voice says at a checkpoint; what cannot be judged here is left out."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone.audio.sound import Audio
from voiceclone.errors import VoiceCloneError

if TYPE_CHECKING:
    import numpy as np

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Judged:
    """What the judges say of a voice's sentences."""

    likeness: float | None = None
    """Mean cosine of Resemblyzer's embeddings to the held-out recordings, -1..1; None without recordings."""
    words_right: float | None = None
    """Share of the words that the recogniser hears, 0..1; None where it does not know the language."""
    naturalness: float | None = None
    """DNSMOS, 1..5, mean over the first nine seconds of each sentence; shorter ones are repeated to fill them."""
    tones: tuple[tuple[float, float], ...] = ()
    """Steady lines per band of `tones.BANDS_HZ`: mean and strongest, dB."""
    pitch_off_semitones: float | None = None
    """Median pitch of the speech above that of the recordings; None where either has none. See `evaluation.pitch`."""


BROKEN = Judged(likeness=0.0, words_right=0.0, naturalness=1.0)
"""Sound that is silent or beyond all numbers: no judge has to hear it."""


class Panel:
    """The judges for one person; the person is listened to once.

    Args:
        held_out: recordings of the person that no training heard.
        language: of the sentences.
        data_dir: where a recogniser for more languages may lie.
        recordings: of the person, for pitch; a training may have heard them, for a median is not learnt by heart.
            The held-out ones when None.
    """

    def __init__(
        self,
        held_out: Sequence[Audio],
        language: str,
        data_dir: Path,
        recordings: Sequence[Audio] | None = None,
    ) -> None:
        self._held_out = [one for one in held_out if one.samples.any()]
        self._recordings = self._held_out if recordings is None else recordings
        self._language = language
        # English is always heard by the recogniser that comes along: a larger one takes more of the training's time.
        self._recognisers = None if language.startswith("en") else data_dir
        self._person: np.ndarray | None = None
        self._person_hz: float | None = None
        self._pitch_is_known = False

    def judge(self, sentences: Sequence[str], sounds: Sequence[Audio]) -> Judged:
        """Judge what was said.

        Args:
            sentences: what should have been said.
            sounds: what was said, in the same order.
        """
        import numpy as np

        if not all(np.isfinite(sound.samples).all() and sound.samples.any() for sound in sounds):
            return BROKEN
        return Judged(
            self._likeness(sounds),
            self._words_right(sentences, sounds),
            _naturalness(sounds),
            _tones(sounds),
            self._pitch_off(sounds),
        )

    def _likeness(self, sounds: Sequence[Audio]) -> float | None:
        if not self._held_out:
            return None
        try:
            from voiceclone.evaluation import speaker_similarity

            if self._person is None:
                self._person = speaker_similarity.mean_embedding(self._held_out)
            cosines = [speaker_similarity.cosine(speaker_similarity.embed(sound), self._person) for sound in sounds]
        except ImportError as error:
            return _without("likeness", error)
        return round(sum(cosines) / len(cosines), 4)

    def _pitch_off(self, sounds: Sequence[Audio]) -> float | None:
        from voiceclone.evaluation import pitch

        if not self._pitch_is_known:
            self._person_hz = pitch.median_hz(pitch.enough_of(self._recordings))
            self._pitch_is_known = True
        return pitch.off_semitones(sounds, self._person_hz)

    def _words_right(self, sentences: Sequence[str], sounds: Sequence[Audio]) -> float | None:
        from voiceclone.evaluation.wer import comparable_words, edit_distance
        from voiceclone.recognition.transcribe import can_transcribe, keeping_recogniser, recognise

        language = self._language
        if not can_transcribe(language, self._recognisers):
            return None
        errors = total = 0
        try:
            with keeping_recogniser():
                for sentence, sound in zip(sentences, sounds, strict=True):
                    said = comparable_words(sentence, language)
                    heard = comparable_words(recognise(sound, language, self._recognisers).text, language)
                    errors += edit_distance(said, heard)
                    total += len(said)
        except (ImportError, VoiceCloneError) as error:
            return _without("words", error)
        return round(max(0.0, 1.0 - errors / max(1, total)), 4)


def _naturalness(sounds: Sequence[Audio]) -> float | None:
    try:
        from voiceclone.evaluation import dnsmos as naturalness

        return round(sum(map(naturalness.dnsmos_of_one_window, sounds)) / len(sounds), 4)
    except ImportError as error:
        return _without("naturalness", error)


def _tones(sounds: Sequence[Audio]) -> tuple[tuple[float, float], ...]:
    from voiceclone.evaluation.tones import tone_excess

    return tuple((round(band.mean_db, 3), round(band.max_db, 2)) for band in tone_excess(list(sounds)))


def _without(what: str, error: Exception) -> None:
    # Its package may be missing (webrtcvad, speechmos, faster-whisper): a voice is whole without judges.
    _LOG.warning("No judge of %s is installed, so it is left out: %s", what, error)
