"""Marks in speech: the watermark, the credentials, the tags, and what a check says about them."""

import os
import stat
import sys
import warnings

import numpy as np
import pytest
import soundfile
import torch

from benchmarks.handling import HANDLINGS
from voiceclone.audio.sound import Audio, encode_wav, resample
from voiceclone.clips.quality.clean import STRENGTHS, clean
from voiceclone.clips.quality.figures import measure
from voiceclone.errors import AudioError, BaseModelError, InputError
from voiceclone.marking import credentials, network, watermark
from voiceclone.marking.about import CONVERSION, About
from voiceclone.marking.certificate import FILE, FOLDER, existing_identity, identity
from voiceclone.marking.marker import FORMATS, SETTING_FILE, Marker

VOICE = "Zoë “Z”"


@pytest.fixture(scope="module")
def marked(speech):
    return watermark.mark(speech)


@pytest.fixture
def marker(tmp_path):
    return Marker(tmp_path / "data")


@pytest.fixture
def spoken(marker, speech, tmp_path):
    """A marked WAV file."""
    marker.write(tmp_path / "spoken.wav", speech.sample_rate, [speech.samples], About(VOICE))
    return tmp_path / "spoken.wav"


# --- the watermark --------------------------------------------------------------------------------


def test_the_networks_are_those_of_the_library(speech):
    at = resample(speech, network.RATE).samples
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pkg_resources
        from perth.perth_net.perth_net_implicit.perth_watermarker import PerthImplicitWatermarker
    theirs = PerthImplicitWatermarker().perth_net
    ours = network.spectrum_of(torch.from_numpy(at))
    with torch.inference_mode():
        levels, _ = theirs.ap.signal_to_magphase(at)
        drawn, _ = theirs.encoder(levels[None])
        assert torch.allclose(levels, ours.levels, atol=1e-4)
        gains = (drawn[0] - levels)[network.LOWEST_BIN : network.BINS] * network.LEVELS_DB
        assert gains.abs().max() > 1
        assert torch.allclose(gains, network.drawn_gains_db(ours)[network.LOWEST_BIN :], atol=1e-2)
        for sound in (levels, drawn[0]):
            spectrum = network.Spectrum(ours.values, sound, ours.heard)
            assert network.confidence(spectrum) == pytest.approx(float(theirs.decoder(sound[None])), abs=1e-3)


def test_a_mark_is_found_and_nothing_is_found_without_it(speech, marked):
    assert watermark.is_found(watermark.confidence(marked))
    assert not watermark.is_found(watermark.confidence(speech))


def test_only_what_carries_the_mark_is_changed(speech, marked):
    assert marked.sample_rate == speech.sample_rate and len(marked.samples) == len(speech.samples)
    difference = marked.samples - speech.samples
    power = np.abs(np.fft.rfft(difference)) ** 2
    hertz = np.fft.rfftfreq(len(difference), 1 / speech.sample_rate)
    inside = (hertz > 250) & (hertz < 2_100)
    assert power[inside].sum() > 0.999 * power.sum() > 0


def test_digital_silence_stays_silent():
    silence = Audio(np.zeros(24_000, np.float32), 24_000)
    assert not watermark.mark(silence).samples.any()
    assert watermark.confidence(silence) is None


@pytest.mark.parametrize("length", [0, 1, 500, 3_000])
def test_sounds_of_any_length_can_be_marked(speech, length):
    short = Audio(speech.samples[:length], speech.sample_rate)
    assert len(watermark.mark(short).samples) == length
    assert watermark.confidence(short) is None


def test_a_tone_is_not_taken_for_speech():
    seconds = np.arange(3 * 24_000) / 24_000
    assert watermark.confidence(Audio(0.3 * np.sin(2 * np.pi * 100 * seconds), 24_000)) is None


def test_long_speech_is_marked_in_blocks_without_a_seam(long_speech):
    long = Audio(np.tile(long_speech.samples, 2), long_speech.sample_rate)
    assert long.duration_s > watermark._BLOCK_S
    marked = watermark.mark(long)
    assert all(watermark.is_found(part) for part in watermark.part_confidences([marked.samples], marked.sample_rate))
    jumps = np.abs(np.diff(marked.samples - long.samples))
    assert jumps.max() < 0.1


