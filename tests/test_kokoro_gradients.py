"""Steps whose gradients are computed side by side: the same numbers as one after another, stopped or not."""

import math
import threading

import pytest
import torch
from kokoro_runs import advance_to, copy_run, load_once, metrics, read_notes, use_recipe

from voiceclone import host
from voiceclone.bases.kokoro.train import trainer as trainer_module
from voiceclone.bases.kokoro.train.gradients import SideBySide, added
from voiceclone.bases.kokoro.train.noise import OwnNoise
from voiceclone.bases.kokoro.train.recipe import Recipe
from voiceclone.bases.kokoro.train.trainer import Trainer
from voiceclone.bases.run.divergence import MAX_BAD_STEPS

WAIT_S = 20.0


@pytest.fixture
def make(prepared, kokoro_folder, network, tmp_path, monkeypatch):
    """Return a trainer of two steps at once, each in one of two threads, in a new copy of the prepared run."""
    use_recipe(monkeypatch, steps_at_once=2)
    load_once(monkeypatch, network)
    monkeypatch.setattr(host, "cores", lambda: 2)
    before = torch.get_num_threads()
    torch.set_num_threads(1)  # so that what runs in this thread adds up in the order of the others

    def made(name, run_dir=None):
        return Trainer(run_dir or copy_run(prepared, tmp_path / name), kokoro_folder, "cpu")

    yield made
    torch.set_num_threads(before)


def learnt(trainer):
    return {name: value.detach().clone() for name, value in trainer.trainable.all().items()}


def same(one, other):
    return [name for name in one if not torch.equal(one[name], other[name])] == []


def test_side_by_side_stopped_or_one_after_another_it_is_the_same(make):
    whole, stopped, alone = make("whole"), make("stopped"), make("alone")
    alone._side_by_side = SideBySide(1)
    for trainer in (whole, alone):
        advance_to(trainer, 4)
    advance_to(stopped, 2)
    stopped.save_checkpoint()
    continued = make("", stopped.run_dir)
    assert continued.position.step == 2
    advance_to(continued, 4)
    assert same(learnt(whole), learnt(alone))
    assert same(learnt(whole), learnt(continued))
    assert not same(learnt(whole), learnt(stopped))
    assert [line["step"] for line in metrics(whole.run_dir)] == [1, 2, 3, 4]
    assert whole._statistics.state() == continued._statistics.state()


def test_two_steps_at_once_are_computed_from_the_same_network_and_applied_in_turn(make):
    both, first = make("both"), make("first")
    first.recipe = Recipe(window_frames=24, steps_at_once=1, first_clips_s=4.0, first_listen_s=1e9)
    while both.position.step == 0:
        both.advance()
    assert both.position.step == 2
    advance_to(first, 1)
    told = [metrics(trainer.run_dir)[0] for trainer in (both, first)]
    assert told[0]["loss"] == told[1]["loss"] and told[0]["prosody_loss"] == told[1]["prosody_loss"]
    assert not same(learnt(both), learnt(first)), "the second step was left out"


def test_an_odd_number_of_steps_ends_with_a_single_one_and_a_run_at_an_odd_step_falls_into_line(make):
    trainer = make("odd")
    advance_to(trainer, 2)
    trainer.clock.steps = 3
    assert trainer._steps_at_once() == 1
    trainer.clock.steps, trainer.clock.step = 40, 3
    assert trainer._steps_at_once() == 1
    trainer.clock.step = 4
    assert trainer._steps_at_once() == 2


def test_what_was_computed_from_a_network_that_is_given_up_is_not_learnt(make):
    trainer = make("astray")
    advance_to(trainer, 2)
    trainer.save_checkpoint()
    good = learnt(trainer)
    for clip in trainer.clips.ready:
        clip.samples.fill_(math.nan)
    while not trainer.divergence.returns:
        trainer.advance()
        assert trainer.position.step < 2 + MAX_BAD_STEPS, "the second step of the last pair was made"
    assert trainer.position.step == 2 and trainer.divergence.returns == 1
    assert same(learnt(trainer), good)


def test_with_too_little_memory_for_two_one_follows_the_other(make, monkeypatch):
    trainer, real = make("little"), trainer_module.acoustic_loss

    def hungry(*arguments):
        if trainer.memory_fallback.threads > 1:
            torch.empty(2**60, dtype=torch.uint8)
        return real(*arguments)

    monkeypatch.setattr(trainer_module, "acoustic_loss", hungry)
    advance_to(trainer, 2)
    (note,) = read_notes(trainer.run_dir)
    assert "one snippet at a time" in note
    assert [math.isfinite(line["loss"]) for line in metrics(trainer.run_dir)] == [True, True]
    trainer.save_checkpoint()
    assert make("", trainer.run_dir).memory_fallback.threads == 1


def test_pieces_of_work_run_at_the_same_time_and_answer_in_order():
    meeting = threading.Barrier(2)
    assert SideBySide(2).run([lambda: (meeting.wait(WAIT_S), "one")[1], lambda: (meeting.wait(WAIT_S), "two")[1]]) == [
        "one",
        "two",
    ]


def test_an_error_is_raised_when_all_have_ended_and_too_little_memory_before_others():
    ended = threading.Event()

    def wrong():
        raise ValueError("wrong")

    def too_large():
        ended.wait(WAIT_S)
        torch.empty(2**60, dtype=torch.uint8)

    with pytest.raises(RuntimeError, match="memory"):
        SideBySide(2).run([wrong, too_large, ended.set])
    with pytest.raises(ValueError, match="wrong"):
        SideBySide(2).run([wrong, lambda: None])


def test_other_threads_keep_their_share_of_the_cores(monkeypatch):
    monkeypatch.setattr(host, "cores", lambda: 4)
    before, seen = torch.get_num_threads(), []
    torch.set_num_threads(3)
    assert SideBySide(2).run([torch.get_num_threads] * 2) == [2, 2]
    later = threading.Thread(target=lambda: seen.append(torch.get_num_threads()))
    later.start()
    later.join()
    assert (torch.get_num_threads(), seen) == (3, [3])
    torch.set_num_threads(before)


def test_own_noise_depends_on_its_seed_only_and_leaves_the_rest_alone():
    before = torch.random.get_rng_state()
    torch.manual_seed(5)
    expected = torch.rand(2, 3), torch.randn(4)
    torch.random.set_rng_state(before)
    with OwnNoise(5):
        assert torch.equal(torch.rand(2, 3), expected[0])
        assert torch.equal(torch.randn_like(torch.zeros(4)), expected[1])
    assert torch.equal(torch.random.get_rng_state(), before)
    with OwnNoise("a clip"):
        one = torch.rand(3)
    with OwnNoise("another clip"):
        assert not torch.equal(torch.rand(3), one)


def test_gradients_are_added_where_both_exist():
    one, two = torch.tensor([1.0]), torch.tensor([2.0])
    assert added(None, (one, None)) == (one, None)
    total = added((one.clone(), None, two), (two, two, None))
    assert [float(part) for part in total] == [3.0, 2.0, 2.0]
