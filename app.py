"""VoiceClone in the browser: builds the page (`demo`) and, run as a program, serves it.

What a Hugging Face Space and `make run` start; installed, it is `voiceclone app`.
"""

import sys
from collections.abc import Sequence

from voiceclone import VoiceEngine, host
from voiceclone.errors import VoiceCloneError
from voiceclone.ui import build
from voiceclone.ui.serving import require_free, serve

engine = VoiceEngine()
demo = build(engine)


def main() -> int:
    """Serve the page until Ctrl+C; return the program's exit code."""
    try:
        server_name, port = host.address()
        require_free(server_name, port, "PORT={port} make run")
        serve(engine, demo, server_name, port, tell)
    except VoiceCloneError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # before the page was served
        return 130
    return 0


def tell(_url: str, lines: Sequence[str]) -> None:
    """Print what the terminal says once the page is served."""
    print(*lines, sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
