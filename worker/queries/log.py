"""The questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, func, select
from sqlalchemy.engine import Connection

from worker.database import reading
from worker.database.captures import capture_of
from worker.database.rows import ARTICLE_COLUMNS, families_of, stored_article
from worker.model import Capture, StoredArticle
from worker.queries.delivery import DeliveryQueries
from worker.queries.filters import ALERT_LIST, ARTICLE_LIST, FULL_ARTICLE, AlertFilter, ArticleFilter, Health, Row
from worker.queries.search import article_page, article_statement
from worker.queries.sources import SourceQueries
from worker.queries.whole import whole
from worker.tables import (
    alert_articles,
    alert_updates,
    alerts,
    articles,
    channels,
    feedback,
    feeds,
    heartbeats,
    matches,
    notifications,
    polls,
    revisions,
    silences,
    subscriptions,
)


class Queries:
    """The questions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.sources = SourceQueries(engine)
        self.delivery = DeliveryQueries(engine)

    def articles(self, wanted: ArticleFilter, limit: int = 50, before_id: int | None = None) -> list[Row]:
        """Articles under a filter, newest first; with `before_id`, those that came before that one.

        Raises:
            ValueError: a search with no word to look for.
        """
        with reading(self._engine) as connection:
            found = article_page(connection, wanted, ARTICLE_LIST, limit, before_id)
            concepts = _concepts(connection, [row["id"] for row in found])
        return [row | {"concepts": concepts.get(row["id"], [])} for row in found]

    def export_articles(self, wanted: ArticleFilter, at_once: int = 500) -> Iterator[Row]:
        """All articles under a filter with their full text, oldest first, read piece by piece.

        Raises:
            ValueError: a search with no word to look for; before anything is read.
        """
        return whole(self._engine, wanted, at_once)

    def count_articles(self, wanted: ArticleFilter) -> int:
        """How many articles a filter lets through."""
        with reading(self._engine) as connection:
            found = article_statement(connection, wanted, (articles.c.id,)).order_by(None).subquery()
            counted = select(func.count()).select_from(found)
            return int(connection.scalar(counted) or 0)

    def article(self, article_id: int) -> Row | None:
        """One article whole: text, judgement, matches, earlier revisions, the alerts it belongs to."""
        with reading(self._engine) as connection:
            found = _rows(connection, select(*FULL_ARTICLE).where(articles.c.id == article_id))
            if not found:
                return None
            of_article = matches.c.article_id == article_id
            now = select(matches).where(of_article, matches.c.revision == found[0]["revision"]).order_by(matches.c.id)
            earlier = select(revisions).where(revisions.c.article_id == article_id).order_by(revisions.c.number)
            voices = select(alert_articles.c.alert_id).where(alert_articles.c.article_id == article_id)
            return found[0] | {
                "feed": connection.scalar(select(feeds.c.name).where(feeds.c.id == found[0]["feed_id"])),
                "matches": _rows(connection, now),
                "revisions": _rows(connection, earlier),
                "alert_ids": sorted(connection.scalars(voices)),
            }

    def with_texts(self, article_ids: Sequence[int]) -> list[Row]:
        """Articles with their texts and the `matches` of their present revision, in the order of their ids."""
        statement = select(*FULL_ARTICLE).where(articles.c.id.in_(article_ids)).order_by(articles.c.id)
        said = select(matches).join_from(matches, articles).where(matches.c.article_id.in_(article_ids))
        said = said.where(matches.c.revision == articles.c.revision).order_by(matches.c.id)
        with reading(self._engine) as connection:
            found = {row["id"]: row | {"matches": []} for row in _rows(connection, statement)}
            for match in _rows(connection, said):
                found[match["article_id"]]["matches"].append(match)
        return list(found.values())

    def capture(self, article_id: int) -> Capture | None:
        """The document that brought the article's present revision, as it was fetched; None where none is kept."""
        with reading(self._engine) as connection:
            capture_id = connection.scalar(select(articles.c.capture_id).where(articles.c.id == article_id))
            return capture_of(connection, capture_id)

    def page_capture(self, article_id: int) -> Capture | None:
        """The article's own page, as it was fetched; None where none is kept."""
        with reading(self._engine) as connection:
            capture_id = connection.scalar(select(articles.c.page_capture_id).where(articles.c.id == article_id))
            return capture_of(connection, capture_id)

    def alerts(self, wanted: AlertFilter, limit: int = 50, before_id: int | None = None) -> list[Row]:
        """Alerts under a filter, newest first, each with the families that report it; as in `articles`."""
        statement = self._alerts(wanted).order_by(alerts.c.id.desc()).limit(limit)
        if before_id is not None:
            statement = statement.where(alerts.c.id < before_id)
        with reading(self._engine) as connection:
            return _with_families(connection, _rows(connection, statement))

    def alert(self, alert_id: int) -> Row | None:
        """One alert whole: the articles behind it, and what became of its notifications."""
        with reading(self._engine) as connection:
            found = _rows(connection, self._alerts(AlertFilter()).where(alerts.c.id == alert_id))
            if not found:
                return None
            behind = (
                select(*ARTICLE_LIST)
                .join_from(alert_articles, articles)
                .where(alert_articles.c.alert_id == alert_id)
                .order_by(alert_articles.c.added_at, articles.c.id)
            )
            told = select(alert_updates).where(alert_updates.c.alert_id == alert_id).order_by(alert_updates.c.revision)
            sent = select(notifications).where(notifications.c.alert_id == alert_id).order_by(notifications.c.id)
            judgement = connection.scalar(select(articles.c.judgement).where(articles.c.id == found[0]["article_id"]))
            return _with_families(connection, found)[0] | {
                "articles": _rows(connection, behind),
                "updates": _rows(connection, told),
                "notifications": _rows(connection, sent),
                "judgement": judgement,
            }

    def feedback(self) -> list[Row]:
        """Every verdict on an alert with the article it was raised on, oldest first: labelled data."""
        statement = (
            select(
                feedback.c.id,
                alerts.c.rule_id.label("rule"),
                feedback.c.verdict,
                feedback.c.reason,
                feedback.c.at,
                alerts.c.id.label("alert_id"),
                alerts.c.stance,
                articles.c.title,
                articles.c.summary,
                articles.c.text,
                articles.c.language.label("lang"),
                articles.c.publisher.label("source"),
                articles.c.published_at,
                articles.c.url,
            )
            .join_from(feedback, alerts)
            .join(articles, articles.c.id == alerts.c.article_id)
            .order_by(feedback.c.id)
        )
        with reading(self._engine) as connection:
            return _rows(connection, statement)

    def judged_articles(self, since: datetime, at_once: int = 1000) -> Iterator[tuple[StoredArticle, Row]]:
        """Every judged article first seen since then, with the judgement that is stored on it, oldest first."""
        last_id = 0
        while True:
            statement = (
                select(*ARTICLE_COLUMNS, articles.c.judgement)
                .where(articles.c.id > last_id, articles.c.first_seen_at >= since, articles.c.matched_at.is_not(None))
                .order_by(articles.c.id)
                .limit(at_once)
            )
            with reading(self._engine) as connection:
                rows = connection.execute(statement).all()
            yield from ((stored_article(row), row.judgement) for row in rows)
            if len(rows) < at_once:
                return
            last_id = rows[-1].id

    def feeds(
        self, *, failing: bool = False, language: str = "", country: str = "", feed_id: int | None = None
    ) -> list[Row]:
        """Feeds with their state, the number of their articles and their WebSub hub's state, by country and name."""
        counted = select(func.count()).where(articles.c.feed_id == feeds.c.id).scalar_subquery().label("articles")
        hub = (
            subscriptions.c.hub_url,
            subscriptions.c.state.label("hub_state"),
            subscriptions.c.pushes.label("hub_pushes"),
            subscriptions.c.last_push_at.label("hub_pushed_at"),
            subscriptions.c.error.label("hub_error"),
        )
        statement = (
            select(*feeds.c, counted, *hub)
            .join_from(feeds, subscriptions, isouter=True)
            .order_by(feeds.c.country, feeds.c.name, feeds.c.id)
        )
        if failing:
            statement = statement.where(feeds.c.failures > 0)
        if country:
            statement = statement.where(feeds.c.country == country)
        if feed_id is not None:
            statement = statement.where(feeds.c.id == feed_id)
        with reading(self._engine) as connection:
            found = _rows(connection, statement)
        return [row for row in found if not language or language in row["languages"]]

    def polls(
        self,
        *,
        feed_id: int | None = None,
        outcome: str = "",
        since: datetime | None = None,
        limit: int = 50,
        before_id: int | None = None,
    ) -> list[Row]:
        """Polls, newest first; as in `articles`."""
        statement = select(*polls.c, feeds.c.name, feeds.c.url).join_from(polls, feeds).order_by(polls.c.id.desc())
        if feed_id is not None:
            statement = statement.where(polls.c.feed_id == feed_id)
        if outcome:
            statement = statement.where(polls.c.outcome == outcome)
        if since:
            statement = statement.where(polls.c.started_at >= since)
        if before_id is not None:
            statement = statement.where(polls.c.id < before_id)
        with reading(self._engine) as connection:
            return _rows(connection, statement.limit(limit))

    def notifications(
        self,
        *,
        status: str = "",
        channel: str = "",
        alert_id: int | None = None,
        limit: int = 50,
        before_id: int | None = None,
    ) -> list[Row]:
        """Notifications, newest first; as in `articles`."""
        statement = (
            select(*notifications.c, alerts.c.rule_id, alerts.c.severity)
            .join_from(notifications, alerts, isouter=True)  # a notice's have no alert
            .order_by(notifications.c.id.desc())
        )
        if status:
            statement = statement.where(notifications.c.status == status)
        if channel:
            statement = statement.where(notifications.c.channel == channel)
        if alert_id is not None:
            statement = statement.where(notifications.c.alert_id == alert_id)
        if before_id is not None:
            statement = statement.where(notifications.c.id < before_id)
        with reading(self._engine) as connection:
            return _rows(connection, statement.limit(limit))

    def silences(self) -> list[Row]:
        """All silences, newest first, ended ones included."""
        with reading(self._engine) as connection:
            return _rows(connection, select(silences).order_by(silences.c.id.desc()))

    def disabled_channels(self) -> list[Row]:
        """Channels that a permanent error has disabled."""
        with reading(self._engine) as connection:
            return _rows(connection, select(channels).where(channels.c.disabled_at.is_not(None)))

    def counts(self) -> dict[str, int]:
        """How many articles, alerts, and feeds by their last outcome ("never" before the first poll)."""
        by_outcome = select(feeds.c.last_outcome, func.count().label("n")).where(feeds.c.enabled)
        with reading(self._engine) as connection:
            counted = {
                "articles": int(connection.scalar(select(func.count()).select_from(articles)) or 0),
                "alerts": int(connection.scalar(select(func.count()).select_from(alerts)) or 0),
            }
            for row in connection.execute(by_outcome.group_by(feeds.c.last_outcome)):
                counted[f"feeds_{row.last_outcome or 'never'}"] = row.n
            return counted

    def health(self, now: datetime) -> Health:
        """What waits longest at each stage, and when each queue's canary was last seen."""
        with reading(self._engine) as connection:
            beats = connection.execute(select(heartbeats)).all()
            return Health(
                overdue_since=connection.scalar(
                    select(func.min(feeds.c.next_poll_at)).where(feeds.c.enabled, feeds.c.next_poll_at <= now)
                ),
                unmatched_since=connection.scalar(
                    select(func.min(func.coalesce(articles.c.revised_at, articles.c.first_seen_at))).where(
                        articles.c.matched_at.is_(None)
                    )
                ),
                unsent_since=connection.scalar(
                    select(func.min(notifications.c.next_attempt_at)).where(
                        notifications.c.status == "pending", notifications.c.next_attempt_at <= now
                    )
                ),
                heartbeats={row.queue: row.at for row in beats},
            )

    def _alerts(self, wanted: AlertFilter) -> Select[Any]:
        statement = select(*ALERT_LIST).join_from(alerts, articles)
        equals = {
            alerts.c.rule_id: wanted.rule,
            alerts.c.severity: wanted.severity,
            alerts.c.stance: wanted.stance,
            alerts.c.story_id: wanted.story_id,
        }
        for column, value in equals.items():
            statement = statement.where(column == value) if value else statement
        if wanted.open is not None:
            closed = alerts.c.closed_at.is_not(None)
            statement = statement.where(~closed if wanted.open else closed)
        if wanted.since:
            statement = statement.where(alerts.c.raised_at >= wanted.since)
        if wanted.until:
            statement = statement.where(alerts.c.raised_at < wanted.until)
        return statement


def _rows(connection: Connection, statement: Select[Any]) -> list[Row]:
    return [dict(row) for row in connection.execute(statement).mappings()]


def _concepts(connection: Connection, article_ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    statement = (
        select(matches.c.article_id, matches.c.concept, matches.c.stance)
        .join_from(matches, articles)
        .where(matches.c.article_id.in_(article_ids), matches.c.revision == articles.c.revision)
        .order_by(matches.c.id)
    )
    for row in connection.execute(statement):
        name = f"{row.concept}:{row.stance}"
        if name not in found.setdefault(row.article_id, []):
            found[row.article_id].append(name)
    return found


def _with_families(connection: Connection, found: list[Row]) -> list[Row]:
    families = families_of(connection, [row["id"] for row in found])
    return [row | {"families": list(families.get(row["id"], ()))} for row in found]
