"""What the library's own trainer and networks get wrong does not happen in our runs, which do without them.

`voiceclone/bases/coqui/workarounds.py` names the cause of each.
"""

import json
import os
import shutil
import sys

import numpy as np
import pytest
import torch
from coqui_bundles import YOUR_TTS, copy_bundle
from safetensors.torch import load_file
from sounds import make_tone
from test_layering import PACKAGE, imported, relative, sources
from vits_runs import LONG_S, SENTENCE, SMALL, STEPS, example_clips, metrics, prepared

from tests.small_project import fake_engine, make_project
from voiceclone.bases.base import Policy, TrainingClip, TrainingPlan
from voiceclone.bases.coqui import clip_store
from voiceclone.bases.coqui.bundle import read_bundle
from voiceclone.bases.coqui.vits import losses
from voiceclone.bases.coqui.vits import network as vits_network
from voiceclone.bases.coqui.vits.base import VitsBase
from voiceclone.bases.coqui.vits.data import load_clip
from voiceclone.bases.coqui.vits.recipe import Recipe
from voiceclone.errors import TrainingError
from voiceclone.storage import disk

pytestmark = pytest.mark.usefixtures("no_judges")


def test_the_library_s_trainer_is_used_nowhere():
    assert relative([path for path in sources(PACKAGE) if "trainer" in imported(path)]) == []


def stopped_after(base, run_dir, steps):
    """Train until that many steps are done and saved."""
    told = run_dir / "metrics.jsonl"
    base.train_slice(run_dir, LONG_S, should_stop=lambda: told.is_file() and len(metrics(run_dir)) >= steps)


# A run that fails or is broken off ----------------------------------------------------------------


def test_a_run_that_fails_ends_in_words_and_stays(vits_folders, tmp_path):
    """`fit()` deletes its folder and ends the process."""
    run_dir = tmp_path / "run"
    base = prepared(vits_folders[YOUR_TTS], run_dir, Policy.TRANSFER)
    stopped_after(base, run_dir, 2)
    before = (run_dir / "checkpoint.safetensors").read_bytes()
    next((run_dir / "dataset").iterdir()).unlink()
    with pytest.raises(TrainingError, match="gone or damaged"):
        VitsBase(vits_folders[YOUR_TTS], recipe=SMALL).train_slice(run_dir, LONG_S)
    assert (run_dir / "checkpoint.safetensors").read_bytes() == before
    assert len(metrics(run_dir)) == 2


def test_ctrl_c_reaches_whoever_called(vits_folders, tmp_path):
    """`fit()` ends the whole process by `os._exit(130)`."""

    def interrupted():
        raise KeyboardInterrupt

    run_dir = tmp_path / "run"
    base = prepared(vits_folders[YOUR_TTS], run_dir, Policy.TRANSFER)
    with pytest.raises(KeyboardInterrupt):
        base.train_slice(run_dir, LONG_S, should_stop=interrupted)
    assert base.train_slice(run_dir, LONG_S).finished


def test_a_checkpoint_that_cannot_be_finished_leaves_the_one_before(vits_folders, tmp_path):
    """The library writes into the newest file itself. Here the system stops the writing half-way."""
    resource = pytest.importorskip("resource")
    run_dir = tmp_path / "run"
    base = prepared(vits_folders[YOUR_TTS], run_dir, Policy.FINE_TUNE)
    stopped_after(base, run_dir, 2)
    path = run_dir / "checkpoint.safetensors"
    before, kept, names = path.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE), set(run_dir.iterdir())
    trainer = base._trainer(run_dir)
    trainer.advance()
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, kept[1]))
    try:
        with pytest.raises(Exception, match=r"File too large|os error 27"):
            trainer.save_checkpoint()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, kept)
    assert path.read_bytes() == before
    assert set(run_dir.iterdir()) == names
    assert VitsBase(vits_folders[YOUR_TTS], recipe=SMALL)._trainer(run_dir).clock.step == 2


# A run that goes on -------------------------------------------------------------------------------


def test_a_continued_run_knows_its_best_moment(vits_folders, tmp_path, monkeypatch):
    """The library forgets the best evaluation and goes on choosing by the training loss."""
    run_dir = tmp_path / "run"
    distances = iter((3.0, 2.0, 2.5))
    monkeypatch.setattr(losses, "held_out_mel", lambda *_: next(distances))
    base = prepared(vits_folders[YOUR_TTS], run_dir, Policy.TRANSFER)
    stopped_after(base, run_dir, 2)
    best = base._trainer(run_dir).speaker.detach().clone()
    other = VitsBase(vits_folders[YOUR_TTS], recipe=SMALL)
    assert other.train_slice(run_dir, LONG_S).step == STEPS
    other.finish(run_dir)
    scores = json.loads((run_dir / "scores.json").read_text())
    assert {"best_step": 2.0, "held_out_mel": 2.0, "held_out_mel_start": 3.0}.items() <= scores.items()
    assert torch.equal(load_file(run_dir / "voice.safetensors")["speaker"], best)


def test_a_continued_run_follows_the_settings_it_is_given(vits_folders, tmp_path):
    """The library loads the folder's settings over them. A released config.json stays as it is."""
    folder, run_dir = vits_folders[YOUR_TTS], tmp_path / "run"
    released = {path.name: path.read_bytes() for path in folder.glob("*.json")}
    base = prepared(folder, run_dir, Policy.FINE_TUNE)
    stopped_after(base, run_dir, 2)
    given = Recipe(batch_clips=3, judged_clips=1, generator_rate=7e-6, discriminator_rate=8e-5, warm_up_share=0.0)
    trainer = VitsBase(folder, recipe=given)._trainer(run_dir)
    assert trainer.clock.step == 2
    scale = trainer._rate_scale()
    trainer.advance()
    rates = {group["full_rate"] for optimizer in trainer._optimizers for group in optimizer.param_groups}
    assert rates == {7e-6, 8e-5}
    assert all(
        group["lr"] == pytest.approx(group["full_rate"] * scale)
        for optimizer in trainer._optimizers
        for group in optimizer.param_groups
    )
    assert len(trainer._draw(trainer.clock.seed_step())) == 3
    assert {path.name: path.read_bytes() for path in folder.glob("*.json")} == released


