"""YourTTS and VITS VCTK from bundles of the released layout: load, clone, train under every policy, speak, convert."""

import json
import math
import shutil

import numpy as np
import pytest
import torch
from coqui_bundles import VCTK, YOUR_TTS, add_discriminator, copy_bundle, install_bundle
from safetensors.torch import load_file
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS, make_tone

from voiceclone.audio import Audio, decode, encode_wav
from voiceclone.bases.base import Policy, TrainingClip, TrainingPlan
from voiceclone.bases.coqui import vits_losses, vits_network
from voiceclone.bases.coqui.bundle import read_bundle
from voiceclone.bases.coqui.validate import why_not
from voiceclone.bases.coqui.vits_base import VitsBase
from voiceclone.bases.coqui.vits_recipe import Recipe
from voiceclone.errors import (
    BaseModelError,
    Cancelled,
    InputError,
    NotEnoughSpeechError,
    TextError,
    TrainingError,
    VoiceFileError,
)
from voiceclone.training.runs import read_notes

LONG_S = 3600.0
STEPS = 4
SMALL = Recipe(batch_clips=2, evaluations=2, judged_clips=1, warm_up_share=0.25)
SENTENCE = "The boy saw a ship."


def example_clips(count):
    names = sorted(EXAMPLE_TEXTS)[:count]
    return [
        TrainingClip(name.split(".")[0], decode(EXAMPLE_DIR / name), EXAMPLE_TEXTS[name], "en-us") for name in names
    ]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("data")
    return {base_id: install_bundle(base_id, data_dir) for base_id in (YOUR_TTS, VCTK)}


@pytest.fixture(autouse=True)
def no_judges(monkeypatch):
    # They are tested where they stand; loading three recognisers for every small run would take minutes.
    monkeypatch.setattr("voiceclone.bases.coqui.finished.scoring.score", lambda *_: {"naturalness": 3.0})


def prepared(folder, run_dir, policy, recipe=SMALL, steps=STEPS, clips=6):
    base = VitsBase(folder, recipe=recipe)
    run_dir.mkdir()
    base.prepare(example_clips(clips), run_dir, TrainingPlan(steps=steps, seed=1, policy=policy))
    return base


def metrics(run_dir):
    return [json.loads(line) for line in (run_dir / "metrics.jsonl").read_text("utf-8").splitlines()]


def released_state(folder):
    content = torch.load(read_bundle(folder).model_path, weights_only=True)
    return {vits_network.new_name(name): value for name, value in content["model"].items()}


def sounds_alike(one, other):
    """True when two sounds differ by no more than half precision of the weights explains."""
    if len(one.samples) != len(other.samples):
        return False
    return float(np.abs(one.samples - other.samples).max()) < 0.02 * float(np.abs(one.samples).max())


# The released folder ------------------------------------------------------------------------------


@pytest.mark.parametrize("base_id", [YOUR_TTS, VCTK])
def test_after_loading_every_tensor_equals_the_files(folders, base_id):
    network, had_discriminator = vits_network.load_network(read_bundle(folders[base_id]), "cpu", discriminator=True)
    file = released_state(folders[base_id])
    loaded = {name: value for name, value in network.state_dict().items() if not name.startswith("disc.")}
    assert loaded.keys() == file.keys()
    assert all(torch.equal(loaded[name], value) for name, value in file.items())
    assert not had_discriminator


@pytest.mark.parametrize("base_id", [YOUR_TTS, VCTK])
def test_paths_of_another_computer_are_repaired_in_memory_only(folders, base_id):
    folder = folders[base_id]
    before = (folder / "config.json").read_bytes()
    bundle = read_bundle(folder)
    config = bundle.library_config()
    for field in ("d_vector_file", "speakers_file", "language_ids_file", "speaker_encoder_model_path"):
        value = config.model_args[field]
        for path in value if isinstance(value, list) else [value]:
            assert not path or str(path).startswith(str(folder))
    assert (folder / "config.json").read_bytes() == before
    assert b"/raid/" in before or b"/home/julian" in before
    assert bundle.sample_rate == VitsBase(folder).sample_rate


