"""Every bad file a person may bring: one sentence each, the others are added, nothing is lost."""

import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS, make_tone

from voiceclone import limits
from voiceclone.audio.decoding import open_recording
from voiceclone.audio.sound import Audio, encode_flac, encode_wav, resample
from voiceclone.clips import AddReport, ClipLibrary, Project
from voiceclone.clips.transcripts.reader import sidecar_text
from voiceclone.errors import AudioError, NotFoundError, StorageError, TextError

TEXT = EXAMPLE_TEXTS["joe_01.flac"]


@pytest.fixture
def add(library: ClipLibrary, project: Project) -> Callable[..., AddReport]:
    """Add files with the text of the speech fixture to an English project."""
    return lambda *files, text=TEXT, **options: library.add_files(project.project_id, list(files), text=text, **options)


def silence(duration_s: float) -> Audio:
    return Audio(np.zeros(round(duration_s * 16_000), np.float32), 16_000)


def write_zero_bytes(path: Path) -> None:
    path.write_bytes(b"")


def write_header_only(path: Path) -> None:
    soundfile.write(path, np.zeros(0), 16_000)


def write_text(path: Path) -> None:
    path.write_text("This is not a recording.\n" * 50)


def write_picture(path: Path) -> None:
    Image.new("RGB", (64, 64), "red").save(path, format="PNG")


def write_random(path: Path) -> None:
    path.write_bytes(np.random.default_rng(0).bytes(50_000))


def write_low_rate(path: Path) -> None:
    soundfile.write(path, make_tone(2.0, 4_000).samples, 4_000)


@pytest.mark.parametrize(
    ("name", "write", "words"),
    [
        ("zero.wav", write_zero_bytes, "empty (0 bytes)"),
        ("header.wav", write_header_only, "holds no sound"),
        ("text.wav", write_text, "cannot be read"),
        ("picture.mp3", write_picture, "cannot be read"),
        ("random.flac", write_random, "cannot be read"),
        ("silent.wav", lambda path: encode_wav(silence(3.0), path), "silent"),
        ("long_silence.wav", lambda path: encode_wav(silence(30.0), path), "No speech"),
        ("short.wav", lambda path: encode_wav(make_tone(0.3), path), "only 0.3 s"),
        ("tone.wav", lambda path: encode_wav(make_tone(3.0), path), "Nobody speaks"),
        ("low.wav", write_low_rate, "4000 samples a second"),
        ("missing.wav", lambda path: None, "no file"),
        ("folder", lambda path: path.mkdir(), "no recordings in"),
    ],
)
def test_unusable_file_gets_one_sentence_and_stops_nothing(
    add: Callable[..., AddReport], tmp_path: Path, speech_file: Path, name: str, write: Callable, words: str
) -> None:
    write(tmp_path / name)
    report = add(tmp_path / name, speech_file, text=None, transcripts={"speech.wav": TEXT})
    assert [clip.source_name for clip in report.added] == ["speech.wav"]
    (rejected,) = report.rejected
    assert rejected.source_name == name
    assert words in rejected.reason
    assert rejected.reason.rstrip().endswith(".") and "\n" not in rejected.reason


@pytest.mark.parametrize(
    ("name", "rate", "subtype", "channels"),
    [
        ("8k.wav", 8_000, "PCM_16", 1), ("96k.wav", 96_000, "PCM_24", 2), ("stereo.wav", 44_100, "PCM_16", 2),
        ("24.wav", 48_000, "PCM_24", 1), ("float.wav", 48_000, "FLOAT", 1), ("dbl.wav", 22_050, "DOUBLE", 1),
        ("six.wav", 48_000, "PCM_16", 6), ("ulaw.wav", 8_000, "ULAW", 1),
    ],
)  # fmt: skip
def test_unusual_but_fine_files_are_taken(
    add: Callable[..., AddReport],
    speech: Audio,
    tmp_path: Path,
    name: str,
    rate: int,
    subtype: str,
    channels: int,
) -> None:
    samples = resample(speech, rate).samples
    soundfile.write(tmp_path / name, np.stack([samples] * channels, axis=1), rate, subtype=subtype)
    report = add(tmp_path / name)
    (clip,) = report.added
    assert clip.sample_rate == rate and clip.duration_s == pytest.approx(speech.duration_s, abs=0.01)
    expected = "usable" if rate == 8_000 else "good"
    assert clip.verdict.level == expected, clip.verdict.reason
    assert ("telephone" in clip.verdict.reason) == (rate == 8_000)


