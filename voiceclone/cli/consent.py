"""The command for consent: ask for a sentence, hand in its reading, note a written permission, show, withdraw."""

import argparse
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from voiceclone.cli.output import YES_HELP, confirm, progress_bar, tell
from voiceclone.engine import VoiceEngine
from voiceclone.errors import InputError
from voiceclone.limits import CONSENT_SENTENCE_MINUTES
from voiceclone.text.languages import language_name

_BY = "terminal"


def add_consent_command(commands: argparse._SubParsersAction, command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command."""
    consent = command(
        commands,
        "consent",
        "Have the person in the recordings speak their consent; it is checked and kept in the voice.",
    )
    consent.add_argument("project", metavar="PROJECT", help="name or id of a project")
    what = consent.add_mutually_exclusive_group()
    what.add_argument("--name", metavar="NAME", help="print a sentence for this person to read aloud within minutes")
    what.add_argument("--recording", metavar="FILE", type=Path, help="the recording of the printed sentence")
    what.add_argument(
        "--permission", metavar="NOTE", help="I have written permission: who gave it, when, and where it is kept"
    )
    what.add_argument("--withdraw", action="store_true", help="delete the consent and its recording")
    consent.add_argument(
        "--language", metavar="CODE", help="with --name: language of the sentence (default: the project's)"
    )
    consent.add_argument("--yes", action="store_true", help=YES_HELP)


def consent(options: Namespace, engine: VoiceEngine) -> int:
    """Do what was asked; without an option, show what there is."""
    if options.language is not None and options.name is None:
        raise InputError("--language goes with --name NAME. Say who reads the sentence.")
    if options.name is not None:
        return _ask(options, engine)
    if options.recording is not None:
        return _give(options, engine)
    if options.permission is not None:
        given = engine.consent.permit(options.project, options.permission, by=_BY)
        tell(options, given, [f"Noted: “{given.note}” It stays in the voices made from now on."])
        return 0
    if options.withdraw:
        return _withdraw(options, engine)
    status = engine.consent.status(options.project)
    tell(options, status, [status.sentence])
    return 0


def _ask(options: Namespace, engine: VoiceEngine) -> int:
    challenge = engine.consent.ask(options.project, options.name, options.language)
    checked = engine.consent.checks_words(challenge.language)
    lines = [
        challenge.sentence,
        "",
        f"Read it aloud within {CONSENT_SENTENCE_MINUTES} minutes, record it, and hand it in:",
        f'voiceclone consent "{options.project}" --recording FILE',
    ]
    if not checked:
        lines.append(
            f"The words cannot be checked: no recogniser for {language_name(challenge.language)} is on this computer "
            "(see the command recogniser). Voice and length are."
        )
    told = asdict(challenge) | {"sentence": challenge.sentence, "expires_at": challenge.expires_at.isoformat()}
    tell(options, told | {"checks_words": checked}, lines)
    return 0


def _give(options: Namespace, engine: VoiceEngine) -> int:
    with progress_bar("Listening"):
        given = engine.consent.give(options.project, options.recording, by=_BY)
    what = "Words and voice fit" if given.words_checked else "The voice fits; the words were not checked"
    tell(options, given, [f"{what}: the consent of {given.name} is kept, and goes into the voices made from now on."])
    return 0


def _withdraw(options: Namespace, engine: VoiceEngine) -> int:
    confirm(options, "Delete the consent with its recording? Voices that were made stay as they are.")
    was_there = engine.consent.withdraw(options.project)
    tell(options, {"withdrawn": was_there}, ["The consent was deleted." if was_there else "There was none."])
    return 0
