"""Subscriptions at WebSub hubs: offered, claimed, verified, pushed to."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, case, or_, select, update
from sqlalchemy.engine import Connection

from worker.database import reading
from worker.database.rows import chunks, upsert
from worker.model.subscriptions import HubOffer, Subscription, SubscriptionState
from worker.tables import feeds, subscriptions

# A hub that pushes without end has a feed polled no more often than this.
BETWEEN_PUSHED_POLLS = timedelta(seconds=30)
# A push that no poll has followed after so long is left to the safety poll.
PUSH_HOLDS_FOR = timedelta(hours=1)

_OVER = (SubscriptionState.ENDING, SubscriptionState.ENDED)
_COLUMNS = (*subscriptions.c, feeds.c.url.label("feed_url"), feeds.c.last_new_at.label("feed_last_new_at"))


class SubscriptionStore:
    """Writes and claims of subscriptions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of_feeds(self, feed_ids: Iterable[int]) -> dict[int, Subscription]:
        """The subscriptions of these feeds, by feed id."""
        found: dict[int, Subscription] = {}
        with reading(self._engine) as connection:
            for part in chunks(list(feed_ids)):
                found |= {one.feed_id: one for one in _loaded(connection, subscriptions.c.feed_id.in_(part))}
        return found

    def of_token(self, token: str) -> Subscription | None:
        """The subscription whose callback ends in `token`."""
        with reading(self._engine) as connection:
            return next(iter(_loaded(connection, subscriptions.c.token == token)), None)

    def offer(self, offers: Sequence[HubOffer], now: datetime) -> None:
        """Want these subscriptions, each with a token and a secret of its own, in place of the feeds' former ones."""
        rows = [_new_row(one, now) for one in offers]
        changing = [name for name in rows[0] if name != "feed_id"] if rows else []
        with self._engine.begin() as connection:
            if rows:
                connection.execute(upsert(connection, subscriptions, "feed_id", changing), rows)

    def settle(self, public_url: str, now: datetime) -> list[int]:
        """Bring subscriptions in line with their feeds and with the address that hubs are given; make pushed feeds due.

        Returns:
            The feeds that a push asked to be polled, and that no poll has been begun for since.
        """
        of_unwatched = subscriptions.c.feed_id.in_(select(feeds.c.id).where(~feeds.c.enabled))
        elsewhere = and_(subscriptions.c.callback_base != public_url, subscriptions.c.next_attempt_at > now)
        pushed = select(subscriptions.c.feed_id).where(
            subscriptions.c.feed_id == feeds.c.id,
            subscriptions.c.last_push_at > now - PUSH_HOLDS_FOR,
            subscriptions.c.last_push_at > feeds.c.last_polled_at,
        )
        change = update(subscriptions).where(subscriptions.c.state.not_in(_OVER))
        with self._engine.begin() as connection:
            connection.execute(change.where(of_unwatched).values(state=SubscriptionState.ENDING, next_attempt_at=now))
            connection.execute(change.where(elsewhere).values(failures=0, next_attempt_at=now))
            return _make_due(connection, pushed.exists(), now)

    def lease(self, limit: int, now: datetime, until: datetime) -> list[Subscription]:
        """Claim the subscriptions that are due, for as long as `until`."""
        is_due = and_(
            subscriptions.c.state != SubscriptionState.ENDED,
            subscriptions.c.next_attempt_at <= now,
        )
        due = select(subscriptions.c.id).where(is_due).order_by(subscriptions.c.next_attempt_at).limit(limit)
        claim = update(subscriptions).where(is_due, subscriptions.c.id.in_(due)).values(next_attempt_at=until)
        with self._engine.begin() as connection:
            ids = connection.scalars(claim.returning(subscriptions.c.id)).all()
            return _loaded(connection, subscriptions.c.id.in_(ids))

    def record_request(self, subscription_id: int, public_url: str, now: datetime, next_attempt_at: datetime) -> None:
        """The hub is about to be asked. Written before it is: some verify while they are asked.

        Counts as a failure until the hub has verified.
        """
        active = and_(subscriptions.c.state == SubscriptionState.ACTIVE, subscriptions.c.lease_until > now)
        values = {
            "state": case((active, SubscriptionState.ACTIVE.value), else_=SubscriptionState.REQUESTED.value),
            "callback_base": public_url,
            "requested_at": now,
            "failures": subscriptions.c.failures + 1,
            "next_attempt_at": next_attempt_at,
        }
        self._change(subscription_id, values)

    def record_failure(
        self, subscription_id: int, error: str, next_attempt_at: datetime, *, refused: bool = False
    ) -> None:
        """The request came to nothing. An active subscription stays one until its lease ends."""
        unverified = subscriptions.c.state.not_in([SubscriptionState.ACTIVE, *_OVER])
        refusal = case((unverified, SubscriptionState.REFUSED.value), else_=subscriptions.c.state)
        state = {"state": refusal} if refused else {}
        self._change(subscription_id, {"error": error, "next_attempt_at": next_attempt_at, **state})

    def record_verification(
        self, subscription_id: int, now: datetime, lease_until: datetime, renewal_at: datetime
    ) -> None:
        """The hub has verified that we asked."""
        active = subscriptions.c.state == SubscriptionState.ACTIVE
        values = {
            "state": SubscriptionState.ACTIVE,
            "verified_at": case((active, subscriptions.c.verified_at), else_=now),
            "lease_until": lease_until,
            "next_attempt_at": renewal_at,
            "failures": 0,
            "error": None,
        }
        self._change(subscription_id, values)

    def record_denial(self, subscription_id: int, reason: str, next_attempt_at: datetime) -> None:
        """The hub says that it does not, or no longer, serve the subscription."""
        values = {"state": SubscriptionState.REFUSED, "error": reason, "next_attempt_at": next_attempt_at}
        self._change(subscription_id, values)

    def record_silence(self, subscription_id: int, reason: str, next_attempt_at: datetime) -> None:
        """The hub accepted, and never pushed: its lease is left to end."""
        values = {"state": SubscriptionState.SILENT, "error": reason, "next_attempt_at": next_attempt_at}
        self._change(subscription_id, values)

    def record_push(self, subscription_id: int, now: datetime) -> list[int]:
        """A signed push has arrived: its feed is due at once.

        Returns:
            The feed, where it is made due. It is not while it is being polled or was a moment ago, which `settle` makes
            up for, nor while it fails: a push undoes no back-off and no Retry-After.
        """
        silent = subscriptions.c.state == SubscriptionState.SILENT
        statement = (
            update(subscriptions)
            .where(subscriptions.c.id == subscription_id)
            .values(
                last_push_at=now,
                pushes=subscriptions.c.pushes + 1,
                # One that speaks again is renewed like any other.
                state=case((silent, SubscriptionState.ACTIVE.value), else_=subscriptions.c.state),
                next_attempt_at=case((silent, now), else_=subscriptions.c.next_attempt_at),
            )
            .returning(subscriptions.c.feed_id)
        )
        with self._engine.begin() as connection:
            feed_id = connection.scalars(statement).one_or_none()
            return _make_due(connection, feeds.c.id == feed_id, now)

    def end(self, subscription_id: int) -> None:
        """The hub has been told that its pushes are wanted no longer."""
        self._change(subscription_id, {"state": SubscriptionState.ENDED})

    def _change(self, subscription_id: int, values: dict[str, Any]) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(subscriptions).where(subscriptions.c.id == subscription_id).values(values))


