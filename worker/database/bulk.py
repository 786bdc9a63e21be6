"""Many rows in, written by one statement on PostgreSQL and by one call of the driver on SQLite.

A poll's batch has thousands of rows. SQLAlchemy makes of each a dictionary, looks up what each value has to become, and
has PostgreSQL run a statement of its own for it: several times what writing the row costs. Here rows are tuples, are
turned column by column, and reach PostgreSQL as an array for each column.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    any_,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection

from worker.database.rows import chunks
from worker.tables.columns import UtcDateTime, as_text, as_utc

AT_ONCE = 500  # rows of one statement: each of its arrays is built as one text
Row = tuple[Any, ...]
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]
_COUNTED = {"preserve_rowcount": True}  # SQLAlchemy keeps it of none but its own statements


class Bulk:
    """A statement for many rows at once.

    Args:
        columns: what a row is made of, in this order.
        sqlite: the statement for one row, with a `?` for each of its values.
        postgresql: the statement for all of them, with `{rows}` where they stand as a table of that name.
    """

    def __init__(self, columns: Sequence[Column[Any]], sqlite: str, postgresql: str) -> None:
        self.columns, self.sqlite, self.postgresql = columns, sqlite, postgresql
        arrays = ", ".join(f"%s::{_sql_type(column)}[]" for column in columns)
        names = ", ".join(_quoted([column.name for column in columns]))
        self._for_all = postgresql.format(rows=f"unnest({arrays}) AS rows ({names})")
        self._turning = {
            dialect: [turning[_kind(column)] for column in columns]
            for dialect, turning in (("sqlite", _FOR_SQLITE), ("postgresql", _FOR_POSTGRESQL))
        }

    def run(self, connection: Connection, rows: Sequence[Row]) -> int:
        """Run it for all `rows`; how many rows of the table it has written.

        Raises:
            ValueError: a text that holds a NUL, which PostgreSQL cannot store, or a naive time.
        """
        if not rows:
            return 0
        if connection.dialect.name == "sqlite":
            return _run(connection, self.sqlite, list(zip(*self._turned("sqlite", rows), strict=True)))
        parts = chunks(rows, AT_ONCE)
        return sum(_run(connection, self._for_all, tuple(self._turned("postgresql", part))) for part in parts)

    def _turned(self, dialect: str, rows: Sequence[Row]) -> Iterable[Any]:
        """The values, column by column, as the driver takes them."""
        columns = zip(self._turning[dialect], zip(*rows, strict=True), strict=True)
        return (turn(values) for turn, values in columns)


def _run(connection: Connection, statement: str, values: Any) -> int:
    return connection.exec_driver_sql(statement, values, execution_options=_COUNTED).rowcount


def inserting(table: Table, names: Sequence[str]) -> Bulk:
    """An INSERT that leaves a row be which already stands under one of the table's unique keys."""
    head = f"INSERT INTO {table.name} ({', '.join(_quoted(names))})"
    marks = ", ".join("?" * len(names))
    return Bulk(
        [table.c[name] for name in names],
        f"{head} VALUES ({marks}) ON CONFLICT DO NOTHING",
        f"{head} SELECT * FROM {{rows}} ON CONFLICT DO NOTHING",  # noqa: S608  names of our own tables
    )


def updating(table: Table, names: Sequence[str]) -> Bulk:
    """An UPDATE of those columns; the last value of a row is the id of the one that it changes."""
    columns = _quoted(names)
    each = ", ".join(f"{name} = ?" for name in columns)
    joined = ", ".join(f"{name} = rows.{name}" for name in columns)
    return Bulk(
        [*(table.c[name] for name in names), table.c.id],
        f"UPDATE {table.name} SET {each} WHERE id = ?",  # noqa: S608  names of our own tables
        f"UPDATE {table.name} SET {joined} FROM {{rows}} WHERE {table.name}.id = rows.id",  # noqa: S608
    )


def one_of(column: Column[str]) -> dict[str, ColumnElement[bool]]:
    """For each dialect, whether a text is one of the `names`, which are given as one value: see `texts_for`."""
    listed = func.json_each(bindparam("names", type_=Text)).table_valued("value")
    # As text, so that the parameter itself is an array, which can be planned for.
    names = any_(text("(CAST(:names AS text[]))"))
    return {"sqlite": column.in_(select(listed.c.value)), "postgresql": column == names}


def texts_for(connection: Connection, texts: Sequence[str]) -> str:
    """Texts as the one value that `one_of` takes: thousands of parameters of their own would cost more."""
    return _to_json(texts) if connection.dialect.name == "sqlite" else array_of(texts)


def array_of(texts: Sequence[str | None]) -> str:
    """Texts as PostgreSQL writes an array of them.

    Raises:
        ValueError: one of them holds a NUL.
    """
    if not texts:
        return "{}"
    if None in texts:
        return f"{{{','.join('NULL' if one is None else array_of([one])[1:-1] for one in texts)}}}"
    joined = "\0".join(texts)  # type: ignore[arg-type]  # None is not among them
    if joined.count("\0") != len(texts) - 1:
        raise ValueError("a text holds a NUL, which PostgreSQL cannot store")
    inner = joined.replace("\\", "\\\\").replace('"', '\\"').replace("\0", '","')
    return f'{{"{inner}"}}'


def _quoted(names: Sequence[str]) -> list[str]:
    return [f'"{name}"' for name in names]


def _plain_array(values: Sequence[Any]) -> str:
    """Numbers and truths, which need no quotes."""
    return f"{{{','.join(['NULL' if value is None else str(value) for value in values])}}}"


def _times(values: Sequence[Any]) -> str:
    return _plain_array([None if value is None else as_utc(value).isoformat() for value in values])


def _jsons(values: Sequence[Any]) -> list[str | None]:
    return [None if value is None else "[]" if value == () else _to_json(value) for value in values]


def _kind(column: Column[Any]) -> type:
    return next(kind for kind in _FOR_SQLITE if isinstance(column.type, kind))


def _sql_type(column: Column[Any]) -> str:
    """Of texts without their length: casting to it would cut what is too long, where writing it is refused."""
    return "text" if isinstance(column.type, String) else column.type.compile(dialect=_POSTGRESQL)


_FOR_SQLITE: dict[type, Callable[[Sequence[Any]], Any]] = {
    UtcDateTime: lambda values: [as_text(value) for value in values],
    JSON: _jsons,
    Boolean: lambda values: values,
    Integer: lambda values: values,
    LargeBinary: lambda values: values,
    String: lambda values: values,
}
_FOR_POSTGRESQL: dict[type, Callable[[Sequence[Any]], Any]] = {
    UtcDateTime: _times,
    JSON: lambda values: array_of(_jsons(values)),
    Boolean: _plain_array,
    Integer: _plain_array,
    LargeBinary: list,
    String: array_of,
}
