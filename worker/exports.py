"""Rows in, the bytes of a file out, piece by piece: JSON lines, CSV, Parquet. Never holds more than a piece.

Parquet is written by pyarrow, which takes 170 MB and is therefore an extra: `pip install 'trucewire[parquet]'`. What is
smaller and writes Parquet needs pandas, or is not kept up.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from worker.errors import ExportError

# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection).
FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
AT_ONCE = 500  # rows of a piece
PARQUET_GROUP = 5_000  # rows of a row group

Row = Mapping[str, Any]


class Form(StrEnum):
    """How rows are written."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"

    @property
    def media_type(self) -> str:
        """As it is named on the web."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    Form.JSONL: "application/x-ndjson",
    Form.CSV: "text/csv; charset=utf-8",
    Form.PARQUET: "application/vnd.apache.parquet",
}


def written(rows: Iterable[Row], form: Form) -> Iterator[bytes]:
    """`rows`, all with the columns of the first one, as a file's bytes.

    Raises:
        ExportError: Parquet is asked for and pyarrow is not installed; at once, before anything is read.
    """
    match form:
        case Form.JSONL:
            return _jsonl(rows)
        case Form.CSV:
            return _csv(rows)
        case Form.PARQUET:
            return _parquet(rows)


def json_line(row: Any) -> str:
    """One JSON object on one line, times in ISO 8601."""
    return json.dumps(row, ensure_ascii=False, default=json_form) + "\n"


def harmless(cell: str) -> str:
    """`cell`, with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if cell.lstrip(" \n").startswith(FORMULA_BEGINNINGS) else cell


def _jsonl(rows: Iterable[Row]) -> Iterator[bytes]:
    for piece in _pieces(rows, AT_ONCE):
        yield "".join(map(json_line, piece)).encode("utf-8", "replace")


def _csv(rows: Iterable[Row]) -> Iterator[bytes]:
    columns: tuple[str, ...] = ()
    for piece in _pieces(rows, AT_ONCE):
        text = io.StringIO()
        writer = csv.writer(text)
        if not columns:
            columns = tuple(piece[0])
            writer.writerow(columns)
        writer.writerows([harmless(_cell(row[name])) for name in columns] for row in piece)
        yield text.getvalue().encode("utf-8", "replace")


def _parquet(rows: Iterable[Row]) -> Iterator[bytes]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        remedy = "pip install 'trucewire[parquet]', or take jsonl or csv"
        raise ExportError(f"Parquet is written by pyarrow, which is not installed: {remedy}") from error
    return _parquet_pieces(rows, pa, parquet)


def _parquet_pieces(rows: Iterable[Row], pa: Any, parquet: Any) -> Iterator[bytes]:
    file, writer = _Drained(), None
    for piece in _pieces(rows, PARQUET_GROUP):
        if writer is None:
            schema = pa.schema([(name, _type(name, value, pa)) for name, value in piece[0].items()])
            writer = parquet.ParquetWriter(file, schema, compression="zstd")
        columns = {name: [_value(row[name]) for row in piece] for name in schema.names}
        writer.write_table(pa.table(columns, schema=schema))
        yield file.drain()
    if writer is not None:
        writer.close()
        yield file.drain()


class _Drained(io.RawIOBase):
    """A file that is handed on as it grows, and remembers only how far it is."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting = bytearray()
        self._at = 0

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: Any) -> int:
        """Take `data`."""
        self._waiting += data
        self._at += len(data)
        return len(data)

    def tell(self) -> int:
        """How far it is."""
        return self._at

    def drain(self) -> bytes:
        """What came since the last time."""
        drained, self._waiting = bytes(self._waiting), bytearray()
        return drained


def _type(name: str, value: Any, pa: Any) -> Any:
    """A column's type. Its name tells where the first row has nothing in it."""
    if name.endswith("_at"):
        return pa.timestamp("us", tz="UTC")
    if isinstance(value, bool):
        return pa.bool_()
    if isinstance(value, int) or name == "id" or name.endswith("_id"):
        return pa.int64()
    return pa.string()


def _value(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=json_form)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=json_form)
    return str(value)


def json_form(value: Any) -> Any:
    """What JSON has no form of, in one that it has: for `json.dumps(default=…)`. Times become ISO 8601.

    Raises:
        TypeError: a value of any other type.
    """
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _pieces(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while piece := list(itertools.islice(remaining, size)):
        yield piece
