"""What a person does on the page in more than one test."""

import time

from tests.browser.conftest import Visitor


def new_person(visitor: Visitor, name: str) -> None:
    page = visitor.page
    page.locator("#new-project").click()
    page.locator("#new-name input, #new-name textarea").fill(name)
    page.locator("#create-project").click()
    page.wait_for_function(f"document.querySelector('#project input').value === '{name}'")
    page.wait_for_selector("#clips .vc-empty")


def prepare_base(visitor: Visitor) -> None:
    page = visitor.page
    page.wait_for_timeout(1500)  # whether it is ready is asked while the page opens
    if page.locator("#prepare").is_visible():
        page.locator("#prepare").click()
        page.wait_for_selector("#base-banner", state="hidden")


def load_example(visitor: Visitor) -> None:
    page = visitor.page
    page.locator("#example").click()
    page.wait_for_selector("#example-status .vc-note")
    page.wait_for_selector("#clips .vc-open")


def wait_for_clips(visitor: Visitor, count: int) -> None:
    visitor.page.wait_for_function(f"document.querySelectorAll('#clips .vc-open').length === {count}")


def booth_button(visitor: Visitor, name: str):
    return visitor.page.locator(f'#booth [data-part="{name}"]')


def booth_state(visitor: Visitor, state: str) -> None:
    visitor.page.wait_for_selector(f'#booth .vc-booth[data-state="{state}"]')


def sentence(visitor: Visitor) -> str:
    visitor.page.wait_for_function("document.querySelector('#booth textarea')?.value")
    return booth_button(visitor, "sentence").input_value()


def record(visitor: Visitor, seconds: float = 3, key: str = "") -> None:
    """Record a take with the button, or with a key."""
    press = (lambda: visitor.page.keyboard.press(key)) if key else booth_button(visitor, "record").click
    press()
    booth_state(visitor, "recording")
    time.sleep(seconds)
    press()
    booth_state(visitor, "review")


def booth_says(visitor: Visitor, words: str) -> None:
    visitor.page.wait_for_function(
        "words => document.querySelector('#booth [data-part=status]').textContent.includes(words)", arg=words
    )


def leave_page(visitor: Visitor) -> None:
    """Put the page behind another one, as far as it can tell, and back."""
    visitor.page.evaluate(
        """() => {
          for (const hidden of [true, false]) {
            Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
            document.dispatchEvent(new Event('visibilitychange'));
          }
        }"""
    )


def take_seconds(visitor: Visitor) -> float:
    """Return how long the take is that waits to be kept."""
    visitor.page.wait_for_function("document.querySelector('#booth audio').duration > 0")
    return visitor.page.evaluate("document.querySelector('#booth audio').duration")
