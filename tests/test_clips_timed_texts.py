"""Subtitles, labels and TextGrids beside long recordings: read as people have them, and laid onto their times."""

from pathlib import Path

import pytest
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS, joined

from voiceclone.audio.sound import Audio, decode, encode_wav
from voiceclone.clips import ClipLibrary, Project
from voiceclone.clips.intake.timed_pieces import plan_timed, slices_of
from voiceclone.clips.transcripts.timed_texts import TimedText, read_timed_texts
from voiceclone.errors import TextError
from voiceclone.limits import MAX_CLIP_S

NAMES = [f"joe_{number:02}.flac" for number in range(1, 7)]
TEXTS = [EXAMPLE_TEXTS[name] for name in NAMES]
TWO = (TimedText(0.0, 2.5, "Hello there, you."), TimedText(3.0, 4.0, "Good and fine."))
LABELS = "0.000000\t2.500000\tHello there, you.\n\\\t100.0\t2000.0\n3.000000\t4.000000\tGood and fine.\n"
SRT = """1
00:00:00,000 --> 00:00:02,500
{\\an8}<i>Hello</i> <font color="#ffffff">there</font>,
- you. [music]

2
00:00:03,000 --> 00:00:04,000
ANNA: Good and fine.
(laughs)
"""
VTT = """WEBVTT - a title

NOTE a remark

00:00.000 --> 00:02.500 align:start position:0%
<v Anna>Hello <00:00:01.000><c>there,</c> you.

intro
00:00:03.000 --> 00:00:04.000
Good <b>and</b> fine. ♪
"""
TEXTGRID = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 4
tiers? <exists>
size = 3
item []:
    item [1]:
        class = "IntervalTier"
        name = "words"
        xmin = 0
        xmax = 4
        intervals: size = 2
        intervals [1]:
            xmin = 0
            xmax = 1
            text = "Hello"
        intervals [2]:
            xmin = 1
            xmax = 4
            text = "there,"
    item [2]:
        class = "IntervalTier"
        name = "sentences"
        xmin = 0
        xmax = 4
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 2.5
            text = "Hello there, you."
        intervals [2]:
            xmin = 2.5
            xmax = 3
            text = ""
        intervals [3]:
            xmin = 3
            xmax = 4
            text = "Good and fine."
    item [3]:
        class = "TextTier"
        name = "breaths"
        xmin = 0
        xmax = 4
        points: size = 1
        points [1]:
            number = 2.7
            mark = "x"
"""
SHORT_TEXTGRID = """File type = "ooTextFile"
Object class = "TextGrid"

