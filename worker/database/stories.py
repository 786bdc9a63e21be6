"""Rows to what is known of a story: its sources, its claims, its alerts as they stand. The only place that reads them.

Gathered inside the transaction of whoever decides on them. Never writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, FromClause, Select, Table, bindparam, func, or_, select
from sqlalchemy.engine import Connection

from worker.claims import report_of
from worker.database.rows import chunks
from worker.labels import WITHDRAWN
from worker.model import Confirmation, Severity, Stance, UpdateReason
from worker.model.stories import Claim, KnownAlert, Source, Told
from worker.tables import alert_articles, alert_updates, alerts, articles, claims, feeds, stories

LARGEST = 2000  # articles of one story that are looked at


@dataclass
class KnownStory:
    """A story's articles, claims and alerts as they stand, kept up while a batch is written."""

    story_id: int
    sources: dict[int, Source] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    alerts: dict[str, KnownAlert] = field(default_factory=dict)
    confirmation: Confirmation = Confirmation.SINGLE_SOURCE

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


def known_stories(connection: Connection, story_ids: Sequence[int]) -> dict[int, KnownStory]:
    """Read stories at once, each with at most `LARGEST` articles and as many claims."""
    found: dict[int, KnownStory] = {}
    for part in chunks(story_ids):
        rows = connection.execute(_CONFIRMATIONS, {"ids": part})
        found |= {row.id: KnownStory(row.id, confirmation=Confirmation(row.confirmation)) for row in rows}
        for row in connection.execute(_SOURCES, {"ids": part}):
            found[row.story_id].sources[row.id] = source_of(row)
        for row in connection.execute(_CLAIMS, {"ids": part}):
            found[row.story_id].claims.append(claim_of(row))
        for row, alert in _alerts(connection, part):
            found[row.story_id].alerts[alert.rule_id] = alert
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
        title=row.title,
        language=row.language,
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
    articles.c.title,
    articles.c.language,
    feeds.c.side,
)


_THESE: BindParameter[int] = bindparam("ids", expanding=True)


def _first(columns: Sequence[ColumnElement[Any]], table: Table, beside: FromClause) -> Select[Any]:
    """The first `LARGEST` rows of each of several stories."""
    nth = func.row_number().over(partition_by=table.c.story_id, order_by=table.c.id).label("nth")
    found = select(*columns, nth).select_from(beside).where(table.c.story_id.in_(_THESE)).subquery()
    return select(found).where(found.c.nth <= LARGEST).order_by(found.c.story_id, found.c.nth)


# Made once: making a statement costs more than running it.
_SOURCES = _first([articles.c.story_id, *SOURCE_COLUMNS], articles, articles.join(feeds))
_CLAIMS = _first(list(claims.columns), claims, claims)
_ALERTS = (
    select(alerts, articles.c.published_at, articles.c.first_seen_at)
    .join_from(alerts, articles, alerts.c.article_id == articles.c.id)
    .where(alerts.c.story_id.in_(_THESE), alerts.c.merged_into_id.is_(None))
    .order_by(alerts.c.id)
)
_CONFIRMATIONS = select(stories.c.id, stories.c.confirmation).where(stories.c.id.in_(_THESE))
_WHOLE = func.coalesce(alerts.c.merged_into_id, alerts.c.id)
_TOLD = (
    select(
        alert_updates.c.reason,
        alert_updates.c.stance,
        alert_updates.c.article_id,
        alert_updates.c.at,
        articles.c.family,
        _WHOLE.label("whole"),
    )
    .join_from(alert_updates, articles, articles.c.id == alert_updates.c.article_id)
    .join(alerts, alerts.c.id == alert_updates.c.alert_id)
    .where(or_(alerts.c.id.in_(_THESE), alerts.c.merged_into_id.in_(_THESE)))
    .order_by(alert_updates.c.at, alert_updates.c.alert_id, alert_updates.c.revision)
)
_SPOKE = select(alert_articles.c.alert_id, alert_articles.c.article_id, alert_articles.c.article_revision).where(
    alert_articles.c.alert_id.in_(_THESE)
)


def _alerts(connection: Connection, story_ids: Sequence[int]) -> Iterator[tuple[Any, KnownAlert]]:
    """The alerts of stories that are not part of another one, with their rows."""
    rows = connection.execute(_ALERTS, {"ids": story_ids}).all()
    if not rows:
        return
    alert_ids = [row.id for row in rows]
    told: dict[int, list[Told]] = {}
    for row in connection.execute(_TOLD, {"ids": alert_ids}):
        one = Told(UpdateReason(row.reason), Stance(row.stance), row.article_id, row.family, row.at)
        told.setdefault(row.whole, []).append(one)
    spoke: dict[int, dict[int, int]] = {}
    for voice in connection.execute(_SPOKE, {"ids": alert_ids}):
        spoke.setdefault(voice.alert_id, {})[voice.article_id] = voice.article_revision
    for row in rows:
        yield row, _known(row, told.get(row.id, ()), spoke.get(row.id, {}))


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
