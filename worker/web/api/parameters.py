"""What may stand in a query: read, bounded and checked once, for the API, the exports and the feeds alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from fastapi.dependencies.models import Dependant
from pydantic import AfterValidator, ConfigDict

from worker.model import Region, Severity, Stance
from worker.queries import AlertFilter, ArticleFilter
from worker.web.api.cursors import LONGEST, MOST_ID
from worker.web.problems import ProblemError
from worker.web.unread import remedies, unread

LONGEST_SEARCH = 200  # characters
MOST_ROWS = 200
STRICT = ConfigDict(extra="forbid")  # of a body: a field with a slip in its name is refused, not passed over


def _printable(text: str) -> str:
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in text):
        raise ValueError("control characters are not text")
    return text.strip()


def _storable(at: datetime) -> datetime:
    if not 1900 <= at.year <= 2200:
        raise ValueError("a time lies between the years 1900 and 2200")
    return at if at.tzinfo else at.replace(tzinfo=UTC)


Word = Annotated[str, Query(max_length=LONGEST_SEARCH), AfterValidator(_printable)]
Moment = Annotated[datetime, AfterValidator(_storable)]
Id = Annotated[int, Path(ge=1, le=MOST_ID)]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="rows of a page")]
Cursor = Annotated[
    str,
    Query(max_length=LONGEST, description="`next` of the page before; empty for the first", pattern="^[A-Za-z0-9_-]*$"),
]


def reads_all(*beside: str) -> Callable[[Request], None]:
    """A dependency of routes: nothing in the query goes unread, but for what is named here.

    Raises:
        ProblemError: a parameter has a name that the route does not read.
    """

    def refuse(request: Request) -> None:
        read = set(_read_by(request.scope["route"].dependant))
        if names := unread(request.query_params, read | set(beside)):
            raise ProblemError(422, " ".join(remedies(names, read)), names)

    return refuse


def _read_by(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for other in dependant.dependencies:
        yield from _read_by(other)


def article_filter(
    q: Annotated[
        Word, Query(description='words by their beginning, "phrases" as they stand, -words that must not occur')
    ] = "",
    place: Annotated[Word, Query(description="a place of the gazetteer, by its name there")] = "",
    rule: Annotated[Word, Query(description="the id of a rule that fired")] = "",
    concept: Word = "",
    stance: Annotated[Stance | None, Query()] = None,
    region: Annotated[Region | None, Query(description="about the region: yes, no or unknown")] = None,
    language: Annotated[Word, Query(max_length=8)] = "",
    publisher: Annotated[Word, Query(description="a publisher or a family of them")] = "",
    feed: Annotated[int | None, Query(ge=1, le=MOST_ID)] = None,
    story: Annotated[int | None, Query(ge=1, le=MOST_ID)] = None,
    since: Annotated[Moment | None, Query(description="first seen then or later; UTC where no zone is given")] = None,
    until: Annotated[Moment | None, Query(description="first seen before then")] = None,
) -> ArticleFilter:
    """Which articles are asked for."""
    return ArticleFilter(
        search=q,
        region=str(region or ""),
        language=language,
        publisher=publisher,
        place=place,
        rule=rule,
        concept=concept,
        stance=str(stance or ""),
        feed_id=feed,
        story_id=story,
        since=since,
        until=until,
    )


def alert_filter(
    rule: Word = "",
    severity: Annotated[Severity | None, Query()] = None,
    stance: Annotated[Stance | None, Query()] = None,
    story: Annotated[int | None, Query(ge=1, le=MOST_ID)] = None,
    open: Annotated[bool | None, Query(description="true: not closed; false: closed")] = None,  # noqa: A002
    since: Annotated[Moment | None, Query(description="raised then or later")] = None,
    until: Annotated[Moment | None, Query(description="raised before then")] = None,
) -> AlertFilter:
    """Which alerts are asked for."""
    return AlertFilter(
        rule=rule,
        severity=str(severity or ""),
        stance=str(stance or ""),
        story_id=story,
        open=open,
        since=since,
        until=until,
    )


Articles = Annotated[ArticleFilter, Depends(article_filter)]
Alerts = Annotated[AlertFilter, Depends(alert_filter)]


@contextmanager
def searching() -> Iterator[None]:
    """Turn a search that names no word into a problem.

    Raises:
        ProblemError: it does.
    """
    try:
        yield
    except ValueError as error:
        raise ProblemError(422, str(error), ["q"]) from error
