"""First alerts for each story, beside what was to be told: `python -m bench alerts FILE.jsonl`.

A file holds {title, text? or summary?, lang?, source?, published_at? or date?, story} a line, and optionally rule_…:
"fire" where an article must raise an alert. Its articles go one after another, in the order of their times, through the
match stage on a new SQLite database, as in the line: each is taken to come a minute after it was published. The rules
and the region are those of TRUCEWIRE_CONFIG.

An alert is a rule's; what one article raises goes out as one message, which is what a reader counts.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from worker import pipeline
from worker.bootstrap import services_for, settings_of_environment
from worker.database import migrate
from worker.dates import read_date
from worker.languages import language_of
from worker.model import Article, Feed, FeedState, Outcome, PollPlan
from worker.tables import alert_updates, alerts, articles

UNDATED = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Item:
    """One article, the event it is on, and whether it must be told."""

    title: str
    text: str
    language: str
    source: str
    story: str
    at: datetime
    owed: bool


def read(path: Path) -> list[Item]:
    """The articles of a file, in the order of their times; one without a time comes with the one before it."""
    found, latest = [], UNDATED
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        latest = _time(row) or latest
        title, body = row["title"], row.get("text") or row.get("summary") or ""
        language = row.get("lang") or language_of(title, body)
        owed = any(value == "fire" for name, value in row.items() if name.startswith("rule_"))
        found.append(Item(title, body, language, row.get("source") or "", str(row["story"]), latest, owed))
    return sorted(found, key=lambda item: item.at)


def _time(row: dict[str, Any]) -> datetime | None:
    given = next((row[name] for name in ("published_at", "date", "time") if row.get(name)), None)
    return datetime.fromtimestamp(given, UTC) if isinstance(given, (int, float)) else read_date(str(given or ""))


@dataclass(frozen=True)
class _Clock:
    """A clock that stands."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


def told(items: Sequence[Item], folder: str) -> list[tuple[str, str, str]]:
    """What is raised: the rule, the event and the title of the article that raised it, in order."""
    settings = settings_of_environment()
    services = services_for(replace(settings, database_url=f"sqlite:///{folder}/line.db"))
    migrate(services.store.engine)
    sources = {item.source: re.sub(r"\W+", "-", item.source.casefold()) or "unknown" for item in items}
    feeds = {source: Feed(f"http://{name}.example/feed", source, source, name) for source, name in sources.items()}
    services.store.feeds.add(list(feeds.values()), UNDATED)
    ids = {row["url"]: int(row["id"]) for row in services.queries.feeds()}
    for number, item in enumerate(items):
        feed, now = feeds[item.source], item.at + timedelta(minutes=1)
        article = Article(
            key=f"{number}",
            identity=f"{number}",
            url="",
            title=item.title,
            text=item.text,
            language=item.language,
            publisher=feed.publisher,
            family=feed.family,
            published_at=item.at,
            first_seen_at=now,
            fingerprint=f"{number}",
        )
        state = FeedState(ids[feed.url], feed, next_poll_at=now, last_ok_at=now)
        services.store.polls.apply_polls(
            [PollPlan(state, Outcome.NEW, now, new=(article,), seen=((str(number),) * 2,))]
        )
        pipeline.match(replace(services, now=_Clock(now)))
    first = select(alerts.c.rule_id, articles.c.key).join_from(alerts, alert_updates).join(articles, _raised_by())
    with services.store.engine.connect() as connection:
        rows = [(row.rule_id, items[int(row.key)]) for row in connection.execute(first.order_by(alerts.c.id))]
    services.close()
    return [(rule, item.story, item.title) for rule, item in rows]


def _raised_by() -> ColumnElement[bool]:
    """The article that raised an alert: later revisions may speak by another one."""
    return and_(alert_updates.c.article_id == articles.c.id, alert_updates.c.revision == 1)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench alerts", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, help="labelled articles")
    parser.add_argument("-v", "--verbose", action="store_true", help="list what is told twice, or not at all")
    options = parser.parse_args(arguments)
    if options.file is None:
        print("bench alerts: needs a file of labelled articles")
        return
    items = read(options.file)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("TRUCEWIRE_DATA", folder)
        report(items, told(items, folder), sys.stdout if options.verbose else None)


def report(items: Sequence[Item], raised: Sequence[tuple[str, str, str]], listed: Any) -> None:
    """Print the figures, and to `listed` what is told twice or missed."""
    by_story: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for rule, story, title in raised:
        by_story[story].append((rule, title))
    messages = {story: list(dict.fromkeys(title for _, title in rows)) for story, rows in by_story.items()}
    again = Counter((rule, story) for rule, story, _ in raised)
    owed = {item.story for item in items if item.owed}
    print(f"{len(items)} articles, {len({item.story for item in items})} stories, {len(messages)} of them told")
    print(f"{sum(map(len, messages.values())) / max(1, len(messages)):6.2f} first messages for each story told")
    print(f"{len(raised) / max(1, len(messages)):6.2f} alerts, of all rules, for each story told")
    print(f"{len(raised) / max(1, len(again)):6.2f} first alerts for each rule and story told")
    print(f"{len(owed - messages.keys()):6} of {len(owed)} stories that are to be told are not")
    if listed:
        for story, titles in messages.items():
            if len(titles) > 1:
                told_again = (f"{title[:90]} {_rules(by_story[story], title)}" for title in titles)
                print(f"  {story}", *told_again, sep="\n    ", file=listed)
        print(*(f"  missed: {story}" for story in sorted(owed - messages.keys())), sep="\n", file=listed)


def _rules(rows: Sequence[tuple[str, str]], title: str) -> str:
    return ", ".join(rule for rule, its in rows if its == title)


if __name__ == "__main__":
    main(sys.argv[1:])
