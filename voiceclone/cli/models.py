"""Commands for base models: list, get and remove them, make an instant voice, convert a recording."""

import argparse
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from voiceclone.bases import catalogue
from voiceclone.bases.catalogue import BaseCard
from voiceclone.cli.output import (
    YES,
    YES_HELP,
    confirm,
    note,
    progress_bar,
    require_consent,
    require_sound_name,
    table,
    tell,
)
from voiceclone.engine import VoiceEngine
from voiceclone.errors import ConsentError, InputError
from voiceclone.models.library import ModelStatus, licence_question
from voiceclone.wording import count, seconds

_STATE_WORDS = {
    "ready": "ready",
    "missing": "not installed",
    "folder-found": "folder found",
    "incomplete": "incomplete",
}


def add_model_commands(commands: argparse._SubParsersAction, command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of this module."""
    models = command(commands, "models", "List the base models with their purpose, size and licence.")
    models.add_argument("model", metavar="MODEL", nargs="?", help="id of a base model, to show its full card")
    get = command(
        commands, "get", "Download a base model once you agree to its licence; continues an unfinished download."
    )
    get.add_argument("model", metavar="MODEL", help="id of a base model, see the command “models”")
    get.add_argument(
        "--accept-licence",
        action="store_true",
        help="I have read the licence and agree to it (default: ask)",
    )
    get.add_argument("--mirror", metavar="URL", help="a server to use instead of GitHub and the model hub")
    remove = command(commands, "remove", "Delete a base model's files; voices made with it are kept.")
    remove.add_argument("model", metavar="MODEL", help="id of a base model")
    remove.add_argument("--yes", action="store_true", help=YES_HELP)
    instant = command(commands, "instant", "Make a voice in seconds, without training.")
    instant.add_argument("project", metavar="PROJECT", help="name or id of a project")
    instant.add_argument("--voice", metavar="NAME", required=True, help="what the voice will be called")
    instant.add_argument("--base", metavar="MODEL", help="base model (default: the one that came with VoiceClone)")
    instant.add_argument(
        "--i-have-consent",
        action="store_true",
        help="this is my voice, or I have the speaker's permission; required",
    )
    convert = command(commands, "convert", "Say a recording's words in another voice.")
    convert.add_argument("--voice", metavar="NAME", required=True, help="name or id of a voice that can convert")
    convert.add_argument("source", metavar="IN", type=Path, help="recording")
    convert.add_argument("target", metavar="OUT", type=Path, help="file to write: .wav, .flac or .mp3")


def models(options: Namespace, engine: VoiceEngine) -> int:
    """List the base models, or show one card."""
    known = engine.models.all()
    if options.model is not None:
        wanted = catalogue.card(options.model).base_id
        status = next(status for status in known if status.card.base_id == wanted)
        tell(options, as_json(status), _card_words(status))
        return 0
    rows = (
        (
            status.card.base_id,
            _STATE_WORDS[status.state],
            _size(status.card),
            status.card.licence,
            status.card.purpose,
        )
        for status in known
    )
    tell(options, [as_json(status) for status in known], table(rows))
    return 0


def get(options: Namespace, engine: VoiceEngine) -> int:
    """Download a base model; `--accept-licence` or a typed yes agrees to its licence."""
    card = catalogue.card(options.model)
    status = next(status for status in engine.models.all() if status.card.base_id == card.base_id)
    agreed_by = "terminal, --accept-licence" if options.accept_licence else "terminal, typed yes"
    agreed = options.accept_licence or status.licence_agreed or _ask(options, status)
    with progress_bar(f"Getting {card.title}") as on_progress:
        got = engine.models.install(
            card.base_id,
            licence_agreed=agreed,
            agreed_by=agreed_by,
            on_progress=on_progress,
            mirror=options.mirror,
        )
    tell(options, as_json(got), [f"{card.title} is ready (licence: {card.licence})."])
    return 0


def remove(options: Namespace, engine: VoiceEngine) -> int:
    """Delete a base model's files."""
    card = catalogue.card(options.model)
    meant = engine.models.removal(card.base_id)
    if not card.embedded:
        if not meant.frees_mb:
            raise InputError(f"{card.title} is not on this computer, so there is nothing to remove.")
        silent = f" {count(len(meant.voices), 'voice')} will be silent until it is back." if meant.voices else ""
        confirm(options, f"Remove {card.title} ({meant.frees_mb:.0f} MB)? You can download it again.{silent}")
    engine.models.remove(card.base_id)
    told = {"removed": card.base_id, "freed_mb": round(meant.frees_mb, 1), "silent_voices": list(meant.voices)}
    lines = [f"{card.title} has been removed, which freed {meant.frees_mb:.0f} MB."]
    if meant.voices:
        lines.append(f"These voices are kept, and will work again once it is back: {', '.join(meant.voices)}.")
    tell(options, told, lines)
    return 0


def instant(options: Namespace, engine: VoiceEngine) -> int:
    """Make a voice without training."""
    require_consent(options)
    with progress_bar("Listening") as on_progress:
        voice = engine.instant_voice(
            options.project,
            options.voice,
            options.i_have_consent,
            base_id=options.base,
            consent_by="terminal, --i-have-consent",
            on_progress=on_progress,
        )
    tell(options, voice, [f"“{voice.name}” was made from {seconds(voice.speech_s)} of speech, without training."])
    return 0


def convert(options: Namespace, engine: VoiceEngine) -> int:
    """Convert a recording."""
    require_sound_name(options.target)
    with progress_bar("Converting") as on_progress:
        sound = engine.convert_to_file(options.voice, options.source, options.target, on_progress)
    told = {"path": options.target, "duration_s": sound.duration_s, "sample_rate": sound.sample_rate}
    tell(options, told, [f"{seconds(sound.duration_s)} in {options.target}."])
    return 0


def as_json(status: ModelStatus) -> dict[str, Any]:
    """Return a model's status and card as JSON values."""
    card = status.card
    return {
        "base_id": card.base_id,
        "title": card.title,
        "state": status.state,
        "licence_agreed": status.licence_agreed,
        "lacking": list(status.missing_files),
        "purpose": card.purpose,
        "size_mb": card.size_mb,
        "languages": list(card.languages),
        "licence": card.licence,
        "licence_words": card.licence_words,
        "licence_url": card.licence_url,
        "may_share_voices": card.may_share_voices,
        "gpu_advised": card.gpu_advised,
        "abilities": sorted(card.abilities),
        "policies": list(card.policies),
        "folders": list(card.released_folders),
    }


def _ask(options: Namespace, status: ModelStatus) -> bool:
    """Ask on a terminal; return True for a typed yes.

    Raises:
        ConsentError: another answer, or no terminal to ask on.
    """
    if options.json or not sys.stdin.isatty():
        raise ConsentError(f"{licence_question(status.card)} Repeat the command with --accept-licence to agree.")
    for line in _card_words(status):
        note(line)
    print(f"Do you agree to these terms? Type {YES} to agree: ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().casefold() != YES:
        raise ConsentError(f"You did not agree, so {status.card.title} was not downloaded. Nothing was changed.")
    return True


def _card_words(status: ModelStatus) -> list[str]:
    card = status.card
    lines = [
        f"{card.title} ({card.base_id}): {_STATE_WORDS[status.state]}",
        card.purpose,
        f"Size: {_size(card)}. Languages: {', '.join(card.languages)}.",
        f"Licence: {card.licence}. {card.licence_words} Full text: {card.licence_url}",
        "Voices made with it may be shared." if card.may_share_voices else "Voices made with it may not be shared.",
    ]
    if status.state == "incomplete":
        lines.append(f"Still missing: {', '.join(status.missing_files)}.")
    if card.share_condition:
        lines.append(card.share_condition)
    if card.gpu_advised:
        lines.append("A graphics card is recommended for training.")
    if card.policies:
        lines.append(f"Ways to train it: {', '.join(card.policies)}.")
    if card.released_folders:
        lines.append(f"Or put the unzipped folder into the data folder yourself: {', '.join(card.released_folders)}.")
    return lines


def _size(card: BaseCard) -> str:
    return "came with VoiceClone" if card.embedded else f"{card.size_mb} MB"
