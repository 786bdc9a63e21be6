"""What holds for every request, whoever sends it: the Host it names, its size and time, the headers of its answer.

The outermost layer, in plain ASGI: it knows nothing of users and reads no body.
"""

from __future__ import annotations

import asyncio
import logging
import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from worker.database import at_most
from worker.errors import TooSlowError
from worker.settings import Settings
from worker.web.problems import TOO_SLOW, answer

log = logging.getLogger("trucewire")

MOST_BODY = 256 * 1024  # bytes of a form or of JSON; a push has a limit of its own
BODY_S = 15.0  # from a request's head to its last byte
QUESTION_S = 10.0  # for one question to the database; an answer may need several
ANSWER_S = 30.0  # … to the first byte of the answer; a stream may then go on for ever
TOO_LARGE = f"A request has at most {MOST_BODY} bytes."
OWN_LIMITS = "/websub/"
# Everything from this host, nothing inline: a headline that carries a script stays a headline. (CSP level 3)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: browsers would then send "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}
HSTS = "max-age=31536000"
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens on `host`."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() in {"localhost", "localhost.localdomain"}


def public_host(settings: Settings) -> str:
    """The host of `TRUCEWIRE_PUBLIC_URL`; "" without one."""
    return (urlsplit(settings.public_url).hostname or "").lower()


class Guard:
    """Lets through what is addressed to us and of a sensible size; puts its headers on every answer."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._names = {name.lower() for name in (public_host(settings), settings.web_host, *settings.web_names) if name}
        # Addresses cannot be re-bound as names can (DNS rebinding); but on loopback nobody has a reason to use others.
        self._any_address = not is_loopback(settings.web_published)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # as GET, whose body the server leaves out (RFC 9110, 9.3.2)
            scope = {**scope, "method": "GET"}
        out = _Answer(send, secure=scope["scheme"] == "https")
        refusal = self._refusal(Headers(scope=scope), scope["path"])
        if refusal:
            await answer(Request(scope), *refusal)(scope, receive, out)
            return
        body = receive if scope["path"].startswith(OWN_LIMITS) else _Body(receive)
        try:
            async with asyncio.timeout(ANSWER_S) as limit:
                out.limit = limit
                with at_most(QUESTION_S):
                    await self._app(scope, body, out)
        except Exception as error:  # the one place for what no route has foreseen
            if out.started:
                raise
            out.limit = None  # it has ended with its block
            await answer(Request(scope), *_outcome(scope["path"], error))(scope, receive, out)

    def _refusal(self, headers: Headers, path: str) -> tuple[int, str] | None:
        if not self._is_ours(headers.getlist("host")):
            return 421, "Trucewire is not known by this name; set TRUCEWIRE_WEB_NAMES if it is meant to be."
        length = headers.get("content-length", "0")
        if not path.startswith(OWN_LIMITS) and length.isdecimal() and int(length) > MOST_BODY:
            return 413, TOO_LARGE
        return None

    def _is_ours(self, given: list[str]) -> bool:
        matched = _HOST.fullmatch(given[0]) if len(given) == 1 else None
        if matched is None:
            return False
        host = matched[1].lower().strip("[]")
        return is_loopback(host) or host in self._names or (self._any_address and _is_address(host))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _outcome(path: str, error: Exception) -> tuple[int, str]:
    match error:
        case HTTPException():  # of the body, where a layer before the routes reads it
            return error.status_code, error.detail
        case TooSlowError():
            return 503, TOO_SLOW
        case TimeoutError():
            return 503, "This took too long; ask for less at once."
        case _:
            log.error("request path=%s failed", path, exc_info=error)
            return 500, "This is a mistake in Trucewire; its log says more."


class _Body:
    """Receives a body, as far as it is small and quick enough."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._size = 0
        self._whole = False

    async def __call__(self) -> Message:
        if self._whole:  # from here on it waits for the reader to leave, and may for ever
            return await self._receive()
        try:
            async with asyncio.timeout(BODY_S):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, "The request did not come to its end.") from None
        self._size += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._size > MOST_BODY:
            raise HTTPException(413, TOO_LARGE)
        return message


class _Answer:
    """Sends an answer, with what every answer carries."""

    def __init__(self, send: Send, *, secure: bool) -> None:
        self._send = send
        self._secure = secure
        self.started = False
        self.limit: asyncio.Timeout | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            if self.limit is not None and not self.limit.expired():
                self.limit.reschedule(None)
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if self._secure:
                headers.setdefault("Strict-Transport-Security", HSTS)
        await self._send(message)