def test_languages_and_speakers_of_the_release_are_known(folders):
    your_tts, vctk = (read_bundle(folders[base_id]) for base_id in (YOUR_TTS, VCTK))
    assert [vits_network.language_name(your_tts, code) for code in ("en-us", "en-gb", "fr", "pt")] == [
        "en", "en", "fr-fr", "pt-br",
    ]  # fmt: skip
    assert vits_network.language_name(vctk, "en-us") is None
    with pytest.raises(TextError, match="does not speak"):
        vits_network.language_name(your_tts, "es")
    assert list(your_tts.speaker_vectors())[:2] == ["female-en-5", "female-en-5\n"]
    assert vctk.speaker_ids["p225"] == 1


def test_damaged_releases_are_told(folders, tmp_path):
    folder = copy_bundle(folders[YOUR_TTS], tmp_path / YOUR_TTS)
    bundle, path = read_bundle(folder), folder / "model_file.pth"
    content = torch.load(path, weights_only=True)

    def refused(change):
        changed = {**content, "model": dict(content["model"])}
        change(changed)
        torch.save(changed, path)
        with pytest.raises(BaseModelError, match="Get the model again"):
            vits_network.load_network(bundle, "cpu")

    refused(lambda changed: changed["model"].pop("flow.flows.0.pre.weight"))
    refused(lambda changed: changed["model"].update({"flow.flows.9.pre.weight": torch.zeros(1)}))
    refused(lambda changed: changed["model"].update({"emb_l.weight": torch.zeros(4, 4)}))
    refused(lambda changed: changed.pop("model"))
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(BaseModelError, match="damaged"):
        vits_network.load_network(bundle, "cpu")
    (folder / "model_se.pth").write_bytes(b"no weights")
    with pytest.raises(BaseModelError, match="damaged"):
        vits_network.SpeakerListener(bundle)
    (folder / "config.json").write_text("{")
    with pytest.raises(BaseModelError, match="damaged"):
        read_bundle(folder)


def test_a_model_that_is_not_there_tells_how_to_get_it(tmp_path):
    base = VitsBase(tmp_path / YOUR_TTS)
    assert not base.is_ready()
    for use in (
        base.ensure_ready,
        lambda: base.speak(None, SENTENCE, "en-us"),
        lambda: base.make_instant_voice(example_clips(1), tmp_path / "voice.safetensors"),
        lambda: base.prepare(example_clips(1), tmp_path, TrainingPlan(steps=1)),
    ):
        with pytest.raises(BaseModelError, match="get your_tts"):
            use()


# Without training ---------------------------------------------------------------------------------


def test_an_instant_voice_is_the_mean_vector_of_its_clips(folders, tmp_path):
    base, path = VitsBase(folders[YOUR_TTS]), tmp_path / "voice.safetensors"
    clips = example_clips(2)
    base.make_instant_voice(clips, path)
    tensors = load_file(path)
    vectors = [base._listener.vector(clip.audio) for clip in clips]
    assert set(tensors) == {"speaker"}
    assert np.allclose(tensors["speaker"][0], np.mean(vectors, axis=0), atol=1e-6)
    assert not np.allclose(vectors[0], vectors[1], atol=1e-3)
    base.check_voice_file(path)
    torch.manual_seed(0)
    stock = base.speak(None, SENTENCE, "en-us")
    torch.manual_seed(0)
    own = base.speak(path, SENTENCE, "en-us")
    assert own.sample_rate == 16_000
    assert not np.array_equal(own.samples, stock.samples)
    with pytest.raises(NotEnoughSpeechError):
        base.make_instant_voice([], path)
    with pytest.raises(InputError, match="without training"):
        VitsBase(folders[VCTK]).make_instant_voice(clips, path)


def test_the_listener_hears_what_the_librarys_own_does(folders, tmp_path, speech):
    from TTS.tts.utils.speakers import SpeakerManager

    folder = folders[YOUR_TTS]
    listener = vits_network.SpeakerListener(read_bundle(folder))
    sound = Audio(speech.samples[: 2 * speech.sample_rate], speech.sample_rate)
    encode_wav(sound, tmp_path / "clip.wav")
    manager = SpeakerManager(encoder_model_path=folder / "model_se.pth", encoder_config_path=folder / "config_se.json")
    # librosa, with which the library reads, imports a module that Python deprecates.
    with pytest.warns(DeprecationWarning) if "audioread.rawread" not in __import__("sys").modules else _nothing():
        theirs = np.array(manager.compute_embedding_from_clip(tmp_path / "clip.wav"))
    ours = listener.vector(decode(tmp_path / "clip.wav"))
    assert np.dot(ours, theirs) / np.linalg.norm(ours) / np.linalg.norm(theirs) > 0.999


