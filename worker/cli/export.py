"""`trucewire export`: the log as JSON lines or CSV."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from worker.cli.console import SinceOption, UntilOption, UsageError, moment, opened, print_json, progressing, said
from worker.cli.look import article_filter
from worker.queries import AlertFilter

PANEL = "Look"
EVERYTHING = 1_000_000_000
# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection).
FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class Form(StrEnum):
    """How rows are written."""

    JSONL = "jsonl"
    CSV = "csv"


class What(StrEnum):
    """What is exported."""

    ARTICLES = "articles"
    ALERTS = "alerts"
    FEEDBACK = "feedback"


def export(
    what: Annotated[What, typer.Argument(help="articles, alerts or feedback")] = What.ARTICLES,
    form: Annotated[Form, typer.Option("--format", "-f", help="jsonl or csv")] = Form.JSONL,
    output: Annotated[str, typer.Option("--output", "-o", help="A file; - is standard output.")] = "-",
    search: Annotated[str, typer.Option(help="Articles: as in trucewire articles.")] = "",
    region: Annotated[str, typer.Option(help="Articles: yes, no or unknown.")] = "",
    language: Annotated[str, typer.Option("--language", "-l", help="Articles: en, ru, …")] = "",
    publisher: Annotated[str, typer.Option(help="Articles: a publisher or family.")] = "",
    rule: Annotated[str, typer.Option(help="Alerts: a rule's id.")] = "",
    since: Annotated[str | None, SinceOption] = None,
    until: Annotated[str | None, UntilOption] = None,
) -> None:
    """The log as JSON lines or CSV, oldest first; a cell that a spreadsheet would run is made harmless."""
    with opened() as services:
        if what is What.ALERTS:
            found = services.queries.alerts(AlertFilter(rule, since=moment(since), until=moment(until)), EVERYTHING)
            rows: Iterable[dict[str, Any]] = reversed(found)
            total = len(found)
        elif what is What.FEEDBACK:
            rows = services.queries.feedback()
            total = len(rows)
        else:
            wanted = article_filter(search, region, language, publisher, since=since, until=until)
            try:
                total = services.queries.count_articles(wanted)
            except ValueError as error:
                raise UsageError(str(error)) from error
            rows = services.queries.export_articles(wanted)
        count = _write(progressing(rows, total, "export") if output != "-" else rows, form, output)
    if output != "-":
        said(f"{count} {what} written to {output}")


def _write(rows: Iterable[dict[str, Any]], form: Form, output: str) -> int:
    if output == "-":
        return _write_to(sys.stdout, rows, form)
    try:
        with Path(output).open("w", encoding="utf-8", newline="") as file:
            return _write_to(file, rows, form)
    except OSError as error:
        raise UsageError(f"{output}: {error.strerror}; give a file that can be written") from error


def _write_to(file: TextIO, rows: Iterable[dict[str, Any]], form: Form) -> int:
    count = 0
    writer = csv.writer(file)
    for count, row in enumerate(rows, 1):
        if form is Form.JSONL:
            print_json(row, file)
            continue
        if count == 1:
            writer.writerow(row)
        writer.writerow([harmless(_cell(value)) for value in row.values()])
    return count


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def harmless(cell: str) -> str:
    """`cell`, with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if cell.lstrip(" \n").startswith(FORMULA_BEGINNINGS) else cell


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel=PANEL)(export)
