"""Hours and days of stored times, as expressions that either database counts by. UTC throughout."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlalchemy.engine import Connection

_FORMS = {"hour": ("%Y-%m-%dT%H", 'YYYY-MM-DD"T"HH24'), "day": ("%Y-%m-%d", "YYYY-MM-DD")}


def step_of(connection: Connection, column: ColumnElement[datetime], step: str) -> ColumnElement[str]:
    """The `hour` or `day` of a time, as `2026-03-14T12` or `2026-03-14`."""
    sqlite, postgresql = _FORMS[step]
    if connection.dialect.name == "sqlite":
        return func.strftime(sqlite, column)
    return func.to_char(func.timezone("UTC", column), postgresql)
