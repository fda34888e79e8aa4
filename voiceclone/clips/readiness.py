"""Say in one sentence how much speech a project has and what it is enough for."""

from collections.abc import Sequence

from voiceclone import limits
from voiceclone.clips.model import Clip, Readiness, is_trainable


def assess(clips: Sequence[Clip]) -> Readiness:
    """Add up the speech of all clips and of those that training takes."""
    usable_s = sum(clip.speech_s for clip in clips if is_trainable(clip))
    return Readiness(
        speech_s=sum(clip.speech_s for clip in clips),
        usable_s=usable_s,
        clip_count=len(clips),
        minimum_s=limits.MIN_TRAIN_SPEECH_S,
        first_voice_s=limits.FIRST_VOICE_SPEECH_S,
        good_voice_s=limits.GOOD_VOICE_SPEECH_S,
        enough=usable_s >= limits.MIN_TRAIN_SPEECH_S,
        sentence=_sentence(len(clips), usable_s),
    )


def spoken_length(seconds: float) -> str:
    """Return a length in words, rounded down: `45 s`, `2 min 10 s`, `1 h 5 min`."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _sentence(clip_count: int, usable_s: float) -> str:
    if clip_count == 0:
        return "No recordings yet. Read a sentence aloud or upload files to begin."
    have = f"{spoken_length(usable_s)} of usable speech"
    if usable_s < limits.MIN_TRAIN_SPEECH_S:
        return f"{have}: not enough yet. Training needs at least {limits.MIN_TRAIN_SPEECH_S:.0f} s."
    if usable_s < limits.FIRST_VOICE_SPEECH_S:
        return f"{have}: enough to try. {spoken_length(limits.FIRST_VOICE_SPEECH_S)} makes a first voice."
    if usable_s < limits.GOOD_VOICE_SPEECH_S:
        minutes = round(limits.GOOD_VOICE_SPEECH_S / 60)
        return f"{have}: enough for a first voice. {minutes} minutes would make it better."
    return f"{have}: enough for a good voice. More helps only a little."
