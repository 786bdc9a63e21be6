"""`/stories/{id}`: what happened when, who says what, whose voices those are, the articles side by side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse

from worker.model import Severity
from worker.queries import Row
from worker.queries.stories import StoryQueries
from worker.web.pages import marks
from worker.web.pages.claims import claims_table
from worker.web.pages.rendering import Pages
from worker.web.problems import ProblemError

Id = Annotated[int, Path(ge=1, le=2**62)]
SIDE_BY_SIDE = 12  # articles with their text; the others are in the log
MOST_CLAIMS = 100  # word for word, the newest
MOST_REPORTS = 80  # of the timeline; all else that happened is always there


REPORTS = frozenset({"article", "copy"})  # kinds of events of the timeline


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
        sides, rows = claims_table(story["reports"])
        own = [claim for claim in story["claims"] if claim["copy_of_id"] is None]
        events, untold = _newest(_in_short(story["timeline"]))
        return pages.page(
            request,
            "story.html",
            story=story,
            alerts=sorted(story["alerts"], key=_urgency),
            sides=sides,
            rows=rows,
            claims=own[-MOST_CLAIMS:],
            claimed=len(own),
            repeated=len(story["claims"]) - len(own),
            events=events,
            untold=untold,
            voices=[voice | {"publishers": _publishers(voice["articles"])} for voice in story["sources"]],
            beside=[_read(article) for article in services.queries.with_texts([one["id"] for one in chosen])],
            left=len(story["articles"]) - len(chosen),
        )

    _add_alerts(routes, pages)
    return routes


def _add_alerts(routes: APIRouter, pages: Pages) -> None:
    @routes.get("/alerts/{alert_id}")
    def alert_page(alert_id: Id) -> Response:
        alert = pages.services.queries.alert(alert_id)
        if alert is None:
            raise ProblemError(404, "There is no such alert.")
        return RedirectResponse(f"/stories/{alert['story_id']}#alert-{alert_id}", 303)


def _urgency(alert: Row) -> tuple[bool, int, int]:
    return not alert["open"], -Severity(alert["severity"]).rank, -int(alert["id"])


def _in_short(timeline: Iterable[Row]) -> list[Row]:
    """What happened, copies that came one after the other as one line with their number."""
    found: list[Row] = []
    for event in timeline:
        if event["kind"] == "copy" and found and found[-1]["kind"] == "copy":
            found[-1] = found[-1] | {"copies": found[-1]["copies"] + 1}
        else:
            found.append(event | {"copies": 1})
    return found


def _newest(events: list[Row]) -> tuple[list[Row], int]:
    """What happened without the oldest of many reports, but for the very first, and how many these are."""
    reports = [event for event in events if event["kind"] in REPORTS]
    untold = {id(event) for event in reports[1 : 1 - MOST_REPORTS]} if len(reports) > MOST_REPORTS else set()
    return [event for event in events if id(event) not in untold], len(untold)


def _publishers(witnesses: Iterable[Row]) -> list[Row]:
    """The articles of a voice by publisher: the first one's id and language, how many, why they count no further."""
    found: dict[str, Row] = {}
    for witness in witnesses:
        name = witness["publisher"] or witness["family"]
        known = found.setdefault(name, witness | {"name": name, "articles": 0, "reasons": []})
        known["articles"] += 1
        if witness["reason"] and witness["reason"] not in known["reasons"]:
            known["reasons"].append(witness["reason"])
    return list(found.values())


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


def _read(article: Row) -> Row:
    """An article with its matching sentences marked."""
    matches = [match | {"marks": match["marks"] or []} for match in article["matches"]]
    return article | {
        "marked_title": marks.passage(article["title"], "title", matches),
        "reports": [f"{match['concept']}:{match['stance']}" for match in matches],
        "parts": [
            *marks.paragraphs(article["summary"], matches, "summary"),
            *marks.paragraphs(article["text"], matches)[:6],
        ],
    }
