"""VoiceClone in the browser: builds the page (`demo`) and, run as a program, serves it."""

import logging
import socket
import sys

from voiceclone import VoiceEngine, host
from voiceclone.ui import build, launch_options, text

engine = VoiceEngine()
demo = build(engine)


def main() -> int:
    """Serve the page until Ctrl+C; return the program's exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    server_name, port = host.address()
    if is_busy(server_name, port):
        print(text.PORT_BUSY.format(port=port, other=port + 1), file=sys.stderr)
        return 2
    engine.resume_interrupted()
    demo.launch(server_name=server_name, server_port=port, prevent_thread_lock=True, **launch_options())
    shown = "localhost" if server_name in ("127.0.0.1", "0.0.0.0", "::") else server_name
    print(text.STARTED.format(url=f"http://{shown}:{port}"), flush=True)
    if server_name in ("0.0.0.0", "::"):
        print(text.STARTED_LAN, flush=True)
    if not engine.base_ready():
        print(text.BASE_NOT_READY, flush=True)
    demo.block_thread()
    return 0


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
