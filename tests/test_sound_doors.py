"""Sound files at the page and in the terminal: rare but right ones become clips, refused ones leave nobody behind."""

import json
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from small_corpora import librispeech

from tests.served_page import QUIET_SERVER, Page, serve
from tests.small_project import fake_engine, make_project
from tests.test_audio_decoding_tracks import write_tracks
from tests.test_audio_decoding_whole import NO_DATA, encode
from voiceclone import VoiceEngine, host
from voiceclone.audio.sound import Audio, loudness_lufs, resample
from voiceclone.cli import main
from voiceclone.errors import StorageError

pytestmark = QUIET_SERVER
SPANISH = "es"
"""Nothing is written down in it here, which would take seconds."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> VoiceEngine:
    """An engine without anybody in it."""
    return fake_engine(tmp_path_factory.mktemp("doors") / "home")


@pytest.fixture(scope="module")
def page(engine: VoiceEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page on it."""
    yield from serve(tmp_path_factory, engine)


@pytest.fixture(autouse=True)
def nobody_stays(engine: VoiceEngine) -> Iterator[None]:
    """Each test begins without anybody."""
    yield
    for project in engine.projects.all():
        engine.projects.delete(project.project_id)


def _stereo(path: Path, voice: Audio, left: float, right: float) -> None:
    sides = np.stack([left * voice.samples, right * voice.samples], axis=1)
    soundfile.write(path, sides, voice.sample_rate, subtype="FLOAT")


def _centre(path: Path, voice: Audio) -> None:
    channels = np.zeros((len(voice.samples), 6))
    channels[:, 2] = voice.samples
    soundfile.write(path, channels, voice.sample_rate)


def _never_closed(path: Path, voice: Audio) -> None:
    soundfile.write(path, voice.samples, voice.sample_rate)
    content = bytearray(path.read_bytes())
    content[4:8] = content[40:44] = bytes(4)
    path.write_bytes(content)


def _joined(path: Path, voice: Audio) -> None:
    half = len(voice.samples) // 2
    content = b""
    for samples, rate, layout in ((voice.samples[:half], 44_100, "mono"), (voice.samples[half:], 48_000, "stereo")):
        part = path.with_name("part")
        encode(part, "ogg", "flac", resample(Audio(samples, voice.sample_rate), rate), layout)
        content += part.read_bytes()
    path.write_bytes(content)


def _amr(path: Path, voice: Audio) -> None:
    encode(path, "amr", "libopencore_amrnb", resample(voice, 8_000))
    path.write_bytes(path.read_bytes() + 5 * NO_DATA)


RARE = {
    "inverted.wav": lambda path, voice: _stereo(path, voice, 1, -1),
    "left.wav": lambda path, voice: _stereo(path, voice, 1, 0),
    "centre.wav": _centre,
    "tracks.mkv": lambda path, voice: write_tracks(path, Audio(np.zeros(160_000, np.float32), 48_000), voice),
    "joined.ogg": _joined,
    "died.wav": _never_closed,
    "phone.amr": _amr,
    "apple.caf": lambda path, voice: encode(path, "caf", "alac", resample(voice, 44_100)),
}


@pytest.mark.parametrize("name", RARE)
@pytest.mark.parametrize("door", ["page", "terminal"])
def test_a_rare_file_is_as_good_as_a_plain_one(
    engine: VoiceEngine, page: Page, speech: Audio, tmp_path: Path, door: str, name: str
) -> None:
    project = engine.projects.create("Ana", SPANISH)
    RARE[name](tmp_path / name, speech)
    if door == "page":
        sent = page.upload(tmp_path / name)
        went_well, answer = page.ask("add", project.project_id, [sent], None, None, SPANISH, False, 0)
        assert went_well, answer
    else:
        assert main(["add", "Ana", str(tmp_path / name)], lambda: engine) == 0
    (clip,) = engine.projects.clips(project.project_id)
    assert clip.duration_s == pytest.approx(speech.duration_s, abs=0.15)
    assert "ends too early" not in clip.verdict.reason and "quiet" not in clip.verdict.reason
    read = engine.projects.clip_audio(project.project_id, clip.clip_id, "original")
    assert loudness_lufs(read) == pytest.approx(loudness_lufs(speech), abs=1.0 if name == "phone.amr" else 0.5)


# --- nobody is left behind -------------------------------------------------------------------------


