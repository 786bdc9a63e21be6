"""`/api/v1/articles`: the log, with the filters of its page; one article whole; the bytes it came from."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from worker.bootstrap import Services
from worker.model import Capture
from worker.queries import Queries
from worker.web.api.cursors import cursor, last_seen
from worker.web.api.parameters import Articles, Cursor, Id, Limit, searching
from worker.web.problems import ProblemError

LIST = "articles"


class ArticleItem(BaseModel):
    """An article as it stands in a list."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    title: str
    url: str
    publisher: str
    family: str = Field(description="publishers of one family count as one source")
    language: str = Field(description="empty: unknown")
    published_at: datetime | None = Field(description="null: unknown")
    first_seen_at: datetime
    region: Literal["yes", "no", "unknown"] | None = Field(description="null: not judged yet")
    places: list[str] | None
    revision: int
    story_id: int | None
    feed_id: int
    machine_written: bool
    credit: str
    labels: list[str]
    concepts: list[str] = Field([], description="what it reports, as `concept:stance`")


class ArticlePage(BaseModel):
    """Articles, newest first."""

    items: list[ArticleItem]
    next: str | None = Field(description="the cursor of the next page; null where this was the last")


class MatchItem(BaseModel):
    """A sentence that a concept was found in."""

    concept: str
    stance: str
    terms: list[str]
    sentence: str
    field: str
    start: int
    end: int
    cues: list[str]
    elsewhere: str
    speaker: str = ""
    speaker_side: str = ""


class RevisionItem(BaseModel):
    """What an article said before."""

    number: int
    title: str
    summary: str
    text: str
    updated_at: datetime | None
    seen_at: datetime
    fingerprint: str


class Article(ArticleItem):
    """An article whole."""

    summary: str
    text: str
    author: str
    updated_at: datetime | None
    revised_at: datetime | None
    fingerprint: str
    identity: str
    notes: list[Any]
    matched_at: datetime | None
    page_outcome: str | None
    same_as_id: int | None
    feed: str | None
    matches: list[MatchItem]
    revisions: list[RevisionItem]
    alert_ids: list[int]


class Why(BaseModel):
    """The trace of a decision: what each rule decided, and at which condition."""

    article_id: int
    region: Literal["yes", "no", "unknown"] | None
    matched_at: datetime | None
    judgement: dict[str, Any] | None = Field(description="as it was stored; null: not judged yet")
    matches: list[MatchItem]
    alert_ids: list[int]


def router(services: Services) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/articles", tags=["articles"])
    queries = services.queries

    @routes.get("")
    def list_articles(wanted: Articles, cursor: Cursor = "", limit: Limit = 50) -> ArticlePage:
        """Articles under a filter, newest first."""
        with searching():
            rows = queries.articles(wanted, limit + 1, last_seen(LIST, cursor))
        return ArticlePage(items=[ArticleItem(**row) for row in rows[:limit]], next=next_of(LIST, rows, limit))

    @routes.get("/{article_id}")
    def get_article(article_id: Id) -> Article:
        """One article with its text, matches and earlier revisions."""
        return Article(**_found(queries, article_id))

    @routes.get("/{article_id}/why")
    def get_why(article_id: Id) -> Why:
        """Why it raised alerts, and why not."""
        row = _found(queries, article_id)
        return Why(article_id=row["id"], **{name: row[name] for name in Why.model_fields if name != "article_id"})

    _add_captures(routes, queries)
    return routes


def _add_captures(routes: APIRouter, queries: Queries) -> None:
    @routes.get("/{article_id}/capture", response_class=Response, responses=RAW)
    def get_capture(article_id: Id) -> Response:
        """The document that brought the present revision, as it was fetched."""
        _found(queries, article_id)
        return raw(queries.capture(article_id))

    @routes.get("/{article_id}/page-capture", response_class=Response, responses=RAW)
    def get_page_capture(article_id: Id) -> Response:
        """The article's own page, as it was fetched."""
        _found(queries, article_id)
        return raw(queries.page_capture(article_id))


def _found(queries: Queries, article_id: int) -> dict[str, Any]:
    row = queries.article(article_id)
    if row is None:
        raise ProblemError(404, "There is no such article.")
    return row


RAW: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}


def next_of(of: str, rows: list[dict[str, Any]], limit: int) -> str | None:
    """The cursor behind the first `limit` of `rows`, which are one more where there is a next page."""
    return cursor(of, rows[limit - 1]["id"]) if len(rows) > limit else None


def raw(capture: Capture | None) -> Response:
    """A document's bytes. It is hostile, so no browser may take it for a page of ours.

    Raises:
        ProblemError: none is kept.
    """
    if capture is None:
        raise ProblemError(404, "Its capture is not kept, or no longer.")
    headers = {
        "Content-Disposition": f'attachment; filename="{capture.sha256[:16]}.bin"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Trucewire-Sha256": capture.sha256,
    }
    return Response(capture.body, media_type="application/octet-stream", headers=headers)
