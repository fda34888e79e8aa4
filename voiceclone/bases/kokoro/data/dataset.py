"""Training data of a Kokoro run: sound at once, features (alignment, curves) clip by clip as needed."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from voiceclone.audio.pitch import pitch_curve
from voiceclone.audio.sound import Audio
from voiceclone.bases.base import TrainingClip
from voiceclone.bases.kokoro.data import features
from voiceclone.bases.kokoro.data.alignment import Aligner
from voiceclone.bases.kokoro.data.feature_cache import VERSION, content_key
from voiceclone.bases.kokoro.model.network import FRAME_S, FRAME_SAMPLES, MAX_TOKENS
from voiceclone.bases.kokoro.model.tokens import phonemes_to_tokens
from voiceclone.bases.run.held_out import choose_held_out
from voiceclone.errors import Cancelled, NotEnoughSpeechError, StorageError, TextError, TrainingError
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.storage.disk import atomic_file, read_json_twice, write_json_twice
from voiceclone.text.phonemes import phonemize

INDEX_FILE = "dataset.json"
_FOLDER = "dataset"
_MIN_FRAMES_PER_TOKEN = 1.0
"""Fewer frames than tokens: the text cannot be what is said."""


@dataclass(frozen=True)
class ClipEntry:
    """One clip of the dataset, as listed in the index."""

    clip_id: str
    tokens: tuple[int, ...]
    duration_s: float
    bandwidth_hz: float
    held_out: bool


@dataclass(frozen=True)
class ClipFeatures:
    """Features of one clip; curves and sound end on the same frame."""

    frames: np.ndarray
    """int64, shape (tokens,): duration of each token in frames, boundary tokens included."""
    pitch_hz: np.ndarray
    """float32, shape (2 * frames,): 0 where unvoiced."""
    loudness: np.ndarray
    """float32, shape (2 * frames,)."""
    samples: np.ndarray
    """float32, shape (600 * frames,), 24 kHz, at the base's level."""
    acoustic_text: np.ndarray
    """float32, shape (512, tokens): the text encoder's output."""
    prosody_text: np.ndarray
    """float32, shape (512, tokens): ALBERT's output."""


