"""Where the articles that may be on one event are found: filed under keys, kept as signatures, looked up by the batch.

Candidates are looked up once for a whole batch, inside its transaction and alone among all workers, and kept up as the
batch goes on: so articles of one batch see each other. Signatures that were read are remembered from batch to batch,
at most `MOST_KEPT` of them in a process (75 MB in all); which story each is in, and whether it has been judged anew
since, is asked of the database every time, so that all workers agree.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

from sqlalchemy import TextClause, bindparam, delete, select, text, update
from sqlalchemy.engine import Connection

from worker.database.rows import upsert
from worker.model import StorySignature
from worker.stories import MOST_CANDIDATES, PER_KEY, is_readable, signature_from_bytes, signature_to_bytes, weight_of
from worker.tables import articles, signatures, story_keys

MOST_KEPT = 8192
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ID_BITS = 48
_ID = (1 << _ID_BITS) - 1

_UNDER_KEYS = {
    "sqlite": text("""
        SELECT wanted.value AS key, (
            SELECT json_group_array(article_id) FROM (
                SELECT article_id FROM story_keys WHERE key = wanted.value AND minute >= :since
                ORDER BY minute DESC, article_id DESC LIMIT :most
            )
        ) AS found FROM json_each(:keys) AS wanted"""),
    "postgresql": text("""
        SELECT wanted.key AS key, ARRAY(
            SELECT article_id FROM story_keys WHERE key = wanted.key AND minute >= :since
            ORDER BY minute DESC, article_id DESC LIMIT :most
        ) AS found FROM unnest(CAST(:keys AS integer[])) AS wanted (key)"""),
}
_FILED_ONE = "INSERT INTO story_keys (key, minute, article_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_FILED_ALL = text("""
    INSERT INTO story_keys (key, minute, article_id)
    SELECT * FROM unnest(CAST(:keys AS integer[]), CAST(:minutes AS integer[]), CAST(:ids AS bigint[]))
    ON CONFLICT DO NOTHING""")
_THESE: Any = bindparam("ids", expanding=True)
# As text and by one list of ids: of thousands at once, parameters and types of their own would cost more.
_OF = {
    "sqlite": "FROM signatures WHERE article_id IN (SELECT value FROM json_each(:ids))",
    "postgresql": "FROM signatures WHERE article_id = ANY(CAST(:ids AS bigint[]))",
}
_WHERE = {dialect: text(f"SELECT article_id, story_id, judged_us {of}") for dialect, of in _OF.items()}
_WHAT = {dialect: text(f"SELECT article_id, signature {of}") for dialect, of in _OF.items()}
_UNFILED = [delete(table).where(table.c.article_id.in_(_THESE)) for table in (signatures, story_keys)]


class Signatures:
    """The signatures that batches read last: at most so many, each until its article is judged anew.

    Used inside transactions that hold every other worker off, and so by one thread at a time.
    """

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._kept: dict[int, tuple[int, StorySignature]] = {}  # by article, the latest used last

    def of(self, article_id: int, judged_us: int) -> StorySignature | None:
        """The signature that an article got at that time, None where it is not kept."""
        kept = self._kept.pop(article_id, None)
        if kept is None or kept[0] != judged_us:
            return None
        self._kept[article_id] = kept
        return kept[1]

    def keep(self, signature: StorySignature, judged_us: int) -> None:
        """Keep a signature, in the place of the one that was not used for longest."""
        self._kept.pop(signature.article_id, None)
        if len(self._kept) >= self._most:
            del self._kept[next(iter(self._kept))]
        self._kept[signature.article_id] = (judged_us, signature)


class Candidates:
    """The articles in stories that those of one batch may belong to."""

    def __init__(
        self,
        connection: Connection,
        keys: Mapping[int, Sequence[int]],
        since: datetime,
        kept: Signatures | None = None,
    ) -> None:
        """Look up the `keys` of all articles of a batch at once, and read what is found for them."""
        self._connection = connection
        self._kept = kept if kept is not None else Signatures()
        self._known: dict[int, StorySignature] = {}
        self._stories: dict[int, set[int]] = {}  # the articles among them, by story
        self._added: list[int] = []
        self._seekers: dict[int, list[int]] = {}  # articles of the batch, by the keys they are looking under
        for article_id, of_article in keys.items():
            for key in of_article:
                self._seekers.setdefault(key, []).append(article_id)
        under = _under_keys(connection, sorted(self._seekers), since)
        # How much the keys tell that each shares: a key counts as often as it weighs.
        self._weights = {key: weight_of(len(found)) for key, found in under.items()}
        self._shared = {
            article_id: Counter(
                chain.from_iterable([under[key] * self._weights[key] for key in of_article if key in under])
            )
            for article_id, of_article in keys.items()
        }
        self._read({found for article_id in keys for found in self._best(article_id)})

    def of(self, article_id: int) -> list[StorySignature]:
        """Those with most keys in common, never the article itself."""
        best = self._best(article_id)
        if missing := [found for found in best if found not in self._known]:
            self._read(missing)
        return [self._known[found] for found in best if found in self._known]

    def know(self, story_id: int) -> bool:
        """Whether a story is one that a candidate is in."""
        return story_id in self._stories

    def _best(self, article_id: int) -> list[int]:
        shared = self._shared.get(article_id)
        if not shared:
            return []
        shared.pop(article_id, None)
        ranked = [(count << _ID_BITS) + found for found, count in shared.items() if count > weight_of(1)]
        if len(ranked) < MOST_CANDIDATES:
            ranked = [(count << _ID_BITS) + found for found, count in shared.items()]
        ranked.sort(reverse=True)
        return [one & _ID for one in ranked[:MOST_CANDIDATES]]

    def add(self, signature: StorySignature, keys: Sequence[int]) -> None:
        """Let the rest of the batch find an article that has just been placed."""
        self._put(signature)
        self._added.append(signature.article_id)
        for key in keys:
            for seeker in self._seekers.get(key, ()):
                self._shared[seeker][signature.article_id] += self._weights.get(key, weight_of(1))

    def merged(self, gone: Collection[int], into: int) -> None:
        """Know that stories have become part of another one."""
        for article_id in [found for story_id in gone for found in self._stories.pop(story_id, ())]:
            self._put(_moved(self._known[article_id], into))

    def keep(self, judged_at: datetime) -> None:
        """Remember, beyond this batch, what was placed in it."""
        for article_id in self._added:
            self._kept.keep(self._known[article_id], _us(judged_at))

    def _put(self, signature: StorySignature) -> None:
        self._known[signature.article_id] = signature
        self._stories.setdefault(signature.story_id, set()).add(signature.article_id)

    def _read(self, article_ids: Collection[int]) -> None:
        if not article_ids:
            return
        unread: dict[int, tuple[int, int]] = {}
        for article_id, story_id, judged_us in self._of(_WHERE, sorted(article_ids)):
            kept = self._kept.of(article_id, judged_us)
            if kept is None:
                unread[article_id] = story_id, judged_us
            else:
                self._put(kept if kept.story_id == story_id else _moved(kept, story_id))
        if not unread:
            return
        for article_id, stored in self._of(_WHAT, list(unread)):
            story_id, judged_us = unread[article_id]
            if not is_readable(stored):
                continue  # another version wrote it: until it is judged anew, it is not found
            self._put(signature_from_bytes(story_id, article_id, stored))
            self._kept.keep(self._known[article_id], judged_us)

    def _of(self, question: Mapping[str, TextClause], article_ids: Sequence[int]) -> Iterable[Any]:
        dialect = self._connection.dialect.name
        given = json.dumps(article_ids) if dialect == "sqlite" else article_ids
        return self._connection.execute(question[dialect], {"ids": given})


def file_articles(
    connection: Connection, filed: Sequence[tuple[StorySignature, Sequence[int]]], judged_at: datetime
) -> None:
    """Keep the signatures of articles that are in stories, and file them under their keys."""
    if not filed:
        return
    rows = [
        {
            "article_id": signed.article_id,
            "story_id": signed.story_id,
            "judged_us": _us(judged_at),
            "signature": signature_to_bytes(signed),
        }
        for signed, _ in filed
    ]
    statement = upsert(connection, signatures, "article_id", ("story_id", "judged_us", "signature"))
    connection.execute(statement, rows)
    # In the order of the index: neighbours lie on one page.
    keys = sorted((key, _minute(signed.at), signed.article_id) for signed, of in filed for key in of)
    if keys and connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_FILED_ONE, keys)
    elif keys:
        columns = zip(("keys", "minutes", "ids"), zip(*keys, strict=True), strict=True)
        connection.execute(_FILED_ALL, {name: list(column) for name, column in columns})


def unfile_articles(connection: Connection, article_ids: Sequence[int]) -> None:
    """Let nobody find these articles any more."""
    for statement in _UNFILED:
        connection.execute(statement, {"ids": article_ids})


def refile_stories(connection: Connection, gone: Sequence[int], into: int) -> None:
    """Have the articles of stories found as those of another one; before they move themselves."""
    moving = select(articles.c.id).where(articles.c.story_id.in_(gone))
    connection.execute(update(signatures).where(signatures.c.article_id.in_(moving)).values(story_id=into))


def prune_articles(connection: Connection, before: datetime) -> int:
    """Drop the keys and signatures of articles that came before that; how many articles. Ids rise with arrival."""
    newest = articles.c.first_seen_at.desc()
    last = connection.scalar(select(articles.c.id).where(articles.c.first_seen_at < before).order_by(newest).limit(1))
    if last is None:
        return 0
    connection.execute(delete(story_keys).where(story_keys.c.article_id <= last))
    return connection.execute(delete(signatures).where(signatures.c.article_id <= last)).rowcount


def _under_keys(connection: Connection, keys: Sequence[int], since: datetime) -> dict[int, list[int]]:
    if not keys:
        return {}
    dialect = connection.dialect.name
    given = json.dumps(keys) if dialect == "sqlite" else keys
    rows: Iterable[Any] = connection.execute(
        _UNDER_KEYS[dialect], {"keys": given, "since": _minute(since), "most": PER_KEY}
    )
    if dialect == "sqlite":
        return {key: json.loads(found) for key, found in rows if found != "[]"}
    return {key: list(found) for key, found in rows}


def _moved(signature: StorySignature, story_id: int) -> StorySignature:
    return replace(signature, story_id=story_id)


def _us(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _minute(at: datetime) -> int:
    """Minutes since 1970: what tells newer from older, in four bytes."""
    return int(at.timestamp()) // 60
