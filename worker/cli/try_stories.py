"""`trucewire try stories`: which of the articles in a file report one event. Stores nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer

from worker.alerting import signature
from worker.bootstrap import settings_of_environment
from worker.cli.console import notices, print_json, progressing
from worker.cli.items import Item, items_of
from worker.judge import Judge
from worker.languages import language_of
from worker.model import Article, Judged, StoredArticle
from worker.stories import Geography, StoryLog

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

StoriesArgument = typer.Argument(
    metavar="FILE.jsonl", help="{id, title, text?, lang?, published_at?, source?} a line; - is standard input."
)


def try_stories(items: Annotated[str, StoriesArgument]) -> None:
    """Put articles into stories, in the order of their times, as the match stage does; {id, story} a line."""
    arrivals = list(_arrivals(items_of(items)))
    settings = settings_of_environment()
    judge = Judge(settings.profile, settings.lexicons, settings.rules)
    log = StoryLog(Geography.of(settings.profile))
    in_order = sorted(enumerate(arrivals, 1), key=lambda numbered: numbered[1].at)
    for number, arrival in progressing(in_order, len(in_order), "stories") if notices.is_terminal else in_order:
        stored = StoredArticle(number, feed_id=0, revision=1, article=arrival.article)
        log.place(signature(Judged(stored, judge.judge(arrival.article)), arrival.at))
    stories = log.stories
    for number, arrival in enumerate(arrivals, 1):
        print_json({"id": arrival.id, "story": stories[number]})


@dataclass(frozen=True, slots=True)
class _Arrival:
    """An item as it is read, and when it is taken to have come."""

    id: object
    article: Article
    at: datetime


def _arrivals(items: Iterable[Item]) -> Iterator[_Arrival]:
    """The articles in the order of the file; one without a time comes with the one before it."""
    latest = _EPOCH
    for item in items:
        if item.lacks("title", "text", "summary"):
            raise item.mistake("title", "missing", "give an item a title or a text")
        title, text = item.text("title"), item.text("text", "summary")
        published_at = item.moment("published_at", "date", "time")
        latest = published_at or latest
        identity = str(item.plain("id") or "")
        article = Article(
            key=identity,
            identity=identity,
            url=item.text("url"),
            title=title,
            text=text,
            language=item.text("lang", "language") or language_of(title, text),
            publisher=item.text("source", "publisher"),
            published_at=published_at,
        )
        yield _Arrival(item.plain("id"), article, latest)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("stories")(try_stories)
