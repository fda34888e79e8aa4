"""The list of clips behind a real server: two tabs, keys on a row, and two thousand clips."""

import json

import pytest

from tests.browser.conftest import EXAMPLE
from tests.served_page import QUIET_SERVER, serve
from voiceclone.storage import disk
from voiceclone.ui.record_tab.clips import PAGE_CLIPS
from voiceclone.ui.text import record as record_text

pytestmark = QUIET_SERVER
MANY = 2000
ROW_BYTES = 2_500
"""What one row may take: its picture of 48 moments, its words, its buttons."""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    yield from serve(tmp_path_factory)


@pytest.fixture
def project(page) -> str:
    made = page.engine.projects.create(f"Person {len(page.engine.projects.all())}")
    page.engine.projects.add_clips(
        made.project_id, EXAMPLE[:1], text="Words nobody said, of ships and weather far away."
    )
    page.engine.projects.add_clips(made.project_id, EXAMPLE[1:2], text="A very quiet sentence of mine.")
    return made.project_id


def clips(page, project):
    return page.engine.projects.clips(project)


def test_a_key_on_a_row_leaves_it_out_whichever_clip_is_open(page, project):
    first, second = clips(page, project)
    asked = {"clip_id": second.clip_id, "act": "toggle"}
    assert page.ask("change_row", project, first.clip_id, 0, told=asked)[0]
    assert [clip.included for clip in clips(page, project)] == [True, False]
    assert page.ask("change_row", project, second.clip_id, 0, told=asked)[0]
    assert [clip.included for clip in clips(page, project)] == [True, True]


def test_a_key_says_that_a_doubtful_clip_is_right(page, project):
    first, second = page.engine.projects.listen(project)
    assert "words" in first.verdict.kinds
    for clip in (first, second):
        assert page.ask("change_row", project, "", 0, told={"clip_id": clip.clip_id, "act": "confirm"})[0]
    confirmed = clips(page, project)
    assert confirmed[0].confirmed and "words" not in confirmed[0].verdict.kinds


@pytest.mark.parametrize("told", [None, {}, {"clip_id": "0" * 32, "act": "toggle"}, {"clip_id": 7, "act": "toggle"}])
def test_keys_on_a_row_that_is_not_there_get_one_sentence(page, project, told):
    went_well, answer = page.ask("change_row", project, "", 0, told=told)
    assert (went_well, answer["error"]) == (False, record_text.CLIP_GONE)


def test_a_key_nobody_knows_changes_nothing(page, project):
    before = clips(page, project)
    assert page.ask("change_row", project, "", 0, told={"clip_id": before[0].clip_id, "act": "delete"})[0]
    assert clips(page, project) == before


def test_cleaning_of_one_clip_is_taken_back(page, project):
    page.engine.projects.clean(project)
    first, _ = clips(page, project)
    assert page.ask("undo", project, first.clip_id, 0)[0]
    assert [clip.cleaned for clip in clips(page, project)] == [False, True]


def test_words_that_another_tab_changed_are_not_written_over(page, project):
    first, _ = clips(page, project)
    page.engine.projects.edit_clip(project, first.clip_id, text="Theirs.")
    went_well, answer = page.ask("save_words", project, first.clip_id, "Mine.", first.text, 0)
    assert (went_well, answer["error"]) == (False, record_text.WORDS_CHANGED)
    # A box that was only left, not changed, writes nothing.
    assert page.ask("save_words", project, first.clip_id, first.text, first.text, 0)[0]
    assert clips(page, project)[0].text == "Theirs."
    assert page.ask("save_words", project, first.clip_id, "Mine.", "Theirs.", 0)[0]
    assert clips(page, project)[0].text == "Mine."


def seen(page, project) -> str:
    """What a tab remembers of the list it shows."""
    return next(value for value in page.ask("refresh", project, 0, "", "", "")[1]["data"] if is_seen(value, project))


def is_seen(value, project) -> bool:
    return isinstance(value, str) and value.startswith(project) and len(value) == len(project) + 64


def test_a_tab_says_that_another_one_changed_the_list(page, project):
    remembered = seen(page, project)
    assert page.ask("look_again", project, remembered, 0)[1]["data"][0] == ""
    page.engine.projects.edit_clip(project, clips(page, project)[0].clip_id, included=False)
    assert record_text.CHANGED_MEANWHILE in page.ask("look_again", project, remembered, 0)[1]["data"][0]
    assert page.ask("look_again", project, seen(page, project), 0)[1]["data"][0] == ""
    assert page.ask("look_again", project, "", 0)[1]["data"][0] == "", "nothing was shown before"


def test_of_two_thousand_clips_one_page_is_sent(page, project):
    first, _ = clips(page, project)
    folder = page.engine.data_dir / "projects" / project / "clips" / first.clip_id
    record = json.loads((folder / "clip.json").read_text())
    for number in range(MANY - 2):
        clip_id = disk.new_id()
        (folder.parent / clip_id).mkdir()
        changed = {"clip_id": clip_id, "text": "A sentence of the usual length, with a comma in it. " * 2}
        (folder.parent / clip_id / "clip.json").write_text(json.dumps(record | changed | {"source_start_s": number}))
    asked = [
        ("refresh", project, 0, "", "all", "newest"),
        ("top", project, "", "good", "worst"),
        ("older", project, 3, "", "all", "longest"),
        ("newer", project, 3, "", "all", "oldest"),
    ]
    for name, *data in asked:
        went_well, answer = page.ask(name, *data)
        assert went_well
        assert answer["data"][0].count("<li ") == PAGE_CLIPS, name
        assert len(json.dumps(answer)) < PAGE_CLIPS * ROW_BYTES, name
    # Opening one clip sends that clip only.
    _, answer = page.ask("select", project, told={"clip_id": first.clip_id})
    assert len(json.dumps(answer)) < 4 * ROW_BYTES
