"""A model hub of one repository on this machine: redirects, ranges, broken connections, missing files."""

import hashlib
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class SmallHub:
    """What the server gives and what it was asked."""

    folder: Path
    prefix: str
    endpoint: str = ""
    cuts: list[int] = field(default_factory=list)
    """The next answers each end after so many bytes, as if the connection broke."""
    knows_ranges: bool = True
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Path in the repository and the Range header, one per answered file."""
    agents: set[str] = field(default_factory=set)
    authorized: bool = False

    def put(self, name: str, content: bytes) -> str:
        """Offer a file; return its SHA-256."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return hashlib.sha256(content).hexdigest()


def _handler(hub: SmallHub) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            hub.agents.add(self.headers["User-Agent"])
            hub.authorized |= "Authorization" in self.headers
            if self.path.startswith(hub.prefix):  # the hub sends everything large to another host
                self._head(302, 0, ("Location", "/cdn/" + self.path.removeprefix(hub.prefix)))
                return
            name = self.path.removeprefix("/cdn/")
            path = hub.folder / name
            if not self.path.startswith("/cdn/") or not path.is_file():
                self._head(404, 0, ("X-Error-Code", "EntryNotFound"))
                return
            self._send(name, path.read_bytes())

        def _send(self, name: str, content: bytes) -> None:
            wanted = self.headers.get("Range", "")
            hub.asked.append((name, wanted))
            first = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and hub.knows_ranges else 0
            if first and first >= len(content):
                self._head(416, 0, ("Content-Range", f"bytes */{len(content)}"))
                return
            rest = content[first:]
            if first:
                whole = ("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
                self._head(206, len(rest), whole)
            else:
                self._head(200, len(rest))
            if hub.cuts:
                rest = rest[: hub.cuts.pop(0)]
                self.close_connection = True
            self.wfile.write(rest)

        def _head(self, status: int, length: int, *headers: tuple[str, str]) -> None:
            self.send_response(status)
            for name, value in (("Content-Length", str(length)), *headers):
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_) -> None:
            pass

    return Handler


class _QuietServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address) -> None:
        """A client that hangs up in the middle is what some tests want."""


@contextmanager
def serve(folder: Path, repository: str, revision: str) -> Iterator[SmallHub]:
    """Run a hub until the block ends."""
    hub = SmallHub(folder, f"/{repository}/resolve/{revision}/")
    server = _QuietServer(("127.0.0.1", 0), _handler(hub))
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
