"""Judges the few sentences that a voice speaks at a checkpoint, for choosing among candidates."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voiceclone.audio.sound import Audio


@dataclass(frozen=True)
class Judged:
    """Means over the sentences of a candidate, see `evaluation.judge`, and the tones in them."""

    similarity: float | None = None
    """Mean speaker similarity to the held-out recordings, -1..1; None without recordings."""
    words_right: float | None = None
    """Share of the words that were understood, 0..1; None when the recogniser does not know the language."""
    naturalness: float | None = None
    """Mean DNSMOS, 1..5."""
    tones: tuple[tuple[float, float], ...] = ()
    """Steady lines per band of `tones.BANDS_HZ`: mean and strongest, dB."""
    pitch_off_semitones: float | None = None
    """Median pitch minus that of the recordings; None when either has none. See `evaluation.pitch`."""


BROKEN = Judged(similarity=0.0, words_right=0.0, naturalness=1.0)
"""For silence and non-finite samples, which no judge has to hear."""


class Panel:
    """Judges the candidates of one person's training; the person is listened to once.

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
        from voiceclone.evaluation.judge import Judge  # the engine needs `Judged` at start, and not this

        self._judge = Judge(held_out, language, data_dir, recordings)

    def judge(self, sentences: Sequence[str], sounds: Sequence[Audio]) -> Judged:
        """Judge what was said.

        Args:
            sentences: what should have been said.
            sounds: what was said, in the same order.
        """
        import numpy as np

        if not all(np.isfinite(sound.samples).all() and sound.samples.any() for sound in sounds):
            return BROKEN
        figures = self._judge.figures(sentences, sounds)
        return Judged(
            _rounded(figures.similarity),
            _rounded(figures.words_right),
            _rounded(figures.naturalness),
            _tones(sounds),
            figures.pitch_off_semitones,
        )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _tones(sounds: Sequence[Audio]) -> tuple[tuple[float, float], ...]:
    from voiceclone.evaluation.tones import tone_excess

    return tuple((round(band.mean_db, 3), round(band.max_db, 2)) for band in tone_excess(list(sounds)))
