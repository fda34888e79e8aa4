"""The row of samples on the page: what is shown when, what is sent anew, and choosing another one."""

import base64
from dataclasses import replace

import pytest

from tests.fake_base import BASE_ID
from tests.heard_base import FACTORY
from tests.served_page import QUIET_SERVER, Page
from tests.small_project import make_project
from tests.test_training_candidates import run_of
from voiceclone import VoiceEngine
from voiceclone.evaluation.panel import Judged
from voiceclone.training import candidates
from voiceclone.ui.text import train as train_text
from voiceclone.ui.train_tab.candidates import Slot, slot_html

pytestmark = QUIET_SERVER


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    home = tmp_path_factory.mktemp("samples")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(home / "gradio"))
        served = Page(home, VoiceEngine(home / "home", BASE_ID, base_factory=FACTORY))
        yield served
        served.close()


@pytest.fixture(scope="module")
def run(page):
    """A finished run whose voice is the one from step 120, with three others to choose from."""
    project = make_project(page.engine.data_dir)
    run_id = page.engine.start_training(project.project_id, "Anna", True, steps=240).run_id
    *_, last = page.engine.runs.watch(run_id, 0.05)
    assert last.state == "finished", last.error
    run_dir = page.engine.data_dir / "runs" / run_id
    made = page.engine.runs.candidates(run_id).made
    rated = [
        replace(one, judged=Judged(value, 1.0, 3.0)) for one, value in zip(made, (0.7, 0.9, 0.8, 0.6), strict=True)
    ]
    candidates.write(run_dir, replace(page.engine.runs.candidates(run_id), made=tuple(rated), kept_step=120))
    return last


def shown(answer):
    """The HTML of every slot that was sent."""
    values = [part["value"] for part in answer["data"] if isinstance(part, dict) and "value" in part]
    return [value for value in values if isinstance(value, str) and "vc-candidate" in value]


def test_a_page_that_opens_shows_every_sample_of_a_finished_run(page, run):
    went_well, answer = page.ask("attach", run.run_id)
    assert went_well, answer
    recording, start, *made = shown(answer)
    assert train_text.SAMPLE_RECORDING in recording and train_text.SAMPLE_START in start
    assert "<audio" in recording and "Similarity" not in recording
    assert [train_text.sample_title(step) in one for step, one in zip((60, 120, 180, 240), made, strict=True)] == [
        True
    ] * 4
    assert "Similarity 0.90 of 1, every word right" in made[1] and train_text.SAMPLE_KEPT in made[1]
    assert [train_text.SAMPLE_KEEP in one for one in made] == [True, False, True, True]
    sound = made[0].partition("base64,")[2].partition('"')[0]
    assert base64.b64decode(sound).startswith(b"fLaC")
    assert "The voice from step 120 is the best of 4" in str(answer["data"])


def test_the_pitch_stands_beside_the_similarity_and_a_wrong_one_is_marked():
    found = run_of(0.7, (0.93, 1.0, 3.1, (), 12.2), (0.8, 1.0, 3.1, (), -0.4))
    high, right = found.made[1:]
    assert "Similarity 0.93 of 1, pitch 12 semitones too high, every word" in slot_html(Slot("", "", high.judged), None)
    assert "Similarity 0.80 of 1, pitch right, every word right" in slot_html(Slot("", "", right.judged), None)
    assert "pitch" not in slot_html(Slot("", "", found.made[0].judged), None), "not known in older runs"
    assert [train_text.SAMPLE_FAULTS[wrong] for wrong in found.faults(high)] == ["Wrong pitch"]


def test_another_sample_is_kept_with_one_press(page, run):
    seen = page.ask("attach", run.run_id)[1]
    assert seen
    went_well, answer = page.ask("keep_this", run.run_id, None, told={"step": 240})
    assert went_well, answer
    assert page.engine.voices.get(run.voice_id).steps == 240
    assert train_text.sample_kept(240, "Anna") in str(answer["data"])
    assert page.ask("keep_this", run.run_id, None, told={"step": 120})[0]
    assert page.engine.voices.get(run.voice_id).steps == 120


@pytest.mark.parametrize("told", [{"step": 61}, {"step": "../1"}, {"step": None}, {}])
def test_a_made_up_sample_gets_one_sentence(page, run, told):
    went_well, answer = page.ask("keep_this", run.run_id, None, told=told)
    assert not went_well
    assert "sample" in answer["error"]
    assert page.engine.voices.get(run.voice_id).steps == 120


def test_a_sample_says_in_words_what_is_wrong_with_it(tmp_path):
    found = run_of(0.7, (0.8, 0.6))
    slot = Slot(
        train_text.sample_title(20), "20.flac", found.made[1].judged, train_text.SAMPLE_FAULTS["words"], "usable", 20
    )
    html = slot_html(slot, None)
    assert train_text.SAMPLE_FAULTS["words"] in html and "60% of the words right" in html
    assert "<audio" not in html and "<button" not in html, "its sound is gone, and it cannot be kept"
    nasty = slot_html(replace(slot, title="<img src=x>"), None)
    assert "<img" not in nasty
