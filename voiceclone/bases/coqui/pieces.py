"""Conversion of long recordings: cut at quiet places, converted with context, joined without drift."""

import itertools
from collections.abc import Callable

import numpy as np

from voiceclone.audio.sound import Audio, resample
from voiceclone.errors import AudioError, Cancelled
from voiceclone.limits import SILENT_PEAK_DBFS
from voiceclone.progress import OnProgress, ShouldStop

LONGEST_PIECE_S = 20.0
"""A converter's attention grows with the square of the length: 20 s fit any computer."""
SHORTEST_PIECE_S = 12.0
CONTEXT_S = 0.3
"""Context on both sides of a piece, discarded afterwards: no network sees an edge in the middle of speech."""
SHORTEST_INPUT_S = 0.6
"""Shorter recordings are padded with silence: the networks' first layers need some frames."""
_FADE_S = 0.02
_QUIET_WINDOW_S = 0.05


def convert_in_pieces(
    audio: Audio,
    input_rate: int,
    output_rate: int,
    convert: Callable[[np.ndarray], np.ndarray],
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> Audio:
    """Return `audio` converted, exactly as long as it was.

    Args:
        audio: any rate and length.
        input_rate: of the input of `convert`, hertz.
        output_rate: of its output, hertz.
        convert: float32 samples (n,) to float32 samples of about n * output_rate / input_rate.
        on_progress: called with (fraction 0..1, message) after each piece.
        should_stop: return True to give up; asked before each piece.

    Raises:
        AudioError: the recording is silent.
        Cancelled: `should_stop` returned True.
    """
    if not len(audio.samples) or audio.peak_dbfs < SILENT_PEAK_DBFS:
        raise AudioError("There is no speech in this recording. Record or choose another one.")
    source = resample(audio, input_rate).samples
    cuts = [0, *_cuts(source, input_rate), len(source)]
    ratio = output_rate / input_rate
    result = np.zeros(round(len(source) * ratio), np.float32)
    fade, context = round(_FADE_S * output_rate), round(CONTEXT_S * input_rate)
    for number, (begin, end) in enumerate(itertools.pairwise(cuts), start=1):
        if should_stop and should_stop():
            raise Cancelled("Stopped converting; nothing was saved.")
        first, last = max(0, begin - context), min(len(source), end + context)
        made = _fitted(_converted(source[first:last], input_rate, convert), round(last * ratio) - round(first * ratio))
        weights = np.ones(len(made), np.float32)
        if first:
            weights = np.minimum(weights, _ramp(len(made), round(begin * ratio) - round(first * ratio), fade))
        if last < len(source):
            weights = np.minimum(weights, 1 - _ramp(len(made), round(end * ratio) - round(first * ratio), fade))
        result[round(first * ratio) : round(first * ratio) + len(made)] += made * weights
        if on_progress:
            on_progress(number / (len(cuts) - 1), "Converting the recording")
    return Audio(np.clip(result, -1.0, 1.0), output_rate)


def _converted(source: np.ndarray, rate: int, convert: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    missing = max(0, round(SHORTEST_INPUT_S * rate) - len(source))
    made = np.asarray(convert(np.pad(source, (0, missing))), np.float32).reshape(-1)
    if not np.all(np.isfinite(made)):
        raise AudioError("This recording could not be converted. Try another one.")
    return made


def _fitted(samples: np.ndarray, length: int) -> np.ndarray:
    """Cut or pad the end: networks round to whole frames of 10 to 20 ms."""
    return np.pad(samples[:length], (0, max(0, length - len(samples))))


def _ramp(length: int, middle: int, width: int) -> np.ndarray:
    """Return 0 before, 1 after, and a straight line of `width` samples around `middle`."""
    return np.clip((np.arange(length, dtype=np.float32) - middle) / max(1, width) + 0.5, 0.0, 1.0)


def _cuts(samples: np.ndarray, rate: int) -> list[int]:
    """Return the cuts: each the quietest moment 12 to 20 s after the previous one."""
    cuts: list[int] = []
    begin, window = 0, round(_QUIET_WINDOW_S * rate)
    while len(samples) - begin > LONGEST_PIECE_S * rate:
        from_, to = begin + round(SHORTEST_PIECE_S * rate), begin + round(LONGEST_PIECE_S * rate)
        frames = samples[from_ : from_ + (to - from_) // window * window].reshape(-1, window)
        begin = from_ + int(np.argmin(np.square(frames).mean(axis=1))) * window + window // 2
        cuts.append(begin)
    return cuts
