"""Cut long recordings into clips of a sentence or so: at real pauses, or between words where there is no pause."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np

from voiceclone.audio import Audio
from voiceclone.bases.base import OnProgress, ShouldStop
from voiceclone.clips.transcribe import SpokenWord
from voiceclone.clips.vad import speech_probabilities, speech_regions
from voiceclone.clips.word_cuts import HearWords, divide_run, windows_over
from voiceclone.decoding import Recording, fit
from voiceclone.errors import Cancelled
from voiceclone.limits import MAX_CLIP_S, TARGET_SLICE_S

PADDING_S = 0.15
"""Kept before the first and after the last word, where the pause is long enough for it."""
SHORTEST_PAUSE_S = 0.1
"""Three frames without speech; stops inside words are shorter."""
COMFORTABLE_PAUSE_S = 0.4
"""From here on a pause is as good a place to cut as any."""
LONG_PAUSE_S = 1.0
"""A pause like this is cut out rather than kept inside a clip."""
SHORT_SLICE_S = 2.0
"""Slices below this carry little melody; they are joined to a neighbour where that is possible."""


@dataclass(frozen=True)
class SlicePlan:
    """Where to cut one recording."""

    slices: tuple[tuple[float, float], ...]
    """(start, end) in seconds, in order, not overlapping."""
    left_out_s: float
    """Speech that had no pause for longer than `MAX_CLIP_S`, or was too short to use."""


def find_slices(
    recording: Recording,
    shortest_s: float,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
    hear_words: HearWords | None = None,
) -> SlicePlan:
    """Listen through a recording once, block by block, and plan its slices.

    Args:
        recording: the recording.
        shortest_s: slices below this are left out.
        on_progress: told share and words.
        should_stop: ends early.
        hear_words: a recogniser; where nobody pauses for longer than a clip may be, it says where words end.

    Raises:
        AudioError: the file cannot be read.
        Cancelled: `should_stop` said so.
    """
    found = []
    read_s = 0.0

    def stop_if_asked() -> None:
        if should_stop and should_stop():
            raise Cancelled("Stopped. What was added before is kept.")

    def blocks() -> Iterator[np.ndarray]:
        nonlocal read_s
        for block in recording.blocks():
            stop_if_asked()
            read_s += len(block) / recording.sample_rate
            if on_progress and recording.duration_s:
                share = min(1.0, read_s / recording.duration_s)
                on_progress(share, f"Looking for pauses in {recording.path.name}")
            yield fit(block)

    for probabilities in speech_probabilities(blocks(), recording.sample_rate):
        found.append(probabilities)
    spoken = speech_regions(np.concatenate(found), SHORTEST_PAUSE_S)
    if hear_words is not None:
        spoken = _divided(recording, spoken, hear_words, stop_if_asked)
    return plan_slices(spoken, read_s, shortest_s)


def plan_slices(spoken: list[tuple[float, float]], duration_s: float, shortest_s: float) -> SlicePlan:
    """Choose cuts so that slices are near `TARGET_SLICE_S` and every cut lies between two stretches of speech.

    Args:
        spoken: (start, end) of the stretches of speech in seconds, in order.
        duration_s: length of the recording.
        shortest_s: slices below this are left out.
    """
    kept, left_out_s = [], 0.0
    for first, last in _best_groups(spoken):
        start, end = spoken[first][0], spoken[last][1]
        pause_before = start - (spoken[first - 1][1] if first else 0.0)
        pause_after = (spoken[last + 1][0] if last + 1 < len(spoken) else duration_s) - end
        padded_start = start - min(PADDING_S, pause_before / 2 if first else pause_before)
        padded_end = min(duration_s, end + min(PADDING_S, pause_after / 2 if last + 1 < len(spoken) else pause_after))
        if end - start > _LONGEST_S or padded_end - padded_start < shortest_s:
            left_out_s += end - start
        else:
            kept.append((padded_start, padded_end))
    return SlicePlan(tuple(kept), left_out_s)


def cut_slices(recording: Recording, plan: SlicePlan) -> Iterator[tuple[float, Audio]]:
    """Read a recording once more and yield each planned slice as (start in seconds, sound)."""
    rate = recording.sample_rate
    wanted = [(round(start * rate), round(end * rate)) for start, end in plan.slices]
    held = np.zeros(0, np.float32)
    held_from = 0
    for block in recording.blocks():
        held = np.concatenate([held, block])
        while wanted and wanted[0][1] <= held_from + len(held):
            start, end = wanted.pop(0)
            yield start / rate, Audio(fit(held[start - held_from : end - held_from]), rate)
        needed_from = wanted[0][0] if wanted else held_from + len(held)
        drop = min(len(held), max(0, needed_from - held_from))
        held, held_from = held[drop:], held_from + drop
    for start, end in wanted:  # rounding may put the last cut just behind the end
        piece = held[max(0, start - held_from) : end - held_from]
        yield start / rate, Audio(fit(piece), rate)


_LONGEST_S = MAX_CLIP_S - 2 * PADDING_S


def _divided(
    recording: Recording,
    spoken: list[tuple[float, float]],
    hear_words: HearWords,
    stop_if_asked: Callable[[], None],
) -> list[tuple[float, float]]:
    """Divide stretches of speech that are longer than a clip may be between their words."""
    runs = [run for run in spoken if run[1] - run[0] > _LONGEST_S]
    windows = [windows_over(run) for run in runs]
    pieces = cut_slices(recording, SlicePlan(tuple(chain.from_iterable(windows)), 0.0))

    def heard(audio: Audio) -> list[SpokenWord]:
        stop_if_asked()
        return hear_words(audio)

    parts = {
        run: divide_run(run, islice(pieces, len(own)), heard, _LONGEST_S)
        for run, own in zip(runs, windows, strict=True)
    }
    return [part for run in spoken for part in parts.get(run, [run])]


def _best_groups(spoken: list[tuple[float, float]]) -> list[tuple[int, int]]:
    """Join stretches of speech into slices at the lowest total cost (dynamic programming).

    Returns:
        (first, last) indices into `spoken` for each slice, in order, covering all of them.
    """
    best_cost = [0.0] + [np.inf] * len(spoken)
    begins_at = [0] * (len(spoken) + 1)
    for end in range(1, len(spoken) + 1):
        for start in range(end - 1, -1, -1):
            length_s = spoken[end - 1][1] - spoken[start][0]
            if length_s > _LONGEST_S and start < end - 1:
                break
            cost = best_cost[start] + _slice_cost(spoken, start, end)
            if cost < best_cost[end]:
                best_cost[end], begins_at[end] = cost, start
    groups = []
    end = len(spoken)
    while end > 0:
        groups.append((begins_at[end], end - 1))
        end = begins_at[end]
    return groups[::-1]


def _slice_cost(spoken: list[tuple[float, float]], start: int, end: int) -> float:
    """Cost of one slice: distance from the wished length, long pauses inside, and a tight cut before it."""
    length_s = spoken[end - 1][1] - spoken[start][0]
    cost = ((length_s - TARGET_SLICE_S) / TARGET_SLICE_S) ** 2
    if length_s < SHORT_SLICE_S:
        cost += 2.0
    for earlier, later in zip(spoken[start : end - 1], spoken[start + 1 : end], strict=True):
        cost += 2.0 * max(0.0, later[0] - earlier[1] - LONG_PAUSE_S)
    if start > 0:
        pause_s = spoken[start][0] - spoken[start - 1][1]
        cost += 3.0 * (1.0 - min(pause_s, COMFORTABLE_PAUSE_S) / COMFORTABLE_PAUSE_S)
    return cost
