"""The second check of clips, by neural networks: are these the words, is it one speaker, is a take there twice?"""

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiceclone import limits
from voiceclone.audio.envelope import envelope_correlation, fine_envelope
from voiceclone.audio.sound import Audio
from voiceclone.clips.model import Clip, ClipRecord
from voiceclone.clips.quality.speakers import ClipSpeaker, find_speakers, similarity_to_the_main_voice
from voiceclone.clips.quality.verdict import is_clear
from voiceclone.errors import Cancelled, NotFoundError
from voiceclone.evaluation.wer import character_error_rate
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.recognition.transcribe import can_transcribe, keeping_recogniser, recognise, recognise_again
from voiceclone.storage.disk import atomic_file
from voiceclone.wording import kept_sentence

if TYPE_CHECKING:
    from voiceclone.clips.library import ClipLibrary

PRINT_FILE = "voice_print.safetensors"
"""Stored with a clip: its speaker embedding (256 values) and its loudness envelope in 20 ms steps."""
_MIN_CHANGE = 0.005
_MIN_CLEAR_CLIPS = 3
"""With fewer clips free of noise and echo, the noisy ones help to define the main voice."""
_TWIN_FRAMES = 10
_TWIN_VOICES = 0.85
"""Speaker similarity below which two clips are not compared in full; keeps projects of 2,000 clips fast."""


