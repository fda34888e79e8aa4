"""When training goes wrong: numbers that are none, too little memory, a full disk, damaged files, a laptop asleep."""

import errno
import math
import random
from dataclasses import replace

import numpy as np
import pytest
import safetensors.torch
import torch
from kokoro_runs import advance_to, copy_run, load_once, metrics, prepare, use_recipe

from voiceclone import store
from voiceclone.bases.base import Policy, TrainingPlan
from voiceclone.bases.kokoro import KokoroBase, dataset
from voiceclone.bases.kokoro import trainer as trainer_module
from voiceclone.bases.kokoro.checkpoint import load_checkpoint, read_about, save_checkpoint, write_tensors
from voiceclone.bases.kokoro.loss_watch import MAX_BAD_STEPS, RECENT_STEPS, LossWatch
from voiceclone.bases.kokoro.recipe import Recipe
from voiceclone.bases.kokoro.schedule import FINISH_RESERVE_S, Schedule
from voiceclone.bases.kokoro.step_losses import acoustic_loss
from voiceclone.bases.kokoro.thrift import SHORT_WINDOW_FRAMES, Thrift, compute_twice
from voiceclone.bases.kokoro.trainer import Trainer
from voiceclone.bases.kokoro.weights import load_network
from voiceclone.errors import StorageError, TrainingError
from voiceclone.training import runs
from voiceclone.training.work_clock import MAX_IDLE_S, WorkClock

FAR_TOO_MANY_BYTES = 2**60
STEPS = 40


@pytest.fixture(scope="module")
def network(kokoro_folder):
    """The untouched network; trainers get copies of it."""
    return load_network(kokoro_folder)


@pytest.fixture(scope="module")
def prepared(kokoro_folder, network, tmp_path_factory):
    """A run in which only the style learns, so that its checkpoints are small; features are made, no step is."""
    run_dir = tmp_path_factory.mktemp("runs") / "prepared"
    plan = TrainingPlan(steps=STEPS, policy=Policy.TRANSFER)
    prepare(kokoro_folder, run_dir, 2, plan)
    with pytest.MonkeyPatch.context() as patch:
        load_once(patch, network)
        trainer = Trainer(run_dir, kokoro_folder, "cpu")
    while trainer.clips.pending:
        trainer.clips.make_next_ready()
    return run_dir


@pytest.fixture
def make_trainer(prepared, kokoro_folder, network, tmp_path, monkeypatch):
    """Return a trainer of a run folder; without one, of a new copy of the prepared run."""
    use_recipe(monkeypatch)
    load_once(monkeypatch, network)

    def make(run_dir=None):
        return Trainer(run_dir or copy_run(prepared, tmp_path / "run"), kokoro_folder, "cpu")

    return make


def read_notes(run_dir):
    """What was said; but for the sentence that a computer far too busy for these tests may add."""
    return tuple(note for note in runs.read_notes(run_dir) if "was held up" not in note)


def two_checkpoints(trainer):
    for step in (1, 2):
        advance_to(trainer, step)
        trainer.save_checkpoint()


def poison(trainer):
    """Make every recording into numbers that are none; return how they were."""
    before = [clip.samples.clone() for clip in trainer.clips.ready]
    for clip in trainer.clips.ready:
        clip.samples.fill_(math.nan)
    return before


# Divergence


def noisy_losses(level, count, seed=0):
    chooser = random.Random(seed)
    return [level * chooser.uniform(0.75, 1.35) for _ in range(count)]


def test_the_ups_and_downs_of_a_training_are_not_divergence():
    watch = LossWatch()
    for loss in [*noisy_losses(4.0, 30), *noisy_losses(2.5, 200), 250.0, *noisy_losses(2.5, 50), 90.0, 80.0]:
        watch.note(loss)
        assert not watch.astray
        assert not watch.doubtful


@pytest.mark.parametrize("level", [5.5, 30.0])
def test_a_level_far_above_the_lowest_is_divergence_within_a_few_steps(level):
    watch = LossWatch()
    for loss in noisy_losses(2.5, 60):
        watch.note(loss)
    doubtful_at = astray_at = None
    for step, loss in enumerate(noisy_losses(level, 2 * RECENT_STEPS, seed=1), start=1):
        watch.note(loss)
        doubtful_at = doubtful_at or (step if watch.doubtful else None)
        astray_at = astray_at or (step if watch.astray else None)
    assert astray_at <= RECENT_STEPS
    assert doubtful_at <= astray_at


