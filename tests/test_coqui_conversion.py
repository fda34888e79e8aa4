"""The converters, each from a folder of exactly its released layout: a voice from clips, a recording in that voice."""

from pathlib import Path

import coqui_more_bundles as bundles
import numpy as np
import pytest
from sounds import EXAMPLE_DIR, joined, make_tone

from voiceclone.audio.sound import Audio, decode, resample
from voiceclone.bases.base import Ability, TrainingClip, TrainingPlan
from voiceclone.bases.coqui.conversion.base import ConversionBase
from voiceclone.bases.coqui.conversion.converters import MATCHING_SET
from voiceclone.bases.coqui.pieces import convert_in_pieces
from voiceclone.errors import AudioError, BaseModelError, Cancelled, InputError, NotEnoughSpeechError, VoiceFileError

BUILDERS = {"openvoice_v2": bundles.openvoice, "freevc24": bundles.freevc, "knnvc": bundles.knnvc}
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module", params=BUILDERS)
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("data") / "base" / request.param
    BUILDERS[request.param](folder)
    return ConversionBase(folder, request.param)


@pytest.fixture(scope="module")
def clips() -> list[TrainingClip]:
    names = ("joe_01", "joe_02")
    return [TrainingClip(name, decode(EXAMPLE_DIR / f"{name}.flac"), "", "en-us") for name in names]


