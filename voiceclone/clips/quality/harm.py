"""Does cleaning harm the voice? Judged by naturalness, and by speaker similarity where quiet recordings exist."""

import numpy as np

from voiceclone.audio.sound import Audio

HARM_DNSMOS = 0.1
"""A larger drop in DNSMOS counts as harm; this is about its error on a clip of a few seconds."""
HARM_SIMILARITY = 0.03
"""A larger drop in similarity to the speaker's quiet recordings counts as harm. Found in 29 of 32 clips with other
people talking 10 dB below, and in 4 of 192 with hiss, a fan or keys (docs/cleaning.md)."""
_HARMLESS_DB = 15.0
"""If the removed part is further below the rest than this, the check (0.1 to 0.5 s per clip) is skipped."""
_CLEARLY_BETTER_DNSMOS = 0.1
"""Gain in the quick form of DNSMOS (a third of the time) at which the decisive form is skipped. Of the 17 harmed clips
among 256, this lets one pass."""


def is_harmed(plain: Audio, cleaned: Audio, voice: np.ndarray | None) -> bool:
    """True if the voice is better off with its noise.

    Args:
        plain: the clip with its noise, trimmed and at the loudness of the cleaned one, because the evaluation networks
            react to level and silence, too.
        cleaned: the clip after noise reduction.
        voice: mean embedding of the speaker's quiet recordings, shape (256,); None judges naturalness only. Noisy
            recordings are no substitute: cleaning moves clips away from those, however much it helps.
    """
    if si_sdr_db(plain, cleaned) > _HARMLESS_DB:
        return False
    return _sounds_worse(plain, cleaned) or (voice is not None and _is_less_like(voice, plain, cleaned))


def si_sdr_db(plain: Audio, cleaned: Audio) -> float:
    """Return the ratio in dB of what is left to what was removed, independent of level (scale-invariant SDR)."""
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

    return cosine(embed(cleaned), voice) < cosine(embed(plain), voice) - HARM_SIMILARITY
