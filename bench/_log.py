"""A made-up log, the same for the same seed: articles in six languages, put into an empty database in bulk.

Words are drawn by Zipf's law from a vocabulary of made-up ones, as are publishers and places, so that there are rare
and common ones of each. Each language writes the words in its own letters, so that a word is one of that language.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert, text

from worker.tables import article_facets, articles, feeds

START = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
AT_ONCE = 5_000
LETTERS = "abdegiklmnoprstuvz"
# What each language writes for them; Azerbaijani and Turkish have some letters of their own.
ALPHABETS = {
    "ru": "абдегиклмнопрстувз",
    "hy": "աբդեգիկլմնոպրստուվ",
    "ka": "აბდეგიკლმნოპრსტუვზ",
    "az": "abdəgıklmnoprştuvz",
    "tr": "abdeğiklmnöprşüuvz",
}
LANGUAGES = ("en", "ru", "hy", "az", "tr", "ka", "")
LANGUAGE_SHARES = (40, 25, 10, 8, 7, 5, 5)
REGIONS, REGION_SHARES = ("no", "yes", "unknown"), (70, 20, 10)
RULES = ("ceasefire", "shelling", "blockade", "casualties", "talks", "troops", "exchange", "airspace")
COLUMNS = (
    "id", "key", "feed_id", "identity", "url", "title", "summary", "text", "author", "language", "publisher", "family",
    "published_at", "first_seen_at", "fingerprint", "machine_written", "credit", "labels", "notes", "revision",
    "region", "places", "judgement", "matched_at",
)  # fmt: skip

FACET = ("facet", "article_id")
FEEDS = 200
STAGED = ("CREATE TEMP TABLE staged (LIKE articles)", "ALTER TABLE staged ALTER page_attempts SET DEFAULT 0")
# The last column is what the trigger of the migration writes when an article is judged.
FROM_STAGED = f"""
    INSERT INTO articles ({", ".join(COLUMNS)}, search)
    SELECT {", ".join(COLUMNS)}, to_tsvector('simple', title || ' ' || summary || ' ' || left(text, 100000))
        || array_to_tsvector(ARRAY['#' || (id >> 14)])
    FROM staged ORDER BY id
"""
_LETTERS = {language: str.maketrans(LETTERS, letters) for language, letters in ALPHABETS.items()}


def written(words: str, language: str) -> str:
    """Words of the vocabulary, in a language's letters."""
    return words.translate(_LETTERS[language]) if language in _LETTERS else words


class News:
    """Made-up articles, the same for the same seed.

    Args:
        seed: of all that is drawn.
        begin: when the first one arrives.
        span: from the first to the last.
        places: what they may name; made up, too, where none are given.
    """

    def __init__(
        self, seed: int = 1, *, begin: datetime = START, span: timedelta = YEAR, places: Sequence[str] = ()
    ) -> None:
        self._random = random.Random(seed)
        self._begin, self._span = begin, span
        self.words = self._names(60_000, 3, 11)
        self._word_weights = self._zipf(len(self.words))
        self.publishers = [f"{name} news" for name in self._names(300, 4, 8)]
        self._publisher_weights = self._zipf(len(self.publishers))
        self._publisher_numbers = {name: number for number, name in enumerate(self.publishers)}
        self.places = list(places) or [name.title() for name in self._names(200, 5, 9)]
        self._place_weights = self._zipf(len(self.places))

    def _names(self, count: int, shortest: int, longest: int) -> list[str]:
        found: dict[str, None] = {}
        while len(found) < count:
            length = self._random.randint(shortest, longest)
            found["".join(self._random.choices(LETTERS, k=length))] = None
        return list(found)

    @staticmethod
    def _zipf(count: int) -> list[float]:
        return list(itertools.accumulate(1 / rank for rank in range(1, count + 1)))

    def articles(self, count: int) -> Iterator[dict[str, Any]]:
        """`count` articles, oldest first."""
        draw = self._random
        for number in range(1, count + 1):
            long = draw.random() < 0.4
            drawn = draw.choices(self.words, cum_weights=self._word_weights, k=33 + (150 if long else 0))
            publisher = draw.choices(self.publishers, cum_weights=self._publisher_weights)[0]
            at = self._begin + self._span * (number / count)
            region = draw.choices(REGIONS, REGION_SHARES)[0]
            language = draw.choices(LANGUAGES, LANGUAGE_SHARES)[0]
            some = draw.choices(self.places, cum_weights=self._place_weights, k=2) if region == "yes" else []
            yield {
                "id": number,
                "key": f"https://outlet.example/{number}",
                "feed_id": 1 + self._publisher_numbers[publisher] % FEEDS,
                "identity": str(number),
                "url": f"https://outlet.example/{number}",
                "title": written(" ".join(drawn[:8]), language).capitalize(),
                "summary": written(" ".join(drawn[8:33]), language) + ".",
                "text": written(" ".join(drawn[33:]), language),
                "author": "",
                "language": language,
                "publisher": publisher,
                "family": publisher.partition(" ")[0],
                "published_at": at - timedelta(minutes=5),
                "first_seen_at": at,
                "fingerprint": f"{number:064x}",
                "machine_written": False,
                "credit": "",
                "labels": [],
                "notes": [],
                "revision": 1,
                "region": region,
                "places": list(dict.fromkeys(some)),
                "judgement": {"rules": []},
                "matched_at": at,
            }

    def facets(self, article: dict[str, Any]) -> list[tuple[str, int]]:
        """What an article is about."""
        found = [f"place:{name}" for name in article["places"]]
        if article["places"] and self._random.random() < 0.3:
            rule, stance = self._random.choice(RULES), self._random.choice(("agreed", "denied", "violated"))
            found += [f"rule:{rule}", f"concept:{rule}", f"stance:{stance}", f"report:{rule}:{stance}"]
        return [(facet, article["id"]) for facet in found]


