"""The application put together."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI

from worker import __version__
from worker.bootstrap import Services
from worker.web import callbacks


def _left_to_the_next_tick(feed_id: int) -> None:
    """Do nothing: what is due is found by the next beat, too."""


def create_app(services: Services, nudge: Callable[[int], None] = _left_to_the_next_tick) -> FastAPI:
    """The application on these services, whose database must be migrated.

    Args:
        services: what it asks and changes.
        nudge: has a feed polled that is due. Called with its id after the answer has been sent; may block.
    """
    # Without the pages that describe an API to programmers: there is none yet.
    app = FastAPI(
        title="Trucewire",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.include_router(callbacks.router(services, nudge))
    return app
