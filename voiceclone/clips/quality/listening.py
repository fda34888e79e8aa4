"""The second look at clips, by networks that listen: are these the words, is it one person, is a take there twice?"""

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiceclone import limits
from voiceclone.audio.envelope import fine_shape, shape_likeness
from voiceclone.audio.sound import Audio
from voiceclone.clips.model import Clip, ClipRecord
from voiceclone.clips.quality.speakers import ClipSpeaker, find_speakers, likeness_to_the_main_voice
from voiceclone.clips.quality.verdict import sounds_well
from voiceclone.errors import Cancelled, NotFoundError
from voiceclone.evaluation.wer import character_error_rate
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.recognition.transcribe import can_transcribe, keeping_recogniser, recognise, recognise_again
from voiceclone.storage.disk import atomic_file
from voiceclone.wording import kept_words

if TYPE_CHECKING:
    from voiceclone.clips.library import ClipLibrary

PRINT_FILE = "voice_print.safetensors"
"""Beside a clip's sound: its speaker embedding (256 numbers) and its loudness every 20 ms."""
_WORTH_WRITING = 0.005
_FEWEST_CLEAR = 3
"""With fewer clips free of noise and echo, the noisy ones say what the main voice is, too."""
_TWIN_FRAMES = 10
_TWIN_VOICES = 0.85
"""A first sieve, so that 2,000 clips are not all compared with each other in full."""


