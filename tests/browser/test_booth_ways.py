"""Whole ways through the booth: on a phone, by keyboard only, and five sentences that are cleaned and looked at."""

import pytest

from tests.browser.acting import booth_button, booth_state, new_person, record, sentence, wait_for_clips
from tests.browser.conftest import Visitor, wait_for_sound

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def clean(visitor: Visitor) -> None:
    visitor.page.locator("#clean").click()
    visitor.page.wait_for_selector("#clean-status .vc-note")


def open_clip(visitor: Visitor, place: int) -> None:
    """Open a clip that was cleaned, with both sounds and the picture."""
    visitor.page.locator("#clips .vc-open").nth(place).click()
    wait_for_sound(visitor, "clip-before")
    wait_for_sound(visitor, "clip-after")
    visitor.page.wait_for_function("document.querySelector('#clip-picture img')?.naturalWidth > 100")


def is_too_wide(visitor: Visitor) -> bool:
    return visitor.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_a_sentence_is_recorded_kept_and_cleaned_on_a_phone(visit):
    visitor = visit(**PHONE)
    new_person(visitor, "Phone")
    first = sentence(visitor)
    booth_button(visitor, "record").tap()
    booth_state(visitor, "recording")
    visitor.page.wait_for_timeout(3000)
    assert not is_too_wide(visitor)
    visitor.picture("booth-phone-recording")
    booth_button(visitor, "record").tap()
    booth_state(visitor, "review")
    for name in ("again", "keep"):
        box = booth_button(visitor, name).bounding_box()
        assert box["height"] >= 40 and box["x"] >= 0 and box["x"] + box["width"] <= 390, "a thumb finds it"
    visitor.picture("booth-phone-review")
    booth_button(visitor, "keep").tap()
    wait_for_clips(visitor, 1)
    assert sentence(visitor) != first
    clean(visitor)
    open_clip(visitor, 0)
    assert not is_too_wide(visitor)
    visitor.picture("booth-phone-cleaned")


def test_a_sentence_is_whole_that_was_chosen_while_another_tab_was_open(visit):
    visitor = visit()
    page = visitor.page
    visitor.tab("2. Train")
    page.locator("#new-project").click()
    page.locator("#new-name input, #new-name textarea").fill("Elsewhere")
    page.locator("#create-project").click()
    page.wait_for_function("document.querySelector('#project input').value === 'Elsewhere'")
    page.wait_for_timeout(2000)  # the booth gets the person's sentences
    visitor.tab("1. Record")
    is_whole = """() => {
      const box = document.querySelector('#booth [data-part=sentence]');
      return box.clientHeight > 40 && box.scrollHeight <= box.clientHeight;
    }"""
    page.wait_for_function(is_whole, timeout=15_000)
    page.set_viewport_size(PHONE["viewport"])
    page.wait_for_timeout(1000)
    page.wait_for_function(is_whole, timeout=15_000)


def focus_by_tab(visitor: Visitor, wanted: str, most: int = 60) -> None:
    """Press Tab until the focus is on what `wanted` selects."""
    for _ in range(most):
        if visitor.page.evaluate("wanted => document.activeElement?.matches(wanted) ?? false", wanted):
            return
        visitor.page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is not reached by {most} presses of Tab")


def test_name_auto_keep_and_two_sentences_by_keyboard_only(visit):
    visitor = visit()
    page = visitor.page
    keys = page.keyboard
    focus_by_tab(visitor, "#new-project")
    keys.press("Enter")
    page.wait_for_selector("#new-name input, #new-name textarea")
    focus_by_tab(visitor, "#new-name input, #new-name textarea")
    keys.type("Only keys")
    focus_by_tab(visitor, "#create-project")
    keys.press("Enter")
    page.wait_for_function("document.querySelector('#project input').value === 'Only keys'")
    page.wait_for_selector("#clips .vc-empty")
    focus_by_tab(visitor, '#booth [data-part="auto"]')
    keys.press("Space")
    assert booth_button(visitor, "auto").is_checked()
    keys.press("Shift+Tab")
    for _ in range(10):
        if page.evaluate("document.activeElement.dataset?.part === 'record'"):
            break
        keys.press("Shift+Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none", "whoever goes by keyboard sees where they are"
    for count in (1, 2):
        assert page.evaluate("document.activeElement.dataset?.part") == "record", (
            "the focus stays for the next sentence"
        )
        keys.press("Enter")
        booth_state(visitor, "recording")
        page.wait_for_timeout(3000)
        keys.press("Space")
        wait_for_clips(visitor, count)
        booth_state(visitor, "idle")


def test_five_sentences_are_recorded_cleaned_and_looked_at(visit):
    visitor = visit()
    page = visitor.page
    new_person(visitor, "Whole way")
    for count in range(1, 6):
        if count == 2:
            booth_button(visitor, "skip").click()
        record(visitor)
        if count == 3:
            booth_button(visitor, "again").click()
            booth_state(visitor, "recording")
            page.wait_for_timeout(3000)
            booth_button(visitor, "record").click()
            booth_state(visitor, "review")
        booth_button(visitor, "keep").click()
        wait_for_clips(visitor, count)
        if count == 4:
            visitor.reload()
            wait_for_clips(visitor, 4)
    words, share = page.evaluate(
        """() => [
          document.querySelector('#booth [data-part=recorded]').textContent,
          parseFloat(document.querySelector('#booth [data-part=recorded-fill]').style.width),
        ]"""
    )
    # Not how much: the microphone says another sentence than ours, and clips with wrong words do not count.
    shown, _, rest = words.partition(" of ")
    assert rest == "5 min recorded, enough for a first voice at 1 min"
    assert share == pytest.approx(100 * int(shown.removesuffix(" s")) / 300, abs=0.34), "one scale of five minutes"
    assert page.evaluate("document.querySelector('#booth [data-part=first-mark]').style.left") == "20%"
    visitor.picture("booth-wide")
    clean(visitor)
    open_clip(visitor, 0)
    visitor.picture("booth-wide-cleaned")
    # The microphone says the example's sentence each time, so the words do not fit ours.
    page.locator("#look-at-clips").click()
    page.wait_for_selector("#clip-head >> text=Heard:")
    looked_at = page.locator("#clip-words textarea").input_value()
    page.locator("#clip-confirm").click()
    page.wait_for_selector("#clip .vc-note.vc-good")
    page.locator("#next-to-look-at").click()
    page.wait_for_function("words => document.querySelector('#clip-words textarea').value !== words", arg=looked_at)
