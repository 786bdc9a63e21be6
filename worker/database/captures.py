"""The bytes of documents as they were fetched: compressed, under their SHA-256."""

from __future__ import annotations

import zlib

from sqlalchemy import select
from sqlalchemy.engine import Connection

from worker.database.rows import insert_new
from worker.model import Capture
from worker.tables import captures

# A feed's XML shrinks to a tenth at the lowest level already, in a third of the time of the default one.
COMPRESSION_LEVEL = 1


def keep_capture(connection: Connection, capture: Capture | None) -> int | None:
    """Keep the bytes of a document, once however often they come; the id of their row, None where there is nothing."""
    if capture is None:
        return None
    under_digest = select(captures.c.id).where(captures.c.sha256 == capture.sha256)
    known: int | None = connection.scalar(under_digest)
    if known is not None:
        return known
    row = {
        "sha256": capture.sha256,
        "url": capture.url,
        "fetched_at": capture.fetched_at,
        "headers": capture.headers,
        "size": len(capture.body),
        "body": zlib.compress(capture.body, COMPRESSION_LEVEL),
    }
    connection.execute(insert_new(connection, captures), row)
    kept: int = connection.scalars(under_digest).one()
    return kept


def capture_of(connection: Connection, capture_id: int | None) -> Capture | None:
    """The document under that id, as it was fetched."""
    row = connection.execute(select(captures).where(captures.c.id == capture_id)).one_or_none()
    if row is None:
        return None
    return Capture(row.sha256, row.url, row.fetched_at, row.headers, zlib.decompress(row.body))
