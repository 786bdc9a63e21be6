"""`trucewire try …`: what the line would make of an input. Stores nothing."""

from __future__ import annotations

import typer

from worker.cli.commands import Entry, lazy_group

TRY = {
    "feed": Entry(
        "try_feed", "", "Read feeds: their entries, and what identity and times are decided on, with reasons."
    ),
    "page": Entry(
        "try_page",
        "",
        "Read article pages: a list of {name, file, url} gives JSON lines, one page is shown to a person.",
    ),
    "judge": Entry(
        "try_items",
        "",
        "Judge news items {id, title, summary?, text?, lang?, published_at?}: region, matches, alerts. JSON lines.",
    ),
    "rule": Entry(
        "try_rule",
        "",
        "Run rules over the stored log: what they would have raised, added to today's alerts, or removed from them.",
    ),
    "article": Entry("try_items", "", "Judge one headline (and text) from the command line, for a person to read."),
    "schedule": Entry(
        "try_schedule",
        "",
        "Replay publication times: how late each way of scheduling the same number of polls sees the news.",
    ),
    "stories": Entry(
        "try_stories",
        "",
        "Put articles into stories, in the order of their times, as the match stage does; {id, story} a line.",
    ),
}

app = typer.Typer(
    cls=lazy_group(TRY), help="See what the line would make of an input. Stores nothing.", no_args_is_help=True
)


@app.callback()
def _group() -> None:
    pass  # what makes it a group, though no command is registered yet


def register(to: typer.Typer) -> None:
    """Add the commands."""
    to.add_typer(app, name="try", rich_help_panel="Workbench")
