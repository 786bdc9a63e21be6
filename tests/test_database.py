"""The engine, the migrations, full-text search."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.default import DefaultDialect

from tests.factories import NOW, a_poll_plan, an_article, stored_feed
from worker.database import connect, held_alone, migrate, reading
from worker.database.rows import KEY_BYTES, stored_key
from worker.database.search import search_condition, terms_of
from worker.errors import AlreadyRunningError, StoreError
from worker.queries import ArticleFilter, Queries
from worker.store import Store
from worker.tables import UtcDateTime, articles, metadata

MADE_BY_HAND = {"search", "ix_articles_search"}  # full text, which differs between the two databases


def of_search(difference: object) -> bool:
    text_of = repr(difference)
    return "article_search" in text_of or any(f"'{name}'" in text_of for name in MADE_BY_HAND)


def test_migrations_make_exactly_the_tables_of_the_code(engine: Engine) -> None:
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)

    assert [one for one in differences if not of_search(one)] == []


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    migrate(engine)

    with reading(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1


def test_a_database_that_is_up_to_date_is_known_without_alembic(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("alembic.command.upgrade")

    migrate(sqlite_engine)

    with reading(sqlite_engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM articles")) == 0


def test_a_database_of_a_later_version_is_refused(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreError, match="later version"):
        migrate(engine)


@pytest.mark.parametrize("url", ["mysql://localhost/x", "no url at all"])
def test_a_url_of_another_database_is_refused(url: str) -> None:
    with pytest.raises(StoreError):
        connect(url)


def test_an_unreachable_database_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match="cannot be opened"):
        migrate(connect(f"postgresql://nobody@127.0.0.1:1/{tmp_path.name}"))


def test_a_second_embedded_trucewire_is_refused_while_the_first_runs(engine: Engine) -> None:
    second = connect(str(engine.url.render_as_string(hide_password=False)))

    with held_alone(engine), pytest.raises(AlreadyRunningError, match="another trucewire"), held_alone(second):
        pass
    with held_alone(second):
        pass

    second.dispose()


def test_all_connections_of_a_process_share_what_sqlite_may_take(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'some.db'}").execution_options(read_only=True)

    with engine.connect() as one, engine.connect() as other:
        bounds = {connection.exec_driver_sql("PRAGMA soft_heap_limit").scalar() for connection in (one, other)}

    engine.dispose()
    assert bounds == {16 * 2**20}


def test_times_come_back_aware_and_in_utc(engine: Engine) -> None:
    store, yerevan = Store.on(engine), timezone(timedelta(hours=4))
    store.upkeep.beat("poll", datetime(2026, 3, 14, 16, 0, tzinfo=yerevan))

    beats = Queries(engine).health(NOW).heartbeats

    assert beats == {"poll": NOW}
    assert beats["poll"].tzinfo is UTC


@pytest.mark.parametrize("kind", [sqlite.dialect, postgresql.dialect])
def test_a_naive_time_is_refused(kind: Any) -> None:
    with pytest.raises(ValueError, match="naive"):
        UtcDateTime().process_bind_param(datetime(2026, 3, 14), kind())  # noqa: DTZ001


@given(st.text())
def test_a_stored_key_fits_an_index_and_stays_what_it_is(key: str) -> None:
    once = stored_key(key.encode("utf-8", "ignore").decode())

    assert len(once.encode()) <= KEY_BYTES
    assert stored_key(once) == once


def test_long_keys_with_one_beginning_stay_apart() -> None:
    beginning = "https://outlet.example/" + "ա" * 600

    assert stored_key(beginning + "1") != stored_key(beginning + "2")


CORPUS = {
    1: "Перемирие нарушено в Степанакерте",
    2: "Հրադադարը խախտվել է Լաչինում",
    3: "Atəşkəs rejimi pozulub, Laçın",
    4: "ცეცხლის შეწყვეტა თბილისში",
    5: "Ceasefire talks in Tbilisi: no breakthrough",
    6: "Talks on the Lachin ceasefire",
}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("перемири", {1}),
        ("Հրադադար", {2}),
        ("atəşkəs", {3}),
        ("ცეცხლის", {4}),
        ("ceasefire", {5, 6}),
        ("cease", {5, 6}),
        ("ceasefire talks", {5, 6}),
        ('"ceasefire talks"', {5}),
        ("ceasefire -Tbilisi", {6}),
        ('talks -"no breakthrough"', {6}),
        ("LACHIN", {6}),
        ("breakthrough) OR (talks", set()),
        ("тегеран", set()),
    ],
)
def test_search_finds_words_by_their_beginning_and_phrases_as_they_stand(
    engine: Engine, query: str, found: set[int]
) -> None:
    store = Store.on(engine)
    feed_id = stored_feed(store)
    corpus = [an_article(number, title=title, summary="") for number, title in CORPUS.items()]
    store.polls.apply_polls([a_poll_plan(*corpus, feed_id=feed_id)])
    judge_all(engine)

    rows = Queries(engine).articles(ArticleFilter(search=query))

    assert {int(row["url"].rsplit("/", 1)[1]) for row in rows} == found


def judge_all(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(articles.update().values(matched_at=NOW))


def found_by(engine: Engine, query: str) -> list[str]:
    return [str(row["title"]) for row in Queries(engine).articles(ArticleFilter(search=query))]


def test_search_follows_what_an_article_says_from_its_judgement_on(engine: Engine) -> None:
    store = Store.on(engine)
    feed_id = stored_feed(store)
    store.polls.apply_polls([a_poll_plan(an_article(1, title="Truce"), feed_id=feed_id)])
    before_judgement = found_by(engine, "truce")

    judge_all(engine)
    judge_all(engine)
    judged = found_by(engine, "truce")
    with engine.begin() as connection:
        connection.execute(articles.update().values(title="Talks", matched_at=None))

    assert (before_judgement, judged) == ([], ["Truce"])
    assert (found_by(engine, "truce"), found_by(engine, "talks")) == ([], ["Talks"])


@pytest.mark.parametrize("query", ["-war", "!!!", "   ", '""'])
def test_a_search_for_nothing_is_refused(query: str) -> None:
    with pytest.raises(ValueError, match="names no word"):
        search_condition(query, DefaultDialect())


@given(st.text(max_size=80))
def test_no_query_is_a_syntax_error(query: str) -> None:
    words = [word for term in terms_of(query) for word in term.words]

    assert all(word.isalnum() for word in words)
