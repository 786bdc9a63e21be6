"""How long a question to the database may take.

Whoever answers people says so once for all it asks, with `at_most`; `reading` then ends what takes longer. Writes are
never cut short.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from worker.errors import TooSlowError

_STEPS = 20_000  # of SQLite's machine between two looks at the time: a few in each millisecond
_QUERY_CANCELED = "57014"  # https://www.postgresql.org/docs/current/errcodes-appendix.html
_SET = text("SELECT set_config('statement_timeout', :milliseconds, true)")

_longest_s: ContextVar[float | None] = ContextVar("longest_s", default=None)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Within the block, and in the threads it hands work to, no question takes longer.

    PostgreSQL measures each statement, SQLite all statements of one read-only transaction together.
    """
    before = _longest_s.set(seconds)
    try:
        yield
    finally:
        _longest_s.reset(before)


@contextmanager
def limited(connection: Connection) -> Iterator[None]:
    """Within the block, what `connection` is asked takes no longer than `at_most` allows.

    Raises:
        TooSlowError: it did, and was ended.
    """
    longest_s = _longest_s.get()
    if longest_s is None:
        yield
        return
    try:
        if connection.dialect.name == "sqlite":
            with _interrupted(connection, longest_s):
                yield
        else:
            connection.execute(_SET, {"milliseconds": str(max(1, round(longest_s * 1000)))})
            yield
    except DBAPIError as error:
        if not _was_ended(error):
            raise
        raise TooSlowError(f"a question took longer than {longest_s:g} s") from error


@contextmanager
def _interrupted(connection: Connection, longest_s: float) -> Iterator[None]:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101  of the pool's own making
    end = time.monotonic() + longest_s
    driver.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)


def _was_ended(error: DBAPIError) -> bool:
    if isinstance(error.orig, sqlite3.Error):
        return error.orig.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT
    return getattr(error.orig, "sqlstate", None) == _QUERY_CANCELED