def write_dataset(
    clips: Sequence[TrainingClip],
    run_dir: Path,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> list[ClipEntry]:
    """Write sound and tokens of every usable clip below `run_dir`, the index last.

    Raises:
        NotEnoughSpeechError: no clip is usable.
        Cancelled: `should_stop` returned True.
    """
    usable: list[tuple[TrainingClip, list[int], Audio]] = []
    reasons = []
    for number, clip in enumerate(clips):
        if should_stop and should_stop():
            raise Cancelled("Stopped while your recordings were being prepared.")
        if on_progress:
            on_progress(number / len(clips), "Reading your recordings")
        try:
            tokens = _tokens_of(clip)
        except TextError as error:
            reasons.append(str(error))
            continue
        usable.append((clip, tokens, features.to_base_level(clip.audio)))
    if not usable:
        raise NotEnoughSpeechError(
            f"None of the recordings can be used for training. {reasons[0] if reasons else 'Record some first.'}"
        )
    held_out = choose_held_out([clip.clip_id for clip, _, _ in usable])
    entries = []
    for clip, tokens, sound in usable:
        _write_array(_sound_path(run_dir, clip.clip_id), sound=sound.samples)
        entries.append(
            ClipEntry(
                clip.clip_id,
                tuple(tokens),
                sound.duration_s,
                features.bandwidth(clip.audio),
                clip.clip_id in held_out,
            )
        )
    write_json_twice(run_dir / INDEX_FILE, [vars(entry) for entry in entries])
    return entries


def _tokens_of(clip: TrainingClip) -> list[int]:
    tokens = phonemes_to_tokens(phonemize(clip.text, clip.language))
    if len(tokens) > MAX_TOKENS:
        raise TextError("A clip's text is too long for one clip; cut the recording into sentences.")
    frames = clip.audio.duration_s / FRAME_S
    if frames < _MIN_FRAMES_PER_TOKEN * (len(tokens) + 2):
        raise TextError("A clip is too short for its text; check that the text is what is said.")
    return tokens


def read_index(run_dir: Path) -> list[ClipEntry]:
    """Read the list of clips.

    Raises:
        TrainingError: the run was not prepared, or its files are damaged.
    """
    lost = TrainingError("This training's prepared recordings are gone or damaged. Start a new training.")
    value = read_json_twice(run_dir / INDEX_FILE, missing=lost, damaged=lost)
    try:
        return [ClipEntry(**{**entry, "tokens": tuple(entry["tokens"])}) for entry in value]
    except (TypeError, KeyError) as error:
        raise lost from error


def read_sound(run_dir: Path, entry: ClipEntry) -> np.ndarray:
    """Read a clip's sound: float32, 24 kHz, at the base's level."""
    return _read_arrays(_sound_path(run_dir, entry.clip_id))["sound"]


def without_damaged(run_dir: Path, entries: list[ClipEntry]) -> list[ClipEntry]:
    """Return the clips whose sound can be read."""
    whole = []
    for entry in entries:
        with suppress(TrainingError):
            read_sound(run_dir, entry)
            whole.append(entry)
    return whole


def _features_path(run_dir: Path, entry: ClipEntry) -> Path:
    return run_dir / _FOLDER / f"{entry.clip_id}.features.npz"


def has_features(run_dir: Path, entry: ClipEntry) -> bool:
    """True when a clip's features are on disk."""
    return _features_path(run_dir, entry).is_file()


def get_features(run_dir: Path, entry: ClipEntry, aligner: Aligner) -> ClipFeatures:
    """Return a clip's features: from the run, from the cache of earlier trainings, or newly computed.

    Damaged files and those of earlier versions are computed again: a resumed run then corrects a pitch that was learnt
    an octave too high.

    Args:
        run_dir: the run.
        entry: the clip.
        aligner: finds and caches the durations.

    Raises:
        TrainingError: the clip's sound is missing or damaged.
    """
    path = _features_path(run_dir, entry)
    if path.is_file():
        with suppress(TrainingError, TypeError):
            kept = _read_arrays(path)
            if kept.pop("version", 0) == VERSION:
                return ClipFeatures(**kept)
    made = _kept_or_made(read_sound(run_dir, entry), entry, aligner)
    with suppress(StorageError):  # a full disk: what is in memory is enough to go on
        _write_array(path, version=np.array(VERSION), **vars(made))
    return made


def _kept_or_made(sound: np.ndarray, entry: ClipEntry, aligner: Aligner) -> ClipFeatures:
    key = content_key(sound, entry.tokens, aligner.style.cpu().numpy(), aligner.base_sha256)
    samples = sound[: len(sound) // FRAME_SAMPLES * FRAME_SAMPLES]
    kept = aligner.cache.get(key)
    if kept is not None and set(kept) | {"samples"} == {field.name for field in fields(ClipFeatures)}:
        return ClipFeatures(samples=samples, **kept)
    made = _make_features(samples, entry.tokens, aligner)
    kept = {name: value for name, value in vars(made).items() if name != "samples"}
    aligner.cache.put(key, kept, entry.clip_id)
    return made


def _make_features(samples: np.ndarray, tokens: Sequence[int], aligner: Aligner) -> ClipFeatures:
    text = aligner.encode(list(tokens))
    curve_length = 2 * len(samples) // FRAME_SAMPLES
    return ClipFeatures(
        frames=aligner.align(text, samples),
        pitch_hz=pitch_curve(Audio(samples, features.SAMPLE_RATE), features.CURVE_HOP_S, curve_length),
        loudness=features.loudness_curve(samples, curve_length),
        samples=samples,
        acoustic_text=text.acoustic_text[0].cpu().numpy(),
        prosody_text=text.prosody_text[0].cpu().numpy(),
    )


def _sound_path(run_dir: Path, clip_id: str) -> Path:
    return run_dir / _FOLDER / f"{clip_id}.sound.npz"


def _write_array(path: Path, **arrays: np.ndarray) -> None:
    with atomic_file(path) as temporary, temporary.open("wb") as handle:
        np.savez(handle, **arrays)


def _read_arrays(path: Path) -> dict[str, Any]:
    try:
        # Opened here: numpy leaves a file open that is no archive.
        with path.open("rb") as handle, np.load(handle, allow_pickle=False) as packed:
            return {name: packed[name] for name in packed.files}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise TrainingError(
            "A prepared recording of this training is gone or damaged. Start a new training."
        ) from error