def _nothing():
    import contextlib

    return contextlib.nullcontext()


def test_numbers_and_abbreviations_are_spoken(folders):
    for base_id in (YOUR_TTS, VCTK):
        bundle = read_bundle(folders[base_id])
        network = vits_network.build_network(bundle)

        def tokens(text, language="en-us", network=network, bundle=bundle):
            return vits_network.token_ids(network, bundle, text, language)

        assert tokens("Dr. Smith has 23 cats.") == tokens("Doctor Smith has twenty three cats.")
        assert tokens("23 cats") != tokens("cats")
        with pytest.raises(TextError):
            tokens("…")
        with pytest.raises(TextError, match="too long"):
            tokens("very " * 200)


def test_speaking_is_calm_and_follows_the_speed(folders):
    base = VitsBase(folders[YOUR_TTS])
    torch.manual_seed(0)
    usual = base.speak(None, SENTENCE, "en-us")
    torch.manual_seed(0)
    slow = base.speak(None, SENTENCE, "en-us", speed=0.5)
    assert (base._network.inference_noise_scale, base._network.inference_noise_scale_dp) == (0.3, 0.3)
    assert slow.duration_s > 1.5 * usual.duration_s
    assert base.speak(None, "Un bateau.", "fr").duration_s > 0
    with pytest.raises(TextError, match="does not speak"):
        base.speak(None, "Hola", "es")


@pytest.mark.parametrize("base_id", [YOUR_TTS, VCTK])
def test_a_recording_is_converted_in_its_own_time(folders, tmp_path, speech, base_id):
    base, path = VitsBase(folders[base_id]), tmp_path / "voice.safetensors"
    base._put_on(None)
    speakers = vits_network.known_speakers(base._network, base._bundle)
    made = []
    for name in list(speakers)[-2:]:
        from safetensors.torch import save_file

        save_file({"speaker": speakers[name]}, path)
        base.check_voice_file(path)
        made.append(base.convert(path, speech))
        with pytest.raises(Cancelled):
            base.convert(path, speech, should_stop=lambda: True)
        path.unlink()
    assert made[0].sample_rate == base.sample_rate
    assert abs(made[0].duration_s - speech.duration_s) < 0.02
    assert not np.array_equal(made[0].samples, made[1].samples)


def test_the_closest_known_speaker_is_the_one_who_spoke(folders):
    bundle = read_bundle(folders[VCTK])
    network, _ = vits_network.load_network(bundle, "cpu")
    speakers = vits_network.known_speakers(network, bundle)
    # A decoder that knows nothing but the speaker: what it makes does not depend on the recording.
    with torch.no_grad():
        network.waveform_decoder.conv_pre.weight.zero_()
        network.waveform_decoder.cond_layer.weight.mul_(30)
        frames = torch.zeros(1, network.args.hidden_channels, 40)
        spoken = {
            name: network.waveform_decoder(frames, g=vits_network.conditioning(network, vector))[0, 0]
            for name, vector in speakers.items()
        }
    for name in ("p225", "p228"):
        assert vits_losses.closest_speaker(network, [spoken[name]], speakers) == name


# Training -----------------------------------------------------------------------------------------

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


@pytest.mark.parametrize(("base_id", "policy", "parts", "speaker_learns"), PROMISED)
def test_exactly_what_a_policy_promises_changes(folders, tmp_path, base_id, policy, parts, speaker_learns):
    run_dir = tmp_path / "run"
    base = prepared(folders[base_id], run_dir, policy)
    assert base.train_slice(run_dir, LONG_S).finished
    trainer, before = base._trainer(run_dir), released_state(folders[base_id])
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
    from safetensors.torch import save_file

    save_file({name: value.contiguous() for name, value in trainer.voice_tensors().items()}, path)
    other = VitsBase(folders[base_id])
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


