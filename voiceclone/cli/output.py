"""Terminal output: results (JSON or text) on standard output, progress and questions on standard error."""

import json
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone.errors import BusyError, ConsentError, InputError
from voiceclone.progress import OnProgress
from voiceclone.voices.consent import CONSENT_STATEMENT
from voiceclone.wording import duration

if TYPE_CHECKING:
    from voiceclone.deletion import Deletion

LINE_EVERY_S = 30.0
"""Interval of progress lines without a terminal: short enough to show progress, long enough to keep logs short."""
SOUND_ENDINGS = (".wav", ".flac", ".mp3")
"""Those of `marking.marker.FORMATS`, without loading what that needs."""
YES = "yes"
YES_HELP = "do it without asking"
RUN_HELP = "id of a run, the start of one, or the name of its voice (default: the current run)"


def tell(options: Any, value: Any, words: Iterable[str]) -> None:
    """Print `value` as JSON with `--json`, otherwise the lines of `words`."""
    if options.json:
        print(json.dumps(value, default=_plain), flush=True)
    else:
        for line in words:
            print(line, flush=True)


def note(sentence: str) -> None:
    """Print a sentence to standard error, apart from the result."""
    print(sentence, file=sys.stderr)


class Lines:
    """Progress for logs: prints a line at intervals, even while no update arrives.

    Args:
        description: what is in progress; starts every line.
        every_s: seconds between lines; None means `LINE_EVERY_S`. Shorter work prints nothing.
    """

    def __init__(self, description: str, every_s: float | None = None) -> None:
        self._description = description
        self._every_s = LINE_EVERY_S if every_s is None else every_s
        self._began = time.monotonic()
        self._told: tuple[float | None, str] = (None, "")
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._print, name="progress-lines", daemon=True)

    def tell(self, share: float | None, message: str) -> None:
        """Record progress: a fraction 0..1 (None if unknown) and a message."""
        self._told = (share, message)

    def __enter__(self) -> "Lines":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _print(self) -> None:
        while not self._ended.wait(self._every_s):
            share, message = self._told
            done = f"{min(1.0, max(0.0, share)):.0%}, " if share is not None else ""
            past = f"{duration(time.monotonic() - self._began)} so far."  # a bare duration would read as time left
            now = f" {message.rstrip('.')}." if message else ""
            print(f"{self._description}: {done}{past}{now}", file=sys.stderr, flush=True)


@contextmanager
def progress_bar(description: str) -> Iterator[OnProgress]:
    """Yield an `on_progress` that draws a bar on standard error, or prints `Lines` if that is not a terminal."""
    if not sys.stderr.isatty():
        with Lines(description) as lines:
            yield lines.tell
        return
    from tqdm import tqdm

    bar_format = "{desc} |{bar}| {percentage:3.0f}% [{elapsed}] {postfix}"
    with tqdm(total=1.0, desc=description, bar_format=bar_format, file=sys.stderr) as bar:

        def on_progress(share: float, message: str) -> None:
            bar.set_postfix_str(message, refresh=False)
            bar.n = min(1.0, max(0.0, share))
            bar.refresh()

        yield on_progress


def confirm(options: Any, question: str) -> None:
    """Ask before deleting something for good; `--yes` skips the question.

    Raises:
        InputError: the answer was not yes, or nobody can be asked (no terminal, or `--json`).
    """
    if options.yes:
        return
    if options.json or not sys.stdin.isatty():
        raise InputError(f"{question} There is no terminal to ask on; repeat the command with --yes to do it.")
    print(f"{question} Type {YES} to do it: ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().casefold() != YES:
        raise InputError("Nothing was deleted.")


def confirm_deletion(options: Any, told: "Deletion") -> None:
    """Show what goes with a person or a voice, then ask once; without a terminal, or with `--yes`, show nothing.

    Raises:
        BusyError: it cannot be deleted now; the message says what to do.
        InputError: as for `confirm`.
    """
    if told.refusal:
        raise BusyError(told.refusal)
    if not options.yes and not options.json and sys.stdin.isatty():
        for line in ("This will be deleted:", *(f"- {line}" for line in told.lines), *told.remarks):
            note(line)
    confirm(options, told.question)


def require_consent(options: Any) -> None:
    """Raise `ConsentError` unless `--i-have-consent` was given; the engine's message does not name the option."""
    if not options.i_have_consent:
        raise ConsentError(
            f"Your consent is needed first: “{CONSENT_STATEMENT}” If this is true, add --i-have-consent."
        )


def require_sound_name(path: Path) -> None:
    """Raise `InputError` unless `path` is a valid name for a sound file that can be written."""
    if path.suffix.lower() not in SOUND_ENDINGS or path.is_dir():
        raise InputError(f"“{path}” is not the name of a WAV file. Use a name that ends in .wav, .flac or .mp3.")


def table(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield rows as lines with aligned columns."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
