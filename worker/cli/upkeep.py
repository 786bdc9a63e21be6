"""The database brought up to date, and whether the line moves: migrate, health."""

from __future__ import annotations

from typing import Annotated

import typer

from worker import health
from worker.bootstrap import log_of_environment, utc_now
from worker.cli.console import opened, said
from worker.errors import TrucewireError

PANEL = "Run"


def migrate() -> None:
    """Bring the database up to date, and its feeds in line with config/feeds.toml."""
    with opened() as services:
        counts = services.store.feeds.sync(services.settings.feeds, utc_now())
    said(f"database is up to date; feeds: {counts.added} added, {counts.kept} kept, {counts.disabled} disabled")


def check_health(
    queue: Annotated[str, typer.Argument(help="poll, match, deliver or beat: this machine's process, too.")] = "",
) -> None:
    """Exit 1 and say why if the line, or this machine's worker of QUEUE, makes no progress."""
    services = log_of_environment()
    try:
        found = health.complaints(services.queries, utc_now(), queue)
    finally:
        services.close()
    if found:
        raise TrucewireError("; ".join(found))
    said("well")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(rich_help_panel=PANEL)(migrate)
    app.command("health", rich_help_panel=PANEL)(check_health)
