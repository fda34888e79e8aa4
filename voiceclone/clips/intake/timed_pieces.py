"""Turn timed texts into pieces of a recording: incomplete sentences are joined, cuts moved into nearby pauses."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from voiceclone.clips.intake.slicing import LONG_PAUSE_S, LONGEST_S, PADDING_S, SlicePlan, plan_slices
from voiceclone.clips.transcripts.timed_texts import TimedText
from voiceclone.limits import MIN_CLIP_S, MIN_SLICE_S

_WORD_S = 0.25
"""Manual timestamps are off by about a word, so less speech than this beyond a mark belongs to its other side."""
_SENTENCE_ENDS = (".", "?", "!", "…", "।")
_ENDS_SENTENCES_SHARE = 0.3
"""From this share on, a text without sentence-final punctuation continues in the next one, as in subtitles."""


@dataclass(frozen=True)
class TimedPiece:
    """A text and the speech it belongs to."""

    spoken: tuple[tuple[float, float], ...]
    """(start, end) of its stretches of speech in seconds; at least one."""
    text: str

    @property
    def length_s(self) -> float:
        """From the first word to the last, in seconds."""
        return self.spoken[-1][1] - self.spoken[0][0]


@dataclass(frozen=True)
class TimedPlan:
    """The pieces of a recording, and the texts that match none of it."""

    pieces: tuple[TimedPiece, ...]
    speech: tuple[tuple[float, float], ...]
    """All stretches of speech, divided at the start and end of each text."""
    beyond: int = 0
    """Texts that begin after the end of the recording."""
    silent: tuple[TimedText, ...] = ()
    """Texts during which nobody speaks."""


def plan_timed(texts: Sequence[TimedText], spoken: Sequence[tuple[float, float]], duration_s: float) -> TimedPlan:
    """Divide a recording into pieces by its timed texts.

    Args:
        texts: in order of time; they may overlap and extend beyond the recording.
        spoken: (start, end) of the stretches of speech in seconds, in order.
        duration_s: duration of the recording.
    """
    inside = [text for text in texts if text.start_s < duration_s]
    joined = _join_incomplete(_without_overlaps(_with_ends(inside, duration_s)))
    speech = _split_at(spoken, [at_s for text in joined for at_s in (text.start_s, text.end_s)])
    own: list[list[tuple[float, float]]] = [[] for _ in joined]
    starts, ends = [text.start_s for text in joined], [text.end_s for text in joined]
    for part in speech:
        for index in range(bisect_left(ends, part[0]), bisect_right(starts, part[1])):
            if min(part[1], ends[index]) - max(part[0], starts[index]) >= (part[1] - part[0]) / 2:
                own[index].append(part)
                break
    pieces = [TimedPiece(tuple(parts), text.text) for parts, text in zip(own, joined, strict=True) if parts]
    silent = [text for parts, text in zip(own, joined, strict=True) if not parts]
    return TimedPlan(tuple(pieces), tuple(speech), len(texts) - len(inside), tuple(silent))


def slices_of(piece: TimedPiece, speech: Sequence[tuple[float, float]], duration_s: float) -> SlicePlan:
    """Plan the slices of one piece: a single one, or several if it is longer than a clip may be.

    Args:
        piece: a piece whose stretches of speech fit into a clip each, where possible.
        speech: all stretches of speech in the recording; slices never include those of another piece.
        duration_s: duration of the recording.
    """
    first_s, last_s = piece.spoken[0][0], piece.spoken[-1][1]
    before = bisect_right([end for _, end in speech], first_s) - 1
    after = bisect_left([start for start, _ in speech], last_s)
    earliest_s = (speech[before][1] + first_s) / 2 if before >= 0 else 0.0
    latest_s = (last_s + speech[after][0]) / 2 if after < len(speech) else duration_s
    start_s, end_s = max(earliest_s, first_s - PADDING_S), min(latest_s, last_s + PADDING_S)
    if piece.length_s > LONGEST_S:
        plan = plan_slices(list(piece.spoken), duration_s)
        slices = [(max(start_s, start), min(end_s, end)) for start, end in plan.slices]
    elif end_s - start_s < MIN_CLIP_S:
        return SlicePlan((), too_short=((first_s, last_s),))
    else:
        plan, slices = SlicePlan(()), [(start_s, end_s)]
    between_words = set(plan.between_words)
    between_words |= {0} if start_s == first_s > 0 else set()
    between_words |= {len(slices) - 1} if end_s == last_s < duration_s else set()
    return SlicePlan(tuple(slices), plan.left_out_s, plan.too_short, plan.cut_out, frozenset(between_words))


def _with_ends(texts: Sequence[TimedText], duration_s: float) -> list[TimedText]:
    following = [*(text.start_s for text in texts[1:]), duration_s][: len(texts)]
    ends = [later if text.end_s is None else text.end_s for text, later in zip(texts, following, strict=True)]
    return [replace(text, end_s=min(end_s, duration_s)) for text, end_s in zip(texts, ends, strict=True)]


def _without_overlaps(texts: Sequence[TimedText]) -> list[TimedText]:
    """Separate overlapping texts in the middle of the overlap; one mostly inside another is merged with it."""
    kept: list[TimedText] = []
    for text in texts:
        before = kept[-1] if kept else None
        shared_s = before.end_s - text.start_s if before else 0.0
        if before is None or shared_s <= 0:
            kept.append(text)
        elif shared_s > min(before.end_s - before.start_s, text.end_s - text.start_s) / 2:
            kept[-1] = _merged(before, text)
        else:
            middle_s = text.start_s + shared_s / 2
            kept[-1] = replace(before, end_s=middle_s)
            kept.append(replace(text, start_s=middle_s))
    return kept


def _join_incomplete(texts: Sequence[TimedText]) -> list[TimedText]:
    """Join texts that are too short for a clip or end mid-sentence to the next one, where there is room."""
    ends = sum(text.text.rstrip("\"'”’»)").endswith(_SENTENCE_ENDS) for text in texts)
    are_sentences = ends >= _ENDS_SENTENCES_SHARE * len(texts)
    kept: list[TimedText] = []
    for text in texts:
        before = kept[-1] if kept else None
        if before is not None and _is_incomplete(before, are_sentences) and _has_room(before, text):
            kept[-1] = _merged(before, text)
        else:
            kept.append(text)
    if len(kept) > 1 and _is_short(kept[-1]) and _has_room(kept[-2], kept[-1]):
        kept[-2:] = [_merged(kept[-2], kept[-1])]
    return kept


def _is_incomplete(text: TimedText, are_sentences: bool) -> bool:
    return _is_short(text) or (are_sentences and not text.text.rstrip("\"'”’»)").endswith(_SENTENCE_ENDS))


def _is_short(text: TimedText) -> bool:
    return text.end_s - text.start_s < MIN_SLICE_S


def _has_room(one: TimedText, other: TimedText) -> bool:
    return other.start_s - one.end_s <= LONG_PAUSE_S and other.end_s - one.start_s <= LONGEST_S


def _merged(one: TimedText, other: TimedText) -> TimedText:
    return TimedText(one.start_s, max(one.end_s, other.end_s), f"{one.text} {other.text}")


def _split_at(spoken: Sequence[tuple[float, float]], marks: Sequence[float]) -> list[tuple[float, float]]:
    """Divide stretches of speech at those marks that have more than a word on either side."""
    found = []
    ordered = sorted(set(marks))
    for start, end in spoken:
        for at_s in ordered[bisect_left(ordered, start) : bisect_right(ordered, end)]:
            if start + _WORD_S < at_s < end - _WORD_S:
                found.append((start, at_s))
                start = at_s
        found.append((start, end))
    return found
