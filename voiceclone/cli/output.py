"""How the terminal tells things: JSON or words on standard output, progress on standard error."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from voiceclone.bases.base import OnProgress
from voiceclone.errors import InputError


def tell(options: Any, value: Any, words: Iterable[str]) -> None:
    """Print `value` as JSON with `--json`, else the lines of `words`."""
    if options.json:
        print(json.dumps(value, default=_plain))
    else:
        for line in words:
            print(line)


def note(sentence: str) -> None:
    """Print a sentence beside the result, on standard error."""
    print(sentence, file=sys.stderr)


@contextmanager
def progress_bar(description: str) -> Iterator[OnProgress]:
    """Give an `on_progress` that draws a bar on standard error; silent where that is no terminal."""
    from tqdm import tqdm

    bar_format = "{desc} |{bar}| {percentage:3.0f}% [{elapsed}] {postfix}"
    # disable=None is tqdm's word for: only on a terminal
    with tqdm(total=1.0, desc=description, disable=None, bar_format=bar_format, file=sys.stderr) as bar:

        def on_progress(share: float, message: str) -> None:
            bar.set_postfix_str(message, refresh=False)
            bar.n = min(1.0, max(0.0, share))
            bar.refresh()

        yield on_progress


def require_wav(path: Path) -> None:
    """Raise `InputError` unless `path` can be the name of a WAV file."""
    if path.suffix.lower() != ".wav" or path.is_dir():
        raise InputError(f"“{path}” is not a WAV file's name. End it with .wav.")


def seconds(duration_s: float) -> str:
    """Return a length for a table, for example `3.4 s` or `12:05 min`."""
    return f"{duration_s:.1f} s" if duration_s < 60 else f"{duration_s // 60:.0f}:{duration_s % 60:02.0f} min"


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
