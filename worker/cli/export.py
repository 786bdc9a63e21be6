"""`trucewire export`: the log as a file, a story's evidence as a ZIP file; and `verify`, which checks the latter."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from worker import __version__
from worker.bootstrap import Log, utc_now
from worker.cli.console import SinceOption, UntilOption, UsageError, moment, notices, opened, progressing, said
from worker.cli.unknown import name_unknown
from worker.cli.users import record
from worker.evidence import check_bundle, write_bundle
from worker.exports import Form, harmless, json_line, written
from worker.model import Region, Stance
from worker.model.people import Deed
from worker.queries import AlertFilter, ArticleFilter
from worker.queries.evidence import evidence_of
from worker.queries.stories import StoryQueries

PANEL = "Look"
EVERYTHING = 1_000_000_000

__all__ = ["export", "harmless", "register", "verify"]


class What(StrEnum):
    """What is exported."""

    ARTICLES = "articles"
    ALERTS = "alerts"
    FEEDBACK = "feedback"
    STORY = "story"


def export(
    what: Annotated[What, typer.Argument(help="articles, alerts, feedback or story")] = What.ARTICLES,
    number: Annotated[int | None, typer.Argument(metavar="[ID]", help="A story's id.")] = None,
    form: Annotated[Form, typer.Option("--format", "-f", help="jsonl, csv or parquet")] = Form.JSONL,
    output: Annotated[str, typer.Option("--output", "-o", help="A file; - is standard output.")] = "-",
    as_zip: Annotated[bool, typer.Option("--zip", help="A story: with all its evidence, into story-ID.zip.")] = False,
    search: Annotated[str, typer.Option(help="Articles: as in trucewire articles.")] = "",
    region: Annotated[Region | None, typer.Option(help="Articles: about the region or not.")] = None,
    language: Annotated[str, typer.Option("--language", "-l", help="Articles: en, ru, …")] = "",
    publisher: Annotated[str, typer.Option(help="Articles: a publisher or family.")] = "",
    place: Annotated[str, typer.Option(help="Articles: a place by its name in the gazetteer.")] = "",
    concept: Annotated[str, typer.Option(help="Articles: ceasefire, shelling, …")] = "",
    stance: Annotated[Stance | None, typer.Option(help="Articles, alerts: how it is reported.")] = None,
    rule: Annotated[str, typer.Option(help="Articles: a rule that fired. Alerts: their rule.")] = "",
    feed: Annotated[int | None, typer.Option(help="Articles: a feed's id.")] = None,
    story: Annotated[int | None, typer.Option(help="Articles, alerts: a story's id.")] = None,
    since: Annotated[str | None, SinceOption] = None,
    until: Annotated[str | None, UntilOption] = None,
) -> None:
    """The log as a file, oldest first; a cell that a spreadsheet would run is made harmless."""
    first, last, said_as = moment(since), moment(until), stance or ""
    of_alerts = AlertFilter(rule, stance=said_as, story_id=story, since=first, until=last)
    of_articles = ArticleFilter(
        search, region or "", language, publisher, place, rule, concept, said_as, feed, story, first, last
    )
    with opened() as services:
        if what is What.STORY:
            _export_story(services, number, output, as_zip=as_zip)
            return
        rows, total = _rows(services, what, of_articles, of_alerts)
        if not total:
            name_unknown(services, rule=rule, place=place, concept=concept, feed=feed, story=story)
        pieces = written(progressing(rows, total, "export") if output != "-" else rows, form)
        with _file(output) as file:
            for piece in pieces:
                file.write(piece)
    if output != "-":
        said(f"{total} {what} written to {output}")


def _rows(
    services: Log, what: What, of_articles: ArticleFilter, of_alerts: AlertFilter
) -> tuple[Iterable[dict[str, Any]], int]:
    """What is exported, and how much of it there is."""
    if what is What.ALERTS:
        found = services.queries.alerts(of_alerts, EVERYTHING)
        return reversed(found), len(found)
    if what is What.FEEDBACK:
        said_of = services.queries.feedback()
        return said_of, len(said_of)
    try:
        total = services.queries.count_articles(of_articles)
    except ValueError as error:
        raise UsageError(str(error)) from error
    return services.queries.export_articles(of_articles), total


def _export_story(services: Log, story_id: int | None, output: str, *, as_zip: bool) -> None:
    if story_id is None:
        raise UsageError("which story? give its id; see trucewire stories")
    stories = StoryQueries(services.engine, services.settings.profile.opposed)
    if not as_zip:
        story = stories.story(story_id)
        if story is None:
            raise UsageError(f"there is no story {story_id}; see trucewire stories")
        with _file(output) as file:
            file.write(json_line(story).encode())
        record(services, Deed("story.export", str(story_id)))
        return
    members = evidence_of(services.engine, stories, story_id)
    if members is None:
        raise UsageError(f"there is no story {story_id}; see trucewire stories")
    path = f"story-{story_id}.zip" if output == "-" else output
    with _file(path) as file:
        digest = write_bundle(file, members, story_id, utc_now(), __version__)
    record(services, Deed("story.export", str(story_id), {"manifest": digest}))
    said(f"story {story_id} written to {path}; SHA-256 of its manifest: {digest}")


def verify(bundle: Annotated[str, typer.Argument(metavar="BUNDLE.zip")]) -> None:
    """Check an evidence bundle: that nothing in it is missing, added or changed since it was made."""
    try:
        with Path(bundle).open("rb") as file:
            verdict = check_bundle(file)
    except OSError as error:
        raise UsageError(f"{bundle}: {error.strerror}; give a bundle of trucewire export story ID --zip") from error
    for fault in verdict.faults:
        notices.print(fault, markup=False, style="red")
    if verdict.faults:
        raise typer.Exit(1)
    said(f"{bundle}: all {verdict.members} files are as they were at {verdict.made_at} (story {verdict.story_id})")
    said(f"SHA-256 of its manifest: {verdict.manifest_sha256}")


@contextmanager
def _file(output: str) -> Iterator[IO[bytes]]:
    if output == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        with Path(output).open("wb") as file:
            yield file
    except OSError as error:
        raise UsageError(f"{output}: {error.strerror}; give a file that can be written") from error


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(rich_help_panel=PANEL)(export)
    app.command(rich_help_panel=PANEL)(verify)
