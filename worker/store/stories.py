"""Stories: opened, joined, and closed when they are quiet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Engine, bindparam, func, insert, select, update
from sqlalchemy.engine import Connection

from worker.database.rows import chunks
from worker.database.stories import KnownStory
from worker.store.filed import prune_articles
from worker.tables import UtcDateTime, alerts, stories
from worker.titling import titling_article

# Made once: making a statement costs more than running it.
_OPENED = insert(stories).returning(stories.c.id, sort_by_parameter_order=True)
_JOINED = (
    update(stories)
    .where(stories.c.id.in_(bindparam("ids", expanding=True)), stories.c.merged_into_id.is_(None))
    .values(last_at=bindparam("now", type_=UtcDateTime), closed_at=None)
)
_TITLED = (
    update(stories)
    .where(stories.c.id == bindparam("story"))
    .values(title=bindparam("headline"), language=bindparam("in_language"), titled_by_id=bindparam("article"))
)
_CURRENT = select(func.coalesce(stories.c.merged_into_id, stories.c.id)).where(stories.c.id == bindparam("story_id"))


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
        """Drop what articles are found by that came before any that may still find them; how many articles."""
        with self._engine.begin() as connection:
            return prune_articles(connection, before)


def open_stories(connection: Connection, titles: Sequence[str], now: datetime) -> list[int]:
    """Open a story for each title; their ids, in that order."""
    if not titles:
        return []
    rows = [{"title": title, "opened_at": now, "last_at": now} for title in titles]
    return list(connection.execute(_OPENED, rows).scalars())


def join_stories(connection: Connection, story_ids: Sequence[int], now: datetime) -> None:
    """Know of an article that each of these stories has got: those that were closed are open again."""
    for part in chunks(story_ids):
        connection.execute(_JOINED, {"ids": part, "now": now})


def title_stories(connection: Connection, known: Iterable[KnownStory], language: str) -> None:
    """Give stories the headlines of their most telling articles; `language` is the reader's."""
    rows = []
    for story in known:
        article_id = titling_article(story.sources, story.claims, list(story.alerts.values()), language)
        if article_id is not None:
            source = story.sources[article_id]
            titled = {"headline": source.title, "in_language": source.language, "article": article_id}
            rows.append({"story": story.story_id} | titled)
    if rows:
        connection.execute(_TITLED, rows)


def current_story(connection: Connection, story_id: int) -> int:
    """The story itself, or the one that it has become part of."""
    return int(connection.execute(_CURRENT, {"story_id": story_id}).scalar_one())
