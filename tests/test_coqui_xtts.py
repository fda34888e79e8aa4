"""XTTS v2 from the released files, small: speaks, makes an instant voice, is fine-tuned, continued, loaded again."""

import importlib
import json
import shutil
import sys
from pathlib import Path

import coqui_more_bundles as bundles
import numpy as np
import pytest
import torch
from left_out import check_left_out
from safetensors.torch import load_file, save_file
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS, make_tone

from voiceclone import host
from voiceclone.audio.sound import Audio, decode
from voiceclone.bases.base import Policy, TrainingClip, TrainingPlan
from voiceclone.bases.coqui import finished
from voiceclone.bases.coqui.voice_tensors import size_mb, write_voice_tensors
from voiceclone.bases.coqui.xtts import network as xtts_network
from voiceclone.bases.coqui.xtts import training
from voiceclone.bases.coqui.xtts.base import XttsBase
from voiceclone.bases.run.divergence import MAX_BAD_STEPS, MAX_RETURNS
from voiceclone.errors import BaseModelError, InputError, TextError, TrainingError, VoiceFileError
from voiceclone.training.runs import read_notes

TEXT = "The boat came in."
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundles.xtts(tmp_path_factory.mktemp("data") / "base" / "xtts_v2", narrow=True)


@pytest.fixture(scope="module")
def base(folder) -> XttsBase:
    return XttsBase(folder, "xtts_v2")


@pytest.fixture(scope="module")
def recordings() -> list[TrainingClip]:
    """Two sentences, 3.3 and 2.7 s."""
    names = ("joe_01", "joe_02")
    return [
        TrainingClip(name, decode(EXAMPLE_DIR / f"{name}.flac"), EXAMPLE_TEXTS[f"{name}.flac"], "en-us")
        for name in names
    ]


@pytest.fixture(scope="module")
def clips(recordings) -> list[TrainingClip]:
    """Six pieces of 0.9 s: what the small GPT can hold."""
    whole = recordings[1].audio
    length = round(0.9 * whole.sample_rate)
    pieces = [Audio(whole.samples[round(number * length * 0.2) :][:length], whole.sample_rate) for number in range(6)]
    return [TrainingClip(f"clip{number}", piece, "Some words here.", "en-us") for number, piece in enumerate(pieces)]


