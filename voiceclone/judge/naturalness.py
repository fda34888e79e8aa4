"""Naturalness without ears: DNSMOS (Reddy et al., 2021), overall score 1..5, from the models in `speechmos`."""

from voiceclone.audio import Audio, resample

_DNSMOS_RATE = 16_000


def dnsmos_overall(audio: Audio) -> float:
    """Return DNSMOS OVRL, 1 (bad) to 5 (excellent); clean studio speech reaches about 3.3."""
    import numpy as np
    from speechmos import dnsmos

    samples = np.clip(resample(audio, _DNSMOS_RATE).samples, -1.0, 1.0)
    return float(dnsmos.run(samples, sr=_DNSMOS_RATE)["ovrl_mos"])