def listen(
    library: "ClipLibrary",
    project_id: str,
    clip_ids: Collection[str] | None = None,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> list[Clip]:
    """Listen to clips (None: all) no network has listened to, then compare all clips with each other.

    Returns:
        The clips asked for, with their new verdicts.

    Raises:
        NotFoundError: one of them is not there.
        Cancelled: `should_stop` said so; what was heard before is kept.
    """
    if clip_ids is None:
        records = library.records(project_id)
    else:
        records = [library.record(project_id, clip_id) for clip_id in clip_ids]
    unheard = [record for record in records if not _was_heard(library, project_id, record)]
    with keeping_recogniser():
        for number, record in enumerate(unheard):
            if should_stop and should_stop():
                raise Cancelled(f"Stopped. {kept_words(number, 'listened to')}")
            if on_progress:
                on_progress(number / len(unheard), f"Listening to clip {number + 1} of {len(unheard)}")
            with suppress(NotFoundError):  # deleted meanwhile
                _listen_to(library, project_id, record)
    _compare(library, project_id)
    if on_progress:
        on_progress(1.0, "Done")
    wanted = {record.clip_id for record in records}
    return [clip for clip in library.clips(project_id) if clip.clip_id in wanted]


def speakers(library: "ClipLibrary", project_id: str) -> list[ClipSpeaker]:
    """Return who is heard in the clips that were listened to and are not left out, the one heard longest first."""
    prints = _prints(library, project_id, library.records(project_id))
    clips = [clip for clip in library.clips(project_id) if clip.included and clip.clip_id in prints]
    clips = [clip for clip in clips if sounds_well(clip.verdict.figures)]
    if len(clips) < 2:
        return []
    return find_speakers(clips, np.array([prints[clip.clip_id][0] for clip in clips]))


def keep_speaker(library: "ClipLibrary", project_id: str, clip_id: str) -> int:
    """Leave out the clips of everybody but the person who speaks in `clip_id`; return how many that were.

    Raises:
        NotFoundError: no such clip among those of `speakers`.
    """
    found = speakers(library, project_id)
    mine = next((speaker for speaker in found if clip_id in speaker.clip_ids), None)
    if mine is None:
        raise NotFoundError("That voice is not among these clips any more. Load the page again and choose anew.")
    others = [other for speaker in found if speaker is not mine for other in speaker.clip_ids]
    for other in others:
        library.edit_clip(project_id, other, included=False)
    _compare(library, project_id)
    return len(others)


def _was_heard(library: "ClipLibrary", project_id: str, record: ClipRecord) -> bool:
    recognised = record.heard is not None or not can_transcribe(record.language, library.root.parent)
    again = not _wants_second_hearing(library, record)
    return (
        recognised and again and _read_print(library.clip_folder(project_id, record.clip_id) / PRINT_FILE) is not None
    )


def _listen_to(library: "ClipLibrary", project_id: str, record: ClipRecord) -> None:
    audio = library.audio(project_id, record.clip_id, "original")
    print_ = _make_print(audio)
    library.record(project_id, record.clip_id)  # deleted meanwhile? Writing would bring its folder back
    _save_print(library.clip_folder(project_id, record.clip_id) / PRINT_FILE, print_)
    data_dir = library.root.parent
    if _wants_second_hearing(library, record):
        again = recognise_again(audio, record.language, data_dir)
        differing = character_error_rate(record.heard or "", again, record.language)
        now = library.record(project_id, record.clip_id)
        library.change(project_id, record.clip_id, figures=now.figures | {"heard_again": differing})
    if record.heard is not None or not can_transcribe(record.language, data_dir):
        return
    heard = recognise(audio, record.language, data_dir).text[: limits.MAX_CLIP_TEXT_CHARACTERS]
    # The text may have been corrected while the network listened.
    library.change(project_id, record.clip_id, heard=heard)
    now = library.record(project_id, record.clip_id)
    library.change(project_id, record.clip_id, figures=now.figures | words_figures(now.text, heard, now.language))


def _wants_second_hearing(library: "ClipLibrary", record: ClipRecord) -> bool:
    """True for a recogniser's own text of which it was neither sure nor unsure."""
    if not (record.transcribed and record.heard and can_transcribe(record.language, library.root.parent)):
        return False
    sure = record.figures.get("log_probability", 0.0) > limits.SURE_LOG_PROBABILITY
    return not sure and "heard_again" not in record.figures


def words_figures(text: str, heard: str | None, language: str) -> dict[str, float]:
    """Return `character_error_rate` of what was heard to the text; nothing without one of them."""
    if heard is None or not text.strip():
        return {}
    return {"character_error_rate": character_error_rate(text, heard, language)}


def _make_print(audio: Audio) -> dict[str, np.ndarray]:
    from voiceclone.evaluation.speaker_similarity import embed

    return {"voice": embed(audio), "shape": fine_shape(audio)}


def _save_print(path: Path, print_: dict[str, np.ndarray]) -> None:
    from safetensors.numpy import save_file

    with atomic_file(path) as temporary:
        save_file(print_, temporary)


def _prints(
    library: "ClipLibrary", project_id: str, records: list[ClipRecord]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return (embedding, fine shape) of each clip that was listened to."""
    found = {}
    for record in records:
        print_ = _read_print(library.clip_folder(project_id, record.clip_id) / PRINT_FILE)
        if print_ is not None:
            found[record.clip_id] = print_
    return found


def _read_print(path: Path) -> tuple[np.ndarray, np.ndarray] | None:
    """Return what `_save_print` wrote; None when it is not there, or damaged: it is made anew then."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors = load_file(path)
        return tensors["voice"], tensors["shape"]
    except (OSError, SafetensorError, KeyError):
        return None


def clear_voice(library: "ClipLibrary", project_id: str) -> np.ndarray | None:
    """Return the mean embedding of the clips without noise and echo, shape (256,), length 1.

    None with fewer than three of them that were listened to.
    """
    records = [record for record in library.records(project_id) if record.included and sounds_well(record.figures)]
    prints = [voice for voice, _ in _prints(library, project_id, records).values()]
    if len(prints) < _FEWEST_CLEAR:
        return None
    mean = np.mean(prints, axis=0)
    return mean / np.linalg.norm(mean)


def _compare(library: "ClipLibrary", project_id: str) -> None:
    """Write into the records how like the main voice each clip is, and which take is there twice."""
    records = library.records(project_id)
    prints = _prints(library, project_id, records)
    heard = [record for record in records if record.clip_id in prints]
    if not heard:
        return
    voices = np.array([prints[record.clip_id][0] for record in heard])
    speech_s = np.array([record.figures["speech_s"] for record in heard])
    included = np.array([record.included for record in heard])
    clear = included & np.array([sounds_well(record.figures) for record in heard])
    likeness = likeness_to_the_main_voice(voices, speech_s, clear if clear.sum() >= _FEWEST_CLEAR else included)
    twins = _twins(heard, voices, [prints[record.clip_id][1] for record in heard])
    for record, own in zip(heard, likeness, strict=True):
        twin = twins.get(record.clip_id, "")
        if twin != record.twin_of or abs(own - record.figures.get("speaker_likeness", 9)) > _WORTH_WRITING:
            figures = record.figures | {"speaker_likeness": float(own)}
            with suppress(NotFoundError):
                library.change(project_id, record.clip_id, figures=figures, twin_of=twin)


def _twins(records: list[ClipRecord], voices: np.ndarray, shapes: list[np.ndarray]) -> dict[str, str]:
    """Return for each clip the id of an older one that holds the same take: the same words at the same moments."""
    found: dict[str, str] = {}
    lengths = np.array([len(shape) for shape in shapes])
    for place in range(1, len(records)):
        as_long = abs(lengths[:place] - lengths[place]) <= _TWIN_FRAMES
        for earlier in np.flatnonzero(as_long & (voices[:place] @ voices[place] > _TWIN_VOICES)):
            if records[earlier].clip_id in found:
                continue  # a third copy is a twin of the first
            if shape_likeness(shapes[earlier], shapes[place]) > limits.TWIN_LIKENESS:
                found[records[place].clip_id] = records[earlier].clip_id
                break
    return found
