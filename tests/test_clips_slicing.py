"""Long recordings: cut at pauses, never inside a word, block by block, at little memory."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS, joined, make_noise, make_tone, mixed

from voiceclone.audio.decoding import open_recording
from voiceclone.audio.sound import Audio, decode, encode_flac
from voiceclone.audio.vad import FRAME_S, speech_frames, speech_regions
from voiceclone.clips import ClipLibrary, Project
from voiceclone.clips.intake.recordings import Intake
from voiceclone.clips.intake.slicing import PADDING_S, SlicePlan, cut_slices, find_slices, plan_slices
from voiceclone.clips.intake.word_cuts import windows_over
from voiceclone.errors import Cancelled
from voiceclone.evaluation.wer import comparable_words, edit_distance
from voiceclone.limits import MAX_CLIP_S, MIN_SLICE_S


def probabilities(*stretches: tuple[float, float]) -> np.ndarray:
    """Frames for (speech, pause) lengths in seconds, one after another."""
    frames = [[0.9] * round(speech / FRAME_S) + [0.02] * round(pause / FRAME_S) for speech, pause in stretches]
    return np.concatenate(frames).astype(np.float32)


def plan(*stretches: tuple[float, float]) -> tuple[list[float], float]:
    found = probabilities(*stretches)
    result = plan_slices(speech_regions(found), len(found) * FRAME_S)
    return [end - start for start, end in result.slices], result.left_out_s


def test_silero_agrees_in_blocks_and_finds_the_speech(long_speech: Audio) -> None:
    noisy = mixed(long_speech, make_noise(long_speech.duration_s, 22_050, 0.003))
    regions = speech_regions(speech_frames(noisy), shortest_gap_s=0.3)
    assert len(regions) == 6  # six sentences
    assert speech_regions(speech_frames(make_noise(5.0, 22_050, 0.1))) == []
    assert len(speech_frames(Audio(np.zeros(0, np.float32), 16_000))) == 0


def test_block_size_does_not_change_the_plan(long_speech: Audio, tmp_path: Path, monkeypatch) -> None:
    encode_flac(long_speech, tmp_path / "long.flac")
    whole = find_slices(open_recording(tmp_path / "long.flac"))
    monkeypatch.setattr("voiceclone.audio.decoding.recording.BLOCK_S", 0.37)
    assert find_slices(open_recording(tmp_path / "long.flac")) == whole
    assert all(2.0 <= end - start <= MAX_CLIP_S for start, end in whole.slices)


def test_sentences_are_joined_towards_eight_seconds() -> None:
    lengths, left_out_s = plan(*[(3.5, 0.5)] * 10)
    assert len(lengths) == 5 and all(7.4 < length < 8.0 for length in lengths) and left_out_s == 0


def test_long_pauses_are_cut_out() -> None:
    lengths, _ = plan((3.0, 4.0), (3.0, 0.0))
    assert len(lengths) == 2 and all(length == pytest.approx(3.0 + PADDING_S, abs=0.2) for length in lengths)


def test_the_longer_pause_is_chosen() -> None:
    found = probabilities((6.0, 0.12), (2.0, 0.6), (6.0, 0.0))
    slices = plan_slices(speech_regions(found), len(found) * FRAME_S).slices
    assert len(slices) == 2
    assert slices[0][1] == pytest.approx(8.12 + PADDING_S, abs=0.1)
    assert slices[0][1] <= slices[1][0]


def test_speech_without_a_pause_is_left_out_and_said() -> None:
    lengths, left_out_s = plan((3.0, 0.5), (20.0, 0.5), (3.0, 0.5))
    assert len(lengths) == 2 and left_out_s == pytest.approx(20.0, abs=0.1)


def test_a_short_word_is_joined_to_the_nearer_neighbour_and_the_long_pause_shortened() -> None:
    found = probabilities((5.0, 4.0), (1.0, 3.0), (5.0, 0.0))
    result = plan_slices(speech_regions(found), len(found) * FRAME_S)
    _, second = result.slices
    assert second[0] == pytest.approx(9.0 - PADDING_S, abs=0.1), "three seconds are nearer than four"
    ((since, to),) = result.cut_out
    assert (since, to) == pytest.approx((10.5, 12.5), abs=0.1), "the middle of the pause"
    assert result.too_short == ()


def test_a_short_word_without_room_beside_it_is_left_out_and_named() -> None:
    found = probabilities((11.0, 3.0), (1.2, 3.0), (11.0, 0.0))
    result = plan_slices(speech_regions(found), len(found) * FRAME_S)
    assert len(result.slices) == 2 and result.left_out_s == 0.0
    ((start, end),) = result.too_short
    assert (start, end) == pytest.approx((14.0, 15.2), abs=0.1)


def test_short_words_far_apart_become_clips_together() -> None:
    found = probabilities(*[(1.2, 4.0)] * 30)
    result = plan_slices(speech_regions(found), len(found) * FRAME_S)
    cut_s = {
        span: sum(to - since for since, to in result.cut_out if span[0] < since < span[1]) for span in result.slices
    }
    assert all(MIN_SLICE_S <= end - start - cut_s[start, end] <= MAX_CLIP_S for start, end in result.slices)
    assert result.too_short == () and result.left_out_s == 0.0


def test_all_that_is_said_in_a_long_recording_may_be_short() -> None:
    lengths, _ = plan((1.2, 20.0))
    assert lengths == [pytest.approx(1.2 + PADDING_S, abs=0.1)]


def test_a_shortened_pause_loses_nothing_that_is_said(tmp_path: Path, speech: Audio) -> None:
    word = Audio(speech.samples[: round(1.2 * speech.sample_rate)], speech.sample_rate)
    quiet = make_noise(3.0, speech.sample_rate, 0.001)
    take = joined(quiet, speech, quiet, word, quiet, make_noise(9.0, speech.sample_rate, 0.001))
    encode_flac(take, tmp_path / "take.flac")
    recording = open_recording(tmp_path / "take.flac")
    found = find_slices(recording)
    ((start_s, clip),) = cut_slices(recording, found)
    ((since, to),) = found.cut_out
    assert clip.duration_s == pytest.approx(found.slices[0][1] - found.slices[0][0] - (to - since), abs=0.02)
    kept = decode(tmp_path / "take.flac").samples
    before = round((since - start_s) * clip.sample_rate)
    begin = round(start_s * clip.sample_rate)
    np.testing.assert_array_equal(clip.samples[:before], kept[begin : begin + before])
    rest = round(0.02 * clip.sample_rate)
    after = round(to * clip.sample_rate) + rest
    np.testing.assert_array_equal(clip.samples[before + rest :][:20_000], kept[after : after + 20_000])
    assert np.max(np.abs(np.diff(clip.samples[before - 50 : before + rest]))) < 0.01, "no click"


def test_what_is_left_out_of_a_file_is_told_and_a_short_file_is_taken(
    library: ClipLibrary, project: Project, speech: Audio, write_wav: Callable[[str, Audio], Path], tmp_path: Path
) -> None:
    short = Audio(speech.samples[: round(1.5 * speech.sample_rate)], speech.sample_rate)
    report = library.add_files(project.project_id, [write_wav("short.wav", short)], text="The quiet morning.")
    assert report.rejected == () and report.added[0].duration_s == pytest.approx(1.5)
    # A run of 11 s is made by a plan, not by speech: here only what the person is told is looked at.
    intake = Intake(library, project, "en-us")
    intake._report_left_out(tmp_path / "talk.wav", SlicePlan((), 0.0, ((14.0, 15.2), (30.0, 30.3))))
    (told,) = intake.add([], None, None).rejected
    assert told.reason.startswith("1 short bit of “talk.wav” (at 14 s) was left out: below 2 s"), "breaths are not told"


@pytest.fixture
def breathless() -> tuple[Audio, str]:
    """Sentences said without a pause anywhere: sound and words."""
    pieces, words = [], []
    for number in range(1, 17):
        audio = decode(EXAMPLE_DIR / f"joe_{number:02d}.flac")
        for start_s, end_s in speech_regions(speech_frames(audio), 0.1):
            pieces.append(audio.samples[round(start_s * audio.sample_rate) : round(end_s * audio.sample_rate)])
        words.append(EXAMPLE_TEXTS[f"joe_{number:02d}.flac"])
    return Audio(np.concatenate(pieces), audio.sample_rate), " ".join(words)


def test_speech_without_pauses_is_cut_between_words(
    library: ClipLibrary, project: Project, breathless, write_wav: Callable[[str, Audio], Path]
) -> None:
    audio, words = breathless
    path = write_wav("breathless.wav", audio)
    with_pauses_only = find_slices(open_recording(path))
    report = library.add_files(project.project_id, [path])
    kept_s = sum(clip.duration_s for clip in report.added)
    assert kept_s > sum(end - start for start, end in with_pauses_only.slices) + 20
    assert kept_s > 0.95 * audio.duration_s
    assert all(clip.duration_s <= MAX_CLIP_S for clip in report.added)
    said = " ".join(clip.text for clip in report.added)
    expected, found = comparable_words(words), comparable_words(said)
    assert edit_distance(expected, found) < 0.12 * len(expected), said


def test_long_runs_are_heard_in_pieces_that_overlap() -> None:
    assert windows_over((5.0, 20.0)) == [(5.0, 20.0)]
    found = windows_over((0.0, 70.0))
    assert found == [(0.0, 30.0), (26.0, 56.0), (52.0, 70.0)]


def test_cuts_never_fall_into_a_word(long_speech: Audio, tmp_path: Path) -> None:
    encode_flac(joined(long_speech, long_speech), tmp_path / "long.flac")
    recording = open_recording(tmp_path / "long.flac")
    found = find_slices(recording)
    assert len(found.slices) >= 4
    for start_s, audio in cut_slices(recording, found):
        edge = round(0.03 * audio.sample_rate)
        # The example voice is digitally silent between its sentences.
        assert np.max(np.abs(audio.samples[:edge])) < 0.01, start_s
        assert np.max(np.abs(audio.samples[-edge:])) < 0.01, start_s
    kept_s = sum(end - start for start, end in found.slices)
    assert kept_s > 0.85 * recording.duration_s


def test_long_file_becomes_transcribed_clips(
    library: ClipLibrary, project: Project, long_speech: Audio, write_wav: Callable[[str, Audio], Path]
) -> None:
    path = write_wav("talk.wav", long_speech)
    report = library.add_files(project.project_id, [path])
    assert report.rejected == () and len(report.added) >= 2
    said = " ".join(clip.text for clip in report.added).lower()
    for word in ("kitchen", "journey", "lemons", "measures"):
        assert word in said
    assert all(clip.transcribed and clip.verdict.level == "good" for clip in report.added)
    again = library.add_files(project.project_id, [path])
    assert again.added == () and "already" in again.rejected[0].reason


def test_text_of_a_long_file_is_laid_onto_its_clips(
    library: ClipLibrary, project: Project, long_speech: Audio, write_wav: Callable[[str, Audio], Path]
) -> None:
    text = " ".join(EXAMPLE_TEXTS[f"joe_{number:02d}.flac"] for number in range(1, 7))
    report = library.add_files(project.project_id, [write_wav("talk.wav", long_speech)], text=text)
    assert " ".join(clip.text for clip in report.added) == text
    assert not any(clip.transcribed for clip in report.added)


def test_stopping_a_long_file(library: ClipLibrary, project: Project, long_speech: Audio, write_wav) -> None:
    path = write_wav("talk.wav", long_speech)
    with pytest.raises(Cancelled):
        library.add_files(project.project_id, [path], should_stop=lambda: bool(library.clips(project.project_id)))
    assert len(library.clips(project.project_id)) == 1


def write_hours(path: Path, hours: float, varied: bool = False) -> None:
    """Speech and noise in turn, written block by block; `varied` makes no minute the same as another."""
    minute = np.zeros(60 * 16_000, np.float32)
    minute += make_noise(60.0, 16_000, 0.002).samples
    for number, start_s in enumerate((1, 10, 20, 35)):
        samples, rate = soundfile.read(EXAMPLE_DIR / f"joe_{number + 1:02d}.flac", dtype="float32")
        import soxr

        speech = soxr.resample(samples, rate, 16_000)
        minute[start_s * 16_000 : start_s * 16_000 + len(speech)] += speech
    with soundfile.SoundFile(path, "w", 16_000, 1, subtype="PCM_16") as file:
        for number in range(round(hours * 60)):
            file.write(minute + make_noise(60.0, 16_000, 0.0005, seed=number).samples if varied else minute)


def slices_and_peak_mb(path: Path) -> tuple[int, float]:
    """Plan and cut a file in a process of its own; the number of slices and its peak memory."""
    code = (
        "import resource, sys; from pathlib import Path;"
        "from voiceclone.clips.intake.slicing import *; from voiceclone.audio.decoding import open_recording;"
        "r = open_recording(Path(sys.argv[1])); plan = find_slices(r);"
        "count = sum(1 for _ in cut_slices(r, plan)); status = Path('/proc/self/status');"
        # Linux lets a new process begin with the peak of the one that started it; VmHWM is its own.
        "own = [line.split()[1] for line in status.read_text().splitlines() if line.startswith('VmHWM')] "
        "if status.exists() else [];"
        "print(count, own[0] if own else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", code, path], check=True, capture_output=True, text=True)
    count, kilobytes = done.stdout.split()
    return int(count), int(kilobytes) / (1024 if sys.platform != "darwin" else 1024**2)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no resource module")
def test_20_minutes_take_no_more_memory_than_two(tmp_path: Path) -> None:
    write_hours(tmp_path / "short.wav", 1 / 30)
    write_hours(tmp_path / "long.wav", 1 / 3)
    _, short_peak_mb = slices_and_peak_mb(tmp_path / "short.wav")
    count, long_peak_mb = slices_and_peak_mb(tmp_path / "long.wav")
    assert count >= 60
    assert long_peak_mb - short_peak_mb < 40  # the samples alone would be 77 MB


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no resource module")
def test_three_hours_take_no_more_memory(tmp_path: Path) -> None:
    write_hours(tmp_path / "long.wav", 3.0)
    count, peak_mb = slices_and_peak_mb(tmp_path / "long.wav")
    assert count >= 9 * 60
    assert peak_mb < 600


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process its own peak")
def test_three_hours_are_taken_in_below_a_gigabyte(tmp_path: Path) -> None:
    """All of `add_files`: slices, figures, files. Spanish, for which no recogniser comes along: none is loaded."""
    write_hours(tmp_path / "long.wav", 3.0, varied=True)
    code = (
        "import sys; from pathlib import Path; from voiceclone.clips import ClipLibrary;"
        "library = ClipLibrary(Path(sys.argv[2])); project = library.create_project('Long', 'es');"
        "report = library.add_files(project.project_id, [Path(sys.argv[1])]);"
        "status = Path('/proc/self/status').read_text().splitlines();"
        "print(len(report.added), len(report.rejected), [l.split()[1] for l in status if l.startswith('VmHWM')][0])"
    )
    command = [sys.executable, "-c", code, tmp_path / "long.wav", tmp_path / "data"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    added, rejected, peak_kb = map(int, done.stdout.split())
    assert added >= 9 * 60 and rejected == 0
    assert peak_kb / 1024 < 1000


def test_long_tone_has_no_speech(library: ClipLibrary, project: Project, write_wav) -> None:
    report = library.add_files(project.project_id, [write_wav("tone.wav", make_tone(30.0, 8_000))])
    assert report.added == () and "No speech was found" in report.rejected[0].reason
