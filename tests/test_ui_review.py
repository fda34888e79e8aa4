"""Narrowing the list of clips down, ordering it, and going through the doubtful ones."""

from dataclasses import replace

import pytest

from tests.test_ui_markup import CLIP
from voiceclone.clips import Verdict
from voiceclone.ui.record_tab.review import next_to_look_at, shown_choices, shown_clips
from voiceclone.ui.text import record as record_text


def clip(letter, level="good", kinds=(), **changes):
    return replace(CLIP, clip_id=letter * 32, verdict=Verdict(level, "", {}, kinds), **changes)


CLIPS = [
    clip("a", duration_s=9.0),
    clip("b", "usable", ("noise",)),
    clip("c", "bad", ("words",), duration_s=5.0),
    clip("d", "bad", ("noise",), included=False),
    clip("e", "usable", ("cut", "echo")),
]


def letters(numbered):
    return "".join(one.clip_id[0] for _, one in numbered)


@pytest.mark.parametrize(
    ("show", "order", "expected"),
    [
        ("all", "newest", "edcba"),
        ("all", "oldest", "abcde"),
        ("all", "worst", "dceba"),
        ("all", "longest", "acbde"),
        ("look", "newest", "ec"),
        ("good", "newest", "a"),
        ("usable", "newest", "eb"),
        ("bad", "newest", "c"),
        ("out", "newest", "d"),
        ("", "", "edcba"),
        ("<script>", "nonsense", "edcba"),
    ],
)
def test_what_is_shown_and_in_what_order(show, order, expected):
    assert letters(shown_clips(CLIPS, show, order)) == expected


def test_numbers_stay_those_of_the_whole_list():
    assert [number for number, _ in shown_clips(CLIPS, "look", "oldest")] == [3, 5]


def test_each_choice_says_how_many_clips_it_shows():
    counts = dict((key, words) for words, key in shown_choices(CLIPS))
    assert counts == {
        key: record_text.shown_choice(key, count)
        for key, count in zip(record_text.SHOWN, (5, 2, 1, 2, 1, 1), strict=True)
    }


def test_the_doubtful_ones_come_one_after_the_other_and_round_again():
    ids = {one.clip_id[0]: one.clip_id for one in CLIPS}
    assert next_to_look_at(CLIPS, "") == ids["e"]
    assert next_to_look_at(CLIPS, ids["e"]) == ids["c"]
    assert next_to_look_at(CLIPS, ids["c"]) == ids["e"]
    assert next_to_look_at(CLIPS[:3], ids["c"]) == "", "the one that is open is not the next"
    assert next_to_look_at([], ids["c"]) == ""


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (clip("a"), False),
        (clip("a", "usable", ("noise",)), False),
        (clip("a", "bad", ("noise",)), True),
        (clip("a", "usable", ("doubtful",)), True),
        (clip("a", "usable", ("doubtful",), included=False), False),
        (clip("a", "usable", ("cut",), confirmed=True), False),
    ],
)
def test_only_what_a_person_can_settle_is_put_in_front_of_them(one, expected):
    assert one.needs_review is expected
