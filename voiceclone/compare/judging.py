"""What the judges say of each sentence of a voice, and of the recordings themselves."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from voiceclone.audio.sound import Audio
from voiceclone.compare.model import Figures
from voiceclone.errors import VoiceCloneError
from voiceclone.evaluation import pitch

_LOG = logging.getLogger(__name__)


def judge_voice(texts: Sequence[str], spoken: Sequence[Audio], language: str, held_out: Sequence[Audio]) -> Figures:
    """Judge what a voice said; what cannot be judged here is left empty.

    Args:
        texts: what it should have said.
        spoken: what it said, in the same order.
        language: of the texts; words are only recognised in English.
        held_out: recordings of the person that no training was given.
    """
    try:
        from voiceclone.evaluation import speaker_similarity

        person = speaker_similarity.mean_embedding(held_out)
        # Silence has no speaker, though it has an embedding.
        similarities = [
            speaker_similarity.cosine(speaker_similarity.embed(one), person) if one.samples.any() else 0.0
            for one in spoken
        ]
    except ImportError as error:
        similarities = _without("likeness", error)
    off = pitch.off_semitones(spoken, pitch.median_hz(held_out))
    return _figures(similarities, off, texts, spoken, language)


def judge_recordings(texts: Sequence[str], held_out: Sequence[Audio], language: str) -> Figures:
    """Judge the held-out recordings; each one's likeness is that to the mean of the others.

    Their pitch is that of every second one above that of the others: how far off is chance.
    """
    similarities: list[float] = []
    if len(held_out) > 1:
        try:
            from voiceclone.evaluation import speaker_similarity

            embeddings = [speaker_similarity.embed(recording) for recording in held_out]
            total = np.sum(embeddings, axis=0)
            similarities = [speaker_similarity.cosine(own, total - own) for own in embeddings]
        except ImportError as error:
            similarities = _without("likeness", error)
    off = pitch.off_semitones(held_out[::2], pitch.median_hz(held_out[1::2]))
    return _figures(similarities, off, texts, held_out, language)


def changed_numbers(voice_path: Path) -> int:
    """Count the numbers of the network and of the style that a voice file changes, by its tensors' shapes.

    A matrix stored as two thin ones (`.up` times `.down`) counts as the whole matrix that was trained.
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


def _figures(
    similarities: list[float],
    pitch_off_semitones: float | None,
    texts: Sequence[str],
    spoken: Sequence[Audio],
    language: str,
) -> Figures:
    errors, counts = _word_errors(texts, spoken, language)
    return Figures(_rounded(similarities), errors, counts, _rounded(_naturalnesses(spoken)), pitch_off_semitones)


def _word_errors(
    texts: Sequence[str], spoken: Sequence[Audio], language: str
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if not language.startswith("en"):
        return (), ()
    try:
        from voiceclone.evaluation.wer import comparable_words, edit_distance
        from voiceclone.recognition.transcribe import keeping_recogniser, transcribe

        said = [comparable_words(text, language) for text in texts]
        with keeping_recogniser():
            heard = [comparable_words(transcribe(recording), language) for recording in spoken]
    except (ImportError, VoiceCloneError) as error:
        _without("words", error)
        return (), ()
    errors = tuple(edit_distance(*pair) for pair in zip(said, heard, strict=True))
    return errors, tuple(len(words) for words in said)


def _naturalnesses(spoken: Sequence[Audio]) -> list[float]:
    try:
        from voiceclone.evaluation import dnsmos

        return [dnsmos.dnsmos_overall(one) for one in spoken]
    except ImportError as error:
        return _without("naturalness", error)


def _without(what: str, error: Exception) -> list[float]:
    # Its package may be missing (webrtcvad, speechmos, faster-whisper).
    _LOG.warning("No judge of %s is installed, so it is left out: %s", what, error)
    return []


def _rounded(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in values)