def _zip(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def _bytes(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _folder(path: Path, *names: str) -> Path:
    path.mkdir()
    for name in names:
        (path / name).write_bytes(b"Dear Anna, this is a letter.")
    return path


REFUSED = {
    "mistyped": lambda at: [at / "no_such_file.wav"],
    "no recording": lambda at: [_bytes(at / "letter.wav", b"Dear Anna, this is a letter." * 40)],
    "0 bytes": lambda at: [_bytes(at / "empty.wav", b"")],
    "header only": lambda at: [_bytes(at / "header.wav", b"RIFF" + struct.pack("<I", 4) + b"WAVE")],
    "empty folder": lambda at: [_folder(at / "empty")],
    "folder of letters": lambda at: [_folder(at / "letters", "a.wav", "b.mp3")],
    "damaged zip": lambda at: [_bytes(at / "takes.zip", b"PK\3\4 and no more")],
    "zip of letters": lambda at: [_zip(at / "takes.zip", **{"a.wav": b"Dear Anna"})],
    "mistyped corpus": lambda at: ["--librispeech", at / "nowhere"],
    "corpus without a speaker": lambda at: ["--librispeech", librispeech(at / "corpus")],
    "corpus with another speaker": lambda at: ["--librispeech", librispeech(at / "corpus"), "--speaker", "20"],
    "table that is not there": lambda at: [at / "a.wav", "--transcripts", at / "nothing.csv"],
    "text for two files": lambda at: [at / "a.wav", at / "b.wav", "--text", "x"],
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_person_made_for_what_is_refused_goes_again(
    engine: VoiceEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    arguments = [str(one) for one in REFUSED[kind](tmp_path)]
    assert main(["add", "Berta", *arguments], lambda: engine) == 2
    assert engine.projects.all() == []
    output, errors = capsys.readouterr()
    assert "Traceback" not in errors and errors.strip()
    assert output.strip() in ("", "Nothing was added, so there is no project “Berta”.")


def test_a_person_who_had_clips_stays(engine: VoiceEngine, tmp_path: Path) -> None:
    project = make_project(engine.data_dir, "Anna")
    engine.projects.create("Empty since yesterday")
    for name in ("anna", "Empty since yesterday"):
        assert main(["add", name, str(tmp_path / "no_such_file.wav")], lambda: engine) == 2
    assert [known.name for known in engine.projects.all()] == ["Anna", "Empty since yesterday"]
    assert len(engine.projects.clips(project.project_id)) == 4


def test_json_says_that_nobody_was_made(
    engine: VoiceEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str], speech_file: Path
) -> None:
    assert main(["add", "Berta", str(tmp_path / "no_such_file.wav"), "--json"], lambda: engine) == 2
    told = json.loads(capsys.readouterr().out)
    assert told["project"] is None and told["rejected"][0]["source_name"] == "no_such_file.wav"
    assert main(["add", "Berta", str(speech_file), "--language", SPANISH, "--json"], lambda: engine) == 0
    assert json.loads(capsys.readouterr().out)["project"]["name"] == "Berta"


@pytest.mark.parametrize("end", [KeyboardInterrupt, StorageError("The disk is full.")])
def test_whoever_stops_before_the_first_clip_leaves_nobody(
    engine: VoiceEngine, speech_file: Path, monkeypatch: pytest.MonkeyPatch, end: BaseException
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise end

    monkeypatch.setattr("voiceclone.clips.intake.recordings.open_recording", stop)
    assert main(["add", "Berta", str(speech_file)], lambda: engine) in (2, 130)
    assert engine.projects.all() == []
    monkeypatch.setattr(host, "EXAMPLES_DIR", _examples(speech_file.parent))
    with pytest.raises(type(end) if isinstance(end, Exception) else end):
        engine.load_example()
    assert engine.projects.all() == []


def _examples(folder: Path) -> Path:
    (folder / "examples").mkdir()
    (folder / "examples" / "metadata.csv").write_text("a.flac|Hello there.\n")
    (folder / "examples" / "a.flac").write_bytes(b"no sound")
    return folder / "examples"


@pytest.mark.parametrize("make", [REFUSED["no recording"], REFUSED["0 bytes"], REFUSED["damaged zip"]])
def test_the_page_makes_nobody_for_a_refused_file(
    engine: VoiceEngine, page: Page, tmp_path: Path, make: Callable[[Path], list[Path]]
) -> None:
    project = make_project(engine.data_dir, "Anna")
    (file,) = make(tmp_path)
    went_well, _ = page.ask("add", project.project_id, [page.upload(file)], None, None, "en-us", False, 0)
    assert went_well  # the sentence stands in the report
    assert not page.ask("create", "  ", "en-us")[0]
    assert [known.name for known in engine.projects.all()] == ["Anna"]
    assert len(engine.projects.clips(project.project_id)) == 4
