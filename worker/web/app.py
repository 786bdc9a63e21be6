"""The application put together.

From the outside in: `security` (Host, sizes, headers), `assets` (static files), gzip, `access` (who it is, forms of our
own pages only), `validators` (ETags), the routes. Errors become problem details or pages in `problems`.
"""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from worker import __version__
from worker.bootstrap import Services
from worker.web import actions, api, callbacks, feeds, pages, problems, signin
from worker.web.access import Gate
from worker.web.assets import Files
from worker.web.security import Guard
from worker.web.validators import Validators

LEAST_GZIPPED = 1000  # bytes
GZIP_LEVEL = 5  # as small as 9 within a few per cent, in half the time


def _left_to_the_next_tick(feed_id: int) -> None:
    """Do nothing: what is due is found by the next beat, too."""


def create_app(services: Services, nudge: Callable[[int], None] = _left_to_the_next_tick) -> FastAPI:
    """The application on these services, whose database must be migrated.

    Args:
        services: what it asks and changes; the routes find it as `request.app.state.services`.
        nudge: has a feed polled that is due. Called with its id after the answer has been sent; may block.
    """
    app = FastAPI(
        title="Trucewire",
        version=__version__,
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.services = services
    problems.install(app)
    app.include_router(callbacks.router(services, nudge))
    app.include_router(signin.router(services))
    app.include_router(actions.router(services))
    app.include_router(feeds.router(services))
    app.include_router(pages.router(services))
    app.include_router(api.router(services))
    api.describe(app)
    app.add_middleware(Validators)  # the last one added is the outermost
    app.add_middleware(Gate, services=services)
    app.add_middleware(GZipMiddleware, minimum_size=LEAST_GZIPPED, compresslevel=GZIP_LEVEL)
    app.add_middleware(Files)
    app.add_middleware(Guard, settings=services.settings)
    return app
