"""A run that was stopped or killed and continued is, bit for bit, the run that never stopped."""

import pytest
import torch
from kokoro_runs import LONG_S, copy_run, metrics, prepare, steps_told, tensors_of, use_recipe

from voiceclone.bases.base import Policy, TrainingPlan
from voiceclone.bases.kokoro import KokoroBase
from voiceclone.bases.kokoro.train.step_losses import Teacher
from voiceclone.bases.kokoro.train.training_clips import ReadyClips

STEPS = 4
SPEAKS = {"speaker_from": 0.5, "speaker_every": 1}
"""So that the last two steps ask the speaker loss, too."""


def what_is_told(run_dir):
    return [(line["step"], line["loss"], line.get("prosody_loss")) for line in metrics(run_dir)]


@pytest.fixture(scope="module", params=[Policy.FINE_TUNE, pytest.param(Policy.TRANSFER, marks=pytest.mark.slow)])
def pair(request, kokoro_folder, tmp_path_factory):
    """A run without a break, and one that was stopped, spoken with, gone on, killed, and continued by a new process."""
    folder = tmp_path_factory.mktemp("runs")
    plan = TrainingPlan(steps=STEPS, seed=5, policy=request.param)
    with pytest.MonkeyPatch.context() as patch:
        use_recipe(patch, **SPEAKS)
        patch.setattr("voiceclone.bases.kokoro.train.schedule.HEARD_TIMES", 0.01)  # so few steps want all clips
        whole = folder / "whole"
        prepare(kokoro_folder, whole, 6, plan)
        stopped = copy_run(whole, folder / "stopped")
        base = KokoroBase(kokoro_folder)
        assert base.train_slice(whole, LONG_S).finished

        use_recipe(patch, first_listen_s=0.0, **SPEAKS)  # this one speaks a first listen after its first step
        killed = folder / "killed"
        other = KokoroBase(kokoro_folder)
        assert other.train_slice(stopped, LONG_S, steps_told(stopped, 2)).step == 2
        assert (stopped / "first_listen.wav").is_file()
        assert not other.train_slice(stopped, LONG_S, steps_told(stopped, 3)).finished
        copy_run(stopped, killed)
        # Killed after a fifth clip was made ready, whose features lie there, before the next checkpoint.
        (killed / "checkpoint.safetensors").unlink()
        (killed / "checkpoint.previous.safetensors").rename(killed / "checkpoint.safetensors")
        continued = KokoroBase(kokoro_folder)
        found = continued._trainer(killed)
        found_at = (found.position.step, found.clips.state())
        assert continued.train_slice(killed, LONG_S).finished
    return {
        "trainers": (base._trainer(whole), continued._trainer(killed)),
        "folders": (whole, killed),
        "found_at": found_at,
    }


def test_every_tensor_is_the_same(pair):
    whole, continued = (tensors_of(trainer) for trainer in pair["trainers"])
    assert set(whole) == set(continued)
    assert any("exp_avg" in name for name in whole)
    different = [name for name in whole if not torch.equal(whole[name], continued[name])]
    assert different == []


def test_it_goes_on_where_the_checkpoint_was_and_not_where_the_clips_were(pair):
    step, clips = pair["found_at"]
    assert step == 2
    assert len(clips["ready"]) == 4, "the fifth was made ready before the third step"


def test_clips_their_order_and_what_is_measured_are_the_same(pair):
    whole, continued = pair["trainers"]
    assert whole.clips.state() == continued.clips.state()
    assert len(whole.clips.ready) == 5, "of six clips one judges"
    assert whole._statistics.state() == continued._statistics.state()
    states = [
        {name: watch.state() for name, watch in trainer.divergence.watches.items()} for trainer in (whole, continued)
    ]
    assert states[0] == states[1]


def test_what_was_told_is_the_same(pair):
    whole, continued = (what_is_told(folder) for folder in pair["folders"])
    assert [step for step, _, _ in whole] == [1, 2, 3, 4]
    assert dict((step, rest) for step, *rest in continued) == dict((step, rest) for step, *rest in whole)


def test_speaking_between_two_steps_changes_nothing_of_what_is_drawn(pair):
    trainer, _ = pair["trainers"]
    chooser = trainer._seed_step()
    drawn = chooser.random(), torch.rand(3)
    torch.randn(1000)
    again = trainer._seed_step()
    assert again.random() == drawn[0]
    assert torch.equal(torch.rand(3), drawn[1])


def test_the_teacher_answers_the_same_whether_it_remembers_or_not(pair, kokoro_network):
    trainer, _ = pair["trainers"]
    windows = [(trainer.clips.ready[0], 0)]
    inputs = trainer.clips.ready[0].cut(0, 24)[:3]
    before = torch.random.get_rng_state()
    first, second = Teacher(kokoro_network, trainer.start), Teacher(kokoro_network, trainer.start)
    torch.rand(7)
    moved = torch.random.get_rng_state()
    answer = first.spectra(windows, inputs, 8000.0)
    torch.rand(5)
    assert torch.equal(second.spectra(windows, inputs, 8000.0), answer)
    assert first.spectra(windows, inputs, 8000.0) is answer
    assert not torch.equal(before, moved)
    torch.random.set_rng_state(moved)
    first.spectra([(trainer.clips.ready[0], 1)], inputs, 8000.0)
    assert torch.equal(torch.random.get_rng_state(), moved), "it left torch's random state as it was"


def test_a_clip_that_is_gone_by_now_is_left_out_and_the_round_begins_anew(pair):
    trainer, _ = pair["trainers"]
    state = trainer.clips.state() | {"order": [2, 1, 0]}
    entries = [clip.entry for clip in trainer.clips.ready]
    clips = ReadyClips(pair["folders"][0], entries[1:], trainer.recipe, trainer.aligner, "cpu")
    clips.restore(state)
    assert [clip.entry.clip_id for clip in clips.ready] == state["ready"][1:]
    assert clips.order == []
