"""Tacotron 2 + HiFi-GAN from released folders, small: speak, both networks are trained, continued, loaded again."""

import json
import random
from pathlib import Path

import coqui_more_bundles as bundles
import numpy as np
import pytest
import torch
from left_out import check_left_out
from safetensors.torch import load_file, save_file
from sounds import EXAMPLE_DIR, make_tone

from voiceclone import host
from voiceclone.audio.sound import Audio, decode
from voiceclone.bases.base import Policy, TrainingClip, TrainingPlan
from voiceclone.bases.coqui import clip_store, finished
from voiceclone.bases.coqui.tacotron import network as tacotron_network
from voiceclone.bases.coqui.tacotron import stages, training
from voiceclone.bases.coqui.tacotron.base import TacotronBase
from voiceclone.bases.run.divergence import MAX_BAD_STEPS, MAX_RETURNS
from voiceclone.errors import (
    BaseModelError,
    InputError,
    TextError,
    TrainingError,
    VoiceFileError,
)
from voiceclone.training.runs import read_notes

TEXT = "The boat came in."
UNTOUCHED_BY_ANY_LOSS = {f"coarse_decoder.stopnet.1.linear_layer.{name}" for name in ("weight", "bias")}
"""The loss asks the fine decoder alone when to stop."""
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module", autouse=True)
def small():
    """Narrow networks, two clips a step, and no judges."""

    def no_judges(speak, speak_untrained, language, real) -> dict[str, float]:
        return {"spoken_s": speak(TEXT).duration_s, "untrained_s": speak_untrained(TEXT).duration_s}

    with pytest.MonkeyPatch.context() as patch:
        bundles.make_tacotron_small(patch)
        patch.setattr(finished.sentences, "score", no_judges)
        patch.setattr(host, "cores", lambda: 1)
        recipe = stages.TacotronRecipe(1e-3, 1e-3, warm_up_steps=1, clips_per_step=2)
        patch.setattr(training, "TacotronRecipe", lambda: recipe)
        yield


