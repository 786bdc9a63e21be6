"""Rows as files: JSON lines, CSV that no spreadsheet runs, Parquet that others read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from pyarrow import parquet

from tests.factories import NOW
from worker.exports import AT_ONCE, PARQUET_GROUP, Form, written

ROW: dict[str, Any] = {
    "id": 1,
    "title": "Ateşkes — “հրադադար”, \ud800",
    "places": ["Lachin"],
    "published_at": None,
    "first_seen_at": NOW,
    "machine_written": False,
}


def rows(count: int) -> Iterator[dict[str, Any]]:
    return (ROW | {"id": number} for number in range(1, count + 1))


@pytest.mark.parametrize("form", list(Form))
def test_no_rows_are_an_empty_file(form: Form) -> None:
    assert b"".join(written([], form)) == b""


def test_json_lines_hold_every_row() -> None:
    lines = b"".join(written(rows(AT_ONCE + 1), Form.JSONL)).decode().splitlines()

    assert len(lines) == AT_ONCE + 1
    assert json.loads(lines[0])["first_seen_at"] == "2026-03-14T12:00:00+00:00"


def test_csv_has_one_head_and_no_formula() -> None:
    found = [ROW | {"title": '=HYPERLINK("https://evil.example")'}, *rows(AT_ONCE)]

    read = list(csv.reader(io.StringIO(b"".join(written(found, Form.CSV)).decode(), newline="")))

    assert read[0] == list(ROW)
    assert len(read) == AT_ONCE + 2
    assert read[1][1] == '\'=HYPERLINK("https://evil.example")'


def test_parquet_is_read_by_others_with_types_that_nothing_in_a_column_does_not_hide() -> None:
    found = [*rows(PARQUET_GROUP), ROW | {"id": 7, "published_at": NOW}]

    table = parquet.read_table(io.BytesIO(b"".join(written(found, Form.PARQUET))))

    assert table.num_rows == PARQUET_GROUP + 1
    assert table.column("published_at").to_pylist()[-1] == NOW
    assert table.column("places").to_pylist()[0] == '["Lachin"]'


def test_a_file_begins_before_all_rows_are_read() -> None:
    read: list[int] = []

    pieces = written((read.append(row["id"]) or row for row in rows(10_000)), Form.JSONL)  # type: ignore[func-returns-value]
    next(pieces)

    assert len(read) == AT_ONCE
