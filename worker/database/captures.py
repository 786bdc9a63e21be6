"""The bytes of documents as they were fetched: compressed, under their SHA-256."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.engine import Connection

from worker.database.rows import chunks, insert_new
from worker.model import Capture
from worker.tables import captures

# A feed's XML shrinks to a tenth at the lowest level already, in a third of the time of the default one.
COMPRESSION_LEVEL = 1


def keep_capture(connection: Connection, capture: Capture | None) -> int | None:
    """Keep the bytes of a document, once however often they come; the id of their row, None where there is nothing."""
    return None if capture is None else keep_captures(connection, [capture])[capture.sha256]


def keep_captures(connection: Connection, kept: Iterable[Capture]) -> dict[str, int]:
    """Keep the bytes of some documents, each once however often it comes; the ids of their rows by SHA-256."""
    by_digest = {capture.sha256: capture for capture in kept}
    ids = _ids(connection, list(by_digest))
    new = [capture for digest, capture in by_digest.items() if digest not in ids]
    if not new:
        return ids
    rows = [
        {
            "sha256": capture.sha256,
            "url": capture.url,
            "fetched_at": capture.fetched_at,
            "headers": capture.headers,
            "size": len(capture.body),
            "body": zlib.compress(capture.body, COMPRESSION_LEVEL),
        }
        for capture in new
    ]
    connection.execute(insert_new(connection, captures), rows)
    return ids | _ids(connection, [capture.sha256 for capture in new])


def _ids(connection: Connection, digests: Sequence[str]) -> dict[str, int]:
    statement = select(captures.c.sha256, captures.c.id)
    return {
        row.sha256: row.id
        for part in chunks(digests)
        for row in connection.execute(statement.where(captures.c.sha256.in_(part)))
    }


def capture_of(connection: Connection, capture_id: int | None) -> Capture | None:
    """The document under that id, as it was fetched."""
    row = connection.execute(select(captures).where(captures.c.id == capture_id)).one_or_none()
    if row is None:
        return None
    return Capture(row.sha256, row.url, row.fetched_at, row.headers, zlib.decompress(row.body))
