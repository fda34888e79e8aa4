"""Cut long recordings into clips of about a sentence: at pauses, or between words where there is no pause."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

import numpy as np

from voiceclone.audio.decoding import Recording, scale_to_fit
from voiceclone.audio.sound import Audio
from voiceclone.audio.vad import speech_probabilities, speech_regions
from voiceclone.clips.intake.word_cuts import RecogniseWords, divide_run, windows_over
from voiceclone.errors import Cancelled
from voiceclone.limits import MAX_CLIP_S, MIN_CLIP_S, MIN_SLICE_S, TARGET_SLICE_S
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.recognition.transcribe import SpokenWord

PADDING_S = 0.15
"""Kept before the first and after the last word, as far as the pause allows."""
SHORTEST_PAUSE_S = 0.1
"""Three frames without speech; closures of plosives inside words are shorter."""
COMFORTABLE_PAUSE_S = 0.4
"""A pause of this length or more is an ideal place to cut."""
LONG_PAUSE_S = 1.0
"""Longer pauses are cut out instead of being kept inside a clip."""
LONGEST_S = MAX_CLIP_S - 2 * PADDING_S
"""Longest speech in a slice, which leaves room for the padding at both ends."""
_FADE_S = 0.01
"""Length of the crossfade where a pause is shortened."""


@dataclass(frozen=True)
class SlicePlan:
    """Where to cut one recording."""

    slices: tuple[tuple[float, float], ...]
    """(start, end) in seconds, in order, not overlapping."""
    left_out_s: float = 0.0
    """Speech that runs on without a pause for longer than `MAX_CLIP_S`."""
    too_short: tuple[tuple[float, float], ...] = ()
    """(start, end) of speech left out because it is below `MIN_SLICE_S` and no neighbour has room for it."""
    cut_out: tuple[tuple[float, float], ...] = ()
    """(start, end) of silence removed inside slices, in order; each shortened pause keeps `LONG_PAUSE_S`."""
    between_words: frozenset[int] = frozenset()
    """Indices of the slices that begin or end in running speech."""
    heard: tuple[SpokenWord, ...] = ()
    """Words recognised while looking for places to cut in speech without pauses, in order."""

    @classmethod
    def joined(cls, plans: "Sequence[SlicePlan]") -> "SlicePlan":
        """Join the plans for successive stretches of one recording."""
        between_words = []
        count = 0
        for plan in plans:
            between_words += [count + index for index in plan.between_words]
            count += len(plan.slices)
        return cls(
            tuple(chain.from_iterable(plan.slices for plan in plans)),
            sum(plan.left_out_s for plan in plans),
            tuple(chain.from_iterable(plan.too_short for plan in plans)),
            tuple(chain.from_iterable(plan.cut_out for plan in plans)),
            frozenset(between_words),
        )


def find_slices(
    recording: Recording,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
    recognise_words: RecogniseWords | None = None,
) -> SlicePlan:
    """Read a recording once, block by block, and plan its slices.

    Args:
        on_progress: called with (fraction 0..1, message).
        should_stop: polled for every block; return True to stop.
        recognise_words: a recogniser that finds the word boundaries in speech too long for a clip; None leaves it out.

    Raises:
        AudioError: the file cannot be read.
        Cancelled: `should_stop` returned True.
    """
    spoken, read_s = find_speech(recording, on_progress, should_stop)
    heard: list[SpokenWord] = []
    if recognise_words is not None:
        spoken = divide_long(recording, spoken, recognise_words, should_stop, heard)
    return replace(plan_slices(spoken, read_s), heard=tuple(heard))


def find_speech(
    recording: Recording, on_progress: OnProgress | None = None, should_stop: ShouldStop | None = None
) -> tuple[list[tuple[float, float]], float]:
    """Return (start, end) of each stretch of speech in seconds, and the duration of the recording.

    Raises:
        AudioError: the file cannot be read.
        Cancelled: `should_stop` returned True.
    """
    found = []
    read_s = 0.0

    def blocks() -> Iterator[np.ndarray]:
        nonlocal read_s
        for block in recording.blocks():
            _stop_if_asked(should_stop)
            read_s += len(block) / recording.sample_rate
            if on_progress and recording.duration_s:
                share = min(1.0, read_s / recording.duration_s)
                on_progress(share, f"Looking for pauses in {recording.path.name}")
            yield scale_to_fit(block)

    for probabilities in speech_probabilities(blocks(), recording.sample_rate):
        found.append(probabilities)
    return speech_regions(np.concatenate(found), SHORTEST_PAUSE_S), read_s


def divide_long(
    recording: Recording,
    spoken: list[tuple[float, float]],
    recognise_words: RecogniseWords,
    should_stop: ShouldStop | None = None,
    words: list[SpokenWord] | None = None,
) -> list[tuple[float, float]]:
    """Divide stretches of speech longer than a clip between words; append the recognised words to `words`."""
    runs = [run for run in spoken if run[1] - run[0] > LONGEST_S]
    windows = [windows_over(run) for run in runs]
    pieces = cut_slices(recording, SlicePlan(tuple(chain.from_iterable(windows))))

    def heard(audio: Audio) -> list[SpokenWord]:
        _stop_if_asked(should_stop)
        return recognise_words(audio)

    parts = {
        run: divide_run(run, islice(pieces, len(own)), heard, LONGEST_S, words)
        for run, own in zip(runs, windows, strict=True)
    }
    return [part for run in spoken for part in parts.get(run, [run])]


def plan_slices(spoken: list[tuple[float, float]], duration_s: float) -> SlicePlan:
    """Choose cuts so that slices are near `TARGET_SLICE_S` and every cut lies between two stretches of speech.

    Slices below `MIN_SLICE_S` are joined to a neighbour, and the pause between them is shortened to `LONG_PAUSE_S`.
    Those that fit no neighbour are left out, unless they are all the recording holds.

    Args:
        spoken: (start, end) of the stretches of speech in seconds, in order.
        duration_s: duration of the recording.
    """
    kept, too_short, cut_out, left_out_s = [], [], [], 0.0
    between_words = set()
    groups = _merge_short_groups(spoken, _best_groups(spoken))
    shortest_s = MIN_SLICE_S if len(groups) > 1 else MIN_CLIP_S
    for group in groups:
        start, end = spoken[group.first][0], spoken[group.last][1]
        pause_before = start - (spoken[group.first - 1][1] if group.first else 0.0)
        is_last = group.last + 1 == len(spoken)
        pause_after = (duration_s if is_last else spoken[group.last + 1][0]) - end
        padded_start = start - min(PADDING_S, pause_before / 2 if group.first else pause_before)
        padded_end = min(duration_s, end + min(PADDING_S, pause_after if is_last else pause_after / 2))
        silence = group.cut_out(spoken)
        length_s = padded_end - padded_start - sum(to - since for since, to in silence)
        if group.length_s(spoken) > LONGEST_S:
            left_out_s += end - start
        elif length_s < shortest_s:
            too_short.append((start, end))
        else:
            if (group.first and not pause_before) or (not is_last and not pause_after):
                between_words.add(len(kept))
            kept.append((padded_start, padded_end))
            cut_out += silence
    return SlicePlan(tuple(kept), left_out_s, tuple(too_short), tuple(cut_out), frozenset(between_words))


def cut_slices(recording: Recording, plan: SlicePlan) -> Iterator[tuple[float, Audio]]:
    """Read a recording again and yield each planned slice as (start in seconds, audio)."""
    rate = recording.sample_rate
    wanted = [(round(start * rate), round(end * rate)) for start, end in plan.slices]
    held = np.zeros(0, np.float32)
    held_from = 0
    silence = [(round(start * rate), round(end * rate)) for start, end in plan.cut_out]
    for block in recording.blocks():
        held = np.concatenate([held, block])
        while wanted and wanted[0][1] <= held_from + len(held):
            start, end = wanted.pop(0)
            inside = [(since - start, to - start) for since, to in silence if start < since < end]
            piece = _without_silence(held[start - held_from : end - held_from], inside, round(_FADE_S * rate))
            yield start / rate, Audio(scale_to_fit(piece), rate)
        needed_from = wanted[0][0] if wanted else held_from + len(held)
        drop = min(len(held), max(0, needed_from - held_from))
        held, held_from = held[drop:], held_from + drop
    for start, end in wanted:  # rounding may put the last cut just past the end
        piece = held[max(0, start - held_from) : end - held_from]
        yield start / rate, Audio(scale_to_fit(piece), rate)


def _without_silence(samples: np.ndarray, silence: list[tuple[int, int]], fade_length: int) -> np.ndarray:
    """Remove stretches of silence, with a crossfade at each so that it does not click."""
    fade_in = np.linspace(0.0, 1.0, fade_length, dtype=np.float32)
    kept, kept_from = [], 0
    for start, end in silence:
        before = samples[kept_from : start + fade_length].copy()
        before[-fade_length:] = before[-fade_length:] * fade_in[::-1] + samples[end : end + fade_length] * fade_in
        kept.append(before)
        kept_from = end + fade_length
    return np.concatenate([*kept, samples[kept_from:]])


@dataclass(frozen=True)
class _Group:
    """Stretches of speech that become one slice."""

    first: int
    last: int
    """Both are indices into the stretches."""
    joints: tuple[int, ...] = ()
    """Indices of the stretches after which the pause is shortened."""

    def cut_out(self, spoken: list[tuple[float, float]]) -> list[tuple[float, float]]:
        """Return the removed middle parts of the pauses at the joints."""
        pauses = [(spoken[joint][1], spoken[joint + 1][0]) for joint in self.joints]
        return [
            (start + LONG_PAUSE_S / 2, end - LONG_PAUSE_S / 2) for start, end in pauses if end - start > LONG_PAUSE_S
        ]

    def length_s(self, spoken: list[tuple[float, float]]) -> float:
        return spoken[self.last][1] - spoken[self.first][0] - sum(end - start for start, end in self.cut_out(spoken))


def _merge_short_groups(spoken: list[tuple[float, float]], spans: list[tuple[int, int]]) -> list[_Group]:
    """Join groups that are too short to the nearest neighbour with room for them."""
    groups = [_Group(first, last) for first, last in spans]
    place = 0
    while place < len(groups):
        joined = None
        if groups[place].length_s(spoken) + 2 * PADDING_S < MIN_SLICE_S:
            joined = _nearest_merge(spoken, groups, place)
        if joined is None:
            place += 1
            continue
        left, group = joined
        groups[left : left + 2] = [group]
        place = left  # may still be too short
    return groups


def _nearest_merge(spoken: list[tuple[float, float]], groups: list[_Group], place: int) -> tuple[int, _Group] | None:
    """Return (index of the left group, joined group) for the nearest neighbour that keeps within the maximum."""
    fits = []
    for left in (place - 1, place):
        if left < 0 or left + 1 >= len(groups):
            continue
        one, other = groups[left], groups[left + 1]
        group = _Group(one.first, other.last, (*one.joints, one.last, *other.joints))
        if group.length_s(spoken) <= LONGEST_S:
            fits.append((spoken[other.first][0] - spoken[one.last][1], left, group))
    return min(fits, key=lambda candidate: candidate[0])[1:] if fits else None


def _stop_if_asked(should_stop: ShouldStop | None) -> None:
    if should_stop and should_stop():
        raise Cancelled("Stopped. What was added before is kept.")


def _best_groups(spoken: list[tuple[float, float]]) -> list[tuple[int, int]]:
    """Group stretches of speech into slices of the lowest total cost (dynamic programming).

    Returns:
        (first, last) indices into `spoken` for each slice, in order, covering all of them.
    """
    best_cost = [0.0] + [np.inf] * len(spoken)
    begins_at = [0] * (len(spoken) + 1)
    for end in range(1, len(spoken) + 1):
        for start in range(end - 1, -1, -1):
            length_s = spoken[end - 1][1] - spoken[start][0]
            if length_s > LONGEST_S and start < end - 1:
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
    """Cost of one slice: deviation from the target length, long pauses inside it, and a tight cut before it."""
    length_s = spoken[end - 1][1] - spoken[start][0]
    cost = ((length_s - TARGET_SLICE_S) / TARGET_SLICE_S) ** 2
    if length_s < MIN_SLICE_S:
        cost += 2.0
    for earlier, later in zip(spoken[start : end - 1], spoken[start + 1 : end], strict=True):
        cost += 2.0 * max(0.0, later[0] - earlier[1] - LONG_PAUSE_S)
    if start > 0:
        pause_s = spoken[start][0] - spoken[start - 1][1]
        cost += 3.0 * (1.0 - min(pause_s, COMFORTABLE_PAUSE_S) / COMFORTABLE_PAUSE_S)
    return cost
