"""What a person types into a search box, as a condition on `articles`, for either database.

Words are found by their beginning, so that inflected forms are; "a phrase" is found as it stands; -word leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Integer,
    Select,
    any_,
    cast,
    literal,
    literal_column,
    select,
    table,
    text,
    true,
)
from sqlalchemy import func as sql
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.sql import column

from worker.tables import articles

_TERM = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
_WORD = re.compile(r"[^\W_]+")


# PostgreSQL: of every article the index knows which chunk of 2 ** CHUNK_BITS ids it belongs to, by a word of its own
# that nobody can search for.
CHUNK, CHUNK_BITS = "#", 14  # as in the trigger that writes it, in migration 0001
MOST_CHUNKS = 128  # that are asked for by name: two million articles; more are as good as all

# Of all articles: a word of so many is rare enough to look at each, one of so many is dear to look up in the index.
RARE, COMMON = 0.005, 0.05
_SWITCH = text("SELECT set_config('enable_indexscan', :value, true), set_config('enable_seqscan', :value, true)")
_PLAN = text(
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true), "
    "set_config('max_parallel_workers_per_gather', '0', true)"
)
_EXPLAIN_ALL = text("EXPLAIN (FORMAT JSON) SELECT 1 FROM articles")
_EXPLAIN_SEARCH = text("EXPLAIN (FORMAT JSON) SELECT 1 FROM articles WHERE search @@ to_tsquery('simple', :query)")


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a search: a word's beginning, or a phrase of whole words."""

    words: tuple[str, ...]
    wanted: bool
    whole: bool


def terms_of(query: str) -> tuple[Term, ...]:
    """The terms of a search; punctuation separates words and is never syntax."""
    found = []
    for minus, phrase, word in _TERM.findall(query):
        words = tuple(_WORD.findall(phrase or word))
        if words:
            found.append(Term(words, wanted=not minus, whole=bool(phrase)))
    return tuple(found)


def search_condition(query: str, dialect: Dialect) -> ColumnElement[bool]:
    """A condition that holds for the articles `query` asks for.

    Raises:
        ValueError: nothing in it to look for.
    """
    terms = _some_terms(query)
    if dialect.name == "sqlite":
        index = table("article_search", column("rowid"))
        hit = literal_column("article_search").op("MATCH")(literal(_fts5(terms)))
        return articles.c.id.in_(select(index.c.rowid).where(hit))
    return _matches(_tsquery(terms))


def _matches(tsquery: str) -> ColumnElement[bool]:
    return literal_column("articles.search").op("@@")(sql.to_tsquery("simple", tsquery))


def searched_ids(query: str) -> tuple[Select[Any], ColumnElement[int]]:
    """SQLite: the ids of the articles `query` asks for, and their column: it can be ranged over and sorted by cheaply.

    Raises:
        ValueError: nothing in it to look for.
    """
    terms = _some_terms(query)
    index = table("article_search", column("rowid", Integer))
    hit = literal_column("article_search").op("MATCH")(literal(_fts5(terms)))
    return select(index.c.rowid).where(hit), index.c.rowid


@dataclass(frozen=True, slots=True)
class Lookup:
    """PostgreSQL: a search as its index is best asked."""

    led_by: str  # a tsquery: what the index is asked for
    rest: tuple[ColumnElement[bool], ...]  # … and what is then looked up in each row
    share: float  # of all articles, that the index is expected to lead to
    reads_texts: bool  # of all that the index leads to: it does not know where in a text a word stands

    def within(self, low: int, high: int) -> tuple[ColumnElement[bool], ...]:
        """As conditions on articles whose ids are about those: at least all from `low` to below `high`."""
        chunks = range(low >> CHUNK_BITS, ((high - 1) >> CHUNK_BITS) + 1)
        if len(chunks) > MOST_CHUNKS:
            return (_matches(self.led_by), *self.rest)
        piece = cast("|".join(f"{CHUNK}{number}" for number in chunks), TSQUERY)
        asked = sql.to_tsquery("simple", self.led_by).op("&&")(piece)
        return (literal_column("articles.search").op("@@")(asked), *self.rest)


def whole_chunks(low: int, bottom: int) -> int:
    """Where a piece of the log begins that reaches down to `low` or, as far as its last chunk does, a little further.

    Never below `bottom`.
    """
    return max(low >> CHUNK_BITS << CHUNK_BITS, bottom)


def lookup_of(query: str, connection: Connection) -> Lookup:
    """PostgreSQL: `query` as its index is best asked: for rare words only, where there are rare and common ones.

    It reads the whole list of every word that begins so.

    Raises:
        ValueError: nothing in it to look for.
    """
    terms = _some_terms(query)
    total = max(_estimate(connection, ""), 1.0)
    if len(terms) > 1:
        rows = [_estimate(connection, _tsquery((term,))) for term in terms]
        rare = tuple(term for term, most in zip(terms, rows, strict=True) if term.wanted and most < RARE * total)
        if rare and max(rows) > COMMON * total:
            whole = looked_up(search_condition(query, connection.dialect))
            return Lookup(_tsquery(rare), (whole,), min(rows) / total, reads_texts=True)
    share = _estimate(connection, _tsquery(terms)) / total
    return Lookup(_tsquery(terms), (), share, reads_texts=any(len(term.words) > 1 for term in terms))


def _estimate(connection: Connection, tsquery: str) -> float:
    """How many articles PostgreSQL's planner expects."""
    explain = _EXPLAIN_SEARCH if tsquery else _EXPLAIN_ALL
    plan = connection.execute(explain, {"query": tsquery} if tsquery else {}).scalar_one()
    return float(plan[0]["Plan"]["Plan Rows"])


def looked_up(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """`condition`, to be looked up in each row: PostgreSQL uses no index for a test of truth."""
    return condition.is_(true())


def among(of: ColumnElement[int], ids: Select[Any]) -> ColumnElement[bool]:
    """PostgreSQL: whether `of` is one of `ids`, which are found first, whatever else is asked."""
    return of == any_(sql.array(ids.scalar_subquery()))


def planned_each_time(connection: Connection) -> None:
    """PostgreSQL: until the transaction ends, plan each statement for what is asked, and be quick about it.

    A plan that is to fit any word, or any time, may take a thousand times as long; and a page is too small to compile a
    program for, or to start other processes.
    """
    connection.execute(_PLAN)


@contextmanager
def index_only(connection: Connection) -> Iterator[None]:
    """PostgreSQL: within the block, rows are found by what the full-text index says of them.

    Its planner does not know that a text is dear to read, and would walk the articles one by one.
    """
    connection.execute(_SWITCH, {"value": "off"})
    yield
    connection.execute(_SWITCH, {"value": "on"})


def _some_terms(query: str) -> tuple[Term, ...]:
    terms = terms_of(query)
    if not any(term.wanted for term in terms):
        raise ValueError(f"search {query!r} names no word to look for")
    return terms


def _fts5(terms: tuple[Term, ...]) -> str:
    def said(term: Term) -> str:
        return f'"{" ".join(term.words)}"{"" if term.whole else "*"}'

    wanted = " AND ".join(said(term) for term in terms if term.wanted)
    return "".join([f"({wanted})", *(f" NOT {said(term)}" for term in terms if not term.wanted)])


def _tsquery(terms: tuple[Term, ...]) -> str:
    def said(term: Term) -> str:
        *head, last = term.words
        phrase = " <-> ".join([*(f"'{word}'" for word in head), f"'{last}'{'' if term.whole else ':*'}"])
        return phrase if term.wanted else f"!({phrase})"

    return " & ".join(f"({said(term)})" for term in terms)
