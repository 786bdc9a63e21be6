"""Where the articles that may be on one event are found: by the keys they share, among all of the stories' window.

Which articles those are, an index in memory says (`stories.filing`), which each process reads up from the database
before it looks. Candidates are looked up once for a whole batch, inside its transaction and alone among all workers,
and kept up as the batch goes on: so articles of one batch see each other. Signatures that were read are remembered from
batch to batch, at most `MOST_KEPT` of them in a process; which story each is in is asked of the database every time. So
all workers agree.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.engine import Connection

from worker.model import StorySignature
from worker.store.filed import minute_of, read_up
from worker.stories import Filing, is_readable, nearest, shared_keys, signature_from_bytes, weight_of

MOST_KEPT = 8192

# As text and by one list of ids: of thousands at once, parameters and types of their own would cost more.
_OF = {
    "sqlite": "FROM signatures WHERE article_id IN (SELECT value FROM json_each(:ids))",
    "postgresql": "FROM signatures WHERE article_id = ANY(CAST(:ids AS bigint[]))",
}
_WHERE = {dialect: text(f"SELECT article_id, story_id {of}") for dialect, of in _OF.items()}
_WHAT = {dialect: text(f"SELECT article_id, story_id, placed, signature {of}") for dialect, of in _OF.items()}


class Signatures:
    """The signatures that batches read last: at most so many, each until its article is judged anew.

    Used inside transactions that hold every other worker off, and so by one thread at a time.
    """

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._kept: dict[int, tuple[int, StorySignature]] = {}  # by article, the latest used last

    def of(self, article_id: int, placed: int) -> StorySignature | None:
        """The signature that an article got under that number, None where it is not kept."""
        kept = self._kept.pop(article_id, None)
        if kept is None or kept[0] != placed:
            return None
        self._kept[article_id] = kept
        return kept[1]

    def keep(self, signature: StorySignature, placed: int) -> None:
        """Keep a signature, in the place of the one that was not used for longest."""
        self._kept.pop(signature.article_id, None)
        if len(self._kept) >= self._most:
            del self._kept[next(iter(self._kept))]
        self._kept[signature.article_id] = (placed, signature)


@dataclass
class Window:
    """What a process remembers of the articles that others may still join."""

    filing: Filing = field(default_factory=Filing)
    signatures: Signatures = field(default_factory=Signatures)

    def read_up(self, connection: Connection, since: datetime) -> None:
        """Know all that has been committed, whoever placed it."""
        if self.filing.is_full:
            self.filing = Filing()
        read_up(connection, self.filing, since)


class Candidates:
    """The articles in stories that those of one batch may belong to."""

    def __init__(
        self, connection: Connection, keys: Mapping[int, Sequence[int]], since: datetime, window: Window
    ) -> None:
        """Look up the `keys` of all articles of a batch at once, and read what is found for them."""
        self._connection = connection
        self._window = window
        self._known: dict[int, StorySignature] = {}
        self._stories: dict[int, set[int]] = {}  # the articles among them, by story
        self._added: list[int] = []  # articles of the batch, in the order of their places in the index if it had them
        self._seekers: dict[int, list[int]] = {}  # articles of the batch, by the keys they are looking under
        window.read_up(connection, since)
        self._end = window.filing.end
        for article_id, of_article in keys.items():
            for key in of_article:
                self._seekers.setdefault(key, []).append(article_id)
        under = window.filing.under(self._seekers, minute_of(since))
        # How much the keys tell that each shares: a key counts for more, the fewer were found under it.
        self._weights = {key: weight_of(len(found)) for key, found in under.items()}
        self._shared = {article_id: shared_keys(under, of_article) for article_id, of_article in keys.items()}
        self._read({serial for shared in self._shared.values() for serial in nearest(shared)})

    def of(self, article_id: int) -> list[StorySignature]:
        """Those with most keys in common, never the article itself."""
        best = nearest(self._shared.get(article_id, {}))
        found = dict.fromkeys([self._article(serial) for serial in best])
        found.pop(article_id, None)
        if any(one not in self._known for one in found):
            self._read([serial for serial in best if self._article(serial) not in self._known])
        return [self._known[one] for one in found if one in self._known]

    def know(self, story_id: int) -> bool:
        """Whether a story is one that a candidate is in."""
        return story_id in self._stories

    def add(self, signature: StorySignature, keys: Sequence[int]) -> None:
        """Let the rest of the batch find an article that has just been placed."""
        self._put(signature)
        serial = self._end + len(self._added)
        self._added.append(signature.article_id)
        for key in keys:
            weight = self._weights.get(key, weight_of(1))
            for seeker in self._seekers.get(key, ()):
                shared = self._shared[seeker]
                shared[serial] = shared.get(serial, 0) + weight

    def merged(self, gone: Collection[int], into: int) -> None:
        """Know that stories have become part of another one."""
        for article_id in [found for story_id in gone for found in self._stories.pop(story_id, ())]:
            self._put(_moved(self._known[article_id], into))

    def keep(self, numbers: Mapping[int, int]) -> None:
        """Remember, beyond this batch, what was placed in it and filed under these numbers; once that is committed."""
        for article_id in self._added:
            if article_id in numbers:
                self._window.signatures.keep(self._known[article_id], numbers[article_id])

    def _article(self, serial: int) -> int:
        return self._added[serial - self._end] if serial >= self._end else self._window.filing.article(serial)

    def _put(self, signature: StorySignature) -> None:
        self._known[signature.article_id] = signature
        self._stories.setdefault(signature.story_id, set()).add(signature.article_id)

    def _read(self, serials: Collection[int]) -> None:
        filing, kept = self._window.filing, self._window.signatures
        remembered: dict[int, StorySignature] = {}
        unread: list[int] = []
        for serial in sorted(serials):
            article_id = filing.article(serial)
            known = kept.of(article_id, filing.number(serial))
            if known is None:
                unread.append(article_id)
            else:
                remembered[article_id] = known
        for article_id, story_id in self._of(_WHERE, list(remembered)):
            known = remembered[article_id]
            self._put(known if known.story_id == story_id else _moved(known, story_id))
        for article_id, story_id, placed, stored in self._of(_WHAT, unread):
            if is_readable(stored):  # else another version wrote it: until it is judged anew, it is not found
                signature = signature_from_bytes(story_id, article_id, stored)
                self._put(signature)
                kept.keep(signature, placed)

    def _of(self, question: Mapping[str, TextClause], article_ids: Sequence[int]) -> Iterable[Any]:
        if not article_ids:
            return ()
        dialect = self._connection.dialect.name
        given = json.dumps(article_ids) if dialect == "sqlite" else article_ids
        return self._connection.execute(question[dialect], {"ids": given})


def _moved(signature: StorySignature, story_id: int) -> StorySignature:
    return replace(signature, story_id=story_id)
