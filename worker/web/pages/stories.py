"""`/stories`: every story there is, those with the newest article first, under any filter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from fastapi import APIRouter, Request, Response

from worker.model import Confirmation
from worker.queries.now import NowQueries
from worker.queries.stories import StoryFilter, StoryQueries
from worker.web.api.stories import before_of, next_story
from worker.web.pages.log import SPAN_WORDS, Choices, moment, text
from worker.web.pages.rendering import Pages, address

AT_ONCE = 40
STATES = {"open": True, "closed": False}
ALERTED = {"yes": True, "no": False}


def wanted_of(query: Mapping[str, str], now: datetime) -> StoryFilter:
    """The filter that the page's form stands for: what cannot be read is left out, since a person will see so."""
    return StoryFilter(
        open=STATES.get(query.get("state", "")),
        alerted=ALERTED.get(query.get("alerted", "")),
        confirmation=query.get("confirmation", ""),
        concept=query.get("concept", ""),
        language=query.get("language", ""),
        place=query.get("place", ""),
        rule=query.get("rule", ""),
        since=moment(query.get("since", ""), now),
        until=moment(query.get("until", ""), now),
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
        query = {name: text(value) for name, value in request.query_params.items()}
        before = query.pop("before", "")
        wanted = wanted_of(query, now)
        found = queries.stories(wanted, AT_ONCE + 1, before_of(before))
        filtered = {name: value for name, value in query.items() if value}
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
            live=not filtered and not before,
            flow=None if found else NowQueries(services.store.engine).flow(now),
            newest=address("/stories", query) if before else "",
            older=address("/stories", query, before=older) if older else "",
        )

    return routes
