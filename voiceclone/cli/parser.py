"""The argument parser: commands, their options and their help."""

import argparse
from pathlib import Path

from voiceclone import host
from voiceclone.bases.base import Effort, Policy
from voiceclone.cli.app import add_app_command
from voiceclone.cli.candidates import add_candidates_command
from voiceclone.cli.compare import add_compare_command
from voiceclone.cli.consent import add_consent_command
from voiceclone.cli.corpora import add_corpus_options
from voiceclone.cli.marks import add_mark_commands
from voiceclone.cli.models import add_model_commands
from voiceclone.cli.output import YES_HELP
from voiceclone.cli.training import add_run_commands
from voiceclone.clips.quality.clean import STRENGTHS
from voiceclone.limits import MAX_SPEED, MIN_SPEED
from voiceclone.recognition.recognisers import RECOGNISERS
from voiceclone.version import __version__

_LANGUAGE_HELP = "language code: en-us en-gb es fr it pt hi"
_RECORDED_HELP = f"{_LANGUAGE_HELP}; recordings also de nl pl pt-pt ru tr, which no voice speaks"


def build_parser() -> argparse.ArgumentParser:
    """Return the parser for the whole command line."""
    parser = argparse.ArgumentParser(
        prog="voiceclone",
        description="Clone your own voice: add recordings, clean them, train, speak. "
        f"Your data is in {str(host.data_dir()).replace('%', '%%')}; set VOICECLONE_HOME to use another folder.",
        epilog="Exit codes: 0 done, 1 unexpected, 2 something you can fix, 3 no mark found (check), "
        "130 stopped with Ctrl-C.",
    )
    parser.add_argument("--version", action="version", version=f"voiceclone {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add_app_command(commands, _command)
    _add_clip_commands(commands)
    add_consent_command(commands, _command)
    _add_training_commands(commands)
    add_candidates_command(commands, _command)
    add_compare_command(commands, _command)
    _add_voice_commands(commands)
    add_mark_commands(commands, _command)
    add_model_commands(commands, _command)
    return parser


def _command(
    commands: argparse._SubParsersAction, name: str, summary: str, *, hidden: bool = False
) -> argparse.ArgumentParser:
    # argparse leaves a command without `help` out of the list.
    shown = {} if hidden else {"help": summary}
    parser = commands.add_parser(name, description=summary, **shown)
    parser.add_argument("--json", action="store_true", help="print one JSON value instead of text")
    return parser


def _add_clip_commands(commands: argparse._SubParsersAction) -> None:
    setup = _command(commands, "setup", "Prepare the base model; needed once.")
    setup.add_argument(
        "--official",
        action="store_true",
        help="fetch the official float32 weights and the full tables of the stock voices from the model hub (355 MB); "
        "voices trained on the included weights do not work with them. Without this option, nothing is downloaded",
    )
    projects = _command(commands, "projects", "List the projects, or delete everything about one.")
    projects.add_argument(
        "--delete",
        metavar="PROJECT",
        help="delete this project, by name or id, with all that was made from it; lists first what that is",
    )
    projects.add_argument("--keep-voices", action="store_true", help="with --delete: keep the voices made from it")
    projects.add_argument("--yes", action="store_true", help=YES_HELP)
    add = _command(commands, "add", "Add recordings to a project, which is created if it is new.")
    add.add_argument("project", metavar="PROJECT", help="name or id of a project")
    add.add_argument("files", metavar="FILE", nargs="*", type=Path, help="recording, or a folder of them")
    add_corpus_options(add, required=False)
    add.add_argument("--speaker", metavar="ID", help="which speaker of a corpus to add; see the command “speakers”")
    add.add_argument(
        "--max-minutes",
        type=float,
        metavar="N",
        help="how many minutes of a corpus to add (default: 60, as much as a training uses)",
    )
    words = add.add_mutually_exclusive_group()
    words.add_argument("--text", help="what is said, if you add a single recording")
    words.add_argument(
        "--transcripts",
        metavar="FILE",
        type=Path,
        help="what is said in each recording: CSV or TSV file|text, or LJSpeech metadata.csv; for one long recording "
        "also subtitles (SRT, VTT), Audacity labels or a TextGrid",
    )
    add.add_argument(
        "--text-column",
        metavar="COLUMN",
        help="heading or number (from 1) of the column of --transcripts that holds the words (default: detected)",
    )
    add.add_argument("--language", help=f"{_RECORDED_HELP}; or auto to detect it (default: the project's)")
    speakers = _command(commands, "speakers", "List the speakers of a speech corpus, with minutes.")
    add_corpus_options(speakers, required=True)
    clean = _command(commands, "clean", "Make cleaned copies of a project's recordings; the originals are kept.")
    clean.add_argument("project", metavar="PROJECT", help="name or id of a project")
    how = clean.add_mutually_exclusive_group()
    how.add_argument(
        "--strength", choices=STRENGTHS, default="gentle", help="how much noise to remove (default: gentle)"
    )
    how.add_argument("--undo", action="store_true", help="go back to the clips as they were recorded")
    clips = _command(commands, "clips", "List a project's clips with text, length and verdict.")
    clips.add_argument("project", metavar="PROJECT", help="name or id of a project")
    clips.add_argument(
        "--listen", action="store_true", help="first check by listening: are the words right, is it one person?"
    )
    clips.add_argument("--to-look-at", action="store_true", help="only the clips you should listen to")
    clips.add_argument(
        "--mine", metavar="CLIP", help="if several people speak: leave out everyone but the speaker of this clip"
    )
    recogniser = _command(
        commands,
        "recogniser",
        "Get a recogniser that transcribes languages other than English, or list those installed.",
    )
    recogniser.add_argument(
        "key", nargs="?", choices=tuple(RECOGNISERS), help="base (148 MB) or small (486 MB, better)"
    )
    recogniser.add_argument("--remove", action="store_true", help="delete it instead")
    recogniser.add_argument("--yes", action="store_true", help=YES_HELP)
    room = _command(commands, "room", "Check a room and microphone before recording: noise, hum, echo, level.")
    room.add_argument("silence", metavar="SILENCE", type=Path, help="about five seconds in which nobody speaks")
    room.add_argument("speech", metavar="SPEECH", type=Path, help="about five seconds of you reading aloud")


def _add_training_commands(commands: argparse._SubParsersAction) -> None:
    train = _command(
        commands, "train", "Train a voice and watch it to the end; Ctrl-C stops and keeps what was learnt."
    )
    train.add_argument("project", metavar="PROJECT", help="name or id of a project")
    train.add_argument("--voice", metavar="NAME", required=True, help="what the voice will be called")
    train.add_argument(
        "--i-have-consent",
        action="store_true",
        help="this is my voice, or I have the speaker's permission; required",
    )
    length = train.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, metavar="N", help="train for this many minutes in all")
    length.add_argument("--steps", type=int, metavar="N", help="train for this many steps")
    length.add_argument(
        "--effort",
        choices=[effort.value for effort in Effort],
        help="quick gives a first voice, overnight goes on as long as it helps (default: better; --check shows how "
        "long each takes here)",
    )
    train.add_argument(
        "--check", action="store_true", help="only report whether everything is ready, and how long it would take"
    )
    train.add_argument(
        "--replace",
        action="store_true",
        help="if a voice has this name: replace it once the new one is ready",
    )
    train.add_argument(
        "--continue-from",
        metavar="NAME",
        help="continue from this voice with all current recordings; the voice itself stays unchanged",
    )
    train.add_argument("--base", metavar="MODEL", help="base model (default: the one that came with VoiceClone)")
    train.add_argument(
        "--policy",
        choices=[policy.value for policy in Policy],
        help="what is trained (default: the base model's first choice; see the command “models”)",
    )
    train.add_argument("--seed", type=int, default=0, metavar="N", help="random seed (default: 0)")
    add_run_commands(commands, _command)


