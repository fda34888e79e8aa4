"""Going through clips: the doubtful ones first, by keyboard, many at once, and two people in one upload."""

import shutil
from pathlib import Path

import pytest

from tests.browser.acting import new_person, wait_for_clips
from tests.browser.conftest import EXAMPLE, Visitor
from voiceclone.audio.sound import Audio, decode, encode_wav
from voiceclone.ui.text import record as record_text

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


def upload(visitor: Visitor, files: list[Path], words: Path | None = None) -> None:
    page = visitor.page
    page.locator("#upload input[type=file]").set_input_files(files)
    if words is not None:
        page.get_by_role("button", name="I have the words in a file").click()
        page.locator("#transcripts input[type=file]").set_input_files(words)
        page.wait_for_selector(f"#transcripts >> text={words.stem}")
    page.wait_for_selector(f"#upload >> text={files[-1].stem}")
    page.locator("#add-files").click()
    page.wait_for_selector("#add-heard .vc-note")


def focused_clip(visitor: Visitor) -> str:
    return visitor.page.evaluate("document.activeElement?.dataset?.clip || ''")


def test_wrong_words_are_found_and_settled_one_after_the_other(visit, tmp_path):
    visitor = visit()
    page = visitor.page
    new_person(visitor, "Doubtful")
    right = dict(line.split("|", 1) for line in EXAMPLE[0].with_name("metadata.csv").read_text("utf-8").splitlines())
    said = [right[file.name] for file in EXAMPLE[:4]]
    said[1] = said[3] = "Ships sail to weather stations far away at sea."
    words = tmp_path / "words.csv"
    words.write_text("".join(f"{f.name}|{t}\n" for f, t in zip(EXAMPLE[:4], said, strict=True)), encoding="utf-8")
    upload(visitor, EXAMPLE[:4], words)
    wait_for_clips(visitor, 4)
    page.get_by_role("button", name=record_text.to_look_at(2)).click()
    wait_for_clips(visitor, 2)
    page.wait_for_selector("#clip-head >> text=Heard:")
    page.locator("#clip-confirm").click()
    wait_for_clips(visitor, 1)
    page.locator("#next-to-look-at").click()
    page.wait_for_function(f"document.querySelector('#clip-words textarea').value === {said[1]!r}")
    page.wait_for_timeout(500)
    page.locator("#clip-words textarea").fill(right[EXAMPLE[1].name])
    page.locator("#clip-words textarea").blur()
    page.wait_for_selector(f"#clips >> text={record_text.NOTHING_SHOWN}")
    assert not page.locator("#look-at-clips").is_visible(), "nothing is left to look at"
    page.locator("#show-clips label").first.click()
    wait_for_clips(visitor, 4)


def test_the_list_is_gone_through_by_keyboard(visit):
    visitor = visit()
    page = visitor.page
    new_person(visitor, "Fingers")
    upload(visitor, EXAMPLE[:3])
    wait_for_clips(visitor, 3)
    page.locator("#clips .vc-open").first.focus()
    top = focused_clip(visitor)
    page.keyboard.press("Enter")
    page.wait_for_selector("#clip-included input")
    page.locator("#clips .vc-open").first.focus()
    page.keyboard.press("ArrowDown")
    second = focused_clip(visitor)
    assert second and second != top
    page.keyboard.press("x")
    page.wait_for_selector("#clips li.vc-out")
    out = page.locator("#clips li.vc-out .vc-open").get_attribute("data-clip")
    assert out == second, "the row that has the focus, not the clip that is open"
    wait_for_focus(visitor, second)
    page.keyboard.press("ArrowUp")
    assert focused_clip(visitor) == top
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Delete")
    page.wait_for_function("document.activeElement?.id === 'clip-delete-yes'")
    page.keyboard.press("Enter")
    wait_for_clips(visitor, 2)
    third = page.locator("#clips .vc-open").last.get_attribute("data-clip")
    assert third != second
    wait_for_focus(visitor, third)


def wait_for_focus(visitor: Visitor, clip_id: str) -> None:
    visitor.page.wait_for_function(f"document.activeElement?.dataset?.clip === '{clip_id}'")


