"""Earlier trainings and blind listening on the page, as a stranger's program would ask them."""

import gc
import json
import tempfile
import time

import pytest

from tests import fake_base
from tests.fake_base import BASE_ID
from tests.served_page import MADE_UP, QUIET_SERVER, Page
from tests.small_project import fake_engine, make_project
from tests.test_ui_models import by_name, wait_until
from voiceclone.blind import BlindTest, Pair, Side
from voiceclone.ui.speak_tab import blind
from voiceclone.ui.text import history as history_text
from voiceclone.ui.text import speak as speak_text
from voiceclone.ui.text import train as train_text
from voiceclone.ui.train_tab import history

pytestmark = QUIET_SERVER


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    home = tmp_path_factory.mktemp("history")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(home / "gradio"))
        patch.setattr(tempfile, "tempdir", str(home))
        engine = fake_engine(home / "home")
        engine.prepare_base()
        served = Page(home / "home", engine)
        yield served
        served.close()
        gc.collect()


@pytest.fixture
def project(page):
    return make_project(page.engine.data_dir, f"Person {time.monotonic_ns()}", clip_count=6)


def train(page, project, name, steps=12):
    run = page.engine.start_training(project.project_id, name, True, steps=steps)
    *_, last = page.engine.runs.watch(run.run_id, 0.05)
    return last


def open_run(page, run_id):
    went_well, answer = page.ask("open_training", told={"run_id": run_id})
    assert went_well, answer
    return by_name(page, "open_training", answer)


# Earlier trainings ------------------------------------------------------------------------------


def test_the_list_has_this_persons_trainings_or_everybodys(page, project):
    run = train(page, project, "Mine <b>")
    other = train(page, make_project(page.engine.data_dir, "Other person"), "Theirs")
    listed = page.ask("list_trainings", project.project_id, "person", "")[1]["data"][0]
    assert run.run_id in listed and other.run_id not in listed
    assert "Mine &lt;b&gt;" in listed and "12 steps" in listed and history_text.RUN_STATES["finished"][0] in listed
    everybody = page.ask("list_trainings", project.project_id, "all", other.run_id)[1]["data"][0]
    assert run.run_id in everybody and other.run_id in everybody
    assert everybody.count("aria-current=true") == 1
    nobody = page.ask("list_trainings", "", "person", "")[1]["data"][0]
    assert history_text.HISTORY_EMPTY in nobody


def test_an_opened_training_shows_plot_settings_scores_and_voice(page, project):
    run = train(page, project, "Opened", 30)
    scores = '{"similarity": 0.91, "pitch_off_semitones": 0.3}'
    (page.engine.data_dir / "runs" / run.run_id / "scores.json").write_text(scores, encoding="utf-8")
    listed = page.ask("list_trainings", project.project_id, "person", "")[1]["data"][0]
    assert "similarity 0.91 · pitch right" in listed
    shown = open_run(page, run.run_id)
    assert shown["history-run"]["visible"] is True
    assert "Opened" in shown["history-head"]
    plot, chart = page.ask("draw_training", run.run_id)[1]["data"]
    assert plot["data"] and chart["visible"] is True
    assert "For 30 steps" in shown["history-facts"] and "Tone" in shown["history-facts"]
    assert "24 s of speech in 6 clips" in shown["history-facts"]
    assert train_text.similarity_words(0.91) in shown["history-facts"]
    assert "+0.3 semitones from your recordings" in shown["history-facts"]
    for button, visible in (("play", True), ("speak", True), ("continue", False), ("delete", True)):
        assert shown[f"history-{button}"]["visible"] is visible, button
    went_well, answer = page.ask("play_voice", run.run_id)
    assert went_well and answer["data"][0]["value"]["path"].endswith("Opened.wav")


