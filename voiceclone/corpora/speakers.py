"""Who speaks in a corpus, for how long, and which of them the user means."""

from dataclasses import dataclass

from voiceclone.corpora.model import Corpus, CorpusSpeaker, duration_s
from voiceclone.errors import Cancelled, InputError, NotFoundError
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.wording import count

SHORTEST_PREFIX = 8
"""Leading letters that suffice to name a speaker with a long id; Common Voice's have 128."""


@dataclass
class _Sum:
    duration_s: float = 0.0
    clip_count: int = 0
    missing_count: int = 0


def list_speakers(
    corpus: Corpus, on_progress: OnProgress | None = None, should_stop: ShouldStop | None = None
) -> list[CorpusSpeaker]:
    """Return every speaker with the duration of their recordings, the one with the most first.

    Reads only headers, one file at a time.

    Raises:
        NotFoundError: there is not a single recording.
        Cancelled: `should_stop` returned True.
    """
    sums: dict[str, _Sum] = {}
    for number, utterance in enumerate(corpus.utterances()):
        stop_if_asked(should_stop, "Stopped. Nothing was changed.")
        if on_progress and number % 50 == 0:
            # The total is only known at the end, so the fraction approaches 1 without reaching it.
            on_progress(number / (number + 5000), f"{count(number, 'recording')}, {count(len(sums), 'speaker')} so far")
        found = sums.setdefault(utterance.speaker_id, _Sum())
        length_s = duration_s(utterance)
        if length_s is None:
            found.missing_count += 1
        else:
            found.duration_s += length_s
            found.clip_count += 1
    if not any(one.clip_count for one in sums.values()):
        raise no_sound(corpus, sum(one.missing_count for one in sums.values()))
    notes = corpus.notes()
    speakers = [
        CorpusSpeaker(
            speaker_id,
            round(found.duration_s, 3),
            found.clip_count,
            found.missing_count,
            corpus.language_of(speaker_id),
            notes.get(speaker_id, ""),
        )
        for speaker_id, found in sums.items()
    ]
    if on_progress:
        on_progress(1.0, "Done")
    return sorted(speakers, key=lambda speaker: (-speaker.duration_s, speaker.speaker_id))


def choose_speaker(corpus: Corpus, wanted: str | None) -> str:
    """Return the id of the requested speaker.

    Args:
        wanted: an id, or its first letters (`SHORTEST_PREFIX` or more); None in a corpus with one speaker.

    Raises:
        InputError: none was chosen, or several match.
        NotFoundError: there is no such speaker, or none at all.
    """
    if wanted is None:
        return _only_speaker(corpus)
    wanted = wanted.strip()
    alike = []
    for speaker_id in corpus.speaker_ids():
        if speaker_id.casefold() == wanted.casefold():
            return speaker_id
        if len(wanted) >= SHORTEST_PREFIX and speaker_id.casefold().startswith(wanted.casefold()):
            alike.append(speaker_id)
    if len(alike) > 1:
        raise InputError(
            f"{count(len(alike), 'speaker')} begin with “{wanted}”. Write more of the id. {_how_to_see(corpus)}."
        )
    if not alike:
        raise NotFoundError(f"There is no speaker “{wanted}” in {named(corpus)}. {_how_to_see(corpus)}.")
    return alike[0]


def named(corpus: Corpus) -> str:
    """Return how to refer to a corpus in a sentence."""
    return f"the {corpus.title} folder “{corpus.where}”" if corpus.is_folder else f"the dataset “{corpus.where}”"


def _how_to_see(corpus: Corpus) -> str:
    where = f'"{corpus.where}"' if " " in corpus.where else corpus.where
    return f"See who there is with “python -m voiceclone speakers --{corpus.kind} {where}”"


def no_sound(corpus: Corpus, missing_count: int) -> NotFoundError:
    """Return the error for a corpus without any readable recording."""
    if missing_count:
        return NotFoundError(
            f"Not one of the {count(missing_count, 'recording')} that {named(corpus)} lists can be read. "
            "Unpack or download it again."
        )
    return NotFoundError(f"There is no recording in {named(corpus)}. Choose another one, or unpack it again.")


def stop_if_asked(should_stop: ShouldStop | None, words: str) -> None:
    """Raise `Cancelled` with `words` if the user asked to stop."""
    if should_stop and should_stop():
        raise Cancelled(words)


def _only_speaker(corpus: Corpus) -> str:
    first = None
    for speaker_id in corpus.speaker_ids():
        if first is not None:
            raise InputError(
                f"Several people speak in {named(corpus)}. {_how_to_see(corpus)}, then choose one with --speaker ID."
            )
        first = speaker_id
    if first is None:
        raise no_sound(corpus, 0)
    return first
