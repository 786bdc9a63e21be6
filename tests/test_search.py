"""Searches on both databases: the same articles, however they are found, and every page of them once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from bench._log import News
from tests.factories import NOW, stored_feed
from worker.database import connect
from worker.queries import ArticleFilter, Queries, walk
from worker.store import Store
from worker.tables import article_facets, articles

COUNT = 400
APART = 500  # ids, so that they are of several chunks of the index


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def queries(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path
) -> Iterator[Queries]:
    """Of a log with made-up articles, looked through in small pieces, so that every way of finding them is taken."""
    path = tmp_path_factory.mktemp("log") / "trucewire.db"
    shutil.copy(migrated_sqlite, path)
    is_sqlite = request.param == "sqlite"
    engine = connect(f"sqlite:///{path}" if is_sqlite else request.getfixturevalue("postgresql")())
    stored_feed(Store.on(engine))
    news = News(seed=7)
    rows = [apart(row) | {"feed_id": 1, "matched_at": None} for row in news.articles(COUNT)]
    facets = [{"facet": facet, "article_id": number} for row in rows for facet, number in news.facets(row)]
    with engine.begin() as connection:
        connection.execute(insert(articles), rows)
        connection.execute(insert(article_facets), facets)
        connection.execute(articles.update().values(matched_at=NOW))  # from now on they can be searched
    with pytest.MonkeyPatch.context() as patch:
        for name, small in (("FEW", 5), ("FIRST", 10 * APART), ("SPARE", 0.2)):
            patch.setattr(walk, name, small)
        yield Queries(engine)
    engine.dispose()


def apart(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"id": row["id"] * APART}


def page_by_page(queries: Queries, wanted: ArticleFilter) -> list[int]:
    found: list[int] = []
    while page := queries.articles(wanted, 7, found[-1] if found else None):
        found += [row["id"] for row in page]
    return found


def words_of(row: dict[str, object]) -> list[str]:
    text = f"{row['title']} {row['summary']} {row['text']}".lower()
    return text.replace(".", "").split()


NEWS = News(seed=7)
ALL = [apart(row) for row in News(seed=7).articles(COUNT)]
COMMON, NEXT, OTHER, RARE = NEWS.words[0], NEWS.words[1], NEWS.words[30], NEWS.words[900]
PLACE, RARE_PLACE = NEWS.places[0], NEWS.places[120]


def expected(search: str = "", **conditions: object) -> list[int]:
    """What a reader with a pencil would find."""
    found = []
    for row in reversed(ALL):
        hit = not search or any(word.startswith(search) for word in words_of(row))
        fits = all(value in (row[name] if name == "places" else [row[name]]) for name, value in conditions.items())
        found += [row["id"]] if hit and fits else []
    return found


def expected_phrase(first: str, second: str, **conditions: object) -> list[int]:
    """… where one word follows the other."""
    texts = {row["id"]: " ".join(words_of(row)) for row in ALL}
    return [number for number in expected(first, **conditions) if f" {first} {second} " in f" {texts[number]} "]


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (ArticleFilter(search=COMMON), expected(COMMON)),
        (ArticleFilter(search=OTHER), expected(OTHER)),
        (ArticleFilter(search=RARE), expected(RARE)),
        (ArticleFilter(search="qqqqq"), []),
        (ArticleFilter(search=f"{COMMON} {RARE}"), sorted({*expected(COMMON)} & {*expected(RARE)}, reverse=True)),
        (ArticleFilter(search=f'"{COMMON} {NEXT}"'), expected_phrase(COMMON, NEXT)),
        (ArticleFilter(search=f'"{COMMON} {NEXT}"', region="no"), expected_phrase(COMMON, NEXT, region="no")),
        (ArticleFilter(search=f"{OTHER} -{COMMON}"), sorted({*expected(OTHER)} - {*expected(COMMON)}, reverse=True)),
        (ArticleFilter(place=PLACE), expected(places=PLACE)),
        (ArticleFilter(search=COMMON, place=PLACE), expected(COMMON, places=PLACE)),
        (ArticleFilter(search=COMMON, place=RARE_PLACE), expected(COMMON, places=RARE_PLACE)),
        (ArticleFilter(search=OTHER, language="ka"), expected(OTHER, language="ka")),
        (ArticleFilter(search=OTHER, region="unknown"), expected(OTHER, region="unknown")),
        (ArticleFilter(publisher=ALL[0]["publisher"]), expected(publisher=ALL[0]["publisher"])),
        (ArticleFilter(search=COMMON, publisher=ALL[0]["family"]), expected(COMMON, family=ALL[0]["family"])),
        (ArticleFilter(since=ALL[100]["first_seen_at"]), expected()[: COUNT - 100]),
        (ArticleFilter(until=ALL[100]["first_seen_at"]), expected()[COUNT - 100 :]),
        (
            ArticleFilter(search=COMMON, since=ALL[50]["first_seen_at"], until=ALL[350]["first_seen_at"]),
            [number for number in expected(COMMON) if 50 * APART < number <= 350 * APART],
        ),
    ],
)
def test_every_page_together_is_what_is_asked_for(queries: Queries, wanted: ArticleFilter, ids: list[int]) -> None:
    found = page_by_page(queries, wanted)

    assert found == ids
    assert queries.count_articles(wanted) == len(ids)
    assert [row["id"] for row in queries.export_articles(wanted, 50)] == ids[::-1]
