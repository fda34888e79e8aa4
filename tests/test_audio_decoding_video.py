"""Video files of every kind that is offered: their sound is read, and they are found in folders."""

from pathlib import Path

import av
import numpy as np
import pytest
from sounds import EXAMPLE_DIR

from voiceclone.audio.sound import Audio, decode, resample
from voiceclone.clips import ClipLibrary, Project
from voiceclone.clips.transcripts.reader import SIDECAR_SUFFIXES, TABLE_SUFFIXES
from voiceclone.clips.transcripts.recording_names import SOUND_SUFFIXES
from voiceclone.clips.transcripts.timed_texts import TIMED_SUFFIXES
from voiceclone.ui.record_tab.record import SOUND_FILES

KINDS = {
    ".mp4": ("mp4", "mpeg4", "aac"), ".m4v": ("ipod", "mpeg4", "aac"), ".mov": ("mov", "mpeg4", "aac"),
    ".mkv": ("matroska", "mpeg4", "aac"), ".webm": ("webm", "vp8", "libopus"), ".avi": ("avi", "mpeg4", "mp2"),
    ".mpg": ("mpeg", "mpeg1video", "mp2"), ".mpeg": ("mpeg", "mpeg2video", "mp2"), ".vob": ("vob", "mpeg2video", "ac3"),
    ".ts": ("mpegts", "mpeg2video", "mp2"), ".mts": ("mpegts", "mpeg2video", "ac3"),
    ".m2ts": ("mpegts", "mpeg2video", "ac3"), ".wmv": ("asf", "wmv2", "wmav2"), ".flv": ("flv", "flv1", "aac"),
    ".3gp": ("3gp", "mpeg4", "aac"), ".3g2": ("3g2", "mpeg4", "aac"),
}  # fmt: skip
RATE = 48_000


def encode_video(path: Path, container: str, picture_codec: str, sound_codec: str, sound: Audio) -> None:
    """Write a film of grey pictures with `sound`."""
    with av.open(str(path), "w", format=container) as film:
        pictures = film.add_stream(picture_codec, rate=25)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        voice = film.add_stream(sound_codec, rate=RATE, layout="mono")
        voice.bit_rate = 96_000
        for number in range(round(25 * sound.duration_s)):
            grey = np.full((48, 64, 3), 40 + number % 100, np.uint8)
            film.mux(pictures.encode(av.VideoFrame.from_ndarray(grey, "rgb24")))
        film.mux(pictures.encode(None))
        samples = (resample(sound, RATE).samples * 32767).astype(np.int16)[None]
        heard = av.AudioFrame.from_ndarray(samples, "s16", "mono")
        heard.sample_rate, heard.pts = RATE, 0
        film.mux(voice.encode(heard))
        film.mux(voice.encode(None))


@pytest.mark.parametrize("ending", KINDS)
def test_the_sound_of_a_film_is_read(speech: Audio, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"film{ending}"
    encode_video(path, *KINDS[ending], speech)
    audio = decode(path)
    assert audio.duration_s == pytest.approx(speech.duration_s, abs=0.15)
    said, heard = resample(speech, 16_000).samples, resample(audio, 16_000).samples
    length = min(len(said), len(heard))
    # The same speech, wherever the coder's delay puts it.
    alike = np.fft.irfft(np.fft.rfft(heard[:length]) * np.fft.rfft(said[:length]).conj())
    assert alike.max() > 0.8 * np.linalg.norm(said[:length]) * np.linalg.norm(heard[:length])


def test_films_in_a_folder_are_found(library: ClipLibrary, project: Project, speech: Audio, tmp_path: Path) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    encode_video(folder / "One.WMV", *KINDS[".wmv"], speech)
    encode_video(folder / "two.ts", *KINDS[".ts"], Audio(speech.samples[: 2 * speech.sample_rate], speech.sample_rate))
    (folder / "joe_03.flac").write_bytes((EXAMPLE_DIR / "joe_03.flac").read_bytes())
    report = library.add_files(project.project_id, [folder])
    assert report.rejected == ()
    assert sorted(clip.source_name for clip in report.added) == ["One.WMV", "joe_03.flac", "two.ts"]


def test_the_page_and_folders_take_the_same_files() -> None:
    assert set(KINDS) <= SOUND_SUFFIXES
    words = {*TABLE_SUFFIXES, *SIDECAR_SUFFIXES, *TIMED_SUFFIXES}
    assert {kind.casefold() for kind in SOUND_FILES} == SOUND_SUFFIXES | words | {".zip", "audio"}