def test_a_voice_that_was_deleted_is_told_and_its_scores_stay(page, project):
    run = train(page, project, "Gone")
    (page.engine.data_dir / "runs" / run.run_id / "scores.json").write_text('{"similarity": 0.5}', encoding="utf-8")
    page.engine.voices.delete(run.voice_id)
    shown = open_run(page, run.run_id)
    assert (
        history_text.HISTORY_VOICE_GONE in shown["history-facts"]
        and train_text.similarity_words(0.5) in shown["history-facts"]
    )
    assert shown["history-play"]["visible"] is False and shown["history-speak"]["visible"] is False
    went_well, answer = page.ask("play_voice", run.run_id)
    assert (went_well, answer["error"]) == (False, history_text.HISTORY_NO_VOICE)


def test_a_failed_training_says_why_and_goes_on_when_asked(page, project):
    breaks = page.engine.data_dir / "base" / BASE_ID / fake_base.BREAKS_FILE
    breaks.write_text("The <i>disk</i> was full.", encoding="utf-8")
    try:
        run = train(page, project, "Failed", 25)
    finally:
        breaks.unlink()
    shown = open_run(page, run.run_id)
    assert "The &lt;i&gt;disk&lt;/i&gt; was full." in shown["history-head"]
    assert shown["history-continue"]["visible"] is True
    went_well, answer = page.ask("continue_earlier", run.run_id, project.project_id, "person")
    assert went_well, answer
    told = by_name(page, "continue_earlier", answer)
    assert told["train-watch"]["visible"] is True and told["history"]["open"] is False
    wait_until(lambda: page.engine.runs.status(run.run_id).state == "finished")


def test_deleting_asks_first_and_takes_the_voice_only_when_ticked(page, project):
    first, second = train(page, project, "First"), train(page, project, "Second")
    asked = page.ask("ask_delete_training", first.run_id)[1]["data"]
    assert asked[0]["visible"] is True and "Delete the training of “First”" in asked[1] and asked[2] is False
    went_well, answer = page.ask("delete_training", first.run_id, False, project.project_id, "person", "", 0)
    assert went_well, answer
    told = by_name(page, "delete_training", answer)
    assert first.run_id not in told["history-runs"] and told["history-run"]["visible"] is False
    assert page.engine.voices.get(first.voice_id)
    # The one that is shown above: the form comes back.
    answer = page.ask("delete_training", second.run_id, True, project.project_id, "person", second.run_id, 0)[1]
    assert by_name(page, "delete_training", answer)["train-watch"]["visible"] is False
    assert second.voice_id not in [voice.voice_id for voice in page.engine.voices.all()]


def test_a_running_training_can_be_looked_at_but_not_deleted(page, project):
    run = page.engine.start_training(project.project_id, "Running", True, steps=50_000)
    try:
        shown = open_run(page, run.run_id)
        assert shown["history-delete"]["visible"] is False and shown["history-continue"]["visible"] is False
        went_well, answer = page.ask("delete_training", run.run_id, True, project.project_id, "person", "", 0)
        assert not went_well and "Stop it first" in answer["error"]
    finally:
        page.engine.runs.stop(run.run_id)
        *_, _ = page.engine.runs.watch(run.run_id, 0.05)


@pytest.mark.parametrize("value", MADE_UP)
def test_a_made_up_training_gets_one_sentence(page, value):
    for name, given in (
        ("play_voice", [value]),
        ("continue_earlier", [value, "", "person"]),
        ("ask_delete_training", [value]),
        ("delete_training", [value, True, "", "person", "", 0]),
    ):
        went_well, answer = page.ask(name, *given)
        assert not went_well and "no such training run" in answer["error"], name
    went_well, answer = page.ask("open_training", told={"run_id": value})
    assert not went_well and "no such training run" in answer["error"]


def test_a_long_list_is_cut_and_says_so(page, project):
    run = train(page, project, "Many")
    record = page.engine.runs.record(run.run_id)
    listed = history.runs_html([record] * (history_text.HISTORY_SHOWN + 3), "")
    assert listed.count("<li") == history_text.HISTORY_SHOWN
    assert "3 older trainings not shown." in listed


# Listening blind --------------------------------------------------------------------------------


