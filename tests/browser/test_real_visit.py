"""The whole way with the real base model: prepare it, train a few steps, stop, and hear the voice."""

import wave
from pathlib import Path

import pytest

from tests.browser.conftest import Server, Visitor, wait_for_sound

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(3600)]
TRAINING_MS = 1_800_000
STEPS = 200
"""More than are wanted: Stop is pressed after a few."""


@pytest.fixture
def server(tmp_path):
    started = Server(tmp_path / "home", ["--steps", str(STEPS)])
    started.start()
    yield started
    started.stop()


def test_a_few_steps_of_the_real_base_give_a_voice(chromium, server):
    visitor = Visitor(chromium, server.url, accept_downloads=True)
    page = visitor.page
    page.locator("#prepare").click()
    page.wait_for_selector("#base-banner", state="hidden")
    page.locator("#example").click()
    page.wait_for_selector("#to-train")
    page.locator("#to-train").click()
    page.locator("#consent input").check()
    page.locator("#start").click()
    page.wait_for_selector("#first-listen", timeout=TRAINING_MS)
    page.wait_for_function(
        "Number(document.querySelector('#train-progress .vc-run')?.dataset.step) >= 4", timeout=TRAINING_MS
    )
    page.locator("#stop").click()
    page.wait_for_selector("#train-result", timeout=TRAINING_MS)
    wait_for_sound(visitor, "sample")
    page.locator("#to-speak").click()
    page.locator("#speak-text textarea").fill("Good morning. It is 7:30 and the kettle is on.")
    page.locator("#speak").click()
    wait_for_sound(visitor, "speech")
    with page.expect_download() as download:
        page.locator("#download").click()
    with wave.open(str(Path(download.value.path()))) as file:
        assert file.getframerate() == 24_000
        assert 2 < file.getnframes() / file.getframerate() < 10
    assert visitor.complaints == []
    assert visitor.hosts == {f"127.0.0.1:{server.port}"}
    visitor.close()
