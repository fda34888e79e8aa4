"""YourTTS and VITS VCTK learn under every policy, go on after a kill, and end in the best voice of the run."""

import json
import math
import shutil

import numpy as np
import pytest
import torch
from coqui_bundles import VCTK, YOUR_TTS, add_discriminator, copy_bundle
from safetensors.torch import load_file, save_file
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS, make_tone
from vits_runs import LONG_S, SENTENCE, SMALL, STEPS, example_clips, metrics, prepared, released_state

from voiceclone.audio.sound import Audio
from voiceclone.bases.base import Policy, TrainingClip, TrainingPlan
from voiceclone.bases.coqui.bundle import read_bundle
from voiceclone.bases.coqui.vits import losses as vits_losses
from voiceclone.bases.coqui.vits import network as vits_network
from voiceclone.bases.coqui.vits.base import VitsBase
from voiceclone.bases.coqui.vits.data import make_batch
from voiceclone.bases.coqui.vits.recipe import Recipe
from voiceclone.bases.coqui.vits.validate import why_not
from voiceclone.errors import (
    BaseModelError,
    InputError,
    NotEnoughSpeechError,
)
from voiceclone.training.runs import read_notes

pytestmark = pytest.mark.usefixtures("no_judges")


SOUND = {"posterior_encoder", "flow", "waveform_decoder"}
EVERYTHING = SOUND | {"text_encoder", "duration_predictor"}
PROMISED = [
    (YOUR_TTS, Policy.TRANSFER, set(), True),
    (YOUR_TTS, Policy.FINE_TUNE, SOUND, False),
    (YOUR_TTS, Policy.FULL, EVERYTHING | {"emb_l"}, True),
    pytest.param(VCTK, Policy.TRANSFER, set(), True, marks=pytest.mark.slow),
    pytest.param(VCTK, Policy.FINE_TUNE, SOUND, True, marks=pytest.mark.slow),
    pytest.param(VCTK, Policy.FULL, EVERYTHING, True, marks=pytest.mark.slow),
]
UNTOUCHED_BY_ANY_LOSS = ("log_scale", "proj.bias")


def sounds_alike(one, other):
    """True when two sounds differ by no more than half precision of the weights explains."""
    if len(one.samples) != len(other.samples):
        return False
    return float(np.abs(one.samples - other.samples).max()) < 0.02 * float(np.abs(one.samples).max())


@pytest.mark.parametrize(("base_id", "policy", "parts", "speaker_learns"), PROMISED)
def test_exactly_what_a_policy_promises_changes(vits_folders, tmp_path, base_id, policy, parts, speaker_learns):
    run_dir = tmp_path / "run"
    base = prepared(vits_folders[base_id], run_dir, policy)
    assert base.train_slice(run_dir, LONG_S).finished
    trainer, before = base._trainer(run_dir), released_state(vits_folders[base_id])
    after = trainer.network.state_dict()
    changed = {name for name, value in before.items() if not torch.equal(after[name], value)}
    assert {name.partition(".")[0] for name in changed} == parts
    promised = {name for name in before if name.partition(".")[0] in parts}
    # Of the promised parts only what no loss depends on may stand still.
    assert {name for name in promised - changed if after[name].requires_grad} == set()
    left = promised - changed
    assert len(left) <= 0.1 * len(promised), sorted(left)
    assert torch.equal(trainer.speaker, trainer.start) is not speaker_learns
    assert hasattr(trainer.network, "disc") is (policy is not Policy.TRANSFER)
    told = metrics(run_dir)
    assert [line["step"] for line in told] == [1, 2, 3, 4]
    assert all(math.isfinite(line["loss"]) and line["eta_s"] >= 0 for line in told)
    phases = [line["phase"] for line in told]
    assert phases == (["learning"] * 4 if policy is Policy.TRANSFER else ["warm-up", *["learning"] * 3])
    assert "held_out_mel" in told[-1]
    # The voice file gives the same voice back, in a base that never trained.
    path = tmp_path / "voice.safetensors"
    save_file({name: value.contiguous() for name, value in trainer.voice_tensors().items()}, path)
    other = VitsBase(vits_folders[base_id])
    other.check_voice_file(path)
    other._put_on(path)  # loading draws random numbers, too
    torch.manual_seed(5)
    spoken = other.speak(path, SENTENCE, "en-us")
    trainer.network.eval()
    torch.manual_seed(5)
    directly = vits_network.speak(trainer.network, base._bundle, trainer.speaker.detach(), SENTENCE, "en-us")
    assert sounds_alike(spoken, directly)
    # And taking it off leaves the released model.
    other._put_on(None)
    state = other._network.state_dict()
    assert all(torch.equal(state[name], value) for name, value in before.items())
    base.finish(run_dir)
    assert {"voice.safetensors", "scores.json", "done.json", "first_listen.wav"} <= {p.name for p in run_dir.iterdir()}
    assert not (run_dir / "checkpoint.safetensors").exists()
    other.check_voice_file(run_dir / "voice.safetensors")
    assert base.train_slice(run_dir, LONG_S).finished
    scores = json.loads((run_dir / "scores.json").read_text())
    assert scores["held_out_mel"] <= scores["held_out_mel_start"]


