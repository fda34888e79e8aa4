"""The row of samples of a training: during it, after a reload, in a second tab, on a phone; another one kept."""

import json

import pytest

from tests.browser.acting import load_example, prepare_base
from tests.browser.conftest import Server, Visitor, wait_for_sound
from tests.browser.test_page import start_training
from voiceclone.ui.text import train as train_text

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
STEPS = 240
PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    home = tmp_path_factory.mktemp("samples") / "home"
    started = Server(home, ["--steps", str(STEPS), "--base-factory", "tests.heard_base:HeardBase"])
    started.start()
    yield started
    started.stop()
    assert "Traceback" not in started.log()


def wait_for_sample(visitor: Visitor, step: int) -> None:
    visitor.page.wait_for_selector(f"#candidates .vc-candidate[data-step='{step}'] audio")


def remembering(page) -> str:
    """A script for a browser that remembers the same run."""
    key = "voiceclone-page-run"
    return f"localStorage.setItem('{key}', {json.dumps(page.evaluate(f'localStorage.getItem({key!r})'))});"


def test_samples_are_heard_compared_and_another_one_is_kept(visit):
    visitor = visit()
    page = visitor.page
    prepare_base(visitor)
    load_example(visitor)
    start_training(visitor, "Samples")
    wait_for_sample(visitor, 60)
    titles = page.locator("#candidates h3").all_inner_texts()
    assert titles[:3] == [train_text.SAMPLE_RECORDING, train_text.SAMPLE_START, train_text.sample_title(60)]
    page.wait_for_selector("#train-result", timeout=600_000)
    wait_for_sound(visitor, "sample")  # a reload would break it off
    visitor.reload()
    visitor.tab("Train")
    wait_for_sample(visitor, STEPS)
    assert train_text.SAMPLE_KEPT in page.locator(f"[data-step='{STEPS}']").inner_text()
    longest_s = page.evaluate(
        """async () => {
          const sound = document.querySelector("#candidates [data-step='60'] audio");
          if (!sound.duration) await new Promise((done) => sound.addEventListener('loadedmetadata', done));
          return sound.duration;
        }"""
    )
    assert 1 < longest_s < 3, "the browser can play it"

    second = visit(before=remembering(page))
    second.tab("Train")
    wait_for_sample(second, 120)

    page.locator("[data-step='60'] button").click()
    page.wait_for_selector(f"#candidates-status >> text={train_text.sample_kept(60, 'Samples')}")
    assert train_text.SAMPLE_KEPT_BY_YOU in page.locator("[data-step='60']").inner_text()
    assert page.locator("[data-step='60'] button").count() == 0
    assert page.locator(f"[data-step='{STEPS}'] button").is_visible()


def test_the_row_fits_a_phone_and_the_dark(visit):
    first = visit()
    prepare_base(first)
    load_example(first)
    start_training(first, "Looks")
    first.page.wait_for_selector("#train-result", timeout=600_000)
    wait_for_sound(first, "sample")
    wait_for_sample(first, STEPS)
    for name, context in {
        "light": {},
        "dark": {"color_scheme": "dark"},
        "phone": PHONE,
        "phone-dark": PHONE | {"color_scheme": "dark"},
    }.items():
        visitor = visit(before=remembering(first.page), **context)
        visitor.tab("Train")
        wait_for_sample(visitor, STEPS)
        visitor.page.wait_for_timeout(1500)
        visitor.picture(f"samples-{name}")
        width, window = visitor.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert width <= window
