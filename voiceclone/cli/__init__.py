"""The command line: `python -m voiceclone COMMAND …`.

Exit codes: 0 done, 1 unexpected, 2 an error the user can fix (one sentence on standard error),
3 no mark found (`check`), 130 stopped with Ctrl-C. With `--json`, standard output holds exactly one JSON value.
"""

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from voiceclone import logs
from voiceclone.cli.parser import build_parser
from voiceclone.errors import Cancelled, VoiceCloneError

if TYPE_CHECKING:
    from voiceclone.engine import VoiceEngine

OK, UNEXPECTED, USER_ERROR, STOPPED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None, make_engine: "Callable[[], VoiceEngine] | None" = None) -> int:
    """Run one command and return its exit code.

    Args:
        arguments: what follows the program's name; None means `sys.argv[1:]`.
        make_engine: makes the engine; None uses one on the default data folder.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # old consoles cannot print every character
            stream.reconfigure(errors="backslashreplace")
    options = build_parser().parse_args(arguments)
    try:
        from voiceclone.cli import commands
        from voiceclone.engine import VoiceEngine

        return commands.run(options, (make_engine or VoiceEngine)())
    except (KeyboardInterrupt, Cancelled):
        print("Stopped; everything finished so far is kept.", file=sys.stderr)
        return STOPPED
    except VoiceCloneError as error:
        print(error, file=sys.stderr)
        return USER_ERROR
    except BrokenPipeError:  # the reader of the pipe, for example `head`, has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as error:
        logs.print_frames()
        print("Please report this with the lines above, which hold nothing of yours.", file=sys.stderr)
        print(f"Unexpected error: {error}", file=sys.stderr)
        return UNEXPECTED