def test_a_killed_run_goes_on_as_if_it_had_not_been(folders, tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    base = prepared(folders[YOUR_TTS], whole, Policy.FINE_TUNE)
    base.train_slice(
        whole, LONG_S, should_stop=lambda: (whole / "metrics.jsonl").is_file() and len(metrics(whole)) == 2
    )
    shutil.copytree(whole, killed)
    assert base.train_slice(whole, LONG_S).finished
    other = VitsBase(folders[YOUR_TTS], recipe=SMALL)
    assert other._trainer(killed).clock.step == 2
    assert other.train_slice(killed, LONG_S).step == STEPS
    one, same = base._trainer(whole), other._trainer(killed)
    assert all(torch.equal(value, same.trained[name]) for name, value in one.trained.items())
    discriminators = (one.network.disc.state_dict(), same.network.disc.state_dict())
    assert all(torch.equal(value, discriminators[1][name]) for name, value in discriminators[0].items())
    assert [line["loss"] for line in metrics(whole)] == [line["loss"] for line in metrics(killed)]


def test_the_discriminator_learns_alone_first(folders, tmp_path):
    run_dir = tmp_path / "run"
    base = prepared(folders[YOUR_TTS], run_dir, Policy.FULL)
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


def test_a_released_discriminator_is_used_and_needs_no_warm_up(folders, tmp_path):
    folder = copy_bundle(folders[VCTK], tmp_path / VCTK)
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


def test_too_little_memory_halves_the_batch_and_sums_gradients(folders, tmp_path, monkeypatch):
    run_dir = tmp_path / "run"
    base = prepared(folders[YOUR_TTS], run_dir, Policy.TRANSFER, Recipe(batch_clips=4, judged_clips=1))
    trainer = base._trainer(run_dir)
    gradients, sizes, room = trainer._gradients, [], [1]

    def small_memory(clips, weight, phase):
        if len(clips) > room[0]:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")
        sizes.append((len(clips), weight))
        return gradients(clips, weight, phase)

    monkeypatch.setattr(trainer, "_gradients", small_memory)
    trainer.advance()
    assert sizes == [(1, 0.25)] * 4
    assert not torch.equal(trainer.speaker, trainer.start)
    assert metrics(run_dir)[0]["clips_at_once"] == 1
    notes = json.loads((run_dir / "notes.json").read_text())
    assert len(notes) == 2
    assert "memory" in notes[0]
    trainer.save_checkpoint()
    assert VitsBase(folders[YOUR_TTS], recipe=SMALL)._trainer(run_dir).batch_clips == 1
    room[0] = 0
    with pytest.raises(TrainingError, match="memory"):
        trainer.advance()


def test_summed_gradients_are_those_of_the_whole_batch(folders, tmp_path, monkeypatch):
    run_dir = tmp_path / "run"
    base = prepared(folders[YOUR_TTS], run_dir, Policy.TRANSFER, Recipe(batch_clips=2, judged_clips=1))
    trainer = base._trainer(run_dir)
    clips = [trainer._clips[0]] * 2  # of one length, so that no padding differs

    def smooth(network, batch, outputs, adversarial):
        loss = outputs["z_p"].square().mean()
        return {"loss": loss}

    monkeypatch.setattr(vits_losses, "generator_losses", smooth)
    monkeypatch.setattr(torch, "randn_like", torch.zeros_like)
    found = []
    for parts in ([clips], [clips[:1], clips[1:]]):
        trainer.speaker.grad = None
        for part in parts:
            trainer._gradients(part, len(part) / 2, "learning")
        found.append(trainer.speaker.grad.clone())
    assert found[0].abs().sum() > 0
    assert torch.allclose(*found, rtol=1e-3, atol=1e-7)


def test_numbers_gone_astray_bring_the_last_checkpoint_back(folders, tmp_path, monkeypatch):
    run_dir = tmp_path / "run"
    recipe = Recipe(batch_clips=1, judged_clips=1, bad_steps=2, returns=1)
    base = prepared(folders[YOUR_TTS], run_dir, Policy.FINE_TUNE, recipe, steps=20)
    trainer = base._trainer(run_dir)
    for _ in range(4):  # three of them warm the discriminator up
        trainer.advance()
    trainer.save_checkpoint()
    kept = {name: value.detach().clone() for name, value in trainer.trained.items()}
    rate = trainer._rate_scale()
    losses = vits_losses.generator_losses

    def broken(*arguments):
        return {name: value * math.nan for name, value in losses(*arguments).items()}

    monkeypatch.setattr(vits_losses, "generator_losses", broken)
    trainer.advance()
    assert trainer.clock.step == 5
    assert all(torch.equal(value, kept[name]) for name, value in trainer.trained.items())
    assert len(metrics(run_dir)) == 4
    trainer.advance()
    assert trainer.clock.step == 4
    assert trainer._rate_scale() == pytest.approx(rate / 2)
    assert "half as fast" in json.loads((run_dir / "notes.json").read_text())[-1]
    trainer.advance()
    with pytest.raises(TrainingError, match="astray"):
        trainer.advance()
    monkeypatch.setattr(vits_losses, "generator_losses", losses)
    going_on = VitsBase(folders[YOUR_TTS], recipe=recipe)._trainer(run_dir)
    going_on.advance()
    assert all(torch.isfinite(value).all() for value in going_on.trained.values())


def test_known_speakers_are_mixed_in_where_their_clips_are(folders, tmp_path):
    folder, run_dir = copy_bundle(folders[YOUR_TTS], tmp_path / YOUR_TTS), tmp_path / "run"
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
    folders, tmp_path, monkeypatch, distances, best_step
):
    run_dir = tmp_path / "run"
    base = prepared(folders[YOUR_TTS], run_dir, Policy.TRANSFER)
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


