"""Access to the page: for everyone who can reach it, or only with the password.

Visitors share one set of projects, recordings and voices. Where strangers can reach the page, a password must
protect it and every route it uses, because anybody can call a handler directly.
"""

import hmac
import html
import http.server
from collections.abc import MutableMapping
from typing import Any

from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from voiceclone.ui.gate import Addresses, Gate
from voiceclone.ui.text import common as common_text

# What the login form needs, and what gradio requests from its own server during startup.
OPEN_PATHS = frozenset(
    {
        "/",
        "/login",
        "/logout",
        "/robots.txt",
        "/favicon.ico",
        "/manifest.json",
        "/theme.css",
        "/gradio_api/theme.css",
        "/gradio_api/app_id",
        "/gradio_api/login_check",
        "/gradio_api/startup-events",
        "/gradio_api/token",
        "/gradio_api/user",
    }
)
OPEN_FOLDERS = ("/assets/", "/static/", "/svelte/")


def access_options(password: str, addresses: Addresses) -> dict[str, Any]:
    """Return the `launch` options that let in only the page's own browser, and with a password only who knows it.

    The login form also asks for a name and accepts any: there is one password, and there are no accounts.

    Args:
        password: what visitors have to enter; empty lets in everyone who reaches the page.
        addresses: where the page may be asked for, see `voiceclone.ui.gate`.
    """
    gate = Middleware(Gate, addresses=addresses)
    if not password:
        return {"app_kwargs": {"middleware": [gate]}}

    def knows_the_password(_name: str, given: str) -> bool:
        return hmac.compare_digest(given.encode(), password.encode())

    return {
        "auth": knows_the_password,
        "auth_message": common_text.PASSWORD_WANTED,
        "app_kwargs": {"middleware": [gate, Middleware(LoginRequired)]},
    }


class LoginRequired:
    """ASGI middleware that answers 401 to requests without a login, except those of the login form.

    It stands before every route, also those that gradio, or an extension of it, adds later.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request, or refuse it."""
        if scope["type"] == "lifespan" or _is_open(scope["path"]) or _is_logged_in(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            refused = {"detail": {"error": "Not authenticated", "auth_message": common_text.PASSWORD_WANTED}}
            await JSONResponse(refused, status_code=401)(scope, receive, send)


def _is_open(path: str) -> bool:
    known = path in OPEN_PATHS or path.removesuffix("/") in OPEN_PATHS
    return known or (path.startswith(OPEN_FOLDERS) and ".." not in path)


def _is_logged_in(scope: MutableMapping[str, Any]) -> bool:
    gradio_app = scope["app"]
    cookies = HTTPConnection(scope).cookies
    names = (f"access-token-{gradio_app.cookie_id}", f"access-token-unsecure-{gradio_app.cookie_id}")
    return any(cookies.get(name) in gradio_app.tokens for name in names)


class ClosedServer(http.server.ThreadingHTTPServer):
    """A server that only shows one sentence to every visitor.

    Args:
        server_name: the address to listen on.
        port: the port to listen on; 0 picks a free one.
        sentence: what visitors read.
    """

    daemon_threads = True

    def __init__(self, server_name: str, port: int, sentence: str) -> None:
        page = common_text.CLOSED_PAGE.format(title=common_text.TITLE, sentence=html.escape(sentence)).encode("utf-8")

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.do_HEAD()
                self.wfile.write(page)

            def do_HEAD(self) -> None:
                self.send_response(200)  # hosting services treat an error as a crash
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(page)))
                self.send_header("Cache-Control", "no-store")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Log nothing about visitors."""

        super().__init__((server_name, port), Handler)
