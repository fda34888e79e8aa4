"""VoiceClone in the browser: builds the page (`demo`) and, run as a program, serves it."""

import logging
import socket
import sys

from voiceclone import VoiceEngine, host
from voiceclone.errors import VoiceCloneError
from voiceclone.ui import build, launch_options, text
from voiceclone.ui.access import ClosedServer

EVERYWHERE = ("0.0.0.0", "::")

engine = VoiceEngine()
demo = build(engine)


def main() -> int:
    """Serve the page until Ctrl+C; return the program's exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        server_name, port = host.address()
        if is_busy(server_name, port):
            print(text.PORT_BUSY.format(port=port, other=port + 1), file=sys.stderr)
            return 2
        if closed := why_closed():
            print(closed, file=sys.stderr)
            ClosedServer(server_name, port, closed).serve_forever()
        options = launch_options()
        engine.check_data_folder()
        engine.sweep_leftovers()
        engine.runs.resume_interrupted()
        if host.on_space():
            prepare()
    except VoiceCloneError as error:
        print(error, file=sys.stderr)
        return 2
    demo.launch(server_name=server_name, server_port=port, prevent_thread_lock=True, **options)
    for line in welcome(server_name, port):
        print(line, flush=True)
    demo.block_thread()
    return 0


def why_closed() -> str:
    """Return why nobody may use the page on this Space; empty when visitors can log in, and where this is no Space."""
    if not host.on_space():
        return ""
    try:
        return "" if host.password() else text.SPACE_NEEDS_PASSWORD
    except VoiceCloneError as error:
        return f"{error} {text.SPACE_PASSWORD_HELP}"


def prepare() -> None:
    """Get the base model ready and print how far that is; the page of a Space appears when it can be used."""
    told = ""

    def tell(share: float, words: str) -> None:
        nonlocal told
        line = text.PREPARING.format(words=words, percent=int(share * 10) * 10)
        if line != told:
            print(line, flush=True)
            told = line

    if not engine.base_ready():
        engine.prepare_base(tell)


def welcome(server_name: str, port: int) -> list[str]:
    """Return what the terminal says once the page is served."""
    if host.on_space():
        return [text.STARTED_SPACE]
    shown = "localhost" if server_name in ("127.0.0.1", *EVERYWHERE) else server_name
    lines = [text.STARTED.format(url=f"http://{shown}:{port}")]
    if server_name in EVERYWHERE:
        lines.append(text.STARTED_LAN)
    if not engine.base.is_ready():
        lines.append(text.BASE_NOT_READY)
    return lines


def is_busy(server_name: str, port: int) -> bool:
    """True when another program listens at the address."""
    family = socket.AF_INET6 if ":" in server_name else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if sys.platform != "win32":  # there the option means the opposite: sharing a port in use
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((server_name, port))
        except OSError:
            return True
    return False


if __name__ == "__main__":
    sys.exit(main())
