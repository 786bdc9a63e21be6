"""The API: `/api/v1/…` as JSON, described by `/api/v1/openapi.json`.

Lists come a page at a time with a cursor; errors are problem details (RFC 9457); answers carry an ETag. What may be
asked is what the pages ask: the same queries, the same filters.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from worker import __version__
from worker.bootstrap import Services
from worker.web import exports
from worker.web.api import alerts, articles, configuration, overview, people, sources, stories
from worker.web.api.parameters import reads_all
from worker.web.problems import MEDIA_TYPE, Problem

PREFIX = "/api/v1"
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": title, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for status, title in (
        (400, "Not readable"),
        (401, "Nobody is known"),
        (403, "Not allowed"),
        (404, "Not there"),
        (413, "Too large"),
        (415, "Not JSON"),
        (422, "Not understood"),
        (429, "Too much at once"),
        (501, "Not installed"),
        (503, "Not answered in time"),
    )
}


def router(services: Services) -> APIRouter:
    """All routes of the API."""
    routes = APIRouter(prefix=PREFIX, responses=_PROBLEMS, dependencies=[Depends(reads_all())])
    for part in (articles, stories, alerts, overview, sources, configuration, people, exports):
        routes.include_router(part.router(services))
    return routes


def describe(app: FastAPI) -> None:
    """Have `app` describe its API."""
    described: dict[str, Any] = {}

    @app.get(f"{PREFIX}/openapi.json", include_in_schema=False)
    def openapi() -> Response:
        if not described:
            described.update(_description(app))
        return JSONResponse(described)


def _description(app: FastAPI) -> dict[str, Any]:
    description = get_openapi(
        title="Trucewire",
        version=__version__,
        summary="What is watched, what was reported, and who was told.",
        description="On loopback, without users, no token is needed. Otherwise send `Authorization: Bearer …`.",
        routes=app.routes,
    )
    parts = description["components"]
    for unused in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(unused, None)
    parts["schemas"]["Problem"] = Problem.model_json_schema()
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    description["security"] = [{}, {"token": []}]
    return description
