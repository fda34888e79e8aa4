"""The panel “Was this made here?”: it reads a dropped file, and switches marks on and off."""

import re

import pytest

from tests.served_page import QUIET_SERVER, serve
from voiceclone.ui.text import marks as marks_text

pytestmark = QUIET_SERVER


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    yield from serve(tmp_path_factory)


def words(answer):
    return re.sub(r"<[^>]+>", " ", str(answer["data"][0]))


def test_a_file_made_here_and_a_recording(page, tmp_path, speech, speech_file):
    marker = page.engine.marking
    (tmp_path / "made.wav").write_bytes(speech_file.read_bytes())
    made = marker.copy(speech_file, tmp_path / "made.wav", "<b>Anna</b>")
    went_well, answer = page.ask("look_for_marks", page.upload(made))
    assert went_well and "Yes: VoiceClone on this computer made this sound" in words(answer)
    assert "&lt;b&gt;Anna" in answer["data"][0] and "<b>Anna" not in answer["data"][0]
    went_well, answer = page.ask("look_for_marks", page.upload(speech_file))
    assert went_well and "No mark was found." in words(answer) and "not proof" in words(answer)


def test_a_file_that_is_no_sound_is_said(page, tmp_path):
    (tmp_path / "notes.wav").write_text("not a sound")
    went_well, answer = page.ask("look_for_marks", page.upload(tmp_path / "notes.wav"))
    assert not went_well and "notes" in answer["error"]


def test_marks_are_switched_and_it_is_said_plainly(page):
    went_well, answer = page.ask("switch_marks", False)
    assert went_well and marks_text.SWITCHED[False] in words(answer) and not page.engine.marking.is_on
    went_well, answer = page.ask("switch_marks", True)
    assert went_well and marks_text.SWITCHED[True] in words(answer) and page.engine.marking.is_on


def test_on_a_space_there_is_no_switch(tmp_path, monkeypatch):
    from voiceclone import VoiceEngine
    from voiceclone.ui import build

    monkeypatch.setenv("SPACE_ID", "somebody/space")
    demo = build(VoiceEngine(tmp_path, base_factory="tests.fake_base:FakeBase"))
    assert "switch_marks" not in {event.name for event in demo.fns.values()}
    assert "look_for_marks" in {event.name for event in demo.fns.values()}