def test_two_runs_of_one_moment_have_folders_of_their_own(tmp_path, monkeypatch):
    """The library names a run's folder after the minute."""
    monkeypatch.setattr(disk, "now_iso", lambda: "2026-01-01T09:30:00+00:00")
    engine = fake_engine(tmp_path / "data")
    engine.prepare_base()
    project_id = make_project(engine.data_dir, clip_count=4).project_id
    runs = []
    for name in ("Anna", "Berta"):
        runs.append(engine.start_training(project_id, name, True, steps=2).run_id)
        for _ in engine.runs.watch(runs[-1]):
            pass
    folders = [engine.data_dir / "runs" / run_id for run_id in runs]
    assert [json.loads((folder / "run.json").read_text())["voice_name"] for folder in folders] == ["Anna", "Berta"]
    assert {voice.name for voice in engine.voices.all()} == {"Anna", "Berta"}


def test_a_training_leaves_the_process_around_it_alone(vits_folders, tmp_path, monkeypatch):
    """The library's trainer reads our command line, lowers the limit of open files and sets the environment."""
    resource = pytest.importorskip("resource")
    monkeypatch.setattr("sys.argv", [__file__, "--gpu", "none", "--continue_path", "elsewhere"])
    before = (resource.getrlimit(resource.RLIMIT_NOFILE), dict(os.environ), list(sys.argv), sys.stdout)
    run_dir = tmp_path / "run"
    base = prepared(vits_folders[YOUR_TTS], run_dir, Policy.TRANSFER)
    assert base.train_slice(run_dir, LONG_S).finished
    assert (resource.getrlimit(resource.RLIMIT_NOFILE), dict(os.environ), list(sys.argv), sys.stdout) == before
    assert not list(run_dir.rglob("*.py"))


# Sound and speakers -------------------------------------------------------------------------------


def test_sound_of_any_rate_is_learnt_as_long_as_it_is(vits_folders, tmp_path):
    """The library throws the rate of a file away: a second of 44.1 kHz is learnt as 2.8 s of 16 kHz."""
    bundle = read_bundle(vits_folders[YOUR_TTS])
    network = vits_network.build_network(bundle)
    tone = make_tone(1.0, sample_rate=44_100, hertz=500.0)
    samples = load_clip(network, bundle, tone, "hello there", "en-us").samples.numpy()
    assert len(samples) == 16_000 // 256 * 256
    spectrum = np.abs(np.fft.rfft(samples))
    assert spectrum.argmax() * 16_000 / len(samples) == pytest.approx(500.0, abs=2.0)
    clips = [TrainingClip("tone", tone, "hello there", "en-us")]
    (stored,) = clip_store.store_clips(clips, tmp_path, 16_000, lambda _: None)
    read = clip_store.read_sound(tmp_path, stored)
    assert (read.sample_rate, read.duration_s, stored.duration_s) == (16_000, 1.0, 1.0)


def test_training_everything_leaves_the_speaker_encoder_alone(vits_folders, tmp_path):
    """The release asks for a loss by its speaker encoder; the library's optimizer then trains that, too."""
    run_dir, clips = tmp_path / "run", example_clips(6)
    base = prepared(vits_folders[YOUR_TTS], run_dir, Policy.FULL, clips=clips)
    assert base._bundle.config["model_args"]["use_speaker_encoder_as_loss"]
    before = base._listener.vector(clips[0].audio)
    stopped_after(base, run_dir, 2)
    trainer = base._trainer(run_dir)
    assert not any("speaker_encoder" in name for name, _ in trainer.network.named_parameters())
    listening = {parameter.data_ptr() for parameter in base._listener._manager.encoder.parameters()}
    taught = {p.data_ptr() for one in trainer._optimizers for group in one.param_groups for p in group["params"]}
    assert listening and not listening & taught
    assert np.array_equal(base._listener.vector(clips[0].audio), before)


def test_a_release_with_one_speaker_speaks_and_learns(vits_folders, tmp_path):
    """The library gives such a network no speaker at all, and its decoder fails on `None`."""
    folder, run_dir = copy_bundle(vits_folders[YOUR_TTS], tmp_path / YOUR_TTS), tmp_path / "run"
    vectors = json.loads((folder / "speakers.json").read_text())
    first = next(iter(vectors.values()))["name"]
    one = {key: value for key, value in vectors.items() if value["name"] == first}
    (folder / "speakers.json").write_text(json.dumps(one))
    base = VitsBase(folder, recipe=SMALL)
    assert list(base._bundle.speaker_vectors()) == [first]
    assert base.speak(None, SENTENCE, "en-us").duration_s > 0
    base.make_instant_voice(example_clips(1), tmp_path / "voice.safetensors")
    assert base.speak(tmp_path / "voice.safetensors", SENTENCE, "en-us").duration_s > 0
    run_dir.mkdir()
    base.prepare(example_clips(6), run_dir, TrainingPlan(steps=1, policy=Policy.TRANSFER))
    assert base.train_slice(run_dir, LONG_S).finished
    assert (run_dir / "first_listen.wav").is_file()
    shutil.rmtree(run_dir)
