"""Trackers of pitch under one signature, for `compare_pitch_trackers.py`."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from tools.pitch_material import HOP_S, RATE
from voiceclone.audio.pitch import pitch_curve
from voiceclone.audio.sound import Audio

FLOOR_HZ, CEILING_HZ = 50.0, 600.0
NEAR = 0.2
"""Two trackers agree on a frame that they tell within this share."""
Curve = tuple[np.ndarray, np.ndarray]
"""Moments in seconds and pitch in Hz, 0 where unvoiced."""
Tracker = Callable[[np.ndarray], Curve]
"""Takes float32 at 16 kHz."""


def dio(samples: np.ndarray) -> Curve:
    """WORLD's DIO and StoneMask as VoiceClone used them until 2026-11."""
    import pyworld

    signal = samples.astype(np.float64)
    rough, times = pyworld.dio(
        signal, RATE, f0_floor=60.0, f0_ceil=CEILING_HZ, frame_period=1000 * HOP_S, allowed_range=0.2
    )
    return times, pyworld.stonemask(signal, rough, times, RATE)


def harvest(samples: np.ndarray) -> Curve:
    """WORLD's Harvest."""
    import pyworld

    found, times = pyworld.harvest(samples.astype(np.float64), RATE, FLOOR_HZ, CEILING_HZ, 1000 * HOP_S)
    return times, found


def pyin(samples: np.ndarray) -> Curve:
    """librosa's pYIN, in windows of 64 ms."""
    import librosa

    found, voiced, _ = librosa.pyin(
        samples, fmin=FLOOR_HZ, fmax=CEILING_HZ, sr=RATE, frame_length=1024, hop_length=int(HOP_S * RATE)
    )
    return np.arange(len(found)) * HOP_S, np.where(voiced, found, 0.0)


def _praat(samples: np.ndarray, floor_hz: float, ceiling_hz: float) -> Curve:
    import parselmouth

    pitch = parselmouth.Sound(samples.astype(np.float64), RATE).to_pitch_ac(
        time_step=HOP_S, pitch_floor=floor_hz, pitch_ceiling=ceiling_hz
    )
    return pitch.xs(), pitch.selected_array["frequency"]


def praat(samples: np.ndarray) -> Curve:
    """Praat's autocorrelation."""
    return _praat(samples, FLOOR_HZ, CEILING_HZ)


def praat_twice(samples: np.ndarray) -> Curve:
    """Praat's, and once more between the quartiles' 0.75 and 1.5 times (De Looze and Hirst, 2008)."""
    times, found = praat(samples)
    if not found.any():
        return times, found
    low, high = np.percentile(found[found > 0], [25, 75])
    return _praat(samples, max(FLOOR_HZ, 0.75 * low), min(CEILING_HZ, 1.5 * high))


def praat_shs(samples: np.ndarray) -> Curve:
    """Praat's subharmonic summation (Hermes, 1988)."""
    import parselmouth

    sound = parselmouth.Sound(samples.astype(np.float64), RATE)
    pitch = parselmouth.praat.call(sound, "To Pitch (shs)", HOP_S, FLOOR_HZ, 15, 1250, 15, 0.84, CEILING_HZ, 48)
    return pitch.xs(), pitch.selected_array["frequency"]


def _sptk(name: str, samples: np.ndarray, scale: float, dtype: type) -> Curve:
    import pysptk

    found = getattr(pysptk, name)(
        (scale * samples).astype(dtype), RATE, int(HOP_S * RATE), min=FLOOR_HZ, max=CEILING_HZ, otype="f0"
    )
    return np.arange(len(found)) * HOP_S, found


def rapt(samples: np.ndarray) -> Curve:
    """SPTK's RAPT (Talkin, 1995)."""
    return _sptk("rapt", samples, 32_767.0, np.float32)


def swipe(samples: np.ndarray) -> Curve:
    """SPTK's SWIPE' (Camacho, 2008)."""
    return _sptk("swipe", samples, 1.0, np.float64)


def reaper(samples: np.ndarray) -> Curve:
    """REAPER (Talkin, 2015)."""
    import pyreaper

    loud = (32_000 * samples / (np.abs(samples).max() + 1e-9)).astype(np.int16)
    _, _, times, found, _ = pyreaper.reaper(loud, RATE, minf0=FLOOR_HZ, maxf0=CEILING_HZ, frame_period=0.005)
    return times, np.maximum(found, 0.0)


def yaapt(samples: np.ndarray) -> Curve:
    """YAAPT (Zahorian and Hu, 2008)."""
    from amfm_decompy import basic_tools, pYAAPT

    pitch = pYAAPT.yaapt(
        basic_tools.SignalObj(samples.astype(np.float64), RATE),
        f0_min=FLOOR_HZ,
        f0_max=CEILING_HZ,
        frame_space=1000 * HOP_S,
    )
    return pitch.frames_pos / RATE, pitch.samp_values