def test_one_marked_sentence_in_a_long_talk_is_found(long_speech, speech, marked):
    quiet = Audio(np.tile(long_speech.samples, 2), speech.sample_rate)
    talk = Audio(np.concatenate([quiet.samples, np.tile(marked.samples, 3)]), speech.sample_rate)
    assert watermark.is_found(watermark.confidence(talk))
    assert not watermark.is_found(watermark.confidence(quiet))


@pytest.mark.parametrize("name", HANDLINGS)
def test_a_mark_is_found_after_ordinary_handling(speech, marked, name):
    assert watermark.is_found(watermark.confidence(HANDLINGS[name](marked)))
    assert not watermark.is_found(watermark.confidence(HANDLINGS[name](speech)))


@pytest.mark.parametrize("strength", STRENGTHS)
def test_cleaning_makes_no_mark(speech, strength):
    noisy = Audio(
        speech.samples + np.random.default_rng(1).normal(0, 0.004, len(speech.samples)).astype(np.float32),
        speech.sample_rate,
    )
    assert not watermark.is_found(watermark.confidence(clean(noisy, measure(noisy)["snr_db"], strength)))


def test_nothing_is_written_when_the_watermark_is_missing(marker, speech, tmp_path, monkeypatch):
    monkeypatch.setattr(network, "_WEIGHTS", "nothing.pth")
    network._weights.cache_clear()
    with pytest.raises(BaseModelError, match="resemble-perth"):
        marker.write(tmp_path / "out.wav", speech.sample_rate, [speech.samples], About(VOICE))
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_nothing_is_written_when_the_signing_library_is_missing(marker, speech, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "c2pa", None)
    with pytest.raises(BaseModelError, match="c2pa-python"):
        marker.write(tmp_path / "out.wav", speech.sample_rate, [speech.samples], About(VOICE))
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


# --- the file -------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_carries_all_marks_and_the_whole_sound(marker, speech, tmp_path, ending):
    path = tmp_path / f"spoken{ending}"
    pieces = np.array_split(speech.samples, 2)
    assert marker.write(path, speech.sample_rate, pieces, About(VOICE)) == len(speech.samples)
    padding = 2 * 1152 if ending == ".mp3" else 0  # frames of MP3
    assert soundfile.info(path).frames == pytest.approx(len(speech.samples), abs=padding)
    report = marker.check(path)
    assert report.marked and report.made_here and report.watermark
    assert report.credentials.unchanged and report.credentials.by_machine
    assert (report.credentials.voice, report.credentials.program) == (VOICE, "VoiceClone")
    assert (VOICE if ending != ".mp3" else 'Zoe "Z"') in report.tags.title and report.tags.note.startswith(
        "AI-generated"
    )
    assert report.sentence.startswith("Yes") and VOICE in report.sentence
    assert sorted(one.name for one in tmp_path.iterdir()) == ["data", path.name]


def test_no_word_of_the_text_and_nobody_but_the_voice_is_named(spoken):
    content = spoken.read_bytes()
    assert b"spoken.wav" not in content and os.environ.get("USER", "nobody?").encode() not in content[-4_000:]


def test_what_is_signed_is_signed_last(spoken, tmp_path, marker):
    content = bytearray(spoken.read_bytes())
    content[2_000] ^= 1  # one bit of one sample
    (tmp_path / "changed.wav").write_bytes(content)
    report = marker.check(tmp_path / "changed.wav")
    assert report.made_here and not report.credentials.unchanged
    assert any("edited since" in line for line in report.details)


def test_another_computer_sees_the_marks_but_not_who_made_them(spoken, tmp_path):
    identity(tmp_path / "elsewhere")
    report = Marker(tmp_path / "elsewhere").check(spoken)
    assert report.marked and not report.made_here and report.credentials.by_machine
    assert any("cannot be verified" in line for line in report.details)
    assert "Yes" not in report.sentence


