"""Errors as answers: problem details (RFC 9457) for programs, a plain page for people.

Never repeats what was sent, but for the names of parameters, and never shows what went wrong inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from worker.errors import TooSlowError
from worker.web.plain import plain_page

TOO_SLOW = "This took too long to find. Narrow it: by a time, a place or a language, or with a rarer or longer word."
WORDS = {
    404: "There is no such page.",
    405: "This address does not take that.",
    422: "This address cannot be understood.",
}
MEDIA_TYPE = "application/problem+json"
_FOR_PROGRAMS = ("/api/", "/websub/")


class Problem(BaseModel):
    """What went wrong with a request (RFC 9457)."""

    type: str = Field("about:blank", description="about:blank: the status says it")
    title: str = Field(description="the status in words")
    status: int
    detail: str = Field("", description="one line for people, with a remedy where there is one")
    parameters: list[str] = Field([], description="the parameters that were not understood")


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(
        self,
        status: int,
        detail: str = "",
        parameters: Sequence[str] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.parameters = tuple(parameters)
        self.headers = headers or {}


def answer(
    request: Request,
    status: int,
    detail: str = "",
    parameters: Sequence[str] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """A problem in the form that fits the request."""
    title = HTTPStatus(status).phrase
    headers = {"Cache-Control": "no-store"} | (headers or {})
    if _wants_page(request):
        return HTMLResponse(
            plain_page(title, detail or WORDS.get(status, f"Status {status}."), leads_on=True), status, headers
        )
    problem = Problem(type="about:blank", title=title, status=status, detail=detail, parameters=list(parameters))
    return JSONResponse(problem.model_dump(exclude_defaults=True), status, headers, MEDIA_TYPE)


def _wants_page(request: Request) -> bool:
    path, accepted = request.url.path, request.headers.get("accept", "")
    return not path.startswith(_FOR_PROGRAMS) and "text/html" in accepted


def install(app: FastAPI) -> None:
    """Have every refusal of `app`'s routes answered in this way."""

    async def _of_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, ProblemError)  # noqa: S101  as registered below
        return answer(request, error.status, error.detail, error.parameters, error.headers)

    async def _of_status(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        detail = error.detail if error.detail != HTTPStatus(error.status_code).phrase else ""
        return answer(request, error.status_code, detail, headers=dict(error.headers or {}))

    async def _of_parameters(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        return answer(request, 422, _complaint(error.errors()), _names(error.errors()))

    async def _of_time(request: Request, _: Exception) -> Response:
        return answer(request, 503, TOO_SLOW)

    app.add_exception_handler(ProblemError, _of_problem)
    app.add_exception_handler(TooSlowError, _of_time)
    app.add_exception_handler(HTTPException, _of_status)
    app.add_exception_handler(RequestValidationError, _of_parameters)


def _complaint(errors: Sequence[Any]) -> str:
    return "; ".join(dict.fromkeys(f"{_name(one)}: {one['msg']}" for one in errors))[:1000]


def _names(errors: Sequence[Any]) -> list[str]:
    return list(dict.fromkeys(_name(one) for one in errors))


def _name(error: Any) -> str:
    if error["type"] == "json_invalid":  # its place is a number of characters
        return "body"
    return ".".join(str(part) for part in error["loc"][1:])[:200] or str(error["loc"][0])
