"""What the processes know of each other."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from worker.tables.columns import Json, UtcDateTime, metadata

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("queue", String(16), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

# Small things that all workers share and that belong to no row of another table (the schedule's price, say).
memory = Table(
    "memory",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