def test_the_watermark_stays_when_the_file_is_written_anew(spoken, tmp_path, marker):
    samples, rate = soundfile.read(spoken, dtype="float32")
    encode_wav(Audio(samples, rate), tmp_path / "bare.wav")
    report = marker.check(tmp_path / "bare.wav")
    assert report.marked and report.watermark and report.credentials is None and report.tags is None


def test_a_recording_is_not_marked_and_the_answer_says_what_that_means(speech_file, marker):
    report = marker.check(speech_file)
    assert not report.marked and report.sentence == "No mark was found."
    assert any("not proof" in line for line in report.details)


def test_a_conversion_says_that_a_recording_was_changed(marker, speech, tmp_path):
    path = tmp_path / "converted.wav"
    marker.write(path, speech.sample_rate, [speech.samples], About(VOICE, CONVERSION))
    assert b"compositeWithTrainedAlgorithmicMedia" in path.read_bytes()
    assert marker.check(path).credentials.by_machine


def test_other_formats_are_refused(marker, speech, tmp_path):
    with pytest.raises(InputError, match=r"\.wav"):
        marker.write(tmp_path / "out.ogg", speech.sample_rate, [speech.samples], About(VOICE))


def test_what_is_no_recording_is_said(marker, tmp_path):
    (tmp_path / "text.wav").write_text("c2pa is a word in this text")
    with pytest.raises(AudioError):
        marker.check(tmp_path / "text.wav")


def test_broken_credentials_do_not_stop_a_check(spoken, tmp_path, marker):
    content = spoken.read_bytes()
    place = content.index(b"c2pa")
    (tmp_path / "broken.wav").write_bytes(content[: place + 40] + bytes(200) + content[place + 240 :])
    report = marker.check(tmp_path / "broken.wav")
    assert report.watermark and not report.made_here


# --- the certificate and the switch ---------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_the_key_is_private_and_stays_the_same(tmp_path):
    first = identity(tmp_path)
    path = tmp_path / FOLDER / FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert identity(tmp_path) == first == existing_identity(tmp_path)
    assert "PRIVATE" not in repr(first)


def test_a_damaged_certificate_is_put_aside_and_made_anew(tmp_path):
    first = identity(tmp_path)
    (tmp_path / FOLDER / FILE).write_text("damaged")
    assert existing_identity(tmp_path) is None
    assert identity(tmp_path).issuer != first.issuer
    assert len(list((tmp_path / FOLDER).glob("*.damaged.pem"))) == 1


def test_marks_are_on_until_a_person_switches_them_off(marker, speech, tmp_path):
    assert marker.is_on and marker.may_be_off
    marker.switch(False)
    assert not marker.is_on
    path = tmp_path / "plain.wav"
    marker.write(path, speech.sample_rate, [speech.samples], About(VOICE))
    report = marker.check(path)
    assert not report.marked and report.credentials is None and report.tags is None
    assert np.abs(soundfile.read(path, dtype="float32")[0] - speech.samples).max() < 1e-4
    marker.switch(True)
    assert marker.is_on


def test_a_damaged_setting_means_on(marker, tmp_path):
    (tmp_path / "data" / FOLDER).mkdir(parents=True)
    (tmp_path / "data" / FOLDER / SETTING_FILE).write_text("{")
    assert marker.is_on


def test_marks_are_never_off_where_others_are_served(marker, monkeypatch):
    marker.switch(False)
    monkeypatch.setenv("SPACE_ID", "somebody/space")
    assert marker.is_on and not marker.may_be_off
    with pytest.raises(InputError, match="stay on"):
        marker.switch(False)


def test_the_library_is_told_to_ask_no_server():
    seen = {}

    class Library:
        class Settings:
            from_dict = staticmethod(seen.update)

        @staticmethod
        def Context(settings):
            return settings

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(credentials, "_library", lambda: Library)
        credentials._context()
    assert seen["verify"]["remote_manifest_fetch"] is False and seen["verify"]["ocsp_fetch"] is False
