"""Alerts as they stood when they were told: each revision kept as it is made, and read again to be sent.

A message that is tried again tomorrow says what it said today, under the same key, whatever has become of the alert.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.engine import Connection

from worker.claims import says
from worker.database.rows import alert_of, alerts_where, articles_of, load_alerts
from worker.model import Alert, Stance, StoredArticle
from worker.tables import UtcDateTime, alert_articles, alert_updates, alerts, articles, revisions

_THESE: BindParameter[int] = bindparam("ids", expanding=True)
# Column of a revision → column of its alert.
_KEPT = {
    "revision": "revision",
    "reason": "reason",
    "detail": "detail",
    "severity": "severity",
    "stance": "stance",
    "quoted_id": "article_id",
    "match": "match",
    "places": "places",
    "why": "why",
    "confirmation": "confirmation",
    "independent": "independent",
}
_KEEP = alert_updates.insert().from_select(
    ["alert_id", *_KEPT, "quoted_revision", "article_id", "at"],
    select(
        alerts.c.id,
        *(alerts.c[name] for name in _KEPT.values()),
        select(articles.c.revision).where(articles.c.id == alerts.c.article_id).scalar_subquery(),
        bindparam("by_article", type_=alert_updates.c.article_id.type),
        bindparam("at", type_=UtcDateTime),
    ).where(alerts.c.id == bindparam("alert")),
)
_AS_TOLD = (
    select(
        *(column for column in alerts.c if column.name not in {*_KEPT.values(), "updated_at"}),
        *(alert_updates.c[kept].label(name) for kept, name in _KEPT.items()),
        alert_updates.c.at.label("updated_at"),
        alert_updates.c.quoted_revision,
        revisions.c.title.label("quoted_title"),
    )
    .join_from(alerts, alert_updates)
    # Only where the article has been revised since.
    .outerjoin(
        revisions,
        (revisions.c.article_id == alert_updates.c.quoted_id) & (revisions.c.number == alert_updates.c.quoted_revision),
    )
    .where(alerts.c.id.in_(_THESE), alert_updates.c.quoted_id.is_not(None))
)
_FAMILIES = (
    select(
        alert_updates.c.alert_id,
        alert_updates.c.revision,
        alert_updates.c.stance.label("told"),
        alert_articles.c.stance,
        articles.c.family,
    )
    .join_from(alert_updates, alert_articles, alert_articles.c.alert_id == alert_updates.c.alert_id)
    .join(articles, articles.c.id == alert_articles.c.article_id)
    .where(alert_updates.c.alert_id.in_(_THESE), alert_articles.c.added_at <= alert_updates.c.at)
    .order_by(alert_articles.c.added_at, alert_articles.c.article_id)
)
_AS_THEY_STAND = alerts_where(alerts.c.id.in_(_THESE))


def keep_revision(connection: Connection, alert_id: int, article_id: int, now: datetime) -> None:
    """Keep what an alert says now as its revision, which `article_id` has made."""
    connection.execute(_KEEP, {"alert": alert_id, "by_article": article_id, "at": now})


def alerts_as_told(connection: Connection, revisions: Mapping[int, int]) -> list[Alert]:
    """Alerts as they stood at a revision; as they stand where that was not kept.

    Args:
        connection: to the database.
        revisions: by alert id.
    """
    ids = list(revisions)
    if not ids:
        return []
    rows = [row for row in connection.execute(_AS_TOLD, {"ids": ids}) if row.revision == revisions[row.id]]
    quoted = articles_of(connection, [row.article_id for row in rows])
    families = _families(connection, revisions)
    told = [alert_of(row, _as_quoted(quoted[row.article_id], row), families.get(row.id, ())) for row in rows]
    missing = list(revisions.keys() - {one.alert_id for one in told})
    return told + (load_alerts(connection, _AS_THEY_STAND, {"ids": missing, "limit": len(missing)}) if missing else [])


def _as_quoted(stored: StoredArticle, row: Any) -> StoredArticle:
    """An article under the headline that it had when the alert's revision was made."""
    if row.quoted_title is None:
        return stored
    return replace(stored, revision=row.quoted_revision, article=replace(stored.article, title=row.quoted_title))


def _families(connection: Connection, revisions: Mapping[int, int]) -> dict[int, tuple[str, ...]]:
    """The publisher families that had reported what each alert said, in the order they did."""
    found: dict[int, dict[str, None]] = {}
    for row in connection.execute(_FAMILIES, {"ids": list(revisions)}):
        if row.revision == revisions[row.alert_id] and says(Stance(row.stance)) == says(Stance(row.told)):
            found.setdefault(row.alert_id, {})[row.family] = None
    return {alert_id: tuple(families) for alert_id, families in found.items()}
