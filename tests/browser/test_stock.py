"""Before a voice is trained: a stock voice is chosen and heard; a wrong file given to the import is told what it is."""

import pytest

from tests.browser.acting import prepare_base
from tests.browser.conftest import EXAMPLE, Server, wait_for_sound

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    arguments = ["--steps", "200", "--base-factory", "tests.fake_base:StockBase"]
    started = Server(tmp_path_factory.mktemp("page") / "home", arguments)
    started.start()
    yield started
    started.stop()
    assert "Traceback" not in started.log()


LOOKS = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}},
}


@pytest.mark.parametrize("look", LOOKS)
def test_a_stock_voice_is_heard_before_any_voice_is_trained(visit, look):
    visitor = visit(**LOOKS[look])
    page = visitor.page
    prepare_base(visitor)
    visitor.reload()
    visitor.tab("3. Speak")
    page.locator("#voice input").click()
    options = page.locator("[role=listbox] [role=option]")
    options.first.wait_for()
    assert [words.strip("✓ \n") for words in options.all_inner_texts()] == [
        "Heart (stock voice, woman, English)",
        "Kumo (stock voice, man, Japanese)",
    ]
    visitor.picture(f"stock_list_{look}")
    options.nth(1).click()
    page.locator("#speak-text textarea").fill("Good morning.")
    page.locator("#speak").click()
    wait_for_sound(visitor, "speech")
    assert page.locator("#voice input").input_value().startswith("Kumo (stock voice")
    page.get_by_text("Rename, export, import or delete voices").click()
    page.wait_for_function("document.querySelector('#voice-details')?.textContent.includes('come with the program')")
    assert not page.locator("#delete-voice").is_visible(), "nothing of a stock voice can be deleted"
    visitor.picture(f"stock_{look}")


def test_a_recording_given_to_the_import_is_told_to_be_one(visit):
    visitor = visit()
    page = visitor.page
    visitor.tab("3. Speak")
    page.get_by_text("Rename, export, import or delete voices").click()
    with page.expect_file_chooser() as chooser:
        page.locator("#import").click()
    chooser.value.set_files(EXAMPLE[0])
    page.get_by_text("is a recording (FLAC), not a voice").wait_for()
    visitor.picture("import_refused")