def call(page, name, data):
    """Call a function of the stage as its script does."""
    stage = next(block for block in page.demo.blocks.values() if getattr(block, "elem_id", None) == "blind-stage")
    asked = {"data": data, "component_id": stage._id, "fn_name": name, "session_hash": "visitor"}
    answer = page.http.post(f"{page.url}/component_server", json=asked)
    answer.raise_for_status()
    return answer.json()


def test_a_blind_test_from_the_choice_to_the_result(page, project):
    voice = train(page, project, "Blind")
    offered = page.ask("offer_voices", "", "")[1]["data"]
    assert [voice.voice_id] == [value for name, value in offered[0]["choices"] if name == "Blind"]
    assert offered[1]["choices"][-1][0] == speak_text.BLIND_RECORDING
    assert offered[0]["value"] != offered[1]["value"]
    went_well, answer = page.ask("make_pairs", voice.voice_id, "stock", "like", project.project_id)
    assert went_well, answer
    test_id = answer["data"][0]
    (made,) = [test for test in page.engine.blind_tests.all() if test.test_id == test_id]
    for number in range(1, 11):
        told = call(page, "blind_pair", {"test_id": test_id})
        assert told["ok"] and set(told) == {"ok", "asks", "number", "total", "text", "sounds"}
        assert (told["number"], told["total"], told["asks"]) == (number, 10, speak_text.BLIND_QUESTIONS["like"])
        assert all(url.startswith("data:audio/wav;base64,") for url in told["sounds"])
        choice = 1 if made.pairs[number - 1].plays_first == "a" else 2
        answer = call(page, "blind_answer", {"test_id": test_id, "number": number, "choice": choice})
        assert answer["ok"]
    assert answer["result"].startswith("“Blind” was judged the more similar 10 of 10 times")
    assert call(page, "blind_pair", {"test_id": test_id})["result"] == answer["result"]
    assert answer["result"].split(" ")[0] in blind.tests_html(page.engine.blind_tests.all())


def test_nothing_of_an_unfinished_test_tells_which_is_which():
    sides = Side("voice", "Zoe", "1" * 32), Side("voice", "Anna", "2" * 32)
    shown = set()
    for a, b in (sides, sides[::-1]):
        for first in "ab":
            pairs = (Pair("Words.", first, 1), Pair("More.", first))
            test = BlindTest("f" * 32, "2026-01-01T10:00:00+00:00", "better", "en-us", 1, a, b, pairs)
            shown.add(blind.tests_html([test]))
    (only,) = shown
    assert "1 of 2 pairs answered" in only and 'data-act="go-on"' in only
    for part in ("sound-1", "choose-2"):
        assert part in blind.stage_html()


def test_a_test_is_gone_on_with_or_deleted_from_the_list(page, project):
    test = page.engine.blind_tests.make(train(page, project, "List").voice_id, "stock")
    told = {"test_id": test.test_id, "act": "go-on"}
    went_well, answer = page.ask("choose_test", "", told=told)
    assert went_well and answer["data"][0] == test.test_id
    went_well, answer = page.ask("choose_test", test.test_id, told=told | {"act": "forget"})
    assert went_well and answer["data"][0] == "" and test.test_id not in answer["data"][1]
    went_well, answer = page.ask("choose_test", "", told=told)
    assert not went_well and "not there any more" in answer["error"]


@pytest.mark.parametrize("value", MADE_UP)
def test_a_made_up_listening_test_gets_one_sentence(page, value):
    for name in ("blind_pair", "blind_answer"):
        told = call(page, name, {"test_id": value, "number": 1, "choice": 1})
        assert told["ok"] is False and told["words"].endswith(".") and "Traceback" not in json.dumps(told)
    went_well, answer = page.ask("make_pairs", value, "stock", "better", "")
    assert not went_well and answer["error"].endswith(".")


def test_the_same_voice_twice_is_refused(page):
    went_well, answer = page.ask("make_pairs", "stock", "stock", "better", "")
    assert (went_well, answer["error"]) == (False, speak_text.BLIND_NEED_TWO)
