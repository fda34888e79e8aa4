"""A voice without training: choose the best clips of a project, let the base listen to them, put the voice away."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from voiceclone import host
from voiceclone.bases.base import Ability, BaseModel, Policy, TrainingClip
from voiceclone.clips.library import ClipLibrary
from voiceclone.clips.model import is_trainable
from voiceclone.errors import InputError, NotEnoughSpeechError
from voiceclone.limits import MAX_INSTANT_CLIPS, MAX_NAME_CHARACTERS, MIN_INSTANT_SPEECH_S
from voiceclone.progress import OnProgress
from voiceclone.storage import disk
from voiceclone.voices.library import VoiceLibrary
from voiceclone.voices.voice_file import Voice, base_sha256
from voiceclone.wording import seconds

_BEST_CLIP_S = 8.0
"""Clips about this long tell most of a speaker: shorter ones are mostly their words, longer ones get cut."""


def make_instant_voice(
    base: BaseModel,
    data_dir: Path,
    project_id: str,
    voice_name: str,
    consent: dict[str, Any],
    clip_ids: Sequence[str] | None = None,
    on_progress: OnProgress | None = None,
) -> Voice:
    """Make a voice with nothing trained, and put it among the voices.

    Args:
        base: a base that is ready.
        data_dir: the data folder.
        project_id: whose clips are listened to.
        voice_name: a checked name.
        consent: the record that goes into the voice file.
        clip_ids: only these clips; None chooses the best ones.
        on_progress: told share and words.

    Raises:
        InputError: this base cannot do it.
        NotEnoughSpeechError: no clip can be used, or they hold less than `MIN_INSTANT_SPEECH_S` of speech.
    """
    if Ability.INSTANT not in base.abilities:
        raise InputError(
            f"{base.title} makes no voice without training. Train one with it, or choose another base model."
        )
    began = time.monotonic()
    clips = best_clips(ClipLibrary(data_dir), project_id, base.sample_rate, clip_ids)
    speech_s = sum(clip.usable_s for clip in clips)
    if speech_s < MIN_INSTANT_SPEECH_S:
        raise NotEnoughSpeechError(
            f"There are {seconds(speech_s)} of usable speech; an instant voice needs at least "
            f"{MIN_INSTANT_SPEECH_S:.0f} s. Record or add one more sentence."
        )
    disk.require_free_disk(data_dir)
    heard_s = {clip.language: 0.0 for clip in clips}
    for clip in clips:
        heard_s[clip.language] += clip.usable_s
    languages = sorted(heard_s, key=lambda language: -heard_s[language])
    with tempfile.TemporaryDirectory() as folder:
        tensors_path = Path(folder) / "voice.safetensors"
        base.make_instant_voice(clips, tensors_path, on_progress)
        voice = Voice(
            voice_id=disk.new_id(),
            name=voice_name,
            language=languages[0],
            languages=tuple(languages),
            base_id=base.base_id,
            base_sha256=base_sha256(base),
            base_licence=base.licence,
            created_at=disk.now_iso(),
            minutes=(time.monotonic() - began) / 60,
            steps=0,
            speech_s=speech_s,
            device=host.device_in_use(),
            consent=True,
            consent_record=consent,
            policy=Policy.INSTANT.value,
            may_share=base.may_share_voices,
        )
        return VoiceLibrary(data_dir).install(tensors_path, voice)


def untrained_name(voice_name: str) -> str:
    """Return the name of a voice made without training, to be told from a trained one of the same person."""
    ending = " - untrained"
    return voice_name[: MAX_NAME_CHARACTERS - len(ending)] + ending


def best_clips(
    library: ClipLibrary, project_id: str, max_rate: int, clip_ids: Sequence[str] | None = None
) -> list[TrainingClip]:
    """Return the 1 to `MAX_INSTANT_CLIPS` usable clips that tell most of a speaker, the best first.

    Good verdicts come before others, then clips of about `_BEST_CLIP_S` seconds of speech.
    """
    usable = [
        clip
        for clip in library.clips(project_id)
        if is_trainable(clip) and (clip_ids is None or clip.clip_id in clip_ids)
    ]
    usable.sort(key=lambda clip: (clip.verdict.level != "good", abs(clip.speech_s - _BEST_CLIP_S)))
    order = [clip.clip_id for clip in usable[:MAX_INSTANT_CLIPS]]
    if not order:
        return []
    found = library.training_clips(project_id, max_rate, order)
    return sorted(found, key=lambda clip: order.index(clip.clip_id))
