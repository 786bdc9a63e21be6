"""The bytes of documents as they were fetched: compressed, under their SHA-256."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.engine import Connection

from worker.database.bulk import inserting, one_of, texts_for
from worker.model import Capture
from worker.tables import captures

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# A feed's XML shrinks to a fifth, in a third of the time that zlib's lowest level takes.
_INSERT = inserting(captures, ("sha256", "url", "fetched_at", "headers", "size", "body"))
_FOUND = select(captures.c.sha256, captures.c.id)
_IDS = {dialect: _FOUND.where(given) for dialect, given in one_of(captures.c.sha256).items()}


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
    _INSERT.run(
        connection,
        [(one.sha256, one.url, one.fetched_at, one.headers, len(one.body), zstd.compress(one.body)) for one in new],
    )
    return ids | _ids(connection, [capture.sha256 for capture in new])


def _ids(connection: Connection, digests: Sequence[str]) -> dict[str, int]:
    if not digests:
        return {}
    given = {"names": texts_for(connection, digests)}
    return {row.sha256: row.id for row in connection.execute(_IDS[connection.dialect.name], given)}


def capture_of(connection: Connection, capture_id: int | None) -> Capture | None:
    """The document under that id, as it was fetched; None where it is not kept, or cannot be read any more."""
    row = connection.execute(select(captures).where(captures.c.id == capture_id)).one_or_none()
    if row is None:
        return None
    try:
        body = zstd.decompress(row.body)
    except zstd.ZstdError:
        return None
    return Capture(row.sha256, row.url, row.fetched_at, row.headers, body)
