"""Matches: judgements, claims, stories and alerts, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.engine import Connection

from worker.alerting import is_placed, signature
from worker.claims import claims_of, reported
from worker.corroboration import Agencies, Opposed, Story
from worker.database import lock_stories
from worker.database.stories import KnownStory, publishers_of
from worker.judge import judgement_to_json
from worker.labels import WITHDRAWN
from worker.model import Judged, Match, MatchPlan, StorySignature
from worker.model.stories import Claim, Source
from worker.store.alert_changes import write_alerts
from worker.store.facets import write_facets
from worker.store.merges import merge_stories
from worker.store.stories import Candidates, file_article, place_article
from worker.stories import keys_of, signature_to_json
from worker.tables import articles, claims, matches
from worker.updates import Arrival

Place = Callable[[Judged, StorySignature | None, Sequence[StorySignature]], MatchPlan]


class MatchStore:
    """Writes of the match stage."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def apply_matches(
        self, judged: Sequence[Judged], place: Place, now: datetime, since: datetime, opposed: Opposed = ()
    ) -> list[int]:
        """Place each judged article into a story and write what follows: all of it, or nothing.

        `place` decides, purely, seeing the article's signature and those of the articles since `since` that share keys
        with it, those placed before it in this very batch included. It runs inside the transaction, alone among all
        workers, so that two copies which arrive at once cannot open two stories.

        Args:
            judged: articles with their judgements.
            place: what decides where one belongs and which alerts it raises.
            now: the time of this run.
            since: how far back candidates are looked for.
            opposed: pairs of sides of the conflict.

        Returns:
            The ids of the alerts that were raised or updated.
        """
        if not judged:
            return []
        signed = {one.stored.article_id: signature(one, now) for one in judged if is_placed(one)}
        keys = {article_id: keys_of(its) for article_id, its in signed.items()}
        told: dict[int, None] = {}
        with self._engine.begin() as connection:
            lock_stories(connection)
            searched = (
                key for one in judged if one.stored.story_id is None for key in keys.get(one.stored.article_id, ())
            )
            batch = _Batch(connection, Candidates(connection, searched, since), now, opposed)
            for one in judged:
                if _still_unmatched(connection, one):
                    article_id = one.stored.article_id
                    own_keys = keys.get(article_id, ())
                    plan = place(one, signed.get(article_id), batch.candidates.of(article_id, own_keys))
                    told |= dict.fromkeys(batch.write(plan, signed.get(article_id), own_keys))
        return list(told)


class _Batch:
    """What is known while a batch is written."""

    def __init__(self, connection: Connection, candidates: Candidates, now: datetime, opposed: Opposed) -> None:
        self.candidates = candidates
        self._connection = connection
        self._now = now
        self._opposed = opposed
        self._agencies = Agencies(publishers_of(connection))
        self._stories: dict[int, KnownStory] = {}

    def write(self, plan: MatchPlan, signed: StorySignature | None, keys: Sequence[int]) -> list[int]:
        """Write one article's plan; the ids of the alerts that it raised or changed."""
        connection, stored, now = self._connection, plan.judged.stored, self._now
        story_id = place_article(connection, plan, now)
        _write_judgement(connection, plan, story_id, signed, now)
        if story_id is None or signed is None:
            return []
        file_article(connection, stored.article_id, keys, signed.at)
        if plan.merges:
            merge_stories(connection, plan.merges, story_id, now)
            self.candidates.forget_stories()
            self._stories.clear()
        self.candidates.add(replace(signed, story_id=story_id), keys)
        known = self._stories.get(story_id) or KnownStory(connection, story_id, new=plan.opens_story)
        self._stories[story_id] = known
        news, before = reported(plan.judged.judgement), known.sources.get(stored.article_id)
        said = claims_of(stored, news, signed.at)
        _write_claims(connection, stored.article_id, story_id, said)
        copy_of = plan.copy_of if before is None or plan.copy_of is not None else before.copy_of
        known.put(_source(plan, signed.at, copy_of), said)
        arrival = Arrival(plan.judged, news, plan.fresh, signed.at)
        story = Story(known.sources, known.claims, self._agencies, self._opposed)
        return write_alerts(connection, plan, arrival, known, story, now)


def _still_unmatched(connection: Connection, one: Judged) -> bool:
    """Whether nobody judged this revision since it was claimed: a lapsed lease must not write twice."""
    row = connection.execute(
        select(articles.c.id).where(
            articles.c.id == one.stored.article_id,
            articles.c.revision == one.stored.revision,
            articles.c.matched_at.is_(None),
        )
    ).one_or_none()
    return row is not None


def _write_judgement(
    connection: Connection, plan: MatchPlan, story_id: int | None, signed: StorySignature | None, now: datetime
) -> None:
    stored, judgement = plan.judged.stored, plan.judged.judgement
    trace = judgement_to_json(judgement)
    if plan.held:
        trace["held"] = plan.held
    values = {
        "region": str(judgement.relevance.region),
        "places": list(judgement.relevance.places),
        "judgement": trace,
        "matched_at": now,
        "match_lease_until": None,
        "story_id": story_id,
        "signature": signature_to_json(signed) if signed and story_id is not None else None,
    }
    if plan.wants_page:
        values["page_due_at"] = now
    if plan.copy_of is not None:
        values["copy_of_id"] = plan.copy_of
    connection.execute(update(articles).where(articles.c.id == stored.article_id).values(values))
    of_this_revision = (matches.c.article_id == stored.article_id) & (matches.c.revision == stored.revision)
    connection.execute(delete(matches).where(of_this_revision))
    write_facets(connection, stored.article_id, judgement)
    rows = [_match_row(stored.article_id, stored.revision, match) for match in judgement.matches]
    if rows:
        connection.execute(matches.insert(), rows)


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


def _write_claims(connection: Connection, article_id: int, story_id: int, said: Sequence[Claim]) -> None:
    """An article's claims, in the place of those it made when it was judged before."""
    connection.execute(delete(claims).where(claims.c.article_id == article_id))
    if said:
        rows = [
            asdict(claim) | {"story_id": story_id, "stance": str(claim.stance), "numbers": list(claim.numbers)}
            for claim in said
        ]
        connection.execute(claims.insert(), rows)


def _source(plan: MatchPlan, at: datetime, copy_of: int | None) -> Source:
    stored = plan.judged.stored
    return Source(
        article_id=stored.article_id,
        publisher=stored.article.publisher,
        family=stored.article.family,
        at=at,
        side=stored.side,
        credit=stored.article.credit,
        copy_of=copy_of,
        machine_written=stored.article.machine_written,
        withdrawn=WITHDRAWN in stored.article.labels,
    )
