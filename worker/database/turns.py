"""A name in; whether it is this caller's turn, out: locks that die with their holder.

One worker at a time sends through a channel. A lease in a row would keep the channel silent for minutes after a crash;
these are given back by the operating system: PostgreSQL's advisory locks with their connection, and within the one
process that SQLite serves, a lock in memory. They save time only. Should one be lost, the notifications' own leases
still see to it that each is sent by one worker.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

_here: dict[tuple[str, str], threading.Lock] = {}
_guard = threading.Lock()


@contextmanager
def turn(engine: Engine, name: str) -> Iterator[bool]:
    """Whether nobody else holds `name`; held while the block lasts. Never waits."""
    with (_turn_of_all if engine.dialect.name == "postgresql" else _turn_here)(engine, name) as mine:
        yield mine


@contextmanager
def _turn_here(engine: Engine, name: str) -> Iterator[bool]:
    with _guard:
        lock = _here.setdefault((str(engine.url), name), threading.Lock())
    mine = lock.acquire(blocking=False)
    try:
        yield mine
    finally:
        if mine:
            lock.release()


@contextmanager
def _turn_of_all(engine: Engine, name: str) -> Iterator[bool]:
    number = int.from_bytes(hashlib.sha256(f"turn {name}".encode()).digest()[:8], "big", signed=True)
    with engine.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        mine = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), {"number": number}))
        try:
            yield mine
        finally:  # the connection goes back to the pool, and would keep the lock
            with suppress(DBAPIError):  # the server has gone, and the lock with it
                if mine:
                    connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": number})