def test_losses_that_are_no_numbers_are_divergence_only_in_a_row():
    watch = LossWatch()
    for _ in range(4):
        for _ in range(MAX_BAD_STEPS - 1):
            watch.note(math.nan)
        assert not watch.astray
        watch.note(2.0)
    for loss in (math.nan, math.inf, -math.inf, math.nan, math.nan):
        watch.note(loss)
    assert watch.astray


def test_a_watch_goes_on_from_its_checkpoint():
    watch, again = LossWatch(), LossWatch()
    for loss in noisy_losses(2.5, 25):
        watch.note(loss)
    again.restore(watch.state())
    for loss in noisy_losses(7.0, 8):
        watch.note(loss)
        again.note(loss)
        assert (watch.astray, watch.doubtful, watch.state()) == (again.astray, again.doubtful, again.state())
    assert again.astray


@pytest.mark.slow
def test_it_goes_back_twice_and_then_ends_with_the_last_good_voice(make_trainer):
    trainer = make_trainer()
    advance_to(trainer, 2)
    trainer.save_checkpoint()
    good = trainer.voice_style().clone()
    advance_to(trainer, 3)
    meters = trainer._meters.state()
    poison(trainer)
    trainer.advance()
    assert trainer._meters.state() == meters, "numbers that are none got into what puts the sound right"
    while not trainer.position.finished:
        trainer.advance()
    assert trainer.position.step == 2
    assert torch.equal(trainer.voice_style(), good)
    notes = read_notes(trainer.run_dir)
    assert [note.partition(" astray")[2] for note in notes] == [
        ". It went back to step 2 and learns half as fast.",
        ". It went back to step 2 and learns a quarter as fast.",
        " again, so it ended early; the voice is the one of step 2.",
    ]
    assert [line["step"] for line in metrics(trainer.run_dir)] == [1, 2, 3]


@pytest.mark.slow
def test_after_going_back_it_learns_half_as_fast_from_other_windows(make_trainer):
    trainer = make_trainer()
    advance_to(trainer, 2)
    trainer.save_checkpoint()
    usual = trainer._seed_step().random()
    sounds = poison(trainer)
    for _ in range(MAX_BAD_STEPS):
        trainer.advance()
    assert trainer.position.step == 2
    for clip, samples in zip(trainer.clips.ready, sounds, strict=True):
        clip.samples.copy_(samples)
    assert trainer._seed_step().random() != usual
    advance_to(trainer, 3)
    rates = [group["lr"] / group["full_rate"] for group in trainer.learners.acoustic.param_groups]
    assert rates == pytest.approx([0.5 * 3 / trainer.recipe.warm_up_steps] * len(rates), rel=0.02)
    trainer.save_checkpoint()
    assert make_trainer(trainer.run_dir)._returns == 1


@pytest.mark.slow
def test_going_astray_before_the_first_checkpoint_begins_anew(make_trainer):
    trainer = make_trainer()
    advance_to(trainer, 1)
    assert not torch.equal(trainer.voice_style(), trainer.start)
    poison(trainer)
    for _ in range(MAX_BAD_STEPS):
        trainer.advance()
    assert trainer.position.step == 0
    assert torch.equal(trainer.voice_style(), trainer.start)
    with pytest.raises(TrainingError, match=r"went astray.*Leave out recordings"):
        for _ in range(2 * MAX_BAD_STEPS):
            trainer.advance()


def test_gradients_that_are_no_numbers_change_nothing(make_trainer):
    trainer = make_trainer()
    advance_to(trainer, 1)
    before = trainer.voice_style().clone()
    trainer.learners.acoustic_style.grad = torch.full_like(trainer.learners.acoustic_style, math.inf)
    assert not trainer.learners.update(trainer.learners.acoustic, 1.0)
    assert torch.equal(trainer.voice_style(), before)


def test_a_doubtful_moment_is_not_saved_and_an_end_in_it_goes_back(make_trainer):
    trainer = make_trainer()
    advance_to(trainer, 1)
    trainer.save_checkpoint()
    good = trainer.voice_style().clone()
    advance_to(trainer, 2)
    for loss in [*[1.0] * RECENT_STEPS, *[1.8] * RECENT_STEPS]:
        trainer._watches["loss"].note(loss)
    trainer.save_checkpoint()
    assert read_about(trainer.run_dir / "checkpoint.safetensors")["position"]["step"] == 1
    trainer.settle()
    assert trainer.position.step == 1
    assert torch.equal(trainer.voice_style(), good)


