"""Align one text with the slices of a long recording: which of its words were said in which slice?"""

import re
from collections.abc import Sequence

_MIN_SIMILARITY = 0.6
"""Letter similarity between a slice's text and the recognised words above which the match is trusted: different
sentences reach at most 0.47 (25 pairs from the example), misheard ones more."""


def align_text(given: str, recognised: Sequence[str]) -> list[str | None]:
    """Divide a text among slices by matching its words with what was recognised.

    Every word is assigned in order: a misheard word to the slice of what was heard instead, a missed one to the slice
    of its nearer neighbour.

    Args:
        recognised: the recognised text of each slice, in order.

    Returns:
        For each slice its part of `given`, or None where that part does not resemble what was heard.
    """
    given_words = given.split()
    heard = [(_normalised(word), index) for index, text in enumerate(recognised) for word in text.split()]
    known = _matched_slices(list(map(_normalised, given_words)), heard)
    filled = _fill_gaps(known)
    parts: list[str | None] = []
    for index, text in enumerate(recognised):
        words = [word for word, place in zip(given_words, filled, strict=True) if place == index]
        matched = [number for number, place in enumerate(known) if place == index]
        # Words of the text that nobody said end up at the edges; they must not spoil the match of the others.
        sure = given_words[matched[0] : matched[-1] + 1] if matched else []
        parts.append(next((" ".join(part) for part in (words, sure) if part and _resembles(part, text)), None))
    return parts


def _matched_slices(given: Sequence[str], heard: Sequence[tuple[str, int]]) -> list[int | None]:
    """Return the slice index of each given word, None for words that were not heard."""
    from rapidfuzz.distance import Levenshtein

    places: list[int | None] = [None] * len(given)
    for step in Levenshtein.opcodes(given, [word for word, _ in heard]):
        if step.tag in ("equal", "replace"):
            for offset in range(step.src_end - step.src_start):
                places[step.src_start + offset] = heard[step.dest_start + offset][1]
    return places


def _resembles(part: Sequence[str], heard: str) -> bool:
    from rapidfuzz.fuzz import ratio

    return ratio(" ".join(map(_normalised, part)), " ".join(map(_normalised, heard.split()))) >= 100 * _MIN_SIMILARITY


def _fill_gaps(places: Sequence[int | None]) -> list[int | None]:
    """Assign each unrecognised word to the slice of the nearest recognised one."""
    filled = list(places)
    known = [index for index, place in enumerate(places) if place is not None]
    if not known:
        return filled
    for before, after in zip([None, *known], [*known, None], strict=True):
        start = 0 if before is None else before + 1
        end = len(places) if after is None else after
        for index in range(start, end):
            nearer_after = before is None or (after is not None and after - index < index - before)
            filled[index] = places[after] if nearer_after else places[before]  # type: ignore[index]
    return filled


def _normalised(word: str) -> str:
    return re.sub(r"[^\w']", "", word).casefold()
