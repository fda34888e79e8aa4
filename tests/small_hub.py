"""A model hub, or any place with files, on this machine: redirects, ranges, broken connections, missing files."""

import hashlib
import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_PIECE_BYTES = 1 << 20


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
    tells_hashes: bool = False
    """Says size and SHA-256 when it sends to the other host, as the hub does for large files."""
    claimed: dict[str, str] = field(default_factory=dict)
    """SHA-256 to tell in place of the true one, by file."""
    claimed_bytes: dict[str, int] = field(default_factory=dict)
    """Size to tell in place of the true one, by file."""
    on_answer: Callable[[str], None] = lambda name: None
    """Called with the file's path before its content goes out."""
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
            if self.path.startswith(hub.prefix) and not self.path.startswith("/cdn/"):
                # the hub sends everything large to another host
                name = self.path.removeprefix(hub.prefix)
                self._head(302, 0, ("Location", "/cdn/" + name), *_linked(hub, name))
                return
            name = self.path.removeprefix("/cdn/")
            path = hub.folder / name
            if not self.path.startswith("/cdn/") or not path.is_file():
                self._head(404, 0, ("X-Error-Code", "EntryNotFound"))
                return
            self._send(name, path)

        def _send(self, name: str, path: Path) -> None:
            hub.on_answer(name)
            size = path.stat().st_size
            wanted = self.headers.get("Range", "")
            hub.asked.append((name, wanted))
            first = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and hub.knows_ranges else 0
            if first and first >= size:
                self._head(416, 0, ("Content-Range", f"bytes */{size}"))
                return
            if first:
                self._head(206, size - first, ("Content-Range", f"bytes {first}-{size - 1}/{size}"))
            else:
                self._head(200, size)
            length = size - first
            if hub.cuts:
                length = min(length, hub.cuts.pop(0))
                self.close_connection = True
            with path.open("rb") as content:
                content.seek(first)
                while length > 0 and (piece := content.read(min(length, _PIECE_BYTES))):
                    self.wfile.write(piece)
                    length -= len(piece)

        def _head(self, status: int, length: int, *headers: tuple[str, str]) -> None:
            self.send_response(status)
            for name, value in (("Content-Length", str(length)), *headers):
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_) -> None:
            pass

    return Handler


def _linked(hub: SmallHub, name: str) -> list[tuple[str, str]]:
    path = hub.folder / name
    if not hub.tells_hashes or not path.is_file():
        return []
    sha256 = hub.claimed.get(name) or _sha256(path, path.stat().st_mtime_ns)
    size = hub.claimed_bytes.get(name, path.stat().st_size)
    return [("X-Linked-Size", str(size)), ("X-Linked-ETag", f'"{sha256}"')]


@cache
def _sha256(path: Path, changed_ns: int) -> str:
    """Return a file's hash, computed once: the client waits ten seconds for an answer, and models are large."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


class _QuietServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address) -> None:
        """A client that hangs up in the middle is what some tests want."""


@contextmanager
def serve(folder: Path, repository: str, revision: str) -> Iterator[SmallHub]:
    """Run a hub until the block ends."""
    with serve_all(folder, f"/{repository}/resolve/{revision}/") as hub:
        yield hub


@contextmanager
def serve_all(folder: Path, prefix: str = "/") -> Iterator[SmallHub]:
    """Serve every file of a folder under the path it has there, until the block ends."""
    hub = SmallHub(folder, prefix)
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
