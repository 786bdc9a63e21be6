"""What every table is made of: the metadata, and the types that SQLite and PostgreSQL share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Dialect, ForeignKey, Integer, MetaData, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC: `timestamptz` in PostgreSQL, UTC text in SQLite, which knows no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC on the way in; a naive time is a mistake of ours and refused.

        Raises:
            ValueError: for a naive datetime.
        """
        return None if value is None else as_utc(value)

    def bind_processor(self, dialect: Dialect) -> Any:
        """For SQLite the text at once: SQLAlchemy's own type takes four times as long, six times a poll."""
        return as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware and in UTC on the way out."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def as_utc(value: datetime) -> datetime:
    """The same moment in UTC.

    Raises:
        ValueError: for a naive datetime.
    """
    if value.tzinfo is None:
        raise ValueError(f"naive datetime {value!r}: times are stored in UTC")
    return value.astimezone(UTC)


def as_text(value: datetime | None) -> str | None:
    """A time as SQLite holds it, in the form that SQLAlchemy gives it."""
    return None if value is None else as_utc(value).replace(tzinfo=None).isoformat(" ", "microseconds")


# SQLite counts its own row ids only in a column of type INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def id_column() -> Column[int]:
    """The row's own number."""
    return Column("id", Id, primary_key=True, autoincrement=True)


def reference(name: str, target: str, **options: Any) -> Column[int]:
    """The id of a row in `target`."""
    return Column(name, Id, ForeignKey(f"{target}.id"), **options)
