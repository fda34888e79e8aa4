"""The gate before the page: only its owner's browser, only the routes it uses, only bodies of a sensible size.

A browser lets every website send requests to programs on the same computer, and a website may point its own name at
`127.0.0.1`. So a request has to name one of our own hosts (`Host`) and, if it says where it comes from (`Origin`,
`Sec-Fetch-Site`), come from the page itself.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.formparsers import MultiPartException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from voiceclone import host, limits
from voiceclone.ui.text import common as common_text

EVERYWHERE = ("0.0.0.0", "::")
"""Addresses to listen on that mean every network."""
HUB = "https://huggingface.co"
"""Shows a Space in a frame."""
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::([0-9]{1,5}))?", re.ASCII)
_USUAL_PORTS = {"http": 80, "https": 443}
_API = "/gradio_api"
_BELIEVED_HEADERS = ("x-forwarded-host", "x-gradio-server")
"""Gradio takes the address of the page from them."""
_KEPT_BY_BROWSERS = ("/assets/", "/static/", "/svelte/", "/theme.css", "/favicon.ico")
"""Files of gradio itself; everything else may tell of people and stays out of the browser's cache."""


# --- under which names ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A host and a port as in `localhost:7860`; the port is None where it is the usual one of http or https."""

    name: str
    port: int | None

    def is_origin(self, scheme: str, name: str, port: int | None) -> bool:
        """True if `scheme://name:port` is the origin of pages at this place."""
        usual = _USUAL_PORTS[scheme]
        return self.name == name and (self.port or usual) == (port or usual)


def place(written: str) -> Place | None:
    """Return what a `Host` header names; None if it is no host."""
    match = _HOST.fullmatch(written.strip().casefold())
    return Place(match[1].strip("[]"), int(match[2]) if match[2] else None) if match else None


@dataclass(frozen=True)
class Addresses:
    """Where the page may be asked for.

    Attributes:
        names: hosts without port, in small letters.
        named: hosts of a proxy before the page, whose pages are ours even if it does not pass on `Host`.
        by_number: whether every IP address is one of ours. Harmless: a website cannot give its pages another one.
        frames: origins of pages that may show ours in a frame.
    """

    names: frozenset[str] = _HERE
    named: tuple[Place, ...] = ()
    by_number: bool = False
    frames: tuple[str, ...] = ()

    def knows(self, asked: Place) -> bool:
        """True if a request may be addressed to this host, at any port: a tunnel may use another."""
        return asked.name in self.names or (self.by_number and _is_number(asked.name))

    def is_ours(self, origin: str, asked: Place) -> bool:
        """True if a page of this origin, `http://localhost:7860` for example, is the page asked for."""
        scheme, _, rest = origin.casefold().partition("://")
        found = place(rest)
        if scheme not in _USUAL_PORTS or found is None:
            return False  # "null" among others: a sandboxed frame, or a file on disk
        return any(one.is_origin(scheme, found.name, found.port) for one in (asked, *self.named))


def addresses(server_name: str, public_names: Iterable[str] = (), *, on_space: bool = False) -> Addresses:
    """Return where a page that listens on `server_name` may be asked for.

    Args:
        server_name: the host name or address to serve on, `HOST`.
        public_names: further hosts, see `host.public_names`.
        on_space: True on a Hugging Face Space, which huggingface.co shows in a frame.
    """
    named = tuple(filter(None, map(place, public_names)))
    names = _HERE | {one.name for one in named}
    open_to_network = server_name in EVERYWHERE
    if open_to_network:
        own = socket.gethostname().casefold()
        names |= {own, f"{own}.local"}
    else:
        names |= {server_name.casefold().strip("[]")}
    return Addresses(names, named, open_to_network, (HUB,) if on_space else ())


def addresses_here(server_name: str) -> Addresses:
    """Return `addresses` for this computer's settings."""
    return addresses(server_name, host.public_names(), on_space=host.on_space())


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


# --- for what ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Route:
    """A route the page uses, and the largest body a request to it may have, in bytes."""

    method: str
    path: re.Pattern[str]
    max_bytes: int = limits.MAX_SMALL_REQUEST_BYTES


def _routes(method: str, *paths: str, max_bytes: int = limits.MAX_SMALL_REQUEST_BYTES) -> tuple[Route, ...]:
    return tuple(Route(method, re.compile(path, re.DOTALL), max_bytes) for path in paths)


ROUTES = (
    *_routes("GET", "/", "/config", "/logout", "/(assets|static|svelte)/.+"),
    *_routes("GET", "/theme.css", "/favicon.ico", "/manifest.json", "/robots.txt"),
    *_routes("GET", f"{_API}/(app_id|startup-events|queue/data|upload_progress)", f"{_API}/heartbeat/[^/]+"),
    # A file of this computer: no address of another one, which gradio would fetch.
    *_routes("GET", rf"{_API}/file=(?!(?i:[a-z][a-z0-9+.-]+):)(?!//).+"),
    *_routes("POST", "/login", f"{_API}/(cancel|reset)"),
    *_routes("POST", f"{_API}/upload", max_bytes=limits.MAX_UPLOAD_MB * 1_000_000),
    *_routes("POST", f"{_API}/(queue/join|run/predict)", max_bytes=limits.MAX_EVENT_MB * 1_000_000),
    *_routes("POST", f"{_API}/component_server/?", max_bytes=limits.MAX_TAKE_REQUEST_BYTES),
)
"""Everything the page asks for. Gradio has more: the pages of an API, a recorder of the screen, a proxy."""


