"""Running it in one process: up, demo."""

from __future__ import annotations

import logging
import logging.handlers
import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from worker import __version__, embedded, tasks
from worker.bootstrap import Services, services_for, settings_of_environment, utc_now
from worker.cli.console import console, said
from worker.cli.look import print_first_round
from worker.demo import DemoServer
from worker.errors import SettingsError
from worker.model import Channel, Feed
from worker.schedule import Limits
from worker.settings import Settings

PANEL = "Run"
FIRST_ROUND_S = 30.0  # after so long the feeds are shown, whether or not all have answered
STATUS_EVERY_S = 60.0
LOG_BYTES = 10 * 2**20
# The invented week moves a hundred times faster than a real one, and so do the polls.
DEMO_PACE = Limits(polls_per_day=86_400 / 3, minimum_s=2.0, maximum_s=3.0)
DEMO_STATUS_EVERY_S = 15.0

VerboseOption = typer.Option("--verbose", "-v", help="Every log line on the terminal, not only in the log file.")


def up(verbose: Annotated[bool, VerboseOption] = False) -> None:
    """Watch the feeds of config/feeds.toml, in this one process, until Ctrl-C."""
    settings = settings_of_environment()
    _watch(settings, settings.feeds, "config", STATUS_EVERY_S, verbose=verbose)


def demo(
    verbose: Annotated[bool, VerboseOption] = False,
    seconds: Annotated[float, typer.Option("--for", help="Stop after so many seconds; 0: at Ctrl-C.")] = 0,
) -> None:
    """The same on made-up news of an invented week in six languages, without a network."""
    settings = settings_of_environment()
    data = settings.data / "demo"
    shutil.rmtree(data, ignore_errors=True)
    with DemoServer(utc_now()) as server:
        invented = replace(
            settings,
            data=data,
            database_url=f"sqlite:///{data.absolute() / 'trucewire.db'}",
            channels=(Channel("console", "console"),),
            fetch=replace(settings.fetch, allow=("127.0.0.1",)),
            schedule=DEMO_PACE,
            public_url="",  # no hub knows these feeds
        )
        said("Everything below is invented: outlets, events and words. Places are real.")
        _watch(invented, server.feeds(), "demo", DEMO_STATUS_EVERY_S, verbose=verbose, seconds=seconds or None)
    said(f"Look around in it: TRUCEWIRE_DATA={data} trucewire articles")


def _watch(
    settings: Settings,
    feeds: tuple[Feed, ...],
    origin: str,
    status_every_s: float,
    *,
    verbose: bool,
    seconds: float | None = None,
) -> None:
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        remedy = "set TRUCEWIRE_DATA to a folder that can be written"
        raise SettingsError("environment", "TRUCEWIRE_DATA", f"{settings.data}: {error.strerror}", remedy) from error
    log_file = _log_to_file(settings, verbose=verbose)
    services = services_for(settings)
    stopped = embedded.until_told_to_stop()
    started = time.monotonic()
    with embedded.running(services, feeds, origin) as address:
        _print_start(settings, feeds, log_file)
        _print_address(settings, address)
        _wait(stopped.wait, lambda: _first_round_is_over(services), FIRST_ROUND_S)
        console.print()
        _print_first_round(services)
        while not stopped.is_set() and (seconds is None or time.monotonic() - started < seconds):
            _print_status(services)
            left = status_every_s if seconds is None else min(status_every_s, seconds - (time.monotonic() - started))
            stopped.wait(max(left, 0.0))
        said("Stopping: what is under way is finished first.")
    said("Stopped.")


def _print_first_round(services: Services) -> None:
    feeds = [row for row in services.queries.feeds() if row["enabled"]]
    console.print()
    print_first_round(feeds)
    failed = Counter(row["last_outcome"] for row in feeds if row["failures"])
    if failed:
        told = ", ".join(f"{count} {outcome}" for outcome, count in failed.most_common())
        said(f"{failed.total()} of {len(feeds)} feeds failed: {told}. trucewire feeds --failing says why.")
    if failed["unreachable"] + failed["timed_out"] == len(feeds):
        console.print(Text("Not one could be reached: is there a network?", style="bold yellow"))
    console.print()


def _wait(pause: Callable[[float], bool], done: Callable[[], bool], at_most_s: float) -> None:
    deadline = time.monotonic() + at_most_s
    while time.monotonic() < deadline and not done():
        if pause(0.25):
            return


def _first_round_is_over(services: Services) -> bool:
    return "feeds_never" not in services.queries.counts()


def _print_start(settings: Settings, feeds: tuple[Feed, ...], log_file: Path) -> None:
    rules = sum(rule.enabled for rule in settings.rules)
    names = ", ".join(channel.name for channel in settings.channels if channel.enabled) or "none"
    console.print(Text(f"Trucewire {__version__} watches {settings.profile.name}", style="bold"))
    said(f"{len(feeds)} feeds, {rules} rules; alerts go to: {names}. Ctrl-C stops.")
    if settings.public_url:
        said(f"WebSub hubs call {settings.public_url}, listening on {settings.web_host}:{settings.web_port}")
    said(f"Database {_database(settings)}, log file {log_file}")


def _print_address(settings: Settings, address: str) -> None:
    if address:
        console.print(Text(f"Open {address}", style="bold"))
    else:
        remedy = "set TRUCEWIRE_WEB_PORT to another one"
        console.print(Text(f"No pages: port {settings.web_port} is taken; {remedy}", style="bold yellow"))


def _database(settings: Settings) -> str:
    """Where the database is, without its password."""
    kind, _, place = settings.database_url.partition("://")
    if kind.startswith("sqlite"):
        path = Path(place.removeprefix("/"))
        return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
    return f"{kind}://{place.rpartition('@')[2]}"


def _print_status(services: Services) -> None:
    counts, now = services.queries.counts(), utc_now()
    feeds = services.queries.feeds()
    enabled = [row for row in feeds if row["enabled"]]
    lately = sum(bool(row["last_ok_at"] and now - row["last_ok_at"] < timedelta(minutes=10)) for row in enabled)
    line = f"{now:%H:%M:%S} UTC  {counts['articles']} articles, {counts['alerts']} alerts; "
    console.print(Text(f"{line}{lately} of {len(enabled)} feeds answered in the last ten minutes", style="dim"))


def _log_to_file(settings: Settings, *, verbose: bool) -> Path:
    """The terminal stays calm: alerts, and a line a minute. All else goes to a file that does not grow for ever."""
    path = settings.data / "trucewire.log"
    tasks.log_plainly(settings.log_level)
    root = logging.getLogger()
    to_file = logging.handlers.RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=3, encoding="utf-8")
    to_file.setFormatter(root.handlers[0].formatter)
    if not verbose:
        root.handlers.clear()
    root.addHandler(to_file)
    return path


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (up, demo):
        app.command(rich_help_panel=PANEL)(command)
