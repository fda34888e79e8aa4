"""What the card for spoken consent asks of Python, and the command for it."""

import base64
import json

import pytest

from tests.joe_project import joe_project
from tests.small_project import fake_engine
from tests.spoken_consent import read_by_joe
from voiceclone.audio.sound import encode_wav
from voiceclone.cli import main
from voiceclone.consent import challenge as challenges
from voiceclone.ui.parts.shared import BrowserFiles
from voiceclone.ui.record_tab.consent import consent_calls, stage_html
from voiceclone.ui.text import consent as consent_text

WORDS = ("garden", "window", "yellow", "coffee")
MADE_UP = ["../../etc", "0" * 32, "", None, 7, ["a"], "\0"]
"""Ids that no page would send."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    return fake_engine(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def project_id(engine):
    return joe_project(engine.data_dir)


@pytest.fixture(scope="module")
def call(engine):
    """Call a function of the card as its script does."""
    known = {function.__name__: function for function in consent_calls(engine, BrowserFiles(engine))}
    return lambda name, request: known[name](request)


@pytest.mark.slow
def test_a_person_reads_the_sentence_and_the_page_thanks(engine, call, project_id, tmp_path, monkeypatch):
    monkeypatch.setattr(challenges, "draw_words", lambda _language: WORDS)
    asked = call("ask_consent", {"project_id": project_id, "name": "Joe <b>", "language": "en-us"})
    assert asked["ok"] and "Joe <b>" in asked["sentence"] and asked["words"] == ""
    encode_wav(read_by_joe(asked["sentence"]), tmp_path / "read.wav")
    sound = base64.b64encode((tmp_path / "read.wav").read_bytes()).decode()
    reading = {"project_id": project_id, "challenge_id": asked["challenge_id"], "wav": sound}
    answer = call("give_consent", reading)
    assert answer["ok"], answer["words"]
    assert answer["words"] == consent_text.given("Joe <b>", True) and answer["state"]["given"]
    assert engine.consent.status(project_id).given.by == "page"
    again = call("give_consent", reading)
    assert not again["ok"] and "read already" in again["words"]

    gone = call("withdraw_consent", {"project_id": project_id})
    assert gone["ok"] and not gone["state"]["given"] and engine.consent.status(project_id).given is None


def test_a_permission_is_noted(engine, call, project_id):
    short = call("permit_consent", {"project_id": project_id, "note": "yes"})
    assert not short["ok"] and "where you keep it" in short["words"]
    noted = call("permit_consent", {"project_id": project_id, "note": "Letter of 3 May, red folder"})
    assert noted["ok"] and "red folder" in noted["state"]["words"]
    engine.consent.withdraw(project_id)


@pytest.mark.parametrize("name", ["ask_consent", "give_consent", "permit_consent", "withdraw_consent"])
@pytest.mark.parametrize("request_body", [None, [], "text", {}, *({"project_id": made_up} for made_up in MADE_UP)])
def test_a_call_that_makes_no_sense_gets_one_sentence(call, name, request_body):
    full = {"name": "A", "language": "en-us", "note": "Letter of 3 May", "challenge_id": "x", "wav": "AAAA"}
    body = full | request_body if isinstance(request_body, dict) and request_body else request_body
    answer = call(name, body)
    assert answer["ok"] is False and len(answer["words"]) > 20


def test_a_hosted_page_takes_no_notes(monkeypatch):
    assert 'data-part="wrote"' in stage_html([("<English>", "en-us")])
    assert "<English>" not in stage_html([("<English>", "en-us")])
    monkeypatch.setenv("SPACE_ID", "anna/voice")
    assert 'data-part="wrote"' not in stage_html([])


@pytest.mark.slow
def test_the_command_asks_listens_and_tells(engine, project_id, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(challenges, "draw_words", lambda _language: WORDS)

    def run(*arguments) -> tuple[int, str, str]:
        code = main(["consent", "Joe", *map(str, arguments)], lambda: engine)
        told = capsys.readouterr()
        return code, told.out, told.err

    assert run()[:2] == (0, "Nobody has spoken their consent yet.\n")
    assert run("--recording", tmp_path / "none.wav")[0] == 2
    assert "--language goes with --name" in run("--language", "de")[2]
    assert "cannot be checked" in run("--name", "Joe", "--language", "de")[1]
    code, output, _ = run("--name", "Joe", "--json")
    asked = json.loads(output)
    assert code == 0 and asked["checks_words"] and asked["expires_at"] > asked["made_at"]
    encode_wav(read_by_joe(asked["sentence"]), tmp_path / "read.wav")
    code, output, errors = run("--recording", tmp_path / "read.wav")
    assert code == 0 and output.startswith("Words and voice fit: the consent of Joe is kept"), errors
    assert run("--recording", tmp_path / "read.wav")[0] == 2
    assert run("--withdraw")[0] == 2, "there is no terminal to ask on"
    assert run("--withdraw", "--yes")[:2] == (0, "The consent was deleted.\n")
    assert "stays in the voices" in run("--permission", "Letter of 3 May, red folder")[1]
    assert run("--withdraw", "--yes", "--json")[1] == '{"withdrawn": true}\n'