@pytest.fixture(scope="module")
def voice(base, clips, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("voice") / "voice.safetensors"
    told: list[float] = []
    base.make_instant_voice(clips, path, lambda share, words: told.append(share))
    assert told[-1] == 1.0
    return path


def shifted(clip: TrainingClip) -> TrainingClip:
    """The same words a third higher and faster: another speaker."""
    audio = resample(Audio(clip.audio.samples, clip.audio.sample_rate), round(clip.audio.sample_rate * 0.75))
    return TrainingClip(clip.clip_id, Audio(audio.samples, clip.audio.sample_rate), clip.text, clip.language)


def test_a_recording_comes_back_as_long_as_it_was(base, voice, speech) -> None:
    made = base.convert(voice, speech)
    assert made.sample_rate == base.sample_rate
    assert abs(made.duration_s - speech.duration_s) < 0.001
    assert np.abs(made.samples).max() > 0
    again = base.convert(voice, speech)
    assert np.array_equal(made.samples, again.samples)


def test_the_voice_file_decides_the_sound(base, voice, clips, speech, tmp_path) -> None:
    """Random encoders hear little difference between speakers, so the second voice is pushed away."""
    import torch
    from safetensors.torch import load_file, save_file

    other = tmp_path / "other.safetensors"
    base.make_instant_voice([shifted(clip) for clip in clips], other)
    mine, theirs = load_file(voice), load_file(other)
    assert any(mine[name].shape != theirs[name].shape or not torch.equal(mine[name], theirs[name]) for name in mine)
    save_file({name: value + torch.randn(value.shape).to(value.dtype) for name, value in theirs.items()}, other)
    first, second = base.convert(voice, speech).samples, base.convert(other, speech).samples
    assert np.abs(first - second).max() > 1e-5


def test_a_voice_survives_a_new_process(base, voice, speech) -> None:
    fresh = ConversionBase(base._folder, base.base_id)
    assert np.array_equal(fresh.convert(voice, speech).samples, base.convert(voice, speech).samples)


def test_what_a_converter_cannot_do_is_said(base, voice, clips, tmp_path) -> None:
    assert base.abilities == {Ability.INSTANT, Ability.CONVERT}
    assert base.policies == ()
    with pytest.raises(InputError, match="recording"):
        base.speak(voice, "Hello.", "en-us")
    with pytest.raises(InputError, match="instant"):
        base.prepare(clips, tmp_path, TrainingPlan())
    with pytest.raises(NotEnoughSpeechError, match="at least"):
        base.make_instant_voice([TrainingClip("a", make_tone(1.0), "", "en-us")], tmp_path / "v.safetensors")
    with pytest.raises(AudioError, match="no speech"):
        base.convert(voice, Audio(np.zeros(16000, np.float32), 16000))


def test_a_very_short_recording_is_converted_too(base, voice) -> None:
    made = base.convert(voice, make_tone(0.05))
    assert abs(made.duration_s - 0.05) < 0.001


def test_foreign_voice_files_are_refused(base, voice, tmp_path) -> None:
    import torch
    from safetensors.torch import save_file

    base.check_voice_file(voice)
    save_file({"speaker": torch.zeros(1, 7, 1)}, tmp_path / "wrong.safetensors")
    with pytest.raises(VoiceFileError, match="does not fit"):
        base.convert(tmp_path / "wrong.safetensors", make_tone(1.0))
    (tmp_path / "noise.safetensors").write_bytes(b"no voice at all")
    with pytest.raises(VoiceFileError, match="damaged"):
        base.check_voice_file(tmp_path / "noise.safetensors")


def test_numbers_that_are_none_are_refused(base, voice, tmp_path) -> None:
    from safetensors.torch import load_file, save_file

    tensors = {name: value * float("nan") for name, value in load_file(voice).items()}
    save_file(tensors, tmp_path / "nan.safetensors")
    with pytest.raises(VoiceFileError, match="damaged"):
        base.convert(tmp_path / "nan.safetensors", make_tone(1.0))


def test_not_ready_without_an_agreed_licence(base, tmp_path) -> None:
    assert base.is_ready()
    bare = ConversionBase(tmp_path / "base" / base.base_id, base.base_id)
    assert not bare.is_ready()
    with pytest.raises(BaseModelError, match=f"get {base.base_id}"):
        bare.ensure_ready()


def test_missing_and_damaged_parts_are_named(tmp_path) -> None:
    folder = bundles.freevc(tmp_path / "base" / "freevc24")
    (folder / "speaker_encoder.pt").rename(folder / "elsewhere")
    assert not ConversionBase(folder, "freevc24").is_ready()
    folder = bundles.openvoice(tmp_path / "base" / "openvoice_v2")
    (folder / "converter" / "checkpoint.pth").write_bytes(b"\x80\x02not a checkpoint")
    with pytest.raises(BaseModelError, match="damaged"):
        ConversionBase(folder, "openvoice_v2")._loaded()


@pytest.mark.parametrize(("use_spk", "with_wavlm"), [(False, True), (True, True)])
def test_freevc_in_its_other_shapes(tmp_path, clips, speech, use_spk, with_wavlm) -> None:
    base = ConversionBase(bundles.freevc(tmp_path / "freevc24", use_spk=use_spk, with_wavlm=with_wavlm), "freevc24")
    base.make_instant_voice(clips[:1], tmp_path / "v.safetensors")
    assert np.isfinite(base.convert(tmp_path / "v.safetensors", speech).samples).all()


def read(path: Path, key: str) -> dict:
    import torch

    return torch.load(path, weights_only=True)[key]


def released_tensors(base_id: str, folder: Path) -> dict:
    """What the released files hold, by the names in the whole network (`weight_g` and `weight_v` are old style)."""
    if base_id == "openvoice_v2":
        return read(folder / "converter" / "checkpoint.pth", "model")
    hearing = {f"wavlm.{name}": value for name, value in read(folder.parent / "wavlm/WavLM-Large.pt", "model").items()}
    if base_id == "freevc24":
        speaker = read(folder / "speaker_encoder.pt", "model_state")
        model = read(folder / "model.pth", "model")
        assert not set(model) & set(hearing)
        return model | hearing | {f"enc_spk_ex.{name}": value for name, value in speaker.items()}
    part = folder / "vocoder_models--en--librispeech100--wavlm-hifigan_prematched"
    sound = {
        f"vocoder.{name.removeprefix('model_g.')}": value for name, value in read(part / "model.pth", "model").items()
    }
    heard = {name: value for name, value in hearing.items() if not _unheard(name)}
    assert len(heard) < len(hearing)
    return sound | heard


def _unheard(name: str) -> bool:
    """True for the layers of WavLM behind the sixth, which kNN-VC does not use."""
    return name.startswith("wavlm.encoder.layers.") and int(name.split(".")[3]) >= 6


def test_every_tensor_of_the_released_files_is_in_place(base) -> None:
    """Old-style `weight_g`/`weight_v` names included."""
    import torch

    stored = released_tensors(base.base_id, base._folder)
    loaded = bundles.old_style(base._loaded().state_dict())
    assert set(loaded) == set(stored)
    assert all(torch.equal(loaded[name], stored[name]) for name in stored)


def test_code_in_wavlm_s_settings_is_not_run(tmp_path) -> None:
    """WavLM gives a text from its file to eval."""
    from voiceclone.bases.coqui.conversion.wavlm import load_wavlm

    mark = tmp_path / "ran"
    bundles.write_wavlm(tmp_path / "WavLM-Large.pt", f"[(16,10,5)] if open({str(mark)!r}, 'w') else []")
    with pytest.raises(BaseModelError, match="not the released"):
        load_wavlm(tmp_path / "WavLM-Large.pt", "kNN-VC")
    assert not mark.exists()


def test_knn_s_hearing_stops_at_the_layer_it_uses(tmp_path, speech) -> None:
    """18 of 24 layers stay out of memory; what is heard is the same."""
    import torch

    from voiceclone.bases.coqui.conversion.wavlm import load_wavlm

    bundles.write_wavlm(tmp_path / "WavLM-Large.pt")
    whole, part = (load_wavlm(tmp_path / "WavLM-Large.pt", "kNN-VC", layers=count) for count in (None, 6))
    sound = torch.from_numpy(resample(speech, 16000).samples)[None]
    with torch.inference_mode():
        assert len(part.encoder.layers) == 6
        first, second = (net.extract_features(sound, output_layer=6)[0] for net in (whole, part))
    assert torch.equal(first, second)


def test_knn_speaks_with_the_clips_own_frames(tmp_path, clips, speech) -> None:
    from safetensors.torch import load_file

    base = ConversionBase(bundles.knnvc(tmp_path / "knnvc"), "knnvc")
    base.make_instant_voice(clips, tmp_path / "v.safetensors")
    frames = load_file(tmp_path / "v.safetensors")[MATCHING_SET]
    expected_frames = sum(clip.audio.duration_s for clip in clips) * 50
    assert abs(len(frames) - expected_frames) < 4
    assert frames.shape[1] == 32


def test_long_recordings_are_cut_at_quiet_places_and_joined_without_a_seam() -> None:
    sound = joined(
        make_tone(14.0), make_tone(0.4, level=0.0), make_tone(14.0), make_tone(0.4, level=0.0), make_tone(9.0)
    )
    lengths: list[float] = []

    def double(samples: np.ndarray) -> np.ndarray:
        lengths.append(len(samples) / 16000)
        return samples[: len(samples) // 320 * 320] * 0.5  # whole frames only, as the networks do

    made = convert_in_pieces(sound, 16000, 16000, double)
    assert len(lengths) == 3 and max(lengths) < 21
    assert len(made.samples) == len(sound.samples)
    assert np.abs(made.samples[:-320] - sound.samples[:-320] * 0.5).max() < 1e-5


def test_a_long_recording_can_be_stopped_between_its_pieces() -> None:
    made: list[int] = []

    def halves(samples: np.ndarray) -> np.ndarray:
        made.append(len(samples))
        return samples / 2

    with pytest.raises(Cancelled):
        convert_in_pieces(make_tone(60.0), 16000, 16000, halves, should_stop=lambda: len(made) == 2)
    assert len(made) == 2


def test_every_converter_stops_when_it_is_asked_to(base, voice, speech) -> None:
    with pytest.raises(Cancelled):
        base.convert(voice, speech, should_stop=lambda: True)
