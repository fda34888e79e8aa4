"""Makes a project whose clips are tones, judged good and cleaned: something real for training to read."""

from pathlib import Path

from tests.fake_base import BASE_ID, FACTORY, tone
from voiceclone.audio.sound import encode_flac
from voiceclone.clips.library import ClipLibrary, ClipRecord, Project, now
from voiceclone.engine import VoiceEngine
from voiceclone.storage import disk

PITCH_HZ = 220.0
SAMPLE_RATE = 16_000
GOOD_FIGURES = {
    "snr_db": 50.0,
    "loudness_lufs": -20.0,
    "peak_dbfs": -6.0,
    "clipped_share": 0.0,
    "speech_share": 0.9,
    "high_band_db": -30.0,
}
TEXT = "The quick brown fox jumps over the lazy dog by the river."


def fake_engine(data_dir: Path) -> VoiceEngine:
    """An engine on the fake base."""
    return VoiceEngine(data_dir, BASE_ID, base_factory=FACTORY)


def make_project(
    data_dir: Path,
    name: str = "Anna",
    clip_count: int = 4,
    speech_s: float = 4.0,
    pitch_hz: float = PITCH_HZ,
    pause_s: float = 0.0,
    language: str = "en-us",
) -> Project:
    """Write a project with `clip_count` clips of `speech_s` seconds of speech each, `pause_s` around it."""
    library = ClipLibrary(data_dir)
    project = library.create_project(name, language)
    sound = tone(pitch_hz, speech_s + pause_s, SAMPLE_RATE)
    for number in range(clip_count):
        record = ClipRecord(
            clip_id=disk.new_id(),
            text=TEXT,
            language=language,
            duration_s=speech_s + pause_s,
            sample_rate=SAMPLE_RATE,
            source_name=f"take {number}.wav",
            source_start_s=0.0,
            content_sha256=f"{number:064x}",
            created_at=now(),
            figures=GOOD_FIGURES | {"speech_s": speech_s},
            cleaned=True,
        )
        library.save_new(project.project_id, record, sound, bits=16)
        encode_flac(sound, library.clip_folder(project.project_id, record.clip_id) / "cleaned.flac")
    return project
