"""What is written of every judged article, gathered for a batch and written at once: statements are what costs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, update
from sqlalchemy.engine import Connection

from worker.database.rows import chunks
from worker.judge import judgement_to_json
from worker.model import Match, MatchPlan, StorySignature
from worker.model.stories import Claim
from worker.store.facets import facets_of
from worker.store.filed import file_articles
from worker.tables import article_facets, articles, claims, matches

_PLAIN = ("region", "places", "judgement", "matched_at", "story_id")
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
_NEW = [table.insert() for table in (matches, article_facets, claims)]
_OLD_MATCHES = delete(matches).where(
    matches.c.article_id == bindparam("of_article"), matches.c.revision == bindparam("of_revision")
)
_OLD = [
    delete(table).where(table.c.article_id.in_(bindparam("ids", expanding=True))) for table in (article_facets, claims)
]


class Judgements:
    """Judgements, matches, facets, claims and keys of the articles of a batch, in the place of earlier ones."""

    def __init__(self, connection: Connection, now: datetime, anew: Collection[int]) -> None:
        """`anew` are the articles that were judged before, and of which something may stand already."""
        self.numbers: dict[int, int] = {}  # under which articles were filed
        self._connection = connection
        self._now = now
        self._anew = anew
        self._articles: list[dict[str, Any]] = []
        self._revisions: list[dict[str, int]] = []
        self._matches: list[dict[str, Any]] = []
        self._facets: list[dict[str, Any]] = []
        self._claims: list[dict[str, Any]] = []
        self._filed: list[tuple[StorySignature, Sequence[int]]] = []

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
                "page_due_at": self._now if plan.wants_page else None,
                "copy_of_id": plan.copy_of,
            }
        )
        if stored.article_id in self._anew:
            self._revisions.append({"of_article": stored.article_id, "of_revision": stored.revision})
        self._matches += [_match_row(stored.article_id, stored.revision, match) for match in judgement.matches]
        self._facets += [{"facet": facet, "article_id": stored.article_id} for facet in facets_of(judgement)]
        if story_id is not None and signed is not None:
            self._filed.append((replace(signed, story_id=story_id), keys))
            self._claims += [_claim_row(claim, story_id) for claim in said]

    def write(self) -> None:
        """Write what was taken so far."""
        if not self._articles:
            return
        connection = self._connection
        connection.execute(_JUDGED, self._articles)
        if self._revisions:
            connection.execute(_OLD_MATCHES, self._revisions)
            for part in chunks([row["of_article"] for row in self._revisions]):
                for old in _OLD:
                    connection.execute(old, {"ids": part})
        for statement, rows in zip(_NEW, (self._matches, self._facets, self._claims), strict=True):
            if rows:
                connection.execute(statement, rows)
        self.numbers |= file_articles(connection, self._filed, left=[row["of_article"] for row in self._revisions])
        for pending in (self._articles, self._revisions, self._matches, self._facets, self._claims, self._filed):
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
    return {
        "story_id": story_id,
        "article_id": claim.article_id,
        "concept": claim.concept,
        "stance": str(claim.stance),
        "sentence": claim.sentence,
        "speaker": claim.speaker,
        "side": claim.side,
        "family": claim.family,
        "numbers": list(claim.numbers),
        "at": claim.at,
    }