def find_route(method: str, path: str) -> Route | None:
    """Return the route that a request uses; None if the page uses no such route."""
    if ".." in re.split(r"[/\\]", path):
        return None
    asked = "GET" if method == "HEAD" else method
    return next((one for one in ROUTES if one.method == asked and one.path.fullmatch(path)), None)


# --- the gate ---------------------------------------------------------------------------------------


class Gate:
    """ASGI middleware that lets through what the page's own browser asks for, and nothing else.

    Refusals are one plain sentence: 400 or 403 for a foreign address or website, 404 for an unknown route, 413 for a
    body that is too large. Every answer gets the headers of `response_headers`.

    Args:
        app: the page.
        addresses: where it may be asked for.
    """

    def __init__(self, app: ASGIApp, addresses: Addresses) -> None:
        self._app = app
        self._addresses = addresses
        self._headers = response_headers(addresses.frames)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":  # the page has none
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._answer(scope, receive, self._with_headers(scope["path"], send))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        asked = _place_asked_for(headers)
        route = find_route(scope["method"], scope["path"])
        if asked is None or not self._addresses.knows(asked):
            name = "" if asked is None else asked.name
            await _refuse(403 if name else 400, common_text.foreign_host(name), scope, receive, send)
        elif not self._comes_from_us(headers, asked, scope):
            await _refuse(403, common_text.FOREIGN_PAGE, scope, receive, send)
        elif route is None:
            await _refuse(404, common_text.NO_SUCH_ROUTE, scope, receive, send)
        elif (scope["method"], scope["path"]) == ("HEAD", "/"):
            # Gradio asks so at its start and gives up after 3 s; on a busy computer the page takes longer to draw.
            await PlainTextResponse("")(scope, receive, send)
        else:
            scope = self._without_believed_headers(scope)
            await _Body(receive, route.max_bytes, headers).pass_to(self._app, scope, send)

    def _comes_from_us(self, headers: Headers, asked: Place, scope: Scope) -> bool:
        if not all(self._addresses.is_ours(origin, asked) for origin in headers.getlist("origin")):
            return False
        # Browsers send this to https pages and to this computer, also where they send no Origin.
        if headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
            return True
        shown_as = {"document", "iframe"} if self._addresses.frames else {"document"}
        follows_link = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") in shown_as
        return follows_link and scope["method"] == "GET" and scope["path"] == "/"

    def _without_believed_headers(self, scope: Scope) -> Scope:
        """Return the request without foreign addresses of the page, which gradio would repeat to the browser."""
        kept = [
            (name, value)
            for name, value in scope["headers"]
            if name.decode("latin-1").lower() not in _BELIEVED_HEADERS or self._believes(name, value)
        ]
        return {**scope, "headers": kept}

    def _believes(self, name: bytes, value: bytes) -> bool:
        told = place(value.decode("latin-1").split(",")[0])
        return name.lower() == b"x-forwarded-host" and told is not None and self._addresses.knows(told)

    def _with_headers(self, path: str, send: Send) -> Send:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", [])
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                if not path.startswith(_KEPT_BY_BROWSERS):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        return send_with_headers


class _Body:
    """The body of one request, counted while it arrives, and cut off where it is too large."""

    def __init__(self, receive: Receive, max_bytes: int, headers: Headers) -> None:
        self._receive = receive
        self._max_bytes = max_bytes
        told = headers.get("content-length", "0")
        self._announced = int(told) if told.isdecimal() else 0  # what is no number is refused by the server
        self._in_parts = headers.get("content-type", "").startswith("multipart/")
        self._seen = 0
        self._complete = False
        self._too_large = False

    async def pass_to(self, app: ASGIApp, scope: Scope, send: Send) -> None:
        """Let `app` answer the request; answer 413 in its place if the body is too large, announced or not."""
        started = False

        async def send_unless_cut(message: Message) -> None:
            nonlocal started
            if self._too_large and not started:
                return  # whatever the app makes of half a body
            started = True
            await send(message)

        if self._announced > self._max_bytes:
            self._too_large = True
        else:
            try:
                await app(scope, self._count, send_unless_cut)
            except MultiPartException:
                if not self._too_large:
                    raise
        if self._too_large and not started:
            await _refuse(413, common_text.too_large(self._max_bytes), scope, self._receive, send)

    async def _count(self) -> Message:
        """Receive the next piece.

        Raises:
            MultiPartException: the body is too large, or an upload broke off. Gradio then deletes what it has stored.
        """
        message = await self._receive()
        if message["type"] == "http.request":
            self._seen += len(message.get("body", b""))
            self._complete = not message.get("more_body", False)
            if self._seen > self._max_bytes:
                self._too_large = True
                raise MultiPartException(common_text.too_large(self._max_bytes))
        elif self._in_parts and not self._complete:
            raise MultiPartException(common_text.BROKEN_OFF)
        return message


def response_headers(frames: Sequence[str] = ()) -> dict[str, str]:
    """Return the headers of every answer: the page loads nothing from elsewhere and is shown in no foreign frame.

    Gradio's scripts need inline and evaluated code; recordings and workers are made in the browser (`blob:`).

    Args:
        frames: origins of pages that may show ours in a frame.
    """
    policy = {
        "default-src": "'self'",
        "script-src": "'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "media-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self' data: blob:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": " ".join(frames) if frames else "'none'",
    }
    headers = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), display-capture=()",
    }
    return headers if frames else headers | {"X-Frame-Options": "DENY"}  # it knows no list of origins


def _place_asked_for(headers: Headers) -> Place | None:
    told = headers.getlist("host")
    return place(told[0]) if len(told) == 1 else None


async def _refuse(status: int, sentence: str, scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(f"{sentence}\n", status_code=status)(scope, receive, send)
