"""The page's own HTML and words: nothing typed becomes markup, and numbers read as people say them."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from voiceclone.clips import Clip, Readiness, Verdict
from voiceclone.training.preflight import Check, Kind, Level, Preflight
from voiceclone.training.runs import RunStatus
from voiceclone.ui.parts import markup
from voiceclone.ui.text import record as record_text
from voiceclone.ui.text import train as train_text

NASTY = '<img src=x onerror="alert(1)">'
CLIP = Clip(
    clip_id="a" * 32,
    project_id="b" * 32,
    text="Hello there.",
    language="en-us",
    duration_s=3.2,
    speech_s=2.8,
    sample_rate=48_000,
    source_name="take.wav",
    created_at="2026-01-01",
    included=True,
    cleaned=False,
    transcribed=False,
    verdict=Verdict("good", "", {}),
)
STATUS = RunStatus(
    run_id="a" * 32,
    project_id="b" * 32,
    project_name="My voice",
    voice_name="Anna",
    voice_id=None,
    state="training",
    step=50,
    total_steps=200,
    loss=0.5,
    elapsed_s=10.0,
    eta_s=30.0,
    message="Learning.",
    error="",
    started_at="2026-01-01",
    first_listen=None,
    process_alive=True,
)


def test_what_a_person_typed_never_becomes_markup():
    clip = replace(CLIP, text=NASTY, source_name=NASTY, verdict=Verdict("bad", NASTY, {}))
    status = replace(STATUS, voice_name=NASTY, message=NASTY)
    pieces = [
        markup.clip_list([(1, clip)], "", ""),
        markup.clip_head(replace(clip, heard=NASTY, verdict=Verdict("bad", "", {}, ("words",)))),
        markup.clip_head(clip),
        markup.run_progress(status),
        markup.note(NASTY),
        markup.heading(NASTY, NASTY),
        markup.intro(NASTY),
    ]
    for piece in pieces:
        assert "<img" not in piece
        assert "&lt;img" in piece


def test_the_list_keeps_the_order_and_the_numbers_it_is_given():
    clips = [replace(CLIP, clip_id=letter * 32, text=letter) for letter in "cba"]
    listed = markup.clip_list(list(zip((63, 62, 61), clips, strict=True)), "b" * 32, "")
    assert [listed.index(f'data-clip="{letter * 32}"') for letter in "cba"] == sorted(
        listed.index(f'data-clip="{letter * 32}"') for letter in "abc"
    )
    assert "Play Clip 63" in listed[: listed.index("b" * 32)]
    assert listed.count("aria-current") == 1


def test_an_empty_list_says_so():
    assert "Nobody here" in markup.clip_list([], "", "Nobody here")


def test_a_clip_is_drawn_as_loud_as_it_is():
    row = markup.clip_row(replace(CLIP, shape=(0, 99, 50)), 1, False)
    assert 'points="0,50 1,0 2,25 2,75 1,100 0,50"' in row
    assert "<svg" in row and "<polygon" not in markup.clip_row(CLIP, 1, False)


def test_all_figures_of_a_clip_can_be_read():
    head = markup.clip_head(replace(CLIP, verdict=Verdict("good", "", {"snr_db": 31.4, "speaker_similarity": 0.876})))
    assert "Speech over noise: 31 dB" in head and "Similarity to your other clips: 0.88" in head
    assert "Echo" not in head, "only what was measured"


def test_what_was_heard_is_told_where_the_words_do_not_fit():
    misread = replace(CLIP, heard="something else", verdict=Verdict("bad", "Other words.", {}, ("words",)))
    assert "Heard: “something else”" in markup.clip_head(misread)
    assert "Heard" not in markup.clip_head(replace(misread, verdict=Verdict("good")))


def test_a_clip_says_its_one_reason_and_that_it_is_left_out():
    row = markup.clip_row(replace(CLIP, included=False, verdict=Verdict("bad", "Too loud.", {})), 4, False)
    assert "Too loud." in row
    assert record_text.LEFT_OUT in row
    assert record_text.VERDICTS["bad"] in row


@pytest.mark.parametrize(
    ("usable_s", "share"),
    [(0, 0.0), (5, 0.075), (10, 0.15), (35, 0.325), (60, 0.5), (180, 0.75), (300, 1.0), (9000, 1.0)],
)
def test_the_bar_of_speech_reaches_its_marks(usable_s, share):
    assert markup.readiness_share(usable_s, (10, 60, 300)) == pytest.approx(share)


def test_the_bar_of_speech_is_readable_for_everybody():
    bar = markup.readiness_bar(Readiness(70.0, 62.0, 9, 10.0, 60.0, 300.0, True, "Enough for a first voice."))
    assert 'role="progressbar"' in bar
    assert "Enough for a first voice." in bar
    assert "1 min 2 s usable" in bar


def test_a_run_shows_its_share_and_sentence():
    shown = markup.run_progress(STATUS)
    assert "25%" in shown and "Learning." in shown and 'data-step="50"' in shown
    failed = markup.run_progress(replace(STATUS, state="failed", error="The disk is full.", message=""))
    assert "The disk is full." in failed


def test_a_run_tells_its_pace_and_its_memory_once_they_are_known():
    assert "vc-run-figures" not in markup.run_progress(STATUS)
    slow = markup.run_progress(replace(STATUS, steps_per_s=0.8, memory_mb=3_870.0))
    assert "1.2 seconds per step, 3.9 GB of memory" in slow
    assert train_text.run_figures(12.34, None) == "12.3 steps per second"


def test_what_was_looked_at_is_shown_with_its_remedy_and_as_text():
    checks = (Check(Kind.DISK, Level.FIX, NASTY, NASTY), Check(Kind.MEMORY, Level.FINE, "Plenty."))
    shown = markup.checks(Preflight(checks))
    assert "<img" not in shown and shown.count("&lt;img") == 2
    assert shown.count("<li") == 2 and 'data-level="fix first"' in shown and train_text.LEVELS["fine"] in shown
    assert "<img" not in markup.facts([(NASTY, NASTY)])


def test_similarity_in_words_grows_with_the_figure():
    said = [train_text.similarity_words(similarity) for similarity in (0.5, 0.78, 0.85, 0.95)]
    assert len(set(said)) == 4


def test_a_voice_tells_how_it_turned_out_in_words_and_figures():
    told = {"similarity": 0.93, "similarity_stock": -0.1, "words_right": 0.98, "naturalness": 3.25}
    voice = SimpleNamespace(scores=told, speech_s=62, minutes=5.0, size_mb=12.34, base_id="your_tts")
    shown = markup.scores(voice)
    for words in ("very much like", "0.93 of 1", "had 0.00", "98%", "clean", "3.2 of 5", "1 min 2 s", "12.3 MB"):
        assert words in shown
    assert train_text.NEAREST_WITHOUT_TRAINING not in shown
    voice.base_id = "kokoro-82m"
    assert train_text.NEAREST_WITHOUT_TRAINING in markup.scores(voice)
    unjudged = markup.scores(SimpleNamespace(scores={}, speech_s=12, minutes=0, size_mb=1, base_id="kokoro-82m"))
    assert train_text.NEAREST_WITHOUT_TRAINING not in unjudged, "there is no figure it belongs to"
    assert "Similarity" not in unjudged and "Learnt from 12 s of speech" in unjudged


def test_a_wrong_pitch_is_told_and_never_called_very_much_like_you():
    told = {"similarity": 0.93, "similarity_stock": 0.6, "pitch_off_semitones": 12.1, "pitch_off_semitones_stock": -3.0}
    shown = markup.score_list(told)
    assert "Its pitch is 12 semitones too high." in shown and "+12.1 semitones from your recordings" in shown
    assert "was at -3.0" in shown and "Listen to it" in shown
    assert train_text.similarity_words(0.93) not in shown
    right = markup.score_list(told | {"pitch_off_semitones": -0.3})
    assert train_text.similarity_words(0.93) in right and "It is as high as your own voice." in right
    assert "Listen to it" not in right
    helped = markup.score_list(told, "Last.", "Training helped.")
    assert (
        helped.index("Similarity")
        < helped.index("Training helped.")
        < helped.index("Its pitch")
        < helped.index("Last.")
    )
    assert "Training helped." not in markup.score_list({}, helped="Training helped.")
    assert "semitones" not in markup.score_list({"similarity": 0.93}), "older voices have no such figure"


def test_the_drawer_holds_every_figure_there_is(speech):
    from voiceclone.clips.quality.figures import measure
    from voiceclone.clips.quality.verdict import Facts, judge

    listened = {"reverberation_s", "character_error_rate", "speaker_similarity", "log_probability", "heard_again"}
    figures = measure(speech) | dict.fromkeys(listened, 0.5)
    verdict = judge(figures, Facts("The quiet morning.", "en-us", speech.sample_rate))
    assert set(verdict.figures) == {name for name, _ in record_text.CLIP_FIGURES}
    drawn = markup.clip_head(replace(CLIP, verdict=verdict))
    assert drawn.count("<li>") == len(record_text.CLIP_FIGURES)
