"""The command that answers “does training help?” for a project."""

import argparse
import shutil
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone.cli.output import progress_bar, require_consent, table, tell
from voiceclone.engine import VoiceEngine
from voiceclone.storage import disk
from voiceclone.wording import count, duration

if TYPE_CHECKING:
    from voiceclone.compare import Comparison


def add_compare_command(
    commands: argparse._SubParsersAction,
    make: Callable[[argparse._SubParsersAction, str, str], argparse.ArgumentParser],
) -> None:
    """Add the command `compare`."""
    compare = make(
        commands,
        "compare",
        "Make a project's voice without training, with only the style trained, and fine-tuned, and judge each on the "
        "same unseen sentences. If stopped, run it again to continue.",
    )
    compare.add_argument("project", metavar="PROJECT", help="name or id of a project")
    compare.add_argument(
        "--i-have-consent",
        action="store_true",
        help="this is my voice, or I have the speaker's permission; required",
    )
    compare.add_argument("--base", metavar="ID", help="id of a base model (default: the embedded one)")
    length = compare.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, metavar="N", help="total minutes of each training")
    length.add_argument("--steps", type=int, metavar="N", help="steps of each training")
    compare.add_argument("--seed", type=int, default=0, metavar="N", help="random seed of each training (default: 0)")
    compare.add_argument(
        "--ways", metavar="WAY", nargs="+", help="any of: instant transfer fine-tune full (default: the first three)"
    )
    compare.add_argument("--out", metavar="FOLDER", type=Path, help="copy the figures, the picture and the sounds here")
    compare.add_argument("--keep", action="store_true", help="keep the voices (default: delete each once it is judged)")


def compare(options: Namespace, engine: VoiceEngine) -> int:
    """Compare, and print the table."""
    require_consent(options)
    with progress_bar("Comparing") as on_progress:
        done = engine.compare(
            options.project,
            options.i_have_consent,
            options.minutes,
            options.steps,
            options.seed,
            base_id=options.base,
            policies=options.ways,
            keep_voices=options.keep,
            consent_by="terminal, --i-have-consent",
            on_progress=on_progress,
        )
    folder = engine.comparisons.folder(done.comparison_id)
    if options.out is not None:
        folder = _copied(folder, options.out, done)
    from voiceclone.compare.model import as_plain

    tell(options, {**as_plain(done), "folder": folder}, _words(done, folder))
    return 0


def _copied(folder: Path, target: Path, done: "Comparison") -> Path:
    from voiceclone.compare import model

    sounds = [sound for way in done.ways for sound in way.sounds]
    for name in (model.COMPARISON_FILE, model.PICTURE_FILE, model.RECORDING_FILE, *sounds):
        with disk.atomic_file(target / name) as temporary:
            shutil.copyfile(folder / name, temporary)
        disk.hand_out(target / name)
    return target


def _words(done: "Comparison", folder: Path) -> list[str]:
    from voiceclone.compare.table import HEAD, rows
    from voiceclone.evaluation.pitch import RIGHT_SEMITONES

    request = done.request
    judged = len(request.held_out_clip_ids)
    return [
        *table([HEAD, *rows(done)]),
        "",
        done.verdict,
        f"Trained on {duration(request.training_speech_s)} of speech, judged by {count(judged, 'recording')} that no "
        "training was given; ± is the 95 % interval of the mean over the sentences; pitch is that of all sentences "
        f"above that of the recordings, and right within {RIGHT_SEMITONES:g} semitones. One training each: another may "
        "come out a little different.",
        f"Figures, picture and sounds are in {folder}.",
    ]