def _add_voice_commands(commands: argparse._SubParsersAction) -> None:
    speak = _command(commands, "speak", "Speak a text of any length into a sound file, marked as artificial speech.")
    speak.add_argument(
        "--voice", metavar="NAME", required=True, help="name or id of a voice, or of a stock voice; see “voices”"
    )
    words = speak.add_mutually_exclusive_group(required=True)
    words.add_argument("--text", help="what to say")
    words.add_argument("--text-file", metavar="FILE", help="UTF-8 text file; - reads standard input")
    speak.add_argument("--out", metavar="FILE", type=Path, required=True, help="file to write: .wav, .flac or .mp3")
    speak.add_argument("--language", help=f"{_LANGUAGE_HELP} (default: the voice's)")
    speak.add_argument(
        "--speed", type=float, default=1.0, metavar="N", help=f"{MIN_SPEED} to {MAX_SPEED} (default: 1.0)"
    )
    _command(commands, "voices", "List your voices, and the stock voices that came with the base model.")
    dataset = _command(commands, "dataset", "Write a project's clips and texts into a zip file (LJSpeech layout).")
    dataset.add_argument("project", metavar="PROJECT", help="name or id of a project")
    dataset.add_argument("file", metavar="FILE", type=Path, help="the zip file to write; “add” can read it again")
    export = _command(commands, "export", "Copy a voice to a file, to keep or to share.")
    export.add_argument("voice", metavar="NAME", help="name or id of a voice")
    export.add_argument("file", metavar="FILE", type=Path, help="file or folder to write to")
    export.add_argument(
        "--private-use",
        action="store_true",
        help="export for your own use a voice whose licence forbids sharing it",
    )
    export.add_argument(
        "--for-kokoro",
        action="store_true",
        help="write a zip file (330 MB) that the Python package “kokoro” loads without VoiceClone",
    )
    bring = _command(commands, "import", "Add a voice file that was exported earlier.")
    bring.add_argument("file", metavar="FILE", type=Path, help="voice file (.safetensors)")
    delete = _command(
        commands, "delete", "Delete a voice with its trainings, comparisons and listening tests; lists them first."
    )
    delete.add_argument("voice", metavar="NAME", help="name or id of a voice")
    delete.add_argument("--yes", action="store_true", help=YES_HELP)
    rename = _command(commands, "rename", "Give a voice another name.")
    rename.add_argument("voice", metavar="NAME", help="name or id of a voice")
    rename.add_argument("new_name", metavar="NEW_NAME", help="the new name")
