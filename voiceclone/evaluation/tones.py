"""Steady tones that other measures miss: the metallic buzz of a decoder trained without a discriminator.

A steady tone is a narrow line in the long-term spectrum. Measured is the median over time of the log-magnitude
spectrum minus its running median over frequency: mean and maximum per band, in dB.
"""

from dataclasses import dataclass

import numpy as np

from voiceclone.audio.sound import Audio

_FFT_SAMPLES = 4096
_HOP_SAMPLES = 1024
_SMOOTHING_BINS = 41
BANDS_HZ = ((1_000, 4_000), (4_000, 8_000), (8_000, 12_000))


@dataclass(frozen=True)
class ToneExcess:
    """How far lines rise above the spectrum of one band."""

    low_hz: int
    high_hz: int
    mean_db: float
    """Mean of the absolute deviation over the band's bins."""
    max_db: float
    """The strongest line."""


def tone_excess(recordings: list[Audio]) -> list[ToneExcess]:
    """Measure steady tones over all recordings together (one sample rate); one result per band below Nyquist."""
    from scipy.ndimage import median_filter
    from scipy.signal import stft

    sample_rate = recordings[0].sample_rate
    samples = np.concatenate([recording.samples for recording in recordings])
    frequencies, _, spectrum = stft(
        samples,
        sample_rate,
        nperseg=_FFT_SAMPLES,
        noverlap=_FFT_SAMPLES - _HOP_SAMPLES,
        boundary=None,
        padded=False,
    )
    level_db = np.median(20 * np.log10(np.abs(spectrum) + 1e-9), axis=1)
    excess_db = level_db - median_filter(level_db, _SMOOTHING_BINS, mode="nearest")
    results = []
    for low_hz, high_hz in BANDS_HZ:
        inside = excess_db[(frequencies >= low_hz) & (frequencies < high_hz)]
        if high_hz <= sample_rate / 2:
            results.append(ToneExcess(low_hz, high_hz, float(np.abs(inside).mean()), float(inside.max())))
    return results


def pause_level_dbfs(recordings: list[Audio], share: float = 0.05) -> float:
    """Return the level of pauses: the `share` quantile of 20 ms RMS levels, in dBFS."""
    frame = recordings[0].sample_rate // 50
    levels = []
    for recording in recordings:
        usable = recording.samples[: len(recording.samples) // frame * frame].reshape(-1, frame)
        levels.append(10 * np.log10(np.mean(usable.astype(np.float64) ** 2, axis=1) + 1e-12))
    return float(np.quantile(np.concatenate(levels), share))
