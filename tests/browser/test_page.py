"""The page as a person uses it: upload, clean, train, reload, speak, download; phone and dark."""

import io
import os
import signal
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from tests.browser.acting import load_example, new_person, prepare_base
from tests.browser.conftest import EXAMPLE, STEPS, Visitor, wait_for_sound
from tests.fake_base import SLOW_FILE
from voiceclone.bases import catalogue
from voiceclone.training.lock import TrainingLock
from voiceclone.ui.text import base_models as base_models_text
from voiceclone.ui.text import common as common_text
from voiceclone.ui.text import speak as speak_text
from voiceclone.ui.text import train as train_text

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


def start_training(visitor: Visitor, name: str, steps: int | None = None) -> None:
    page = visitor.page
    visitor.tab("Train")
    page.wait_for_selector("#start, #train-again")
    if page.locator("#train-again").is_visible():
        page.locator("#train-again").click()
    page.locator("#voice-name input, #voice-name textarea").fill(name)
    if steps is not None:
        page.get_by_role("button", name=train_text.EXPERT).click()
        page.locator("#expert-steps input").fill(str(steps))
    page.locator("#consent input").check()
    page.locator("#start").click()


def step_shown(visitor: Visitor) -> int:
    return int(visitor.page.locator("#train-progress .vc-run").get_attribute("data-step"))


def wait_for_step(visitor: Visitor, step: int) -> None:
    visitor.page.wait_for_function(f"Number(document.querySelector('#train-progress .vc-run')?.dataset.step) > {step}")


def read_wav(content: bytes) -> tuple[np.ndarray, int]:
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return samples / 32768, file.getframerate()


def test_from_example_to_downloaded_speech(visit):
    visitor = visit(accept_downloads=True)
    page = visitor.page
    prepare_base(visitor)
    load_example(visitor)
    page.wait_for_selector("#example-heard .vc-note")  # a reload would break off its progress bar
    page.locator("#clean").click()
    page.wait_for_selector("#clean-status .vc-note")
    page.locator("#clips .vc-open").nth(2).click()
    wait_for_sound(visitor, "clip-before")
    wait_for_sound(visitor, "clip-after")
    page.wait_for_function("document.querySelector('#clip-picture img')?.naturalWidth > 100")
    visitor.picture("record")

    page.locator("#to-train").click()
    page.wait_for_selector("#train-form")
    visitor.picture("train-form")
    page.locator("#start").click()
    page.wait_for_selector("text=Tick the box")  # consent comes first
    page.locator("#consent input").check()
    page.locator("#start").click()
    page.wait_for_selector("#train-watch")
    wait_for_step(visitor, 10)
    page.wait_for_selector("#plot canvas, #plot svg")

    visitor.reload()
    wait_for_step(visitor, 0)  # the page opens where the training is
    before = step_shown(visitor)
    lines_before = plot_lines(visitor)
    wait_for_step(visitor, before + 20)
    page.wait_for_function("lines => document.querySelector('#plot').innerHTML.length !== lines", arg=lines_before)
    wait_for_sound(visitor, "first-listen")
    visitor.picture("train-running")

    page.wait_for_selector("#train-result", timeout=600_000)
    wait_for_sound(visitor, "sample")
    visitor.picture("train-result")
    page.locator("#to-speak").click()
    page.locator("#speak-text textarea").fill("Good morning. The kettle is on.")
    page.locator("#speak").click()
    page.wait_for_selector("#download")
    wait_for_sound(visitor, "speech")
    visitor.picture("speak")
    with page.expect_download() as download:
        page.locator("#download").click()
    assert download.value.suggested_filename.endswith(".wav")
    samples, sample_rate = read_wav(Path(download.value.path()).read_bytes())
    assert sample_rate == 16_000
    assert 0.5 < len(samples) / sample_rate < 5
    assert 0.1 < np.abs(samples).max() < 1


def plot_lines(visitor: Visitor) -> int:
    return visitor.page.evaluate("document.querySelector('#plot').innerHTML.length")