def test_it_is_saved_before_a_candidate_is_made(make_trainer, kokoro_folder):
    trainer, base = make_trainer(), KokoroBase(kokoro_folder)
    base._trainers[trainer.run_dir] = trainer
    path = trainer.run_dir / "checkpoint.safetensors"
    for step in (1, 2):
        advance_to(trainer, step)
        base.save(trainer.run_dir)
        assert read_about(path)["position"]["step"] == step
    written = path.stat().st_mtime_ns
    base.save(trainer.run_dir)
    assert path.stat().st_mtime_ns == written, "nothing was learnt since"


# Memory


def test_the_rungs_in_order_and_an_end_in_words():
    thrift, said = Thrift.none(replace(Recipe(), batch_windows=4)), []
    with pytest.raises(TrainingError, match=r"too little memory.*Close other programs.*is kept"):
        while True:
            thrift, sentence = thrift.next_rung()
            said.append(sentence)
    words = ("2 snippets", "one snippet", "shorter snippets", "computing parts of each step twice", "fewer layers")
    assert [word in sentence for word, sentence in zip(words, said, strict=True)] == [True] * len(words)
    assert thrift == Thrift(1, SHORT_WINDOW_FRAMES, computes_twice=True, style_layers_only=True)


def without_memory_until(monkeypatch, trainer, enough):
    """Let the processor's allocator really fail in each acoustic step until `enough(thrift)`."""
    real = trainer_module.acoustic_loss

    def hungry(*arguments):
        if not enough(trainer._thrift):
            torch.empty(FAR_TOO_MANY_BYTES, dtype=torch.uint8)
        return real(*arguments)

    monkeypatch.setattr(trainer_module, "acoustic_loss", hungry)


def test_too_little_memory_goes_down_the_rungs_says_so_and_learns_on(kokoro_folder, network, tmp_path, monkeypatch):
    use_recipe(monkeypatch, batch_windows=2)
    load_once(monkeypatch, network)
    run_dir = tmp_path / "run"
    prepare(kokoro_folder, run_dir, 2, TrainingPlan(steps=STEPS))
    trainer = Trainer(run_dir, kokoro_folder, "cpu")
    without_memory_until(monkeypatch, trainer, lambda thrift: thrift.windows_at_once == 1)
    advance_to(trainer, 1)
    before = {name: value.detach().clone() for name, value in trainer.trained.items()}
    without_memory_until(monkeypatch, trainer, lambda thrift: thrift.style_layers_only)
    advance_to(trainer, 2)
    notes = read_notes(run_dir)
    assert ["one snippet" in notes[0], "computing parts" in notes[1], "fewer layers" in notes[2]] == [True] * 3
    assert all(math.isfinite(line["loss"]) for line in metrics(run_dir))
    moved = {name for name, value in trainer.trained.items() if not torch.equal(value, before[name])}
    assert moved
    assert all(".fc." in name for name in moved)
    trainer.save_checkpoint()
    continued = Trainer(run_dir, kokoro_folder, "cpu")
    assert continued._thrift == trainer._thrift
    learning = [value for group in continued.learners.acoustic.param_groups for value in group["params"]]
    assert sum(value.numel() for value in learning) < sum(value.numel() for value in continued.trained.values()) / 4
    advance_to(continued, 3)


def test_at_the_end_of_the_rungs_the_work_is_saved_and_the_run_fails_in_words(make_trainer, monkeypatch):
    trainer = make_trainer()
    advance_to(trainer, 1)
    without_memory_until(monkeypatch, trainer, lambda thrift: False)
    with pytest.raises(TrainingError, match="too little memory"):
        trainer.advance()
    assert read_about(trainer.run_dir / "checkpoint.safetensors")["position"]["step"] == 1


def without_memory_for(monkeypatch, *clip_ids, times=1_000):
    """Let the processor's allocator really fail, so often, when one of these clips is made ready."""
    real, left = dataset.get_features, {clip_id: times for clip_id in clip_ids}

    def hungry(run_dir, entry, aligner):
        if left.get(entry.clip_id, 0) > 0:
            left[entry.clip_id] -= 1
            torch.empty(FAR_TOO_MANY_BYTES, dtype=torch.uint8)
        return real(run_dir, entry, aligner)

    monkeypatch.setattr(dataset, "get_features", hungry)