0
4
<exists>
2
"IntervalTier"
"phones"
0
4
2
0
1
"HH"
1
4
"AH0"
"IntervalTier"
"s"
0
4
3
0
2.5
"Hello there, you."
2.5
3
"sil"
3
4
"Good and fine."
"""
WHISPER = "start\tend\ttext\n0\t2500\tHello there, you.\n3000\t4000\tGood and fine.\n"


@pytest.mark.parametrize("content", [LABELS, LABELS.replace(".0", ",0").replace(".5", ",5"), SRT, VTT, TEXTGRID])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_kinds_are_known_by_their_content(content: str, line_end: str) -> None:
    assert read_timed_texts(content.replace("\n", line_end), "t") == TWO


@pytest.mark.parametrize("content", [SHORT_TEXTGRID, WHISPER])
def test_other_forms(content: str) -> None:
    assert read_timed_texts(content, "t") == TWO


def textgrid(**tiers: str) -> str:
    """A TextGrid in the short form: each tier with its texts, divided by spaces, in intervals of equal length."""
    content = f'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n12\n<exists>\n{len(tiers)}\n'
    for name, texts in tiers.items():
        entries = texts.split()
        step = 12 / len(entries)
        content += f'"IntervalTier"\n"{name}"\n0\n12\n{len(entries)}\n'
        content += "".join(f'{at * step}\n{(at + 1) * step}\n"{text}"\n' for at, text in enumerate(entries))
    return content


@pytest.mark.parametrize(
    "tiers",
    [
        {"phones": "HH AH0 L OW1", "words": "hello there"},
        {"words": "hello there", "phones": "HH AH0 L OW1"},
        {"MAU": "h @ l @U D e@", "KAN-MAU": "h@l@U De@", "ORT-MAU": "hello there"},
        {"phonemes": "a b", "words": "hello there"},
    ],
)
def test_of_single_words_and_phones_the_words_are_taken(tiers: dict[str, str]) -> None:
    """As forced aligners write them, in any order: words alone, no sentences."""
    assert [one.text for one in read_timed_texts(textgrid(**tiers), "t")] == ["hello", "there"]


def test_times_that_end_before_they_begin_are_named() -> None:
    content = "1\n00:00:02,500 --> 00:00:00,000\nHello there.\n\n"
    with pytest.raises(TextError, match="ends before it begins"):
        read_timed_texts(content, "t.srt")


def test_points_last_until_the_next_one() -> None:
    assert read_timed_texts("1.0\t1.0\tOne.\n4.5\t4.5\tTwo.\n", "t") == (
        TimedText(1.0, None, "One."),
        TimedText(4.5, None, "Two."),
    )
    points = TEXTGRID[: TEXTGRID.index("    item [1]")] + TEXTGRID[TEXTGRID.index("    item [3]") :]
    points = points.replace("size = 3", "size = 1", 1).replace('mark = "x"', 'mark = "He said ""no""."')
    assert read_timed_texts(points, "t") == (TimedText(2.7, None, 'He said "no".'),)


def test_captions_that_roll_upwards_say_each_line_once() -> None:
    content = "WEBVTT\n\n"
    for number, lines in enumerate(["Good morning", "Good morning\nto all of you", "to all of you\nand welcome."]):
        content += f"00:0{number}.000 --> 00:0{number + 1}.000\n{lines}\n\n"
    assert [one.text for one in read_timed_texts(content, "t")] == ["Good morning", "to all of you", "and welcome."]


@pytest.mark.parametrize("content", ["Hello there.\nYou.\n", "a.wav|Hello\n", "001.wav\tHello there.\n", ""])
def test_other_texts_have_no_times(content: str) -> None:
    assert read_timed_texts(content, "t") is None


@pytest.mark.parametrize("content", [TEXTGRID[:500], "WEBVTT\n\n00:00.000 --> 00:01.000\n[music]\n"])
def test_what_is_damaged_or_silent_is_said(content: str) -> None:
    with pytest.raises(TextError, match="“t”"):
        read_timed_texts(content, "t")


SPOKEN = [(0.3, 2.9), (3.4, 5.8), (6.3, 9.0)]


def test_cuts_lie_in_the_pauses_near_the_times() -> None:
    texts = [TimedText(0.0, 3.2, "One."), TimedText(3.2, 6.0, "Two."), TimedText(6.0, 9.5, "Three.")]
    plan = plan_timed(texts, SPOKEN, 9.5)
    slices = [slices_of(piece, plan.speech, 9.5).slices for piece in plan.pieces]
    assert [piece.text for piece in plan.pieces] == ["One.", "Two.", "Three."]
    assert [one for (one,) in slices] == [pytest.approx(pair) for pair in ((0.15, 3.05), (3.25, 5.95), (6.15, 9.15))]
    late = [TimedText(text.start_s + 0.2, text.end_s + 0.2, text.text) for text in texts]
    assert plan_timed(late, SPOKEN, 9.5).pieces == plan.pieces


def test_overlapping_short_and_late_texts() -> None:
    texts = [
        TimedText(0.2, 3.6, "One."),
        TimedText(3.2, 4.0, "Two"),
        TimedText(4.0, 6.0, "and a half."),
        TimedText(6.1, 20.0, "Three."),
        TimedText(30.0, 31.0, "Never."),
    ]
    plan = plan_timed(texts, SPOKEN, 9.5)
    assert [piece.text for piece in plan.pieces] == ["One.", "Two and a half.", "Three."]
    assert [piece.spoken for piece in plan.pieces] == [((0.3, 2.9),), ((3.4, 5.8),), ((6.3, 9.0),)]
    assert plan.beyond == 1
    silent = plan_timed([TimedText(20.0, 22.0, "Nobody.")], [(0.0, 3.0)], 30.0)
    assert not silent.pieces and [text.text for text in silent.silent] == ["Nobody."]


def test_speech_without_a_text_is_left_out() -> None:
    plan = plan_timed([TimedText(3.3, 6.0, "Two.")], SPOKEN, 9.5)
    assert [piece.spoken for piece in plan.pieces] == [((3.4, 5.8),)]


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[float, float]]]:
    """Six sentences one after another, and when each is said."""
    sounds = [decode(EXAMPLE_DIR / name) for name in NAMES]
    path = tmp_path_factory.mktemp("long") / "talk.wav"
    encode_wav(joined(*sounds), path)
    times, start = [], 0.0
    for sound in sounds:
        times.append((start, start + sound.duration_s))
        start += sound.duration_s
    return path, times


def labels(times: list[tuple[float, float]], texts: list[str] = TEXTS) -> str:
    return "".join(f"{start:.6f}\t{end:.6f}\t{text}\n" for (start, end), text in zip(times, texts, strict=True))


def test_labels_in_a_folder_become_the_clips(library: ClipLibrary, project: Project, long, tmp_path: Path) -> None:
    path, times = long
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / path.name).hardlink_to(path)
    (folder / "Label Track.txt").write_text(labels(times), encoding="utf-8")  # as Audacity names it
    report = library.add_files(project.project_id, [folder])
    assert [clip.text for clip in report.added] == TEXTS and report.rejected == ()
    assert not any(clip.transcribed for clip in report.added)
    assert all(clip.verdict.level == "good" for clip in report.added)


def test_both_files_chosen_together(library: ClipLibrary, project: Project, long, tmp_path: Path) -> None:
    path, times = long
    clock = [tuple(f"00:00:{at_s:06.3f}".replace(".", ",") for at_s in pair) for pair in times]
    subtitles = "".join(
        f"{number}\n{start} --> {end}\n{text}\n\n"
        for number, ((start, end), text) in enumerate(zip(clock, TEXTS, strict=True), 1)
    )
    elsewhere = tmp_path / "elsewhere"  # an upload puts each file into a folder of its own
    elsewhere.mkdir()
    (elsewhere / "talk.srt").write_text(subtitles, encoding="cp1252")
    report = library.add_files(project.project_id, [path, elsewhere / "talk.srt"])
    assert [clip.text for clip in report.added] == TEXTS and report.rejected == ()


def test_a_piece_longer_than_a_clip_is_cut_further(library: ClipLibrary, project: Project, long) -> None:
    path, times = long
    whole = (TimedText(0.0, times[-1][1], " ".join(TEXTS)), TimedText(60.0, 61.0, "Too late."))
    report = library.add_files(project.project_id, [path], transcripts={"talk": whole})
    assert len(report.added) >= 2 and all(clip.duration_s <= MAX_CLIP_S for clip in report.added)
    assert " ".join(clip.text for clip in report.added) == " ".join(TEXTS)
    assert [rejected.reason for rejected in report.rejected] == [
        "1 text begins after the end of “talk.wav”. Check that they belong to this recording."
    ]


def test_texts_where_nobody_speaks_are_said(
    library: ClipLibrary, project: Project, long, tmp_path: Path, speech: Audio
) -> None:
    path, times = long
    silent = Audio(speech.samples[:1].repeat(5 * speech.sample_rate) * 0, speech.sample_rate)
    encode_wav(joined(decode(path), silent), tmp_path / "more.wav")
    end = times[-1][1]
    (tmp_path / "more.txt").write_text(labels([*times, (end + 1, end + 4)], [*TEXTS, "Nobody."]), encoding="utf-8")
    report = library.add_files(project.project_id, [tmp_path / "more.wav"])
    assert [clip.text for clip in report.added] == TEXTS
    (rejected,) = report.rejected
    assert rejected.reason.startswith("Nobody speaks where 1 text of “more.wav” should be (at 1")


def test_times_of_another_recording_are_told_and_nothing_is_added(library: ClipLibrary, project: Project, long) -> None:
    path, _ = long
    report = library.add_files(project.project_id, [path], transcripts={"talk": (TimedText(90.0, 95.0, "Hello."),)})
    assert report.added == ()
    assert [rejected.reason for rejected in report.rejected] == [
        "Nobody speaks in “talk.wav” at the times of its texts. Check that they belong together."
    ]


def test_one_text_that_is_too_long_does_not_cost_the_others(library: ClipLibrary, project: Project, long) -> None:
    path, times = long
    texts = [*TEXTS[:5], "word " * 1000]
    timed = tuple(TimedText(start, end, text) for (start, end), text in zip(times, texts, strict=True))
    report = library.add_files(project.project_id, [path], transcripts={"talk": timed})
    assert [clip.text for clip in report.added] == TEXTS[:5]
    (rejected,) = report.rejected
    assert rejected.reason.startswith("At 16 s: The text has 4,999 characters")
