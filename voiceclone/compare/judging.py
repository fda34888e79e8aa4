"""Figures of a comparison: of each voice, of the recordings themselves, and how much of a network was trained."""

from collections.abc import Sequence
from pathlib import Path

from voiceclone.audio.sound import Audio
from voiceclone.evaluation import judge
from voiceclone.evaluation.judge import Figures


def judge_voice(texts: Sequence[str], spoken: Sequence[Audio], language: str, held_out: Sequence[Audio]) -> Figures:
    """Judge what a voice said; see `evaluation.judge`.

    Args:
        texts: what it should have said.
        spoken: what it said, in the same order.
        language: of the texts; words are only recognised in English.
        held_out: recordings of the speaker that were not used in training.
    """
    return judge.Judge(held_out, language).figures(texts, spoken)


def judge_recordings(texts: Sequence[str], held_out: Sequence[Audio], language: str) -> Figures:
    """Judge the held-out recordings themselves; see `evaluation.judge.judge_recordings`."""
    return judge.judge_recordings(texts, held_out, language)


def changed_numbers(voice_path: Path) -> int:
    """Count the parameters of network and style that a voice file changes, from its tensors' shapes.

    A matrix stored as two thin ones (`.up` times `.down`) counts as the full matrix that was trained.
    """
    from safetensors import safe_open

    total = 0
    with safe_open(voice_path, "numpy") as stored:
        shapes = {name: tuple(stored.get_slice(name).get_shape()) for name in stored.keys()}  # noqa: SIM118
    for name, shape in shapes.items():
        if name.endswith(".down"):
            continue
        down = shapes.get(name.removesuffix(".up") + ".down") if name.endswith(".up") else None
        if down is not None:
            total += shape[0] * down[1]
            continue
        count = 1
        for length in shape:
            count *= length
        total += count
    return total
