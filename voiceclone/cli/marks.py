"""Commands for marks: was a file made by a machine, and whether speech is marked."""

import argparse
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from voiceclone.cli.output import tell
from voiceclone.engine import VoiceEngine

NOT_MARKED = 3
"""Exit code of `check` for a file without marks; 2 and 1 are errors, as everywhere."""
_SWITCH = {"on": True, "off": False}


def add_mark_commands(commands: argparse._SubParsersAction, command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of this module."""
    check = command(
        commands, "check", "Was this sound made by a machine, was it made here? Exit code 0 marked, 3 not marked."
    )
    check.add_argument("file", metavar="FILE", type=Path, help="sound file of any format")
    marking = command(
        commands,
        "marking",
        "Whether what voices say is marked as artificial: watermark, Content Credentials and tag; or switch it.",
    )
    marking.add_argument("switch", nargs="?", choices=tuple(_SWITCH), help="for everything made from now on")


def check(options: Namespace, engine: VoiceEngine) -> int:
    """Look for marks in a file."""
    report = engine.marking.check(options.file)
    told = asdict(report) | {"marked": report.marked, "made_here": report.made_here, "sentence": report.sentence}
    tell(options, told, [report.sentence, *(f"- {sentence}" for sentence in report.details)])
    return 0 if report.marked else NOT_MARKED


def marking(options: Namespace, engine: VoiceEngine) -> int:
    """Tell whether speech is marked, or switch it."""
    if options.switch is not None:
        engine.marking.switch(_SWITCH[options.switch])
    on = engine.marking.is_on
    words = (
        "What voices say is marked: an inaudible watermark, signed Content Credentials and a plain tag."
        if on
        else "What voices say is NOT marked: no watermark, no credentials, no tag. Nobody can tell afterwards that it "
        "was made here. Switch marks on with: voiceclone marking on"
    )
    tell(options, {"on": on, "may_be_off": engine.marking.may_be_off}, [words])
    return 0
