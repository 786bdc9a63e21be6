"""`/feeds`: how every feed is doing, and what is quiet; `/feeds/{id}`: one of them, and what its schedule learned."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from worker.model import Outcome
from worker.model.delivery import NoticeKind
from worker.model.people import Role
from worker.queries import ArticleFilter, Row
from worker.queries.outcomes import OutcomeQueries
from worker.web.pages.asking import asked
from worker.web.pages.charts import Bar, bars
from worker.web.pages.rendering import Pages
from worker.web.problems import ProblemError

SPARK = 40  # polls
LATELY = timedelta(hours=24)
MOST_POLLS = 30  # of one feed, on its page
READ = ("state", "country", "language", "name")
FeedId = Annotated[int, Path(ge=1, le=2**62)]
# Of a schedule's reason: that all is usual needs no word, and when it is polled again stands beside it.
_REASON = re.compile(r"(?:healthy: |(?P<burst>burst): )?(?P<why>.*?)(?:; again in [^;]*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Spark:
    """A feed's latest polls as a drawing of 160 × 10; few shapes, as two hundred feeds have eight thousand polls."""

    polls: int
    failed: int
    fresh: int  # that brought something new
    shapes: tuple[tuple[str, str], ...]  # by tone, an SVG path of all its bars


_PACE = re.compile(r"([\d.]+) entries a day now, ([\d.]+) usually")


@dataclass(frozen=True, slots=True)
class State:
    """How a feed is doing."""

    name: str  # as in the page's filter
    word: str
    icon: str


# In the order in which people want to see them.
STATES = (
    State("look", "look at it", "diamond"),
    State("failing", "failing", "cross"),
    State("quiet", "quiet", "half"),
    State("new", "not read yet", "dots"),
    State("well", "well", "check"),
    State("off", "off", "stop"),
)
_BY_NAME = {state.name: state for state in STATES}


@cache
def tone_of(outcome: str) -> str:
    """Whether a poll brought something, was read, or failed: the end of a class."""
    try:
        known = Outcome(outcome)
    except ValueError:
        return "bad"
    return "new" if known is Outcome.NEW else "ok" if known.ok else "bad"


def state_of(feed: Row, quiet: Collection[str] = ()) -> State:
    """How a feed is doing.

    Args:
        feed: its row.
        quiet: the sources that are unusually silent, as notices name them.
    """
    if not feed["enabled"]:
        return _BY_NAME["off"]
    if feed["needs_person"]:
        return _BY_NAME["look"]
    if feed["failures"]:
        return _BY_NAME["failing"]
    if not feed["last_outcome"]:
        return _BY_NAME["new"]
    belongs_to = {feed["url"], f"feed {feed['id']}", f"family {feed['family']}", f"country {feed['country']}"}
    return _BY_NAME["quiet" if belongs_to & set(quiet) else "well"]


def why_then(reason: str | None) -> str:
    """Why a feed is polled when it is, as its schedule has written it down, in as few words as say it."""
    found = _REASON.fullmatch(reason or "")
    if found is None:
        return reason or ""
    why = _PACE.sub(r"\1 a day now, \2 usually", found["why"])
    return f"news breaks: {why}" if found["burst"] else why


def router(pages: Pages) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)
    queries = OutcomeQueries(pages.services.store.engine)

    @routes.get("/feeds")
    def feeds_page(request: Request) -> Response:
        now = pages.services.now()
        notices = queries.open_notices()
        polled = queries.latest_polls(now - LATELY, SPARK)
        quiet = _quiet(notices)
        found = [_shown(feed, quiet, polled) for feed in queries.feeds()]
        found.sort(key=lambda feed: STATES.index(feed["state"]))
        query = asked(request.query_params, READ, now, numbers=())
        return pages.page(
            request,
            "feeds.html",
            now=now,
            feeds=[feed for feed in found if _is_wanted(feed, query.values)],
            total=len(found),
            states=_counted(found),
            countries=sorted({feed["country"] for feed in found if feed["country"]}),
            languages=sorted({language for feed in found for language in feed["languages"]}),
            filtered=query.values,
            unread=query.unread,
            notices=notices,
        )

    _add_feed(routes, pages)
    return routes


def _add_feed(routes: APIRouter, pages: Pages) -> None:
    queries = OutcomeQueries(pages.services.store.engine)

    @routes.get("/feeds/{feed_id}")
    def feed_page(request: Request, feed_id: FeedId) -> Response:
        feed = queries.feed(feed_id)
        if feed is None:
            raise ProblemError(404, "There is no such feed.")
        notices = queries.open_notices()
        polls = pages.services.queries.polls(feed_id=feed_id, limit=MOST_POLLS)
        visitor = request.state.visitor
        return pages.page(
            request,
            "feed.html",
            feed=feed | {"why_then": why_then(feed["schedule_reason"])},
            state=state_of(feed, _quiet(notices)),
            polls=[poll | {"tone": tone_of(poll["outcome"])} for poll in polls],
            hours=_habit(feed["rate"]),
            articles=pages.services.queries.articles(ArticleFilter(feed_id=feed_id), 12),
            notices=[one for one in notices if one["subject"] in {feed["url"], f"feed {feed_id}"}],
            may_switch=visitor.role.includes(Role.ADMIN),
        )


def _shown(feed: Row, quiet: Collection[str], polled: Mapping[int, Sequence[tuple[str, int]]]) -> Row:
    return feed | {
        "state": state_of(feed, quiet),
        "spark": _spark(polled.get(feed["id"], ())),
        "why_then": why_then(feed["schedule_reason"]),
    }


def _quiet(notices: Iterable[Row]) -> set[str]:
    return {notice["subject"] for notice in notices if notice["kind"] == NoticeKind.SOURCE_QUIET}


def _counted(found: Iterable[Row]) -> list[tuple[State, int]]:
    counted = Counter(feed["state"] for feed in found)
    return [(state, counted[state]) for state in STATES if counted[state]]


def _is_wanted(feed: Row, query: Mapping[str, str]) -> bool:
    named = " ".join((feed["name"], feed["publisher"], feed["family"], feed["url"])).casefold()
    return (
        query.get("state", feed["state"].name) == feed["state"].name
        and query.get("country", feed["country"]) == feed["country"]
        and ("language" not in query or query["language"] in feed["languages"])
        and query.get("name", "").casefold() in named
    )


def _spark(polled: Sequence[tuple[str, int]]) -> Spark:
    drawn = [_bar(place, outcome, new > 0) for place, (outcome, new) in enumerate(polled, SPARK - len(polled))]
    tones = [tone for tone, _ in drawn]
    shapes = {tone: "".join(shape for of, shape in drawn if of == tone) for tone in dict.fromkeys(tones)}
    return Spark(len(polled), tones.count("bad"), tones.count("new"), tuple(shapes.items()))


@cache
def _bar(place: int, outcome: str, fresh: bool) -> tuple[str, str]:
    """The tone of a poll, and its bar: a page has eight thousand of them, and few are unlike each other."""
    tone = tone_of(outcome)
    height = 10 if fresh else 5 if tone == "ok" else 8
    return tone, f"M{place * 4} {10 - height}h3v{height}h-3z"


def _habit(rate: dict[str, Any]) -> list[Bar]:
    """How often something new comes at each hour of the day, as the schedule has learned it; [] where it has not."""
    hours = rate.get("hours")
    if not isinstance(hours, list) or len(hours) != 24 or not sum(hours):
        return []
    share = [float(hour) / sum(hours) for hour in hours]
    return bars([(f"{hour:02d}:00", value) for hour, value in enumerate(share)], 720, 90)
