"""The engine with several base models: which base does what, instant voices, converting, and what may be passed on."""

import json

import pytest
import soundfile

from tests.fake_base import FakeBase, PrivateBase, spectral_centre_hz, tone
from tests.small_project import PITCH_HZ, fake_engine, make_project
from voiceclone import VoiceEngine
from voiceclone.audio.sound import decode, encode_wav
from voiceclone.bases.base import Policy
from voiceclone.errors import (
    BaseModelError,
    BusyError,
    Cancelled,
    ConsentError,
    InputError,
    NotEnoughSpeechError,
    NotFoundError,
    VoiceFileError,
)
from voiceclone.limits import MAX_INSTANT_CLIPS
from voiceclone.voices.voice_file import read_voice

WORDS = "Hello there, how are you today?"


@pytest.fixture
def engine(tmp_path):
    return fake_engine(tmp_path / "data")


@pytest.fixture
def private(tmp_path):
    """An engine on a base whose voices may not be passed on."""
    return VoiceEngine(tmp_path / "data", "your_tts", base_factory="tests.fake_base:PrivateBase")


@pytest.fixture
def project_id(tmp_path):
    return make_project(tmp_path / "data").project_id


def wait(engine, run):
    *_, last = engine.runs.watch(run.run_id, interval_s=0.02)
    assert last.state == "finished", last.message
    return engine.voices.get(last.voice_id)


# Bases ----------------------------------------------------------------------------------------


def test_a_base_is_built_once_and_only_when_it_is_asked_for(engine):
    assert engine.base_of() is engine.base is engine.base_of("fake-base")
    assert engine.base_of("xtts_v2") is engine.base_of("xtts_v2")
    assert engine.base_of("xtts_v2").base_id == "xtts_v2"
    with pytest.raises(BaseModelError, match="does not know"):
        engine.base_of("no-such-base")


def test_a_base_that_is_not_here_is_told_with_the_way_to_it(engine, project_id):
    for ask in (
        lambda: engine.start_training(project_id, "Anna", True, base_id="your_tts"),
        lambda: engine.instant_voice(project_id, "Anna", True, base_id="your_tts"),
    ):
        with pytest.raises(BaseModelError, match=r"YourTTS is not on this computer.*voiceclone get your_tts"):
            ask()
    assert engine.runs.all() == []
    with pytest.raises(BaseModelError, match="does not know"):
        engine.start_training(project_id, "Anna", True, base_id="bark")


def test_a_voice_is_spoken_by_the_base_it_was_made_with(engine, project_id, tmp_path):
    """And a voice of a base that is not here tells so, wherever it comes from."""
    elsewhere = PrivateBase(tmp_path / "x")
    elsewhere.speak = lambda *_: tone(1234.0, 0.5, 16_000)
    elsewhere.ensure_ready()
    engine._bases._loaded["your_tts"] = elsewhere
    voice = engine.instant_voice(project_id, "Private", True, base_id="your_tts")
    assert voice.base_id == "your_tts"
    assert spectral_centre_hz(engine.speak("Private", WORDS).audio) == pytest.approx(1234, rel=0.02)
    own = engine.instant_voice(project_id, "Own", True)
    assert spectral_centre_hz(engine.speak(own.voice_id, WORDS).audio) == pytest.approx(PITCH_HZ, rel=0.05)
    exported = engine.voices.export("Private", tmp_path / "p.safetensors", private_use=True)
    assert engine.voices.import_file(exported).base_id == "your_tts"
    other = fake_engine(tmp_path / "data")
    for ask in (
        lambda: other.speak("Private", WORDS),
        lambda: other.voices.import_file(exported),
        lambda: other.convert("Private", tone(300.0, 1.0, 16_000)),
    ):
        with pytest.raises(BaseModelError, match="YourTTS is not on this computer"):
            ask()


def test_a_voice_of_a_base_nobody_knows_is_not_imported(engine, project_id, tmp_path):
    engine.instant_voice(project_id, "Anna", True)
    exported = engine.voices.export("Anna", tmp_path / "a.safetensors")
    with pytest.raises(VoiceFileError, match="made for the base model “fake-base”"):
        VoiceEngine(tmp_path / "other").voices.import_file(exported)


