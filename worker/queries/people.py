"""Questions about people: users, tokens, what they did. Digests of passwords and tokens never leave the store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select

from worker.database import reading
from worker.queries.filters import Row
from worker.tables import audit, tokens, users

MOST_CHOICES = 200


def user_list(engine: Engine) -> list[Row]:
    """Users by name."""
    statement = select(users.c.name, users.c.role, users.c.created_at, users.c.last_login_at).order_by(users.c.name)
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(statement).mappings()]


def token_list(engine: Engine) -> list[Row]:
    """Tokens by name, those that are no longer valid included."""
    shown = (column for column in tokens.c if column.name != "sha256")
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(select(*shown).order_by(tokens.c.name)).mappings()]


def audit_log(
    engine: Engine,
    *,
    who: str = "",
    action: str = "",
    subject: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> list[Row]:
    """Lines of the audit log, newest first."""
    statement = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if who:
        statement = statement.where(audit.c.who == who)
    if action:
        # `alert` stands for all that is done to alerts.
        statement = statement.where(
            (audit.c.action == action) | audit.c.action.startswith(f"{action}.", autoescape=True)
        )
    if subject:
        statement = statement.where(audit.c.subject == subject)
    if until:
        statement = statement.where(audit.c.at < until)
    if since:
        statement = statement.where(audit.c.at >= since)
    if before_id is not None:
        statement = statement.where(audit.c.id < before_id)
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(statement).mappings()]


def audit_choices(engine: Engine) -> dict[str, list[str]]:
    """What the audit log can be filtered by: the names under `who`, and under `action`, that occur in it."""
    with reading(engine) as connection:
        return {
            column.name: list(connection.scalars(select(column).distinct().order_by(column).limit(MOST_CHOICES)))
            for column in (audit.c.who, audit.c.action)
        }
