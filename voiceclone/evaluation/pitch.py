"""Pitch of a voice relative to the person's, in semitones: speaker embeddings hear formants, and hardly pitch.

Measured on WORLD's own copies, 4 semitones cost a tenth of the cosine that 10 % of the formants cost, so a voice an
octave too high can pass every similarity threshold. So this figure is shown beside each similarity.
"""

from collections.abc import Sequence

import numpy as np

from voiceclone.audio.pitch import pitch_curve, semitones
from voiceclone.audio.sound import Audio

ENOUGH_SPEECH_S = 30.0
"""Recordings that stand for a person's pitch. Two clips of the same person are off a single one by 1.9 to 4.3
semitones or more in one of twenty draws, off eight (some 30 s) by 1.2 to 2.7: six speakers, docs/decisions/0126."""
RIGHT_SEMITONES = 2.0
"""Nearer than this is called right. Two clips of the same person are farther off eight in 0 to 15 of 100 draws."""
FAR_SEMITONES = 4.0
"""Farther than this is no chance: 0.2 of 100 draws at most, where 3 are passed by up to 3. The mistakes of pitch
trackers are 12 (an octave) or 7 (a fifth)."""
SIMILARITY_PER_SEMITONE = 0.02
"""Similarity penalty per semitone of wrong pitch when choosing a voice: as much again as the embeddings themselves
lose (4 semitones cost .08 and .09 of cosine)."""
RIGHT = "right"
"""What `in_words` calls a right pitch."""
_HOP_S = 0.0125
_FEWEST_VOICED_S = 0.2
_FEWEST_VOICED_SHARE = 0.15
"""Less is a click or hiss, in which trackers find a tenth voiced, and has no median worth telling; speech has a third
and more."""


def median_hz(recordings: Sequence[Audio]) -> float | None:
    """Return the median pitch of all voiced frames of some recordings, Hz; None when hardly anything is voiced.

    Frames are pooled: the medians of short clips scatter by several semitones.
    """
    curves = [pitch_curve(recording, _HOP_S) for recording in recordings if recording.samples.any()]
    curve = np.concatenate(curves) if curves else np.zeros(0)
    voiced = curve[curve > 0]
    if len(voiced) < max(_FEWEST_VOICED_S / _HOP_S, _FEWEST_VOICED_SHARE * len(curve)):
        return None
    return float(np.median(voiced))


def enough_of(recordings: Sequence[Audio]) -> list[Audio]:
    """Return the first recordings that add up to `ENOUGH_SPEECH_S`, or all of them."""
    chosen: list[Audio] = []
    for recording in recordings:
        if sum(one.duration_s for one in chosen) >= ENOUGH_SPEECH_S:
            break
        chosen.append(recording)
    return chosen


def off_semitones(spoken: Sequence[Audio], person_hz: float | None) -> float | None:
    """Return the median pitch of some sentences minus a person's, semitones; negative is too low.

    Args:
        spoken: sentences of one voice, taken together.
        person_hz: `median_hz` of the person's recordings.

    Returns:
        None where either has no pitch.
    """
    spoken_hz = median_hz(spoken) if person_hz is not None else None
    return None if spoken_hz is None or person_hz is None else round(semitones(spoken_hz, person_hz), 2)


def is_far(off: float | None) -> bool:
    """True when the pitch is wrong beyond chance; False when it is unknown."""
    return off is not None and abs(off) > FAR_SEMITONES


def weighed(similarity: float, off: float | None) -> float:
    """Return a similarity minus the penalty for wrong pitch; an unknown pitch costs nothing."""
    beyond = 0.0 if off is None else max(0.0, abs(off) - RIGHT_SEMITONES)
    return similarity - SIMILARITY_PER_SEMITONE * beyond


def signed(off: float) -> str:
    """Format with sign and one digit, for example `+0.3`; never `-0.0`."""
    return f"{round(off, 1) + 0.0:+.1f}"


def in_words(off: float) -> str:
    """Describe it: `right`, `3 semitones too high`."""
    if abs(off) < RIGHT_SEMITONES:
        return RIGHT
    return f"{abs(off):.0f} semitones too {'high' if off > 0 else 'low'}"
