"""A project of the example voice's recordings for tests that train through the program."""

from pathlib import Path

from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS

from tests.small_project import GOOD_FIGURES
from voiceclone.audio.sound import decode, encode_flac, resample
from voiceclone.clips.library import ClipLibrary, ClipRecord, now
from voiceclone.storage import disk


def joe_project(data_dir: Path, count: int = 6) -> str:
    """Write a project of the first clips, judged good and cleaned already; return its id."""
    library = ClipLibrary(data_dir)
    project = library.create_project("Joe")
    for number, (name, text) in enumerate(sorted(EXAMPLE_TEXTS.items())[:count]):
        sound = resample(decode(EXAMPLE_DIR / name), 16_000)
        record = ClipRecord(
            clip_id=disk.new_id(),
            text=text,
            language="en-us",
            duration_s=sound.duration_s,
            sample_rate=sound.sample_rate,
            source_name=name,
            source_start_s=0.0,
            content_sha256=f"{number:064x}",
            created_at=now(),
            figures=GOOD_FIGURES | {"speech_s": sound.duration_s},
            cleaned=True,
        )
        library.save_new(project.project_id, record, sound, bits=16)
        encode_flac(sound, library.clip_folder(project.project_id, record.clip_id) / "cleaned.flac")
    return project.project_id