def test_the_held_out_distance_hears_the_decoder_and_repeats(folders):
    bundle = read_bundle(folders[YOUR_TTS])
    network, _ = vits_network.load_network(bundle, "cpu")
    from voiceclone.bases.coqui.vits_data import load_clip

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


def test_every_rejected_clip_gets_one_sentence(folders, tmp_path):
    bundle = read_bundle(folders[YOUR_TTS])
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
    VitsBase(folders[YOUR_TTS]).prepare([*bad, good], run_dir, TrainingPlan(steps=1))
    rejected = json.loads((run_dir / "rejected.json").read_text())
    assert [one["clip_id"] for one in rejected] == [clip.clip_id for clip in bad]
    told = read_notes(run_dir)
    assert told[0] == f"“Hi.” was left out. {reasons[0]}"
    assert told[1].startswith("“A sentence. A sentence. A sentence. A …” was left out.")
    assert len(told) == 6 and told[-1] == "3 more recordings were left out."
    with pytest.raises(NotEnoughSpeechError, match="too short"):
        VitsBase(folders[YOUR_TTS]).prepare(bad[:1], run_dir, TrainingPlan(steps=1))


def test_a_way_to_train_that_there_is_not_is_refused(folders, tmp_path):
    with pytest.raises(InputError, match="cannot be trained"):
        VitsBase(folders[YOUR_TTS]).prepare(example_clips(1), tmp_path, TrainingPlan(steps=1, policy=Policy.INSTANT))


def test_voices_of_other_models_are_refused(folders, tmp_path):
    from safetensors.torch import save_file

    base, path = VitsBase(folders[YOUR_TTS]), tmp_path / "voice.safetensors"
    for tensors in (
        {"style": torch.zeros(1, 24)},
        {"speaker": torch.zeros(1, 25)},
        {"speaker": torch.zeros(1, 24), "flow.unknown.delta": torch.zeros(1)},
        {"speaker": torch.zeros(1, 24), "emb_l.weight.delta": torch.zeros(2, 2)},
    ):
        save_file(tensors, path)
        with pytest.raises(VoiceFileError, match="does not fit"):
            base.check_voice_file(path)
    save_file({"speaker": torch.full((1, 24), math.nan)}, path)
    with pytest.raises(VoiceFileError, match="damaged"):
        base.speak(path, SENTENCE, "en-us")


def test_bfloat16_trains_too(folders, tmp_path):
    run_dir = tmp_path / "run"
    recipe = Recipe(batch_clips=1, judged_clips=1, half_precision=True, warm_up_share=0.0)
    base = prepared(folders[YOUR_TTS], run_dir, Policy.FINE_TUNE, recipe, steps=2)
    assert base.train_slice(run_dir, LONG_S).finished
    assert all(math.isfinite(line["loss"]) for line in metrics(run_dir))
    trained = base._trainer(run_dir).trained
    assert all(torch.isfinite(value).all() and value.dtype == torch.float32 for value in trained.values())