@pytest.fixture(scope="module")
def instant(base, recordings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("voice") / "instant.safetensors"
    base.make_instant_voice(recordings, path)
    return path


def set_rate(patch: pytest.MonkeyPatch, rate: float) -> None:
    """Three clips a step at that rate, from the first step on."""
    recipe = training.XttsRecipe(rate=rate, warm_up_steps=1, clips_per_step=3)
    patch.setattr(training.XttsRecipe, "for_device", lambda device: recipe)


def make_quick(patch: pytest.MonkeyPatch) -> None:
    """A narrow DVAE in the place of the released one, and no judges."""
    gpt_trainer = importlib.import_module("TTS.tts.layers.xtts.trainer.gpt_trainer")

    def no_judges(speak, speak_untrained, language, real) -> dict[str, float]:
        return {"spoken_s": speak(TEXT).duration_s, "untrained_s": speak_untrained(TEXT).duration_s}

    patch.setattr(gpt_trainer, "DiscreteVAE", bundles.small_dvae)
    patch.setattr(finished.sentences, "score", no_judges)
    patch.setattr(host, "cores", lambda: 1)
    set_rate(patch, 3e-3)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    make_quick(monkeypatch)


def train(base: XttsBase, run_dir: Path, clips, steps: int, stop_at: int | None = None) -> None:
    if not (run_dir / "plan.json").exists():
        base.prepare(clips, run_dir, TrainingPlan(steps=steps, seed=7))
    for _ in range(50):
        result = base.train_slice(run_dir, 0.001, lambda: False)
        if result.step == stop_at:
            base.train_slice(run_dir, 0.001, lambda: True)
            return
        if result.finished:
            return
    raise AssertionError("the run did not come to its end")


def metrics(run_dir: Path) -> list[dict]:
    return [json.loads(line) for line in (run_dir / "metrics.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def learnt(folder, clips, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, torch.Tensor]]:
    """A finished run of four steps, and every tensor that was in memory after the last one, by its released name."""
    with pytest.MonkeyPatch.context() as patch:
        make_quick(patch)
        run_dir = tmp_path_factory.mktemp("run")
        base = XttsBase(folder)
        train(base, run_dir, clips, steps=4)
        memory = bundles.old_style(base._trainer(run_dir).model.state_dict())
        base.finish(run_dir)
    return run_dir, memory


@pytest.fixture(scope="module")
def trained(learnt) -> Path:
    """A run of four steps, finished."""
    return learnt[0]


def test_the_stock_voice_speaks(base) -> None:
    made = base.speak(None, TEXT, "en-us")
    assert made.sample_rate == 24_000
    assert made.duration_s > 0.05 and np.abs(made.samples).max() > 0
    assert np.array_equal(made.samples, base.speak(None, TEXT, "en-us").samples)


def test_an_instant_voice_speaks_otherwise_than_the_stock_voice(base, instant) -> None:
    assert {name: tuple(value.shape) for name, value in load_file(instant).items()} == {
        "gpt_cond_latent": (1, 32, 64),
        "speaker": (1, 512, 1),
    }
    mine, stock = base.speak(instant, TEXT, "en-us").samples, base.speak(None, TEXT, "en-us").samples
    assert mine.shape != stock.shape or np.abs(mine - stock).max() > 1e-6
    assert np.array_equal(XttsBase(base._folder).speak(instant, TEXT, "en-us").samples, mine)


def test_the_instant_voice_is_what_coqui_computes_from_files(base, instant, recordings, tmp_path) -> None:
    from voiceclone.audio.sound import encode_wav, resample

    paths = []
    for clip in recordings:
        paths.append(tmp_path / f"{clip.clip_id}.wav")
        encode_wav(resample(clip.audio, 22_050), paths[-1])
    config = base._network.config
    latent, speaker = base._network.get_conditioning_latents(
        [str(path) for path in paths],
        max_ref_length=config.max_ref_len,
        gpt_cond_len=config.gpt_cond_len,
        gpt_cond_chunk_len=config.gpt_cond_chunk_len,
    )
    stored = load_file(instant)
    assert torch.allclose(stored["gpt_cond_latent"], latent, atol=1e-3)
    assert torch.allclose(stored["speaker"], speaker, atol=1e-3)


def test_speed_changes_the_length(base, instant) -> None:
    slow, fast = (base.speak(instant, TEXT, "en-us", speed).duration_s for speed in (0.5, 2.0))
    assert slow > 3 * fast


def test_every_language_of_the_card_is_understood(base, instant) -> None:
    words = {
        "en-us": ("In {}.", "nine hundred"),
        "en-gb": ("In {}.", "nine hundred"),
        "es": ("Un barco, {}.", "mil novecientos"),
        "fr": ("Un bateau, {}.", "dix-neuf"),
        "it": ("Una nave, {}.", "mille"),
        "pt": ("Um navio, {}.", "mil"),
        "hi": ("एक जहाज़, {} में।", "उन्नीस सौ"),
    }
    assert set(words) == set(base.languages)
    tokenizer = xtts_network.read_tokenizer(base._folder)
    for language, (text, number) in words.items():
        tokens = xtts_network.tokens_of(tokenizer, text.format(1999), language)
        said = tokenizer.decode(tokens)
        assert number in said, said
        assert not any(digit in said for digit in "19१९")
    for language in ("es", "hi"):
        assert base.speak(instant, words[language][0].format(2), language).duration_s > 0


@pytest.mark.parametrize(
    ("text", "words"), [("...", "nothing to speak"), ("Hello 你", "character"), ("no " * 90, "too long")]
)
def test_texts_that_cannot_be_spoken_are_refused(base, text, words) -> None:
    with pytest.raises(TextError, match=words):
        base.speak(None, text, "en-us")


def test_every_released_tensor_is_in_place_and_the_file_stays_as_it_is(folder, tmp_path) -> None:
    """coqui's own loader writes files that hold an `XttsConfig` anew, in place."""
    old = bundles.xtts(tmp_path / "old" / "xtts_v2", old_pickle=True, narrow=True)
    before = (old / "model.pth").read_bytes()
    network = xtts_network.load_network(old)
    assert (old / "model.pth").read_bytes() == before
    stored = torch.load(folder / "model.pth", weights_only=True)["model"]
    loaded = bundles.old_style(network.state_dict())
    assert set(stored) <= set(loaded)
    assert all(torch.equal(loaded[name], value) for name, value in xtts_network.read_state(old).items())


def test_the_number_of_threads_survives_the_library(folder, monkeypatch) -> None:
    """Importing its data set sets one thread for the whole process. The real DVAE does not fit our narrow file."""
    for name in ("dataset", "gpt_trainer"):
        monkeypatch.delitem(sys.modules, f"TTS.tts.layers.xtts.trainer.{name}", raising=False)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with pytest.raises(BaseModelError, match="training files"):
            training.training_model(folder)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_training_changes_the_gpt_and_nothing_else(folder, learnt) -> None:
    run_dir, memory = learnt
    released = xtts_network.read_state(folder)
    after = {name.removeprefix("xtts."): value for name, value in memory.items() if name.startswith("xtts.")}
    assert set(released) <= set(after)
    changed = {name for name, value in released.items() if not torch.equal(after[name], value)}
    assert changed == {name for name in released if name.startswith("gpt.")}
    codes = torch.load(folder / "dvae.pth", weights_only=True)
    assert codes and all(torch.equal(memory[f"dvae.{name}"], value) for name, value in codes.items())
    tensors = load_file(run_dir / "voice.safetensors")
    assert {name.rpartition(".")[0] for name in tensors if name not in ("speaker", "gpt_cond_latent")} == changed


def test_a_finished_run_leaves_voice_scores_and_metrics_only(trained) -> None:
    names = {path.name for path in trained.iterdir()}
    assert {"voice.safetensors", "scores.json", "metrics.jsonl", "done.json", "rejected.json"} <= names
    assert not names & {"checkpoint.safetensors", "best.safetensors", "dataset"}
    lines = metrics(trained)
    assert [line["step"] for line in lines] == [1, 2, 3, 4]
    for line in lines:
        assert line["total_steps"] == 4 and line["eta_s"] >= 0
        assert line["loss"] == pytest.approx(line["loss_mel"] + line["loss_text"], rel=1e-3)
        assert line["grad_norm"] > 0
    assert lines[-1]["eval_loss"] < lines[0]["eval_loss"]


def test_the_trained_voice_speaks_and_comes_off_again(base, trained, instant) -> None:
    stock = base.speak(None, TEXT, "en-us").samples
    voice = trained / "voice.safetensors"
    base.check_voice_file(voice)
    mine = base.speak(voice, TEXT, "en-us").samples
    assert mine.shape != stock.shape or np.abs(mine - stock).max() > 1e-6
    assert np.array_equal(base.speak(None, TEXT, "en-us").samples, stock)
    network, stored = base._network, xtts_network.read_state(base._folder)
    assert all(
        torch.equal(value, stored[name]) for name, value in network.named_parameters() if name.startswith("gpt.")
    )


def test_the_voice_file_holds_what_was_learnt(folder, tmp_path, clips) -> None:
    """The judgement of the file's network equals the best one noted while training."""
    run_dir = tmp_path / "run"
    base = XttsBase(folder)
    train(base, run_dir, clips, steps=4)
    trainer = base._trainer(run_dir)
    first, best = trainer.position.first_loss, trainer.position.best_loss
    assert best < first
    trainer.put_on(trainer.learnt_changes())
    assert trainer.judge() == pytest.approx(best, abs=0.05 * (first - best))


def test_a_continued_run_equals_one_that_never_stopped(folder, clips, tmp_path) -> None:
    straight, halted = XttsBase(folder), XttsBase(folder)
    train(straight, tmp_path / "a", clips, steps=4)
    train(halted, tmp_path / "b", clips, steps=4, stop_at=2)
    assert (tmp_path / "b" / "checkpoint.safetensors").is_file()
    again = XttsBase(folder)
    train(again, tmp_path / "b", clips, steps=4)
    one, other = straight._trainer(tmp_path / "a").position, again._trainer(tmp_path / "b").position
    assert one.best_loss is not None
    assert (one.first_loss, one.best_loss, one.best_step) == (other.first_loss, other.best_loss, other.best_step)
    first, second = (load_file(tmp_path / name / "checkpoint.safetensors") for name in "ab")
    assert set(first) == set(second)
    weights = [name for name in first if name.startswith("weight.")]
    assert weights and all(torch.equal(first[name], second[name]) for name in weights)


def test_steps_that_make_nothing_better_leave_the_instant_voice(folder, clips, tmp_path, monkeypatch) -> None:
    errors = iter((1.0, 2.0, 3.0))
    monkeypatch.setattr(training.XttsTrainer, "judge", lambda self: next(errors))
    base = XttsBase(folder)
    train(base, tmp_path, clips, steps=2)
    trainer = base._trainer(tmp_path)
    assert trainer.position.best_loss is None
    base.finish(tmp_path)
    assert set(load_file(tmp_path / "voice.safetensors")) == {"speaker", "gpt_cond_latent"}


def test_without_a_judgement_the_last_step_is_kept(folder, clips, tmp_path, monkeypatch) -> None:
    def fails(trainer):
        raise IndexError("index 1026 is out of bounds")

    monkeypatch.setattr(training.XttsTrainer, "judge", fails)
    base = XttsBase(folder)
    train(base, tmp_path, clips, steps=2)
    assert len(metrics(tmp_path)) == 2 and not any("eval_loss" in line for line in metrics(tmp_path))
    assert any("judged by" in note for note in read_notes(tmp_path))
    base.finish(tmp_path)
    assert any("gpt." in name for name in load_file(tmp_path / "voice.safetensors"))


def test_numbers_that_are_none_do_not_reach_the_weights(folder, clips, tmp_path, monkeypatch) -> None:
    base = XttsBase(folder)
    base.prepare(clips, tmp_path, TrainingPlan(steps=20, seed=1))
    trainer = base._trainer(tmp_path)
    true_step = trainer.model.train_step
    before = {name: value.clone() for name, value in trainer.trainable.items()}

    def broken(batch, criterion):
        outputs, losses = true_step(batch, criterion)
        return outputs, {name: value * float("nan") for name, value in losses.items()}

    monkeypatch.setattr(trainer.model, "train_step", broken)
    trainer._step()
    assert all(torch.equal(value, before[name]) for name, value in trainer.trainable.items())
    with pytest.raises(TrainingError, match="astray"):
        for _ in range((MAX_RETURNS + 1) * MAX_BAD_STEPS + 1):
            trainer.advance()


def test_numbers_gone_astray_bring_the_last_checkpoint_back_and_then_end_the_run(
    folder, clips, tmp_path, monkeypatch
) -> None:
    base = XttsBase(folder)
    base.prepare(clips, tmp_path, TrainingPlan(steps=40, seed=1))
    trainer = base._trainer(tmp_path)
    while trainer.clock.step < 2:
        trainer.advance()
    trainer.save_checkpoint()
    good = {name: value.clone() for name, value in trainer.trainable.items()}
    rate = trainer.optimizer.param_groups[0]["lr"]
    true_step = trainer.model.train_step

    def broken(batch, criterion):
        outputs, losses = true_step(batch, criterion)
        return outputs, {name: value * float("nan") for name, value in losses.items()}

    monkeypatch.setattr(trainer.model, "train_step", broken)
    for _ in range(MAX_BAD_STEPS):
        trainer.advance()
    assert trainer.clock.step == 2
    assert all(torch.equal(value, good[name]) for name, value in trainer.trainable.items())
    assert "half as fast" in read_notes(tmp_path)[-1]
    trainer.advance()
    assert trainer.optimizer.param_groups[0]["lr"] == pytest.approx(rate / 2)
    while not trainer.finished:
        trainer.advance()
    assert trainer.clock.step == 2
    assert "ended early; the voice is the one of step 2" in read_notes(tmp_path)[-1]
    assert [line["step"] for line in metrics(tmp_path)] == [1, 2]


def test_gradients_are_clipped_and_accumulated(folder, clips, tmp_path) -> None:
    base = XttsBase(folder)
    base.prepare(clips, tmp_path, TrainingPlan(steps=20, seed=1))
    trainer = base._trainer(tmp_path)
    assert trainer.batching.rounds == 3
    values = trainer._accumulate()
    norm = torch.stack([value.grad.norm() for value in trainer.gpt.parameters() if value.grad is not None]).norm()
    assert values["grad_norm"] > 1.0
    assert float(norm) == pytest.approx(1.0, rel=1e-2)


def test_without_memory_fewer_clips_at_a_time(folder, clips, tmp_path, monkeypatch) -> None:
    base = XttsBase(folder)
    base.prepare(clips, tmp_path, TrainingPlan(steps=3, seed=1))
    trainer = base._trainer(tmp_path)
    trainer.position.batch_clips = 4
    true_losses = trainer._losses

    def scarce(chosen, chooser):
        if len(chosen) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return true_losses(chosen, chooser)

    monkeypatch.setattr(trainer, "_losses", scarce)
    values = trainer._step()
    assert (trainer.batching.clips, trainer.batching.rounds) == (2, 2)
    (note,) = json.loads((tmp_path / "notes.json").read_text())
    assert "2 recordings at a time" in note and np.isfinite(values["loss"])
    trainer.position.batch_clips = 1
    monkeypatch.setattr(trainer, "_losses", lambda *_: (_ for _ in ()).throw(MemoryError()))
    with pytest.raises(TrainingError, match="too little memory"):
        trainer._step()


def test_each_clip_left_out_has_its_sentence(base, clips, tmp_path) -> None:
    sound = clips[0].audio
    odd = [
        TrainingClip("short", make_tone(0.3), "Yes.", "en-us"),
        TrainingClip("long", make_tone(11.8), "Yes.", "en-us"),
        TrainingClip("silent", Audio(np.zeros(32_000, np.float32), 16_000), "Yes.", "en-us"),
        TrainingClip("mute", sound, " ", "en-us"),
        TrainingClip("wordy", sound, "no " * 110, "en-us"),
        TrainingClip("foreign", sound, "Hello 你", "en-us"),
    ]
    check_left_out(base, clips, odd, tmp_path)


def test_training_needs_its_own_files_and_a_policy_that_trains(folder, clips, tmp_path) -> None:
    base = XttsBase(folder)
    for policy in (Policy.INSTANT, Policy.FULL):
        with pytest.raises(InputError, match="cannot be trained"):
            base.prepare(clips, tmp_path, TrainingPlan(steps=1, policy=policy))
    bare = tmp_path / "xtts_v2"
    shutil.copytree(folder, bare, ignore=shutil.ignore_patterns("dvae.pth"))
    assert XttsBase(bare).is_ready()
    with pytest.raises(BaseModelError, match=r"dvae\.pth"):
        XttsBase(bare).prepare(clips, tmp_path / "run", TrainingPlan(steps=1))


def test_foreign_voice_files_are_refused(base, instant, tmp_path) -> None:
    tensors = load_file(instant)
    wrong = [
        tensors | {"gpt.final_norm.weight.delta": torch.zeros(3)},
        tensors | {"hifigan_decoder.waveform_decoder.conv_pre.bias.delta": torch.zeros(512)},
        {"speaker": tensors["speaker"]},
        tensors | {"gpt_cond_latent": torch.zeros(1, 32, 9)},
    ]
    for number, content in enumerate(wrong):
        save_file(content, tmp_path / f"{number}.safetensors")
        with pytest.raises(VoiceFileError, match="does not fit"):
            base.check_voice_file(tmp_path / f"{number}.safetensors")


def test_a_large_voice_is_cut_only_as_far_as_it_keeps_what_was_learnt(folder, clips, tmp_path, monkeypatch) -> None:
    base = XttsBase(folder)
    train(base, tmp_path, clips, steps=3)
    trainer = base._trainer(tmp_path)
    gain = trainer.position.first_loss - trainer.position.best_loss
    assert gain > 0
    whole = trainer.learnt_changes()
    monkeypatch.setattr(training, "SMALL_VOICE_MB", 0.2)
    assert size_mb(whole) > 0.2
    chosen = trainer.learnt_changes()
    trainer.put_on(chosen)
    assert trainer.position.first_loss - trainer.judge() >= 0.89 * gain
    monkeypatch.setattr(training, "KEPT_GAIN", -1e9)
    small = trainer.learnt_changes()
    assert any(name.endswith(".up") for name in small)
    assert size_mb(small) < 0.25
    write_voice_tensors(tmp_path / "small.safetensors", small | base_vectors())
    base.check_voice_file(tmp_path / "small.safetensors")
    assert base.speak(tmp_path / "small.safetensors", TEXT, "en-us").duration_s > 0


def base_vectors() -> dict[str, torch.Tensor]:
    return {"gpt_cond_latent": torch.randn(1, 32, 64), "speaker": torch.randn(1, 512, 1)}
