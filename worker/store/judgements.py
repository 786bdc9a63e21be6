"""What is written of every judged article, gathered for a batch and written at once: statements are what costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, update
from sqlalchemy.engine import Connection

from worker.database.rows import chunks, insert_new
from worker.judge import judgement_to_json
from worker.model import Match, MatchPlan, StorySignature
from worker.model.stories import Claim
from worker.store.facets import facets_of
from worker.stories import signature_to_json
from worker.tables import article_facets, articles, claims, matches, story_keys

_PLAIN = ("region", "places", "judgement", "matched_at", "story_id", "signature")
_KEPT = (articles.c.page_due_at, articles.c.copy_of_id)  # as they were where nothing new is known
_JUDGED = (
    update(articles)
    .where(articles.c.id == bindparam("article_id"))
    .values(
        {name: bindparam(name) for name in _PLAIN}
        | {column.name: func.coalesce(bindparam(column.name, type_=column.type), column) for column in _KEPT}
        | {"match_lease_until": None}
    )
)
_OLD_MATCHES = delete(matches).where(
    matches.c.article_id == bindparam("of_article"), matches.c.revision == bindparam("of_revision")
)


class Judgements:
    """Judgements, matches, facets, claims and keys of the articles of a batch, in the place of earlier ones."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._articles: list[dict[str, Any]] = []
        self._revisions: list[dict[str, int]] = []
        self._matches: list[dict[str, Any]] = []
        self._facets: list[dict[str, Any]] = []
        self._claims: list[dict[str, Any]] = []
        self._keys: list[dict[str, Any]] = []

    def add(
        self,
        plan: MatchPlan,
        story_id: int | None,
        signed: StorySignature | None,
        keys: Sequence[int] = (),
        said: Sequence[Claim] = (),
    ) -> None:
        """Take what is to be written of one article. Keys and claims belong to a story."""
        stored, judgement = plan.judged.stored, plan.judged.judgement
        trace = judgement_to_json(judgement) | ({"held": plan.held} if plan.held else {})
        self._articles.append(
            {
                "article_id": stored.article_id,
                "region": str(judgement.relevance.region),
                "places": list(judgement.relevance.places),
                "judgement": trace,
                "matched_at": self._now,
                "story_id": story_id,
                "signature": signature_to_json(signed) if signed and story_id is not None else None,
                "page_due_at": self._now if plan.wants_page else None,
                "copy_of_id": plan.copy_of,
            }
        )
        self._revisions.append({"of_article": stored.article_id, "of_revision": stored.revision})
        self._matches += [_match_row(stored.article_id, stored.revision, match) for match in judgement.matches]
        self._facets += [{"facet": facet, "article_id": stored.article_id} for facet in facets_of(judgement)]
        if story_id is not None and signed is not None:
            self._keys += [
                {"key": key, "at": signed.at, "article_id": stored.article_id} for key in dict.fromkeys(keys)
            ]
            self._claims += [_claim_row(claim, story_id) for claim in said]

    def write(self) -> None:
        """Write what was taken so far."""
        if not self._articles:
            return
        connection = self._connection
        connection.execute(_JUDGED, self._articles)
        connection.execute(_OLD_MATCHES, self._revisions)
        for part in chunks([row["article_id"] for row in self._articles]):
            for table in (article_facets, claims, story_keys):
                connection.execute(delete(table).where(table.c.article_id.in_(part)))
        for table, rows in ((matches, self._matches), (article_facets, self._facets), (claims, self._claims)):
            if rows:
                connection.execute(table.insert(), rows)
        if self._keys:
            connection.execute(insert_new(connection, story_keys), self._keys)
        for pending in (self._articles, self._revisions, self._matches, self._facets, self._claims, self._keys):
            pending.clear()


def _match_row(article_id: int, revision: int, match: Match) -> dict[str, Any]:
    return {
        "article_id": article_id,
        "revision": revision,
        "concept": match.concept,
        "stance": str(match.stance),
        "terms": list(match.terms),
        "sentence": match.sentence,
        "field": match.span.field,
        "start": match.span.start,
        "end": match.span.end,
        "marks": [list(mark) for mark in match.marks],
        "cues": list(match.cues),
        "elsewhere": match.elsewhere,
        "speaker": match.speaker,
        "speaker_side": match.speaker_side,
    }


def _claim_row(claim: Claim, story_id: int) -> dict[str, Any]:
    return asdict(claim) | {"story_id": story_id, "stance": str(claim.stance), "numbers": list(claim.numbers)}
