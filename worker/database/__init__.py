"""The database below store and queries: its engine and migrations, rows to nouns and back, full-text search.

A URL comes in; connections, and nouns made of rows, go out. Knows SQLite from PostgreSQL, so that nobody above must.
"""

from worker.database.engine import (
    connect,
    held_alone,
    lock_pages,
    lock_stories,
    make_lasting,
    migrate,
    reading,
    repeatable,
)
from worker.database.limits import at_most

__all__ = [
    "at_most",
    "connect",
    "held_alone",
    "lock_pages",
    "lock_stories",
    "make_lasting",
    "migrate",
    "reading",
    "repeatable",
]
