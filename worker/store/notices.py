"""Notices: what Trucewire has to say of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, bindparam, select, update

from worker.database import reading
from worker.database.rows import insert_new
from worker.model import NotificationPlan, Severity
from worker.model.delivery import Notice, Purpose
from worker.tables import notices, notifications

# Made once: making a statement costs more than running it.
_UNROUTED = select(notices).where(notices.c.routed_at.is_(None)).order_by(notices.c.id).limit(bindparam("limit"))


class NoticeStore:
    """Writes of notices. One of a kind and subject is open at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def raise_notice(
        self,
        kind: str,
        subject: str,
        severity: Severity,
        title: str,
        text: str,
        now: datetime,
        facts: Mapping[str, Any] | None = None,
    ) -> int | None:
        """Have something told that is no news; its id, None where one of this kind and subject is open already.

        Args:
            kind: a word such as `source_quiet`.
            subject: what it is about, such as a feed's address.
            severity: which channels learn of it.
            title: one line.
            text: what to know and what to do, as plain text.
            now: the time.
            facts: what `render.notice_words` says the same by in another language; None: it stays in its own.
        """
        row = {
            "kind": str(kind),
            "subject": subject,
            "severity": str(severity),
            "title": title,
            "text": text,
            "facts": dict(facts or {}),
            "raised_at": now,
        }
        with self._engine.begin() as connection:
            added = insert_new(connection, notices).returning(notices.c.id)
            return connection.execute(added, row).scalar_one_or_none()

    def close_notice(self, kind: str, subject: str, now: datetime) -> bool:
        """It is over, so the next one of its kind and subject is news again; False where none was open."""
        statement = (
            update(notices)
            .where(notices.c.kind == str(kind), notices.c.subject == subject, notices.c.closed_at.is_(None))
            .values(closed_at=now)
        )
        with self._engine.begin() as connection:
            return connection.execute(statement).rowcount == 1

    def open_notices(self) -> list[Notice]:
        """Those that are not over, oldest first."""
        statement = select(notices).where(notices.c.closed_at.is_(None)).order_by(notices.c.id)
        with reading(self._engine) as connection:
            return [notice_of(row) for row in connection.execute(statement)]

    def unrouted(self, limit: int) -> list[Notice]:
        """Notices that nobody has been told of, oldest first."""
        with reading(self._engine) as connection:
            return [notice_of(row) for row in connection.execute(_UNROUTED, {"limit": limit})]

    def apply_routes(self, notice: Notice, plans: Sequence[NotificationPlan], now: datetime) -> None:
        """Write the notifications of a notice, and that it is routed."""
        rows = [
            {
                "notice_id": notice.notice_id,
                "purpose": str(Purpose.NOTICE),
                "channel": plan.channel,
                "key": plan.key,
                "status": "suppressed" if plan.suppressed else "pending",
                "reason": plan.suppressed,
                "route": plan.route,
                "severity_rank": plan.severity_rank,
                "created_at": now,
                "next_attempt_at": now,
            }
            for plan in plans
        ]
        done = update(notices).where(notices.c.id == notice.notice_id).values(routed_at=now)
        with self._engine.begin() as connection:
            if rows:
                connection.execute(insert_new(connection, notifications), rows)
            connection.execute(done)


def notice_of(row: Any) -> Notice:
    """A row of `notices` as a notice."""
    return Notice(
        notice_id=row.id,
        kind=row.kind,
        subject=row.subject,
        severity=Severity(row.severity),
        title=row.title,
        text=row.text,
        raised_at=row.raised_at,
        closed_at=row.closed_at,
        facts=row.facts,
    )
