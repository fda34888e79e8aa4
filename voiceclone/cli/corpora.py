"""Commands for speech corpora: `speakers`, and options of `add` such as `--librispeech DIR`."""

import argparse
from argparse import Namespace
from typing import TYPE_CHECKING

from voiceclone.cli.output import progress_bar, table, tell
from voiceclone.errors import InputError
from voiceclone.wording import count

if TYPE_CHECKING:
    from voiceclone.clips.model import AddReport, Project, Readiness
    from voiceclone.corpora import CorpusSpeaker
    from voiceclone.engine import VoiceEngine

_SHOWN = 50
_OPTIONS = (
    ("librispeech", "DIR", "folder of LibriSpeech (trans.txt and FLAC)"),
    ("libritts", "DIR", "folder of LibriTTS"),
    ("ljspeech", "DIR", "folder of LJSpeech, or of another corpus with metadata.csv and wavs/"),
    ("vctk", "DIR", "folder of VCTK"),
    ("common-voice", "DIR", "folder of one language of Common Voice"),
    ("hub-dataset", "NAME", "Hugging Face dataset, owner/name[:config[:split]]; needs the internet"),
)


def add_corpus_options(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """Add one option per kind of corpus to a command."""
    group = parser.add_mutually_exclusive_group(required=required)
    for kind, metavar, words in _OPTIONS:
        group.add_argument(f"--{kind}", metavar=metavar, help=words)


def chosen_corpus(options: Namespace) -> tuple[str, str] | None:
    """Return (kind, location) of the corpus given on the command line, or None."""
    for kind, _, _ in _OPTIONS:
        where = getattr(options, kind.replace("-", "_"))
        if where is not None:
            return kind, where
    return None


def speakers(options: Namespace, engine: "VoiceEngine") -> int:
    """List the speakers of a corpus."""
    kind, where = chosen_corpus(options)
    with progress_bar("Looking") as on_progress:
        found = engine.projects.corpus_speakers(kind, where, on_progress=on_progress)
    words = [*table(_row(speaker) for speaker in found[:_SHOWN])]
    if len(found) > _SHOWN:
        words.append(f"… and {len(found) - _SHOWN} with less speech. --json lists them all.")
    tell(options, found, words)
    return 0


def _row(speaker: "CorpusSpeaker") -> tuple[str, ...]:
    short_id = speaker.speaker_id if len(speaker.speaker_id) <= 20 else f"{speaker.speaker_id[:16]}…"
    missing = f", {speaker.missing_count} missing" if speaker.missing_count else ""
    minutes = f"{speaker.duration_s / 60:.1f} min"
    return short_id, minutes, f"{count(speaker.clip_count, 'recording')}{missing}", speaker.language, speaker.note


def add_from_corpus(options: Namespace, engine: "VoiceEngine") -> "tuple[Project, AddReport, Readiness]":
    """Add one speaker of a corpus."""
    kind, where = chosen_corpus(options)
    if options.text is not None or options.transcripts is not None:
        raise InputError("A corpus comes with its texts. Leave out --text and --transcripts.")
    language = options.language or engine.projects.corpus_language(kind, where)
    with engine.projects.get_or_create(options.project, language) as project:
        with progress_bar("Adding") as on_progress:
            report = engine.projects.add_corpus(
                project.project_id,
                kind,
                where,
                speaker=options.speaker,
                max_minutes=options.max_minutes,
                language=options.language,
                on_progress=on_progress,
            )
        return project, report, engine.projects.readiness(project.project_id)


def check_sources(options: Namespace) -> None:
    """Check that the command names either files or a corpus, not both.

    Raises:
        InputError: the message says what to type.
    """
    corpus = chosen_corpus(options)
    if corpus is None and not options.files:
        raise InputError("There is nothing to add. Name recordings, a folder of them, or a corpus (see --help).")
    if corpus is not None and options.files:
        raise InputError("Add either files or a corpus; to add both, run two commands.")
    if corpus is None and (options.speaker is not None or options.max_minutes is not None):
        raise InputError("--speaker and --max-minutes apply to a corpus. Leave them out, or name a corpus.")
