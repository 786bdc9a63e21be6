"""`/articles/{id}`: an article whole, what its publisher changed, and the very bytes that brought it.

`/articles/{id}/why`: the decision trace, rule by rule. `/articles/{id}/captured`: the bytes as text, with their digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from markupsafe import Markup

from worker.encoding import decoded
from worker.model import Capture
from worker.queries import Queries, Row
from worker.queries.copies import CopyQueries
from worker.web.pages import marks
from worker.web.pages.differences import Piece, differences
from worker.web.pages.rendering import Pages
from worker.web.problems import ProblemError

ArticleId = Annotated[int, Path(ge=1, le=2**62)]
FIELDS = ("title", "summary", "text")
MOST_SHOWN = 100_000  # characters of a capture
CONTEXT = 4_000  # of these before the article's headline
MOST_REVISIONS = 20  # shown with their differences, newest first
# What a stored match leaves out where it is empty.
_BLANK: Row = {"marks": (), "cues": (), "numbers": (), "elsewhere": "", "speaker": "", "speaker_side": ""}
_UNJUDGED: Row = {"region": "", "evidence": (), "matches": (), "rules": ()}


@dataclass(frozen=True, slots=True)
class Change:
    """What one revision changed."""

    number: int
    at: Any  # datetime; None unknown
    fields: dict[str, list[Piece]]


def changes_of(article: Row) -> list[Change]:
    """What each revision changed, newest first."""
    versions = [*article["revisions"], {**article, "number": article["revision"], "seen_at": article["revised_at"]}]
    found = []
    for before, after in pairwise(versions):
        fields = {name: differences(before[name], after[name]) for name in FIELDS}
        # A revision's row says when that version came; the change is that of the later one.
        found.append(Change(after["number"], after["seen_at"], {name: it for name, it in fields.items() if it}))
    return found[::-1][:MOST_REVISIONS]


def router(pages: Pages) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)
    queries = pages.services.queries
    copies = CopyQueries(pages.services.store.engine)

    @routes.get("/articles/{article_id}")
    def article_page(request: Request, article_id: ArticleId) -> Response:
        article = _article(queries, article_id)
        matches = [_flat(match) for match in article["matches"]]
        return pages.page(
            request,
            "article.html",
            article=article,
            matches=matches,
            title=marks.passage(article["title"], "title", matches),
            summary=marks.paragraphs(article["summary"], matches, "summary"),
            text=marks.paragraphs(article["text"], matches),
            changes=changes_of(article),
            beside=copies.beside(article_id),
            alerts=copies.alerts_with(article_id),
            captured=queries.capture(article_id) is not None,
            page_captured=queries.page_capture(article_id) is not None,
        )

    _add_why(routes, pages)
    _add_captures(routes, pages)
    return routes


def _add_why(routes: APIRouter, pages: Pages) -> None:
    queries = pages.services.queries
    copies = CopyQueries(pages.services.store.engine)

    @routes.get("/articles/{article_id}/why")
    def why_page(request: Request, article_id: ArticleId) -> Response:
        article = _article(queries, article_id)
        judgement = article["judgement"]
        alerts = copies.alerts_with(article_id)
        told = [one for alert in alerts for one in queries.notifications(alert_id=alert["id"], limit=100)]
        return pages.page(
            request,
            "why.html",
            article=article,
            judgement=judgement and _UNJUDGED | judgement,
            found=[_BLANK | match for match in (judgement or {}).get("matches", ())],
            traces=traces_of(judgement or {}),
            alerts=alerts,
            told=told,
            titles={rule.rule_id: rule.title for rule in pages.services.settings.rules},
        )


def _add_captures(routes: APIRouter, pages: Pages) -> None:
    queries = pages.services.queries

    def kept_of(article_id: int, *, page: bool) -> Capture:
        kept = queries.page_capture(article_id) if page else queries.capture(article_id)
        if kept is None:
            raise ProblemError(404, "Its bytes are not kept, or no longer.")
        return kept

    @routes.get("/articles/{article_id}/captured")
    def captured_page(request: Request, article_id: ArticleId, page: bool = False) -> Response:
        article = _article(queries, article_id)
        kept = kept_of(article_id, page=page)
        text, encoding, _ = decoded(kept.body, kept.headers.get("content-type", ""))
        at = text.find(article["title"]) if len(text) > MOST_SHOWN else -1
        start = max(0, at - CONTEXT)
        return pages.page(
            request,
            "captured.html",
            article=article,
            capture=kept,
            of_page=page,
            size=len(kept.body),
            intact=hashlib.sha256(kept.body).hexdigest() == kept.sha256,
            encoding=encoding,
            whole=len(text),
            starts=start > 0,
            shown=_marked(text[start : start + MOST_SHOWN], article["title"]),
        )

    @routes.get("/articles/{article_id}/capture")
    def capture(article_id: ArticleId, page: bool = False) -> Response:
        """The bytes as they were fetched, to be kept: a browser must never show them as a page of ours."""
        kept = kept_of(article_id, page=page)
        headers = {
            "Content-Disposition": f'attachment; filename="trucewire-{article_id}-{"page" if page else "feed"}.bin"',
            "X-Capture-SHA256": kept.sha256,
            "Cache-Control": "private, no-cache",
        }
        return Response(kept.body, headers=headers, media_type="application/octet-stream")


def _article(queries: Queries, article_id: int) -> Row:
    article = queries.article(article_id)
    if article is None:
        raise ProblemError(404, "There is no such article.")
    return article


def _marked(text: str, title: str) -> Markup:
    """A document's text, with the headline marked where it stands for the first time."""
    start = text.find(title) if title else -1
    return marks.marked(text, [(start, start + len(title))] if start >= 0 else [])


def traces_of(judgement: Mapping[str, Any]) -> list[Row]:
    """What every rule made of it, those that fired first, each with the match that fired it."""
    matches: Sequence[Row] = judgement.get("matches", ())
    found = [
        {
            **rule,
            "match": matches[rule["match"]] if "match" in rule else rule.get("own_match"),
        }
        for rule in judgement.get("rules", ())
    ]
    return sorted(found, key=lambda rule: not rule["fired"])


def _flat(match: Row) -> Row:
    told = (match["concept"], match["stance"], match["speaker"], match["elsewhere"])
    return {**match, "marks": match["marks"] or [], "speaker_side": match.get("speaker_side", ""), "told": told}
