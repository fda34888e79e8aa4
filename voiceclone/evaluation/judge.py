"""The one way in which a voice's sentences are judged; every mean that is shown is taken from these figures.

Used for candidates of a training (`evaluation.panel`), finished voices (`evaluation.sentences`) and comparisons
(`compare.judging`). Up to 2026-11-28 these took their figures differently, so stored ones may differ from new ones:

* naturalness of finished voices and comparisons was DNSMOS as `speechmos` computes it, which moves its window over a
  repeated sentence: up to 0.03 off for a sentence of 3 s (six clips), 0.01 in the mean;
* the pitch of comparisons was that of all held-out recordings, not of the first 30 s;
* finished voices in British English had their words compared with American spelling.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from voiceclone.audio.sound import Audio
from voiceclone.errors import VoiceCloneError
from voiceclone.evaluation import pitch

if TYPE_CHECKING:
    import numpy as np

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Figures:
    """Figures per sentence, in the order of the sentences; empty where a judge is missing or does not apply.

    Pitch is one number for all: the medians of single sentences scatter too much.
    """

    similarities: tuple[float, ...] = ()
    """Cosine of Resemblyzer's embeddings to the mean of the held-out recordings, -1..1."""
    word_errors: tuple[int, ...] = ()
    """Words the recogniser heard wrong, missed or added; none for a language it does not know."""
    word_counts: tuple[int, ...] = ()
    """Words in each sentence."""
    naturalnesses: tuple[float, ...] = ()
    """DNSMOS OVRL, 1..5."""
    pitch_off_semitones: float | None = None
    """Median pitch of all sentences together above that of the recordings; see `evaluation.pitch`."""

    @property
    def similarity(self) -> float | None:
        """Mean speaker similarity, -1..1."""
        return fmean(self.similarities) if self.similarities else None

    @property
    def words_right(self) -> float | None:
        """Share of the words that were understood, 0..1."""
        if not sum(self.word_counts):
            return None
        return max(0.0, 1.0 - sum(self.word_errors) / sum(self.word_counts))

    @property
    def naturalness(self) -> float | None:
        """Mean DNSMOS OVRL, 1..5."""
        return fmean(self.naturalnesses) if self.naturalnesses else None


class Judge:
    """Judges sentences against recordings of one person, who is listened to once.

    The judges are an optional install (requirements-nodeps.txt); what a missing one would say is left out.

    Args:
        held_out: recordings of the person that no training heard; may be empty.
        language: of the sentences.
        data_dir: where a recogniser for more languages may lie; None knows English only.
        recordings: of the person, for pitch; a training may have heard them. The held-out ones when None.
    """

    def __init__(
        self,
        held_out: Sequence[Audio],
        language: str,
        data_dir: Path | None = None,
        recordings: Sequence[Audio] | None = None,
    ) -> None:
        self._held_out = [one for one in held_out if one.samples.any()]
        self._recordings = self._held_out if recordings is None else recordings
        self._language = language
        # English is always heard by the recogniser that comes along: a larger one takes more of a training's time.
        self._recognisers = None if language.startswith("en") else data_dir
        self._person: np.ndarray | None = None
        self._person_hz: float | None = None
        self._pitch_is_known = False

    def figures(self, sentences: Sequence[str], sounds: Sequence[Audio]) -> Figures:
        """Judge what was spoken.

        Args:
            sentences: what should have been said.
            sounds: what was said, in the same order; finite.
        """
        errors, counts = word_errors(sentences, sounds, self._language, self._recognisers)
        return Figures(self.similarities(sounds), errors, counts, naturalnesses(sounds), self.pitch_off(sounds))

    def similarities(self, sounds: Sequence[Audio]) -> tuple[float, ...]:
        """Return the speaker similarity of each sound; silence has no speaker and gets 0."""
        if not self._held_out:
            return ()
        try:
            from voiceclone.evaluation.speaker_similarity import cosine, embed, mean_embedding

            if self._person is None:
                self._person = mean_embedding(self._held_out)
            return _rounded([cosine(embed(one), self._person) if one.samples.any() else 0.0 for one in sounds])
        except ImportError as error:
            _log_missing("speaker similarity", error)
            return ()

    def pitch_off(self, sounds: Sequence[Audio]) -> float | None:
        """Return the median pitch of all sounds together above the person's, semitones; None where either has none."""
        if not self._pitch_is_known:
            self._person_hz = pitch.median_hz(pitch.enough_of(self._recordings))
            self._pitch_is_known = True
        return pitch.off_semitones(sounds, self._person_hz)


def judge_recordings(texts: Sequence[str], recordings: Sequence[Audio], language: str) -> Figures:
    """Judge recordings of a person as voices are judged: what could be reached.

    The similarity of each is that to the mean of the others; the pitch that of every second one above the rest, which
    is how far off chance alone may be.
    """
    import numpy as np

    similarities: tuple[float, ...] = ()
    if len(recordings) > 1:
        try:
            from voiceclone.evaluation.speaker_similarity import cosine, embed

            embeddings = [embed(recording) for recording in recordings]
            total = np.sum(embeddings, axis=0)
            similarities = _rounded([cosine(own, total - own) for own in embeddings])
        except ImportError as error:
            _log_missing("speaker similarity", error)
    off = pitch.off_semitones(recordings[::2], pitch.median_hz(pitch.enough_of(recordings[1::2])))
    errors, counts = word_errors(texts, recordings, language)
    return Figures(similarities, errors, counts, naturalnesses(recordings), off)


def word_errors(
    sentences: Sequence[str], sounds: Sequence[Audio], language: str, data_dir: Path | None = None
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the wrong words and all words of each sentence; nothing without a recogniser for the language."""
    from voiceclone.evaluation.wer import comparable_words, edit_distance
    from voiceclone.recognition.transcribe import can_transcribe, keeping_recogniser, recognise

    if not can_transcribe(language, data_dir):
        return (), ()
    said = [comparable_words(sentence, language) for sentence in sentences]
    try:
        with keeping_recogniser():
            heard = [comparable_words(recognise(sound, language, data_dir).text, language) for sound in sounds]
    except (ImportError, VoiceCloneError) as error:
        _log_missing("words", error)
        return (), ()
    errors = tuple(edit_distance(*pair) for pair in zip(said, heard, strict=True))
    return errors, tuple(len(words) for words in said)


def naturalnesses(sounds: Sequence[Audio]) -> tuple[float, ...]:
    """Return the DNSMOS of each sound."""
    try:
        from voiceclone.evaluation.dnsmos import dnsmos_of_sentence

        return _rounded([dnsmos_of_sentence(one) for one in sounds])
    except ImportError as error:
        _log_missing("naturalness", error)
        return ()


def _log_missing(what: str, error: Exception) -> None:
    _LOG.warning("No judge of %s is installed, so it is left out: %s", what, error)


def _rounded(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in values)
