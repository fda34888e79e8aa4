"""Where marks go on and where they are noticed: speaking, converting, comparing, adding recordings, the terminal."""

import json
from functools import partial

import numpy as np
import pytest
import soundfile

from tests.small_project import fake_engine
from tests.terminal import run_command
from voiceclone.audio.sound import encode_wav
from voiceclone.marking import watermark
from voiceclone.marking.about import About
from voiceclone.marking.marker import Marker

WORDS = "Hello there, how are you today?"


@pytest.fixture
def engine(tmp_path):
    return fake_engine(tmp_path / "data")


@pytest.fixture
def run(engine, capsys):
    return partial(run_command, capsys, lambda: engine)


@pytest.fixture
def spoken_file(speech, tmp_path):
    """A file that another computer made."""
    path = tmp_path / "spoken.wav"
    Marker(tmp_path / "elsewhere").write(path, speech.sample_rate, [speech.samples], About("Zoë"))
    return path


@pytest.mark.parametrize("ending", [".wav", ".flac", ".mp3"])
def test_what_is_spoken_into_a_file_is_signed_here(engine, tmp_path, ending):
    told = engine.speak_to_file(None, WORDS, tmp_path / f"out{ending}")
    assert soundfile.info(told.path).duration == pytest.approx(told.duration_s, abs=0.11)
    report = engine.marking.check(told.path)
    assert report.made_here and report.tags is not None and "stock voice" in report.credentials.voice


def test_speech_in_memory_has_the_watermark_and_speech_to_judge_has_not(engine):
    given, judged = engine.speak(None, WORDS).audio, engine._speech.speak_unmarked(None, WORDS).audio
    assert len(given.samples) == len(judged.samples)
    assert np.abs(given.samples - judged.samples).max() > 1e-3
    engine.marking.switch(False)
    assert np.array_equal(engine.speak(None, WORDS).audio.samples, judged.samples)


def test_a_copy_for_the_page_is_marked(engine, speech_file, tmp_path):
    copied = engine.marking.copy(speech_file, tmp_path / "copy.wav", "Anna")
    report = engine.marking.check(copied)
    assert report.watermark and report.credentials.voice == "Anna"


def test_a_recording_made_by_a_machine_is_noticed_and_left_out(engine, speech, speech_file, tmp_path):
    encode_wav(watermark.mark(speech), tmp_path / "machine.wav")  # only the watermark is left
    project = engine.projects.create("Anna")
    report = engine.projects.add_clips(project.project_id, [speech_file, tmp_path / "machine.wav"], language="en-us")
    clips = {clip.source_name: clip for clip in report.added}
    machine, person = clips["machine.wav"], clips["speech.wav"]
    assert machine.verdict.level == "bad" and machine.verdict.reason.startswith("This recording was made by a machine")
    assert machine.needs_review and "machine" not in person.verdict.kinds
    confirmed = engine.projects.edit_clip(project.project_id, machine.clip_id, confirmed=True)
    assert "machine" not in confirmed.verdict.kinds


def test_a_recording_that_says_so_is_noticed_by_its_credentials(engine, spoken_file, monkeypatch):
    monkeypatch.setattr(watermark, "confidence", lambda audio: None)
    project = engine.projects.create("Anna")
    (clip,) = engine.projects.add_clips(project.project_id, [spoken_file]).added
    assert "machine" in clip.verdict.kinds


def test_check_tells_by_its_exit_code(run, spoken_file, speech_file, tmp_path):
    code, said, _ = run("check", spoken_file)
    assert code == 0 and "Watermark: found" in said and "signed elsewhere" in said
    code, said, _ = run("check", speech_file)
    assert code == 3 and "not proof" in said
    code, said, errors = run("check", tmp_path / "missing.wav")
    assert (code, said) == (2, "") and "missing.wav" in errors


def test_check_tells_programs_too(run, spoken_file):
    code, said, _ = run("check", spoken_file, "--json")
    told = json.loads(said)
    assert code == 0 and told["marked"] and not told["made_here"] and told["credentials"]["voice"] == "Zoë"


def test_marks_are_switched_in_the_terminal(run, engine, monkeypatch):
    assert "is marked" in run("marking")[1]
    assert "NOT marked" in run("marking", "off")[1] and not engine.marking.is_on
    assert json.loads(run("marking", "on", "--json")[1]) == {"on": True, "may_be_off": True}
    monkeypatch.setenv("SPACE_ID", "somebody/space")
    code, _, errors = run("marking", "off")
    assert code == 2 and "stay on" in errors
