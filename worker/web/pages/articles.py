"""`/articles/{id}`: an article whole, what its publisher changed, and the very bytes that brought it.

`/articles/{id}/why`: the decision trace, rule by rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from worker.queries import Row
from worker.queries.copies import CopyQueries
from worker.web.pages import marks
from worker.web.pages.differences import Piece, differences
from worker.web.pages.rendering import Pages
from worker.web.problems import ProblemError

ArticleId = Annotated[int, Path(ge=1, le=2**62)]
FIELDS = ("title", "summary", "text")
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

    def found(article_id: int) -> Row:
        article = queries.article(article_id)
        if article is None:
            raise ProblemError(404, "There is no such article.")
        return article

    @routes.get("/articles/{article_id}")
    def article_page(request: Request, article_id: ArticleId) -> Response:
        article = found(article_id)
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

    @routes.get("/articles/{article_id}/why")
    def why_page(request: Request, article_id: ArticleId) -> Response:
        article = found(article_id)
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

    @routes.get("/articles/{article_id}/capture")
    def capture(article_id: ArticleId, page: bool = False) -> Response:
        """The bytes as they were fetched, to be kept: a browser must never show them as a page of ours."""
        kept = queries.page_capture(article_id) if page else queries.capture(article_id)
        if kept is None:
            raise ProblemError(404, "Its bytes are not kept, or no longer.")
        headers = {
            "Content-Disposition": f'attachment; filename="trucewire-{article_id}-{"page" if page else "feed"}.bin"',
            "X-Capture-SHA256": kept.sha256,
            "Cache-Control": "private, no-cache",
        }
        return Response(kept.body, headers=headers, media_type="application/octet-stream")

    return routes


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
    return {**match, "marks": match["marks"] or [], "speaker_side": match.get("speaker_side", "")}
