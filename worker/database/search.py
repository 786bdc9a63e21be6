"""What a person types into a search box, as a condition on `articles`, for either database.

Words are found by their beginning, so that inflected forms are; "a phrase" is found as it stands; -word leaves out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Dialect, literal, literal_column, select, table
from sqlalchemy import func as sql
from sqlalchemy.sql import column

from worker.tables import articles

_TERM = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
_WORD = re.compile(r"[^\W_]+")


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
    terms = terms_of(query)
    if not any(term.wanted for term in terms):
        raise ValueError(f"search {query!r} names no word to look for")
    if dialect.name == "sqlite":
        index = table("article_search", column("rowid"))
        hit = literal_column("article_search").op("MATCH")(literal(_fts5(terms)))
        return articles.c.id.in_(select(index.c.rowid).where(hit))
    return literal_column("articles.search").op("@@")(sql.to_tsquery("simple", _tsquery(terms)))


def _fts5(terms: tuple[Term, ...]) -> str:
    def text(term: Term) -> str:
        return f'"{" ".join(term.words)}"{"" if term.whole else "*"}'

    wanted = " AND ".join(text(term) for term in terms if term.wanted)
    return "".join([f"({wanted})", *(f" NOT {text(term)}" for term in terms if not term.wanted)])


def _tsquery(terms: tuple[Term, ...]) -> str:
    def text(term: Term) -> str:
        *head, last = term.words
        phrase = " <-> ".join([*(f"'{word}'" for word in head), f"'{last}'{'' if term.whole else ':*'}"])
        return phrase if term.wanted else f"!({phrase})"

    return " & ".join(f"({text(term)})" for term in terms)
