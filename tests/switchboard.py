"""One web server for a module of tests, and a fresh application behind it for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from worker.web import serving


@dataclass
class Switchboard:
    """Hands each request to the application that is connected just now."""

    address: str = ""
    app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


@contextmanager
def switchboard() -> Iterator[Switchboard]:
    """A running one, with nothing connected."""
    board = Switchboard()
    with serving(board, "127.0.0.1", 0) as board.address:
        yield board
