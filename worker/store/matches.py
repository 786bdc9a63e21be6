"""Matches: judgements, stories and alerts, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.engine import Connection

from worker.alerting import report_of, signature, turns
from worker.database import lock_stories
from worker.database.rows import insert_new, match_json
from worker.judge import judgement_to_json
from worker.model import AlertPlan, Judged, Match, MatchPlan, Stance, StorySignature
from worker.tables import alert_articles, alerts, articles, matches, stories

Place = Callable[[Judged, Sequence[StorySignature]], MatchPlan]


class MatchStore:
    """Writes of the match stage."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def apply_matches(self, judged: Sequence[Judged], place: Place, now: datetime, since: datetime) -> list[int]:
        """Place each judged article into a story and write what follows: all of it, or nothing.

        `place` decides, purely, seeing the signatures of all articles in stories since `since`, those placed before it
        in this very batch included. It runs inside the transaction, alone among all workers, so that two copies which
        arrive at once cannot open two stories.

        Returns:
            The ids of the alerts that were raised or have turned.
        """
        raised: list[int] = []
        with self._engine.begin() as connection:
            lock_stories(connection)
            recent = _recent_signatures(connection, since)
            for one in judged:
                if not _still_unmatched(connection, one):
                    continue
                plan = place(one, recent)
                story_id = _story(connection, plan, now)
                _write_judgement(connection, plan, story_id, now)
                if story_id is not None:
                    recent.append(signature(one, now, story_id))
                    raised += _write_alerts(connection, plan, story_id, now)
        return raised


def _recent_signatures(connection: Connection, since: datetime) -> list[StorySignature]:
    found = select(
        articles.c.id,
        articles.c.story_id,
        articles.c.language,
        articles.c.title,
        articles.c.places,
        articles.c.published_at,
        articles.c.first_seen_at,
    ).join_from(articles, stories)
    rows = connection.execute(found.where(stories.c.last_at >= since)).all()
    reports = _reports(connection, [row.id for row in rows])
    return [
        StorySignature(
            row.story_id,
            row.language,
            row.title,
            frozenset(row.places or ()),
            reports.get(row.id, frozenset()),
            row.published_at or row.first_seen_at,
        )
        for row in rows
    ]


def _reports(connection: Connection, article_ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    found: dict[int, set[str]] = {}
    statement = select(matches.c.article_id, matches.c.concept, matches.c.stance).where(
        matches.c.article_id.in_(article_ids), matches.c.stance != "background", matches.c.elsewhere == ""
    )
    for row in connection.execute(statement):
        found.setdefault(row.article_id, set()).add(report_of(row.concept, Stance(row.stance)))
    return {article_id: frozenset(names) for article_id, names in found.items()}


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


def _story(connection: Connection, plan: MatchPlan, now: datetime) -> int | None:
    if plan.opens_story:
        title = plan.judged.stored.article.title
        row = {"title": title, "opened_at": now, "last_at": now}
        opened: int = connection.execute(stories.insert().returning(stories.c.id), row).scalar_one()
        return opened
    if plan.story_id is not None:
        connection.execute(update(stories).where(stories.c.id == plan.story_id).values(last_at=now))
    return plan.story_id


def _write_judgement(connection: Connection, plan: MatchPlan, story_id: int | None, now: datetime) -> None:
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
    }
    if plan.wants_page:
        values["page_due_at"] = now
    connection.execute(update(articles).where(articles.c.id == stored.article_id).values(values))
    of_this_revision = (matches.c.article_id == stored.article_id) & (matches.c.revision == stored.revision)
    connection.execute(delete(matches).where(of_this_revision))
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


def _write_alerts(connection: Connection, plan: MatchPlan, story_id: int, now: datetime) -> list[int]:
    """Raise the alerts of one article, or add its voice to those of its story; the ids of what is new to be told."""
    told: list[int] = []
    for alert in plan.alerts:
        row = _alert_row(plan, alert, story_id, now)
        added = connection.execute(insert_new(connection, alerts).returning(alerts.c.id), row).scalar_one_or_none()
        of_story = (alerts.c.rule_id == alert.rule_id) & (alerts.c.story_id == story_id)
        old = connection.execute(select(alerts).where(of_story)).one()
        turned = turns(Stance(old.stance), alert.match.stance)
        # Once: late reports of what held before must not turn it back, and confirm what was told before.
        turning = turned and old.revision == 1
        if turning:
            connection.execute(update(alerts).where(alerts.c.id == old.id).values(_turned(old, alert, row)))
        confirms = 2 if turning else old.revision - turned
        voice = {
            "alert_id": old.id,
            "article_id": plan.judged.stored.article_id,
            "alert_revision": confirms,
            "added_at": now,
        }
        connection.execute(insert_new(connection, alert_articles), voice)
        if added is not None or turning:
            told.append(old.id)
    return told


def _turned(old: Any, alert: AlertPlan, row: dict[str, Any]) -> dict[str, Any]:
    """What changes of an alert whose story has turned, so that whoever was told is told this, too."""
    return {name: row[name] for name in ("article_id", "severity", "stance", "match", "places")} | {
        "revision": old.revision + 1,
        "why": [f"update: {alert.match.stance}, after {old.stance} was reported", *row["why"]],
    }


def _alert_row(plan: MatchPlan, alert: AlertPlan, story_id: int, now: datetime) -> dict[str, Any]:
    return {
        "rule_id": alert.rule_id,
        "story_id": story_id,
        "article_id": plan.judged.stored.article_id,
        "severity": str(alert.severity),
        "stance": str(alert.match.stance),
        "match": match_json(alert.match),
        "places": list(plan.judged.judgement.relevance.places),
        "why": list(alert.why),
        "revision": 1,
        "raised_at": now,
    }
