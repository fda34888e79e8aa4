"""Serve the page until Ctrl+C, for `app.py` and the command `voiceclone app`."""

import socket
import sys
import webbrowser
from collections.abc import Callable, Sequence

import gradio as gr

from voiceclone import host, logs
from voiceclone.engine import VoiceEngine
from voiceclone.errors import InputError, VoiceCloneError
from voiceclone.ui import launch_options
from voiceclone.ui.access import ClosedServer
from voiceclone.ui.gate import EVERYWHERE
from voiceclone.ui.text import common as common_text

OnReady = Callable[[str, Sequence[str]], None]
"""Called once the page is served, with (address, lines to print in the terminal)."""


def require_free(server_name: str, port: int, command: str) -> None:
    """Raise `InputError` if another program listens at the address.

    Args:
        server_name: the host name or address to serve on.
        port: the port.
        command: the command that uses another port, containing `{port}`.
    """
    if _is_busy(server_name, port):
        raise InputError(common_text.PORT_BUSY.format(port=port, command=command.format(port=port + 1)))


def serve(
    engine: VoiceEngine, demo: gr.Blocks, server_name: str, port: int, on_ready: OnReady, *, open_browser: bool = False
) -> None:
    """Serve the page until Ctrl+C, or until the system asks the process to end (SIGTERM); then tidy up.

    On a Space without a password, serve only how to set one.

    Args:
        engine: the engine the page was built on; interrupted trainings are resumed.
        demo: the page.
        server_name: the host name or address to serve on.
        port: a free port.
        on_ready: called once the page can be opened.
        open_browser: also open the page in the user's browser.

    Raises:
        VoiceCloneError: the data folder cannot be used.
    """
    with host.ended_gently(), engine.private():
        _serve(engine, demo, server_name, port, on_ready, open_browser)


def _serve(
    engine: VoiceEngine, demo: gr.Blocks, server_name: str, port: int, on_ready: OnReady, open_browser: bool
) -> None:
    logs.keep_private()
    if closed := why_closed():
        print(closed, file=sys.stderr)
        ClosedServer(server_name, port, closed).serve_forever()
    options = launch_options(server_name)
    engine.check_data_folder()
    engine.sweep_leftovers()
    engine.runs.resume_interrupted()
    if host.on_space():
        _prepare(engine)
    demo.launch(server_name=server_name, server_port=port, prevent_thread_lock=True, **options)
    try:
        logs.make_handlers_private()
        shown = "localhost" if server_name in ("127.0.0.1", *EVERYWHERE) else server_name
        url = f"http://{shown}:{port}"
        on_ready(url, _welcome(engine, server_name, url))
        if open_browser:
            webbrowser.open(url)
        demo.block_thread()
    except KeyboardInterrupt:  # pressed before `block_thread` waited for it
        demo.close()


def why_closed() -> str:
    """Return why this Space's page is closed; empty when visitors can log in, or outside a Space."""
    if not host.on_space():
        return ""
    try:
        return "" if host.password() else common_text.SPACE_NEEDS_PASSWORD
    except VoiceCloneError as error:
        return f"{error} {common_text.SPACE_PASSWORD_HELP}"


def _prepare(engine: VoiceEngine) -> None:
    """Prepare the base model and print the progress; a Space serves its page once it can be used."""
    told = ""

    def tell(fraction: float, words: str) -> None:
        nonlocal told
        line = common_text.PREPARING.format(words=words, percent=int(fraction * 10) * 10)
        if line != told:
            print(line, flush=True)
            told = line

    if not engine.base.is_ready():
        engine.prepare_base(tell)


def _welcome(engine: VoiceEngine, server_name: str, url: str) -> list[str]:
    if host.on_space():
        return [common_text.STARTED_SPACE]
    lines = [common_text.STARTED.format(url=url)]
    if server_name in EVERYWHERE:
        lines.append(common_text.STARTED_LAN)
    if not engine.base.is_ready():
        lines.append(common_text.BASE_NOT_READY)
    return lines


def _is_busy(server_name: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in server_name else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if sys.platform != "win32":  # on Windows the option means the opposite: sharing a port in use
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((server_name, port))
        except OSError:
            return True
    return False
