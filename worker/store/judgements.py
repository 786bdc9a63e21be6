"""What is written of every judged article, gathered for a batch and written at once: statements are what costs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, delete
from sqlalchemy.engine import Connection

from worker.database.bulk import Bulk, Row, inserting
from worker.database.rows import chunks
from worker.judge import judgement_to_json
from worker.model import Match, MatchPlan, StorySignature
from worker.model.stories import Claim
from worker.store.facets import facets_of
from worker.store.filed import file_articles
from worker.tables import article_facets, articles, claims, matches

_COLUMNS = ("region", "places", "judgement", "matched_at", "story_id", "page_due_at", "copy_of_id", "id")
# What is due and what is copied stay as they were where nothing new is known.
_JUDGED = Bulk(
    [articles.c[name] for name in _COLUMNS],
    """
    UPDATE articles SET region = ?, places = ?, judgement = ?, matched_at = ?, story_id = ?,
    page_due_at = coalesce(?, page_due_at), copy_of_id = coalesce(?, copy_of_id), match_lease_until = NULL
    WHERE id = ?""",
    """
    UPDATE articles SET region = rows.region, places = rows.places, judgement = rows.judgement,
    matched_at = rows.matched_at, story_id = rows.story_id, match_lease_until = NULL,
    page_due_at = coalesce(rows.page_due_at, articles.page_due_at),
    copy_of_id = coalesce(rows.copy_of_id, articles.copy_of_id)
    FROM {rows} WHERE articles.id = rows.id""",
)
_MATCHED = (
    *("article_id", "revision", "concept", "stance", "terms", "sentence", "field", "start", "end"),
    *("marks", "cues", "elsewhere", "speaker", "speaker_side"),
)
_CLAIMED = (*("story_id", "article_id", "concept", "stance", "sentence", "speaker", "side", "family", "numbers", "at"),)
_NEW_MATCHES = inserting(matches, _MATCHED)
_NEW_FACETS = inserting(article_facets, ("facet", "article_id"))
_NEW_CLAIMS = inserting(claims, _CLAIMED)
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
        self._articles: list[Row] = []
        self._revisions: list[dict[str, int]] = []
        self._matches: list[Row] = []
        self._facets: list[Row] = []
        self._claims: list[Row] = []
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
            (
                str(judgement.relevance.region),
                judgement.relevance.places,
                trace,
                self._now,
                story_id,
                self._now if plan.wants_page else None,
                plan.copy_of,
                stored.article_id,
            )
        )
        if stored.article_id in self._anew:
            self._revisions.append({"of_article": stored.article_id, "of_revision": stored.revision})
        self._matches += [_match_row(stored.article_id, stored.revision, match) for match in judgement.matches]
        self._facets += [(facet, stored.article_id) for facet in facets_of(judgement)]
        if story_id is not None and signed is not None:
            self._filed.append((replace(signed, story_id=story_id), keys))
            self._claims += [_claim_row(claim, story_id) for claim in said]

    def write(self) -> None:
        """Write what was taken so far."""
        if not self._articles:
            return
        connection = self._connection
        _JUDGED.run(connection, self._articles)
        if self._revisions:
            connection.execute(_OLD_MATCHES, self._revisions)
            for part in chunks([row["of_article"] for row in self._revisions]):
                for old in _OLD:
                    connection.execute(old, {"ids": part})
        _NEW_MATCHES.run(connection, self._matches)
        _NEW_FACETS.run(connection, self._facets)
        _NEW_CLAIMS.run(connection, self._claims)
        self.numbers |= file_articles(connection, self._filed, left=[row["of_article"] for row in self._revisions])
        for pending in (self._articles, self._revisions, self._matches, self._facets, self._claims, self._filed):
            pending.clear()


def _match_row(article_id: int, revision: int, match: Match) -> Row:
    """The values of `_MATCHED`."""
    return (
        article_id,
        revision,
        match.concept,
        str(match.stance),
        match.terms,
        match.sentence,
        match.span.field,
        match.span.start,
        match.span.end,
        match.marks,
        match.cues,
        match.elsewhere,
        match.speaker,
        match.speaker_side,
    )


def _claim_row(claim: Claim, story_id: int) -> Row:
    """The values of `_CLAIMED`."""
    return (
        story_id,
        claim.article_id,
        claim.concept,
        str(claim.stance),
        claim.sentence,
        claim.speaker,
        claim.side,
        claim.family,
        claim.numbers,
        claim.at,
    )
