"""All articles under a filter, however long that takes: pieces that take too long are asked again in halves."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Engine, insert

from bench._log import News
from tests.factories import NOW, stored_feed
from worker.errors import TooSlowError
from worker.queries import ArticleFilter, whole
from worker.queries.conditions import Range
from worker.store import Store
from worker.tables import articles

APART = 3_000  # ids, so that they are of several pieces
IDS = [number * APART for number in range(1, 41)]


@pytest.fixture
def log(sqlite_engine: Engine) -> Engine:
    """With a few articles, far apart."""
    stored_feed(Store.on(sqlite_engine))
    rows = [row | {"id": row["id"] * APART, "feed_id": 1, "matched_at": NOW} for row in News().articles(len(IDS))]
    with sqlite_engine.begin() as connection:
        connection.execute(insert(articles), rows)
    return sqlite_engine


class Slow:
    """A log that answers for so many ids at most."""

    def __init__(self, widest: int) -> None:
        self.widest = widest
        self.refused = 0

    def ids_within(self, _: Connection, __: ArticleFilter, piece: Range) -> list[int]:
        if piece.high - piece.low > self.widest:
            self.refused += 1
            raise TooSlowError("too long")
        return [number for number in IDS if piece.low <= number < piece.high]


def test_a_piece_that_takes_too_long_is_asked_again_in_halves(log: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(widest=5_000)
    monkeypatch.setattr(whole, "ids_within", slow.ids_within)

    found = [row["id"] for row in whole.whole(log, ArticleFilter(), at_once=7)]

    assert found == IDS
    assert slow.refused == 4  # until 65,536 has been halved to 4,096


def test_a_log_that_cannot_answer_for_a_thousand_ids_fails(log: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "ids_within", Slow(widest=500).ids_within)

    with pytest.raises(TooSlowError):
        list(whole.whole(log, ArticleFilter()))


def test_a_search_that_names_no_word_is_refused_before_anything_is_read(log: Engine) -> None:
    with pytest.raises(ValueError, match="no word"):
        whole.whole(log, ArticleFilter(search="-only"))
