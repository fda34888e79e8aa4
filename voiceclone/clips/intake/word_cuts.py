"""Find places to cut speech without pauses: between two recognised words, at the quietest moment."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from voiceclone.audio.sound import Audio
from voiceclone.recognition.transcribe import SpokenWord

RecogniseWords = Callable[[Audio], list[SpokenWord]]
WINDOW_S = 30.0
"""Whisper's input length."""
OVERLAP_S = 4.0
"""Overlap of consecutive windows, so that every cut has words on both sides."""
_SEARCH_S = 0.08
"""Error of the recogniser's word boundaries, which lie on a 20 ms grid."""
_LOUDNESS_STEP_S = 0.01
_SENTENCE_ENDS = ".?!;:,…"


def windows_over(run: tuple[float, float]) -> list[tuple[float, float]]:
    """Return (start, end) of the overlapping windows in which a run of speech is recognised, in order."""
    start, end = run
    found = [(start, min(end, start + WINDOW_S))]
    while found[-1][1] < end:
        next_start = found[-1][1] - OVERLAP_S
        found.append((next_start, min(end, next_start + WINDOW_S)))
    return found


def divide_run(
    run: tuple[float, float],
    pieces: Iterator[tuple[float, Audio]],
    recognise_words: RecogniseWords,
    longest_s: float,
    heard: list[SpokenWord] | None = None,
) -> list[tuple[float, float]]:
    """Divide a run of speech at phrase boundaries, and between other words where a phrase is too long.

    Args:
        run: (start, end) in seconds.
        pieces: the audio of `windows_over(run)`, each with its start in seconds.
        longest_s: maximum length of a part, as far as word boundaries allow.
        heard: the recognised words are appended to this list, with times in the recording.

    Returns:
        (start, end) of the parts, in order, without gaps; `run` itself if no words were recognised.
    """
    phrases: dict[float, float] = {}
    others: dict[float, float] = {}
    for number, (start_s, audio) in enumerate(pieces):
        # In the outer half of an overlap, the neighbouring window recognises words better.
        first = OVERLAP_S / 2 if number else 0.0
        last = audio.duration_s - (OVERLAP_S / 2 if start_s + audio.duration_s < run[1] - 0.01 else 0.0)
        words = recognise_words(audio)
        if heard is not None:
            inside = (word for word in words if first <= (word.start_s + word.end_s) / 2 < last)
            heard += (SpokenWord(word.text, start_s + word.start_s, start_s + word.end_s) for word in inside)
        for word, following in pairwise(words):
            at_s, level_db = quietest_between(audio, word.end_s, following.start_s)
            if first <= at_s < last:
                cuts = phrases if word.text.rstrip("\"'”’").endswith(tuple(_SENTENCE_ENDS)) else others
                cuts[start_s + at_s] = level_db
    parts = pairwise([run[0], *sorted(phrases), run[1]])
    return [shorter for part in parts for shorter in _shortened(part, others, longest_s)]


def quietest_between(audio: Audio, end_s: float, start_s: float) -> tuple[float, float]:
    """Return the centre (s) of the quietest 10 ms around the gap between two words, and its level in dBFS."""
    step = max(1, round(_LOUDNESS_STEP_S * audio.sample_rate))
    lower, upper = sorted((end_s, start_s))
    begin = max(0, round((lower - _SEARCH_S) * audio.sample_rate))
    end = min(len(audio.samples), round((upper + _SEARCH_S) * audio.sample_rate))
    count = max(1, (end - begin) // step)
    frames = audio.samples[begin : begin + count * step]
    frames = np.pad(frames, (0, count * step - len(frames))).reshape(count, step).astype(np.float64)
    powers = np.mean(frames**2, axis=1)
    quietest = int(np.argmin(powers))
    return (begin + (quietest + 0.5) * step) / audio.sample_rate, 10 * float(np.log10(powers[quietest] + 1e-12))


def _shortened(part: tuple[float, float], cuts: dict[float, float], longest_s: float) -> list[tuple[float, float]]:
    """Divide a part that is too long at the quietest place in its middle half, recursively."""
    start_s, end_s = part
    margin_s = (end_s - start_s) / 4
    inside = [at_s for at_s in cuts if start_s + margin_s < at_s < end_s - margin_s]
    if end_s - start_s <= longest_s or not inside:
        return [part]
    at_s = min(inside, key=cuts.__getitem__)
    return _shortened((start_s, at_s), cuts, longest_s) + _shortened((at_s, end_s), cuts, longest_s)
