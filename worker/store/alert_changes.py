"""Alerts of a story: raised, updated, and the articles that stand behind them. Decides nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, update
from sqlalchemy.engine import Connection

from worker.corroboration import Story, confirmation_of, strongest
from worker.database.rows import insert_new, match_json
from worker.database.stories import KnownStory
from worker.database.told import keep_revision
from worker.model import AlertPlan, Match, MatchPlan, Stance, StoredArticle, UpdateReason
from worker.model.stories import AlertChange, KnownAlert, Told
from worker.rules import OWN_WORDS
from worker.tables import alert_articles, alerts, stories
from worker.updates import Arrival, first_word, update_of

# Made once: making a statement costs more than running it.
_RAISED = alerts.insert().returning(alerts.c.id)
_CHANGED = update(alerts).where(alerts.c.id == bindparam("alert"))  # in the columns that are handed in
_CONFIRMED = update(stories).where(stories.c.id == bindparam("story"))
_OWN = (alert_articles.c.alert_id == bindparam("alert")) & (alert_articles.c.article_id == bindparam("article"))
_SPEAKS_ANEW, _SPEAKS_NO_MORE = update(alert_articles).where(_OWN), delete(alert_articles).where(_OWN)


def write_alerts(
    connection: Connection, plan: MatchPlan, arrival: Arrival, known: KnownStory, story: Story, now: datetime
) -> list[int]:
    """Raise the alerts of one article and change those its story has; the ids of what is new to be told."""
    fired = {alert.rule_id: alert for alert in plan.alerts}
    told: list[int] = []
    said: dict[str, Stance] = {}  # by rule: for what the article changed an alert, whatever else it says as well
    for rule_id, alert in list(known.alerts.items()):
        change = update_of(alert, arrival, fired.get(rule_id), story)
        if change.match is not None:
            said[rule_id] = change.match.stance
        known.alerts[rule_id] = _change(connection, alert, change, arrival, fired.get(rule_id), now)
        if change.reason is not None:
            told.append(alert.alert_id)
    for rule_id, one in fired.items():
        if rule_id not in known.alerts:
            known.alerts[rule_id] = _raise(connection, one, arrival, known.story_id, story, now)
            told.append(known.alerts[rule_id].alert_id)
    for rule_id, alert in known.alerts.items():
        spoke = said.get(rule_id) or _speaks(alert, arrival, fired.get(rule_id))
        known.alerts[rule_id] = _write_voice(connection, alert, arrival, spoke, now)
    _write_confirmation(connection, known, story)
    return told


def _raise(
    connection: Connection, plan: AlertPlan, arrival: Arrival, story_id: int, story: Story, now: datetime
) -> KnownAlert:
    confirmation, independent, detail = first_word(plan, arrival, story)
    stored = arrival.judged.stored
    numbers = _numbers(arrival, plan.match.concept)
    row = {
        "rule_id": plan.rule_id,
        "story_id": story_id,
        "article_id": stored.article_id,
        "severity": str(plan.severity),
        "stance": str(plan.match.stance),
        "match": match_json(plan.match),
        "places": list(arrival.judged.judgement.relevance.places),
        "why": list(plan.why),
        "revision": 1,
        "raised_at": now,
        "confirmation": str(confirmation),
        "independent": independent,
        "reason": str(UpdateReason.RAISED),
        "detail": detail,
        "numbers": numbers,
    }
    alert_id: int = connection.execute(_RAISED, row).scalar_one()
    alert = KnownAlert(
        alert_id=alert_id,
        rule_id=plan.rule_id,
        revision=1,
        severity=plan.severity,
        concept=plan.match.concept,
        stance=plan.match.stance,
        said_at=arrival.at,
        confirmation=confirmation,
        told=(),
        numbers=numbers,
    )
    return _write_update(connection, alert, UpdateReason.RAISED, stored, now)


def _numbers(arrival: Arrival, concept: str) -> dict[str, int]:
    """The highest toll that an article reports."""
    found: dict[str, int] = {}
    for match in arrival.matches:
        if match.concept == concept:
            found |= {kind: max(number, found.get(kind, 0)) for kind, number in match.numbers}
    return found


def _change(
    connection: Connection,
    alert: KnownAlert,
    change: AlertChange,
    arrival: Arrival,
    fired: AlertPlan | None,
    now: datetime,
) -> KnownAlert:
    """Write a change; the alert as it stands then."""
    changed = replace(alert, confirmation=change.confirmation)
    values: dict[str, Any] = {"confirmation": str(change.confirmation)}
    if change.numbers is not None:
        changed = replace(changed, numbers=change.numbers)
        values["numbers"] = dict(change.numbers)
    if change.severity is not None:
        changed = replace(changed, severity=change.severity)
        values["severity"] = str(change.severity)
    if change.match is not None:
        changed = replace(changed, stance=change.match.stance, said_at=arrival.at)
        values |= _saying(change.match, arrival, fired)
    if change.reason is None:
        if change.confirmation is not alert.confirmation:
            connection.execute(_CHANGED, {"alert": alert.alert_id} | values)
        return changed
    changed = replace(changed, revision=alert.revision + 1, closed=False)
    values |= {
        "revision": changed.revision,
        "reason": str(change.reason),
        "detail": change.detail,
        "independent": change.independent,
        "updated_at": now,
        "closed_at": None,
        "closed_reason": "",
    }
    connection.execute(_CHANGED, {"alert": alert.alert_id} | values)
    return _write_update(connection, changed, change.reason, arrival.judged.stored, now)


def _saying(match: Match, arrival: Arrival, fired: AlertPlan | None) -> dict[str, Any]:
    """The columns that say what an alert says now."""
    values = {
        "article_id": arrival.judged.stored.article_id,
        "stance": str(match.stance),
        "match": match_json(match),
        "places": list(arrival.judged.judgement.relevance.places),
    }
    return values | ({"why": list(fired.why)} if fired else {})


def _write_update(
    connection: Connection, alert: KnownAlert, reason: UpdateReason, stored: StoredArticle, now: datetime
) -> KnownAlert:
    """Keep a revision for the record, once its alert is written; the alert that remembers it."""
    keep_revision(connection, alert.alert_id, stored.article_id, now)
    told = Told(reason, alert.stance, stored.article_id, stored.article.family, now)
    return replace(alert, told=(*alert.told, told))


def _speaks(alert: KnownAlert, arrival: Arrival, fired: AlertPlan | None) -> Stance | None:
    """What an article says of an alert's concept, first of all; None where it says nothing."""
    if fired is not None:
        return fired.match.stance
    if alert.concept == OWN_WORDS:
        return None
    return next((match.stance for match in arrival.matches if match.concept == alert.concept), None)


