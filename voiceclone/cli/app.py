"""The command `app`, which serves the page. No other file outside `ui/` imports `ui/`, and this one only when run."""

import argparse
from argparse import Namespace
from collections.abc import Callable, Sequence

from voiceclone import host
from voiceclone.cli.output import progress_bar, tell
from voiceclone.engine import VoiceEngine


def add_app_command(commands: argparse._SubParsersAction, command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command `app`."""
    app = command(commands, "app", "Open the page in your browser; press Ctrl-C to stop.")
    app.add_argument(
        "--host",
        metavar="ADDRESS",
        help=f"where to serve the page (default: HOST, or {host.DEFAULT_HOST}, which only this computer can open; "
        "0.0.0.0 opens it to your network)",
    )
    app.add_argument(
        "--port", type=int, metavar="N", help=f"the port to serve it on (default: PORT, or {host.DEFAULT_PORT})"
    )
    app.add_argument("--no-browser", action="store_true", help="serve the page without opening a browser")


def app(options: Namespace, engine: VoiceEngine) -> int:
    """Prepare the base model if necessary, then serve the page until Ctrl-C."""
    server_name, port = host.address(options.host, options.port)
    from voiceclone.ui import build
    from voiceclone.ui.serving import require_free, serve

    require_free(server_name, port, "voiceclone app --port {port}")
    engine.check_data_folder()
    if not engine.base.is_ready() and not host.on_space():
        with progress_bar("Getting the base model ready") as on_progress:
            engine.prepare_base(on_progress)

    def on_ready(url: str, lines: Sequence[str]) -> None:
        tell(options, {"url": url}, lines)

    serve(engine, build(engine), server_name, port, on_ready, open_browser=not options.no_browser)
    return 0