# Policies -------------------------------------------------------------------------------------


def test_the_first_policy_is_the_default_and_is_written_into_run_and_voice(engine, project_id):
    run = engine.start_training(project_id, "Anna", True, steps=5)
    assert (run.policy, run.base_id) == ("fine-tune", "fake-base")
    assert wait(engine, run).policy == "fine-tune"
    assert (
        wait(engine, engine.start_training(project_id, "B", True, steps=5, policy=Policy.TRANSFER)).policy == "transfer"
    )
    learnt = [json.loads(path.read_text())["policy"] for path in sorted((engine.data_dir / "runs").glob("*/data.json"))]
    assert sorted(learnt) == ["fine-tune", "transfer"]


def test_a_policy_that_trains_nothing_or_that_the_base_has_not_is_refused(engine, project_id, tmp_path):
    with pytest.raises(InputError, match="“instant” trains nothing; that is an instant voice"):
        engine.start_training(project_id, "Anna", True, policy="instant")
    with pytest.raises(InputError, match=r"“full” is no way to train Tone\. Choose one of “fine-tune”, “transfer”"):
        engine.start_training(project_id, "Anna", True, policy="full")
    with pytest.raises(InputError, match="“no” is no way to train"):
        engine.start_training(project_id, "Anna", True, policy="no")
    converter = VoiceEngine(tmp_path / "data", "openvoice_v2", base_factory="tests.fake_base:Converter")
    with pytest.raises(InputError, match="OpenVoice v2 cannot be trained"):
        converter.start_training(project_id, "Anna", True)
    assert engine.runs.all() == []


# Instant voices -------------------------------------------------------------------------------


def test_an_instant_voice_is_made_without_training(engine, project_id):
    told = []
    voice = engine.instant_voice(
        project_id, " Anna ", True, consent_by="a test", on_progress=lambda *words: told.append(words)
    )
    assert engine.voices.all() == [voice]
    assert (voice.name, voice.policy, voice.steps) == ("Anna", "instant", 0)
    assert voice.speech_s == pytest.approx(16.0)
    assert (voice.consent, voice.consent_record["by"]) == (True, "a test")
    assert engine.runs.all() == []
    assert told[-1][0] == 1.0
    assert spectral_centre_hz(engine.speak("Anna", WORDS).audio) == pytest.approx(PITCH_HZ, rel=0.05)


def test_an_instant_voice_needs_consent_speech_and_a_name(engine, tmp_path, project_id):
    with pytest.raises(ConsentError):
        engine.instant_voice(project_id, "Anna", False)
    with pytest.raises(InputError, match="voice name"):
        engine.instant_voice(project_id, "", True)
    with pytest.raises(NotFoundError):
        engine.instant_voice("nobody", "Anna", True)
    with pytest.raises(NotEnoughSpeechError, match=r"0\.0 s of usable speech.*at least 3 s"):
        engine.instant_voice(project_id, "Anna", True, clip_ids=[])
    short = make_project(tmp_path / "data", "Short", clip_count=1, speech_s=2.0)
    with pytest.raises(NotEnoughSpeechError, match=r"2\.0 s of usable speech"):
        engine.instant_voice(short.project_id, "Anna", True)
    assert engine.voices.all() == []
    single = VoiceEngine(tmp_path / "data", "x", base_factory="tests.fake_base:SingleBase")
    with pytest.raises(InputError, match="no voice without training"):
        single.instant_voice(project_id, "Anna", True)


def test_the_best_ten_included_clips_are_listened_to(engine, tmp_path):
    project_id = make_project(tmp_path / "data", "Many", clip_count=12, speech_s=4.0).project_id
    assert engine.instant_voice(project_id, "All", True).speech_s == pytest.approx(4.0 * MAX_INSTANT_CLIPS)
    clips = engine.projects.clips(project_id)
    for clip in clips[:9]:
        engine.projects.edit_clip(project_id, clip.clip_id, included=False)
    assert engine.instant_voice(project_id, "Three", True).speech_s == pytest.approx(12.0)
    chosen = [clips[-1].clip_id, clips[0].clip_id]  # the second one is not included
    assert engine.instant_voice(project_id, "One", True, clip_ids=chosen).speech_s == pytest.approx(4.0)


