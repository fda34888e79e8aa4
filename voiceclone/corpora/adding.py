"""One speaker's recordings of a corpus as clips of a project."""

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
from voiceclone.storage.staging import spool_folder, sweep_spools
from voiceclone.text.languages import get_language
from voiceclone.wording import count, duration, is_are, kept_words

_BATCH = 25
"""Files given to the clip library at once: it reads the project's clips again each time."""
_CHOOSING_SHARE = 0.05
"""Part of the progress that looking for recordings takes."""


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

    Recordings of at most `MAX_CLIP_S` are taken first, longer ones are sliced for the rest of the time.
    Called again it adds what is missing, so a stopped call can be continued.

    Args:
        library: where clips are kept.
        project_id: the project.
        corpus: what to read.
        speaker: see `choose_speaker`.
        max_minutes: recordings read at most; None is as much as a training takes.
        language: None is the corpus's own.
        on_progress: told share and words.
        should_stop: ends early; what was added stays.

    Raises:
        InputError: several speakers and none chosen, or minutes out of their limits.
        NotFoundError: no such speaker; no recordings.
        TextError: a language that VoiceClone does not speak.
        StorageError: the disk is full.
        Cancelled: `should_stop` said so.
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
    call = _Adding(library, project.project_id, language, on_progress, should_stop)
    sweep_spools(library.root)
    with spool_folder(library.root) as spool:
        chosen = call.choose(corpus, speaker_id, max_s, spool)
        return call.add(chosen)


@dataclass
class _Chosen:
    """Recordings that are together no longer than `most_s`."""

    most_s: float
    recordings: list[tuple[Utterance, float]] = field(default_factory=list)
    total_s: float = 0.0

    def has_room(self, length_s: float) -> bool:
        return self.total_s + length_s <= self.most_s

    def take(self, utterance: Utterance, length_s: float) -> None:
        self.recordings.append((utterance, length_s))
        self.total_s += length_s


class _Adding:
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

    def choose(self, corpus: Corpus, speaker_id: str, max_s: float, spool: Path) -> list[Utterance]:
        """Return recordings of `max_s` together at most, short ones first, in the corpus's order.

        What is kept is bounded by `max_s`, not by the corpus; sound that is no file yet is put into `spool`.
        """
        short, long = _Chosen(max_s), _Chosen(max_s)
        missing: list[str] = []
        empty: list[str] = []
        for number, utterance in enumerate(corpus.utterances(speaker_id)):
            self._report(_CHOOSING_SHARE * short.total_s / max_s, f"Looking at recording {number + 1} of {speaker_id}")
            length_s = duration_s(utterance)
            if length_s is None:
                (empty if _is_empty(utterance) else missing).append(utterance.name)
                continue
            fits_a_clip = corpus.expensive or length_s <= limits.MAX_CLIP_S
            if fits_a_clip and not short.has_room(length_s):
                break
            kind = short if fits_a_clip else long
            if kind.has_room(length_s):
                kind.take(_as_file(utterance, spool), length_s)
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
        """Give recordings to the clip library, some at a time."""
        count_before = len(self._library.records(self._project_id))
        try:
            with keeping_recogniser():
                for first in range(0, len(chosen), _BATCH):
                    self._add_batch(chosen[first : first + _BATCH], first, len(chosen))
        except Cancelled:
            added = len(self._library.records(self._project_id)) - count_before
            raise Cancelled(f"Stopped. {kept_words(added, 'added')}") from None
        if self._on_progress:
            self._on_progress(1.0, "Done")
        return AddReport(tuple(self._added), tuple(self._rejected))

    def _add_batch(self, batch: Sequence[Utterance], first: int, count: int) -> None:
        def tell(share: float, words: str) -> None:
            self._report(_CHOOSING_SHARE + (1 - _CHOOSING_SHARE) * (first + share * len(batch)) / count, words)

        texts = {}
        for number, utterance in enumerate(batch):
            if is_bare(utterance.text):
                tell(0.5 * number / len(batch), f"{utterance.name}: capitals and punctuation")
            texts[str(utterance.path)] = self._text(utterance)
        report = self._library.add_files(
            self._project_id,
            [utterance.path for utterance in batch],
            transcripts={path: text for path, text in texts.items() if text},
            language=self._language,
            on_progress=lambda share, words: tell(0.5 + 0.5 * share, words),
            should_stop=self._should_stop,
        )
        self._added += report.added
        self._rejected += report.rejected

    def _text(self, utterance: Utterance) -> str:
        """Return the text with capitals and punctuation, listening for them where a recogniser is there."""
        if not is_bare(utterance.text):
            return without_lone_quotes(utterance.text)
        heard = ""
        if can_transcribe(self._language):
            from voiceclone.audio.sound import decode

            with suppress(AudioError):  # the clip library says what is wrong with it
                heard = transcribe(decode(utterance.path))
        return restored(utterance.text, self._language, heard)

    def _report(self, share: float, words: str) -> None:
        stop_if_asked(self._should_stop, "Stopped.")
        if self._on_progress:
            self._on_progress(min(1.0, share), words)


def _as_file(utterance: Utterance, spool: Path) -> Utterance:
    """Return the recording as a file, written into `spool` where it is none yet."""
    if utterance.content is None:
        return utterance
    path = spool / utterance.name
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
    """True for a file of 0 bytes: a download that broke off, or a release's own fault."""
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