def fill(engine: Engine, news: News, count: int) -> None:
    """Put `count` articles into an empty, migrated database, as fast as it takes them."""
    with engine.begin() as connection:
        connection.execute(insert(feeds), [_feed(number) for number in range(1, FEEDS + 1)])
    if engine.dialect.name == "sqlite":
        _fill_sqlite(engine, news, count)
    else:
        _fill_postgresql(engine, news, count)


def _batches(news: News, count: int) -> Iterator[tuple[list[dict[str, Any]], list[tuple[str, int]]]]:
    rows = news.articles(count)
    while batch := list(itertools.islice(rows, AT_ONCE)):
        yield batch, [facet for row in batch for facet in news.facets(row)]


def _fill_sqlite(engine: Engine, news: News, count: int) -> None:
    with engine.begin() as connection:
        triggers = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        for row in triggers:
            connection.execute(text(f"DROP TRIGGER {row.name}"))
    for batch, facets in _batches(news, count):
        with engine.begin() as connection:
            connection.execute(insert(articles), batch)
            connection.execute(insert(article_facets), [dict(zip(FACET, facet, strict=True)) for facet in facets])
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO article_search(article_search) VALUES ('rebuild')"))
        for row in triggers:
            connection.exec_driver_sql(row.sql)
    _analyse(engine, "ANALYZE")


def _fill_postgresql(engine: Engine, news: News, count: int) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX ix_articles_search"))
    for batch, facets in _batches(news, count):
        with engine.begin() as connection:
            for statement in STAGED:
                connection.execute(text(statement))
            cursor: Any = connection.connection.cursor()
            _copy(cursor, "staged", COLUMNS, ([_plain(row[name]) for name in COLUMNS] for row in batch))
            connection.execute(text(FROM_STAGED))
            _copy(cursor, "article_facets", FACET, facets)
            connection.execute(text("DROP TABLE staged"))
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        connection.execute(text("CREATE INDEX ix_articles_search ON articles USING gin (search)"))
        connection.execute(text("SELECT setval('articles_id_seq', :last)"), {"last": count})
    _analyse(engine, "VACUUM ANALYZE")


def _analyse(engine: Engine, statement: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(statement)


def _copy(cursor: Any, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _plain(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (list, dict)) else value


def _feed(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "url": f"https://outlet.example/rss/{number}",
        "name": f"Feed {number}",
        "publisher": f"Feed {number}",
        "family": f"feed{number}",
        "languages": ["en"],
        "country": "AM",
        "dedicated": False,
        "full_text": "never",
        "enabled": True,
        "origin": "bench",
        "added_at": START,
        "next_poll_at": START,
        "rate": {},
    }
