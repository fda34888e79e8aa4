"""The card for spoken consent, behind a real server, and the command for it."""

import base64
import json

import pytest

from tests.joe_project import joe_project
from tests.served_page import MADE_UP, QUIET_SERVER, serve
from tests.spoken_consent import read_by_joe
from voiceclone.audio.sound import encode_wav
from voiceclone.cli import main
from voiceclone.consent import challenge as challenges
from voiceclone.ui.record_tab.consent import stage_html
from voiceclone.ui.text import consent as consent_text

pytestmark = QUIET_SERVER
STAGE = "consent-stage"
LISTENING_S = 300.0
"""The first reading loads three networks; a busy machine takes minutes."""
WORDS = ("garden", "window", "yellow", "coffee")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    for served in serve(tmp_path_factory):
        served.http.timeout = LISTENING_S
        yield served


@pytest.fixture(scope="module")
def project_id(page):
    return joe_project(page.engine.data_dir)


def test_a_person_reads_the_sentence_and_the_page_thanks(page, project_id, tmp_path, monkeypatch):
    monkeypatch.setattr(challenges, "draw_words", lambda _language: WORDS)
    asked = page.call("ask_consent", {"project_id": project_id, "name": "Joe <b>", "language": "en-us"}, STAGE)
    assert asked["ok"] and "Joe <b>" in asked["sentence"] and asked["words"] == ""
    encode_wav(read_by_joe(asked["sentence"]), tmp_path / "read.wav")
    sound = base64.b64encode((tmp_path / "read.wav").read_bytes()).decode()
    reading = {"project_id": project_id, "challenge_id": asked["challenge_id"], "wav": sound}
    answer = page.call("give_consent", reading, STAGE)
    assert answer["ok"], answer["words"]
    assert answer["words"] == consent_text.given("Joe <b>", True) and answer["state"]["given"]
    assert page.engine.consent.status(project_id).given.by == "page"
    again = page.call("give_consent", reading, STAGE)
    assert not again["ok"] and "read already" in again["words"]

    went_well, shown = page.ask("show_consent", project_id)
    assert went_well and json.loads(shown["data"][0])["given"]
    gone = page.call("withdraw_consent", {"project_id": project_id}, STAGE)
    assert gone["ok"] and not gone["state"]["given"] and page.engine.consent.status(project_id).given is None


def test_a_permission_is_noted(page, project_id):
    short = page.call("permit_consent", {"project_id": project_id, "note": "yes"}, STAGE)
    assert not short["ok"] and "where you keep it" in short["words"]
    noted = page.call("permit_consent", {"project_id": project_id, "note": "Letter of 3 May, red folder"}, STAGE)
    assert noted["ok"] and "red folder" in noted["state"]["words"]
    page.engine.consent.withdraw(project_id)


@pytest.mark.parametrize("call", ["ask_consent", "give_consent", "permit_consent", "withdraw_consent"])
@pytest.mark.parametrize("request_body", [None, [], "text", {}, *({"project_id": made_up} for made_up in MADE_UP)])
def test_a_call_that_makes_no_sense_gets_one_sentence(page, call, request_body):
    full = {"name": "A", "language": "en-us", "note": "Letter of 3 May", "challenge_id": "x", "wav": "AAAA"}
    body = full | request_body if isinstance(request_body, dict) and request_body else request_body
    answer = page.call(call, body, STAGE)
    assert answer["ok"] is False and len(answer["words"]) > 20


def test_nothing_is_shown_before_somebody_is_chosen(page):
    assert page.ask("show_consent", "")[0]


def test_a_hosted_page_takes_no_notes(monkeypatch):
    assert 'data-part="wrote"' in stage_html([("<English>", "en-us")])
    assert "<English>" not in stage_html([("<English>", "en-us")])
    monkeypatch.setenv("SPACE_ID", "anna/voice")
    assert 'data-part="wrote"' not in stage_html([])


def test_the_command_asks_listens_and_tells(page, project_id, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(challenges, "draw_words", lambda _language: WORDS)

    def run(*arguments) -> tuple[int, str, str]:
        code = main(["consent", "Joe", *map(str, arguments)], lambda: page.engine)
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
