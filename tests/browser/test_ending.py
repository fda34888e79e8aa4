"""The end of a training is told by a notification and a sound, and a taken name is asked about, in a real browser."""

import pytest

from tests.browser.acting import load_example, prepare_base
from tests.browser.conftest import Visitor
from voiceclone.ui.text import train as train_text

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
RECORDS = """
window.shown = [];
window.Notification = class {
  static permission = "default";
  static asked = 0;
  static async requestPermission() { this.asked += 1; return (this.permission = ANSWER); }
  constructor(title, options) { window.shown.push({ title, ...options }); }
};
"""


def wait_for_step(visitor: Visitor, step: int) -> None:
    visitor.page.wait_for_function(f"Number(document.querySelector('#train-progress .vc-run')?.dataset.step) > {step}")


def begin(visitor: Visitor, name: str) -> None:
    page = visitor.page
    visitor.tab("Train")
    page.wait_for_selector("#preflight .vc-checks")
    page.locator("#voice-name input, #voice-name textarea").fill(name)
    page.locator("#consent input").check()
    page.wait_for_selector("#preflight [data-kind=consent][data-level=fine]")
    page.locator("#start").click()


def steps_of_ten(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name=train_text.EXPERT).click()
    visitor.page.locator("#expert-steps input").fill("10")


def test_the_end_is_told_where_it_was_asked_for(visit):
    visitor = visit(before=RECORDS.replace("ANSWER", "'granted'"))
    page = visitor.page
    prepare_base(visitor)
    load_example(visitor)
    begin(visitor, "Told")
    page.wait_for_selector("#notify")
    assert page.evaluate("[Notification.asked, voicecloneEnding.sounded]") == [0, 0], "nothing before it was asked for"
    assert page.locator("#sound input").is_checked() and not page.locator("#notify input").is_checked()
    page.locator("#notify input").check()
    page.wait_for_function("Notification.asked === 1")
    page.wait_for_function("localStorage.getItem('voiceclone-notify') === 'on'")
    wait_for_step(visitor, 10)
    page.locator("#stop").click()
    page.wait_for_function("window.shown.length === 1", timeout=600_000)
    assert page.evaluate("window.shown[0].title") == f"{train_text.ENDED_TITLES['stopped']}: Told"
    page.wait_for_function("voicecloneEnding.sounded === 1")
    visitor.reload()
    assert page.evaluate("voicecloneEnding.remembered()") == [False, True], "this window was not allowed to again"
    assert page.evaluate("window.shown.length") == 0, "an end that was told is not told again"

    # The same name once more: nothing starts before it was said what happens to the first one.
    visitor.tab("Train")
    page.locator("#train-again").click()
    begin(visitor, "Told")
    page.wait_for_selector("#again-way")
    assert "“Told (2)”" in page.locator("#again-way").inner_text()
    visitor.picture("again")
    page.locator("#again-no").click()
    page.wait_for_selector("#again", state="hidden")
    page.locator("#start").click()
    page.locator("#again-go").click()
    wait_for_step(visitor, 10)
    page.locator("#stop").click()
    page.wait_for_selector("#result-head >> text=Told (2)", timeout=600_000)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (RECORDS.replace("ANSWER", "'denied'"), "denied"),
        ("delete window.Notification;", "missing"),
        ("Object.defineProperty(window, 'isSecureContext', { value: false });", "insecure"),
    ],
)
def test_a_browser_that_may_not_notify_says_so_and_the_switch_goes_back(visit, before, words):
    visitor = visit(before=before)
    page = visitor.page
    load_example(visitor)
    assert page.evaluate("voicecloneEnding.setNotify(true)") == [False, page.evaluate("""sentence => {
        const note = document.createElement("p");
        note.className = "vc-note vc-usable";
        note.textContent = sentence;
        return note.outerHTML;
    }""", train_text.NOTIFY[words])]  # fmt: skip
    assert page.evaluate("localStorage.getItem('voiceclone-notify')") == "off"


def test_the_card_and_the_drawer_in_every_look(visit):
    for name, context in {
        "light": {"color_scheme": "light"},
        "dark": {"color_scheme": "dark"},
        "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
    }.items():
        visitor = visit(**context)
        page = visitor.page
        prepare_base(visitor)
        load_example(visitor)
        visitor.tab("Train")
        page.wait_for_selector("#preflight .vc-checks")
        page.wait_for_function(
            # A computer that is busy, with this browser for example, is told a lower bound.
            "sentence => /about|at least/.test(document.querySelector('#train-effort').innerText) "
            "&& !document.querySelector('#effort-note').innerText.includes(sentence)",
            arg=train_text.MEASURING,
        )
        steps_of_ten(visitor)
        page.wait_for_function("document.querySelector('#derived').innerText.includes('10')")
        page.wait_for_timeout(800)
        visitor.picture(f"preflight-{name}")
        width, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert width <= window
