"""`/stories`: every story there is, those with the newest article first, under any filter."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request, Response

from worker.model import Confirmation
from worker.queries.now import NowQueries
from worker.queries.stories import StoryFilter, StoryQueries
from worker.web.api.stories import before_of, next_story
from worker.web.pages.asking import SPAN_WORDS, Asked, asked, moment
from worker.web.pages.log import Choices
from worker.web.pages.rendering import Pages, address

AT_ONCE = 40
STATES = {"open": True, "closed": False}
ALERTED = {"yes": True, "no": False}
READ = (
    "state", "alerted", "confirmation", "concept", "language", "place", "rule", "since", "until", "before",
)  # fmt: skip


def wanted_of(query: Asked, now: datetime) -> StoryFilter:
    """The filter that the page's form stands for."""
    return StoryFilter(
        open=STATES.get(query.get("state")),
        alerted=ALERTED.get(query.get("alerted")),
        confirmation=query.get("confirmation"),
        concept=query.get("concept"),
        language=query.get("language"),
        place=query.get("place"),
        rule=query.get("rule"),
        since=moment(query.get("since"), now),
        until=moment(query.get("until"), now),
    )


def router(pages: Pages) -> APIRouter:
    """The route."""
    routes = APIRouter(include_in_schema=False)
    services = pages.services
    queries = StoryQueries(services.store.engine, services.settings.profile.opposed)
    choices = Choices(pages)

    @routes.get("/stories")
    def stories_page(request: Request) -> Response:
        now = services.now()
        query = asked(request.query_params, READ, now, numbers=(), choices={"state": STATES, "alerted": ALERTED})
        before, filtered = query.get("before"), query.without("before")
        wanted = wanted_of(query, now)
        found = queries.stories(wanted, AT_ONCE + 1, before_of(before))
        older = next_story(found, AT_ONCE)
        return pages.page(
            request,
            "stories.html",
            now=now,
            found=found[:AT_ONCE],
            wanted=wanted,
            choices=choices,
            confirmations=[str(one) for one in Confirmation],
            spans=SPAN_WORDS,
            filtered=filtered,
            unread=query.unread,
            live=not filtered and not before,
            flow=None if found else NowQueries(services.store.engine).flow(now),
            newest=address("/stories", filtered) if before else "",
            older=address("/stories", filtered, before=older) if older else "",
        )

    return routes
