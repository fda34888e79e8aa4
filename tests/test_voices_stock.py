"""Stock voices: spoken with by name from Python, the terminal and the page, told apart from a person's own."""

import json

import numpy as np
import pytest

from tests.fake_base import BASE_ID, StockBase, spectral_centre_hz
from tests.small_project import make_project
from voiceclone import VoiceEngine
from voiceclone.bases.base import StockVoice
from voiceclone.bases.kokoro.model import official_files
from voiceclone.bases.kokoro.stock import stock_voices
from voiceclone.cli import main
from voiceclone.errors import NotFoundError
from voiceclone.services.voices import STOCK_MARK
from voiceclone.ui.speak_tab.speak import engine_voice, is_stock, own_choices, voice_choices
from voiceclone.ui.text import speak as speak_text

WORDS = "Good morning, everybody."
HEART_HZ, KUMO_HZ = StockBase.pitches_hz.values()


def stock_engine(data_dir):
    return VoiceEngine(data_dir, BASE_ID, base_factory="tests.fake_base:StockBase")


@pytest.fixture
def engine(tmp_path):
    engine = stock_engine(tmp_path / "data")
    engine.prepare_base()
    return engine


def own_voice(engine, name):
    if not engine.projects.all():
        make_project(engine.data_dir)
    return engine.instant_voice("Anna", name, True)


def pitch_hz(speech):
    return spectral_centre_hz(speech.audio)


def test_kokoros_names_tell_language_and_sex():
    known = stock_voices(official_files.VOICES_SHA256)
    ids = [voice.voice_id for voice in known]
    assert len(known) == 54 and ids[0] == "af_heart" and ids[1:] == sorted(ids[1:])
    by_id = {voice.voice_id: voice for voice in known}
    assert by_id["af_heart"] == StockVoice("af_heart", "Heart", "en-us", "female")
    assert by_id["bm_george"] == StockVoice("bm_george", "George", "en-gb", "male")
    assert by_id["jf_gongitsune"] == StockVoice("jf_gongitsune", "Gongitsune", "ja", "female")
    assert {voice.sex for voice in known} == {"female", "male"} and all(voice.language for voice in known)
    assert stock_voices(["mine", "q_x", "xf_y"]) == tuple(StockVoice(name, name) for name in ("mine", "q_x", "xf_y"))


@pytest.mark.parametrize(
    ("wanted", "hz"),
    [
        ("af_heart", HEART_HZ),
        ("Heart", HEART_HZ),
        (" KUMO ", KUMO_HZ),
        ("stock:jm_kumo", KUMO_HZ),
        ("stock:heart", HEART_HZ),
    ],
)
def test_a_stock_voice_speaks_by_its_id_or_name(engine, tmp_path, wanted, hz):
    assert pitch_hz(engine.speak(wanted, WORDS)) == pytest.approx(hz, rel=0.05)
    assert engine.speak_to_file(wanted, WORDS, tmp_path / "out.wav").duration_s > 0


def test_a_voice_of_ones_own_goes_before_a_stock_voice_of_the_same_name(engine):
    own_voice(engine, "Heart")
    own_hz = pitch_hz(engine.speak("heart", WORDS))
    assert own_hz == pytest.approx(220, rel=0.1)
    assert pitch_hz(engine.speak(f"{STOCK_MARK}af_heart", WORDS)) == pytest.approx(HEART_HZ, rel=0.05)
    assert pitch_hz(engine.speak("af_heart", WORDS)) == pytest.approx(HEART_HZ, rel=0.05)


def test_a_name_that_nobody_has_is_told_with_the_stock_voices(engine):
    with pytest.raises(NotFoundError, match=r"no voice called “Berta”.*Stock voices .*“Heart”, “Kumo”\."):
        engine.speak("Berta", WORDS)


def test_several_stock_voices_of_one_name_are_told_apart_by_their_ids(engine, monkeypatch):
    monkeypatch.setattr(StockBase, "stock_voices", lambda self: stock_voices(["am_santa", "em_santa", "pm_santa"]))
    with pytest.raises(NotFoundError, match=r"3 stock voices are called “Santa”.*am_santa, em_santa, pm_santa"):
        engine.speak("Santa", WORDS)


def test_nothing_but_speaking_is_done_with_a_stock_voice(engine, tmp_path):
    for act in (
        lambda: engine.voices.get("af_heart"),
        lambda: engine.voices.rename("Heart", "Mine"),
        lambda: engine.voices.delete("Heart"),
        lambda: engine.voices.export("Heart", tmp_path),
        lambda: engine.convert("Heart", tmp_path / "in.wav"),
    ):
        with pytest.raises(NotFoundError, match="is a stock voice"):
            act()


def test_before_the_base_is_ready_there_are_none(tmp_path):
    engine = stock_engine(tmp_path)
    assert engine.voices.stock() == ()
    assert voice_choices(engine) == [(speak_text.STOCK_VOICE, "stock")]


def test_the_terminal_lists_them_and_speaks_with_them(engine, tmp_path, capsys):
    def run(*arguments):
        return main([str(one) for one in arguments], lambda: engine), *capsys.readouterr()

    code, output, _ = run("voices")
    assert code == 0 and output.startswith("You have no voices yet.")
    assert "Heart  female  English (United States)  af_heart" in output and "Japanese" in output
    mine = own_voice(engine, "Anna")
    told = json.loads(run("voices", "--json")[1])
    assert [one["voice_id"] for one in told] == [mine.voice_id, "af_heart", "jm_kumo"]
    assert [one.get("stock", False) for one in told] == [False, True, True]
    out = tmp_path / "out.wav"
    assert run("speak", "--voice", "heart", "--text", WORDS, "--out", out)[0] == 0 and out.exists()
    code, output, errors = run("delete", "Heart", "--yes")
    assert (code, output) == (2, "") and "stock voice" in errors and errors.count("\n") == 1


def test_the_page_marks_them_as_not_yours(engine):
    mine = own_voice(engine, "Anna")
    choices = voice_choices(engine)
    assert choices == [
        ("Anna", mine.voice_id),
        ("Heart (stock voice, woman, English)", "stock:af_heart"),
        ("Kumo (stock voice, man, Japanese)", "stock:jm_kumo"),
    ]
    assert [is_stock(value) for _, value in choices] == [False, True, True]
    assert is_stock("") and is_stock("stock")
    assert own_choices(engine) == choices[:1]
    assert engine_voice("stock") is None and engine_voice("stock:af_heart") == "stock:af_heart"


def test_the_language_is_the_stock_voices_own_where_the_base_speaks_it(engine):
    assert engine._speech.voice_to_speak_with("af_heart", None)[1:] == ("af_heart", "en-us")
    assert engine._speech.voice_to_speak_with("jm_kumo", None)[1:] == ("jm_kumo", "en-us"), "it does not speak Japanese"
    assert engine._speech.voice_to_speak_with("jm_kumo", "es")[2] == "es"
    assert np.isfinite(engine.speak(None, WORDS).audio.samples).all()
