"""ETags for what the API and the feeds answer: whoever has it already is told so in a few bytes (RFC 9110, 13.1.2).

Answers of JSON or XML that come in one piece get a tag of their content. Streams, pages and files pass untouched.
"""

from __future__ import annotations

import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TAGGED = ("application/json", "application/feed+json", "application/atom+xml")


class Validators:
    """Tags answers, and leaves out the body that is known already."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            send = _Tagging(send, Headers(scope=scope).get("if-none-match", ""))
        await self._app(scope, receive, send)


class _Tagging:
    def __init__(self, send: Send, known: str) -> None:
        self._send = send
        self._known = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_tagged(message):
            self._start = message  # held back until the content is known
            return
        if self._start is None:
            await self._send(message)
            return
        start, self._start = self._start, None
        if message.get("more_body"):  # a stream after all
            await self._send(start)
            await self._send(message)
            return
        tag = f'"{hashlib.sha256(message.get("body", b"")).hexdigest()[:32]}"'
        headers = MutableHeaders(raw=start["headers"])
        headers["ETag"] = f"W/{tag}"  # weak, as it may be compressed on its way
        if tag in self._known or "*" in self._known:
            for name in ("content-length", "content-type"):
                del headers[name]
            start, message = {**start, "status": 304}, {**message, "body": b""}
        await self._send(start)
        await self._send(message)


def _is_tagged(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "").partition(";")[0]
    return start["status"] == 200 and kind in TAGGED
