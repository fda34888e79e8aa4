"""Training clips of a run on disk: sound at the model's rate, text, held-out flag; and why others were rejected."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from textwrap import shorten

import numpy as np

from voiceclone.audio.sound import Audio, encode_flac, resample
from voiceclone.bases.base import TrainingClip
from voiceclone.bases.run.held_out import choose_held_out
from voiceclone.bases.run.notes import add_note
from voiceclone.errors import AudioError, Cancelled, NotEnoughSpeechError, TextError, TrainingError
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.storage.disk import read_json, write_json

INDEX_FILE = "clips.json"
REJECTED_FILE = "rejected.json"
"""`[{"clip_id": str, "reason": str}]`: one sentence for every clip that was left out."""
FOLDER = "dataset"
_TOLD_LEFT_OUT = 5
"""Rejected recordings named in the notes; the rest is only counted."""
_SHOWN_TEXT = 40
"""Characters shown of a rejected text."""


@dataclass(frozen=True)
class StoredClip:
    """One usable clip."""

    clip_id: str
    text: str
    language: str
    duration_s: float
    held_out: bool
    """Never trained on; only for evaluation."""


def store_clips(
    clips: Sequence[TrainingClip],
    run_dir: Path,
    sample_rate: int,
    why_not: Callable[[TrainingClip], str | None],
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> list[StoredClip]:
    """Write every usable clip below `run_dir`, and the index last.

    Args:
        clips: of any sample rate.
        run_dir: the run.
        sample_rate: of the model and the stored clips, hertz.
        why_not: returns in one sentence why a clip cannot be used for training, or None.
        on_progress: called with (fraction 0..1, message).
        should_stop: return True to give up.

    Raises:
        NotEnoughSpeechError: no clip is usable.
        Cancelled: `should_stop` returned True.
    """
    usable, rejected, left_out = [], [], []
    for number, clip in enumerate(clips):
        if should_stop and should_stop():
            raise Cancelled("Stopped while your recordings were being prepared.")
        if on_progress:
            on_progress(number / len(clips), "Reading your recordings")
        reason = why_not(clip)
        if reason is None:
            usable.append(clip)
            encode_flac(resample(clip.audio, sample_rate), _sound_path(run_dir, clip.clip_id))
        else:
            rejected.append({"clip_id": clip.clip_id, "reason": reason})
            left_out.append(f"“{shorten(clip.text, _SHOWN_TEXT, placeholder=' …')}” was left out. {reason}")
    write_json(run_dir / REJECTED_FILE, rejected)
    for sentence in left_out[:_TOLD_LEFT_OUT]:
        add_note(run_dir, sentence)
    if (more := len(left_out) - _TOLD_LEFT_OUT) > 0:
        add_note(run_dir, f"{more} more recording{' was' if more == 1 else 's were'} left out.")
    if not usable:
        first = rejected[0]["reason"] if rejected else "Record some first."
        raise NotEnoughSpeechError(f"None of the recordings can be used for training. {first}")
    held_out = choose_held_out([clip.clip_id for clip in usable])
    stored = [
        StoredClip(clip.clip_id, clip.text, clip.language, clip.audio.duration_s, clip.clip_id in held_out)
        for clip in usable
    ]
    write_json(run_dir / INDEX_FILE, [asdict(clip) for clip in stored])
    return stored


def why_not_sound(clip: TrainingClip, longest_s: float, shortest_s: float = 0.8) -> str | None:
    """Return why a clip's sound cannot be used for training, or None."""
    samples, length_s = clip.audio.samples, clip.audio.duration_s
    if not np.all(np.isfinite(samples)) or np.abs(samples).max(initial=0.0) > 1.0:
        return "A clip holds numbers that are no sound; record it again."
    if length_s < shortest_s:
        return f"A clip of {length_s:.1f} s is too short; at least {shortest_s:.1f} s are needed."
    if length_s > longest_s:
        return f"A clip of {length_s:.1f} s is too long; cut it into pieces of at most {longest_s:.0f} s."
    if clip.audio.peak_dbfs < -50.0:
        return "A clip is silent; record it again, closer to the microphone."
    if not any(letter.isalnum() for letter in clip.text):
        return "A clip has no text; type what is said in it."
    return None


def read_index(run_dir: Path) -> list[StoredClip]:
    """Return the clips of a run.

    Raises:
        TrainingError: the run was not prepared, or its files are damaged.
    """
    lost = TrainingError("This training's prepared recordings are gone or damaged. Start a new training.")
    value = read_json(run_dir / INDEX_FILE, missing=lost, damaged=lost)
    try:
        return [StoredClip(**entry) for entry in value]
    except TypeError as error:
        raise lost from error


def read_sound(run_dir: Path, clip: StoredClip) -> Audio:
    """Return a clip's sound at the model's rate.

    Raises:
        TrainingError: the file is missing or damaged.
    """
    from voiceclone.audio.sound import decode

    try:
        return decode(_sound_path(run_dir, clip.clip_id))
    except AudioError as error:
        raise TrainingError("A prepared recording is gone or damaged. Start a new training.") from error


def main_language(clips: Sequence[StoredClip]) -> str:
    """Return the language of most of the speech."""
    heard_s: dict[str, float] = {}
    for clip in clips:
        heard_s[clip.language] = heard_s.get(clip.language, 0.0) + clip.duration_s
    return max(heard_s, key=lambda language: heard_s[language])


def reason_of(check: Callable[[], object]) -> str | None:
    """Return the message of the `TextError` raised by a check, or None."""
    try:
        check()
    except TextError as error:
        return str(error)
    return None


def _sound_path(run_dir: Path, clip_id: str) -> Path:
    return run_dir / FOLDER / f"{clip_id}.flac"
