"""Logs that people can show around: where something went wrong, and nothing of what they recorded, wrote or named.

Messages of errors hold names, texts and paths of data. So logs keep the kind of an error and the lines of code it went
through, and of other libraries' messages only the part that is the same for everybody.
"""

import logging
import os
import sys
import threading
import traceback
from types import TracebackType
from typing import Any, TextIO

OURS = "voiceclone"
_LEFT_OUT = "Traceback (without messages, which may hold names, texts or paths):"


def kind_of(error: BaseException) -> str:
    """Return what happened without the message, for example `OSError (No space left on device)`."""
    name = type(error).__name__
    if isinstance(error, OSError) and isinstance(error.errno, int):
        return f"{name} ({os.strerror(error.errno)})"
    if isinstance(error, ImportError) and error.name:
        return f"{name} ({error.name})"
    return name


def frames(error: BaseException) -> str:
    """Return the lines of code `error` and its causes went through, by module, and the kind of each."""
    lines, seen = [_LEFT_OUT], set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        for frame, line in traceback.walk_tb(current.__traceback__):
            module = frame.f_globals.get("__name__", "?")
            lines.append(f"  {module}, line {line}, in {frame.f_code.co_name}")
        lines.append(kind_of(current))
        cause = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
        if cause is not None:
            lines.append("caused by:")
        current = cause
    return "\n".join(lines)


def print_frames(file: TextIO | None = None) -> None:
    """Print the frames of the error being handled, to standard error unless `file` says otherwise."""
    error = sys.exc_info()[1]
    if error is not None:
        print(frames(error), file=sys.stderr if file is None else file, flush=True)


class PrivateFormatter(logging.Formatter):
    """Formats our own messages whole, those of libraries without what they fill in, and no message of an error."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line, and the frames of the error that belongs to it."""
        words = _without_errors(record) if _is_ours(record.name) else _template(record)
        line = f"{record.levelname} {record.name}: {words}"
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        return line if error is None else f"{line}\n{frames(error)}"


def keep_private() -> None:
    """Let this process log nothing of people's data: our messages, those of libraries, warnings and tracebacks.

    Call it once, where a program begins. It changes what `traceback.print_exc` prints, because gradio and others call
    it for errors that never reach our code.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(PrivateFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(True)
    logging.Formatter.formatException = _format_exception  # type: ignore[method-assign]
    traceback.print_exc = _print_exc
    sys.excepthook = _on_unhandled
    threading.excepthook = _on_unhandled_in_thread


def make_handlers_private() -> None:
    """Give the handlers that libraries have set up meanwhile, uvicorn's among them, our formatter."""
    for name in [None, *logging.root.manager.loggerDict]:
        for handler in logging.getLogger(name).handlers:
            handler.setFormatter(PrivateFormatter())


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in (OURS, "__main__")


def _without_errors(record: logging.LogRecord) -> str:
    given = record.args
    if not isinstance(given, tuple) or not given:
        return record.getMessage()
    return str(record.msg) % tuple(kind_of(one) if isinstance(one, BaseException) else one for one in given)


def _template(record: logging.LogRecord) -> str:
    if record.name == "py.warnings":  # `FILE:LINE: KIND: message`
        words = (word.rstrip(":") for word in record.getMessage().split())
        kind = next((word for word in words if word.endswith("Warning")), "a warning")
        return f"{kind} (left out, because it may hold texts or paths)"
    return str(record.msg) if record.args else f"(left out) {record.module}, line {record.lineno}"


def _format_exception(_formatter: logging.Formatter, info: Any) -> str:
    return frames(info[1]) if info[1] is not None else ""


def _print_exc(limit: int | None = None, file: TextIO | None = None, chain: bool = True) -> None:
    print_frames(file)


def _on_unhandled(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        print("Stopped.", file=sys.stderr)
        return
    print(frames(error), file=sys.stderr, flush=True)


def _on_unhandled_in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None:
        print(frames(told.exc_value), file=sys.stderr, flush=True)
