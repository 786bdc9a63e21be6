"""Many rows at once: they arrive as they were given, whatever is in them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from tests.factories import NOW, a_feed
from worker.database.bulk import array_of, inserting, one_of, texts_for, updating
from worker.store import Store
from worker.tables import feeds, memory, polls

AWKWARD = [
    "",
    "NULL",
    "null",
    "{}",
    "a,b",
    '"',
    "\\",
    '\\"',
    "{'a'}",
    " ",
    "\n",
    "հա՛յ",
    "%s",
    ":name",
    "{rows}",
    "\x01",
]
texts = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9) | st.none())


@pytest.fixture
def feed_id(store: Store) -> int:
    store.feeds.add([a_feed()], NOW)
    return store.feeds.due_feeds(NOW, 1)[0].feed_id


def test_texts_arrive_as_they_were_given(engine: Engine) -> None:
    with engine.begin() as connection:
        written = inserting(memory, ("name", "value", "at")).run(
            connection, [(one, {"is": one}, NOW) for one in AWKWARD]
        )
        found = {row.name: (row.value, row.at) for row in connection.execute(select(memory))}

    assert written == len(AWKWARD)
    assert found == {one: ({"is": one}, NOW) for one in AWKWARD}


def test_a_row_that_is_there_stays_as_it_is(engine: Engine) -> None:
    insert = inserting(memory, ("name", "value", "at"))

    with engine.begin() as connection:
        insert.run(connection, [("a", 1, NOW)])
        written = insert.run(connection, [("a", 2, NOW), ("b", 3, NOW), ("b", 4, NOW)])
        found = {row.name: row.value for row in connection.execute(select(memory))}

    assert (written, found) == (1, {"a": 1, "b": 3})


def test_many_rows_are_written_whatever_one_statement_holds(store: Store, feed_id: int) -> None:
    names = ("feed_id", "started_at", "duration_ms", "outcome", "status", "bytes", "entries", "new", "revised", "error")
    rows = [(feed_id, NOW + timedelta(seconds=one), one, "new", None, 1, 2, 3, 4, None) for one in range(1201)]

    with store.engine.begin() as connection:
        written = inserting(polls, names).run(connection, rows)
        last = connection.execute(select(polls).where(polls.c.duration_ms == 1200)).one()
        count = connection.scalar(select(func.count()).select_from(polls))

    assert (written, count) == (1201, 1201)
    assert (last.started_at, last.status, last.error, last.revised) == (NOW + timedelta(seconds=1200), None, None, 4)


def test_an_update_changes_the_row_of_its_id(store: Store, feed_id: int) -> None:
    with store.engine.begin() as connection:
        written = updating(feeds, ("needs_person", "etag", "rate")).run(
            connection, [(True, '"7"', {"a": 0.5}, feed_id)]
        )
        row = connection.execute(select(feeds)).one()

    assert written == 1
    assert (row.needs_person, row.etag, row.rate) == (True, '"7"', {"a": 0.5})


def test_names_are_looked_for_as_one_value(store: Store, feed_id: int) -> None:
    with store.engine.connect() as connection:
        question = select(feeds.c.id).where(one_of(feeds.c.url)[connection.dialect.name])
        found = list(connection.scalars(question, {"names": texts_for(connection, [*AWKWARD, a_feed().url])}))
        none = list(connection.scalars(question, {"names": texts_for(connection, [])}))

    assert (found, none) == ([feed_id], [])


def test_no_row_is_no_statement(engine: Engine) -> None:
    with engine.begin() as connection:
        assert inserting(memory, ("name", "value", "at")).run(connection, []) == 0


@given(texts)
def test_an_array_has_as_many_elements_as_texts(some: list[str | None]) -> None:
    bare = array_of(some).replace("\\\\", "").replace('\\"', "")

    assert bare.count('"') == 2 * sum(one is not None for one in some)


def test_a_text_with_a_nul_is_refused() -> None:
    with pytest.raises(ValueError, match="NUL"):
        array_of(["a", "b\0c"])