def test_clipped_file_is_kept_with_a_verdict(add: Callable[..., AddReport], speech: Audio, write_wav: Callable) -> None:
    loud = Audio(np.clip(speech.samples * 40, -1, 1), speech.sample_rate)
    (clip,) = add(write_wav("loud.wav", loud)).added
    assert clip.verdict.level == "bad" and "too loud" in clip.verdict.reason


@pytest.mark.parametrize("ending", ["wav", "flac"])
def test_truncated_file_keeps_its_beginning(
    add: Callable[..., AddReport], speech: Audio, tmp_path: Path, ending: str
) -> None:
    whole = tmp_path / f"whole.{ending}"
    {"wav": encode_wav, "flac": encode_flac}[ending](speech, whole)
    cut = tmp_path / f"cut.{ending}"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    (clip,) = add(cut).added
    assert 1.5 < clip.duration_s < speech.duration_s - 0.5
    assert clip.verdict.level == "usable" and "ends too early" in clip.verdict.reason


def test_wav_written_into_a_pipe_is_not_called_truncated(add: Callable[..., AddReport], speech_file: Path) -> None:
    content = bytearray(speech_file.read_bytes())
    content[4:8] = content[40:44] = b"\xff\xff\xff\xff"
    speech_file.write_bytes(content)
    (clip,) = add(speech_file).added
    assert clip.verdict.level == "good", clip.verdict.reason


def test_wrongly_named_file(add: Callable[..., AddReport], tmp_path: Path) -> None:
    (tmp_path / "really_flac.mp3").write_bytes((EXAMPLE_DIR / "joe_01.flac").read_bytes())
    (clip,) = add(tmp_path / "really_flac.mp3").added
    assert clip.verdict.level == "good"


def test_too_long_a_recording_is_refused_before_it_is_read(add: Callable[..., AddReport], tmp_path: Path) -> None:
    path = tmp_path / "day.wav"
    soundfile.write(path, np.zeros(0), 8_000, subtype="PCM_U8")
    header, length = bytearray(path.read_bytes()), 5 * 3600 * 8_000
    header[4:8], header[-4:] = (length + 36).to_bytes(4, "little"), length.to_bytes(4, "little")
    with path.open("wb") as file:
        file.write(header)
        file.truncate(len(header) + length)  # five hours of nothing, which takes no room on most disks
    report = add(path)
    assert report.added == () and "longer than 4 hours" in report.rejected[0].reason


def test_text_that_is_too_long_rejects_only_its_file(add: Callable[..., AddReport], speech_file: Path) -> None:
    report = add(speech_file, text="word " * 200)
    assert report.added == () and "at most 600" in report.rejected[0].reason


def test_one_text_for_several_files(add: Callable[..., AddReport], speech_file: Path) -> None:
    with pytest.raises(TextError, match="table"):
        add(speech_file, speech_file)


def test_one_text_for_a_folder(library: ClipLibrary, project: Project) -> None:
    with pytest.raises(TextError, match="table"):
        library.add_files(project.project_id, [EXAMPLE_DIR], text=TEXT)
    assert library.clips(project.name) == []


