"""Turn files into clips: open, check, slice, transcribe, save. One bad file never stops the others."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone import limits
from voiceclone.audio.decoding import Recording, open_recording
from voiceclone.audio.envelope import loudness_envelope
from voiceclone.audio.sound import Audio
from voiceclone.clips.intake.slicing import SlicePlan, cut_slices, divide_long, find_slices, find_speech
from voiceclone.clips.intake.sources import Source, SourceFinder
from voiceclone.clips.intake.text_alignment import align_text
from voiceclone.clips.intake.timed_pieces import TimedPlan, plan_timed, slices_of
from voiceclone.clips.intake.word_cuts import RecogniseWords
from voiceclone.clips.model import (
    AddReport,
    Clip,
    ClipRecord,
    Project,
    Rejected,
    checked_text,
    content_sha256,
    now,
)
from voiceclone.clips.quality.figures import measure
from voiceclone.clips.transcripts.reader import Transcript
from voiceclone.clips.transcripts.timed_texts import TimedText
from voiceclone.errors import AudioError, Cancelled, TextError
from voiceclone.marking import credentials, watermark
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.recognition.language_id import language_of
from voiceclone.recognition.transcribe import SpokenWord, can_transcribe, keeping_recogniser, recognise, recognise_words
from voiceclone.storage import disk
from voiceclone.text.languages import ANY_LANGUAGE
from voiceclone.wording import count, duration, is_are, kept_sentence, seconds

if TYPE_CHECKING:
    from voiceclone.clips.library import ClipLibrary

_MIN_REPORTED_LEFT_OUT_S = 3.0
_MAX_TIMES_LISTED = 3
_HEARD_BEFORE_SHARE = 0.8


class Intake:
    """One call of `ClipLibrary.add_files`."""

    def __init__(
        self,
        library: "ClipLibrary",
        project: Project,
        language: str,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> None:
        self._library = library
        self._project_id = project.project_id
        self._project_language = project.language
        self._given_language = language
        self._language = language
        """Of the recording being added."""
        self._signed_by_machine = False
        """Its Content Credentials say that a machine made it."""
        self._on_progress = on_progress
        self._should_stop = should_stop
        self._added: list[Clip] = []
        self._rejected: list[Rejected] = []
        self._known = {record.content_sha256: record for record in library.records(project.project_id)}
        self._position = (0, 1)

    def add(self, files: Sequence[Path], text: str | None, transcripts: Mapping[str, Transcript] | None) -> AddReport:
        """Add files, folders and zip files; see `ClipLibrary.add_files`."""
        with ExitStack() as unpacked:
            where = SourceFinder(self._library.root, unpacked, self._reject, self._report, self._should_stop)
            return self._add(where.find(files, transcripts), text)

    def _add(self, found: list[Source], text: str | None) -> AddReport:
        if text is not None and len(found) > 1:
            raise TextError("One text was given for several files. Give a table of texts instead: file|text.")
        with keeping_recogniser():
            for number, source in enumerate(found):
                self._position = (number, len(found))
                self._report(0.0, f"Reading {source.path.name}")
                try:
                    self._add_file(source, text if text is not None else source.words)
                except (AudioError, TextError) as error:
                    self._reject(source.path, str(error))
        self._position = (len(found), len(found))
        self._report(0.0, "Done")
        return AddReport(tuple(self._added), tuple(self._rejected))

    # --- one file -------------------------------------------------------------------------------

    def _add_file(self, source: Source, words: Transcript | None) -> None:
        recording = open_recording(source.path)
        signed = credentials.read(source.path, None)
        self._signed_by_machine = signed is not None and signed.by_machine
        self._language = source.language or self._given_language
        if self._language == ANY_LANGUAGE:
            self._language = language_of(recording, self._library.root.parent, self._project_language)
        if recording.remark:
            self._reject(source.path, recording.remark)
        if isinstance(words, tuple):
            self._add_timed(recording, words)
            return
        if recording.duration_s is not None and recording.duration_s <= limits.MAX_CLIP_S:
            audio = decode_if_short(recording)
            if audio is not None:
                self._add_short(recording, audio, words)
                return
        self._add_long(recording, words)

    def _add_short(self, recording: Recording, audio: Audio, text: str | None) -> None:
        name = recording.path.name
        if audio.duration_s < limits.MIN_CLIP_S:
            raise AudioError(
                f"“{name}” is only {seconds(audio.duration_s)} long. Record at least a whole word, "
                f"{limits.MIN_CLIP_S} s or more."
            )
        if audio.peak_dbfs < limits.SILENT_PEAK_DBFS:
            raise AudioError(
                f"“{name}” is silent. Check that the right microphone is chosen and switched on, then record it again."
            )
        given = checked_text(text) if text else ""
        record = self._new_clip(recording, audio, 0.0, given)
        if record is None:
            self._reject(recording.path, self._duplicate_reason(name, audio, given))

    def _add_long(self, recording: Recording, text: str | None) -> None:
        plan = find_slices(recording, self._part(0.0, 0.3), self._should_stop, self._word_recogniser())
        made = self._add_slices(recording, plan, [""] * len(plan.slices))
        self._report_left_out(recording.path, plan)
        new = [record for record in made if record is not None]
        if text and new:
            self._align_text(new, text, plan.heard)

    def _add_timed(self, recording: Recording, texts: tuple[TimedText, ...]) -> None:
        """Cut a recording at the times of its texts and assign each text to its piece."""
        spoken, duration_s = find_speech(recording, self._part(0.0, 0.3), self._should_stop)
        timed = plan_timed(texts, spoken, duration_s)
        hear = self._word_recogniser()
        pieces = list(timed.pieces)
        heard: list[SpokenWord] = []
        if hear is not None:
            pieces = [
                replace(piece, spoken=tuple(divide_long(recording, list(piece.spoken), hear, self._should_stop, heard)))
                for piece in pieces
            ]
        plans = [slices_of(piece, timed.speech, duration_s) for piece in pieces]
        whole = SlicePlan.joined(plans)
        if spoken and not whole.slices:
            raise TextError(
                f"Nobody speaks in “{recording.path.name}” at the times of its texts. Check that they belong together."
            )
        # A piece that fits into one slice keeps its text. Longer ones are recognised first and then aligned with it.
        given = [
            piece.text if len(plan.slices) == 1 else ""
            for piece, plan in zip(pieces, plans, strict=True)
            for _ in plan.slices
        ]
        made = iter(self._add_slices(recording, whole, given))
        for piece, plan in zip(pieces, plans, strict=True):
            own = [record for record in islice(made, len(plan.slices)) if record is not None]
            if len(plan.slices) > 1 and own:
                self._align_text(own, piece.text, heard)
        self._report_left_out(recording.path, whole)
        self._report_unmatched_texts(recording.path, timed)

    def _word_recogniser(self) -> RecogniseWords | None:
        return self._recognise_words if can_transcribe(self._language, self._library.root.parent) else None

    def _add_slices(self, recording: Recording, plan: SlicePlan, texts: Sequence[str]) -> list[ClipRecord | None]:
        """Save the slices with their texts ("" to recognise one); None marks a slice the project already has."""
        path = recording.path
        if not plan.slices:
            raise AudioError(
                f"No speech was found in “{path.name}”. Check that it is the right file, or record it again louder."
            )
        made: list[ClipRecord | None] = []
        refused = 0
        for number, (start_s, audio) in enumerate(cut_slices(recording, plan)):
            self._stop_if_asked()
            share = 0.3 + 0.7 * number / len(plan.slices)
            self._report(share, f"{path.name}: sentence {number + 1} of {len(plan.slices)}")
            try:
                text = checked_text(texts[number])
                made.append(self._new_clip(recording, audio, start_s, text, between_words=number in plan.between_words))
            except (AudioError, TextError) as error:  # concerns this slice only
                self._reject(path, f"At {start_s:.0f} s: {error}")
                made.append(None)
                refused += 1
        known = made.count(None) - refused
        if known:
            self._reject(
                path,
                f"{known} of {count(len(plan.slices), 'piece')} of “{path.name}” {is_are(known)} in this project "
                "already.",
            )
        return made

    def _report_unmatched_texts(self, path: Path, timed: TimedPlan) -> None:
        """Report the timed texts that match no speech."""
        if timed.beyond:
            begin = is_are(timed.beyond, "begins", "begin")
            self._reject(
                path,
                f"{count(timed.beyond, 'text')} {begin} after the end of “{path.name}”. Check that they belong to this "
                "recording.",
            )
        if timed.silent:
            where = _times_listed([text.start_s for text in timed.silent])
            self._reject(
                path,
                f"Nobody speaks where {count(len(timed.silent), 'text')} of “{path.name}” should be (at {where}). "
                "Check their times.",
            )

    def _report_left_out(self, path: Path, plan: SlicePlan) -> None:
        if plan.left_out_s > _MIN_REPORTED_LEFT_OUT_S:
            self._reject(
                path,
                f"{duration(plan.left_out_s)} of “{path.name}” were left out: there is no pause to cut at. "
                "Pause for a moment between sentences.",
            )
        words = [(start, end) for start, end in plan.too_short if end - start >= limits.MIN_CLIP_S]
        if words:
            where = _times_listed([start for start, _ in words])
            self._reject(
                path,
                f"{count(len(words), 'short bit')} of “{path.name}” (at {where}) "
                f"{is_are(len(words), 'was', 'were')} left out: below {limits.MIN_SLICE_S:.0f} s, and no neighbour "
                "has room for more. Add what you want to keep as a file of its own.",
            )

    def _recognise_words(self, audio: Audio) -> list[SpokenWord]:
        return recognise_words(audio, self._language, self._library.root.parent)

    def _align_text(self, made: list[ClipRecord], text: str, heard: Sequence[SpokenWord]) -> None:
        """Replace recognised words by the user's own text where the two agree.

        `heard` is what was recognised before cutting: a clip cut inside speech is recognised less well by itself.
        """
        parts = align_text(text, [_heard_in(record, heard) for record in made])
        for record, part in zip(made, parts, strict=True):
            if part is not None and len(part) <= limits.MAX_CLIP_TEXT_CHARACTERS:
                changes = {"text": part, "transcribed": False}
            else:
                changes = {"text_unplaced": bool(record.text)}
            changed = self._library.change(self._project_id, record.clip_id, **changes)
            index = next(i for i, clip in enumerate(self._added) if clip.clip_id == record.clip_id)
            self._added[index] = changed.as_clip(self._project_id)

    # --- one clip -------------------------------------------------------------------------------

    def _new_clip(
        self, recording: Recording, audio: Audio, start_s: float, text: str, *, between_words: bool = False
    ) -> ClipRecord | None:
        """Save one clip and return its record; None if the project already has the same audio."""
        fingerprint = content_sha256(audio)
        if fingerprint in self._known:
            return None
        figures = measure(audio)
        if figures["speech_s"] == 0.0:
            raise AudioError(f"Nobody speaks in “{recording.path.name}”. Check the microphone and record it again.")
        figures |= self._marks(audio)
        disk.require_free_disk(self._library.root)
        heard: str | None = None
        data_dir = self._library.root.parent
        if not text and can_transcribe(self._language, data_dir):
            recognised = recognise(audio, self._language, data_dir)
            text = heard = recognised.text[: limits.MAX_CLIP_TEXT_CHARACTERS]
            figures["log_probability"] = recognised.log_probability
        record = ClipRecord(
            clip_id=disk.new_id(),
            text=text,
            language=self._language,
            duration_s=audio.duration_s,
            sample_rate=audio.sample_rate,
            source_name=recording.path.name,
            source_start_s=start_s,
            content_sha256=fingerprint,
            created_at=now(),
            figures=figures,
            transcribed=bool(heard),
            cut_off=recording.cut_off,
            heard=heard,
            shape=loudness_envelope(audio),
            between_words=between_words,
        )
        self._library.save_new(self._project_id, record, audio, recording.bits)
        self._known[fingerprint] = record
        self._added.append(record.as_clip(self._project_id))
        return record

    def _marks(self, audio: Audio) -> dict[str, float]:
        """Return what tells a machine's speech, looked for before any cleaning, which makes real speech look marked."""
        confidence = watermark.confidence(audio)
        found = {} if confidence is None else {"machine_mark": round(confidence, 3)}
        return found | ({"machine_signed": 1.0} if self._signed_by_machine else {})

    def _duplicate_reason(self, name: str, audio: Audio, text: str) -> str:
        existing = self._known[content_sha256(audio)]
        if text and (existing.transcribed or not existing.text):
            self._library.edit_clip(self._project_id, existing.clip_id, text=text)
            return f"“{name}” is in this project already; it has your text now."
        return f"“{name}” is in this project already; it was not added twice."

    # --- reporting ------------------------------------------------------------------------------

    def _reject(self, path: Path, reason: str) -> None:
        self._rejected.append(Rejected(path.name, reason))

    def _report(self, share_of_file: float, words: str) -> None:
        self._stop_if_asked()
        if self._on_progress:
            number, count = self._position
            self._on_progress(min(1.0, (number + share_of_file) / max(1, count)), words)

    def _part(self, start: float, end: float) -> OnProgress:
        return lambda share, words: self._report(start + (end - start) * share, words)

    def _stop_if_asked(self) -> None:
        if self._should_stop and self._should_stop():
            raise Cancelled(f"Stopped. {kept_sentence(len(self._added), 'added')}")


