"""`/log`: every article there is, newest first, under any search and filter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request, Response

from worker.errors import TooSlowError
from worker.model import CONCEPTS, Stance
from worker.queries import ArticleFilter
from worker.web.pages.rendering import Pages, address
from worker.web.problems import TOO_SLOW

AT_ONCE = 50
LONGEST_SEARCH = 200
SPANS = {
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
}
SPAN_WORDS = {"1h": "last hour", "1d": "last day", "7d": "last week", "30d": "last month", "90d": "last three months"}
LARGEST_ID = 2**62


def text(value: str) -> str:
    """A field of a form as it may be asked for: bounded, and without what no database takes."""
    return "".join(char for char in value.strip()[:LONGEST_SEARCH] if char.isprintable())


def number(value: str) -> int | None:
    """An id in a query; None where it is none."""
    return int(value) if value.isascii() and value.isdecimal() and 0 < int(value) < LARGEST_ID else None


def wanted_of(query: Mapping[str, str], now: datetime) -> ArticleFilter:
    """The filter that the page's form stands for: what cannot be read is left out, since a person will see so."""
    return ArticleFilter(
        search=query.get("q", ""),
        place=query.get("place", ""),
        rule=query.get("rule", ""),
        concept=query.get("concept", ""),
        stance=query.get("stance", ""),
        language=query.get("language", ""),
        publisher=query.get("publisher", ""),
        region=query.get("region", ""),
        feed_id=number(query.get("feed", "")),
        story_id=number(query.get("story", "")),
        since=moment(query.get("since", ""), now),
        until=moment(query.get("until", ""), now),
    )


def moment(text: str, now: datetime) -> datetime | None:
    """A time in a query: a span back from now (`7d`), or ISO 8601; None where it is neither."""
    if text in SPANS:
        return now - SPANS[text]
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found.astimezone(UTC) if 1900 <= found.year <= 2200 else None


class Choices:
    """What can be chosen from in the filters."""

    concepts = CONCEPTS
    stances = tuple(str(one) for one in Stance)
    regions = ("yes", "unknown", "no")

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self.rules = [rule.rule_id for rule in pages.services.settings.rules]
        self.places = sorted({place.name for place in pages.services.settings.profile.places})

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
        query = {name: text(value) for name, value in request.query_params.items()}
        wanted, before, complaint = wanted_of(query, now), number(query.pop("before", "")), ""
        status = 200
        try:
            found = pages.services.queries.articles(wanted, AT_ONCE + 1, before)
        except ValueError:
            found, complaint = [], "There is no word to look for in this search"
        except TooSlowError:  # told here, so that the form stands below it
            found, complaint, status = [], TOO_SLOW, 503
        shown = found[:AT_ONCE]
        return pages.page(
            request,
            "log.html",
            status,
            now=now,
            found=shown,
            wanted=wanted,
            choices=choices,
            spans=SPAN_WORDS,
            filtered={name: value for name, value in query.items() if value},
            complaint=complaint,
            newest=address("/log", query) if before else "",
            older=address("/log", query, before=shown[-1]["id"]) if len(found) > AT_ONCE else "",
        )

    return routes
