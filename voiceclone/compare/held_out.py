"""Choose the recordings that a comparison holds out from training to evaluate the voices with."""

from collections.abc import Sequence

from voiceclone.clips.model import Clip, is_trainable
from voiceclone.errors import NotEnoughSpeechError, NotFoundError
from voiceclone.limits import MIN_TRAIN_SPEECH_S
from voiceclone.wording import count, duration

SHARE = 0.2
MIN_CLIPS, MAX_CLIPS = 2, 10
MIN_SPEECH_S = 1.6
"""Resemblyzer uses windows of 1.6 s; clips with less speech are not used for evaluation."""


def split(clips: Sequence[Clip], held_out_ids: Sequence[str] | None = None) -> tuple[list[Clip], list[Clip]]:
    """Return the clips to train on and those held out, both in their original order.

    Holds out a fifth of the usable clips, 2 to 10 of them, spread evenly over the order of recording because rooms
    and moods change. Clips without a remark and with enough speech are preferred.

    Args:
        clips: all clips of a project.
        held_out_ids: the ones to hold out; None chooses them.

    Raises:
        NotEnoughSpeechError: too little would be left to train on, or too few clips are long enough to evaluate with.
        NotFoundError: a clip to hold out is not among the usable ones.
    """
    usable = [clip for clip in clips if is_trainable(clip)]
    if held_out_ids is None:
        chosen = _choose(usable)
    else:
        chosen = set(held_out_ids)
        if not chosen or chosen - {clip.clip_id for clip in usable}:
            raise NotFoundError("A recording to judge by is not among the usable ones. Choose it from the list.")
    training = [clip for clip in usable if clip.clip_id not in chosen]
    if speech_s(training) < MIN_TRAIN_SPEECH_S:
        raise _too_little(usable)
    return training, [clip for clip in usable if clip.clip_id in chosen]


def speech_s(clips: Sequence[Clip]) -> float:
    """Return the seconds of speech in the clips."""
    return sum(clip.speech_s for clip in clips)


def _choose(usable: Sequence[Clip]) -> set[str]:
    long_enough = [clip for clip in usable if clip.speech_s >= MIN_SPEECH_S]
    good = [clip for clip in long_enough if clip.verdict.level == "good"]
    candidates = good if len(good) >= MIN_CLIPS else long_enough
    if len(candidates) < MIN_CLIPS:
        raise _too_little(usable)
    count = min(MAX_CLIPS, len(candidates), max(MIN_CLIPS, round(SHARE * len(usable))))
    spare_s = speech_s(usable) - MIN_TRAIN_SPEECH_S
    while True:
        step = len(candidates) / count
        chosen = [candidates[int((index + 0.5) * step)] for index in range(count)]
        if speech_s(chosen) <= spare_s or count == MIN_CLIPS:
            return {clip.clip_id for clip in chosen}
        count -= 1


def _too_little(usable: Sequence[Clip]) -> NotEnoughSpeechError:
    return NotEnoughSpeechError(
        f"There are {duration(speech_s(usable))} of usable speech in {count(len(usable), 'clip')}. Comparing needs at "
        f"least {duration(MIN_TRAIN_SPEECH_S)} to train on and {MIN_CLIPS} more clips of {MIN_SPEECH_S} s or longer "
        "that training does not hear. Record or add some more."
    )
