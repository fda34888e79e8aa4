"""Add one speaker's recordings from a corpus to a project."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from voiceclone import limits
from voiceclone.clips.library import ClipLibrary
from voiceclone.clips.model import AddReport, Clip, Rejected
from voiceclone.corpora.casing import is_bare, restored, without_lone_quotes
from voiceclone.corpora.model import Corpus, Utterance, duration_s
from voiceclone.corpora.speakers import choose_speaker, named, stop_if_asked
from voiceclone.errors import AudioError, Cancelled, InputError, NotFoundError, VoiceCloneError
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.recognition.transcribe import can_transcribe, keeping_recogniser, transcribe
from voiceclone.storage.disk import write_bytes
from voiceclone.storage.staging import staging_folder, sweep_staging
from voiceclone.text.languages import get_language
from voiceclone.wording import count, duration, is_are, kept_sentence

_BATCH = 25
"""Files passed to the clip library at once, because each call reads all of the project's clips."""
_SELECTION_SHARE = 0.05
"""Share of the progress for choosing recordings."""


def add_speaker(
    library: ClipLibrary,
    project_id: str,
    corpus: Corpus,
    *,
    speaker: str | None = None,
    max_minutes: float | None = None,
    language: str | None = None,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> AddReport:
    """Add one speaker's recordings to a project through the clip library, with its limits and verdicts.

    Recordings of at most `MAX_CLIP_S` come first; longer ones are sliced to fill the remaining time. Another call
    adds only what is missing, so a stopped call can be continued.

    Args:
        speaker: see `choose_speaker`.
        max_minutes: maximum total duration; None is as much as a training run uses.
        language: None is the corpus's own.
        on_progress: called with (fraction 0..1, message).
        should_stop: polled often; return True to stop. Clips already added are kept.

    Raises:
        InputError: there are several speakers and none was chosen, or the minutes are out of range.
        NotFoundError: there is no such speaker, or there are no recordings.
        TextError: VoiceClone does not support the language.
        StorageError: the disk is full.
        Cancelled: `should_stop` returned True.
    """
    if max_minutes is not None and not 0 < max_minutes <= limits.MAX_CORPUS_MINUTES:
        raise InputError(
            f"{max_minutes:g} {is_are(max_minutes, 'minute', 'minutes')} cannot be added; choose up to "
            f"{limits.MAX_CORPUS_MINUTES}."
        )
    project = library.project(project_id)
    speaker_id = choose_speaker(corpus, speaker)
    language = get_language(language or corpus.language_of(speaker_id)).code
    max_s = limits.MAX_TRAIN_SPEECH_S if max_minutes is None else max_minutes * 60
    call = _SpeakerImport(library, project.project_id, language, on_progress, should_stop)
    sweep_staging(library.root)
    with staging_folder(library.root) as staging:
        chosen = call.choose(corpus, speaker_id, max_s, staging)
        return call.add(chosen)


@dataclass
class _Selection:
    """Recordings with a total duration of at most `max_s`."""

    max_s: float
    recordings: list[tuple[Utterance, float]] = field(default_factory=list)
    total_s: float = 0.0

    def has_room(self, length_s: float) -> bool:
        return self.total_s + length_s <= self.max_s

    def take(self, utterance: Utterance, length_s: float) -> None:
        self.recordings.append((utterance, length_s))
        self.total_s += length_s


class _SpeakerImport:
    """One call of `add_speaker`."""

    def __init__(
        self,
        library: ClipLibrary,
        project_id: str,
        language: str,
        on_progress: OnProgress | None,
        should_stop: ShouldStop | None,
    ) -> None:
        self._library = library
        self._project_id = project_id
        self._language = language
        self._on_progress = on_progress
        self._should_stop = should_stop
        self._added: list[Clip] = []
        self._rejected: list[Rejected] = []

    def choose(self, corpus: Corpus, speaker_id: str, max_s: float, staging: Path) -> list[Utterance]:
        """Return recordings of at most `max_s` in total, short ones first, in the corpus's order.

        Memory is bounded by `max_s`, not by the size of the corpus; audio not in a file yet is written to `staging`.
        """
        short, long = _Selection(max_s), _Selection(max_s)
        missing: list[str] = []
        empty: list[str] = []
        for number, utterance in enumerate(corpus.utterances(speaker_id)):
            self._report(_SELECTION_SHARE * short.total_s / max_s, f"Looking at recording {number + 1} of {speaker_id}")
            length_s = duration_s(utterance)
            if length_s is None:
                (empty if _is_empty(utterance) else missing).append(utterance.name)
                continue
            fits_a_clip = corpus.expensive or length_s <= limits.MAX_CLIP_S
            if fits_a_clip and not short.has_room(length_s):
                break
            kind = short if fits_a_clip else long
            if kind.has_room(length_s):
                kind.take(_as_file(utterance, staging), length_s)
        for utterance, length_s in long.recordings:
            if short.has_room(length_s):
                short.take(utterance, length_s)
        if not short.recordings:
            raise _nothing_chosen(corpus, speaker_id, max_s, [*missing, *empty])
        if missing:
            self._rejected.append(Rejected(missing[0], _missing_words(len(missing), "missing or damaged")))
        if empty:
            self._rejected.append(Rejected(empty[0], _missing_words(len(empty), "empty (0 bytes)")))
        return [utterance for utterance, _ in short.recordings]

    def add(self, chosen: Sequence[Utterance]) -> AddReport:
        """Pass recordings to the clip library in batches."""
        count_before = len(self._library.records(self._project_id))
        try:
            with keeping_recogniser():
                for first in range(0, len(chosen), _BATCH):
                    self._add_batch(chosen[first : first + _BATCH], first, len(chosen))
        except Cancelled:
            added = len(self._library.records(self._project_id)) - count_before
            raise Cancelled(f"Stopped. {kept_sentence(added, 'added')}") from None
        if self._on_progress:
            self._on_progress(1.0, "Done")
        return AddReport(tuple(self._added), tuple(self._rejected))

    def _add_batch(self, batch: Sequence[Utterance], first: int, count: int) -> None:
        def report_batch(share: float, words: str) -> None:
            self._report(_SELECTION_SHARE + (1 - _SELECTION_SHARE) * (first + share * len(batch)) / count, words)

        texts = {}
        for number, utterance in enumerate(batch):
            if is_bare(utterance.text):
                report_batch(0.5 * number / len(batch), f"{utterance.name}: capitals and punctuation")
            texts[str(utterance.path)] = self._text(utterance)
        report = self._library.add_files(
            self._project_id,
            [utterance.path for utterance in batch],
            transcripts={path: text for path, text in texts.items() if text},
            language=self._language,
            on_progress=lambda share, words: report_batch(0.5 + 0.5 * share, words),
            should_stop=self._should_stop,
        )
        self._added += report.added
        self._rejected += report.rejected

    def _text(self, utterance: Utterance) -> str:
        """Return the text with capitals and punctuation, taken from a recogniser if one is installed."""
        if not is_bare(utterance.text):
            return without_lone_quotes(utterance.text)
        heard = ""
        if can_transcribe(self._language):
            from voiceclone.audio.sound import decode

            with suppress(AudioError):  # the clip library reports what is wrong with it
                heard = transcribe(decode(utterance.path))
        return restored(utterance.text, self._language, heard)

    def _report(self, share: float, words: str) -> None:
        stop_if_asked(self._should_stop, "Stopped.")
        if self._on_progress:
            self._on_progress(min(1.0, share), words)


def _as_file(utterance: Utterance, staging: Path) -> Utterance:
    """Return the recording as a file, written to `staging` if it is not one yet."""
    if utterance.content is None:
        return utterance
    path = staging / utterance.name
    write_bytes(path, utterance.content)
    return replace(utterance, path=path, content=None)


def _nothing_chosen(corpus: Corpus, speaker_id: str, max_s: float, missing: Sequence[str]) -> VoiceCloneError:
    if missing:
        return NotFoundError(
            f"Nothing of speaker “{speaker_id}” is there: {count(len(missing), 'recording')} missing or damaged "
            f"(“{missing[0]}”{', …' if len(missing) > 1 else ''}). "
            "Unpack or download the corpus again."
        )
    if any(True for _ in corpus.utterances(speaker_id)):
        return InputError(
            f"Every recording of speaker “{speaker_id}” is longer than {duration(max_s)}. Allow more minutes."
        )
    return NotFoundError(f"Speaker “{speaker_id}” has no recordings with texts in {named(corpus)}. Choose another one.")


def _is_empty(utterance: Utterance) -> bool:
    """True for a file of 0 bytes: an interrupted download, or a fault of the release."""
    if utterance.content is not None:
        return not utterance.content
    return utterance.is_there and utterance.path is not None and utterance.path.stat().st_size == 0


def _missing_words(missing: int, what: str) -> str:
    if missing == 1:
        return f"It is listed, but it is {what}. Unpack or download the corpus again to have it."
    return (
        f"It and {count(missing - 1, 'other')} are listed, but they are {what}. "
        "Unpack or download the corpus again to have them."
    )