def _make_due(connection: Connection, condition: ColumnElement[bool], now: datetime) -> list[int]:
    statement = (
        update(feeds)
        .where(
            condition,
            feeds.c.enabled,
            feeds.c.failures == 0,
            feeds.c.next_poll_at > now,
            or_(feeds.c.last_polled_at.is_(None), feeds.c.last_polled_at <= now - BETWEEN_PUSHED_POLLS),
            or_(feeds.c.lease_until.is_(None), feeds.c.lease_until <= now),
        )
        .values(next_poll_at=now, schedule_reason="pushed by its hub")
    )
    return list(connection.scalars(statement.returning(feeds.c.id)))


def _new_row(offer: HubOffer, now: datetime) -> dict[str, Any]:
    return {
        "feed_id": offer.feed_id,
        "hub_url": offer.hub_url,
        "topic": offer.topic,
        "token": secrets.token_urlsafe(32),
        "secret": secrets.token_urlsafe(32),
        "state": SubscriptionState.WANTED,
        "callback_base": None,
        "next_attempt_at": now,
        "requested_at": None,
        "verified_at": None,
        "lease_until": None,
        "last_push_at": None,
        "pushes": 0,
        "failures": 0,
        "error": None,
    }


def _loaded(connection: Connection, condition: ColumnElement[bool]) -> list[Subscription]:
    statement = select(*_COLUMNS).join_from(subscriptions, feeds).where(condition).order_by(subscriptions.c.id)
    return [
        Subscription(
            subscription_id=row.id,
            feed_id=row.feed_id,
            feed_url=row.feed_url,
            hub_url=row.hub_url,
            topic=row.topic,
            token=row.token,
            secret=row.secret,
            state=SubscriptionState(row.state),
            next_attempt_at=row.next_attempt_at,
            requested_at=row.requested_at,
            verified_at=row.verified_at,
            lease_until=row.lease_until,
            last_push_at=row.last_push_at,
            pushes=row.pushes,
            failures=row.failures,
            feed_last_new_at=row.feed_last_new_at,
        )
        for row in connection.execute(statement)
    ]
