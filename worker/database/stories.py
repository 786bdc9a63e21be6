"""Rows to what is known of a story: its sources, its claims, its alerts as they stand. The only place that reads them.

Gathered inside the transaction of whoever decides on them. Never writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select
from sqlalchemy.engine import Connection

from worker.claims import report_of
from worker.labels import WITHDRAWN
from worker.model import Confirmation, Severity, Stance, UpdateReason
from worker.model.stories import Claim, KnownAlert, Source, Told
from worker.tables import alert_articles, alert_updates, alerts, articles, claims, feeds, stories

LARGEST = 2000  # articles of one story that are looked at


class KnownStory:
    """A story's articles, claims and alerts as they stand, kept up while a batch is written."""

    def __init__(self, connection: Connection, story_id: int, *, new: bool = False) -> None:
        """Read the story; one that is `new` has nothing to be read."""
        self.story_id = story_id
        self.sources: dict[int, Source] = {} if new else _sources(connection, story_id)
        self.claims: list[Claim] = [] if new else _claims(connection, story_id)
        self.alerts: dict[str, KnownAlert] = {} if new else _alerts(connection, story_id)
        self.confirmation = Confirmation.SINGLE_SOURCE if new else _confirmation(connection, story_id)

    def put(self, source: Source, said: Sequence[Claim]) -> None:
        """Take an article's present version in the place of an earlier one."""
        self.sources[source.article_id] = source
        self.claims = [claim for claim in self.claims if claim.article_id != source.article_id] + list(said)

    def reports(self) -> dict[str, list[Claim]]:
        """Its claims by what they say, such as `ceasefire:holds`."""
        found: dict[str, list[Claim]] = {}
        for claim in self.claims:
            found.setdefault(report_of(claim.concept, claim.stance), []).append(claim)
        return found


def publishers_of(connection: Connection) -> list[tuple[str, str, str]]:
    """Name, family and side of every publisher that is watched."""
    statement = select(feeds.c.publisher, feeds.c.family, feeds.c.side).distinct()
    return [(row.publisher, row.family, row.side) for row in connection.execute(statement)]


def source_of(row: Any) -> Source:
    """A row with `SOURCE_COLUMNS` as a source."""
    return Source(
        article_id=row.id,
        publisher=row.publisher,
        family=row.family,
        at=row.published_at or row.first_seen_at,
        side=row.side,
        credit=row.credit,
        copy_of=row.copy_of_id,
        machine_written=row.machine_written,
        withdrawn=WITHDRAWN in row.labels,
    )


def claim_of(row: Any) -> Claim:
    """A row of `claims` as a claim."""
    return Claim(
        article_id=row.article_id,
        concept=row.concept,
        stance=Stance(row.stance),
        sentence=row.sentence,
        speaker=row.speaker,
        side=row.side,
        family=row.family,
        at=row.at,
        numbers=tuple((kind, number) for kind, number in row.numbers),
    )


SOURCE_COLUMNS = (
    articles.c.id,
    articles.c.publisher,
    articles.c.family,
    articles.c.published_at,
    articles.c.first_seen_at,
    articles.c.credit,
    articles.c.copy_of_id,
    articles.c.machine_written,
    articles.c.labels,
    feeds.c.side,
)


_OF_STORY: BindParameter[int] = bindparam("story_id")
# Made once: making a statement costs more than running it.
_SOURCES = (
    select(*SOURCE_COLUMNS)
    .join_from(articles, feeds)
    .where(articles.c.story_id == _OF_STORY)
    .order_by(articles.c.id)
    .limit(LARGEST)
)
_CLAIMS = select(claims).where(claims.c.story_id == _OF_STORY).order_by(claims.c.id).limit(LARGEST)
_ALERTS = (
    select(alerts, articles.c.published_at, articles.c.first_seen_at)
    .join_from(alerts, articles, alerts.c.article_id == articles.c.id)
    .where(alerts.c.story_id == _OF_STORY, alerts.c.merged_into_id.is_(None))
)
_CONFIRMATION = select(stories.c.confirmation).where(stories.c.id == _OF_STORY)


def _sources(connection: Connection, story_id: int) -> dict[int, Source]:
    return {row.id: source_of(row) for row in connection.execute(_SOURCES, {"story_id": story_id})}


def _claims(connection: Connection, story_id: int) -> list[Claim]:
    return [claim_of(row) for row in connection.execute(_CLAIMS, {"story_id": story_id})]


def _alerts(connection: Connection, story_id: int) -> dict[str, KnownAlert]:
    """The alerts of a story that are not part of another one, by rule."""
    rows = connection.execute(_ALERTS, {"story_id": story_id}).all()
    alert_ids = [row.id for row in rows]
    told = _told(connection, alert_ids)
    spoke = _spoke(connection, alert_ids)
    return {row.rule_id: _known(row, told.get(row.id, ()), spoke.get(row.id, {})) for row in rows}


def _known(row: Any, told: Sequence[Told], spoke: Mapping[int, int]) -> KnownAlert:
    return KnownAlert(
        alert_id=row.id,
        rule_id=row.rule_id,
        revision=row.revision,
        severity=Severity(row.severity),
        concept=row.match["concept"],
        stance=Stance(row.stance),
        said_at=row.published_at or row.first_seen_at,
        confirmation=Confirmation(row.confirmation),
        told=tuple(told),
        numbers=row.numbers or {},
        spoke=spoke,
        closed=row.closed_at is not None,
    )


def _confirmation(connection: Connection, story_id: int) -> Confirmation:
    return Confirmation(connection.execute(_CONFIRMATION, {"story_id": story_id}).scalar_one())


def _told(connection: Connection, alert_ids: Sequence[int]) -> dict[int, list[Told]]:
    """What was told of each alert, and of those that have become part of it."""
    if not alert_ids:
        return {}
    whole = func.coalesce(alerts.c.merged_into_id, alerts.c.id)
    statement = (
        select(alert_updates, articles.c.family, whole.label("whole"))
        .join_from(alert_updates, articles)
        .join(alerts, alerts.c.id == alert_updates.c.alert_id)
        .where(alerts.c.id.in_(alert_ids) | alerts.c.merged_into_id.in_(alert_ids))
        .order_by(alert_updates.c.at, alert_updates.c.alert_id, alert_updates.c.revision)
    )
    found: dict[int, list[Told]] = {}
    for row in connection.execute(statement):
        told = Told(UpdateReason(row.reason), Stance(row.stance), row.article_id, row.family)
        found.setdefault(row.whole, []).append(told)
    return found


def _spoke(connection: Connection, alert_ids: Sequence[int]) -> dict[int, dict[int, int]]:
    if not alert_ids:
        return {}
    found: dict[int, dict[int, int]] = {}
    for row in connection.execute(select(alert_articles).where(alert_articles.c.alert_id.in_(alert_ids))):
        found.setdefault(row.alert_id, {})[row.article_id] = row.article_revision
    return found
