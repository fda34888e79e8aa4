"""What voices say to be judged, and the strangers who say the same: the stock voices, heard once and then kept."""

import hashlib
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.identity.likeness import Vectors, to_person, vectors
from benchmarks.sentences import UNSEEN
from benchmarks.stock import NOISE_SEED
from benchmarks.voices import CACHE_DIR, ENGLISH, BenchmarkVoice, VoiceMissing
from voiceclone.audio.sound import Audio
from voiceclone.bases.kokoro import KokoroBase
from voiceclone.bases.kokoro.model import weights
from voiceclone.errors import TextError
from voiceclone.storage.disk import atomic_file

SCRIPT_SENTENCES = 20
"""Of a language's reading script, where the language is not English; as many as `UNSEEN` has."""
FIRST_SENTENCES = 3
"""Spoken by every stock voice of a sex; our choice, like `FINALISTS`."""
FINALISTS = 3
"""Of each encoder, that speak all sentences."""
_HEARD = "1"
"""To be raised when an encoder hears the same recording otherwise than before."""


def sentences_in(language: str, voice: BenchmarkVoice) -> list[str]:
    """Return sentences in a language that `voice` was not trained on: our own in English, else the reading script's.

    Where there is no script they are the texts of the held-out recordings.
    """
    from voiceclone.text.scripts import reading_script

    if language.startswith("en"):
        return list(UNSEEN)
    try:
        return reading_script(language)[:SCRIPT_SENTENCES]
    except TextError:
        return [clip.text for clip in voice.held_out][:SCRIPT_SENTENCES]


def can_speak(text: str, language: str) -> bool:
    """True where the base can read a text aloud, in a language that the page offers or not."""
    from voiceclone.text.phonemes import phonemize

    try:
        return bool(phonemize(text, language))
    except TextError:
        return False


def speak(base: KokoroBase, voice: Path | str, texts: Sequence[str], language: str) -> list[Audio]:
    """Speak texts with a voice file or a stock voice, sentence by sentence, with the same noise each time."""
    import torch

    torch.manual_seed(NOISE_SEED)
    return [_speak_text(base, voice, text, language) for text in texts]


def _speak_text(base: KokoroBase, voice: Path | str, text: str, language: str) -> Audio:
    from voiceclone.text import sentences as splitter

    pieces: list[np.ndarray] = []
    parts = splitter.split(text, language)
    for number, part in enumerate(parts, start=1):
        pieces.append(np.clip(base.speak(voice, part.text, language).samples, -1.0, 1.0))
        if number < len(parts):
            pieces.append(np.zeros(round(part.pause_after_s * base.sample_rate), np.float32))
    return Audio(np.concatenate(pieces), base.sample_rate)


def strangers(
    base: KokoroBase, base_folder: Path, sex: str, texts: Sequence[str], language: str, person: Vectors
) -> dict[str, Vectors]:
    """Return what the encoders hear when the stock voices nearest to a person speak the texts.

    All of a sex speak the first texts; those that any encoder finds among the nearest then speak the others. What was
    heard is kept in the cache.

    Raises:
        VoiceMissing: there is no voice of that sex.
    """
    names = [voice.voice_id for voice in base.stock_voices() if voice.sex == sex]
    if not names:
        raise VoiceMissing(
            f"The base has no stock voice with the sex “{sex}”, so there is no stranger to compare with."
        )
    first, rest = texts[:FIRST_SENTENCES], texts[FIRST_SENTENCES:]
    folder = CACHE_DIR / "identity"
    heard = {name: _heard(base, base_folder, name, first, language, folder) for name in names}
    if not rest:
        return heard
    finalists = {name for encoder in person for name in nearest(heard, person, encoder)[:FINALISTS]}
    whole = {}
    for name in sorted(finalists):
        others = _heard(base, base_folder, name, rest, language, folder)
        whole[name] = {encoder: np.concatenate([heard[name][encoder], others[encoder]]) for encoder in person}
    return whole


def nearest(heard: Mapping[str, Vectors], person: Vectors, encoder: str) -> list[str]:
    """Return the names of voices by an encoder's likeness to a person, the nearest first."""
    likeness = {name: to_person(said[encoder], person[encoder]).mean() for name, said in heard.items()}
    return sorted(likeness, key=lambda name: -likeness[name])


def _heard(
    base: KokoroBase, base_folder: Path, name: str, texts: Sequence[str], language: str, cache_dir: Path
) -> Vectors:
    """Return what the encoders hear in a stock voice, from the cache where they heard it before."""
    from safetensors.numpy import load_file, save_file

    path = cache_dir / fingerprint(base_folder, texts, language) / f"{name}.safetensors"
    if not path.is_file():
        print(f"  stock voice {name}, {len(texts)} sentences, {language}", file=sys.stderr, flush=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        heard = vectors(speak(base, name, texts, language))
        with atomic_file(path) as temporary:
            save_file(heard, temporary)
    return load_file(path)


def fingerprint(base_folder: Path, texts: Sequence[str], language: str) -> str:
    """Return what tells this base, these texts and these encoders from others."""
    info = weights.read_info(base_folder)
    content = "\n".join([info.weights_sha256, info.voices_sha256, _HEARD, str(NOISE_SEED), language, *texts])
    return hashlib.sha256(content.encode()).hexdigest()[:16]


@cache
def language_pair(own: str) -> tuple[str, ...]:
    """Return the languages a voice is judged in: the person's and English, once where they are the same."""
    return (own,) if own.startswith("en") else (own, ENGLISH)
