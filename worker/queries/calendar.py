"""Hours and days of stored times, on either database. UTC throughout."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, case, func, select
from sqlalchemy.engine import Connection

from worker.tables import articles
from worker.tables.columns import UtcDateTime

_FORMS = {"hour": ("%Y-%m-%dT%H", 'YYYY-MM-DD"T"HH24'), "day": ("%Y-%m-%d", "YYYY-MM-DD")}
_LENGTHS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
# An index has all that is counted. To name the step of each article instead, and to sort by it, takes thirty times as
# long as to look up where each step begins and ends.
_BEGIN, _END = bindparam("begin", type_=UtcDateTime), bindparam("end", type_=UtcDateTime)
# Of the region, too, they are counted on the way: asked for by it, SQLite would take the index of the region.
_ARRIVED = select(func.count(), func.sum(case((articles.c.region == "yes", 1), else_=0))).where(
    articles.c.first_seen_at >= _BEGIN, articles.c.first_seen_at < _END
)


def step_of(connection: Connection, column: ColumnElement[datetime], step: str) -> ColumnElement[str]:
    """The `hour` or `day` of a time, as `2026-03-14T12` or `2026-03-14`."""
    sqlite, postgresql = _FORMS[step]
    if connection.dialect.name == "sqlite":
        return func.strftime(sqlite, column)
    return func.to_char(func.timezone("UTC", column), postgresql)


def steps(since: datetime, until: datetime, step: str) -> Iterator[tuple[str, datetime, datetime]]:
    """The hours or days of since ≤ time < until: as `step_of` names them, from when to when."""
    first = since.replace(minute=0, second=0, microsecond=0)
    end = (first if step == "hour" else first.replace(hour=0)) + _LENGTHS[step]
    begin = since
    while begin < until:
        yield begin.strftime(_FORMS[step][0]), begin, min(end, until)
        begin, end = end, end + _LENGTHS[step]


def arrived(connection: Connection, since: datetime, until: datetime, step: str) -> dict[str, tuple[int, int]]:
    """How many articles came in each `hour` or `day` in which any did, and how many of these are about the region."""
    found = {
        name: connection.execute(_ARRIVED, {"begin": begin, "end": end}).one()
        for name, begin, end in steps(since, until, step)
    }
    return {name: (int(number), int(of_region)) for name, (number, of_region) in found.items() if number}
