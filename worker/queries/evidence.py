"""Everything the log keeps of one story, as the members of an evidence bundle, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine, select

from worker.database import reading
from worker.database.captures import capture_of
from worker.evidence import CAPTURES, README, Member, json_bytes
from worker.exports import json_line
from worker.queries.filters import Row
from worker.queries.log import Queries
from worker.queries.stories import StoryQueries
from worker.tables import articles, captures, revisions


def evidence_of(engine: Engine, stories: StoryQueries, story_id: int) -> Iterator[Member] | None:
    """The members of a story's bundle; None where there is no such story."""
    story = stories.story(story_id)
    return None if story is None else _members(engine, story)


def _members(engine: Engine, story: Row) -> Iterator[Member]:
    queries = Queries(engine)
    yield Member("README.txt", README.encode())
    yield Member("story.json", json_bytes(story))
    ids = sorted(row["id"] for row in story["articles"])
    found = [queries.article(article_id) for article_id in ids]
    yield Member("articles.jsonl", "".join(json_line(row) for row in found if row).encode("utf-8", "replace"))
    raised = [queries.alert(row["id"]) for row in sorted(story["alerts"], key=lambda row: int(row["id"]))]
    yield Member("alerts.json", json_bytes(raised))
    listed = _captures(engine, ids)
    yield Member("captures.jsonl", "".join(map(json_line, listed)).encode("utf-8", "replace"))
    for row in listed:
        with reading(engine) as connection:
            capture = capture_of(connection, row["capture_id"])
        if capture is not None:  # pruned meanwhile
            yield Member(f"{CAPTURES}{row['sha256']}", capture.body)


def _captures(engine: Engine, article_ids: list[int]) -> list[Row]:
    """Which documents there are, by digest, and what each of them brought."""
    brought: dict[int, list[dict[str, Any]]] = {}
    with reading(engine) as connection:
        own = select(articles.c.id, articles.c.revision, articles.c.capture_id, articles.c.page_capture_id)
        for row in connection.execute(own.where(articles.c.id.in_(article_ids)).order_by(articles.c.id)):
            for capture_id, what in ((row.capture_id, "feed"), (row.page_capture_id, "page")):
                if capture_id is not None:
                    of = {"article_id": row.id, "revision": row.revision, "as": what}
                    brought.setdefault(capture_id, []).append(of)
        earlier = select(revisions.c.article_id, revisions.c.number, revisions.c.capture_id)
        earlier = earlier.where(revisions.c.article_id.in_(article_ids), revisions.c.capture_id.is_not(None))
        for old in connection.execute(earlier.order_by(revisions.c.article_id, revisions.c.number)):
            of = {"article_id": old.article_id, "revision": old.number, "as": "feed"}
            brought.setdefault(old.capture_id, []).append(of)
        columns = (column for column in captures.c if column.name != "body")
        kept = select(*columns).where(captures.c.id.in_(list(brought))).order_by(captures.c.sha256)
        return [
            {
                "capture_id": row["id"],
                **{name: row[name] for name in row if name != "id"},
                "brought": brought[row["id"]],
            }
            for row in connection.execute(kept).mappings()
        ]
