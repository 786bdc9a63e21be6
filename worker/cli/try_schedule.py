"""`trucewire try schedule`: how late each way of scheduling polls would have seen the news. Stores nothing.

Others rely on the shape that `--json` prints: fields may be added, none goes away.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table

from worker.cli.console import JsonOption, UsageError, console, notices, print_json
from worker.cli.items import Item, items_of
from worker.schedule.simulator import simulate


def try_schedule(
    traces: Annotated[str, typer.Argument(metavar="TRACES.jsonl", help="{feed_id, timestamps, resolution_s} a line.")],
    budget: Annotated[float, typer.Option("--budget", min=0.1, help="Polls a feed and day, on average.")] = 24,
    as_json: Annotated[bool, JsonOption] = False,
) -> None:
    """Replay publication times: how late each way of scheduling the same number of polls sees the news."""
    with notices.status("replaying …"):
        rows = list(_rows(traces))
        try:
            figures = simulate(rows, budget)
        except ValueError as error:
            raise UsageError(f"{traces}: {error}; give longer traces") from error
    if as_json:
        print_json({policy: asdict(result) for policy, result in figures.items()})
        return
    table = Table("policy", "mean", "median", "95 %", "polls", "mean ÷ optimum", box=None, header_style="dim")
    for policy, result in figures.items():
        minutes = [f"{seconds / 60:.1f} min" for seconds in (result.mean_s, result.median_s, result.p95_s)]
        table.add_row(policy, *minutes, str(result.polls), f"{result.mean_s / figures['optimum'].mean_s:.3f}")
    console.print(table)


def _rows(traces: str) -> Iterator[dict[str, Any]]:
    """The lines of a file as `simulate` takes them."""
    for item in items_of(traces):
        if item.lacks("feed_id"):
            raise item.mistake("feed_id", "missing", "add what tells this feed from the others")
        item.plain("feed_id")
        resolution = item.values.get("resolution_s")
        if resolution is not None and not _is_time(resolution):
            complaint = f"not a number of seconds, got {item.shown('resolution_s')}"
            raise item.mistake("resolution_s", complaint, "write how far apart looks were, or leave it out")
        yield item.values | {"timestamps": _times(item)}


def _times(item: Item) -> list[float]:
    times = item.values.get("timestamps")
    if times is None:
        raise item.mistake("timestamps", "missing", "add a list of Unix seconds")
    if not isinstance(times, list):
        raise item.mistake("timestamps", f"not a list, got {item.shown('timestamps')}", "write Unix seconds in [ ]")
    for number, time in enumerate(times, 1):
        if not _is_time(time):
            raise item.mistake(f"timestamps[{number}]", f"not a time, got {time!r:.40}", "write Unix seconds")
    return times


def _is_time(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("schedule")(try_schedule)
