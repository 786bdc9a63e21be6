"""Stories: where articles of the same event are looked for; opened, and closed when they are quiet.

Candidates are looked up once for a whole batch, inside its transaction and alone among all workers, and kept up as the
batch goes on: so articles of one batch see each other.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Engine, bindparam, delete, select, text, update
from sqlalchemy.engine import Connection

from worker.database.rows import chunks
from worker.model import MatchPlan, StorySignature
from worker.stories import MOST_CANDIDATES, PER_KEY, signature_from_json
from worker.tables import UtcDateTime, alerts, articles, stories, story_keys

_UNDER_KEYS = {
    "sqlite": """
        SELECT wanted.value AS key, (
            SELECT json_group_array(article_id) FROM (
                SELECT article_id FROM story_keys
                WHERE key = wanted.value AND at >= :since ORDER BY at DESC LIMIT :most
            )
        ) AS found FROM json_each(:keys) AS wanted""",
    "postgresql": """
        SELECT wanted.key AS key, ARRAY(
            SELECT article_id FROM story_keys
            WHERE key = wanted.key AND at >= :since ORDER BY at DESC LIMIT :most
        ) AS found FROM unnest(CAST(:keys AS bigint[])) AS wanted (key)""",
}


class StoryStore:
    """Writes that end what has become quiet."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def close_quiet(self, before: datetime, now: datetime, reason: str) -> int:
        """Close the stories without an article since `before`, and their alerts without an update; how many alerts.

        A later article that joins such a story opens it again, and its alerts as soon as it changes them.
        """
        quiet = select(stories.c.id).where(stories.c.closed_at.is_(None), stories.c.last_at < before)
        of_quiet = select(stories.c.id).where(stories.c.closed_at.is_not(None))
        with self._engine.begin() as connection:
            connection.execute(update(stories).where(stories.c.id.in_(quiet)).values(closed_at=now))
            closing = alerts.c.closed_at.is_(None) & alerts.c.story_id.in_(of_quiet)
            untouched = (alerts.c.updated_at.is_(None) & (alerts.c.raised_at < before)) | (alerts.c.updated_at < before)
            values = {"closed_at": now, "closed_reason": reason}
            return connection.execute(update(alerts).where(closing, untouched).values(values)).rowcount

    def prune_keys(self, before: datetime) -> int:
        """Drop the keys of articles older than any that may still find them; how many."""
        with self._engine.begin() as connection:
            return connection.execute(delete(story_keys).where(story_keys.c.at < before)).rowcount


class Candidates:
    """The articles in stories that those of one batch may belong to."""

    def __init__(self, connection: Connection, keys: Mapping[int, Sequence[int]], since: datetime) -> None:
        """Look up the `keys` of all articles of a batch at once, and read what is found for them."""
        every = {key for of_article in keys.values() for key in of_article}
        self._by_key: dict[int, list[int]] = _under_keys(connection, sorted(every), since)
        self._known: dict[int, StorySignature] = {}
        self._connection = connection
        self._read(sorted({found for article_id in keys for found in self._best(article_id, keys[article_id])}))

    def of(self, article_id: int, keys: Sequence[int]) -> list[StorySignature]:
        """Those with most keys in common, never the article itself."""
        best = self._best(article_id, keys)
        if missing := [found for found in best if found not in self._known]:
            self._read(missing)
        return [self._known[found] for found in best if found in self._known]

    def _best(self, article_id: int, keys: Sequence[int]) -> list[int]:
        shared = Counter(found for key in keys for found in self._by_key.get(key, ()) if found != article_id)
        return [found for found, _ in sorted(shared.items(), key=lambda item: (-item[1], -item[0]))[:MOST_CANDIDATES]]

    def add(self, signature: StorySignature, keys: Sequence[int]) -> None:
        """Let the rest of the batch find an article that has just been placed."""
        self._known[signature.article_id] = signature
        for key in keys:
            under = self._by_key.setdefault(key, [])
            if signature.article_id not in under:
                under.insert(0, signature.article_id)

    def forget_stories(self) -> None:
        """Read anew which story each article is in: some were merged."""
        self._known.clear()

    def _read(self, article_ids: Sequence[int]) -> None:
        for part in chunks(article_ids):
            statement = select(articles.c.id, articles.c.story_id, articles.c.signature).where(
                articles.c.id.in_(part), articles.c.story_id.is_not(None), articles.c.signature.is_not(None)
            )
            for row in self._connection.execute(statement):
                self._known[row.id] = signature_from_json(row.story_id, row.id, row.signature)


def _under_keys(connection: Connection, keys: Sequence[int], since: datetime) -> dict[int, list[int]]:
    if not keys:
        return {}
    dialect = connection.dialect.name
    statement = text(_UNDER_KEYS[dialect]).bindparams(bindparam("since", type_=UtcDateTime))
    given = json.dumps(keys) if dialect == "sqlite" else list(keys)
    rows = connection.execute(statement, {"keys": given, "since": since, "most": PER_KEY})
    return {row.key: json.loads(row.found) if dialect == "sqlite" else list(row.found) for row in rows}


def place_article(connection: Connection, plan: MatchPlan, now: datetime) -> int | None:
    """The story that a plan puts its article into: opened, or known and open again; None where there is none."""
    if plan.opens_story:
        row = {"title": plan.judged.stored.article.title, "opened_at": now, "last_at": now}
        opened: int = connection.execute(stories.insert().returning(stories.c.id), row).scalar_one()
        return opened
    if plan.story_id is None:
        return None
    # What was read before this transaction began may have been merged since.
    into = connection.scalar(select(stories.c.merged_into_id).where(stories.c.id == plan.story_id))
    story_id = plan.story_id if into is None else int(into)
    connection.execute(update(stories).where(stories.c.id == story_id).values(last_at=now, closed_at=None))
    return story_id
