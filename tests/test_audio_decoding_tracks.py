"""Several sound tracks in one file: the one somebody speaks on is taken, and said where there was a choice."""

from pathlib import Path

import av
import numpy as np
import pytest
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS, joined, make_noise, make_tone, mixed

from voiceclone.audio.decoding import open_recording
from voiceclone.audio.sound import Audio, decode, resample
from voiceclone.clips import ClipLibrary, Project

RATE = 48_000


def silence(duration_s: float) -> Audio:
    return Audio(np.zeros(round(duration_s * RATE), np.float32), RATE)


def write_tracks(path: Path, *tracks: Audio, titles: tuple[str, ...] = (), codec: str = "pcm_s16le") -> Path:
    """Write a film without pictures and several sound tracks."""
    with av.open(str(path), "w") as film:
        streams = [film.add_stream(codec, rate=RATE, layout="mono") for _ in tracks]
        for stream, title in zip(streams, titles, strict=False):
            stream.metadata["title"] = title
        packets = []
        for stream, audio in zip(streams, tracks, strict=True):
            sound = resample(audio, RATE).samples
            for first in range(0, len(sound), RATE):
                samples = (sound[None, first : first + RATE] * 32767).astype(np.int16)
                frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), "s16", "mono")
                frame.sample_rate, frame.pts = RATE, first
                packets += [(first, packet) for packet in stream.encode(frame)]
            packets += [(len(sound), packet) for packet in stream.encode(None)]
        for _, packet in sorted(packets, key=lambda timed: timed[0]):
            film.mux(packet)
    return path


def says(read: Audio, voice: Audio) -> bool:
    """True when the voice, and little else, is in what was read."""
    one, other = (resample(audio, 16_000).samples for audio in (read, voice))
    length = len(one) + len(other)
    alike = np.fft.irfft(np.fft.rfft(one, length) * np.fft.rfft(other, length).conj(), length).max()
    return bool(alike > 0.9 * np.linalg.norm(one) * np.linalg.norm(other))


@pytest.mark.parametrize(
    "beside",
    [silence(3.3), make_noise(3.3, RATE, 0.1), make_tone(3.3, RATE, 440.0, 0.5)],
    ids=["silence", "noise", "a tone"],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_track_with_speech_is_taken(speech: Audio, tmp_path: Path, beside: Audio, place: int) -> None:
    tracks = [beside, beside]
    tracks.insert(place, speech)
    for name, codec in (("screen.mkv", "pcm_s16le"), ("screen.mp4", "aac")):
        recording = open_recording(write_tracks(tmp_path / name, *tracks, codec=codec))
        assert recording.remark is None
        assert says(Audio(np.concatenate(list(recording.blocks())), recording.sample_rate), speech)


def test_a_microphone_goes_before_the_mix_of_it_with_a_game(speech: Audio, tmp_path: Path) -> None:
    voice = resample(speech, RATE)
    mix = mixed(voice, make_noise(voice.duration_s, RATE, 0.02))
    path = write_tracks(tmp_path / "game.mkv", mix, voice, titles=("All", "Mic"))
    recording = open_recording(path)
    assert says(decode(path), speech)
    assert "2 sound tracks, 2 of them with speech; the second (“Mic”) was taken" in recording.remark


def test_of_two_languages_the_first_is_taken_and_it_is_said(
    library: ClipLibrary, project: Project, speech: Audio, tmp_path: Path
) -> None:
    other = decode(EXAMPLE_DIR / "joe_02.flac")
    path = write_tracks(tmp_path / "film.mkv", speech, other)
    report = library.add_files(project.project_id, [path], text=EXAMPLE_TEXTS["joe_01.flac"])
    (clip,) = report.added
    assert clip.duration_s == pytest.approx(speech.duration_s, abs=0.05)
    assert [told.reason for told in report.rejected] == [
        "“film.mkv” has 2 sound tracks, 2 of them with speech; the first was taken. "
        "If you want another one, save it as a file of its own and add that."
    ]


def test_a_long_film_is_listened_to_here_and_there(
    long_speech: Audio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voiceclone.audio.decoding.tracks._EXAMINED_WHOLE_S", 10.0)
    monkeypatch.setattr("voiceclone.audio.decoding.tracks._EXCERPT_S", 1.0)
    late = joined(silence(12.0), resample(long_speech, RATE))
    for name, codec in (("late.mkv", "pcm_s16le"), ("late.mp4", "aac")):
        recording = open_recording(write_tracks(tmp_path / name, silence(33.0), late, codec=codec))
        assert max(float(np.max(np.abs(block))) for block in recording.blocks()) > 0.05


def test_tracks_of_silence_are_called_silent(library: ClipLibrary, project: Project, tmp_path: Path) -> None:
    path = write_tracks(tmp_path / "nothing.mkv", silence(3.0), silence(3.0))
    report = library.add_files(project.project_id, [path])
    assert [told.reason.split(".")[1] for told in report.rejected] == ["mkv” is silent"]