@pytest.fixture(scope="module")
def folder(small, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundles.tacotron(tmp_path_factory.mktemp("data") / "base" / "tacotron2_ddc")


@pytest.fixture(scope="module")
def base(folder) -> TacotronBase:
    return TacotronBase(folder, "tacotron2_ddc")


@pytest.fixture(scope="module")
def clips() -> list[TrainingClip]:
    """Six pieces of 1.2 s."""
    whole = decode(EXAMPLE_DIR / "joe_02.flac")
    length = round(1.2 * whole.sample_rate)
    pieces = [Audio(whole.samples[round(n * length * 0.2) :][:length], whole.sample_rate) for n in range(6)]
    return [TrainingClip(f"clip{n}", piece, "Some words here.", "en-us") for n, piece in enumerate(pieces)]


def train(base: TacotronBase, run_dir: Path, clips, plan: TrainingPlan, stop_at: int | None = None) -> None:
    if not (run_dir / "plan.json").exists():
        base.prepare(clips, run_dir, plan)
    for _ in range(100):
        result = base.train_slice(run_dir, 0.001, lambda: False)
        if stop_at is not None and result.step >= stop_at:
            base.train_slice(run_dir, 0.001, lambda: True)
            return
        if result.finished:
            return
    raise AssertionError("the run did not come to its end")


def steps(run_dir: Path) -> list[dict]:
    return [json.loads(line) for line in (run_dir / "metrics.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module", params=[Policy.FINE_TUNE, Policy.FULL])
def learnt(request, folder, clips, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Policy, dict]:
    """A finished run of seven steps, five of the first network, two of the vocoder; and both as they were in memory."""
    run_dir, memory = tmp_path_factory.mktemp("run"), {}
    base = TacotronBase(folder)
    base.prepare(clips, run_dir, TrainingPlan(steps=7, seed=3, policy=request.param))
    trainer = base._trainer(run_dir)
    while not trainer.finished:
        memory[trainer.stage.name] = bundles.old_style(trainer.stage.network.state_dict())
        trainer.advance()
    memory[trainer.stage.name] = bundles.old_style(trainer.stage.network.state_dict())
    base.finish(run_dir)
    return run_dir, request.param, memory


@pytest.fixture(scope="module")
def trained(learnt) -> tuple[Path, Policy]:
    """The run's folder, and its policy."""
    return learnt[:2]


def released_tensors(folder: Path) -> dict[str, dict[str, torch.Tensor]]:
    """What the released files hold, by the names in the network of each stage."""
    acoustic = torch.load(folder / "model_file.pth", weights_only=True)["model"]
    vocoder = torch.load(tacotron_network.vocoder_folder(folder) / "model_file.pth", weights_only=True)
    if "model_disc" not in vocoder:
        return {"acoustic": acoustic, "vocoder": vocoder["model"]}
    sound = {f"model_g.{name}": value for name, value in vocoder["model"].items()}
    return {"acoustic": acoustic, "vocoder": sound | {f"model_d.{k}": v for k, v in vocoder["model_disc"].items()}}


def test_the_released_speaker_speaks(base) -> None:
    made = base.speak(None, TEXT, "en-us")
    assert made.sample_rate == 22_050
    assert np.isfinite(made.samples).all() and np.abs(made.samples).max() > 0
    assert np.array_equal(made.samples, base.speak(None, TEXT, "en-us").samples)


def test_a_decoder_that_never_stops_is_stopped(base) -> None:
    """Untrained it would go on for 10,000 steps: four minutes of noise for two words."""
    decoder = base._load().acoustic.decoder
    stop, decoder.stop_threshold = decoder.stop_threshold, 2.0
    try:
        assert 0.5 < base.speak(None, "Two words.", "en-us").duration_s < 5.0
        assert base.speak(None, "So " * 60 + "on.", "en-us").duration_s <= 20.1
    finally:
        decoder.stop_threshold = stop


@pytest.mark.parametrize("text", ["A", "I.", "no", "5"])
def test_very_short_texts_are_spoken(base, text) -> None:
    assert len(tacotron_network.tokens_of(base._load().acoustic, text, "en-us")) >= tacotron_network.MIN_TOKENS
    assert base.speak(None, text, "en-us").duration_s > 0


def test_numbers_are_words_before_the_library_drops_them(base) -> None:
    acoustic = base._load().acoustic
    assert tacotron_network.tokens_of(acoustic, "In 1999 we met.", "en-us") != tacotron_network.tokens_of(
        acoustic, "In we met.", "en-us"
    )


@pytest.mark.parametrize(("text", "words"), [("...", "nothing to speak"), ("no " * 200, "too long")])
def test_texts_that_cannot_be_spoken_are_refused(base, text, words) -> None:
    with pytest.raises(TextError, match=words):
        base.speak(None, text, "en-us")


def test_speed_changes_the_length(base) -> None:
    slow, fast = (base.speak(None, TEXT, "en-us", speed).duration_s for speed in (0.5, 2.0))
    assert 3 < slow / fast < 5


def test_networks_for_different_sound_are_refused(clips, tmp_path) -> None:
    folder = bundles.tacotron(tmp_path / "tacotron2_ddc", mel_fmax=7600.0)
    with pytest.raises(BaseModelError, match="mel_fmax"):
        TacotronBase(folder).prepare(clips, tmp_path / "run", TrainingPlan(steps=1))


@pytest.mark.parametrize("prefixed_vocoder", [False, True])
def test_every_released_tensor_is_in_place(folder, tmp_path, prefixed_vocoder) -> None:
    if prefixed_vocoder:
        folder = bundles.tacotron(tmp_path / "tacotron2_ddc", prefixed_vocoder=True)
    stored = released_tensors(folder)
    acoustic = tacotron_network.load_acoustic(folder)
    assert acoustic.decoder.r == 6
    whole, had_judge = tacotron_network.load_vocoder(folder, with_discriminator=True)
    assert had_judge
    for network, file in ((acoustic, stored["acoustic"]), (whole, stored["vocoder"])):
        loaded = bundles.old_style(network.state_dict())
        assert set(loaded) == set(file)
        assert all(torch.equal(loaded[name], value) for name, value in file.items())
    sound = bundles.old_style(tacotron_network.load_vocoder(folder)[0].state_dict())
    file = {k.removeprefix("model_g."): v for k, v in stored["vocoder"].items() if k.startswith("model_g.")}
    assert set(sound) == set(file)
    assert all(torch.equal(sound[name], value) for name, value in file.items())


def test_exactly_what_the_policy_promises_has_changed(folder, learnt) -> None:
    run_dir, policy, memory = learnt
    stored = released_tensors(folder)
    changed = {
        f"{stage}.{name}"
        for stage, file in stored.items()
        for name, value in file.items()
        if not torch.equal(memory[stage][name], value)
    }
    reading = ("embedding.", "encoder.") if policy is Policy.FINE_TUNE else ()
    promised = {
        f"acoustic.{name}"
        for name in stored["acoustic"]
        if not name.startswith(reading) and name not in UNTOUCHED_BY_ANY_LOSS
    }
    promised |= {f"vocoder.{name}" for name in stored["vocoder"]}
    assert changed == promised
    # The voice file: the same, without counters, and without the discriminator, which speaks nothing.
    kept = {
        name.replace("vocoder.model_g.", "vocoder.") for name in promised if not name.startswith("vocoder.model_d.")
    }
    voice = load_file(run_dir / "voice.safetensors")
    voice = {name.rpartition(".")[0]: value for name, value in voice.items()}
    assert set(bundles.old_style(voice)) == {name for name in kept if not name.endswith("num_batches_tracked")}


def test_losses_are_told_in_two_phases(trained) -> None:
    lines = steps(trained[0])
    assert [line["phase"] for line in lines] == ["acoustic"] * 5 + ["vocoder"] * 2
    assert [line["step"] for line in lines] == list(range(1, 8))
    assert all(np.isfinite(line["loss"]) and line["total_steps"] == 7 for line in lines)
    assert lines[4]["eval_loss"] < lines[0]["eval_loss"]
    assert lines[6]["eval_loss"] < lines[5]["eval_loss"]
    assert {"loss_mel", "loss_judge", "grad_norm"} <= set(lines[-1])


def test_the_trained_voice_speaks_and_comes_off_again(base, trained) -> None:
    voice = trained[0] / "voice.safetensors"
    stock = base.speak(None, TEXT, "en-us").samples
    base.check_voice_file(voice)
    mine = base.speak(voice, TEXT, "en-us").samples
    assert mine.shape != stock.shape or np.abs(mine - stock).max() > 1e-6
    assert np.array_equal(base.speak(None, TEXT, "en-us").samples, stock)
    assert np.array_equal(TacotronBase(base._folder).speak(voice, TEXT, "en-us").samples, mine)


def test_a_finished_run_leaves_voice_scores_and_metrics_only(trained) -> None:
    names = {path.name for path in trained[0].iterdir()}
    assert {"voice.safetensors", "scores.json", "metrics.jsonl", "done.json"} <= names
    assert not names & {"checkpoint.safetensors", "acoustic.safetensors", "vocoder.safetensors", "dataset"}


@pytest.mark.parametrize("stop_at", [2, pytest.param(6, marks=pytest.mark.slow)])
def test_a_continued_run_equals_one_that_never_stopped(folder, clips, tmp_path, stop_at) -> None:
    plan = TrainingPlan(steps=7, seed=3)
    train(TacotronBase(folder), tmp_path / "a", clips, plan)
    train(TacotronBase(folder), tmp_path / "b", clips, plan, stop_at=stop_at)
    train(TacotronBase(folder), tmp_path / "b", clips, plan)
    first, second = (load_file(tmp_path / name / "checkpoint.safetensors") for name in "ab")
    assert set(first) == set(second)
    weights = [name for name in first if name.startswith("weight.")]
    assert weights and all(torch.equal(first[name], second[name]) for name in weights)
    one, other = (TacotronBase(folder)._trainer(tmp_path / name).position for name in "ab")
    assert (one.first_loss, one.best_loss, one.stage, one.step) == (
        other.first_loss,
        other.best_loss,
        other.stage,
        other.step,
    )
    assert one.best_loss is not None
    for name in ("acoustic.safetensors", "vocoder.safetensors"):
        one, other = (load_file(tmp_path / run / name) for run in "ab")
        assert set(one) == set(other) and all(torch.equal(one[key], other[key]) for key in one)


def test_a_fresh_discriminator_is_warmed_up_with_the_vocoder_frozen(folder, clips, tmp_path) -> None:
    base = TacotronBase(folder)
    base.prepare(clips, tmp_path, TrainingPlan(steps=10))
    stage = stages.VocoderStage(tmp_path, folder, "cpu", Policy.FULL, stages.TacotronRecipe())
    stage.had_judge = False
    stored = clip_store.read_index(tmp_path)[:2]
    values = stage.losses(stored, random.Random(0), share=0.1)
    assert values["loss"] == values["loss_judge"]
    assert all(value.grad is None for value in stage.network.model_g.parameters())
    assert all(value.grad is not None for value in stage.network.model_d.parameters())
    judged = [value.grad.clone() for value in stage.network.model_d.parameters()]
    stage.optimizers[1].zero_grad()
    stage.losses(stored, random.Random(0), share=0.9)
    assert all(value.grad is not None for value in stage.network.model_g.parameters())
    again = [value.grad for value in stage.network.model_d.parameters()]
    assert all(torch.allclose(one, other) for one, other in zip(judged, again, strict=True))


def test_without_a_judgement_the_last_step_of_each_stage_is_kept(folder, clips, tmp_path, monkeypatch) -> None:
    def fails(stage, clip):
        raise IndexError("index 129 is out of bounds")

    for stage in stages.STAGES:
        monkeypatch.setattr(stage, "evaluate", fails)
    base = TacotronBase(folder)
    train(base, tmp_path, clips, TrainingPlan(steps=7, seed=3))
    assert len(steps(tmp_path)) == 7 and not any("eval_loss" in line for line in steps(tmp_path))
    assert any("judged by" in note for note in read_notes(tmp_path))
    base.finish(tmp_path)
    assert {name.split(".")[0] for name in load_file(tmp_path / "voice.safetensors")} == {"acoustic", "vocoder"}


def test_numbers_that_are_none_do_not_reach_the_weights(folder, clips, tmp_path, monkeypatch) -> None:
    base = TacotronBase(folder)
    base.prepare(clips, tmp_path, TrainingPlan(steps=20, seed=1))
    trainer = base._trainer(tmp_path)
    before = {name: value.clone() for name, value in trainer.stage.state.items()}
    true_losses = trainer.stage.losses

    def broken(chosen, chooser, share):
        return {name: float("nan") for name in true_losses(chosen, chooser, share)}

    monkeypatch.setattr(trainer.stage, "losses", broken)
    trainer._step()
    assert all(torch.equal(value, before[name]) for name, value in trainer.stage.state.items())
    with pytest.raises(TrainingError, match="astray"):
        for _ in range((MAX_RETURNS + 1) * MAX_BAD_STEPS + 1):
            trainer.advance()
            monkeypatch.setattr(trainer.stage, "losses", broken)  # begun anew, it is another object


@pytest.mark.parametrize("stage", range(2))
def test_numbers_gone_astray_bring_the_last_checkpoint_back_and_then_end_the_run(
    folder, clips, tmp_path, monkeypatch, stage
) -> None:
    base = TacotronBase(folder)
    base.prepare(clips, tmp_path, TrainingPlan(steps=40, seed=1))
    trainer = base._trainer(tmp_path)
    while trainer.clock.step < 2:
        trainer.advance()
    if stage:
        trainer._next_stage()
        trainer.advance()
        trainer.advance()
    trainer.save_checkpoint()
    saved, told = trainer.clock.step, len(steps(tmp_path))
    good = {name: value.clone() for name, value in trainer.stage.state.items()}
    true_losses = trainer.stage.losses

    def broken(chosen, chooser, share):
        return {name: float("nan") for name in true_losses(chosen, chooser, share)}

    monkeypatch.setattr(trainer.stage, "losses", broken)
    for _ in range(MAX_BAD_STEPS):
        trainer.advance()
    assert (trainer.clock.step, trainer.position.stage) == (saved, stage)
    assert all(torch.equal(value, good[name]) for name, value in trainer.stage.state.items())
    assert "half as fast" in read_notes(tmp_path)[-1]
    while not trainer.finished:
        trainer.advance()
    assert trainer.clock.step == saved
    assert f"ended early; the voice is the one of step {saved}" in read_notes(tmp_path)[-1]
    assert len(steps(tmp_path)) == told


@pytest.mark.parametrize("stage", range(2))
def test_without_memory_fewer_clips_at_a_time(folder, clips, tmp_path, monkeypatch, stage) -> None:
    base = TacotronBase(folder)
    base.prepare(clips, tmp_path, TrainingPlan(steps=20, seed=1))
    trainer = base._trainer(tmp_path)
    if stage:
        trainer._next_stage()
    true_losses, sizes, room = trainer.stage.losses, [], [1]

    def scarce(chosen, chooser, share):
        if len(chosen) > room[0]:
            raise torch.OutOfMemoryError("CUDA out of memory")
        sizes.append(len(chosen))
        return true_losses(chosen, chooser, share)

    monkeypatch.setattr(trainer.stage, "losses", scarce)
    before = {name: value.clone() for name, value in trainer.stage.state.items()}
    values = trainer._step()
    assert np.isfinite(values["loss"])
    assert not all(torch.equal(value, before[name]) for name, value in trainer.stage.state.items())
    assert sizes == [1, 1]
    assert (trainer.batching.clips, trainer.batching.rounds) == (1, 2)
    (note,) = read_notes(tmp_path)
    assert "one recording at a time" in note
    trainer.save_checkpoint()
    assert TacotronBase(folder)._trainer(tmp_path).batching.clips == 1
    room[0] = 0
    with pytest.raises(TrainingError, match="too little memory"):
        trainer._step()


def test_each_clip_left_out_has_its_sentence(base, clips, tmp_path) -> None:
    sound = clips[0].audio
    odd = [
        TrainingClip("short", make_tone(0.3), "Yes.", "en-us"),
        TrainingClip("long", make_tone(12.5), "Yes.", "en-us"),
        TrainingClip("silent", Audio(np.zeros(32_000, np.float32), 16_000), "Yes.", "en-us"),
        TrainingClip("mute", sound, " ", "en-us"),
        TrainingClip("wordy", sound, "word " * 40, "en-us"),
        TrainingClip("endless", make_tone(11.0), "no " * 110, "en-us"),
        TrainingClip("loud", Audio(np.full(32_000, 1.5, np.float32), 16_000), "Yes.", "en-us"),
    ]
    check_left_out(base, clips, odd, tmp_path)


def test_stopped_early_what_was_learnt_is_kept(folder, clips, tmp_path) -> None:
    base = TacotronBase(folder)
    train(base, tmp_path, clips, TrainingPlan(steps=100, seed=1), stop_at=3)
    base.finish(tmp_path)
    changed = {name.rpartition(".")[0] for name in load_file(tmp_path / "voice.safetensors")}
    assert changed and all(name.startswith("acoustic.") for name in changed)


def test_what_it_cannot_do_is_said(base, clips, tmp_path) -> None:
    with pytest.raises(InputError, match="one speaker"):
        base.make_instant_voice(clips, tmp_path / "v.safetensors")
    with pytest.raises(InputError, match="recording"):
        base.convert(tmp_path / "v.safetensors", clips[0].audio)
    for policy in (Policy.INSTANT, Policy.TRANSFER):
        with pytest.raises(InputError, match="cannot be trained"):
            base.prepare(clips, tmp_path, TrainingPlan(steps=1, policy=policy))


def test_foreign_voice_files_are_refused(base, tmp_path) -> None:
    for number, name in enumerate(("acoustic.embedding.weight.delta", "gpt.text_head.bias.delta")):
        save_file({name: torch.zeros(3)}, tmp_path / f"{number}.safetensors")
        with pytest.raises(VoiceFileError, match="does not fit"):
            base.check_voice_file(tmp_path / f"{number}.safetensors")
