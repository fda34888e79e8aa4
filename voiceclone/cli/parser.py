"""What can be typed: commands, their options and their help."""

import argparse
from pathlib import Path

from voiceclone import host
from voiceclone.bases.base import Effort, Policy
from voiceclone.cli.app import add_app_command
from voiceclone.cli.candidates import add_candidates_command
from voiceclone.cli.compare import add_compare_command
from voiceclone.cli.corpora import add_corpus_options
from voiceclone.cli.models import add_model_commands
from voiceclone.cli.output import YES_HELP
from voiceclone.cli.training import add_run_commands
from voiceclone.clips.quality.clean import STRENGTHS
from voiceclone.limits import MAX_SPEED, MIN_SPEED
from voiceclone.recognition.recognisers import RECOGNISERS
from voiceclone.version import __version__

_LANGUAGE_HELP = "language code: en-us en-gb es fr it pt hi"


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="voiceclone",
        description="Clone your own voice: add recordings, clean them, train, speak. "
        f"Your data is in {str(host.data_dir()).replace('%', '%%')}; set VOICECLONE_HOME to use another folder.",
        epilog="Exit codes: 0 done, 1 unexpected, 2 something you can put right, 130 stopped with Ctrl-C.",
    )
    parser.add_argument("--version", action="version", version=f"voiceclone {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add_app_command(commands, _command)
    _add_clip_commands(commands)
    _add_training_commands(commands)
    add_candidates_command(commands, _command)
    add_compare_command(commands, _command)
    _add_voice_commands(commands)
    add_model_commands(commands, _command)
    return parser


def _command(
    commands: argparse._SubParsersAction, name: str, summary: str, *, hidden: bool = False
) -> argparse.ArgumentParser:
    # Without the word `help` argparse leaves a command out of the list.
    shown = {} if hidden else {"help": summary}
    parser = commands.add_parser(name, description=summary, **shown)
    parser.add_argument("--json", action="store_true", help="print one JSON value instead of words")
    return parser


def _add_clip_commands(commands: argparse._SubParsersAction) -> None:
    setup = _command(commands, "setup", "Get the base model ready, once; quick when it is.")
    setup.add_argument(
        "--official",
        action="store_true",
        help="fetch the official float32 weights and all 54 stock voices from the model hub (355 MB); "
        "voices trained before do not fit them. Without this nothing asks a network",
    )
    projects = _command(commands, "projects", "List the projects, or delete one with everything recorded.")
    projects.add_argument(
        "--delete", metavar="PROJECT", help="delete this one, by name or id; the voices made of it stay"
    )
    projects.add_argument("--yes", action="store_true", help=YES_HELP)
    add = _command(commands, "add", "Add recordings to a project; the project is made if it is new.")
    add.add_argument("project", metavar="PROJECT", help="name or id of a project")
    add.add_argument("files", metavar="FILE", nargs="*", type=Path, help="recording, or a folder of them")
    add_corpus_options(add, required=False)
    add.add_argument("--speaker", metavar="ID", help="whom to take from a corpus; see the command “speakers”")
    add.add_argument(
        "--max-minutes",
        type=float,
        metavar="N",
        help="how much to take from a corpus (default: 60, what a training takes)",
    )
    words = add.add_mutually_exclusive_group()
    words.add_argument("--text", help="what is said, when you add one recording")
    words.add_argument(
        "--transcripts",
        metavar="FILE",
        type=Path,
        help="what is said in each: CSV or TSV file|text, or LJSpeech metadata.csv; for one long recording also "
        "subtitles (SRT, VTT), labels of Audacity or a TextGrid",
    )
    add.add_argument(
        "--text-column",
        metavar="COLUMN",
        help="heading or number (from 1) of the column of --transcripts with the words (default: found out)",
    )
    add.add_argument("--language", help=f"{_LANGUAGE_HELP}, or auto to find it out (default: the project's)")
    speakers = _command(commands, "speakers", "List who speaks in a speech corpus, with minutes.")
    add_corpus_options(speakers, required=True)
    clean = _command(commands, "clean", "Make cleaned copies of a project's recordings; originals stay.")
    clean.add_argument("project", metavar="PROJECT", help="name or id of a project")
    how = clean.add_mutually_exclusive_group()
    how.add_argument(
        "--strength", choices=STRENGTHS, default="gentle", help="how much noise to take out (default: gentle)"
    )
    how.add_argument("--undo", action="store_true", help="go back to the clips as they were recorded")
    clips = _command(commands, "clips", "List a project's clips with text, length and verdict.")
    clips.add_argument("project", metavar="PROJECT", help="name or id of a project")
    clips.add_argument(
        "--listen", action="store_true", help="first let networks listen: are the words right, is it one person?"
    )
    clips.add_argument("--to-look-at", action="store_true", help="only those that a person should listen to")
    clips.add_argument(
        "--mine", metavar="CLIP", help="where several people speak: leave out all who do not speak in this clip"
    )
    recogniser = _command(
        commands, "recogniser", "Get a recogniser that writes down other languages than English, or list those there."
    )
    recogniser.add_argument(
        "key", nargs="?", choices=tuple(RECOGNISERS), help="base (148 MB) or small (486 MB, better)"
    )
    recogniser.add_argument("--remove", action="store_true", help="delete it instead")
    recogniser.add_argument("--yes", action="store_true", help=YES_HELP)
    room = _command(commands, "room", "Check a room and microphone before recording: noise, hum, echo, level.")
    room.add_argument("silence", metavar="SILENCE", type=Path, help="about five seconds in which nobody speaks")
    room.add_argument("speech", metavar="SPEECH", type=Path, help="about five seconds of reading aloud")


def _add_training_commands(commands: argparse._SubParsersAction) -> None:
    train = _command(
        commands, "train", "Train a voice and follow it to its end; Ctrl-C stops and keeps what was learnt."
    )
    train.add_argument("project", metavar="PROJECT", help="name or id of a project")
    train.add_argument("--voice", metavar="NAME", required=True, help="what the voice will be called")
    train.add_argument(
        "--i-have-consent",
        action="store_true",
        help="this is my voice, or I have the speaker's permission; required",
    )
    length = train.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, metavar="N", help="train for so long, on the clock")
    length.add_argument("--steps", type=int, metavar="N", help="train for so many steps")
    length.add_argument(
        "--effort",
        choices=[effort.value for effort in Effort],
        help="quick is a first voice, best takes longest (default: better; --check tells how long each takes here)",
    )
    train.add_argument(
        "--check", action="store_true", help="only tell whether all is ready, and how long it would take"
    )
    train.add_argument(
        "--replace",
        action="store_true",
        help="when a voice is called so: put the new one in its place once it is ready",
    )
    train.add_argument(
        "--continue-from",
        metavar="NAME",
        help="go on from this voice, with all recordings there are now; it stays as it is",
    )
    train.add_argument("--base", metavar="MODEL", help="base model (default: the one that came with VoiceClone)")
    train.add_argument(
        "--policy",
        choices=[policy.value for policy in Policy],
        help="what learns (default: the base model's first choice; see the command “models”)",
    )
    train.add_argument("--seed", type=int, default=0, metavar="N", help="randomness (default: 0)")
    add_run_commands(commands, _command)


