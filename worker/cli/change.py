"""What an operator changes: channels, feeds by OPML, articles to be judged anew."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Annotated

import typer
from rich.text import Text

from worker.bootstrap import utc_now
from worker.cli.console import UsageError, at_work, duration, notices, opened, read_input, said
from worker.cli.unknown import check_name
from worker.cli.users import record
from worker.errors import DeliveryError
from worker.model import Channel, Feed
from worker.model.people import Deed
from worker.opml import opml_from_feeds, subscriptions
from worker.render import probe_message
from worker.settings import Settings

PANEL = "Change"

channel_app = typer.Typer(help="Try a channel, or enable one that an error has disabled.", no_args_is_help=True)
opml_app = typer.Typer(help="Take feeds from other readers, or hand them over.", no_args_is_help=True)


@channel_app.command("test")
def test_channel(name: str) -> None:
    """Send a test message to one channel."""
    with at_work() as services:
        channel = _channel(services.settings, name)
        now = utc_now()
        try:
            services.send(channel, probe_message(channel, now), now)
        except DeliveryError as error:
            raise DeliveryError(f"channel {name}: {error}", permanent=error.permanent) from error
    said(f"channel {name} has accepted a test message")


@channel_app.command("enable")
def enable_channel(name: str) -> None:
    """Send to a channel again, beginning with what it missed in the last day."""
    with opened() as services:
        _channel(services.settings, name)
        now = utc_now()
        waiting = services.store.channels.enable(name, now, now - duration("1d"))
        record(services, Deed("channel.enable", name))
    said(f"channel {name} is enabled; {waiting} notifications that it missed are sent now")


def _channel(settings: Settings, name: str) -> Channel:
    channels = {channel.name: channel for channel in settings.channels}
    check_name("channel", name, channels, f"{settings.config / 'channels.toml'} has {', '.join(channels) or 'none'}")
    return channels[name]


@opml_app.command("import")
def import_opml(file: Annotated[str, typer.Argument(help="An OPML file, or - for standard input.")]) -> None:
    """Add the feeds of an OPML file. They are kept in the database, beside those of config/feeds.toml."""
    read = subscriptions(read_input(file))
    for problem in read.problems:
        notices.print(Text(f"{file}: {problem}", style="yellow"))
    found = read.feeds
    if not found:
        raise UsageError(f"{file}: no feed in it; give an OPML file with outlines of type rss")
    with opened() as services:
        added = services.store.feeds.add([replace(feed, origin="opml") for feed in found], utc_now())
    said(f"{len(found)} feeds in the file, {added} added, {len(found) - added} were there already")


@opml_app.command("export")
def export_opml() -> None:
    """All enabled feeds as OPML, to standard output."""
    with opened() as services:
        rows = [row for row in services.queries.feeds() if row["enabled"]]
    feeds = [
        Feed(
            url=row["url"],
            name=row["name"],
            publisher=row["publisher"],
            family=row["family"],
            languages=tuple(row["languages"]),
            country=row["country"],
            side=row["side"],
            dedicated=row["dedicated"],
            origin=row["origin"],
        )
        for row in rows
    ]
    sys.stdout.buffer.write(opml_from_feeds(feeds))


def rejudge(article_ids: Annotated[list[int], typer.Argument(metavar="ID…")]) -> None:
    """Have articles judged anew, after a change of rules or profile. Alerts that were raised stay."""
    with opened() as services:
        known = {row["id"] for row in services.queries.with_texts(article_ids)}
        for article_id in article_ids:
            if article_id not in known:
                raise UsageError(f"there is no article {article_id}; nothing was changed; see trucewire articles")
        services.store.articles.rematch(article_ids)
    said(f"{len(article_ids)} articles wait to be judged anew")


def poll_now(feed_ids: Annotated[list[int] | None, typer.Argument(metavar="[FEED…]")] = None) -> None:
    """Have feeds polled at once: these, or all."""
    with opened() as services:
        enabled = {row["id"]: row["enabled"] for row in services.queries.feeds()}
        for feed_id in feed_ids or ():
            if feed_id not in enabled:
                raise UsageError(f"there is no feed {feed_id}; nothing was changed; see trucewire feeds")
            if not enabled[feed_id]:
                raise UsageError(f"feed {feed_id} is disabled; trucewire feed enable {feed_id} has it polled")
        ids = feed_ids or [feed_id for feed_id, on in enabled.items() if on]
        services.store.feeds.make_due(ids, utc_now())
    said(f"{len(ids)} feeds are due now")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(channel_app, name="channel", rich_help_panel=PANEL)
    app.add_typer(opml_app, name="opml", rich_help_panel=PANEL)
    app.command("rejudge", rich_help_panel=PANEL)(rejudge)
    app.command("poll-now", rich_help_panel=PANEL)(poll_now)