def test_a_killed_run_goes_on_as_if_it_had_not_been(vits_folders, tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    base = prepared(vits_folders[YOUR_TTS], whole, Policy.FINE_TUNE)
    base.train_slice(
        whole, LONG_S, should_stop=lambda: (whole / "metrics.jsonl").is_file() and len(metrics(whole)) == 2
    )
    shutil.copytree(whole, killed)
    assert base.train_slice(whole, LONG_S).finished
    other = VitsBase(vits_folders[YOUR_TTS], recipe=SMALL)
    assert other._trainer(killed).clock.step == 2
    assert other.train_slice(killed, LONG_S).step == STEPS
    one, same = base._trainer(whole), other._trainer(killed)
    assert all(torch.equal(value, same.trained[name]) for name, value in one.trained.items())
    discriminators = (one.network.disc.state_dict(), same.network.disc.state_dict())
    assert all(torch.equal(value, discriminators[1][name]) for name, value in discriminators[0].items())
    assert [line["loss"] for line in metrics(whole)] == [line["loss"] for line in metrics(killed)]


def test_the_discriminator_learns_alone_first(vits_folders, tmp_path):
    run_dir = tmp_path / "run"
    base = prepared(vits_folders[YOUR_TTS], run_dir, Policy.FULL)
    trainer = base._trainer(run_dir)
    trainer.advance()
    before = {name: value.clone() for name, value in trainer.network.disc.state_dict().items()}
    assert all(torch.equal(value, trainer.base[name]) for name, value in trainer.trained.items())
    assert torch.equal(trainer.speaker, trainer.start)
    trainer.advance()
    assert not all(torch.equal(value, trainer.base[name]) for name, value in trainer.trained.items())
    assert not all(torch.equal(value, before[name]) for name, value in trainer.network.disc.state_dict().items())
    rates = [group["full_rate"] for optimizer in trainer._optimizers for group in optimizer.param_groups]
    assert rates[0] == 2e-5
    assert rates[-1] == 2e-4


def test_a_released_discriminator_is_used_and_needs_no_warm_up(vits_folders, tmp_path):
    folder = copy_bundle(vits_folders[VCTK], tmp_path / VCTK)
    add_discriminator(folder)
    file = released_state(folder)
    run_dir = tmp_path / "run"
    base = prepared(folder, run_dir, Policy.FINE_TUNE)
    disc = base._trainer(run_dir).network.state_dict()
    names = [name for name in file if name.startswith("disc.")]
    assert names
    assert all(torch.equal(disc[name], file[name]) for name in names)
    base.train_slice(run_dir, LONG_S, should_stop=lambda: (run_dir / "metrics.jsonl").is_file())
    assert metrics(run_dir)[0]["phase"] == "learning"
    assert base.speak(None, SENTENCE, "en-us").duration_s > 0


def test_known_speakers_are_mixed_in_where_their_clips_are(vits_folders, tmp_path):
    folder, run_dir = copy_bundle(vits_folders[YOUR_TTS], tmp_path / YOUR_TTS), tmp_path / "run"
    known = folder / "known_speakers"
    known.mkdir()
    rows = []
    for number, speaker in enumerate(("female-en-5", "a new one", "a new one"), start=7):
        name = f"joe_{number:02d}.flac"
        shutil.copy(EXAMPLE_DIR / name, known / name)
        rows.append(f"{name}|{speaker}|en-us|{EXAMPLE_TEXTS[name]}")
    (known / "metadata.csv").write_text("\n".join(rows), encoding="utf-8")
    base = prepared(folder, run_dir, Policy.TRANSFER, Recipe(batch_clips=4, known_share=0.75, judged_clips=1))
    trainer = base._trainer(run_dir)
    drawn = [clip.speaker for clip in trainer._draw(trainer.clock.seed_step())]
    assert sorted(drawn) == ["", "a new one", "a new one", "female-en-5"]
    released = read_bundle(folder).speaker_vectors()["female-en-5"]
    assert np.allclose(trainer._known_vectors["female-en-5"][0], released)
    before = {name: vector.clone() for name, vector in trainer._known_vectors.items()}
    trainer.advance()
    assert not torch.equal(trainer.speaker, trainer.start)
    assert all(torch.equal(vector, before[name]) for name, vector in trainer._known_vectors.items())
    alone = Recipe(batch_clips=2, known_share=0.0, judged_clips=1)
    assert VitsBase(folder, recipe=alone)._trainer(run_dir)._known == []
    (known / "metadata.csv").write_text("../../config.json|x|en-us|hello", encoding="utf-8")
    with pytest.raises(BaseModelError, match=r"metadata\.csv"):
        VitsBase(folder, recipe=SMALL)._trainer(run_dir)


@pytest.mark.parametrize(("distances", "best_step"), [([3.0, 2.0, 2.5], 2), ([2.0, 2.5, 3.0], 0)])
def test_the_best_moment_becomes_the_voice_and_the_beginning_is_one(
    vits_folders, tmp_path, monkeypatch, distances, best_step
):
    run_dir = tmp_path / "run"
    base = prepared(vits_folders[YOUR_TTS], run_dir, Policy.TRANSFER)
    told = iter(distances)
    monkeypatch.setattr(vits_losses, "held_out_mel", lambda *_: next(told))
    base.train_slice(run_dir, LONG_S)
    start = base._trainer(run_dir).start
    last = base._trainer(run_dir).speaker.detach().clone()
    base.finish(run_dir)
    speaker = load_file(run_dir / "voice.safetensors")["speaker"]
    assert not torch.equal(speaker, last)
    assert torch.equal(speaker, start) is (best_step == 0)
    scores = json.loads((run_dir / "scores.json").read_text())
    assert (scores["best_step"], scores["held_out_mel_start"]) == (best_step, distances[0])
    notes = json.loads((run_dir / "notes.json").read_text()) if best_step == 0 else []
    assert bool(notes) is (best_step == 0)


def test_the_held_out_distance_hears_the_decoder_and_repeats(vits_folders):
    bundle = read_bundle(vits_folders[YOUR_TTS])
    network, _ = vits_network.load_network(bundle, "cpu")
    from voiceclone.bases.coqui.vits.data import load_clip

    (clip,) = example_clips(1)
    loaded = [load_clip(network, bundle, clip.audio, clip.text, clip.language)]
    speaker = torch.from_numpy(next(iter(bundle.speaker_vectors().values())))[None]
    random_state = torch.random.get_rng_state()
    first = vits_losses.held_out_mel(network, loaded, speaker)
    assert vits_losses.held_out_mel(network, loaded, speaker) == first
    assert torch.equal(torch.random.get_rng_state(), random_state)
    with torch.no_grad():
        network.waveform_decoder.conv_post.weight.zero_()
    assert vits_losses.held_out_mel(network, loaded, speaker) > first + 0.1


def test_a_steady_tone_at_the_decoders_frame_rate_is_a_fault(vits_folders, tmp_path):
    trainer = prepared(vits_folders[YOUR_TTS], tmp_path / "run", Policy.FINE_TUNE)._trainer(tmp_path / "run")
    network, audio = trainer.network, trainer.network.config.audio
    network.spec_segment_size = 32  # as released; the small one has half of it, too little to find a tone in
    batch = make_batch(network, trainer._clips[:2], "cpu")
    with torch.no_grad():
        outputs = vits_losses.forward(network, batch, trainer.speaker.expand(2, -1))
    recorded, found = outputs["waveform_seg"], []
    times = torch.arange(recorded.shape[2]) / audio.sample_rate
    for beside in (0.0, 0.5):  # tones at multiples of the frame rate, and as many between them
        hertz = (torch.arange(12, 25)[:, None] + beside) * audio.sample_rate / audio.hop_length
        tones = 0.01 * torch.sin(2 * torch.pi * hertz * times).sum(0)
        losses = vits_losses.generator_losses(network, batch, outputs | {"model_outputs": recorded + tones}, False)
        found.append(float(losses["loss_spectrum"]))
        assert float(losses["loss"]) == pytest.approx(sum(float(losses[name]) for name in losses if name != "loss"))
    assert found[0] > found[1] + 0.5


def test_every_rejected_clip_gets_one_sentence(vits_folders, tmp_path):
    bundle = read_bundle(vits_folders[YOUR_TTS])
    network = vits_network.build_network(bundle)
    good = example_clips(1)[0]
    tone = make_tone(4.0)
    bad = [
        TrainingClip("short", Audio(good.audio.samples[:4000], good.audio.sample_rate), "Hi.", "en-us"),
        TrainingClip("long", make_tone(13.0), "A sentence. " * 10, "en-us"),
        TrainingClip("silent", Audio(np.zeros(32_000, np.float32), 16_000), good.text, "en-us"),
        TrainingClip("wordless", tone, "…", "en-us"),
        TrainingClip("foreign", tone, "Hola, buenos días a todos.", "es"),
        TrainingClip("much text", tone, "word " * 60, "en-us"),
        TrainingClip("little text", tone, "hm", "en-us"),
        TrainingClip("numbers", tone, "123456789123 987654321987 192837465564", "en-us"),
    ]
    assert why_not(good, network, bundle, 12.0) is None
    reasons = [why_not(clip, network, bundle, 12.0) for clip in bad]
    assert all(reason and reason.endswith(".") and len(reason) < 200 for reason in reasons), reasons
    assert len(set(reasons)) == len(reasons)
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    VitsBase(vits_folders[YOUR_TTS]).prepare([*bad, good], run_dir, TrainingPlan(steps=1))
    rejected = json.loads((run_dir / "rejected.json").read_text())
    assert [one["clip_id"] for one in rejected] == [clip.clip_id for clip in bad]
    told = read_notes(run_dir)
    assert told[0] == f"“Hi.” was left out. {reasons[0]}"
    assert told[1].startswith("“A sentence. A sentence. A sentence. A …” was left out.")
    assert len(told) == 6 and told[-1] == "3 more recordings were left out."
    with pytest.raises(NotEnoughSpeechError, match="too short"):
        VitsBase(vits_folders[YOUR_TTS]).prepare(bad[:1], run_dir, TrainingPlan(steps=1))


def test_a_way_to_train_that_there_is_not_is_refused(vits_folders, tmp_path):
    with pytest.raises(InputError, match="cannot be trained"):
        VitsBase(vits_folders[YOUR_TTS]).prepare(
            example_clips(1), tmp_path, TrainingPlan(steps=1, policy=Policy.INSTANT)
        )


def test_bfloat16_trains_too(vits_folders, tmp_path):
    run_dir = tmp_path / "run"
    recipe = Recipe(batch_clips=1, judged_clips=1, half_precision=True, warm_up_share=0.0)
    base = prepared(vits_folders[YOUR_TTS], run_dir, Policy.FINE_TUNE, recipe, steps=2)
    assert base.train_slice(run_dir, LONG_S).finished
    assert all(math.isfinite(line["loss"]) for line in metrics(run_dir))
    trained = base._trainer(run_dir).trained
    assert all(torch.isfinite(value).all() and value.dtype == torch.float32 for value in trained.values())
