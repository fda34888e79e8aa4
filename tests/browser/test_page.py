"""The page as a person uses it: record, upload, clean, train, reload, speak, download; phone and dark."""

import io
import os
import signal
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from tests.browser.conftest import EXAMPLE, Server, Visitor, wait_for_sound
from tests.fake_base import SLOW_FILE
from voiceclone.bases import catalogue
from voiceclone.training.lock import TrainingLock
from voiceclone.ui import text

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

STEPS = 2000
"""Of the tiny base model; about half a minute, so that a reload falls into the middle."""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    started = Server(
        tmp_path_factory.mktemp("page") / "home",
        ["--steps", str(STEPS), "--base-factory", "tests.fake_base:FakeBase"],
    )
    started.start()
    yield started
    started.stop()
    assert "Traceback" not in started.log()


@pytest.fixture
def visit(chromium, server):
    """Open the page; at the end it must not have complained, nor talked to anybody else."""
    visitors = []

    def open_page(**context) -> Visitor:
        visitors.append(Visitor(chromium, server.url, **context))
        return visitors[-1]

    yield open_page
    for visitor in visitors:
        visitor.close()
    for visitor in visitors:
        assert visitor.complaints == []
        assert visitor.hosts == {f"127.0.0.1:{server.port}"}


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


def start_training(visitor: Visitor, name: str) -> None:
    page = visitor.page
    visitor.tab("Train")
    page.wait_for_selector("#start, #train-again")
    if page.locator("#train-again").is_visible():
        page.locator("#train-again").click()
    page.locator("#voice-name input, #voice-name textarea").fill(name)
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

    page.reload()
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
    start_training(visitor, "Restart")
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


def wait_for_clips(visitor: Visitor, count: int) -> None:
    visitor.page.wait_for_function(f"document.querySelectorAll('#clips .vc-open').length === {count}")


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
    page.reload()
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


def test_a_take_waits_until_the_server_is_back(visit, server):
    visitor = visit()
    new_person(visitor, "Patience")
    record(visitor)
    server.stop()
    booth_button(visitor, "keep").click()
    visitor.page.wait_for_function(
        "sentence => document.querySelector('#booth [data-part=status]').textContent === sentence",
        arg=text.BOOTH["unreachable"],
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
FORBIDDEN = """
navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError'); };
"""


@pytest.mark.parametrize(
    ("before", "press", "reason"),
    [
        (NO_SECURE_CONTEXT, False, "insecure"),
        (NO_MICROPHONE, False, "missing"),
        (FORBIDDEN, True, "denied"),
    ],
)
def test_no_microphone_is_explained_in_the_page(visit, before, press, reason):
    visitor = visit(before=before)
    if press:
        booth_button(visitor, "record").click()
    visitor.page.wait_for_function("document.querySelector('#microphone-note')?.textContent")
    assert visitor.page.locator("#microphone-note").inner_text() == text.MICROPHONE[reason]
    visitor.complaints.clear()


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
    page.reload()
    visitor.wait_until_ready()
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
        page.get_by_role("button", name=text.MODELS).click()
        page.wait_for_selector("#model-cards .vc-model")
        assert page.locator("#model-cards .vc-model").count() == len(catalogue.CARDS)
        page.locator("#get-choice input").click()
        page.get_by_role("option", name="YourTTS").click()
        page.wait_for_selector("#get-terms a")
        assert "CC BY-NC-ND" in page.locator("#get-terms").inner_text()
        page.locator("#get").click()
        page.wait_for_selector("text=tick the box that you agree")
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
        page.get_by_role("button", name=text.MODELS).click()
        card = page.locator("#model-cards .vc-model[data-base=openvoice_v2]")
        card.get_by_text(text.REMOVE).click()
        assert "3 MB become free" in card.inner_text()
        visitor.picture(f"remove-{name}")
        width, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert width <= window
    card.get_by_role("button", name=text.REMOVE_YES).click()
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
    page.get_by_role("button", name=text.CONVERT_TITLE).click()
    page.locator("#convert-source input[type=file]").set_input_files(EXAMPLE[0])
    wait_for_sound(visitor, "convert-source")
    page.locator("#convert").click()
    page.locator("#convert-cancel").click()
    page.wait_for_selector(f"#convert-status >> text={text.CONVERT_CANCELLED}")
    assert page.locator("#convert").is_visible() and not page.locator("#convert-cancel").is_visible()
    assert not page.locator("#convert-download").is_visible()
    slow.unlink()
    page.locator("#convert").click()
    page.wait_for_selector("#convert-download")


def test_the_keyboard_reaches_everything_that_matters(visit):
    visitor = visit()
    load_example(visitor)
    reached = set()
    for _ in range(80):
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
