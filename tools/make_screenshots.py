"""Makes the pictures in docs/screenshots by going through the page with the example voice and the real base model.

    python tools/make_screenshots.py [--steps 60] [--looks FOLDER]

With --looks it then keeps every tab with everything opened, light and dark, wide and on a phone, to be looked at.
Needs Chromium and the packages of requirements-dev.txt; takes a few minutes, most of it training.
"""

import argparse
import io
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402 - the checkout has to be on the path first

from tests.browser.conftest import Server, Visitor, open_chromium, wait_for_sound  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"
SIZE = {"width": 1180, "height": 900}
COLOURS = 128
"""A page has few colours; with a palette a picture is a third as large."""
TRAINING_MS = 3_600_000
LOOKS = {
    "light": {"viewport": SIZE},
    "dark": {"viewport": SIZE, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}},
    "phone_dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}
SENTENCE = "Good morning! It is half past seven, the kettle is on, and the paper is by the door."


def main() -> None:
    """Go through the page once and keep a picture of each tab."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=60, help="steps the voice is trained for")
    parser.add_argument("--looks", type=Path, help="folder for pictures of everything in every look")
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "home", ["--steps", str(options.steps)])
        server.start()
        try:
            with open_chromium() as browser:
                visitor = Visitor(browser, server.url, viewport=SIZE)
                record(visitor)
                train(visitor, options.steps)
                speak(visitor)
                visitor.close()
                for look, context in LOOKS.items() if options.looks else ():
                    look_around(Visitor(browser, server.url, **context), options.looks, look)
        finally:
            server.stop()


def record(visitor: Visitor) -> None:
    """Load and clean the example, open a clip."""
    page = visitor.page
    page.locator("#prepare").click()
    page.wait_for_selector("#base-banner", state="hidden")
    page.locator("#example").click()
    page.wait_for_selector("#example-status .vc-note")
    page.locator("#clean").click()
    page.wait_for_selector("#clean-status .vc-note")
    page.locator("#clips .vc-open").nth(1).click()
    wait_for_sound(visitor, "clip-after")
    page.wait_for_function("document.querySelector('#clip-picture img')?.naturalWidth > 100")
    keep(visitor, "record")


def train(visitor: Visitor, steps: int) -> None:
    """Train a voice; the picture is taken when two thirds are done."""
    page = visitor.page
    page.locator("#to-train").click()
    page.locator("#voice-name input, #voice-name textarea").fill("Joe")
    page.locator("#consent input").check()
    page.locator("#start").click()
    page.wait_for_function(
        f"Number(document.querySelector('#train-progress .vc-run')?.dataset.step) >= {steps * 2 // 3}",
        timeout=TRAINING_MS,
    )
    wait_for_sound(visitor, "first-listen")
    keep(visitor, "train")
    page.wait_for_selector("#train-result", timeout=TRAINING_MS)
    wait_for_sound(visitor, "sample")
    page.locator("#to-speak").click()


def speak(visitor: Visitor) -> None:
    """Let the voice say a sentence."""
    page = visitor.page
    page.locator("#speak-text textarea").fill(SENTENCE)
    page.locator("#speak").click()
    wait_for_sound(visitor, "speech")
    keep(visitor, "speak")


def look_around(visitor: Visitor, folder: Path, look: str) -> None:
    """Keep each tab with its accordions open."""
    page = visitor.page
    folder.mkdir(parents=True, exist_ok=True)
    for number, tab in enumerate(page.get_by_role("tab").all_inner_texts()):
        visitor.tab(tab)
        page.wait_for_timeout(1500)
        closed = page.locator("button.label-wrap:not(.open):visible")
        for _ in range(closed.count()):
            closed.first.click()  # which opens it, so the next one is first
            page.wait_for_timeout(300)
        page.wait_for_timeout(1500)
        page.screenshot(path=folder / f"{number}_{look}.png", full_page=True)
    visitor.close()


def keep(visitor: Visitor, name: str) -> None:
    """Write a small PNG of the whole page."""
    visitor.page.mouse.move(0, 0)
    visitor.page.wait_for_timeout(1500)  # fade-ins, the bar's slide
    picture = Image.open(io.BytesIO(visitor.page.screenshot(full_page=True))).convert("RGB")
    path = FOLDER / f"{name}.png"
    picture.quantize(COLOURS).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
