"""The engine from a terminal: `python -m voiceclone COMMAND …`.

Exit codes: 0 done, 1 unexpected, 2 something a person can put right (one sentence on standard error),
130 stopped with Ctrl-C. With `--json` standard output holds one JSON value and nothing else.
"""

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from voiceclone.cli.parser import build_parser
from voiceclone.errors import Cancelled, VoiceCloneError

if TYPE_CHECKING:
    from voiceclone.engine import VoiceEngine

OK, UNEXPECTED, USER_ERROR, STOPPED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None, make_engine: "Callable[[], VoiceEngine] | None" = None) -> int:
    """Run one command and return its exit code.

    Args:
        arguments: what follows the program's name; None is `sys.argv[1:]`.
        make_engine: gives the engine; None is one on the default data folder.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # an old console cannot show every letter of a name
            stream.reconfigure(errors="backslashreplace")
    options = build_parser().parse_args(arguments)
    try:
        from voiceclone.cli import commands
        from voiceclone.engine import VoiceEngine

        return commands.run(options, (make_engine or VoiceEngine)())
    except (KeyboardInterrupt, Cancelled):
        print("Stopped; what was finished before is kept.", file=sys.stderr)
        return STOPPED
    except VoiceCloneError as error:
        print(error, file=sys.stderr)
        return USER_ERROR
    except BrokenPipeError:  # the reader of a pipe, `head` for example, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as error:
        traceback.print_exc()
        print(f"Unexpected error: {error}. Please report it with the lines above.", file=sys.stderr)
        return UNEXPECTED
