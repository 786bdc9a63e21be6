"""Alerts and notices in, the webhook's JSON out: `{type, timestamp, data}`, as Standard Webhooks advises.

Times are in ISO 8601, UTC. Names and words are the same in every language; machines read them.
"""

from __future__ import annotations

from typing import Any

from worker.model import Alert
from worker.model.delivery import Notice, Outgoing
from worker.render.links import AlertLinks


def alert_payload(alert: Alert, links: AlertLinks, *, escalates: bool) -> dict[str, Any]:
    """One alert."""
    kind = "alert.raised" if alert.revision == 1 else "alert.updated"
    at = alert.raised_at if alert.revision == 1 else alert.updated_at or alert.raised_at
    return {
        "type": "alert.unacknowledged" if escalates else kind,
        "timestamp": at.isoformat(),
        "data": alert_data(alert, links),
    }


def bundle_payload(outgoing: Outgoing, links: list[AlertLinks]) -> dict[str, Any]:
    """Several alerts, each as it would be alone."""
    alerts = [alert_data(alert, own) for alert, own in zip(outgoing.alerts, links, strict=True)]
    return {
        "type": f"alerts.{outgoing.form}",
        "timestamp": outgoing.created_at.isoformat(),
        "data": {"count": len(alerts), "alerts": alerts},
    }


def notice_payload(notice: Notice) -> dict[str, Any]:
    """A notice."""
    return {
        "type": "notice.raised",
        "timestamp": notice.raised_at.isoformat(),
        "data": {
            "kind": notice.kind,
            "subject": notice.subject,
            "severity": str(notice.severity),
            "title": notice.title,
            "text": notice.text,
            "facts": dict(notice.facts),
        },
    }


def alert_data(alert: Alert, links: AlertLinks) -> dict[str, Any]:
    """What is known of an alert."""
    article, match = alert.article.article, alert.match
    data = {
        "alert_id": alert.alert_id,
        "revision": alert.revision,
        "reason": str(alert.reason),
        "detail": alert.detail,
        "rule": alert.rule_id,
        "severity": str(alert.severity),
        "concept": match.concept,
        "stance": str(alert.stance),
        "confirmation": str(alert.confirmation),
        "independent_voices": alert.independent,
        "places": list(alert.places),
        "sentence": match.sentence,
        "marks": [list(mark) for mark in match.marks],
        "terms": list(match.terms),
        "title": article.title,
        "url": article.url,
        "language": article.language,
        "publisher": article.publisher,
        "publisher_families": list(alert.publishers),
        "machine_written": article.machine_written,
        "credit": article.credit,
        "labels": list(article.labels),
        "published_at": article.published_at.isoformat() if article.published_at else None,
        "first_seen_at": article.first_seen_at.isoformat() if article.first_seen_at else None,
        "story_id": alert.story_id,
        "why": list(alert.why),
    }
    if links.acknowledge:
        data["links"] = {"acknowledge": links.acknowledge, "snooze": links.snooze}
    return data