def _heard_in(record: ClipRecord, heard: Sequence[SpokenWord]) -> str:
    """Return the words heard in a clip: from before the cut if it was cut inside running speech, else its own."""
    end_s = record.source_start_s + record.duration_s
    inside = [word for word in heard if record.source_start_s <= (word.start_s + word.end_s) / 2 < end_s]
    # A clip may extend beyond the stretch that was transcribed.
    covered = record.between_words and len(inside) >= _HEARD_BEFORE_SHARE * len(record.text.split())
    return " ".join(word.text for word in inside) if covered else record.text


def _times_listed(starts_s: Sequence[float]) -> str:
    later = " and later" if len(starts_s) > _MAX_TIMES_LISTED else ""
    return ", ".join(f"{start:.0f} s" for start in starts_s[:_MAX_TIMES_LISTED]) + later


def decode_if_short(recording: Recording) -> Audio | None:
    """Decode an open recording; None if it turns out longer than a clip, whatever its header says."""
    import numpy as np

    from voiceclone.audio.decoding import scale_to_fit

    blocks, length = [], 0
    for block in recording.blocks():
        blocks.append(block)
        length += len(block)
        if length > limits.MAX_CLIP_S * recording.sample_rate:
            return None
    return Audio(scale_to_fit(np.concatenate(blocks)), recording.sample_rate)
