"""Earlier trainings and the blind listening test as a person uses them: open, play, delete; keys 1, 2 and Space."""

import pytest

from tests.browser.acting import new_person
from tests.browser.conftest import Visitor, wait_for_sound
from tests.small_project import make_project
from voiceclone import VoiceEngine
from voiceclone.ui.text import history as history_text

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
    "phone-dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}


@pytest.fixture(scope="module")
def trained(server):
    """A person with two finished trainings, and the engine behind the page."""
    engine = VoiceEngine(server.home, base_factory="tests.fake_base:FakeBase")
    engine.prepare_base()
    for name, pitch_hz in (("Low", 200.0), ("High", 700.0)):
        project = make_project(server.home, f"{name} person", clip_count=6, pitch_hz=pitch_hz)
        run = engine.start_training(project.project_id, name, True, steps=60)
        *_, _ = engine.runs.watch(run.run_id, 0.05)
    return engine


def unfold(visitor: Visitor, part: str) -> None:
    visitor.page.locator(f"#{part} > button.label-wrap").click()


def choose_person(visitor: Visitor, name: str) -> None:
    page = visitor.page
    page.locator("#project input").click()
    page.get_by_role("option", name=name).click()
    page.wait_for_function(f"document.querySelector('#project input').value === '{name}'")


def test_an_earlier_training_is_opened_heard_and_deleted(visit, trained):
    visitor = visit()
    page = visitor.page
    choose_person(visitor, "Low person")
    visitor.tab("Train")
    unfold(visitor, "history")
    page.wait_for_selector("#history-runs [data-run]")
    assert page.locator("#history-runs [data-run]").count() == 1
    page.get_by_label(history_text.HISTORY_WHOSE["all"]).check()
    page.wait_for_function("document.querySelectorAll('#history-runs [data-run]').length === 2")
    page.locator("#history-runs [data-run]", has_text="Low").click()
    page.wait_for_selector("#history-plot canvas, #history-plot svg")
    assert "For 60 steps" in page.locator("#history-facts").inner_text()
    page.locator("#history-play").click()
    wait_for_sound(visitor, "history-sample")
    visitor.picture("history")
    page.locator("#history-speak").click()
    page.wait_for_function("document.querySelector('#voice input')?.value === 'Low'")
    visitor.tab("Train")
    page.locator("#history-delete").click()
    page.wait_for_selector("#history-question")
    visitor.picture("history-question")
    page.locator("#history-question").get_by_role("button", name=history_text.HISTORY_DELETE_YES).click()
    page.wait_for_function("document.querySelectorAll('#history-runs [data-run]').length === 1")
    page.wait_for_selector("#history-run", state="hidden")
    assert trained.voices.get("Low")  # not ticked
    # Gradio's plot (6.31) trips when it goes after its tab was hidden; nothing comes of it (docs/decisions/0057).
    known = "Cannot read properties of null (reading 'offsetWidth')"
    visitor.complaints[:] = [complaint for complaint in visitor.complaints if complaint != known]


def hear_both(visitor: Visitor) -> None:
    visitor.page.wait_for_selector("[data-part='choose-1']:not([disabled])")


def pair_shown(visitor: Visitor, number: int) -> None:
    visitor.page.wait_for_function(
        f"document.querySelector('#blind-stage [data-part=place]').innerText === 'Pair {number} of 10'"
    )


def test_two_voices_are_heard_blind_put_aside_and_gone_on_with(visit, trained):
    visitor = visit()
    page = visitor.page
    new_person(visitor, "Listener")  # a person whose recordings have nothing to do with the voices
    visitor.tab("Speak")
    unfold(visitor, "blind-part")
    page.wait_for_function("document.querySelector('#blind-other input')?.value")
    page.locator("#blind-make").click()
    page.wait_for_selector("#blind-status .vc-good")
    pair_shown(visitor, 1)
    assert page.locator("[data-part='choose-1']").is_disabled()  # both have to be heard first
    page.keyboard.press("1")
    pair_shown(visitor, 1)
    page.keyboard.press("Space")
    hear_both(visitor)
    visitor.picture("blind")
    page.keyboard.press("2")
    pair_shown(visitor, 2)  # the next one plays by itself
    hear_both(visitor)
    page.locator("[data-part='choose-1']").click()
    pair_shown(visitor, 3)
    page.locator("[data-part='pause']").click()
    page.wait_for_selector("#blind-tests >> text=2 of 10 pairs answered")
    visitor.reload()
    visitor.tab("Speak")
    unfold(visitor, "blind-part")
    page.locator("#blind-tests [data-act='go-on']").first.click()
    pair_shown(visitor, 3)
    (test,) = (one for one in trained.blind_tests.all() if not one.finished)
    told = page.locator("#blind-part").inner_html()
    for number in range(3, 11):
        pair_shown(visitor, number)
        page.locator("[data-part='play-both']").click() if number == 3 else None
        hear_both(visitor)
        page.keyboard.press("1" if test.pairs[number - 1].plays_first == "a" else "2")
    page.wait_for_selector("#blind-stage [data-part='result']:not([hidden])")
    assert "of 10 times" in page.locator("#blind-stage [data-part='result']").inner_text()
    page.wait_for_function("!document.querySelector('#blind-tests [data-act=go-on]')")
    visitor.picture("blind-result")
    assert test.a.voice_id not in told.split('id="blind-stage"')[-1]
    assert "plays_first" not in told and "seed" not in told


def test_every_look_of_both(visit, trained):
    test = trained.blind_tests.make("High", "stock", "like", seed=1)
    for name, context in LOOKS.items():
        visitor = visit(**context)
        page = visitor.page
        visitor.tab("Train")
        unfold(visitor, "history")
        page.get_by_label(history_text.HISTORY_WHOSE["all"]).check()
        page.locator("#history-runs [data-run]", has_text="High").first.click()
        page.wait_for_selector("#history-plot canvas, #history-plot svg")
        page.wait_for_timeout(800)
        visitor.picture(f"history-{name}")
        visitor.tab("Speak")
        unfold(visitor, "blind-part")
        page.locator(f"[data-act='go-on'][data-test='{test.test_id}']").click()
        pair_shown(visitor, 1)
        page.locator("[data-part='play-both']").click()
        hear_both(visitor)
        visitor.picture(f"blind-{name}")
        width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert width <= 0, "the page is wider than the screen"
    trained.blind_tests.delete(test.test_id)
