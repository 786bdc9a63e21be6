"""What articles are found by, in the database: filed when they are placed, read up by whoever places the next ones.

Every article that is placed or judged anew gets the next number, under the lock of those who place. So numbers are
committed in their order, and a process that has read the table up to one has missed nothing below it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.engine import Connection

from worker.database.bulk import Bulk
from worker.model import StorySignature
from worker.stories import Filing, keys_from_bytes, keys_to_bytes, signature_to_bytes
from worker.tables import articles, signatures

AT_ONCE = 5_000  # rows that are in memory at a time while an index is read up
_SLACK_MIN = 60  # what has left the window by so much is freed: another worker's clock may be behind
_EVER = -(1 << 31)
_NOTHING = b""

_FILE = Bulk(
    [signatures.c[name] for name in ("article_id", "story_id", "placed", "minute", "keys", "signature")],
    """
    INSERT INTO signatures (article_id, story_id, placed, minute, keys, signature) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (article_id) DO UPDATE SET story_id = excluded.story_id, placed = excluded.placed,
    minute = excluded.minute, keys = excluded.keys, signature = excluded.signature""",
    """
    INSERT INTO signatures (article_id, story_id, placed, minute, keys, signature) SELECT * FROM {rows}
    ON CONFLICT (article_id) DO UPDATE SET story_id = excluded.story_id, placed = excluded.placed,
    minute = excluded.minute, keys = excluded.keys, signature = excluded.signature""",
)
# Made once: making a statement costs more than running it.
_NEXT = (
    select(signatures.c.placed, signatures.c.article_id, signatures.c.minute, signatures.c["keys"])
    .where(signatures.c.placed > bindparam("last"), signatures.c.minute >= bindparam("least"))
    .order_by(signatures.c.placed)
    .limit(AT_ONCE)
)
_NEWEST = select(func.coalesce(func.max(signatures.c.placed), 0))
_UNFILED = (
    update(signatures)
    .where(signatures.c.article_id == bindparam("of_article"))
    .values(placed=bindparam("number"), keys=_NOTHING, signature=_NOTHING)
)
_MOVING = select(articles.c.id).where(articles.c.story_id.in_(bindparam("gone", expanding=True)))
_REFILED = update(signatures).where(signatures.c.article_id.in_(_MOVING)).values(story_id=bindparam("into"))


def read_up(connection: Connection, filing: Filing, since: datetime) -> None:
    """Let `filing` know all that was filed since it was last read, under no key where it is too old to be found."""
    before = minute_of(since) - _SLACK_MIN
    least = _EVER if filing.last else before
    while True:
        rows = connection.execute(_NEXT, {"last": filing.last, "least": least}).all()
        for placed, article_id, minute, keys in rows:
            filing.add(placed, article_id, minute, keys_from_bytes(keys) if minute >= before else ())
        filing.trim(before)
        if len(rows) < AT_ONCE:
            return


def file_articles(
    connection: Connection, filed: Sequence[tuple[StorySignature, Sequence[int]]], left: Collection[int] = ()
) -> dict[int, int]:
    """Keep the signatures of articles that are in stories, and file them under their keys; the number of each.

    Those that have `left` their stories, or may have, are not found any more unless they are filed again.
    """
    number: int = connection.scalar(_NEWEST) or 0
    gone = set(left).difference([signed.article_id for signed, _ in filed])
    if gone:
        rows = [{"of_article": article_id, "number": number + nth} for nth, article_id in enumerate(sorted(gone), 1)]
        connection.execute(_UNFILED, rows)
        number += len(gone)
    numbers = {signed.article_id: number + nth for nth, (signed, _) in enumerate(filed, 1)}
    _FILE.run(
        connection,
        [
            (
                signed.article_id,
                signed.story_id,
                numbers[signed.article_id],
                minute_of(signed.at),
                keys_to_bytes(keys),
                signature_to_bytes(signed),
            )
            for signed, keys in filed
        ],
    )
    return numbers


def refile_stories(connection: Connection, gone: Sequence[int], into: int) -> None:
    """Have the articles of stories found as those of another one; before they move themselves."""
    connection.execute(_REFILED, {"gone": gone, "into": into})


def prune_articles(connection: Connection, before: datetime) -> int:
    """Drop what articles are found by that came and were published before that; how many. Ids rise with arrival.

    Never what was filed last: numbers go on from there.
    """
    newest = articles.c.first_seen_at.desc()
    last = connection.scalar(select(articles.c.id).where(articles.c.first_seen_at < before).order_by(newest).limit(1))
    if last is None:
        return 0
    old = (signatures.c.article_id <= last) & (signatures.c.minute < minute_of(before) - _SLACK_MIN)
    kept = select(func.max(signatures.c.placed)).scalar_subquery()
    return connection.execute(delete(signatures).where(old, signatures.c.placed < kept)).rowcount


def minute_of(at: datetime) -> int:
    """Minutes since 1970: what tells newer from older, in four bytes."""
    return int(at.timestamp()) // 60
