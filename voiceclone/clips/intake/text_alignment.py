"""Lay one text onto the slices of a long recording: which of its words were said in which slice?"""

import re
from collections.abc import Sequence

_ALIKE_ENOUGH = 0.6
"""Likeness by letters of a slice's words to what was recognised, from which the place is trusted: different sentences
have 0.47 at most (25 pairs of the example's), misheard ones more."""


def lay_text(given: str, recognised: Sequence[str]) -> list[str | None]:
    """Cut a given text into the parts that belong to slices, by matching words with what was recognised.

    Every word gets a place, in order: one that was misheard the place of what was heard instead, one that was not heard
    at all that of its nearer neighbour.

    Args:
        given: the whole text.
        recognised: what a recogniser heard in each slice, in order.

    Returns:
        For each slice its part of `given`, or None where the part is not like what was heard.
    """
    given_words = given.split()
    heard = [(_bare(word), index) for index, text in enumerate(recognised) for word in text.split()]
    known = _places(list(map(_bare, given_words)), heard)
    filled = _filled(known)
    parts: list[str | None] = []
    for index, text in enumerate(recognised):
        words = [word for word, place in zip(given_words, filled, strict=True) if place == index]
        matched = [number for number, place in enumerate(known) if place == index]
        # What the text has and nobody said stands at the edges; it must not spoil what was said.
        sure = given_words[matched[0] : matched[-1] + 1] if matched else []
        parts.append(next((" ".join(part) for part in (words, sure) if part and _is_like(part, text)), None))
    return parts


def _places(given: Sequence[str], heard: Sequence[tuple[str, int]]) -> list[int | None]:
    """Return the slice of each given word, None for words that were not heard."""
    from rapidfuzz.distance import Levenshtein

    places: list[int | None] = [None] * len(given)
    for step in Levenshtein.opcodes(given, [word for word, _ in heard]):
        if step.tag in ("equal", "replace"):
            for offset in range(step.src_end - step.src_start):
                places[step.src_start + offset] = heard[step.dest_start + offset][1]
    return places


def _is_like(part: Sequence[str], heard: str) -> bool:
    from rapidfuzz.fuzz import ratio

    return ratio(" ".join(map(_bare, part)), " ".join(map(_bare, heard.split()))) >= 100 * _ALIKE_ENOUGH


def _filled(places: Sequence[int | None]) -> list[int | None]:
    """Give words that were not recognised to the slice of the nearer one that was."""
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


def _bare(word: str) -> str:
    return re.sub(r"[^\w']", "", word).casefold()