# Converting -----------------------------------------------------------------------------------


def test_a_recording_is_converted_from_a_sound_and_from_a_file(engine, project_id, tmp_path):
    engine.instant_voice(project_id, "Anna", True)
    recording = tone(800.0, 1.5, 22_050)
    converted = engine.convert("Anna", recording)
    assert converted.duration_s == pytest.approx(1.5)
    assert spectral_centre_hz(converted) == pytest.approx(PITCH_HZ, rel=0.05)
    encode_wav(recording, tmp_path / "in.wav")
    made = engine.convert_to_file("Anna", tmp_path / "in.wav", tmp_path / "new" / "out.wav")
    assert soundfile.info(tmp_path / "new" / "out.wav").subtype == "PCM_16"
    assert decode(tmp_path / "new" / "out.wav").duration_s == pytest.approx(made.duration_s)


def test_a_conversion_that_is_stopped_leaves_nothing(engine, project_id, tmp_path):
    engine.instant_voice(project_id, "Anna", True)
    encode_wav(tone(800.0, 5.0, 16_000), tmp_path / "in.wav")
    shares = []
    with pytest.raises(Cancelled):
        engine.convert_to_file(
            "Anna",
            tmp_path / "in.wav",
            tmp_path / "new" / "out.wav",
            lambda share, _: shares.append(share),
            should_stop=lambda: len(shares) >= 2,
        )
    assert shares == pytest.approx([0.1, 0.2])
    assert not list(tmp_path.rglob("*out*")) and not list(tmp_path.rglob(".part-*"))


def test_what_cannot_be_converted_is_told(engine, project_id, tmp_path, monkeypatch):
    single = VoiceEngine(tmp_path / "data", "fake-base", base_factory="tests.fake_base:SingleBase")
    engine.instant_voice(project_id, "Anna", True)
    with pytest.raises(InputError, match=r"“Anna” is a voice of Tone, which cannot convert.*YourTTS.*kNN-VC"):
        single.convert("Anna", tone(300.0, 1.0, 16_000))
    with pytest.raises(NotFoundError):
        engine.convert("Nobody", tone(300.0, 1.0, 16_000))
    monkeypatch.setattr("voiceclone.services.speech.MAX_CONVERT_S", 0.5)
    with pytest.raises(InputError, match="Cut it into parts"):
        engine.convert("Anna", tone(300.0, 1.0, 16_000))
    with pytest.raises(VoiceFileError):
        engine.base.weights_sha256 = "0" * 64
        engine.convert("Anna", tone(300.0, 0.4, 16_000))


def test_a_voice_of_a_converter_does_not_read_text(tmp_path, project_id):
    engine = VoiceEngine(tmp_path / "data", "openvoice_v2", base_factory="tests.fake_base:Converter")
    engine.instant_voice(project_id, "Anna", True)
    with pytest.raises(InputError, match=r"changes recordings and cannot read text\. Convert"):
        engine.speak("Anna", WORDS)
    assert engine.convert("Anna", tone(500.0, 1.0, 16_000)).duration_s == pytest.approx(1.0)


# Passing on -----------------------------------------------------------------------------------


def test_a_voice_that_may_not_be_passed_on_is_exported_for_private_use_only(private, project_id, tmp_path):
    voice = private.instant_voice(project_id, "Anna", True)
    assert voice.may_share is False
    with pytest.raises(
        VoiceFileError, match=r"your own use only.*CC BY-NC-ND 4\.0.*forbids passing on.*private use"
    ) as refused:
        private.voices.export("Anna", tmp_path / "a.safetensors")
    assert list(tmp_path.glob("*.safetensors")) == []
    assert str(refused.value).startswith(private.voices.sharing_condition("Anna"))
    assert "terminal" not in private.voices.sharing_condition("Anna")
    exported = private.voices.export("Anna", tmp_path / "a.safetensors", private_use=True)
    assert read_voice(exported).may_share is False
    again = private.voices.import_file(exported)
    assert again.may_share is False
    assert (private.speak("Anna", WORDS).audio.samples == private.speak(again.voice_id, WORDS).audio.samples).all()


