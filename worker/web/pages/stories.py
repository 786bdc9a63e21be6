"""`/stories/{id}`: what happened when, who says what, whose voices those are, the articles side by side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse

from worker.model import Confirmation
from worker.queries import Row
from worker.queries.stories import StoryQueries
from worker.web.pages import marks
from worker.web.pages.rendering import Pages
from worker.web.problems import ProblemError

Id = Annotated[int, Path(ge=1, le=2**62)]
SIDE_BY_SIDE = 12  # articles with their text; the others are in the log
STRENGTH = tuple(str(one) for one in Confirmation)  # weakest first


def router(pages: Pages) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)
    services = pages.services
    queries = StoryQueries(services.store.engine, services.settings.profile.opposed)

    @routes.get("/stories/{story_id}")
    def story_page(request: Request, story_id: Id) -> Response:
        story = queries.story(story_id)
        if story is None:
            raise ProblemError(404, "There is no such story.")
        if story["merged_into_id"] is not None:
            return RedirectResponse(f"/stories/{story['merged_into_id']}", 303)
        chosen = _one_of_each(story["articles"])
        return pages.page(
            request,
            "story.html",
            story=story,
            confirmation_now=max(
                (report["confirmation"] for report in story["reports"]), key=STRENGTH.index, default="single_source"
            ),
            languages={article["id"]: article["language"] for article in story["articles"]},
            beside=[_read(pages, article["id"]) for article in chosen],
            left=len(story["articles"]) - len(chosen),
        )

    @routes.get("/alerts/{alert_id}")
    def alert_page(alert_id: Id) -> Response:
        alert = services.queries.alert(alert_id)
        if alert is None:
            raise ProblemError(404, "There is no such alert.")
        return RedirectResponse(f"/stories/{alert['story_id']}#alert-{alert_id}", 303)

    return routes


def _one_of_each(articles: Iterable[Row]) -> list[Row]:
    """Articles that are no copies, oldest first; one of each publisher before a second one of any."""
    first: dict[str, Row] = {}
    others = []
    for article in articles:
        if article["copy_of_id"] is not None:
            continue
        if article["publisher"] in first:
            others.append(article)
        else:
            first[article["publisher"]] = article
    chosen = [*first.values(), *others][:SIDE_BY_SIDE]
    return sorted(chosen, key=lambda article: int(article["id"]))


def _read(pages: Pages, article_id: int) -> Row:
    """An article with its matching sentences marked."""
    article = pages.services.queries.article(article_id) or {}
    matches = [match | {"marks": match["marks"] or []} for match in article["matches"]]
    return article | {
        "marked_title": marks.passage(article["title"], "title", matches),
        "parts": [
            *marks.paragraphs(article["summary"], matches, "summary"),
            *marks.paragraphs(article["text"], matches)[:6],
        ],
    }
