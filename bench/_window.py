"""A log with so many articles in the stories' window, written in bulk by the code that would have written it.

Signatures and keys are those of the match stage; each article is in the story of its event. Articles beyond the window
are left waiting for the match stage.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, text

from bench._news import PUBLISHERS, START, News, Newsrooms
from worker.alerting import signature
from worker.database import connect, migrate
from worker.database.rows import article_row
from worker.model import Article, Feed, Judged, StoredArticle
from worker.store import Store
from worker.store.filed import file_articles
from worker.stories import keys_of
from worker.tables import articles, signatures, stories

AT_ONCE = 5_000


def filled(url: str, window: int, waiting: int) -> dict[int, News]:
    """Fill a new database at `url` and return what waits in it, by id.

    In a process of its own: the memory and the time it takes are no part of what is measured.
    """
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_fill, url, window, waiting).result()


def _fill(url: str, window: int, waiting: int) -> dict[int, News]:
    engine = connect(url)
    migrate(engine)
    Store.on(engine).feeds.add([_feed(number) for number in range(PUBLISHERS)], START)
    news = list(Newsrooms().window(window + waiting))
    with engine.begin() as connection:
        opened = {one.event + 1: one for one in reversed(news[:window])}
        rows = [{"id": of, "title": one.title, "opened_at": one.at, "last_at": one.at} for of, one in opened.items()]
        connection.execute(insert(stories), rows)
    for first in range(0, len(news), AT_ONCE):
        batch = news[first : first + AT_ONCE]
        with engine.begin() as connection:
            _write(connection, [one for one in batch if one.number <= window])
            if unmatched := [_unmatched(one) for one in batch if one.number > window]:
                connection.execute(insert(articles), unmatched)
    _settled(engine)
    engine.dispose()
    return {one.number: one for one in news[window:]}


def article_of(one: News) -> Article:
    """The article as a poll stores it."""
    return Article(
        key=f"https://outlet.example/{one.number}",
        identity=str(one.number),
        url=f"https://outlet.example/{one.number}",
        title=one.title,
        text=one.text,
        language=one.language,
        publisher=f"Outlet {one.publisher}",
        family=f"family-{one.publisher}",
        published_at=one.at,
        first_seen_at=one.at,
        fingerprint=f"{one.number:064x}",
    )


def _write(connection: Connection, batch: Sequence[News]) -> None:
    rows, filed = [], []
    for one in batch:
        stored = StoredArticle(one.number, one.publisher + 1, 1, article_of(one))
        signed = signature(Judged(stored, one.judgement), one.at)
        judged = {"region": "yes", "places": list(one.places), "judgement": {}, "matched_at": one.at}
        rows.append(_unmatched(one) | judged | {"story_id": one.event + 1})
        filed.append((replace(signed, story_id=one.event + 1), keys_of(signed)))
    if rows:
        connection.execute(insert(articles), rows)
        file_articles(connection, filed)


def _unmatched(one: News) -> dict[str, Any]:
    return {"id": one.number, **article_row(article_of(one), one.publisher + 1, None, one.at)}


def _feed(number: int) -> Feed:
    return Feed(
        url=f"https://outlet{number}.example/rss",
        name=f"Outlet {number}",
        publisher=f"Outlet {number}",
        family=f"family-{number}",
    )


def _settled(engine: Engine) -> None:
    """As a database is that has had its time for upkeep."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "postgresql":
            for table in (articles, stories):
                newest = select(func.max(table.c.id)).scalar_subquery()
                connection.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), newest)))
            connection.execute(text("VACUUM ANALYZE"))
            connection.execute(text("CHECKPOINT"))


def size_of(engine: Engine) -> dict[str, float]:
    """Megabytes of what is kept of articles to place others beside them, indexes included."""
    asked = {
        "sqlite": "SELECT sum(pgsize) FROM dbstat WHERE name = :table OR name LIKE '%_' || :table || '_%'",
        "postgresql": "SELECT pg_total_relation_size(CAST(:table AS regclass))",
    }
    with engine.connect() as connection:
        return {
            table.name: (connection.scalar(text(asked[engine.dialect.name]), {"table": table.name}) or 0) / 2**20
            for table in (signatures,)
        }
