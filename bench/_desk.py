"""What a newsroom has made of a made-up log: its stories, claims, alerts, notifications and polls, written in bulk.

Whatever fired one rule makes stories of one to thirty articles; one story has four hundred. The alerts of the last two
days are open. Feeds were polled every five minutes, for as many days as their polls are kept.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, insert, select, update

from bench._log import FEEDS, RULES, News, fill
from worker.tables import (
    alert_articles,
    alert_updates,
    alerts,
    article_facets,
    articles,
    claims,
    feedback,
    feeds,
    matches,
    notices,
    notifications,
    polls,
    revisions,
    stories,
)

DAYS = 90  # of articles
POLLED = timedelta(days=30)  # as `TRUCEWIRE_KEEP_POLLS_DAYS` has it
EVERY = timedelta(minutes=5)
OPEN = timedelta(days=2)
LARGEST = 400  # articles of the largest story
SEVERITIES = ("critical", "warning", "info")
SIDES = ("", "AM", "AZ")
AT_ONCE = 20_000


@dataclass(slots=True)
class _Story:
    """Articles of one event, oldest first."""

    number: int
    rule: str
    articles: list[Row[Any]] = field(default_factory=list)


def furnish(engine: Engine, count: int, now: datetime, places: Sequence[str], polled: timedelta = POLLED) -> None:
    """Fill an empty, migrated database with `count` articles of the last `DAYS` days and all that belongs to them."""
    news = News(begin=now - timedelta(days=DAYS), span=timedelta(days=DAYS), places=places)
    fill(engine, news, count)
    draw = random.Random(2)
    with engine.begin() as connection:
        found = list(_stories(connection, draw))
        _put(connection, stories, (_told(story) for story in found))
        of_story = [(story, row) for story in found for row in story.articles]
        _judge(connection, of_story)
        _put(connection, matches, (_match(row, story.rule) for story, row in of_story))
        _put(connection, claims, (_claim(row, story, draw) for story, row in of_story))
        _raise(connection, found, now, draw)
        _put(connection, revisions, (_revision(row) for _, row in of_story[::20]))
        revised = [{"of": row.id} for _, row in of_story[::20]]
        connection.execute(update(articles).where(articles.c.id == bindparam("of")).values(revision=2), revised)
        _poll(connection, now, polled, draw)
    if engine.dialect.name == "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")


def _put(connection: Connection, table: Any, rows: Iterator[dict[str, Any]]) -> None:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == AT_ONCE:
            connection.execute(insert(table), batch)
            batch = []
    if batch:
        connection.execute(insert(table), batch)


def _stories(connection: Connection, draw: random.Random) -> Iterator[_Story]:
    """Articles that fired a rule, put into stories as they came."""
    columns = ("id", "title", "summary", "publisher", "family", "first_seen_at", "places")
    fired = select(article_facets.c.facet, *(articles.c[name] for name in columns)).join_from(article_facets, articles)
    rows = connection.execute(fired.where(article_facets.c.facet.like("rule:%")).order_by(articles.c.id)).all()
    under_way: dict[str, tuple[int, _Story]] = {}
    numbers = 0
    for row in rows:
        rule = row.facet.removeprefix("rule:")
        if rule not in under_way:
            numbers += 1
            size = LARGEST if numbers == 1 else draw.choices((1, 3, 8, 30), (50, 30, 15, 5))[0]
            under_way[rule] = (size, _Story(numbers, rule))
        size, story = under_way[rule]
        story.articles.append(row)
        if len(story.articles) >= size:
            yield under_way.pop(rule)[1]
    yield from (story for _, story in under_way.values())


def _told(story: _Story) -> dict[str, Any]:
    first, last = story.articles[0], story.articles[-1]
    at = {"opened_at": first.first_seen_at, "last_at": last.first_seen_at}
    families = len({row.family for row in story.articles})
    return {"id": story.number, "title": first.title, "confirmation": _confirmation(families)} | at


def _confirmation(families: int) -> str:
    return "single_source" if families == 1 else "independent"


def _judge(connection: Connection, of_story: Sequence[tuple[_Story, Row[Any]]]) -> None:
    belongs = update(articles).where(articles.c.id == bindparam("of"))
    changed = belongs.values(story_id=bindparam("story"), judgement=bindparam("said"))
    said = [{"of": row.id, "story": story.number, "said": _judgement(row, story.rule)} for story, row in of_story]
    connection.execute(changed, said)


def _judgement(row: Row[Any], rule: str) -> dict[str, Any]:
    trace = {"rule_id": rule, "fired": True, "reason": f"summary reports {rule}", "severity": "critical", "match": 0}
    others = [
        {"rule_id": other, "fired": False, "reason": f"reports no {other}", "severity": "info"}
        for other in RULES
        if other != rule
    ]
    return {
        "region": "yes",
        "places": row.places,
        "evidence": [f"title names {place}" for place in row.places],
        "matches": [_found(row, rule)],
        "rules": [trace, *others],
    }


def _found(row: Row[Any], rule: str) -> dict[str, Any]:
    term = row.summary.partition(" ")[0]
    return {
        "concept": rule,
        "stance": "agreed",
        "terms": [term],
        "sentence": row.summary,
        "span": {"field": "summary", "start": 0, "end": len(row.summary)},
        "marks": [[0, len(term)]],
    }


def _match(row: Row[Any], rule: str) -> dict[str, Any]:
    found = _found(row, rule)
    span: dict[str, Any] = found.pop("span")
    return found | span | {"article_id": row.id, "revision": 1, "cues": [], "elsewhere": ""}


def _claim(row: Row[Any], story: _Story, draw: random.Random) -> dict[str, Any]:
    numbers = [["killed", draw.randint(1, 20)]] if story.rule == "casualties" else []
    said = {"concept": story.rule, "stance": "agreed", "sentence": row.summary, "numbers": numbers}
    voice = {"speaker": "", "side": draw.choice(SIDES), "family": row.family}
    return {"story_id": story.number, "article_id": row.id, "at": row.first_seen_at} | said | voice


def _raise(connection: Connection, found: Sequence[_Story], now: datetime, draw: random.Random) -> None:
    """One alert for each story: its first articles, what became of it, and who was told."""
    raised, updates, voices, sent, said = [], [], [], [], []
    for story in found:
        alert = _alert(story, now, draw)
        raised.append(alert)
        for revision, row in enumerate(story.articles[: alert["revision"]], 1):
            at, reason = row.first_seen_at, "raised" if revision == 1 else "confirmed"
            told = {"alert_id": story.number, "revision": revision, "reason": reason, "detail": "", "at": at}
            updates.append(told | {"article_id": row.id, "severity": alert["severity"], "stance": "agreed"})
            key = {"alert_id": story.number, "alert_revision": revision, "channel": "desk", "status": "sent"}
            times = {"created_at": at, "next_attempt_at": at, "sent_at": at + timedelta(seconds=2)}
            sent.append(key | times | {"reason": "", "attempts": 1, "key": f"msg_{story.number}_{revision}"})
        for row in story.articles:
            voice = {"alert_id": story.number, "article_id": row.id, "article_revision": 1, "stance": "agreed"}
            voices.append(voice | {"added_at": row.first_seen_at})
        if draw.random() < 0.2:
            verdict = draw.choice(("right", "right", "right", "wrong"))
            said.append({"alert_id": story.number, "verdict": verdict, "reason": "", "at": alert["raised_at"]})
    for table, rows in (
        (alerts, raised),
        (alert_updates, updates),
        (alert_articles, voices),
        (notifications, sent),
        (feedback, said),
    ):
        _put(connection, table, iter(rows))


def _alert(story: _Story, now: datetime, draw: random.Random) -> dict[str, Any]:
    first, last = story.articles[0], story.articles[-1]
    revision = min(len({row.family for row in story.articles}), 4)
    quiet = now - last.first_seen_at > OPEN
    return {
        "id": story.number,
        "rule_id": story.rule,
        "story_id": story.number,
        "article_id": first.id,
        "severity": draw.choice(SEVERITIES),
        "stance": "agreed",
        "match": _found(first, story.rule),
        "places": first.places,
        "why": [f"rule {story.rule}: summary reports it", "about the region: title names a place of it"],
        "revision": revision,
        "routed_revision": revision,
        "raised_at": first.first_seen_at,
        "updated_at": story.articles[revision - 1].first_seen_at if revision > 1 else None,
        "confirmation": _confirmation(revision),
        "reason": "confirmed" if revision > 1 else "raised",
        "closed_at": last.first_seen_at + OPEN if quiet else None,
        "closed_reason": "no new article for 48 hours" if quiet else "",
    }


def _revision(row: Row[Any]) -> dict[str, Any]:
    texts = {"title": row.title, "summary": row.title, "text": "", "fingerprint": "0"}
    return {"article_id": row.id, "number": 1, "seen_at": row.first_seen_at} | texts


def _poll(connection: Connection, now: datetime, polled: timedelta, draw: random.Random) -> None:
    """The feeds' polls until now; every thirtieth feed is failing."""

    def one(step: int, feed: int) -> dict[str, Any]:
        failed = feed % 30 == 0 and step < 6
        new = 0 if failed or draw.random() < 0.8 else 2
        return {
            "feed_id": feed,
            "started_at": now - step * EVERY - timedelta(seconds=feed),
            "duration_ms": draw.randint(40, 900),
            "outcome": "timed_out" if failed else "new" if new else "unchanged",
            "status": None if failed else 200 if new else 304,
            "bytes": 54_000 if new else 0,
            "entries": 30 if new else 0,
            "new": new,
            "revised": 0,
            "error": "no answer within 30 s" if failed else None,
        }

    steps = reversed(range(int(polled / EVERY)))
    _put(connection, polls, (one(step, feed) for step in steps for feed in range(1, FEEDS + 1)))
    hours = {"hours": [1, 1, 0, 0, 1, 2, 5, 8, 9, 9, 8, 7, 6, 7, 8, 8, 7, 6, 5, 4, 4, 3, 2, 1]}
    well = {"last_outcome": "unchanged", "last_ok_at": now, "failures": 0}
    connection.execute(update(feeds).values(last_polled_at=now, next_poll_at=now + EVERY, rate=hours, **well))
    failing = {"last_outcome": "timed_out", "last_error": "no answer within 30 s", "failures": 6}
    connection.execute(update(feeds).where(feeds.c.id % 30 == 0).values(**failing))
    quiet = {"kind": "source_quiet", "subject": "feed 30", "severity": "warning", "title": "Feed 30 is quiet"}
    connection.execute(insert(notices), quiet | {"text": "It has brought nothing for 9 hours.", "raised_at": now})
