"""`/`: the open alerts, those of one story together, and whether news flows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import APIRouter, Request, Response

from worker.model import Severity
from worker.queries import Row
from worker.queries.now import NowQueries
from worker.web.pages.rendering import Pages

MOST = 50  # alerts at once: nobody reads more, and the log has all


@dataclass(slots=True)
class Story:
    """A story as it stands on the page."""

    story_id: int
    alerts: list[Row] = field(default_factory=list)  # most urgent first
    settled: bool = False  # somebody has acknowledged or snoozed all of them

    @property
    def severity(self) -> str:
        """That of its most urgent alert."""
        return str(self.alerts[0]["severity"])

    @property
    def at(self) -> datetime:
        """When the newest of its alerts was raised or updated."""
        moments: list[datetime] = [alert["updated_at"] or alert["raised_at"] for alert in self.alerts]
        return max(moments)


def stories_of(found: Iterable[Row], now: datetime) -> list[Story]:
    """Alerts by story, stories in the order of their newest change."""
    stories: dict[int, Story] = {}
    for alert in found:
        stories.setdefault(alert["story_id"], Story(alert["story_id"])).alerts.append(alert)
    for story in stories.values():
        story.alerts.sort(key=lambda alert: (-Severity(alert["severity"]).rank, alert["id"]))
        story.settled = all(_settled(alert, now) for alert in story.alerts)
    return sorted(stories.values(), key=lambda story: story.at, reverse=True)


def _settled(alert: Row, now: datetime) -> bool:
    return alert["acknowledged_at"] is not None or (alert["snoozed_until"] is not None and alert["snoozed_until"] > now)


def router(pages: Pages) -> APIRouter:
    """The route."""
    routes = APIRouter(include_in_schema=False)
    queries = NowQueries(pages.services.store.engine)

    @routes.get("/")
    def now_page(request: Request) -> Response:
        now = pages.services.now()
        found = queries.open_alerts(MOST)
        stories = stories_of(found, now)
        sections = [
            (str(one), [story for story in stories if story.severity == one and not story.settled])
            for one in sorted(Severity, key=lambda one: -one.rank)
        ]
        return pages.page(
            request,
            "now.html",
            now=now,
            sections=sections,
            settled=[story for story in stories if story.settled],
            open=sum(len(listed) for _, listed in sections),
            flow=queries.flow(now),
            silences=sum(one["starts_at"] <= now < one["ends_at"] for one in pages.services.queries.silences()),
            rules=sum(rule.enabled for rule in pages.services.settings.rules),
            more=len(found) == MOST,
            most=MOST,
        )

    return routes