def test_a_restart_of_the_program_is_survived_by_page_and_training(visit, server):
    visitor = visit()
    page = visitor.page
    prepare_base(visitor)
    load_example(visitor)
    start_training(visitor, "Restart", steps=20 * STEPS)  # it must not end while the server starts again
    wait_for_step(visitor, 10)
    before = step_shown(visitor)
    server.stop()
    server.start()
    # The page that is still open comes back by itself.
    wait_for_step(visitor, before + 50)
    page.locator("#stop").click()
    page.wait_for_selector("#train-result", timeout=600_000)
    assert "Stopped, and kept: Restart" in page.locator("#result-head").inner_text()
    wait_for_sound(visitor, "sample")
    visitor.complaints.clear()  # of the moment without a server


def test_a_killed_training_is_continued_with_one_press(visit, server):
    visitor = visit()
    page = visitor.page
    prepare_base(visitor)
    load_example(visitor)
    start_training(visitor, "Interrupted")
    wait_for_step(visitor, 10)
    os.kill(TrainingLock(server.home).holder().pid, signal.SIGKILL)
    page.wait_for_selector("#continue")
    before = step_shown(visitor)
    page.locator("#continue").click()
    wait_for_step(visitor, before + 20)
    page.locator("#stop").click()
    page.wait_for_selector("#train-result", timeout=600_000)


def test_a_paused_training_rests_until_it_is_continued_and_then_finishes(visit, server):
    visitor = visit()
    page = visitor.page
    prepare_base(visitor)
    load_example(visitor)
    start_training(visitor, "Paused")
    wait_for_step(visitor, 10)
    page.locator("#pause").click()
    page.wait_for_selector("#continue")
    page.get_by_text(common_text.RUN_INTROS["paused"]).wait_for()
    assert "Paused after" in page.locator("#train-progress").inner_text()
    assert not page.locator("#pause").is_visible()
    before = step_shown(visitor)
    assert 10 < before < STEPS
    visitor.reload()
    page.wait_for_selector("#continue")
    assert step_shown(visitor) == before, "it rests, and a page that is opened anew finds it"
    page.locator("#continue").click()
    page.wait_for_selector("#pause")
    wait_for_step(visitor, before + 20)
    page.wait_for_selector("#train-result", timeout=600_000)
    assert "Your voice is ready: Paused" in page.locator("#result-head").inner_text()
    wait_for_sound(visitor, "sample")


def test_upload_with_words_edit_leave_out_delete(visit, tmp_path):
    visitor = visit()
    page = visitor.page
    new_person(visitor, "Upload")
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"this is no sound")
    words = tmp_path / "words.csv"
    chosen = EXAMPLE[:3]
    words.write_text("".join(f"{file.name}|Sentence number {n}.\n" for n, file in enumerate(chosen)), encoding="utf-8")
    page.locator("#upload input[type=file]").set_input_files([*chosen, broken])
    page.get_by_role("button", name="I have the words in a file").click()
    page.locator("#transcripts input[type=file]").set_input_files(words)
    page.wait_for_selector("#transcripts >> text=words")
    page.wait_for_selector("#upload >> text=broken")
    page.locator("#add-files").click()
    page.wait_for_selector("#add-status .vc-note")
    report = page.locator("#add-status").inner_text()
    assert "Added 3 clips" in report and "broken.wav" in report
    page.wait_for_selector("#add-heard .vc-note")
    page.locator("#clips .vc-open").first.click()
    page.wait_for_selector("#clip-words textarea")
    page.locator("#clip-words textarea").fill("Other words.")
    page.locator("#clip-words textarea").blur()
    page.wait_for_function("document.querySelector('#clips .vc-said').innerText === 'Other words.'")
    page.locator("#clip-included input").uncheck()
    page.wait_for_selector("#clips li.vc-out")
    page.locator("#clip-delete").click()
    page.get_by_role("button", name="Yes, delete it").first.click()
    page.wait_for_function("document.querySelectorAll('#clips .vc-open').length === 2")
    # A reload comes back to the same person.
    visitor.reload()
    assert page.locator("#project input").input_value() == "Upload"
    page.wait_for_function("document.querySelectorAll('#clips .vc-open').length === 2")


