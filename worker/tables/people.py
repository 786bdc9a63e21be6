"""Who may use the pages and the API, and what they did. Passwords and tokens are kept as digests only."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Text

from worker.tables.columns import Json, UtcDateTime, id_column, metadata, reference

users = Table(
    "users",
    metadata,
    id_column(),
    Column("name", String(64), nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),  # argon2id, with its salt and parameters
    Column("role", String(8), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_login_at", UtcDateTime),
)

sessions = Table(
    "sessions",
    metadata,
    id_column(),
    Column("sha256", String(64), nullable=False, unique=True),  # of the cookie
    reference("user_id", "users", nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("renewed_at", UtcDateTime, nullable=False),  # when its secret was last replaced
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

tokens = Table(
    "tokens",
    metadata,
    id_column(),
    Column("name", String(64), nullable=False, unique=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("role", String(8), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)

audit = Table(
    "audit",
    metadata,
    id_column(),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("who", Text, nullable=False),
    Column("how", String(8), nullable=False),
    Column("address", Text, nullable=False),
    Column("action", String(32), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Json),
    Index(None, "action", "at"),  # failed sign-ins of late
)
