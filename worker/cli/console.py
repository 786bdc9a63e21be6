"""What the commands share in reading words and printing rows: times, tables, JSON lines."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TextIO, TypeVar

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from worker.bootstrap import Log, Services, log_of_environment, services_for, settings_of_environment, utc_now
from worker.errors import TrucewireError
from worker.exports import json_form

T = TypeVar("T")
L = TypeVar("L", Log, Services)
NUMBERS = {"id", "new", "entries", "articles", "ms", "failures", "attempts", "revised", "voices"}
PROSE = {"title", "feed", "publisher", "error or address", "reason", "error", "what", "comment", "matches", "rules"}
MISSED_LEAST = (
    "failures",
    "polled",
    "in",
    "of",
    "attempts",
    "next",
    "region",
    "stance",
    "started",
    "status",
    "publisher",
)
LEAST_PROSE = 18  # characters of a column of prose; where there is less room, others are left out, in this order
MOST_WIDE = 24  # characters of a column that does not give way
PIPE_WIDTH = 200  # of a table that goes into a file or a pipe
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_FIGURES = ((1, "s"), (60, "min"), (3600, "h"), (86_400, "d"))
_SPAN = re.compile(r"(\d+)\s*([mhdw])")
SEVERITY_STYLE = {"critical": "bold red", "warning": "yellow", "info": "cyan"}
OUTCOME_STYLE = {True: "green", False: "red", None: "dim"}

console = Console(width=None if sys.stdout.isatty() else PIPE_WIDTH, highlight=False, soft_wrap=False)
notices = Console(stderr=True, highlight=False)


class UsageError(TrucewireError):
    """Words on the command line that cannot be understood."""

    permanent = True


@contextmanager
def opened() -> Iterator[Log]:
    """The log of this installation, its database migrated, closed in the end."""
    with _migrated(log_of_environment()) as log:
        yield log


@contextmanager
def at_work() -> Iterator[Services]:
    """All services of this installation, their database migrated, closed in the end: for whatever sends or routes."""
    with _migrated(services_for(settings_of_environment())) as services:
        yield services


@contextmanager
def _migrated(log: L) -> Iterator[L]:
    from worker.database import migrate  # here: no `trucewire try` needs SQLAlchemy

    try:
        migrate(log.engine if isinstance(log, Log) else log.store.engine)
        yield log
    finally:
        log.close()


def moment(word: str | None, now: datetime | None = None) -> datetime | None:
    """`2h`, `3d` (ago), `2026-11-20`, `2026-11-20T14:00`; a time without a zone is UTC.

    Raises:
        UsageError: none of these.
    """
    if word is None:
        return None
    if span := _SPAN.fullmatch(word):
        return (now or utc_now()) - timedelta(**{_UNITS[span[2]]: int(span[1])})
    try:
        given = datetime.fromisoformat(word)
    except ValueError:
        raise UsageError(f"time {word!r} is not understood; write 2h, 3d, 2026-11-20 or 2026-11-20T14:00") from None
    return given if given.tzinfo else given.replace(tzinfo=UTC)


def duration(word: str) -> timedelta:
    """`90m`, `2h`, `3d`, `1w`.

    Raises:
        UsageError: none of these.
    """
    if span := _SPAN.fullmatch(word):
        return timedelta(**{_UNITS[span[2]]: int(span[1])})
    raise UsageError(f"duration {word!r} is not understood; write 90m, 2h, 3d or 1w")


def ago(then: datetime | None, now: datetime) -> str:
    """How long ago, or in how long, in one figure; an en dash for unknown."""
    if then is None:
        return "–"
    seconds = (now - then).total_seconds()
    size = abs(seconds)
    divisor, unit = next((divisor, unit) for divisor, unit in _FIGURES if size < 1.5 * 60 * divisor or unit == "d")
    figure = f"{size / divisor:.0f} {unit}"
    return f"{figure} ago" if seconds >= 0 else f"in {figure}"


def clock(then: datetime | None) -> str:
    """A time in UTC to the minute; an en dash for unknown."""
    return f"{then:%Y-%m-%d %H:%M}" if then else "–"


def print_json(row: Any, file: TextIO | None = None) -> None:
    """One JSON object on one line, times in ISO 8601."""
    (file or sys.stdout).write(json.dumps(row, ensure_ascii=False, default=json_form) + "\n")


def print_rows(
    rows: Sequence[dict[str, Any]],
    columns: Sequence[str],
    cells: Iterable[Sequence[Text | str]],
    *,
    as_json: bool,
    empty: str,
) -> None:
    """Rows as JSON lines, or as a table of `columns` with their `cells`; `empty` is said where there are none."""
    if as_json:
        for row in rows:
            print_json(row)
        return
    if not rows:
        notices.print(empty)
        return
    console.print(_table(columns, [[_text(cell) for cell in row] for row in cells]))


def _table(columns: Sequence[str], rows: Sequence[Sequence[Text]]) -> Table:
    """A table that fits: prose is cut where the terminal is narrow, and what can be missed is left out."""
    widths = [max([cell_len(name), *(row[number].cell_len for row in rows)]) for number, name in enumerate(columns)]
    shown = list(range(len(columns)))
    prose = [number for number in shown if columns[number] in PROSE]

    def room() -> int:
        taken = sum(min(widths[number], MOST_WIDE) + 1 for number in shown if number not in prose)
        return console.width - taken - len(prose)

    for name in MISSED_LEAST:
        if room() < LEAST_PROSE * len(prose) and name in columns:
            shown.remove(columns.index(name))
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 1, 0, 0))
    left, waiting = max(room(), len(prose)), len(prose)
    for number in shown:
        width = min(widths[number], MOST_WIDE)
        if number in prose:
            width = min(widths[number], left // waiting)
            left, waiting = left - width, waiting - 1
        justify: Literal["left", "right"] = "right" if columns[number] in NUMBERS else "left"
        table.add_column(columns[number], justify=justify, no_wrap=True, overflow="ellipsis", width=width)
    for row in rows:
        table.add_row(*(row[number] for number in shown))
    return table


def _text(cell: Text | str) -> Text:
    return cell if isinstance(cell, Text) else Text(cell)


def progressing(items: Iterable[T], total: int, what: str) -> Iterator[T]:
    """`items`, with a bar on standard error while they are worked on."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=notices, transient=True) as progress:
        yield from progress.track(items, total=total)


def severity(name: str) -> Text:
    """A severity as its word in its colour."""
    return Text(name, style=SEVERITY_STYLE.get(name, ""))


def marked_text(sentence: str, marks: Iterable[Sequence[int]]) -> Text:
    """A sentence with its trigger words standing out."""
    text = Text(sentence)
    for start, end in marks:
        text.stylize("bold reverse", start, end)
    return text


def said(line: str) -> None:
    """A line of prose, whatever brackets it holds."""
    console.print(escape(line))


def read_input(name: str) -> bytes:
    """The bytes of a file, or of standard input for `-`.

    Raises:
        UsageError: the file cannot be read.
    """
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror}; give a file that can be read, or - for standard input") from error


JsonOption = typer.Option("--json", help="One JSON object a line.")
LimitOption = typer.Option("--limit", "-n", min=1, max=10_000, help="At most so many, newest first.")
SinceOption = typer.Option("--since", help="2h, 3d, 2026-11-20, 2026-11-20T14:00 (UTC).")
UntilOption = typer.Option("--until", help="The same forms.")
