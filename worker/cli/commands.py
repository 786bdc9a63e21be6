"""Which commands there are, and a group that imports a command's module only once that command is run.

What a command needs may take a second to import (Celery, the web service, the judge), and `--help` needs none of it. So
the list says the first line of every command's help itself; a test holds it against the command.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group


class Entry(NamedTuple):
    """A command as it is listed."""

    module: str  # of worker.cli; its `register` adds the command
    panel: str
    help: str


RUN, LOOK, CHANGE, WORKBENCH, PEOPLE = "Run", "Look", "Change", "Workbench", "People"
COMMANDS = {
    "up": Entry("run", RUN, "Watch the feeds of config/feeds.toml, in this one process, until Ctrl-C."),
    "demo": Entry("run", RUN, "The same on made-up news of an invented week in six languages, without a network."),
    "check": Entry("check", RUN, "Check every settings file and variable: one line per mistake, with its remedy."),
    "migrate": Entry("upkeep", RUN, "Bring the database up to date, and its feeds in line with config/feeds.toml."),
    "health": Entry(
        "upkeep", RUN, "Exit 1 and say why if the line, or this machine's worker of QUEUE, makes no progress."
    ),
    "web": Entry(
        "web",
        RUN,
        "Serve the pages and the API, and answer WebSub hubs, until Ctrl-C. `trucewire up` does so by itself.",
    ),
    "articles": Entry("look", LOOK, "The article log, searched and filtered."),
    "alerts": Entry("look", LOOK, "The alerts raised, one per rule and story."),
    "feeds": Entry("look", LOOK, "Every feed with its state."),
    "polls": Entry("look", LOOK, "Every attempt to read a feed, with its outcome."),
    "notifications": Entry("look", LOOK, "What became of every alert on every channel, with the reason."),
    "silences": Entry("look", LOOK, "Silences, in force and ended."),
    "channels": Entry("look", LOOK, "The channels of config/channels.toml, and which of them an error has disabled."),
    "stories": Entry(
        "stories", LOOK, "Events, each with all its articles in whatever language, the latest news first."
    ),
    "story": Entry(
        "stories",
        LOOK,
        "One story: what happened when, who claims what and who denies it, and which sources are independent.",
    ),
    "article": Entry("show", LOOK, "One article: its text, where it is from, and why it was judged as it was."),
    "alert": Entry(
        "show",
        LOOK,
        "One alert whole, who was told included; or your verdict on it, kept as labelled data; or taking it on.",
    ),
    "why": Entry(
        "show",
        LOOK,
        "Why an article raised an alert, or none: places, terms, stance cues, and rule by rule what failed first.",
    ),
    "capture": Entry("show", LOOK, "The bytes that brought an article, exactly as they were fetched."),
    "route": Entry(
        "routes",
        LOOK,
        "Where an alert would go if it were routed now, by which route, when, and why not. Sends nothing.",
    ),
    "export": Entry(
        "export",
        LOOK,
        "The log as a file, oldest first; a cell that a spreadsheet would run is made harmless.",
    ),
    "verify": Entry(
        "export",
        LOOK,
        "Check an evidence bundle: that nothing in it is missing, added or changed since it was made.",
    ),
    "rejudge": Entry(
        "change", CHANGE, "Have articles judged anew, after a change of rules or profile. Alerts that were raised stay."
    ),
    "poll-now": Entry("change", CHANGE, "Have feeds polled at once: these, or all."),
    "silence": Entry("silences", CHANGE, "Mute alerts for a time, with a reason."),
    "channel": Entry("change", CHANGE, "Try a channel, or enable one that an error has disabled."),
    "opml": Entry("change", CHANGE, "Take feeds from other readers, or hand them over."),
    "feed": Entry("feeds", CHANGE, "Switch a feed on or off, or have it go by config/feeds.toml again."),
    "discover": Entry(
        "discover", WORKBENCH, "Find the feeds of a site's page: each is fetched and read. Stores nothing."
    ),
    "eval": Entry(
        "try_items",
        WORKBENCH,
        "Score the rules on labelled news: precision and recall by rule, event, stance and language.",
    ),
    "try": Entry("workbench", WORKBENCH, "See what the line would make of an input. Stores nothing."),
    "audit": Entry("users", PEOPLE, "Who signed in and who changed what, newest first."),
    "user": Entry("users", PEOPLE, "Who may sign in to the pages, and as what."),
    "token": Entry("users", PEOPLE, "Tokens for programs and feed readers."),
}


def load(entry: Entry, name: str) -> TyperCommand | TyperGroup:
    """The command `name` itself, with its options and whatever it imports."""
    app = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode="rich")
    import_module(f"worker.cli.{entry.module}").register(app)
    return get_group(app).commands[name]  # type: ignore[return-value]  # every command is made by Typer


def lazy_group(entries: Mapping[str, Entry]) -> type[TyperGroup]:
    """A kind of group that knows its commands by what is said of them in a list, and loads the one that is run."""

    class LazyGroup(TyperGroup):
        def __init__(self, **attributes: Any) -> None:
            super().__init__(**attributes)
            self.commands = {
                name: TyperCommand(name, help=entry.help, rich_help_panel=entry.panel or None, rich_markup_mode="rich")
                for name, entry in entries.items()
            }

        def list_commands(self, ctx: Any) -> list[str]:
            return list(entries)

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            name, command, words = super().resolve_command(ctx, args)
            entry = entries.get(name or "")
            return name, load(entry, str(name)) if entry else command, words

    return LazyGroup