def _write_voice(
    connection: Connection, alert: KnownAlert, arrival: Arrival, stance: Stance | None, now: datetime
) -> KnownAlert:
    """Keep that an article stands behind an alert, or does no more."""
    stored = arrival.judged.stored
    own = {"alert": alert.alert_id, "article": stored.article_id}
    spoke = {article: revision for article, revision in alert.spoke.items() if article != stored.article_id}
    if stance is None:
        told = any(one.article_id == stored.article_id for one in alert.told)
        if stored.article_id in alert.spoke and not told:
            connection.execute(_SPEAKS_NO_MORE, own)
        return replace(alert, spoke=alert.spoke if told else spoke)
    values = {"stance": str(stance), "article_revision": stored.revision}
    if stored.article_id in alert.spoke:
        connection.execute(_SPEAKS_ANEW, own | values)
    else:
        row = {"alert_id": alert.alert_id, "article_id": stored.article_id, "added_at": now}
        connection.execute(insert_new(connection, alert_articles), row | values)
    return replace(alert, spoke=spoke | {stored.article_id: stored.revision})


def _write_confirmation(connection: Connection, known: KnownStory, story: Story) -> None:
    """A story is as sure as the surest thing that is said in it."""
    confirmation = strongest(confirmation_of(story.voices_of(said), story.opposed) for said in known.reports().values())
    if confirmation is not known.confirmation:
        connection.execute(_CONFIRMED, {"story": known.story_id, "confirmation": str(confirmation)})
        known.confirmation = confirmation
