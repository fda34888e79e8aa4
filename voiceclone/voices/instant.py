"""Make a voice without training: choose a project's best clips and let the base model derive a voice from them."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from voiceclone import host
from voiceclone.bases.abilities import check_learns_from
from voiceclone.bases.base import Ability, BaseModel, Policy, TrainingClip
from voiceclone.clips.library import ClipLibrary
from voiceclone.clips.model import is_trainable
from voiceclone.errors import InputError, NotEnoughSpeechError
from voiceclone.limits import MAX_INSTANT_CLIPS, MAX_NAME_CHARACTERS, MIN_INSTANT_SPEECH_S
from voiceclone.progress import OnProgress
from voiceclone.storage import disk, temporary
from voiceclone.text.languages import speakable
from voiceclone.voices.library import VoiceLibrary
from voiceclone.voices.voice_file import Voice, base_sha256
from voiceclone.wording import seconds

_BEST_CLIP_S = 8.0
"""Clips of about this length describe a speaker best: shorter ones mostly reflect their words, longer ones are cut."""


def make_instant_voice(
    base: BaseModel,
    data_dir: Path,
    project_id: str,
    voice_name: str,
    consent: dict[str, Any],
    clip_ids: Sequence[str] | None = None,
    on_progress: OnProgress | None = None,
) -> Voice:
    """Make a voice without training and install it in the library.

    Args:
        base: a base model that is ready.
        project_id: the project whose clips are used.
        voice_name: a validated name.
        consent: the record stored in the voice file.
        clip_ids: restricts the choice to these clips; None chooses the best ones.
        on_progress: called with (fraction 0..1, message).

    Raises:
        InputError: the base model does not support this.
        NotEnoughSpeechError: no clip is usable, or they hold less than `MIN_INSTANT_SPEECH_S` of speech.
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
    check_learns_from(base, {clip.language for clip in clips})
    disk.require_free_disk(data_dir)
    heard_s = {clip.language: 0.0 for clip in clips}
    for clip in clips:
        heard_s[clip.language] += clip.usable_s
    languages = sorted(heard_s, key=lambda language: -heard_s[language])
    with temporary.work_folder(data_dir) as folder:
        tensors_path = folder / "voice.safetensors"
        base.make_instant_voice(clips, tensors_path, on_progress)
        voice = Voice(
            voice_id=disk.new_id(),
            name=voice_name,
            language=speakable(languages[0], base.languages),
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
            project_id=project_id,
        )
        return VoiceLibrary(data_dir).install(tensors_path, voice)


def instant_voice_name(voice_name: str) -> str:
    """Return a name that tells an instant voice from a trained one of the same speaker."""
    ending = " - untrained"
    return voice_name[: MAX_NAME_CHARACTERS - len(ending)] + ending


def best_clips(
    library: ClipLibrary, project_id: str, max_rate: int, clip_ids: Sequence[str] | None = None
) -> list[TrainingClip]:
    """Return the 1 to `MAX_INSTANT_CLIPS` usable clips that describe the speaker best, the best first.

    Well-rated clips come first, and among those the ones with close to `_BEST_CLIP_S` seconds of speech.
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
