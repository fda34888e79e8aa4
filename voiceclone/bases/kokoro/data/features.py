"""Features Kokoro is trained on: durations, loudness and the sound itself."""

from typing import TYPE_CHECKING

import numpy as np

from voiceclone.audio.pitch import fit_length
from voiceclone.audio.sound import Audio, resample
from voiceclone.bases.kokoro.model.network import CURVE_HOP_SAMPLES, FRAME_SAMPLES, SAMPLE_RATE

if TYPE_CHECKING:
    import torch

LEVEL_DBFS = -23.7
"""RMS of the stock voices' own output; recordings are brought to it so that their loudness curves mean the same."""
LOUDNESS_OFFSET = 0.45
"""What the loudness curve measured on the base's own output lacks to the curve it was given (median over
two voices and two sentences: 0.29-0.61)."""
CURVE_HOP_S = CURVE_HOP_SAMPLES / SAMPLE_RATE
_CEPSTRA = 10
_MEL_FFT, _MEL_WINDOW, _MEL_BANDS = 2048, 1200, 80  # StyleTTS 2, meldataset.py


def to_base_level(audio: Audio) -> Audio:
    """Resample to 24 kHz and bring the RMS to `LEVEL_DBFS`, without clipping."""
    sound = resample(audio, SAMPLE_RATE).samples
    rms = float(np.sqrt(np.mean(sound.astype(np.float64) ** 2)) + 1e-9)
    gain = min(10 ** (LEVEL_DBFS / 20) / rms, 0.99 / float(np.abs(sound).max() + 1e-9))
    return Audio((sound * gain).astype(np.float32), SAMPLE_RATE)


def loudness_curve(samples: np.ndarray, length: int) -> np.ndarray:
    """Return Kokoro's loudness curve of 24 kHz sound, float32, shape (length,)."""
    import torch

    log_mel = torch.log(1e-5 + _mel_spectrogram()(torch.from_numpy(samples)))
    return fit_length(log_mel.exp().norm(dim=0).log().numpy() + LOUDNESS_OFFSET, length)


def _mel_spectrogram() -> "torch.nn.Module":
    import torchaudio

    return torchaudio.transforms.MelSpectrogram(
        SAMPLE_RATE, n_fft=_MEL_FFT, win_length=_MEL_WINDOW, hop_length=CURVE_HOP_SAMPLES, n_mels=_MEL_BANDS
    )


def bandwidth(audio: Audio) -> float:
    """Return the bandwidth of a recording: its highest frequency with content, Hz.

    Recordings from telephones or low bit rates are empty above some frequency, which must not be
    learnt. Empty means 65 dB below the loudest third-octave-like band.
    """
    from scipy.signal import welch

    frequencies, power = welch(audio.samples, audio.sample_rate, nperseg=min(2048, len(audio.samples)))
    level_db = 10 * np.log10(np.convolve(power, np.ones(9) / 9, mode="same") + 1e-20)
    held = np.flatnonzero(level_db > level_db.max() - 65)
    nyquist = min(audio.sample_rate, SAMPLE_RATE) / 2
    return float(min(frequencies[held[-1]], 0.97 * nyquist)) if len(held) else nyquist


def alignment_features(samples: np.ndarray) -> np.ndarray:
    """Return the features for alignment, every 12.5 ms: float32, shape (frames, 20); see `comparable`."""
    return comparable(cepstrum(samples))


def comparable(cepstra: np.ndarray) -> np.ndarray:
    """Return cepstra (frames, 10) with mean 0 and variance 1 per coefficient, and their slopes: (frames, 20).

    Finer coefficients tell voices apart, not sounds, and the slopes tell where one sound becomes the next: with 20
    coefficients and no slopes, what the base makes of the durations is further from the recording
    (docs/decisions/0127).
    """
    scaled = (cepstra - cepstra.mean(0)) / (cepstra.std(0, ddof=1) + 1e-5)
    padded = np.pad(scaled, ((2, 2), (0, 0)), mode="edge")
    slopes = (2 * (padded[4:] - padded[:-4]) + padded[3:-1] - padded[1:-3]) / 10
    return np.concatenate([scaled, slopes / (slopes.std(0) + 1e-5)], axis=1).astype(np.float32)


def cepstrum(samples: np.ndarray) -> np.ndarray:
    """Return MFCCs of 24 kHz sound every 12.5 ms: float32, shape (frames, 10)."""
    import torch

    log_mel = torch.log(1e-4 + _mel_spectrogram()(torch.from_numpy(samples)))
    from torchaudio.functional import create_dct

    return (log_mel.T @ create_dct(_CEPSTRA, _MEL_BANDS, "ortho")).numpy()


def warp_path(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Dynamic time warping: for each frame of `one`, the first matching frame of `other`; int64, shape (len(one),).

    Written here, along antidiagonals in NumPy (20 ms for two five-second clips): librosa's version
    compiles itself for 16 s when first called, a quarter of the time to a first listen.
    """
    rows, columns = len(one), len(other)
    distance = np.sqrt(np.maximum((one**2).sum(1)[:, None] + (other**2).sum(1)[None] - 2 * one @ other.T, 0.0))
    cost = np.full((rows + 1, columns + 1), np.inf)
    cost[0, 0] = 0.0
    step = np.zeros((rows + 1, columns + 1), dtype=np.int8)  # 0 both, 1 a row, 2 a column
    for diagonal in range(2, rows + columns + 1):
        row = np.arange(max(1, diagonal - columns), min(rows, diagonal - 1) + 1)
        column = diagonal - row
        choices = np.stack([cost[row - 1, column - 1], cost[row - 1, column], cost[row, column - 1]])
        best = choices.argmin(0)
        step[row, column] = best
        cost[row, column] = choices[best, np.arange(len(row))] + distance[row - 1, column - 1]
    match = np.zeros(rows, dtype=np.int64)
    row, column = rows, columns
    while row > 0 and column > 0:
        match[row - 1] = column - 1  # walking back, the last write is the first match
        move = step[row, column]
        row, column = row - (move != 2), column - (move != 1)
    return match


def align(template: np.ndarray, template_frames: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """Find each token's duration in a recording.

    Args:
        template: the same phonemes spoken by the base, 24 kHz, shape (600 * sum(template_frames),).
        template_frames: int64, shape (tokens,): frames of each token in the template.
        samples: the recording, 24 kHz.

    Returns:
        int64, shape (tokens,): frames of each token in the recording, each at least 1 where the
        recording is long enough; their sum is the recording's whole frames.
    """
    return durations(alignment_features(template), template_frames, alignment_features(samples), len(samples))


def durations(template: np.ndarray, template_frames: np.ndarray, recording: np.ndarray, length: int) -> np.ndarray:
    """Find each token's duration in a recording of `length` samples from features of both.

    Args and result as in `align`, but with what `alignment_features` makes of the sounds, shape (frames, 20) each.
    """
    match = warp_path(template, recording)
    total = length // FRAME_SAMPLES
    ends = np.cumsum(template_frames) * 2  # in steps of 12.5 ms
    borders = match[np.minimum(ends[:-1], len(match) - 1)] / 2
    borders = np.concatenate([[0], np.round(borders), [total]]).astype(np.int64)
    tokens = len(template_frames)
    for index in range(1, tokens):  # at least a frame each, from the left, then from the right
        borders[index] = max(borders[index], borders[index - 1] + 1)
    for index in range(tokens - 1, 0, -1):
        borders[index] = min(borders[index], borders[index + 1] - 1)
    return np.diff(np.maximum(borders, 0))
