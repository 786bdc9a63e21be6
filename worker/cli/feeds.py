"""`trucewire feed enable|disable|reset`: an operator's switch, which holds whatever config/feeds.toml says."""

from __future__ import annotations

from typing import Annotated

import typer

from worker.bootstrap import utc_now
from worker.cli.console import UsageError, opened, said
from worker.cli.users import operator, record
from worker.model.people import Deed

PANEL = "Change"
app = typer.Typer(help="Switch a feed on or off, or have it go by config/feeds.toml again.", no_args_is_help=True)
FeedId = Annotated[int, typer.Argument(metavar="ID", help="As `trucewire feeds` shows it.")]


@app.command("enable")
def enable(feed_id: FeedId) -> None:
    """Have a feed polled, whatever config/feeds.toml says."""
    _switch(feed_id, enabled=True)
    said(f"feed {feed_id} is switched on, and due now")


@app.command("disable")
def disable(feed_id: FeedId) -> None:
    """Have a feed polled no longer, whatever config/feeds.toml says. Its history stays."""
    _switch(feed_id, enabled=False)
    said(f"feed {feed_id} is switched off, until `trucewire feed enable {feed_id}` or `reset`")


@app.command("reset")
def reset(feed_id: FeedId) -> None:
    """Have a feed go by config/feeds.toml again."""
    with opened() as services:
        if not services.store.feeds.as_configured(feed_id, services.settings.feeds, utc_now()):
            _unknown(feed_id)
        record(services, Deed("feed.reset", str(feed_id)))
    said(f"feed {feed_id} goes by config/feeds.toml")


def _switch(feed_id: int, *, enabled: bool) -> None:
    with opened() as services:
        if not services.store.feeds.switch(feed_id, enabled=enabled, by=operator(), now=utc_now()):
            _unknown(feed_id)
        record(services, Deed("feed.enable" if enabled else "feed.disable", str(feed_id)))


def _unknown(feed_id: int) -> None:
    raise UsageError(f"there is no feed {feed_id}; see trucewire feeds")


def register(to: typer.Typer) -> None:
    """Add the commands."""
    to.add_typer(app, name="feed", rich_help_panel=PANEL)
