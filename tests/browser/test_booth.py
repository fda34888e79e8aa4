"""The booth as a person uses it: one sentence at a time, by mouse and by keyboard, with and without a microphone."""

import time

import pytest

from tests.browser.acting import booth_button, booth_state, new_person, record, sentence, wait_for_clips
from tests.browser.conftest import EXAMPLE
from voiceclone.ui.text import record as record_text

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


def test_microphone_take_is_kept_raw_and_the_next_sentence_comes(visit):
    visitor = visit()
    page = visitor.page
    new_person(visitor, "Microphone")
    page.evaluate(
        """() => {
          const wrapped = navigator.mediaDevices.getUserMedia;
          navigator.mediaDevices.getUserMedia = async (asked) => {
            const stream = await wrapped.call(navigator.mediaDevices, asked);
            window.heard = stream.getAudioTracks()[0].getSettings();
            return stream;
          };
        }"""
    )
    first = sentence(visitor)
    record(visitor)
    booth_button(visitor, "keep").click()
    page.wait_for_selector("#clips .vc-open")
    assert first in page.locator("#clips .vc-said").first.inner_text()
    assert sentence(visitor) != first
    settings = page.evaluate("window.heard")
    assert settings["echoCancellation"] is False
    assert settings["noiseSuppression"] is False
    assert settings["autoGainControl"] is False


def test_five_sentences_with_a_retake_a_skip_and_a_reload_by_keyboard_only(visit):
    visitor = visit()
    page = visitor.page
    new_person(visitor, "Keys")
    first = sentence(visitor)
    page.locator("body").focus()
    record(visitor, key=" ")
    page.keyboard.press("r")  # not good enough: once more
    booth_state(visitor, "recording")
    time.sleep(3)
    page.keyboard.press("Enter")
    booth_state(visitor, "review")
    page.keyboard.press("Enter")
    wait_for_clips(visitor, 1)
    second = sentence(visitor)
    page.keyboard.press("ArrowRight")
    third = sentence(visitor)
    assert len({first, second, third}) == 3
    for count in (2, 3):
        record(visitor, key=" ")
        page.keyboard.press("Enter")
        wait_for_clips(visitor, count)
    visitor.reload()
    page.wait_for_selector("#clips .vc-open")
    assert sentence(visitor) == second, "it goes on with the first sentence that was not read"
    booth_button(visitor, "auto").check()
    page.locator("body").click(position={"x": 5, "y": 5})
    for count in (4, 5):
        page.keyboard.press(" ")
        booth_state(visitor, "recording")
        time.sleep(3)
        page.keyboard.press(" ")
        wait_for_clips(visitor, count)
    assert booth_button(visitor, "place").inner_text() == "Sentence 6 of 100"
    said = page.locator("#clips .vc-said").all_inner_texts()
    assert len(set(said)) == 5
    assert "recorded" in booth_button(visitor, "recorded").inner_text()


def test_words_changed_by_the_person_stay_when_clips_change(visit):
    visitor = visit()
    page = visitor.page
    new_person(visitor, "Poet")
    sentence(visitor)
    booth_button(visitor, "sentence").fill("My own words.")
    page.locator("#upload input[type=file]").set_input_files(EXAMPLE[:1])
    page.wait_for_selector(f"#upload >> text={EXAMPLE[0].stem}")
    page.locator("#add-files").click()
    wait_for_clips(visitor, 1)
    page.wait_for_function(
        "document.querySelector('#booth [data-part=recorded]').textContent.startsWith('0 s') === false"
    )
    assert sentence(visitor) == "My own words."


def test_a_take_waits_until_the_server_is_back(visit, server):
    visitor = visit()
    new_person(visitor, "Patience")
    record(visitor)
    visitor.wait_until_quiet()  # what gradio had begun when the server went away may stay unanswered for good
    server.stop()
    booth_button(visitor, "keep").click()
    visitor.page.wait_for_function(
        "sentence => document.querySelector('#booth [data-part=status]').textContent === sentence",
        arg=record_text.BOOTH["unreachable"],
    )
    assert booth_button(visitor, "keep").is_enabled(), "the take is still there"
    server.start()
    booth_button(visitor, "keep").click()
    wait_for_clips(visitor, 1)
    visitor.complaints.clear()  # the browser tells of the connection that was lost


def test_the_room_is_checked_before_the_first_take(visit):
    visitor = visit()
    page = visitor.page
    new_person(visitor, "Room")
    page.locator("#booth .vc-room > summary").click()
    booth_button(visitor, "room-start").click()
    booth_state(visitor, "room")
    page.wait_for_selector("#booth .vc-room .vc-chip")
    # The microphone of the test speaks all the time, and the check says so.
    assert "Somebody speaks in the silent part" in booth_button(visitor, "room-result").inner_text()
    booth_state(visitor, "idle")
    assert page.locator("#clips .vc-open").count() == 0


NO_SECURE_CONTEXT = "Object.defineProperty(window, 'isSecureContext', {value: false});"
NO_MICROPHONE = "navigator.mediaDevices.enumerateDevices = async () => [];"
REFUSED = "navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('no', '{}'); }};"


@pytest.mark.parametrize(
    ("before", "press", "reason"),
    [
        (NO_SECURE_CONTEXT, False, "insecure"),
        (NO_MICROPHONE, False, "missing"),
        (REFUSED.format("NotAllowedError"), True, "denied"),
        (REFUSED.format("NotReadableError"), True, "busy"),
        (REFUSED.format("NotFoundError"), True, "missing"),
    ],
)
def test_no_microphone_is_explained_in_the_page(visit, before, press, reason):
    visitor = visit(before=before)
    if press:
        booth_button(visitor, "record").click()
    visitor.page.wait_for_function("document.querySelector('#microphone-note')?.textContent")
    assert visitor.page.locator("#microphone-note").inner_text() == record_text.MICROPHONE[reason]
    booth_state(visitor, "idle")  # Record can be pressed again
    visitor.complaints.clear()
