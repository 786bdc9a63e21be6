"""Two stories that turn out to be one: articles, claims and alerts move; nothing is lost, and nobody told twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, or_, select, update
from sqlalchemy.engine import Connection

from worker.claims import says
from worker.database.rows import insert_new
from worker.database.told import keep_revision
from worker.model import Severity, Stance, UpdateReason
from worker.store.filed import refile_stories
from worker.tables import UtcDateTime, alert_articles, alerts, articles, claims, notifications, stories

# Made once: making a statement costs more than running it.
_GONE: Any = bindparam("gone", expanding=True)
_INTO: BindParameter[int] = bindparam("into")
_MOVED = [update(table).where(table.c.story_id.in_(_GONE)).values(story_id=_INTO) for table in (articles, claims)]
_MERGED = (
    update(stories)
    .where(or_(stories.c.id.in_(_GONE), stories.c.merged_into_id.in_(_GONE)))
    .values(merged_into_id=_INTO, closed_at=bindparam("now", type_=UtcDateTime))
)
_FIRST_OPENED = select(func.min(stories.c.opened_at)).where(
    or_(stories.c.id == _INTO, stories.c.merged_into_id == _INTO)
)
_OLDEST = update(stories).where(stories.c.id == _INTO).values(opened_at=_FIRST_OPENED.scalar_subquery())


def merge_stories(connection: Connection, merged: Sequence[int], into: int, now: datetime) -> None:
    """Let `merged` be part of the story `into`, with all their articles, claims and alerts."""
    gone = sorted(set(merged) - {into})
    refile_stories(connection, gone, into)
    for moved in _MOVED:
        connection.execute(moved, {"gone": gone, "into": into})
    connection.execute(_MERGED, {"gone": gone, "into": into, "now": now})
    connection.execute(_OLDEST, {"into": into})
    _merge_alerts(connection, gone, into, now)


def _merge_alerts(connection: Connection, gone: Sequence[int], into: int, now: datetime) -> None:
    """Move the alerts of merged stories; of two by one rule the later becomes part of the earlier, and is closed."""
    standing = alerts.c.merged_into_id.is_(None)
    of_all = select(alerts).where(alerts.c.story_id.in_([*gone, into]), standing)
    by_rule: dict[str, list[Any]] = {}
    for row in connection.execute(of_all.order_by(alerts.c.raised_at, alerts.c.id)):
        by_rule.setdefault(row.rule_id, []).append(row)
    for first, *later in by_rule.values():
        for one in later:
            _join(connection, first, one, now)
        if later:
            _take_over(connection, first, later, now)
    connection.execute(update(alerts).where(alerts.c.story_id.in_(gone)).values(story_id=into))


def _join(connection: Connection, first: Any, later: Any, now: datetime) -> None:
    """Close an alert as part of an earlier one. What still waits to be sent of it says nothing new."""
    reason = f"part of alert {first.id}: both report one event"
    values = {
        "merged_into_id": first.id,
        "closed_at": now,
        "closed_reason": reason,
        "routed_revision": alerts.c.revision,
    }
    part = (alerts.c.id == later.id) | (alerts.c.merged_into_id == later.id)
    connection.execute(update(alerts).where(part).values(values))
    waiting = (notifications.c.alert_id == later.id) & (notifications.c.status == "pending")
    connection.execute(update(notifications).where(waiting).values(status="suppressed", reason=reason))
    voices = select(alert_articles).where(alert_articles.c.alert_id == later.id)
    rows = [dict(row) | {"alert_id": first.id} for row in connection.execute(voices).mappings()]
    if rows:
        connection.execute(insert_new(connection, alert_articles), rows)


def _take_over(connection: Connection, first: Any, later: Sequence[Any], now: datetime) -> None:
    """Let the earlier alert say what the later ones knew beyond it. It is told anew only where nobody was told yet."""
    times = {
        row.id: row.published_at or row.first_seen_at
        for row in connection.execute(
            select(articles.c.id, articles.c.published_at, articles.c.first_seen_at).where(
                articles.c.id.in_([row.article_id for row in (first, *later)])
            )
        )
    }
    newest = max((first, *later), key=lambda row: (times[row.article_id], row.id))
    severity = max((row.severity for row in (first, *later)), key=_rank)
    numbers: dict[str, int] = {}
    for row in (first, *later):
        numbers |= {kind: max(number, numbers.get(kind, 0)) for kind, number in (row.numbers or {}).items()}
    values: dict[str, Any] = {"severity": severity, "numbers": numbers}
    if says(Stance(newest.stance)) != says(Stance(first.stance)):
        values |= {name: getattr(newest, name) for name in ("article_id", "stance", "match", "places")}
        if newest.routed_revision == 0:
            values |= _newly_told(first, newest, now)
    connection.execute(update(alerts).where(alerts.c.id == first.id).values(values))
    if "revision" in values:
        keep_revision(connection, first.id, newest.article_id, now)


def _newly_told(first: Any, newest: Any, now: datetime) -> Mapping[str, Any]:
    words = f"{newest.stance.replace('_', ' ')}, after {first.stance.replace('_', ' ')} was reported"
    return {
        "revision": first.revision + 1,
        "reason": str(UpdateReason.TURNED),
        "detail": words,
        "updated_at": now,
    }


def _rank(severity: str) -> int:
    return Severity(severity).rank