def fcpe(samples: np.ndarray) -> Curve:
    """torchfcpe's network."""
    import torch

    with torch.no_grad():
        found = _fcpe().infer(
            torch.from_numpy(samples)[None, :, None], sr=RATE, threshold=0.006, f0_min=FLOOR_HZ, f0_max=CEILING_HZ
        )[0, :, 0]
    return np.arange(len(found)) * 0.01, found.numpy()


@cache
def _fcpe() -> Any:
    import torchfcpe

    return torchfcpe.spawn_bundled_infer_model("cpu")


def crepe(samples: np.ndarray) -> Curve:
    """CREPE's smallest network, by torchcrepe, with its Viterbi search."""
    import torch
    import torchcrepe

    found, sure = torchcrepe.predict(
        torch.from_numpy(samples)[None],
        RATE,
        int(HOP_S * RATE),
        FLOOR_HZ,
        CEILING_HZ,
        "tiny",
        batch_size=512,
        device="cpu",
        return_periodicity=True,
    )
    voiced = torchcrepe.filter.median(sure, 3)[0] > 0.21
    return np.arange(found.shape[1]) * HOP_S, np.where(voiced, found[0], 0.0)


def pesto(samples: np.ndarray) -> Curve:
    """PESTO's network."""
    import pesto
    import torch

    times, found, sure, _ = pesto.predict(torch.from_numpy(samples), RATE, step_size=1000 * HOP_S)
    return times.numpy() / 1000, np.where(sure > 0.5, found, 0.0)


def swift(samples: np.ndarray) -> Curve:
    """SwiftF0's network, as `voiceclone/audio/pitch.py` asks it."""
    curve = pitch_curve(Audio(samples, RATE), HOP_S)
    return np.arange(len(curve)) * HOP_S, curve


def _swift_between(samples: np.ndarray, floor_hz: float, ceiling_hz: float) -> Curve:
    found = _swift().detect(samples, RATE, floor_hz, ceiling_hz)
    return found.timestamps, np.where(found.confidence >= 0.5, found.pitch_hz, 0.0)


def swift_twice(samples: np.ndarray) -> Curve:
    """SwiftF0, and once more between the quartiles' 0.6 and 1.8 times."""
    times, found = _swift_between(samples, FLOOR_HZ, CEILING_HZ)
    if not found.any():
        return times, found
    low, high = np.percentile(found[found > 0], [25, 75])
    return _swift_between(samples, max(FLOOR_HZ, 0.6 * low), min(CEILING_HZ, 1.8 * high))


@cache
def _swift() -> Any:
    from swift_f0 import SwiftF0

    return SwiftF0(threads=1, spin=False)


def swift_and_rapt(samples: np.ndarray) -> Curve:
    """Voiced where SwiftF0 and RAPT both say so; where they are at odds, the one nearer to the median of both."""
    one, other = on_grid(swift(samples), len(samples)), on_grid(rapt(samples), len(samples))
    both = (one > 0) & (other > 0)
    agreeing = both & (np.abs(one / np.maximum(other, 1) - 1) < NEAR)
    usual = np.median(one[agreeing]) if agreeing.any() else 150.0
    with np.errstate(divide="ignore"):
        nearer = np.where(np.abs(np.log(one / usual)) <= np.abs(np.log(other / usual)), one, other)
    return np.arange(len(one)) * HOP_S, np.where(agreeing, one, np.where(both, nearer, 0.0))


SINGLE: dict[str, Tracker] = {
    "DIO + StoneMask (until now)": dio,
    "Harvest": harvest,
    "pYIN": pyin,
    "Praat autocorrelation": praat,
    "Praat subharmonic summation": praat_shs,
    "RAPT": rapt,
    "SWIPE'": swipe,
    "REAPER": reaper,
    "YAAPT": yaapt,
    "torchfcpe": fcpe,
    "CREPE tiny": crepe,
    "PESTO": pesto,
    "SwiftF0": swift,
}
COMBINED: dict[str, Tracker] = {
    "Praat autocorrelation, two passes": praat_twice,
    "SwiftF0, two passes": swift_twice,
    "SwiftF0 and RAPT": swift_and_rapt,
}


def on_grid(curve: Curve, samples: int) -> np.ndarray:
    """Return the value nearest in time to each moment of `HOP_S`."""
    times, found = curve
    grid = np.arange(int(samples / RATE / HOP_S)) * HOP_S
    if not len(found):
        return np.zeros(len(grid))
    nearest = np.searchsorted((times[1:] + times[:-1]) / 2, grid)
    far = np.abs(np.asarray(times)[nearest] - grid) > 2 * HOP_S
    return np.where(far, 0.0, np.nan_to_num(np.asarray(found, dtype=np.float64)[nearest]))