def test_more_files_than_an_upload_takes(
    add: Callable[..., AddReport], speech_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_UPLOAD_FILES", 1)
    report = add(speech_file, EXAMPLE_DIR / "joe_02.flac", text=None, transcripts={"speech": TEXT})
    assert [clip.source_name for clip in report.added] == ["speech.wav"]
    assert report.rejected[0].source_name == "joe_02.flac" and "Only 1 single file" in report.rejected[0].reason


def test_a_folder_holds_as_many_files_as_it_likes(
    add: Callable[..., AddReport], speech_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_UPLOAD_FILES", 1)
    folder = tmp_path / "folder"
    folder.mkdir()
    for number in (2, 3):
        shutil.copy(EXAMPLE_DIR / f"joe_{number:02d}.flac", folder)
    report = add(folder, speech_file, text=None, transcripts=EXAMPLE_TEXTS | {"speech.wav": TEXT})
    assert report.rejected == () and len(report.added) == 3


def test_what_in_a_folder_is_no_recording_is_named(
    add: Callable[..., AddReport], speech: Audio, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    encode_wav(speech, folder / "speech.wav")
    for name in ("speech.txt", "README", "LICENSE.md", "notes.csv", ".hidden"):
        (folder / name).write_text("The quiet morning light fell across the kitchen table.")
    assert add(folder, text=None).rejected == ()
    for name in ("take.xyz", "a.pdf", "b.pdf", "c.pdf"):
        (folder / name).write_bytes(b"something")
    (told,) = [bad for bad in add(folder, text=None).rejected if "skipped" in bad.reason]
    assert told.source_name == "folder"
    assert told.reason.startswith("“a.pdf”, “b.pdf”, “c.pdf” and 1 more were skipped:")


@contextmanager
def unprivileged() -> Iterator[None]:
    """Read as somebody without the rights of root, whom no file is shut to."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(sys.platform == "win32", reason="rights are other ones there")
def test_a_locked_file_is_not_called_damaged(speech_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The folder above belongs to whoever runs the tests, so the way to the file begins inside it.
    speech_file.parent.chmod(0o755)
    monkeypatch.chdir(speech_file.parent)
    speech_file.chmod(0)
    with unprivileged(), pytest.raises(AudioError, match="another program has it open") as told:
        open_recording(Path(speech_file.name))
    assert "damaged" not in str(told.value)
    Path("speech.txt").write_text(TEXT)
    Path("speech.txt").chmod(0)
    with unprivileged(), pytest.raises(TextError, match="another program has it open"):
        sidecar_text(Path(speech_file.name))


@pytest.mark.skipif(not Path("/proc/self/mem").is_file(), reason="only Linux has a file whose disk always fails")
def test_a_failing_disk_is_told_apart_from_a_damaged_file() -> None:
    with pytest.raises(AudioError, match="another disk"):
        open_recording(Path("/proc/self/mem"))


def test_unknown_project(library: ClipLibrary, speech_file: Path) -> None:
    with pytest.raises(NotFoundError):
        library.add_files("nobody", [speech_file])


def test_disk_that_fills_up_loses_nothing(
    library: ClipLibrary, project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    files = [EXAMPLE_DIR / f"joe_{number:02d}.flac" for number in (1, 2, 3)]
    write_bytes = Path.write_bytes
    written: list[Path] = []

    def until_full(self: Path, content: bytes) -> int:
        written.append(self)
        if len(written) > 6:  # two clips of three files each: sound, description, and the description once more
            raise OSError(errno.ENOSPC, "No space left on device")
        return write_bytes(self, content)

    monkeypatch.setattr(Path, "write_bytes", until_full)
    with pytest.raises(StorageError, match="full"):
        library.add_files(project.project_id, files, transcripts=EXAMPLE_TEXTS)
    monkeypatch.undo()
    assert [clip.source_name for clip in library.clips(project.project_id)] == ["joe_01.flac", "joe_02.flac"]
    report = library.add_files(project.project_id, files, transcripts=EXAMPLE_TEXTS)
    assert [clip.source_name for clip in report.added] == ["joe_03.flac"]
    assert list((tmp_path / "data").rglob(".part-*")) == []