def test_a_description_that_claims_otherwise_does_not_help(private, project_id, tmp_path):
    from dataclasses import replace

    from voiceclone.voices.voice_file import copy_with_description, describe

    voice = private.instant_voice(project_id, "Anna", True)
    path = private.voices.export("Anna", tmp_path / "a.safetensors", private_use=True)
    copy_with_description(path, tmp_path / "b.safetensors", describe(replace(voice, may_share=True)))
    forged = private.voices.import_file(tmp_path / "b.safetensors")
    with pytest.raises(VoiceFileError, match="may not be passed on"):
        private.voices.export(forged.voice_id, tmp_path / "c.safetensors")
    assert (
        read_voice(private.voices.export(forged.voice_id, tmp_path / "c.safetensors", private_use=True)).may_share
        is False
    )


def test_a_trained_voice_carries_the_same_restriction(private, project_id, tmp_path):
    voice = wait(private, private.start_training(project_id, "Anna", True, steps=5))
    assert (voice.may_share, voice.policy, voice.base_licence) == (False, "fine-tune", "CC BY-NC-ND 4.0")
    with pytest.raises(VoiceFileError, match="may not be passed on"):
        private.voices.export(voice.voice_id, tmp_path)


def test_a_voice_that_may_be_shared_is_copied_byte_by_byte(engine, project_id, tmp_path):
    voice = engine.instant_voice(project_id, "Anna", True)
    assert voice.may_share is True
    for name, private_use in (("a", False), ("b", True)):
        path = engine.voices.export("Anna", tmp_path / f"{name}.safetensors", private_use=private_use)
        assert path.read_bytes() == (engine.data_dir / "voices" / f"{voice.voice_id}.safetensors").read_bytes()
    assert engine.voices.sharing_condition("Anna") == ""


def test_a_voice_file_of_before_may_be_shared_and_names_no_policy(engine, project_id, tmp_path):
    from voiceclone.voices.voice_file import copy_with_description, describe

    voice = engine.instant_voice(project_id, "Anna", True)
    old = describe(voice)
    del old["share"], old["trained"]["policy"]
    copy_with_description(engine.voices.export("Anna", tmp_path / "a.safetensors"), tmp_path / "old.safetensors", old)
    imported = engine.voices.import_file(tmp_path / "old.safetensors")
    assert (imported.may_share, imported.policy) == (True, "")


# Models and trainings -------------------------------------------------------------------------


def test_a_base_that_is_trained_on_is_not_removed(private, project_id):
    (private.data_dir / "base" / "your_tts").mkdir(parents=True)
    run = private.start_training(project_id, "Anna", True, steps=2000)
    try:
        with pytest.raises(BusyError, match="“Anna” is being trained on it"):
            private.models.remove("your_tts")
    finally:
        private.runs.stop(run.run_id)
        list(private.runs.watch(run.run_id, interval_s=0.02))
    private.models.remove("your_tts")
    assert not (private.data_dir / "base" / "your_tts").exists()


@pytest.mark.parametrize(("has_gpu", "base_id", "told"), [(False, "xtts_v2", True), (True, "xtts_v2", False)])
def test_training_a_large_base_without_a_graphics_card_is_told_to_take_long(
    engine, monkeypatch, has_gpu, base_id, told
):
    monkeypatch.setattr("voiceclone.host.has_gpu", lambda: has_gpu)
    advice = engine.runs.advice(base_id)
    assert bool(advice) == told
    if told:
        assert "hour" in advice
        assert "Kokoro-82M" in advice
    assert engine.runs.advice("kokoro-82m") == engine.runs.advice() == engine.runs.advice("fake-base") == ""


def test_the_fake_base_stands_behind_the_whole_interface():
    from voiceclone.bases.base import BaseModel

    wanted = [name for name in vars(BaseModel) if not name.startswith("_")] + list(BaseModel.__annotations__)
    assert [name for name in wanted if not hasattr(FakeBase, name)] == []
