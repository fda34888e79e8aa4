"""Text-independent measurements of a recording: noise, hum, limiting, bandwidth, edges, pauses."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from voiceclone.audio.sound import Audio
from voiceclone.audio.vad import FRAME_S, speech_frames, speech_regions

SILENCE_DBFS = -120.0
"""Reported for digital silence; the quantisation noise of 16 bits is at about -98."""
AUDIBLE_FROM_HZ = 70.0
"""Rumble below the lowest voice; cleaning removes it and `clips.quality.verdict` excludes it from noise."""
HARMONICS = range(1, 9)
"""Up to 400 or 480 Hz; rectifiers hum at multiples of twice the mains frequency."""
LINE_STANDS_OUT_DB = 12.0
"""A line this far above its neighbours is no coincidence: in 180 stretches of 4.5 s of white, pink and brown noise, the
strongest of all sixteen harmonics stood out by 5 dB in the median and by at most 8.6 dB."""
_BANDWIDTH_BELOW_PEAK_DB = 75.0
"""From its strongest component to 10 kHz, speech falls by 40-65 dB; 16-bit quantisation lies about 95 dB below."""
_EMPTIED_FROM_HZ, _EMPTIED_TO_HZ, _EMPTIED_BAND_HZ = 2_000, 7_500, 300
_EMPTIED_BELOW_DB = 80.0
_EMPTIED_FRAME_S = 0.023
_LOUD_WITHIN_DB = 25.0
_EDGE_S = 0.02
_EDGE_OVER_NOISE_DB = 10.0
_EDGE_BELOW_SPEECH_DB = 25.0
"""An edge within this of the speech level is inside a word; the edges of 40 whole clips were at least 42 dB below."""


@dataclass(frozen=True)
class NoiseFloor:
    """Level of a recording without speech: RMS, where 0 dBFS is a full-scale square wave."""

    plain_dbfs: float
    """Everything the microphone picked up, including 20 Hz and below."""
    a_weighted_dbfs: float
    """Weighted by the sensitivity of the ear (A-curve of IEC 61672-1)."""
    steady_dbfs: float
    """Median over 32 ms frames, above 70 Hz; not affected by a click or a cough."""
    peaks_dbfs: float
    """95th percentile over the frames: keys, steps, voices next door."""
    low_share: float
    """Share of the power above 70 Hz that is below 200 Hz, 0..1: rumble."""
    high_share: float
    """Share of the power above 70 Hz that is above 3 kHz, 0..1: hiss."""


@dataclass(frozen=True)
class MainsHum:
    """The harmonics of the mains frequency in a recording."""

    mains_hz: int
    """50 or 60, whichever is more prominent."""
    excess_db: float
    """Prominence of the strongest line over its neighbours, in dB."""
    level_dbfs: float
    """Of all prominent lines together; -120 without any."""
    a_weighted_dbfs: float
    """The same with A-weighting."""
    lines_hz: tuple[float, ...] = ()
    """The prominent lines."""


def noise_floor(audio: Audio) -> NoiseFloor:
    """Measure a recording of silence."""
    frequencies, power = _power_spectrum(audio)
    weighted = float(np.sum(power * _a_weight_power(frequencies)))
    heard = power * (frequencies >= AUDIBLE_FROM_HZ)
    heard_power = max(float(np.sum(heard)), 1e-20)
    frames = frame_powers(audio)
    return NoiseFloor(
        plain_dbfs=_decibels(float(np.sum(power))),
        a_weighted_dbfs=_decibels(weighted),
        steady_dbfs=_decibels(float(np.median(frames)) if len(frames) else 0.0),
        peaks_dbfs=_decibels(float(np.quantile(frames, 0.95)) if len(frames) else 0.0),
        low_share=float(np.sum(heard[frequencies < 200])) / heard_power,
        high_share=float(np.sum(heard[frequencies > 3_000])) / heard_power,
    )


def speech_level_dbfs(audio: Audio, probabilities: np.ndarray | None = None) -> float:
    """Return the mean RMS level of the frames with speech, above 70 Hz; -120 without speech."""
    frames = frame_powers(audio)
    probabilities = speech_frames(audio) if probabilities is None else probabilities
    speaking = probabilities[: len(frames)] >= 0.5
    return _decibels(float(np.mean(frames[: len(speaking)][speaking]))) if speaking.any() else SILENCE_DBFS


def frame_powers(audio: Audio) -> np.ndarray:
    """Return the mean power above 70 Hz of each complete 32 ms frame, shape (frames,)."""
    from scipy.signal import butter, sosfilt

    frame_length = round(FRAME_S * audio.sample_rate)
    frame_count = len(audio.samples) // frame_length
    if frame_count == 0:
        return np.zeros(0)
    high_passed = sosfilt(butter(2, AUDIBLE_FROM_HZ, "highpass", fs=audio.sample_rate, output="sos"), audio.samples)
    return np.mean(high_passed[: frame_count * frame_length].reshape(frame_count, frame_length) ** 2, axis=1)


def mains_hum(audio: Audio) -> MainsHum:
    """Find the mains harmonics in a recording of silence (in speech, the harmonics of a voice would count as hum).

    Each harmonic is the strongest bin within 1 Hz (European and American grids stay within 0.2 Hz); its neighbours
    are the median of the bins 3 to 12 Hz away, as in `voiceclone.evaluation.tones`.
    """
    from scipy.signal import welch

    length = min(len(audio.samples), 2 * audio.sample_rate)
    if length < audio.sample_rate // 2:
        return MainsHum(50, 0.0, SILENCE_DBFS, SILENCE_DBFS)
    frequencies, density = welch(audio.samples.astype(np.float64), audio.sample_rate, nperseg=length)
    return max((_hum_of(mains_hz, frequencies, density) for mains_hz in (50, 60)), key=lambda hum: hum.excess_db)


def limiting(samples: np.ndarray) -> float:
    """Return how much the waveform piles up just below its peak: at most 0.83 in 40 clean clips, above 1 if limited.

    This is the number of samples in the top tenth of the amplitude range divided by those in the tenth below it, for
    the positive or negative side, whichever is larger. The same clips at 6 dB over full scale reach 1.7 to 4.2 after
    hard clipping; soft clipping (tanh) reaches 1 at 12 to 18 dB. The amplitude histogram of natural speech falls
    towards its peak, clipping reverses that, and a later gain change does not hide it. (Histograms find what counting
    flat runs misses: Eaton and Naylor, “Detection of clipping in coded speech signals”, EUSIPCO 2013.)
    """
    found = 0.0
    for side in (samples, -samples):
        peak = float(np.max(side, initial=0.0))
        top = int(np.count_nonzero(side >= 0.9 * peak))
        below = int(np.count_nonzero((side >= 0.8 * peak) & (side < 0.9 * peak)))
        if peak >= 0.05 and top + below >= 50:  # fewer samples are not significant
            found = max(found, top / max(below, 1))
    return found


def bandwidth_hz(audio: Audio) -> float:
    """Return the highest frequency in hertz at which speech has energy; 0 for silence.

    A steep end shows what limited the band: telephone 3.4-4 kHz, wideband headset 7-8 kHz, MP3 at a low bit rate.
    Noise added after the limit hides it.
    """
    from scipy.ndimage import uniform_filter1d
    from scipy.signal import welch

    if not np.any(audio.samples) or len(audio.samples) < 1024:
        return 0.0
    length = min(len(audio.samples), round(0.046 * audio.sample_rate))
    frequencies, density = welch(audio.samples.astype(np.float64), audio.sample_rate, "blackmanharris", length)
    smooth = uniform_filter1d(density, max(1, round(200 / frequencies[1])))
    present = smooth > smooth.max() * 10 ** (-_BANDWIDTH_BELOW_PEAK_DB / 10)
    return float(frequencies[np.flatnonzero(present)[-1]])


def emptied_share(audio: Audio) -> float:
    """Return the share of high-frequency content that a lossy encoder discarded during speech, 0..1.

    Counts narrow bands (300 Hz wide, 2 to 7.5 kHz) that are at least 80 dB below the loud 23 ms frame they belong to:
    no room is that quiet, but MP3 at low bit rates stores nothing there. In 24 clips of two voices it was at most
    0.012 clean, at most 0.021 after MP3 at 64 kbit/s, and at least 0.165 at 32. The average spectrum does not show
    this, because other frames fill the same bands.
    """
    from scipy.signal import stft

    length = round(_EMPTIED_FRAME_S * audio.sample_rate)
    highest_hz = min(_EMPTIED_TO_HZ, 0.45 * audio.sample_rate)
    if len(audio.samples) < 4 * length or highest_hz < _EMPTIED_FROM_HZ + _EMPTIED_BAND_HZ:
        return 0.0
    frequencies, _, spectrum = stft(
        audio.samples.astype(np.float64), audio.sample_rate, "blackmanharris", length, length // 2,
        boundary=None, padded=False,
    )  # fmt: skip
    power = np.abs(spectrum) ** 2
    total = power.sum(axis=0)
    loud = total > total.max() * 10 ** (-_LOUD_WITHIN_DB / 10)
    if not loud.any():
        return 0.0
    starts = np.arange(_EMPTIED_FROM_HZ, highest_hz - _EMPTIED_BAND_HZ + 1, _EMPTIED_BAND_HZ)
    bands = [(frequencies >= start) & (frequencies < start + _EMPTIED_BAND_HZ) for start in starts]
    levels = np.array([power[band][:, loud].sum(axis=0) for band in bands]) / total[loud]
    return float(np.mean(levels < 10 ** (-_EMPTIED_BELOW_DB / 10)))


def cut_edges(audio: Audio, probabilities: np.ndarray | None = None) -> tuple[bool, bool]:
    """Return whether speech reaches the very beginning (started late) and the very end (ended early)."""
    probabilities = speech_frames(audio) if probabilities is None else probabilities
    length = round(_EDGE_S * audio.sample_rate)
    speech_dbfs = speech_level_dbfs(audio, probabilities)
    if len(audio.samples) < 4 * length or speech_dbfs <= SILENCE_DBFS:
        return False, False
    # In noise the edges are as loud as the noise, whose level the quietest moments show.
    noise_dbfs = _decibels(float(np.quantile(frame_powers(audio), 0.05)))
    loud_enough = max(speech_dbfs - _EDGE_BELOW_SPEECH_DB, noise_dbfs + _EDGE_OVER_NOISE_DB)
    edges = (audio.samples[:length], audio.samples[-length:])
    first, last = (_decibels(float(np.mean(edge.astype(np.float64) ** 2))) >= loud_enough for edge in edges)
    return first, last


def longest_pause_s(probabilities: np.ndarray) -> float:
    """Return the longest silence between two stretches of speech in seconds; 0 with fewer than two."""
    regions = speech_regions(probabilities)
    return max((later[0] - earlier[1] for earlier, later in pairwise(regions)), default=0.0)


def _hum_of(mains_hz: int, frequencies: np.ndarray, density: np.ndarray) -> MainsHum:
    bin_hz = frequencies[1]
    strongest_db, level, weighted = 0.0, 0.0, 0.0
    lines_hz = []
    for harmonic in HARMONICS:
        distance = np.abs(frequencies - harmonic * mains_hz)
        neighbours = float(np.median(density[(distance >= 3) & (distance <= 12)]))
        line = float(density[distance <= 1].max())
        excess_db = 10 * float(np.log10(max(line, 1e-20) / max(neighbours, 1e-20)))
        strongest_db = max(strongest_db, excess_db)
        if excess_db >= LINE_STANDS_OUT_DB:
            lines_hz.append(float(harmonic * mains_hz))
            power = max(0.0, float(np.sum(density[distance <= 2] - neighbours))) * bin_hz
            level += power
            weighted += power * float(_a_weight_power(np.array([harmonic * mains_hz]))[0])
    return MainsHum(mains_hz, strongest_db, _decibels(level), _decibels(weighted), tuple(lines_hz))


def _power_spectrum(audio: Audio) -> tuple[np.ndarray, np.ndarray]:
    """Return the frequencies and the power at each; the powers sum to the mean square of the samples."""
    count = max(1, len(audio.samples))
    spectrum = np.abs(np.fft.rfft(audio.samples.astype(np.float64), count)) ** 2 / count**2
    spectrum[1 : (count + 1) // 2] *= 2  # positive and negative frequencies
    return np.fft.rfftfreq(count, 1 / audio.sample_rate), spectrum


def _a_weight_power(frequencies: np.ndarray) -> np.ndarray:
    """Return the A-weighting of IEC 61672-1 as a power factor, 1 at 1 kHz."""
    squared = frequencies.astype(np.float64) ** 2
    gain = (12_194**2 * squared**2) / (
        (squared + 20.6**2) * np.sqrt((squared + 107.7**2) * (squared + 737.9**2)) * (squared + 12_194**2)
    )
    return gain**2 * 10**0.2


def _decibels(power: float) -> float:
    return max(SILENCE_DBFS, 10 * float(np.log10(max(power, 1e-20))))