def test_every_tab_on_a_phone_and_in_the_dark(visit):
    for name, context in {
        "light": {"color_scheme": "light"},
        "dark": {"color_scheme": "dark"},
        "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
        "phone-dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
    }.items():
        visitor = visit(**context)
        load_example(visitor)
        visitor.page.locator("#clips .vc-open").first.click()
        visitor.page.wait_for_selector("#clip-words textarea")
        for tab in ("Record", "Train", "Speak"):
            visitor.tab(tab)
            time.sleep(0.8)  # fade-ins
            visitor.picture(f"{tab.lower()}-{name}")
            width, window = visitor.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
            assert width <= window


def test_other_models_have_cards_and_none_is_fetched_without_agreement(visit):
    for name, context in {
        "light": {"color_scheme": "light"},
        "phone-dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
    }.items():
        visitor = visit(**context)
        page = visitor.page
        load_example(visitor)
        visitor.tab("Train")
        page.wait_for_selector("#start")
        assert not page.locator("#model-cards").is_visible()  # a newcomer meets no models
        page.get_by_role("button", name=base_models_text.MODELS).click()
        page.wait_for_selector("#model-cards .vc-model")
        assert page.locator("#model-cards .vc-model").count() == len(catalogue.CARDS)
        page.locator("#get-choice input").click()
        page.get_by_role("option", name="YourTTS").click()
        page.wait_for_selector("#get-terms a")
        assert "CC BY-NC-ND" in page.locator("#get-terms").inner_text()
        page.locator("#get").click()
        page.wait_for_selector("text=tick the box to agree")
        assert not page.locator("#get-cancel").is_visible()
        visitor.picture(f"models-{name}")
        width, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert width <= window


def test_a_model_is_removed_from_its_card(visit, server):
    begun = server.home / "base" / "openvoice_v2" / "download" / "checkpoint.pth"
    begun.parent.mkdir(parents=True)
    begun.write_bytes(b"w" * 3_000_000)
    for name, context in {
        "light": {"color_scheme": "light"},
        "phone-dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
    }.items():
        visitor = visit(**context)
        page = visitor.page
        visitor.tab("Train")
        page.wait_for_selector("#start")
        page.get_by_role("button", name=base_models_text.MODELS).click()
        card = page.locator("#model-cards .vc-model[data-base=openvoice_v2]")
        card.get_by_text(base_models_text.REMOVE).click()
        assert "This frees 3 MB" in card.inner_text()
        visitor.picture(f"remove-{name}")
        width, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert width <= window
    card.get_by_role("button", name=base_models_text.REMOVE_YES).click()
    page.wait_for_selector("#model-cards .vc-model[data-base=openvoice_v2][data-state=missing]")
    assert not begun.exists()


def test_a_conversion_is_cancelled(visit, server):
    visitor = visit()
    page = visitor.page
    prepare_base(visitor)
    load_example(visitor)
    start_training(visitor, "Cancelled")
    wait_for_step(visitor, 10)
    page.locator("#stop").click()
    page.wait_for_selector("#train-result", timeout=600_000)
    slow = next(server.home.glob("base/*/base.json")).with_name(SLOW_FILE)
    slow.touch()
    visitor.tab("Speak")
    page.get_by_role("button", name=speak_text.CONVERT_TITLE).click()
    page.locator("#convert-source input[type=file]").set_input_files(EXAMPLE[0])
    wait_for_sound(visitor, "convert-source")
    page.locator("#convert").click()
    page.locator("#convert-cancel").click()
    page.wait_for_selector(f"#convert-status >> text={speak_text.CONVERT_CANCELLED}")
    assert page.locator("#convert").is_visible() and not page.locator("#convert-cancel").is_visible()
    assert not page.locator("#convert-download").is_visible()
    slow.unlink()
    page.locator("#convert").click()
    page.wait_for_selector("#convert-download")


def test_the_keyboard_reaches_everything_that_matters(visit):
    visitor = visit()
    load_example(visitor)
    reached = set()
    for _ in range(120):
        visitor.page.keyboard.press("Tab")
        reached.add(
            visitor.page.evaluate(
                "(document.activeElement.closest('[id]') || {}).id + ' ' + document.activeElement.className"
            )
        )
    names = " ".join(reached)
    for wanted in (
        "new-project",
        "vc-record",
        "add-files",
        "example",
        "to-train",
        "clean",
        "vc-play",
        "vc-open",
    ):
        assert wanted in names
