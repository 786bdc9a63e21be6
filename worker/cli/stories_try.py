"""`trucewire try stories`: which of the articles in a file report one event. Stores nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from worker.alerting import signature
from worker.bootstrap import settings_of_environment
from worker.cli.console import json_lines, notices, print_json, progressing
from worker.dates import read_date
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
    settings = settings_of_environment()
    judge = Judge(settings.profile, settings.lexicons, settings.rules)
    log = StoryLog(Geography.of(settings.profile))
    arrivals = list(_arrivals(json_lines(items)))
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


def _arrivals(items: Iterable[dict[str, Any]]) -> Iterator[_Arrival]:
    """The articles in the order of the file; one without a time comes with the one before it."""
    latest = _EPOCH
    for item in items:
        title, text = (_first(item, names) for names in (("title",), ("text", "summary")))
        published_at = _time_of(item)
        latest = published_at or latest
        article = Article(
            key=str(item.get("id", "")),
            identity=str(item.get("id", "")),
            url=_first(item, ("url",)),
            title=title,
            text=text,
            language=_first(item, ("lang", "language")) or language_of(title, text),
            publisher=_first(item, ("source", "publisher")),
            published_at=published_at,
        )
        yield _Arrival(item.get("id"), article, latest)


def _first(item: dict[str, Any], names: Sequence[str]) -> str:
    """The first of the fields `names` that says anything, "" where none does."""
    return next((str(item[name]) for name in names if item.get(name)), "")


def _time_of(item: dict[str, Any]) -> datetime | None:
    """When an item was published: a date in any form, or seconds since 1970; None where it does not say."""
    given = next((item[name] for name in ("published_at", "date", "time") if item.get(name)), None)
    if isinstance(given, (int, float)):
        return datetime.fromtimestamp(given, UTC)
    return read_date(str(given)) if given else None
