"""Summarise in one sentence how much speech a project has and what it is enough for."""

from collections.abc import Sequence

from voiceclone import limits
from voiceclone.clips.model import Clip, Readiness, is_trainable
from voiceclone.wording import duration


def assess(clips: Sequence[Clip]) -> Readiness:
    """Add up the speech in all clips and in those training would use."""
    usable = [clip for clip in clips if is_trainable(clip)]
    usable_s = sum(clip.speech_s for clip in usable)
    heard_s: dict[str, float] = {}
    for clip in usable:
        heard_s[clip.language] = heard_s.get(clip.language, 0.0) + clip.speech_s
    return Readiness(
        speech_s=sum(clip.speech_s for clip in clips),
        usable_s=usable_s,
        clip_count=len(clips),
        minimum_s=limits.MIN_TRAIN_SPEECH_S,
        first_voice_s=limits.FIRST_VOICE_SPEECH_S,
        good_voice_s=limits.GOOD_VOICE_SPEECH_S,
        enough=usable_s >= limits.MIN_TRAIN_SPEECH_S,
        sentence=_sentence(len(clips), usable_s),
        languages=tuple(sorted(heard_s, key=lambda language: -heard_s[language])),
    )


def _sentence(clip_count: int, usable_s: float) -> str:
    if clip_count == 0:
        return "No recordings yet. Read a sentence aloud or add recordings to begin."
    have = f"{duration(usable_s)} of usable speech"
    if usable_s < limits.MIN_TRAIN_SPEECH_S:
        return f"{have}: not enough yet. Training needs at least {duration(limits.MIN_TRAIN_SPEECH_S)}."
    if usable_s < limits.FIRST_VOICE_SPEECH_S:
        return f"{have}: enough to try. {duration(limits.FIRST_VOICE_SPEECH_S)} makes a first voice."
    if usable_s < limits.GOOD_VOICE_SPEECH_S:
        return f"{have}: enough for a first voice. {duration(limits.GOOD_VOICE_SPEECH_S)} would make it better."
    return f"{have}: enough for a good voice. More helps only a little."