def _add_voice_commands(commands: argparse._SubParsersAction) -> None:
    speak = _command(commands, "speak", "Speak a text of any length into a WAV file.")
    speak.add_argument(
        "--voice", metavar="NAME", required=True, help="name or id of a voice, or of a stock voice; see “voices”"
    )
    words = speak.add_mutually_exclusive_group(required=True)
    words.add_argument("--text", help="what to say")
    words.add_argument("--text-file", metavar="FILE", help="UTF-8 text file; - is standard input")
    speak.add_argument("--out", metavar="FILE.wav", type=Path, required=True, help="where the sound goes")
    speak.add_argument("--language", help=f"{_LANGUAGE_HELP} (default: the voice's)")
    speak.add_argument(
        "--speed", type=float, default=1.0, metavar="N", help=f"{MIN_SPEED} to {MAX_SPEED} (default: 1.0)"
    )
    _command(commands, "voices", "List your voices, and the stock voices that came with the base model.")
    dataset = _command(commands, "dataset", "Write a project's clips and texts into a zip file (LJSpeech layout).")
    dataset.add_argument("project", metavar="PROJECT", help="name or id of a project")
    dataset.add_argument("file", metavar="FILE", type=Path, help="the zip file; “add” takes it in again")
    export = _command(commands, "export", "Copy a voice to a file, to keep or to pass on.")
    export.add_argument("voice", metavar="NAME", help="name or id of a voice")
    export.add_argument("file", metavar="FILE", type=Path, help="where to; a folder is fine")
    export.add_argument(
        "--private-use",
        action="store_true",
        help="take along a voice that its licence forbids to pass on, for yourself only",
    )
    bring = _command(commands, "import", "Add a voice file that was exported before.")
    bring.add_argument("file", metavar="FILE", type=Path, help="voice file (.safetensors)")
    delete = _command(commands, "delete", "Delete a voice for good.")
    delete.add_argument("voice", metavar="NAME", help="name or id of a voice")
    delete.add_argument("--yes", action="store_true", help=YES_HELP)
    rename = _command(commands, "rename", "Give a voice another name.")
    rename.add_argument("voice", metavar="NAME", help="name or id of a voice")
    rename.add_argument("new_name", metavar="NEW_NAME", help="the new name")
