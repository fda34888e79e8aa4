"""Does cleaning a clip harm the voice in it? Asked of naturalness, and of likeness where quiet recordings are there."""

import numpy as np

from voiceclone.audio.sound import Audio

HARM_DNSMOS = 0.1
"""Cleaning that lowers DNSMOS by more than this harms; it errs by about so much on a clip of a few seconds."""
HARM_LIKENESS = 0.03
"""Cleaning that takes a clip further than this from the voice's quiet recordings harms. Found with other people talking
10 dB below in 29 of 32 clips, with hiss, a fan and keys in 4 of 192 (docs/cleaning.md)."""
_HARMLESS_DB = 15.0
"""What is taken away lies further below what is left: no need to ask, which takes 0.1 to 0.5 s a clip."""
_CLEARLY_BETTER_DNSMOS = 0.1
"""By the quick form of DNSMOS, which takes a third of the time of the one that decides: no need to ask that one. Of 17
clips it finds harmed among 256, this lets one pass."""


def is_harmed(plain: Audio, cleaned: Audio, voice: np.ndarray | None) -> bool:
    """True when the voice is better off with its noise.

    Args:
        plain: the clip with its noise, trimmed and as loud as the cleaned one: the judges hear level and silence, too.
        cleaned: the clip with less noise.
        voice: mean embedding of the person's quiet recordings, shape (256,); None: only naturalness is asked. Noisy
            recordings are no substitute: cleaning takes clips away from those, however much it helps.
    """
    if kept_over_removed_db(plain, cleaned) > _HARMLESS_DB:
        return False
    return _sounds_worse(plain, cleaned) or (voice is not None and _is_less_like(voice, plain, cleaned))


def kept_over_removed_db(plain: Audio, cleaned: Audio) -> float:
    """Return how far what is left lies above what was taken away, whatever the level (scale-invariant SDR)."""
    count = min(len(plain.samples), len(cleaned.samples))
    before, after = (audio.samples[:count].astype(np.float64) for audio in (plain, cleaned))
    kept = after * float(np.dot(before, after)) / max(float(np.dot(after, after)), 1e-12)
    removed = before - kept
    return 10 * float(np.log10(max(float(np.sum(kept**2)), 1e-12) / max(float(np.sum(removed**2)), 1e-12)))


def _sounds_worse(plain: Audio, cleaned: Audio) -> bool:
    from voiceclone.evaluation.dnsmos import dnsmos_of_one_window, dnsmos_unrepeated

    if dnsmos_unrepeated(cleaned) > dnsmos_unrepeated(plain) + _CLEARLY_BETTER_DNSMOS:
        return False
    return dnsmos_of_one_window(cleaned) < dnsmos_of_one_window(plain) - HARM_DNSMOS


def _is_less_like(voice: np.ndarray, plain: Audio, cleaned: Audio) -> bool:
    from voiceclone.evaluation.speaker_similarity import cosine, embed

    return cosine(embed(cleaned), voice) < cosine(embed(plain), voice) - HARM_LIKENESS
