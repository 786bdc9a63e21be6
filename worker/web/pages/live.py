"""`/live`: server-sent events of what is new, for as many readers as there are.

One look at the database every half second serves all readers of a process, and none happens while nobody reads. What
changed is rendered once; a reader is a queue. One who falls behind is let go, comes back by itself, and is given what
it missed from the last few hundred events.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from worker.model.people import How, Visitor
from worker.queries import Row
from worker.queries.arrivals import ArrivalQueries
from worker.queries.now import NowQueries
from worker.queries.stories import StoryFilter, StoryQueries
from worker.web.pages.gaps import Gaps
from worker.web.pages.now import Story, stories_of
from worker.web.pages.rendering import Pages
from worker.web.problems import ProblemError

log = logging.getLogger("trucewire")

LOOK_EVERY_S = 0.5
BREATH_S = 15.0  # a comment at least so often: proxies end what is silent, and who has left is noticed
LOOK_BACK = timedelta(minutes=2)  # a transaction may commit long after the time it carries, or than one with higher ids
LATELY = timedelta(hours=1)  # stories with a report since then: an article may wait so long to be judged
MOST_COUNTED = 1000  # articles of one look
LONGEST_PAUSE = timedelta(days=1)  # between two looks; of alerts and stories, nothing older is told after it
KEPT = 300  # events, for readers who come back
LONGEST_NUMBER = 18  # digits
MOST_WAITING = 64  # events of one reader
MOST_READERS = 800  # fewer than the server has connections
MOST_EACH = 50  # of one visitor, who may have many pages open; but for whoever sits at this machine
RETRY_MS = 2000
LONGEST_S = 600.0  # of a stream; then its reader comes back, and has to be let in anew
MOST_ROWS = 20  # articles or stories of one event; where more came at once, their number is told
MOST_UNJUDGED = 200  # articles whose judgement is waited for
About = Literal["alerts", "articles", "stories"]


@dataclass(frozen=True, slots=True)
class Event:
    """One event, as it goes over the wire."""

    number: int
    about: str
    at: datetime
    wire: bytes


@dataclass(eq=False, slots=True)
class Reader:
    """One open page."""

    about: str
    since: datetime
    who: str = ""
    after: int = 0  # the number of the last event it was given, before it came back
    queue: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))

    def wants(self, event: Event) -> bool:
        """Whether an event concerns it, and was not given to it before."""
        return event.about == self.about and event.at >= self.since and event.number > self.after

    def offer(self, event: Event) -> bool:
        """Hand over an event that concerns it; False where it has fallen too far behind."""
        if not self.wants(event):
            return True
        try:
            self.queue.put_nowait(event.wire)
        except asyncio.QueueFull:
            return False
        return True


class Changes:
    """Looks at the database, and says what has changed since its last look. Knows no reader.

    Where that was long ago, as nobody was reading, events carry the times of what they tell: a page that was rendered
    since then shows it already, one that was asleep meanwhile does not.
    """

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._queries = NowQueries(pages.services.store.engine)
        self._arrivals = ArrivalQueries(pages.services.store.engine)
        self._stories = StoryQueries(pages.services.store.engine)
        self._known: dict[int, tuple[object, ...]] = {}
        self._revisions: dict[int, int] = {}
        self._looked_at: datetime | None = None
        self._gaps: Gaps | None = None
        self._unjudged: deque[int] = deque(maxlen=MOST_UNJUDGED)
        self._reported: dict[int, datetime] | None = None
        self._number = 0
        # Numbers begin anew with every process: what one has counted says nothing to the next.
        self._begun = f"{pages.services.now().timestamp():.0f}"

    def number_of(self, event_id: str) -> int:
        """The number of an event that a reader was given last; 0 where another process has counted it."""
        begun, _, number = event_id.partition(".")
        known = begun == self._begun and number.isascii() and number.isdecimal() and len(number) < LONGEST_NUMBER
        return int(number) if known else 0

    def look(self) -> list[Event]:
        """Events since the last look; the first one tells what changed of late, as far as it carries its time."""
        now, last = self._pages.services.now(), self._looked_at
        late = last is None or now - last > LOOK_BACK
        since = now if last is None else max(last, now - LONGEST_PAUSE)
        events = [
            *self._alerts(now, since - LOOK_BACK, late),
            *self._articles(now, late),
            *self._changed_stories(now, since - LATELY, late),
        ]
        self._looked_at = now  # only now: what a database that was away held back is told when it is there again
        return events

    def _alerts(self, now: datetime, since: datetime, late: bool) -> Iterator[Event]:
        moments: dict[int, datetime] = {}
        news: set[int] = set()
        rows = self._queries.changed_alerts(since, now)
        for row in rows:
            state = tuple(value for name, value in row.items() if name != "changed_at")
            at = row["changed_at"] if late else now
            if self._known.get(row["id"]) != state and at is not None:
                moments[row["story_id"]] = max(at, moments.get(row["story_id"], at))
                told_at = row["updated_at"] or row["raised_at"]
                if told_at >= since and self._revisions.get(row["id"]) != row["revision"]:
                    news.add(row["story_id"])
        self._known = {row["id"]: tuple(value for name, value in row.items() if name != "changed_at") for row in rows}
        self._revisions = {row["id"]: row["revision"] for row in rows}
        if not moments:
            return
        stories = {story.story_id: story for story in stories_of(self._queries.alerts_of_stories(moments), now)}
        for story_id, at in sorted(moments.items(), key=lambda item: item[1]):
            told = self._told(story_id, stories.get(story_id), now) | {"news": story_id in news}
            yield self._event("story", "alerts", at, told)

    def _told(self, story_id: int, story: Story | None, now: datetime) -> Row:
        if story is None or story.settled:
            return {"story_id": story_id, "severity": "info", "open": False, "html": ""}
        html = self._pages.piece("told.html", "item", story, now=now)
        return {"story_id": story_id, "severity": story.severity, "open": True, "html": html}

    def _articles(self, now: datetime, late: bool) -> Iterator[Event]:
        if self._gaps is None:
            self._gaps = Gaps(self._arrivals.newest(), LOOK_BACK)
            return
        ids = self._arrivals.arrived(self._gaps.newest, self._gaps.open(now), MOST_COUNTED)
        self._gaps.saw(ids, now)
        if ids:
            rows = self._arrivals.rows(ids) if len(ids) <= MOST_ROWS else []
            at = self._arrivals.rows(ids[:1])[0]["first_seen_at"] if late else now
            self._unjudged.extend(row["id"] for row in rows if row["matched_at"] is None)
            yield self._event("articles", "articles", at, {"new": len(ids), "rows": self._rendered(rows, now)})
        if self._unjudged:
            judged = self._arrivals.judged(self._unjudged)
            for row in judged:
                self._unjudged.remove(row["id"])
            if judged:
                yield self._event("articles", "articles", now, {"new": 0, "rows": self._rendered(judged, now)})

    def _rendered(self, rows: list[Row], now: datetime) -> list[Row]:
        return [{"id": row["id"], "html": self._pages.piece("rows.html", "row", row, now=now)} for row in rows]

    def _changed_stories(self, now: datetime, since: datetime, late: bool) -> Iterator[Event]:
        """Those whose newest report is another one than at the last look, whichever worker was first to commit."""
        before, self._reported = self._reported, self._stories.last_reports(since)
        if before is None:
            return
        changed = {story_id for story_id, at in self._reported.items() if before.get(story_id) != at}
        if not changed:
            return
        rows = self._stories.stories(StoryFilter(among=frozenset(changed)), MOST_ROWS)
        told = [{"id": row["id"], "html": self._pages.piece("rows.html", "story", row, now=now)} for row in rows]
        at = max(self._reported[story_id] for story_id in changed) if late else now
        yield self._event("stories", "stories", at, {"new": len(changed), "rows": told})

    def _event(self, kind: str, about: str, at: datetime, told: Row) -> Event:
        self._number += 1
        wire = f"event: {kind}\nid: {self._begun}.{self._number}\ndata: {json.dumps(told, ensure_ascii=False)}\n\n"
        return Event(self._number, about, at, wire.encode())


class Broadcast:
    """Hands every event to every reader it concerns. Lives in the event loop that its first reader is served in."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._readers: set[Reader] = set()
        self._kept: deque[Event] = deque(maxlen=KEPT)
        self._looking: asyncio.Task[None] | None = None
        self._begun = asyncio.Event()

    def refuse_too_many(self, who: str) -> None:
        """Leave room for others.

        Raises:
            ProblemError: there are too many readers, or too many of this visitor's.
        """
        if len(self._readers) >= MOST_READERS:
            raise ProblemError(503, "There are too many readers on this process; the page works without being live.")
        if who and sum(reader.who == who for reader in self._readers) >= MOST_EACH:
            raise ProblemError(429, "You have too many live pages open; this one works without being live.")

    async def events(self, reader: Reader) -> AsyncIterator[bytes]:
        """What goes to one reader, for as long as it listens."""
        self._readers.add(reader)
        try:
            missed = [event.wire for event in self._kept if reader.wants(event)]
            if self._looking is None or self._looking.done():
                self._begun = asyncio.Event()
                self._looking = asyncio.create_task(self._look())
            await self._begun.wait()  # from here on nothing is missed
            yield f"retry: {RETRY_MS}\n\n".encode()
            for earlier in missed:
                yield earlier
            end = asyncio.get_running_loop().time() + LONGEST_S
            while asyncio.get_running_loop().time() < end:
                try:
                    wire = await asyncio.wait_for(reader.queue.get(), BREATH_S)
                except TimeoutError:
                    wire = b": still here\n\n"
                if wire is None:
                    return
                yield wire
        finally:
            self._readers.discard(reader)

    async def _look(self) -> None:
        while self._readers:
            try:
                events = await run_in_threadpool(self._changes.look)
            except Exception:  # a database that is away for a while must not end the stream for good
                log.warning("live changes cannot be read", exc_info=True)
                events = []
            self._begun.set()
            self._kept.extend(events)
            for event in events:
                for reader in tuple(self._readers):
                    if not reader.offer(event):
                        self._let_go(reader)
            await asyncio.sleep(LOOK_EVERY_S)

    def _let_go(self, reader: Reader) -> None:
        self._readers.discard(reader)
        while not reader.queue.empty():  # it comes back with the number of what it was given last, and is given these
            reader.queue.get_nowait()
        reader.queue.put_nowait(None)


def router(pages: Pages) -> APIRouter:
    """The route."""
    routes = APIRouter(include_in_schema=False)
    changes = Changes(pages)
    broadcast = Broadcast(changes)

    @routes.get("/live")
    async def live(
        request: Request,
        about: About = "alerts",
        since: Annotated[float | None, Query(ge=0, le=1e11)] = None,
    ) -> Response:
        visitor: Visitor = request.state.visitor
        who = f"{visitor.how} {visitor.name}" if visitor.how is not How.LOOPBACK else ""
        broadcast.refuse_too_many(who)
        now = pages.services.now()
        begin = now if since is None else datetime.fromtimestamp(since, now.tzinfo)
        last = changes.number_of(request.headers.get("last-event-id", ""))
        stream = broadcast.events(Reader(about, begin, who, last))
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(stream, headers=headers, media_type="text/event-stream")

    return routes
