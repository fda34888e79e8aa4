"""What a person does on the page in more than one test."""

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
