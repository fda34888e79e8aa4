"""What every coqui base does with clips that it cannot learn from."""

import json

import pytest

from voiceclone.bases.base import TrainingPlan
from voiceclone.bases.coqui import clip_store
from voiceclone.errors import NotEnoughSpeechError
from voiceclone.training.runs import read_notes


def check_left_out(base, clips, odd, run_dir) -> None:
    """Each of `odd` is left out with a sentence of its own, `clips` stay; with nothing but the short one it is refused.

    Args:
        base: a base model.
        clips: that it can learn from.
        odd: that it cannot; the first is too short and says “Yes.”.
        run_dir: an empty folder.
    """
    base.prepare([*clips, *odd], run_dir, TrainingPlan(steps=1))
    rejected = {entry["clip_id"]: entry["reason"] for entry in json.loads((run_dir / "rejected.json").read_text())}
    assert set(rejected) == {clip.clip_id for clip in odd}
    assert len(set(rejected.values())) == len(odd)
    assert all(reason.endswith(".") for reason in rejected.values())
    assert read_notes(run_dir)[0] == f"“Yes.” was left out. {rejected[odd[0].clip_id]}"
    assert {clip.clip_id for clip in clip_store.read_index(run_dir)} == {clip.clip_id for clip in clips}
    with pytest.raises(NotEnoughSpeechError, match="too short"):
        base.prepare(odd[:1], run_dir / "none", TrainingPlan(steps=1))
