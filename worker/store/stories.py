"""Stories: opened, joined, and closed when they are quiet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, bindparam, select, update
from sqlalchemy.engine import Connection

from worker.model import MatchPlan
from worker.store.candidates import prune_articles
from worker.tables import UtcDateTime, alerts, stories

# Made once: making a statement costs more than running it.
_OPENED = stories.insert().returning(stories.c.id)
_JOINED = (
    update(stories)
    .where(stories.c.id == bindparam("story_id"), stories.c.merged_into_id.is_(None))
    .values(last_at=bindparam("now", type_=UtcDateTime), closed_at=None)
)


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


def place_article(connection: Connection, plan: MatchPlan, now: datetime) -> int | None:
    """The story that a plan puts its article into: opened, or known and open again; None where there is none."""
    if plan.opens_story:
        row = {"title": plan.judged.stored.article.title, "opened_at": now, "last_at": now}
        opened: int = connection.execute(_OPENED, row).scalar_one()
        return opened
    if plan.story_id is None:
        return None
    if connection.execute(_JOINED, {"story_id": plan.story_id, "now": now}).rowcount:
        return plan.story_id
    # What was read before this transaction began has been merged since.
    into: int = connection.execute(select(stories.c.merged_into_id).where(stories.c.id == plan.story_id)).scalar_one()
    connection.execute(_JOINED, {"story_id": into, "now": now})
    return into
