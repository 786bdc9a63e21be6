"""Alerts in, plain text out."""

from __future__ import annotations

from collections.abc import Sequence

from worker.model import Alert
from worker.model.delivery import Outgoing
from worker.render.catalogue import Catalogue
from worker.render.links import AlertLinks
from worker.render.words import event, facts, marked, update


def alert_text(alert: Alert, texts: Catalogue, links: AlertLinks, *, escalates: bool = False) -> str:
    """One alert whole."""
    severity = texts.say(f"severity.{alert.severity}").upper()
    lines = [f"{severity}: {event(alert, texts)}", *_notes(alert, texts, escalates=escalates)]
    return "\n".join([*lines, alert.article.article.title, "", *_details(alert, texts, links)])


def alert_body(alert: Alert, texts: Catalogue, links: AlertLinks, *, escalates: bool = False) -> str:
    """One alert below a subject that names severity, event and headline."""
    return "\n".join([*_notes(alert, texts, escalates=escalates), *_details(alert, texts, links)])


def _notes(alert: Alert, texts: Catalogue, *, escalates: bool) -> list[str]:
    return [*([texts.say("unacknowledged")] if escalates else []), *filter(None, [update(alert, texts)])]


def _details(alert: Alert, texts: Catalogue, links: AlertLinks) -> list[str]:
    lines = [
        f"  {marked(alert.match.sentence, alert.match.marks, '»', '«')}",
        "",
        *facts(alert, texts),
    ]
    if alert.article.article.url:
        lines.append(f"{texts.say('link')}: {alert.article.article.url}")
    lines.append(f"{texts.say('why')}: {'; '.join(alert.why)}")
    lines.append(texts.say("alert", id=alert.alert_id, revision=alert.revision))
    return lines + [f"{label}: {address}" for label, address in links.labelled(texts)]


def bundle_text(outgoing: Outgoing, texts: Catalogue, links: Sequence[AlertLinks]) -> str:
    """Several alerts, a short paragraph each."""
    parts = []
    for alert, own in zip(outgoing.alerts, links, strict=True):
        article = alert.article.article
        severity = texts.say(f"severity.{alert.severity}").upper()
        lines = [f"{severity}: {event(alert, texts)} · {', '.join(alert.places[:3]) or texts.say('unknown')}"]
        lines += [line] if (line := update(alert, texts)) else []
        lines += [article.title, f"  {marked(alert.match.sentence, alert.match.marks, '»', '«')}"]
        lines.append("  ".join(filter(None, (article.publisher or texts.say("unknown"), article.url))))
        lines.append(texts.say("alert", id=alert.alert_id, revision=alert.revision))
        lines += [f"{label}: {address}" for label, address in own.labelled(texts)]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)
