"""No take is lost: the page in the background, the microphone gone, a reload, a closed or second tab."""

import time

import pytest

from tests.browser.acting import (
    booth_button,
    booth_says,
    booth_state,
    leave_page,
    new_person,
    record,
    sentence,
    take_seconds,
    wait_for_clips,
)
from tests.browser.conftest import Visitor
from voiceclone.ui.text import record as record_text

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

KEEP_STREAM = """
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wishes) => (window.stream = await ask(wishes));
"""
UNPLUG = "() => window.stream.getAudioTracks()[0].dispatchEvent(new Event('ended'))"
FULL_BROWSER = "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); };"
ON_SHELF = """async (words) => {
  const opening = indexedDB.open("voiceclone-takes");
  const database = await new Promise((done) => { opening.onsuccess = () => done(opening.result); });
  const asked = database.transaction("takes").objectStore("takes").getAll();
  const takes = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  database.close();
  return takes.some((take) => take.sentence === words);
}"""
"""True once the browser's database holds a take with these words."""


def start_recording(visitor: Visitor, seconds: float = 3) -> None:
    booth_button(visitor, "record").click()
    booth_state(visitor, "recording")
    time.sleep(seconds)


@pytest.mark.parametrize("by_itself", [False, True])
@pytest.mark.parametrize("event", ["left_page", "lost"])
def test_a_recording_that_is_broken_off_waits_to_be_kept(visit, event, by_itself):
    visitor = visit(before=KEEP_STREAM)
    new_person(visitor, f"{event} {by_itself}")
    read = sentence(visitor)
    booth_button(visitor, "auto").set_checked(by_itself)
    start_recording(visitor)
    if event == "left_page":
        leave_page(visitor)
    else:
        visitor.page.evaluate(UNPLUG)
    booth_state(visitor, "review")
    booth_says(visitor, record_text.BOOTH[event])
    assert take_seconds(visitor) > 2
    assert sentence(visitor) == read, "it may lack its end, so it is not kept by itself"
    booth_button(visitor, "keep").click()
    wait_for_clips(visitor, 1)


def test_leaving_the_page_in_the_room_check_ends_the_check_only(visit):
    visitor = visit()
    new_person(visitor, "Curious")
    visitor.page.locator("#booth .vc-room > summary").click()
    booth_button(visitor, "room-start").click()
    booth_state(visitor, "room")
    leave_page(visitor)
    booth_state(visitor, "idle")
    booth_says(visitor, record_text.BOOTH["left_room"])
    record(visitor)


def test_a_take_that_waits_outlives_a_reload_and_a_closed_tab(visit, server):
    visitor = visit()
    page = visitor.page
    new_person(visitor, "Later")
    booth_button(visitor, "skip").click()
    booth_button(visitor, "sentence").fill("My very own words.")
    record(visitor)
    length_s = take_seconds(visitor)
    visitor.reload()
    booth_state(visitor, "review")
    booth_says(visitor, record_text.BOOTH["take_waits"])
    booth_button(visitor, "sentence").fill("My own words after all.")
    booth_button(visitor, "player").focus()  # leaving the box is when words are set aside
    page.wait_for_function(ON_SHELF, arg="My own words after all.")
    page.close()

    visitor.open(server.url)
    booth_state(visitor, "review")
    assert sentence(visitor) == "My own words after all."
    assert booth_button(visitor, "place").inner_text().startswith("Sentence 2 of")
    assert take_seconds(visitor) == pytest.approx(length_s, abs=0.05)
    booth_button(visitor, "keep").click()
    wait_for_clips(visitor, 1)
    visitor.reload()
    booth_state(visitor, "idle")
    visitor.page.wait_for_timeout(1000)
    booth_state(visitor, "idle")  # what was kept does not come back


def test_a_reload_while_recording_leaves_what_was_read_until_then(visit):
    visitor = visit()
    new_person(visitor, "Crash")
    start_recording(visitor, 5)
    visitor.page.on("dialog", lambda dialog: dialog.accept())
    visitor.reload()
    booth_state(visitor, "review")
    assert take_seconds(visitor) > 2


def test_a_browser_without_room_says_that_the_take_must_be_kept_now(visit):
    visitor = visit(before=FULL_BROWSER)
    new_person(visitor, "Full")
    record(visitor)
    booth_says(visitor, record_text.BOOTH["not_set_aside"])
    booth_button(visitor, "keep").click()
    wait_for_clips(visitor, 1)


def test_a_minute_is_the_most_and_is_said_even_when_takes_are_kept_by_themselves(visit):
    visitor = visit()
    new_person(visitor, "Long")
    read = sentence(visitor)
    booth_button(visitor, "auto").check()
    visitor.page.evaluate("window.voicecloneBooth.words.max_take_s = 2")
    booth_button(visitor, "record").click()
    booth_state(visitor, "review")
    visitor.page.wait_for_timeout(2000)
    booth_says(visitor, record_text.BOOTH["too_long"])
    assert sentence(visitor) == read
    assert 2 <= take_seconds(visitor) < 3
    booth_button(visitor, "keep").click()
    wait_for_clips(visitor, 1)


def test_somebody_else_s_take_waits_until_that_person_is_chosen_again(visit):
    visitor = visit()
    new_person(visitor, "First of two")
    read = sentence(visitor)
    start_recording(visitor)
    new_person(visitor, "Second of two")
    booth_state(visitor, "idle")
    record(visitor)
    booth_button(visitor, "keep").click()
    wait_for_clips(visitor, 1)
    visitor.page.locator("#project input").click()
    visitor.page.get_by_role("option", name="First of two").click()
    booth_state(visitor, "review")
    assert sentence(visitor) == read
    booth_button(visitor, "keep").click()
    visitor.page.wait_for_selector(f"#clips .vc-said >> text={read}")
    wait_for_clips(visitor, 1)


def test_a_second_tab_leaves_the_take_of_the_first_alone(visit, server):
    visitor = visit()
    new_person(visitor, "Tabs")
    record(visitor)
    first = visitor.page
    visitor.open(server.url)
    visitor.page.wait_for_timeout(1500)
    booth_state(visitor, "idle")
    booth_button(visitor, "skip").click()
    visitor.page.close()
    visitor.page = first
    visitor.reload()
    booth_state(visitor, "review")
