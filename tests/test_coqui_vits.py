"""YourTTS and VITS VCTK from bundles of the released layout: load, clone, speak, convert."""

import math

import numpy as np
import pytest
import torch
from coqui_bundles import VCTK, YOUR_TTS, copy_bundle
from safetensors.torch import load_file, save_file
from vits_runs import SENTENCE, example_clips, released_state

from voiceclone.audio.sound import Audio, decode, encode_wav
from voiceclone.bases.base import TrainingPlan
from voiceclone.bases.coqui.bundle import read_bundle
from voiceclone.bases.coqui.vits import losses
from voiceclone.bases.coqui.vits import network as vits_network
from voiceclone.bases.coqui.vits.base import VitsBase
from voiceclone.errors import (
    BaseModelError,
    Cancelled,
    InputError,
    NotEnoughSpeechError,
    TextError,
    VoiceFileError,
)

# The released folder ------------------------------------------------------------------------------


@pytest.mark.parametrize("base_id", [YOUR_TTS, VCTK])
def test_after_loading_every_tensor_equals_the_files(vits_folders, base_id):
    bundle = read_bundle(vits_folders[base_id])
    network, had_discriminator = vits_network.load_network(bundle, "cpu", discriminator=True)
    file = released_state(vits_folders[base_id])
    loaded = {name: value for name, value in network.state_dict().items() if not name.startswith("disc.")}
    assert loaded.keys() == file.keys()
    assert all(torch.equal(loaded[name], value) for name, value in file.items())
    assert not had_discriminator


@pytest.mark.parametrize("base_id", [YOUR_TTS, VCTK])
def test_paths_of_another_computer_are_repaired_in_memory_only(vits_folders, base_id):
    folder = vits_folders[base_id]
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


def test_languages_and_speakers_of_the_release_are_known(vits_folders):
    your_tts, vctk = (read_bundle(vits_folders[base_id]) for base_id in (YOUR_TTS, VCTK))
    assert [vits_network.language_name(your_tts, code) for code in ("en-us", "en-gb", "fr", "pt")] == [
        "en", "en", "fr-fr", "pt-br",
    ]  # fmt: skip
    assert vits_network.language_name(vctk, "en-us") is None
    with pytest.raises(TextError, match="does not speak"):
        vits_network.language_name(your_tts, "es")
    assert list(your_tts.speaker_vectors())[:2] == ["female-en-5", "female-en-5\n"]
    assert vctk.speaker_ids["p225"] == 1


def test_damaged_releases_are_told(vits_folders, tmp_path):
    folder = copy_bundle(vits_folders[YOUR_TTS], tmp_path / YOUR_TTS)
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


def test_an_instant_voice_is_the_mean_vector_of_its_clips(vits_folders, tmp_path):
    base, path = VitsBase(vits_folders[YOUR_TTS]), tmp_path / "voice.safetensors"
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
        VitsBase(vits_folders[VCTK]).make_instant_voice(clips, path)


def test_the_listener_hears_what_the_librarys_own_does(vits_folders, tmp_path, speech):
    from TTS.tts.utils.speakers import SpeakerManager

    folder = vits_folders[YOUR_TTS]
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


def test_numbers_and_abbreviations_are_spoken(vits_folders):
    for base_id in (YOUR_TTS, VCTK):
        bundle = read_bundle(vits_folders[base_id])
        network = vits_network.build_network(bundle)

        def tokens(text, language="en-us", network=network, bundle=bundle):
            return vits_network.token_ids(network, bundle, text, language)

        assert tokens("Dr. Smith has 23 cats.") == tokens("Doctor Smith has twenty three cats.")
        assert tokens("23 cats") != tokens("cats")
        with pytest.raises(TextError):
            tokens("…")
        with pytest.raises(TextError, match="too long"):
            tokens("very " * 200)


def test_speaking_is_calm_and_follows_the_speed(vits_folders):
    base = VitsBase(vits_folders[YOUR_TTS])
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
def test_a_recording_is_converted_in_its_own_time(vits_folders, tmp_path, speech, base_id):
    base, path = VitsBase(vits_folders[base_id]), tmp_path / "voice.safetensors"
    base._put_on(None)
    speakers = vits_network.known_speakers(base._network, base._bundle)
    made = []
    for name in list(speakers)[-2:]:
        save_file({"speaker": speakers[name]}, path)
        base.check_voice_file(path)
        made.append(base.convert(path, speech))
        with pytest.raises(Cancelled):
            base.convert(path, speech, should_stop=lambda: True)
        path.unlink()
    assert made[0].sample_rate == base.sample_rate
    assert abs(made[0].duration_s - speech.duration_s) < 0.02
    assert not np.array_equal(made[0].samples, made[1].samples)


def test_the_closest_known_speaker_is_the_one_who_spoke(vits_folders):
    bundle = read_bundle(vits_folders[VCTK])
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
        assert losses.closest_speaker(network, [spoken[name]], speakers) == name


def test_voices_of_other_models_are_refused(vits_folders, tmp_path):
    base, path = VitsBase(vits_folders[YOUR_TTS]), tmp_path / "voice.safetensors"
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