def listen(
    library: "ClipLibrary",
    project_id: str,
    clip_ids: Collection[str] | None = None,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> list[Clip]:
    """Analyse the clips (None: all) that were not analysed yet, then compare all clips with each other.

    Returns:
        The requested clips with their new verdicts.

    Raises:
        NotFoundError: one of them does not exist.
        Cancelled: `should_stop` returned True; finished results are kept.
    """
    if clip_ids is None:
        records = library.records(project_id)
    else:
        records = [library.record(project_id, clip_id) for clip_id in clip_ids]
    unheard = [record for record in records if not _is_analysed(library, project_id, record)]
    with keeping_recogniser():
        for number, record in enumerate(unheard):
            if should_stop and should_stop():
                raise Cancelled(f"Stopped. {kept_sentence(number, 'listened to')}")
            if on_progress:
                on_progress(number / len(unheard), f"Listening to clip {number + 1} of {len(unheard)}")
            with suppress(NotFoundError):  # deleted in the meantime
                _analyse(library, project_id, record)
    _compare(library, project_id)
    if on_progress:
        on_progress(1.0, "Done")
    wanted = {record.clip_id for record in records}
    return [clip for clip in library.clips(project_id) if clip.clip_id in wanted]


def speakers(library: "ClipLibrary", project_id: str) -> list[ClipSpeaker]:
    """Return the speakers of the included, analysed clips, those with the most speech first."""
    prints = _prints(library, project_id, library.records(project_id))
    clips = [clip for clip in library.clips(project_id) if clip.included and clip.clip_id in prints]
    clips = [clip for clip in clips if is_clear(clip.verdict.figures)]
    if len(clips) < 2:
        return []
    return find_speakers(clips, np.array([prints[clip.clip_id][0] for clip in clips]))


def keep_speaker(library: "ClipLibrary", project_id: str, clip_id: str) -> int:
    """Exclude the clips of every speaker except the one in `clip_id`; return how many were excluded.

    Raises:
        NotFoundError: none of the `speakers` has such a clip.
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


def _is_analysed(library: "ClipLibrary", project_id: str, record: ClipRecord) -> bool:
    recognised = record.heard is not None or not can_transcribe(record.language, library.root.parent)
    again = not _needs_second_pass(library, record)
    return (
        recognised and again and _read_print(library.clip_folder(project_id, record.clip_id) / PRINT_FILE) is not None
    )


def _analyse(library: "ClipLibrary", project_id: str, record: ClipRecord) -> None:
    audio = library.audio(project_id, record.clip_id, "original")
    print_ = _make_print(audio)
    library.record(project_id, record.clip_id)  # raises if deleted meanwhile; saving would recreate the folder
    _save_print(library.clip_folder(project_id, record.clip_id) / PRINT_FILE, print_)
    data_dir = library.root.parent
    if _needs_second_pass(library, record):
        again = recognise_again(audio, record.language, data_dir)
        differing = character_error_rate(record.heard or "", again, record.language)
        now = library.record(project_id, record.clip_id)
        library.change(project_id, record.clip_id, figures=now.figures | {"heard_again": differing})
    if record.heard is not None or not can_transcribe(record.language, data_dir):
        return
    heard = recognise(audio, record.language, data_dir).text[: limits.MAX_CLIP_TEXT_CHARACTERS]
    # The text may have been corrected during recognition, so it is read again.
    library.change(project_id, record.clip_id, heard=heard)
    now = library.record(project_id, record.clip_id)
    library.change(project_id, record.clip_id, figures=now.figures | transcript_figures(now.text, heard, now.language))


def _needs_second_pass(library: "ClipLibrary", record: ClipRecord) -> bool:
    """True if the recogniser was not sure of its own text and has not listened a second time."""
    if not (record.transcribed and record.heard and can_transcribe(record.language, library.root.parent)):
        return False
    sure = record.figures.get("log_probability", 0.0) > limits.SURE_LOG_PROBABILITY
    return not sure and "heard_again" not in record.figures


def transcript_figures(text: str, heard: str | None, language: str) -> dict[str, float]:
    """Return the `character_error_rate` between `text` and `heard`; nothing if either is missing."""
    if heard is None or not text.strip():
        return {}
    return {"character_error_rate": character_error_rate(text, heard, language)}


def _make_print(audio: Audio) -> dict[str, np.ndarray]:
    from voiceclone.evaluation.speaker_similarity import embed

    return {"voice": embed(audio), "shape": fine_envelope(audio)}


def voice_prints(library: "ClipLibrary", project_id: str, clip_ids: Collection[str]) -> dict[str, np.ndarray]:
    """Return the speaker embedding of each of these clips that is still there, shape (256,), of length 1.

    Those of clips that were not analysed yet are computed and stored.
    """
    found = {}
    for clip_id in clip_ids:
        with suppress(NotFoundError):
            path = library.clip_folder(project_id, clip_id) / PRINT_FILE
            stored = _read_print(path)
            if stored is None:
                made = _make_print(library.audio(project_id, clip_id, "original"))
                library.record(project_id, clip_id)  # raises if deleted meanwhile; saving would recreate the folder
                _save_print(path, made)
                stored = made["voice"], made["shape"]
            found[clip_id] = stored[0]
    return found


def _save_print(path: Path, print_: dict[str, np.ndarray]) -> None:
    from safetensors.numpy import save_file

    with atomic_file(path) as temporary:
        save_file(print_, temporary)


def _prints(
    library: "ClipLibrary", project_id: str, records: list[ClipRecord]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return (speaker embedding, fine loudness envelope) of each analysed clip."""
    found = {}
    for record in records:
        print_ = _read_print(library.clip_folder(project_id, record.clip_id) / PRINT_FILE)
        if print_ is not None:
            found[record.clip_id] = print_
    return found


def _read_print(path: Path) -> tuple[np.ndarray, np.ndarray] | None:
    """Return what `_save_print` wrote; None if missing or damaged, in which case it is made again."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors = load_file(path)
        return tensors["voice"], tensors["shape"]
    except (OSError, SafetensorError, KeyError):
        return None


def clear_voice_embedding(library: "ClipLibrary", project_id: str) -> np.ndarray | None:
    """Return the mean embedding of the clips without noise and echo, shape (256,), normalised to length 1.

    None if fewer than three such clips were analysed.
    """
    records = [record for record in library.records(project_id) if record.included and is_clear(record.figures)]
    prints = [voice for voice, _ in _prints(library, project_id, records).values()]
    if len(prints) < _MIN_CLEAR_CLIPS:
        return None
    mean = np.mean(prints, axis=0)
    return mean / np.linalg.norm(mean)


def _compare(library: "ClipLibrary", project_id: str) -> None:
    """Store each clip's similarity to the main voice, and which clips are the same take."""
    records = library.records(project_id)
    prints = _prints(library, project_id, records)
    heard = [record for record in records if record.clip_id in prints]
    if not heard:
        return
    voices = np.array([prints[record.clip_id][0] for record in heard])
    speech_s = np.array([record.figures["speech_s"] for record in heard])
    included = np.array([record.included for record in heard])
    clear = included & np.array([is_clear(record.figures) for record in heard])
    similarity = similarity_to_the_main_voice(voices, speech_s, clear if clear.sum() >= _MIN_CLEAR_CLIPS else included)
    twins = _twins(heard, voices, [prints[record.clip_id][1] for record in heard])
    for record, own in zip(heard, similarity, strict=True):
        twin = twins.get(record.clip_id, "")
        if twin != record.twin_of or abs(own - record.figures.get("speaker_similarity", 9)) > _MIN_CHANGE:
            figures = record.figures | {"speaker_similarity": float(own)}
            with suppress(NotFoundError):
                library.change(project_id, record.clip_id, figures=figures, twin_of=twin)


def _twins(records: list[ClipRecord], voices: np.ndarray, shapes: list[np.ndarray]) -> dict[str, str]:
    """Return for each duplicate the id of the older clip of the same take: same words at the same moments."""
    found: dict[str, str] = {}
    lengths = np.array([len(shape) for shape in shapes])
    for place in range(1, len(records)):
        as_long = abs(lengths[:place] - lengths[place]) <= _TWIN_FRAMES
        for earlier in np.flatnonzero(as_long & (voices[:place] @ voices[place] > _TWIN_VOICES)):
            if records[earlier].clip_id in found:
                continue  # a third copy refers to the first
            if envelope_correlation(shapes[earlier], shapes[place]) > limits.TWIN_SIMILARITY:
                found[records[place].clip_id] = records[earlier].clip_id
                break
    return found
