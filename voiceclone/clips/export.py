"""Export a project's clips as a zip file in LJSpeech layout (wavs/ and metadata.csv), a format most tools read."""

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone.clips.dataset_details import DETAILS_FILE, ClipDetails, details_json
from voiceclone.errors import Cancelled, InputError
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.storage import disk

if TYPE_CHECKING:
    from voiceclone.clips.library import ClipLibrary

SOUND_FOLDER = "wavs"
TABLE = "metadata.csv"


def export_dataset(
    library: "ClipLibrary",
    project_id: str,
    target: Path,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> int:
    """Write the included clips that have a text to a zip file, with their original audio; return how many.

    Importing the file gives the same clips: same samples, texts and languages. The languages, and characters the
    table cannot hold, are stored in a small JSON file that other programs ignore.

    Raises:
        InputError: no included clip has a text.
        StorageError: the disk is full.
        Cancelled: `should_stop` returned True; no file is left behind.
    """
    clips = [clip for clip in library.clips(project_id) if clip.included and clip.text.strip()]
    if not clips:
        raise InputError("There are no clips with a text yet. Record or add some first.")
    lines, details = [], []
    with disk.atomic_file(Path(target)) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        for number, clip in enumerate(clips, start=1):
            if should_stop and should_stop():
                raise Cancelled("Stopped. Nothing was written.")
            name = f"{number:04d}"
            archive.writestr(
                f"{SOUND_FOLDER}/{name}.wav", _wav(library.clip_folder(project_id, clip.clip_id) / "original.flac")
            )
            kept = ClipDetails(clip.text, clip.language)
            lines.append(f"{name}|{kept.text_in_table}|{kept.text_in_table}\n")
            details.append((name, kept))
            if on_progress:
                on_progress(number / len(clips), f"Clip {number} of {len(clips)}")
        archive.writestr(TABLE, "".join(lines))
        archive.writestr(DETAILS_FILE, details_json(details))
    disk.hand_out(Path(target))
    return len(clips)


def _wav(path: Path) -> bytes:
    """Return a recording as WAV at its own bit depth."""
    import io

    import soundfile

    with soundfile.SoundFile(path) as sound:
        samples = sound.read(dtype="int32")
        wav = io.BytesIO()
        soundfile.write(wav, samples, sound.samplerate, subtype=sound.subtype, format="WAV")
    return wav.getvalue()
