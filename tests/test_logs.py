"""Logs keep where and what kind, and nothing of what people recorded, wrote or named."""

import io
import logging
import subprocess
import sys

import pytest

from voiceclone import logs

SECRET = "Zephyrine said marmalade"


def raised():
    """An error with a cause, both with a message that may not be logged."""
    try:
        try:
            raise OSError(28, SECRET, f"/home/{SECRET}")
        except OSError as cause:
            raise ValueError(SECRET) from cause
    except ValueError as error:
        return error


def test_an_error_is_told_by_kind_and_lines_of_code():
    told = logs.frames(raised())
    assert SECRET not in told and "/home" not in told
    first, second = told.split("caused by:\n")
    assert f"{__name__}, line" in first and "in raised\nValueError" in first
    assert second.endswith("OSError (No space left on device)")


def test_a_circle_of_causes_ends():
    one, other = ValueError("a"), KeyError("b")
    one.__cause__, other.__cause__ = other, one
    assert logs.frames(one).count("ValueError") == 1


@pytest.mark.parametrize(
    ("name", "message", "given", "told"),
    [
        ("voiceclone.training.worker", "step %d: %s", (3, ValueError(SECRET)), "step 3: ValueError"),
        ("voiceclone.training.worker", "all is well", (), "all is well"),
        ("some.library", "could not read %s", (SECRET,), "could not read %s"),
        ("some.library", f"could not read {SECRET}", (), "(left out) test_logs, line"),
        ("py.warnings", f"/home/{SECRET}.py:3: UserWarning: {SECRET}", (), "UserWarning (left out"),
    ],
)
def test_what_is_kept_of_a_message(name, message, given, told):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.PrivateFormatter())
    logger = logging.Logger(name)
    logger.addHandler(handler)
    logger.warning(message, *given)
    assert SECRET not in stream.getvalue()
    assert stream.getvalue().startswith(f"WARNING {name}: {told}")


def test_an_import_that_fails_names_the_module():
    assert logs.kind_of(ModuleNotFoundError("x", name="perth")) == "ModuleNotFoundError (perth)"


@pytest.mark.parametrize(
    "trouble",
    [
        "raise error",
        "threading.Thread(target=lambda: fail(error)).start()",
        "try: fail(error)\nexcept ValueError: traceback.print_exc()",
        "try: fail(error)\nexcept ValueError: logging.getLogger('lib').exception('failed')",
        "logger = logging.getLogger('lib'); logger.addHandler(logging.StreamHandler()); logger.propagate = False\n"
        "try: fail(error)\nexcept ValueError: logger.exception('failed')",
        "warnings.warn(str(error))",
    ],
)
def test_a_process_that_keeps_private_tells_nothing(trouble):
    program = (
        "import logging, threading, traceback, warnings\nfrom voiceclone import logs\nlogs.keep_private()\n"
        f"error = ValueError('Zephyrine ' + 'said marmalade')\ndef fail(e): raise e\n{trouble}"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert told.stderr and SECRET not in told.stdout + told.stderr
    assert "ValueError" in told.stderr or "UserWarning" in told.stderr