def test_a_recording_that_memory_is_too_small_for_is_left_out_and_said(make_trainer, monkeypatch):
    trainer = make_trainer()
    first, second = trainer.clips.pending
    without_memory_for(monkeypatch, first.clip_id)
    advance_to(trainer, 1)
    assert [clip.entry for clip in trainer.clips.ready] == [second]
    (note,) = read_notes(trainer.run_dir)
    assert f"a recording of {first.duration_s:.1f} s" in note and "goes on without it" in note
    trainer.save_checkpoint()
    monkeypatch.undo()
    continued = make_trainer(trainer.run_dir)
    assert continued.clips.pending == [first], "with more memory it may come in later"


def test_a_recording_that_memory_is_too_small_for_once_is_made_ready_at_the_second_try(make_trainer, monkeypatch):
    trainer = make_trainer()
    both = list(trainer.clips.pending)
    without_memory_for(monkeypatch, both[0].clip_id, times=1)
    advance_to(trainer, 1)
    assert [clip.entry for clip in trainer.clips.ready] == both
    assert read_notes(trainer.run_dir) == ()


def test_memory_too_small_for_every_recording_ends_in_words(make_trainer, monkeypatch):
    trainer = make_trainer()
    without_memory_for(monkeypatch, *(entry.clip_id for entry in trainer.clips.pending))
    with pytest.raises(TrainingError, match=r"any of the recordings ready\. Close other programs"):
        advance_to(trainer, 1)


def test_another_error_is_not_taken_for_too_little_memory(make_trainer, monkeypatch):
    trainer = make_trainer()
    advance_to(trainer, 1)

    def broken(*arguments):
        raise RuntimeError("The size of tensor a (3) must match the size of tensor b (4)")

    monkeypatch.setattr(trainer_module, "acoustic_loss", broken)
    with pytest.raises(RuntimeError, match="size of tensor"):
        trainer.advance()
    assert read_notes(trainer.run_dir) == ()


def test_computing_twice_gives_the_same_gradients(kokoro_folder, network, tmp_path, monkeypatch):
    use_recipe(monkeypatch)
    load_once(monkeypatch, network)
    run_dir = tmp_path / "run"
    prepare(kokoro_folder, run_dir, 1, TrainingPlan(steps=STEPS))
    trainer = Trainer(run_dir, kokoro_folder, "cpu")
    trainer.clips.make_next_ready()

    def gradients():
        trainer.learners.forget_gradients()
        torch.manual_seed(0)
        style = trainer.learners.acoustic_style
        heard = acoustic_loss(trainer.network, [(trainer.clips.ready[0], 0)], style, trainer.recipe, 24, None)
        heard.loss.backward()
        return {name: value.grad.clone() for name, value in trainer.learners.all().items() if value.grad is not None}

    once = gradients()
    compute_twice(trainer.network)
    compute_twice(trainer.network)  # a second time changes nothing
    twice = gradients()
    assert set(once) == set(twice)
    assert [name for name in once if not torch.equal(once[name], twice[name])] == []


# The disk


