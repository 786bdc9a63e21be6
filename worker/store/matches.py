"""Matches: judgements, claims, stories and alerts, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Lock

from sqlalchemy import Engine, bindparam, select
from sqlalchemy.engine import Connection

from worker.alerting import is_placed, signature
from worker.claims import claims_of, reported
from worker.corroboration import Agencies, Opposed, Story
from worker.database import lock_stories
from worker.database.rows import chunks
from worker.database.stories import KnownStory, known_stories, publishers_of
from worker.labels import WITHDRAWN
from worker.model import Judged, MatchPlan, StorySignature
from worker.model.stories import Source
from worker.store.alert_changes import write_alerts
from worker.store.candidates import Candidates, Window
from worker.store.judgements import Judgements
from worker.store.placed import PlacedArticles
from worker.store.stories import title_stories
from worker.stories import keys_of
from worker.tables import articles
from worker.updates import Arrival

# Made once: making a statement costs more than running it.
_WAITING = (
    select(articles.c.id, articles.c.revision, articles.c.judgement.is_not(None).label("anew"))
    .where(articles.c.id.in_(bindparam("ids", expanding=True)), articles.c.matched_at.is_(None))
    .order_by(articles.c.id)
    .with_for_update(key_share=True)  # polls may refer to them meanwhile
)

Place = Callable[[Judged, StorySignature | None, Sequence[StorySignature]], MatchPlan]


class MatchStore:
    """Writes of the match stage."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._alone = Lock()  # of the threads of this process: what is remembered is remembered after the commit
        self.window = Window()  # … and they see the same one

    def apply_matches(
        self,
        judged: Sequence[Judged],
        place: Place,
        now: datetime,
        since: datetime,
        opposed: Opposed = (),
        language: str = "en",
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
            language: the reader's, ISO 639-1: stories' headlines are in it where an article is.

        Returns:
            The ids of the alerts that were raised or updated.
        """
        if not judged:
            return []
        signed = {one.stored.article_id: signature(one, now) for one in judged if is_placed(one)}
        keys = {article_id: keys_of(its) for article_id, its in signed.items()}
        new = (one.stored.article_id for one in judged if one.stored.story_id is None)
        searched = {article_id: keys[article_id] for article_id in new if article_id in keys}
        with self._alone:
            with self._engine.begin() as connection:
                lock_stories(connection)
                waiting = _unmatched(connection, judged)
                anew = [article_id for article_id, before in waiting.items() if before]
                judgements = Judgements(connection, now, anew)
                candidates = Candidates(connection, searched, since, self.window)
                placed = PlacedArticles(connection, candidates, now)
                for one in judged:
                    article_id = one.stored.article_id
                    if article_id in waiting:
                        del waiting[article_id]  # once, however often it was handed in
                        plan = place(one, signed.get(article_id), candidates.of(article_id))
                        placed.add(plan, signed.get(article_id), keys.get(article_id, ()))
                told = _write(connection, placed, judgements, now, opposed, language)
            candidates.keep(judgements.numbers)
        return told


def _write(
    connection: Connection,
    placed: PlacedArticles,
    judgements: Judgements,
    now: datetime,
    opposed: Opposed,
    language: str,
) -> list[int]:
    """Write articles that have been placed, one after another; the ids of the alerts that they raised or changed."""
    opened, joined = placed.settle()
    known = known_stories(connection, joined) | {story_id: KnownStory(story_id) for story_id in opened}
    agencies = Agencies(publishers_of(connection))
    told: dict[int, None] = {}
    for one in placed.articles:
        if one.story_id is None or one.signed is None:
            judgements.add(one.plan, one.story_id, None)
            continue
        stored, story = one.plan.judged.stored, known[one.story_id]
        news, before = reported(one.plan.judged.judgement), story.sources.get(stored.article_id)
        said = claims_of(stored, news, one.signed.at)
        judgements.add(one.plan, one.story_id, one.signed, one.keys, said)
        copy_of = one.plan.copy_of if before is None or one.plan.copy_of is not None else before.copy_of
        story.put(_source(one.plan, one.signed.at, copy_of), said)
        arrival = Arrival(one.plan.judged, news, one.plan.fresh, one.signed.at)
        voices = Story(story.sources, story.claims, agencies, opposed)
        told |= dict.fromkeys(write_alerts(connection, one.plan, arrival, story, voices, now))
    judgements.write()
    title_stories(connection, known.values(), language)
    return list(told)


def _unmatched(connection: Connection, judged: Sequence[Judged]) -> dict[int, bool]:
    """The articles of whose revision nobody else judged since it was claimed: a lapsed lease must not write twice.

    And whether each was judged before, as another revision or by other rules.

    They are locked, so that no poll revises what is about to be judged.
    """
    revisions = {one.stored.article_id: one.stored.revision for one in judged}
    found: dict[int, bool] = {}
    for part in chunks(list(revisions)):
        rows = connection.execute(_WAITING, {"ids": part})
        found |= {row.id: row.anew for row in rows if row.revision == revisions[row.id]}
    return found


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
        title=stored.article.title,
        language=stored.article.language,
    )