def test_doubtful_clips_are_settled_by_keys_alone(visit, tmp_path):
    visitor = visit()
    page = visitor.page
    new_person(visitor, "Keys")
    words = tmp_path / "words.csv"
    wrong = "Ships sail to weather stations far away at sea."
    words.write_text("".join(f"{file.name}|{wrong}\n" for file in EXAMPLE[:3]), encoding="utf-8")
    upload(visitor, EXAMPLE[:3], words)
    wait_for_clips(visitor, 3)
    newest, middle, oldest = page.locator("#clips .vc-open").evaluate_all("rows => rows.map((row) => row.dataset.clip)")
    page.locator("#clips .vc-open").first.focus()
    page.keyboard.press("n")
    wait_for_focus(visitor, middle)
    page.wait_for_function("document.querySelector('#show-clips input:checked')?.value === 'look'")
    page.wait_for_timeout(500)
    wait_for_focus(visitor, middle)
    page.keyboard.press("c")
    wait_for_clips(visitor, 2)
    wait_for_focus(visitor, oldest)  # it took the place of the one that left
    page.keyboard.press("n")
    wait_for_focus(visitor, newest)
    page.keyboard.press("x")
    wait_for_clips(visitor, 1)
    wait_for_focus(visitor, oldest)


def test_a_whole_folder_is_chosen(visit, tmp_path):
    visitor = visit()
    page = visitor.page
    new_person(visitor, "Folder")
    folder = tmp_path / "takes"
    (folder / "inner").mkdir(parents=True)
    shutil.copy(EXAMPLE[0], folder / "one.flac")
    shutil.copy(EXAMPLE[1], folder / "inner" / "two.flac")
    (folder / "metadata.csv").write_text("one|The first.\ntwo|The second.\n", encoding="utf-8")
    (folder / "plan.pdf").write_bytes(b"no sound")
    with page.expect_file_chooser() as chooser:
        page.locator("#choose-folder").click()
    chooser.value.set_files(folder)
    page.wait_for_selector(f"#folder-chosen >> text={record_text.folder_chosen(4)}")
    page.locator("#add-files").click()
    page.wait_for_selector("#add-status >> text=plan.pdf")
    wait_for_clips(visitor, 2)
    assert page.locator("#clips .vc-said").all_inner_texts() == ["The second.", "The first."]


def test_all_that_the_list_shows_is_left_out_and_taken_back(visit):
    visitor = visit()
    page = visitor.page
    new_person(visitor, "Many")
    upload(visitor, EXAMPLE[:3])
    wait_for_clips(visitor, 3)
    page.get_by_role("button", name=record_text.ALL_SHOWN_TITLE).click()
    page.locator("#all-out").click()
    page.wait_for_function("document.querySelectorAll('#clips li.vc-out').length === 3")
    page.locator("#show-clips label").last.click()
    page.wait_for_function(f"document.querySelector('#all-shown').innerText.includes('{record_text.all_shown(3)}')")
    page.locator("#all-in").click()
    page.wait_for_selector(f"#clips >> text={record_text.NOTHING_SHOWN}")


def test_what_another_tab_did_is_seen_by_whoever_comes_back(visit):
    visitor = visit()
    page = visitor.page
    new_person(visitor, "Tabs")
    upload(visitor, EXAMPLE[:2])
    wait_for_clips(visitor, 2)
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_function("document.querySelectorAll('#clips .vc-open').length === 2")
    other.locator("#clips .vc-open").first.click()
    other.locator("#clip-delete").click()
    other.get_by_role("button", name=record_text.CLIP_DELETE_YES).first.click()
    other.wait_for_function("document.querySelectorAll('#clips .vc-open').length === 1")
    other.close()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    wait_for_clips(visitor, 1)
    page.wait_for_selector(f"#clips-meanwhile >> text={record_text.CHANGED_MEANWHILE}")


def test_two_people_in_one_upload_are_told_apart_and_one_is_kept(visit, tmp_path):
    visitor = visit()
    page = visitor.page
    new_person(visitor, "Two")
    files = []
    for number, file in enumerate(EXAMPLE[:6]):
        audio = decode(file)
        files.append(tmp_path / f"take_{number}.wav")
        encode_wav(Audio(audio.samples, audio.sample_rate if number < 4 else round(1.4 * audio.sample_rate)), files[-1])
    upload(visitor, files)
    page.wait_for_selector("#who audio")
    assert page.locator("#who audio").count() == 2
    page.locator("#who [data-speaker]").first.click()
    page.wait_for_selector("#who-status .vc-note")
    page.wait_for_function("document.querySelectorAll('#clips li.vc-out').length === 2")
    assert not page.locator("#who").is_visible()
