"""`/log`: every article there is, newest first, under any search and filter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from fastapi import APIRouter, Request, Response

from worker.errors import TooSlowError
from worker.model import CONCEPTS, Stance
from worker.queries import ArticleFilter
from worker.web.pages.asking import SPAN_WORDS, SPANS, TIMES, Asked, asked, moment
from worker.web.pages.rendering import Pages, address
from worker.web.problems import TOO_SLOW

AT_ONCE = 50
READ = (
    "q", "place", "rule", "concept", "stance", "language", "publisher", "region", "feed", "story", "since", "until",
    "before",
)  # fmt: skip


def wanted_of(query: Asked, now: datetime) -> ArticleFilter:
    """The filter that the page's form stands for."""
    return ArticleFilter(
        search=query.get("q"),
        place=query.get("place"),
        rule=query.get("rule"),
        concept=query.get("concept"),
        stance=query.get("stance"),
        language=query.get("language"),
        publisher=query.get("publisher"),
        region=query.get("region"),
        feed_id=query.number("feed"),
        story_id=query.number("story"),
        since=moment(query.get("since"), now),
        until=moment(query.get("until"), now),
    )


def _of_feed(filtered: Mapping[str, str], now: datetime) -> dict[str, str]:
    """The query of a feed of the same, which takes times and no spans back from now."""
    spans = {name: (now - SPANS[filtered[name]]).isoformat() for name in TIMES if filtered.get(name) in SPANS}
    return {**filtered, **spans}


class Choices:
    """What can be chosen from in the filters."""

    concepts = CONCEPTS
    stances = tuple(str(one) for one in Stance)
    regions = ("yes", "unknown", "no")

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self.rules = [rule.rule_id for rule in pages.services.settings.rules]
        self.places = sorted({place.label for place in pages.services.settings.profile.places})

    @property
    def languages(self) -> list[str]:
        """Of the feeds."""
        return sorted({language for row in self._pages.publishers for language in row["languages"]})

    @property
    def publishers(self) -> list[str]:
        """Of the feeds."""
        return sorted({row["publisher"] for row in self._pages.publishers if row["publisher"]})


def router(pages: Pages) -> APIRouter:
    """The route."""
    routes = APIRouter(include_in_schema=False)
    choices = Choices(pages)

    @routes.get("/log")
    def log_page(request: Request) -> Response:
        now = pages.services.now()
        query = asked(request.query_params, READ, now)
        wanted, before, complaint = wanted_of(query, now), query.number("before"), ""
        status = 200
        try:
            found = pages.services.queries.articles(wanted, AT_ONCE + 1, before)
        except ValueError:
            found, complaint = [], "There is no word to look for in this search"
        except TooSlowError:  # told here, so that the form stands below it
            found, complaint, status = [], TOO_SLOW, 503
        shown, filtered = found[:AT_ONCE], query.without("before")
        return pages.page(
            request,
            "log.html",
            status,
            now=now,
            found=shown,
            wanted=wanted,
            choices=choices,
            spans=SPAN_WORDS,
            filtered=filtered,
            feed=_of_feed(filtered, now),
            unread=query.unread,
            complaint=complaint,
            newest=address("/log", filtered) if before else "",
            older=address("/log", filtered, before=shown[-1]["id"]) if len(found) > AT_ONCE else "",
        )

    return routes
