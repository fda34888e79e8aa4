"""Commands of the terminal, run in this process."""

from collections.abc import Callable

import pytest

from voiceclone import VoiceEngine
from voiceclone.cli import main


def run_command(
    capsys: pytest.CaptureFixture[str], make_engine: Callable[[], VoiceEngine], *arguments: object
) -> tuple[int | str | None, str, str]:
    """Return a command's exit code, standard output and standard error."""
    try:
        code = main([str(one) for one in arguments], make_engine)
    except SystemExit as end:  # argparse
        code = end.code
    return code, *capsys.readouterr()