def test_a_checkpoint_cut_at_any_byte_is_found(tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    weights = {"a": torch.rand(3, 2), "b": torch.rand(1)}
    save_checkpoint(path, weights, [], {"step": 7})
    content = path.read_bytes()
    assert read_about(path) == {"step": 7}
    for length in range(len(content)):
        path.write_bytes(content[:length])
        for read in (read_about, lambda path: load_checkpoint(path, weights, [])):
            with pytest.raises(TrainingError, match="damaged"):
                read(path)


def test_a_damaged_checkpoint_falls_back_to_the_one_before(make_trainer):
    trainer = make_trainer()
    two_checkpoints(trainer)
    path = trainer.run_dir / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    found = make_trainer(trainer.run_dir)
    assert found.position.step == 1
    assert read_notes(trainer.run_dir) == (
        "The last checkpoint was damaged; the training goes on from the one before, step 1.",
    )
    advance_to(found, 2)
    assert torch.equal(found.voice_style(), trainer.voice_style())


def test_two_damaged_checkpoints_begin_again(make_trainer):
    trainer = make_trainer()
    two_checkpoints(trainer)
    for name in ("checkpoint.safetensors", "checkpoint.previous.safetensors"):
        (trainer.run_dir / name).write_bytes(b"")
    found = make_trainer(trainer.run_dir)
    assert found.position.step == 0
    assert torch.equal(found.voice_style(), found.start)
    assert "begins again; your recordings are safe" in read_notes(trainer.run_dir)[0]
    advance_to(found, 2)
    assert torch.equal(found.voice_style(), trainer.voice_style())


def test_killed_between_two_names_the_one_before_is_taken_without_a_word(make_trainer):
    trainer = make_trainer()
    two_checkpoints(trainer)
    (trainer.run_dir / "checkpoint.safetensors").unlink()
    assert make_trainer(trainer.run_dir).position.step == 1
    assert read_notes(trainer.run_dir) == ()


def full_disk(monkeypatch, times):
    """Let the next `times` flushes of a file say that the disk is full."""
    real, left = store.os.fsync, [times]

    def flush(number):
        if left[0] > 0:
            left[0] -= 1
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(number)

    monkeypatch.setattr(store.os, "fsync", flush)


def test_on_a_full_disk_training_goes_on_says_so_once_and_saves_when_there_is_room(make_trainer, monkeypatch):
    trainer = make_trainer()
    advance_to(trainer, 1)
    trainer.save_checkpoint()
    advance_to(trainer, 2)
    path = trainer.run_dir / "checkpoint.safetensors"
    full_disk(monkeypatch, 1)
    trainer.save_checkpoint()
    full_disk(monkeypatch, 1)
    trainer.save_checkpoint()
    assert read_about(path)["position"]["step"] == 1, "the checkpoint of before is still there"
    (note,) = read_notes(trainer.run_dir)
    assert note.startswith("The disk that holds")
    assert "the training goes on" in note
    trainer.save_checkpoint()
    assert read_about(path)["position"]["step"] == 2
    assert list(trainer.run_dir.glob(".part-*")) == []


def test_the_checkpoint_before_the_last_makes_room_on_a_full_disk(make_trainer, monkeypatch):
    trainer = make_trainer()
    two_checkpoints(trainer)
    advance_to(trainer, 3)
    full_disk(monkeypatch, 1)
    trainer.save_checkpoint()
    assert read_about(trainer.run_dir / "checkpoint.safetensors")["position"]["step"] == 3
    assert not (trainer.run_dir / "checkpoint.previous.safetensors").exists()
    assert read_notes(trainer.run_dir) == ()


def test_tensors_that_do_not_fit_are_a_full_disk(tmp_path, monkeypatch):
    said = "Error while serializing: I/O error: No space left on device (os error 28)"  # on a full disk in memory

    def save_file(*_, **__):
        raise safetensors.SafetensorError(said)

    monkeypatch.setattr(safetensors.torch, "save_file", save_file)
    with pytest.raises(StorageError, match="is full"), store.storage_errors(tmp_path):
        write_tensors(tmp_path / "full", {"a": torch.zeros(100)})
    said = "Error while serializing: InvalidTensorView"
    with pytest.raises(safetensors.SafetensorError, match="View"), store.storage_errors(tmp_path):
        write_tensors(tmp_path / "full", {"a": torch.zeros(100)})


def test_metrics_on_a_full_disk_lack_a_line_and_nothing_more(make_trainer):
    trainer = make_trainer()
    advance_to(trainer, 1)
    path = trainer.run_dir / "metrics.jsonl"
    kept = path.read_bytes()
    path.unlink()
    path.mkdir()  # cannot be written
    advance_to(trainer, 2)
    path.rmdir()
    path.write_bytes(kept + b'{"step": 2, "lo')
    advance_to(trainer, 3)
    lines = path.read_text("utf-8").splitlines()
    assert lines[-1].startswith('{"step": 3')


def test_damaged_recordings_are_left_out_and_damaged_features_made_again(kokoro_folder, network, tmp_path, monkeypatch):
    use_recipe(monkeypatch)
    load_once(monkeypatch, network)
    prepare(kokoro_folder, tmp_path, 3, TrainingPlan(steps=2, policy=Policy.TRANSFER))
    trainer = Trainer(tmp_path, kokoro_folder, "cpu")
    entries = dataset.read_index(tmp_path)
    advance_to(trainer, 1)
    features = tmp_path / "dataset" / f"{entries[0].clip_id}.features.npz"
    with np.load(features) as packed:
        before = dict(packed)
    for length in (0, 10, 5000, features.stat().st_size - 1):
        features.write_bytes(features.read_bytes()[:length])
        made = dataset.get_features(tmp_path, entries[0], trainer.aligner)
        assert all(np.array_equal(getattr(made, name), value) for name, value in before.items())
    sound = tmp_path / "dataset" / f"{entries[1].clip_id}.sound.npz"
    sound.write_bytes(sound.read_bytes()[:100])
    found = Trainer(tmp_path, kokoro_folder, "cpu")
    assert len(found.clips.pending) == 2
    assert read_notes(tmp_path) == ("1 of 3 prepared recordings were damaged; left out.",)
    for path in (tmp_path / "dataset").glob("*.sound.npz"):
        path.write_bytes(b"")
    with pytest.raises(TrainingError, match=r"recordings are gone or damaged. Start a new training"):
        Trainer(tmp_path, kokoro_folder, "cpu")


@pytest.mark.parametrize("name", ["plan.json", "dataset.json", "language.json"])
def test_what_is_written_once_survives_any_cut(prepared, kokoro_folder, tmp_path, name):
    run_dir = copy_run(prepared, tmp_path / "run")
    content = (run_dir / name).read_bytes()
    for length in range(0, len(content), max(1, len(content) // 40)):
        (run_dir / name).write_bytes(content[:length])
        value = store.read_json_twice(run_dir / name, missing=TrainingError("gone"), damaged=TrainingError("damaged"))
        assert value == store.read_json(run_dir / name, missing=TrainingError("gone"), damaged=TrainingError("damaged"))
        assert (run_dir / name).read_bytes().strip() == content.strip()


# Asleep


class Hands:
    """Clocks that a test sets."""

    def __init__(self):
        self.now_s = self.computed_s = 0.0

    def clock(self, spent_s=0.0):
        return WorkClock(spent_s, lambda: self.now_s, lambda: self.computed_s)

    def pass_time(self, duration_s, computed_s):
        self.now_s += duration_s
        self.computed_s += computed_s


def test_work_counts_and_sleep_does_not():
    hands = Hands()
    clock = hands.clock(10.0)
    hands.pass_time(30.0, 55.0)  # two cores
    assert clock.elapsed_s == pytest.approx(40)
    hands.pass_time(300.0, 290.0)  # a long, busy step on a loaded computer
    assert clock.elapsed_s == pytest.approx(340)
    hands.pass_time(100.0, 4.0)  # starved by other programs
    assert clock.elapsed_s == pytest.approx(440)
    hands.pass_time(MAX_IDLE_S, 0.0)  # waiting for a slow disk
    assert clock.elapsed_s == pytest.approx(500)
    assert clock.take_slept_s() == 0
    hands.pass_time(8 * 3600.0, 2.0)  # the lid was closed
    assert clock.elapsed_s == pytest.approx(502)
    assert clock.take_slept_s() == pytest.approx(8 * 3600 - 2)
    assert clock.take_slept_s() == 0
    hands.now_s -= 50  # no clock we use goes back; if one did, no time would come back
    assert clock.elapsed_s == pytest.approx(502)


def test_a_plan_in_minutes_does_not_count_the_sleep():
    hands = Hands()
    schedule = Schedule(TrainingPlan(minutes=5), Recipe(), 0.0)
    schedule.clock = hands.clock()
    hands.pass_time(100.0, 200.0)
    schedule.begin_step()
    schedule.end_step(1.0)
    hands.pass_time(90.0, 180.0)
    share = schedule.learning_share()
    assert share == pytest.approx(90 / (300 - FINISH_RESERVE_S - 100))
    hands.pass_time(3 * 3600.0, 0.5)
    assert schedule.learning_share() == pytest.approx(share, abs=0.01)
    assert schedule.eta_s() == pytest.approx(110, abs=1)


def test_the_sleep_is_said(make_trainer):
    trainer = make_trainer()
    advance_to(trainer, 1)
    hands = Hands()
    trainer.schedule.clock = hands.clock(20.0)
    hands.pass_time(2 * 3600.0, 1.0)
    advance_to(trainer, 2)
    assert "The training was held up for about 2 hours (the computer slept" in " ".join(
        runs.read_notes(trainer.run_dir)
    )
    assert metrics(trainer.run_dir)[-1]["elapsed_s"] == pytest.approx(21, abs=1)
