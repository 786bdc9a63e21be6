"""An alert in, a `Message` out: subject, plain text, HTML and the webhook's JSON.

The one place that makes HTML, and so the one place that escapes. Never sends anything.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from markupsafe import Markup

from worker.model import Alert, Channel, Message, Notification, Severity, Stance

LASTING = {"ceasefire", "disarmament", "peace_deal", "blockade", "peacekeepers"}  # concepts that can be in force
SUBJECT_LENGTH = 200
_CONTROLS = dict.fromkeys([*range(32), *range(127, 160)], " ")

_HTML = Markup(
    '<article lang="en" style="font-family:system-ui,sans-serif;max-width:40em;line-height:1.5">'
    "<p><strong>{severity}</strong> · {rule}, {stance}{where}</p>"
    '<h2 style="margin:.2em 0"><a href="{url}">{title}</a></h2>'
    '<blockquote lang="{language}" style="margin:.8em 0;padding-left:.8em;border-left:3px solid #999">'
    "{sentence}</blockquote>"
    '<p style="color:#555">{facts}</p>'
    '<p style="color:#555">Why: {why}</p>'
    "</article>"
)


def message_for(notification: Notification) -> Message:
    """The message a notification's channel gets."""
    alert = notification.alert
    return Message(
        key=notification.key,
        subject=_subject(alert),
        text=_text(alert),
        html=_html(alert),
        payload=_payload(alert),
        severity=alert.severity,
        created_at=alert.raised_at,
    )


def channel_disabled_message(channel: Channel, reason: str, now: datetime) -> Message:
    """What the other channels are told when one is disabled: whoever relied on it must learn so."""
    text = (
        f"Channel {channel.name} is disabled after a permanent error: {reason}\n"
        f"Its alerts are not sent. Correct it, then run: trucewire channel enable {channel.name}"
    )
    data = {"channel": channel.name, "reason": reason}
    return Message(
        key=f"msg_channel_{channel.name}_{now:%Y%m%d%H%M%S}",
        subject=f"[trucewire] channel {channel.name} is disabled",
        text=text,
        html=str(Markup("<p>{}</p>").format(text)),
        payload={"type": "channel.disabled", "timestamp": now.isoformat(), "data": data},
        severity=Severity.CRITICAL,
        created_at=now,
    )


def probe_message(channel: Channel, now: datetime) -> Message:
    """What `trucewire channel test` sends."""
    text = f"This is a test of channel {channel.name}. Alerts will look like this one, and say more."
    return Message(
        key=f"msg_test_{channel.name}_{now:%Y%m%d%H%M%S%f}",
        subject=f"[trucewire] test of channel {channel.name}",
        text=text,
        html=str(Markup("<p>{}</p>").format(text)),
        payload={"type": "channel.test", "timestamp": now.isoformat(), "data": {"channel": channel.name}},
        created_at=now,
    )


def marked(sentence: str, marks: tuple[tuple[int, int], ...], before: str, after: str) -> str:
    """`sentence` with `before` and `after` around each mark; both are taken as they are."""
    parts, done = [], 0
    for start, end in sorted(marks):
        if start < done:
            continue  # overlapping terms: the first one is marked
        parts += [sentence[done:start], before, sentence[start:end], after]
        done = end
    return "".join([*parts, sentence[done:]])


def when(moment: datetime | None) -> str:
    """A time as people read it; unknown stays unknown."""
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "unknown"


def _subject(alert: Alert) -> str:
    where = f" · {alert.places[0]}" if alert.places else ""
    line = f"[{alert.severity}] {_words(alert.rule_id)}, {_said(alert)}{where}: {alert.article.article.title}"
    line = " ".join(line.translate(_CONTROLS).split())
    return line if len(line) <= SUBJECT_LENGTH else f"{line[: SUBJECT_LENGTH - 1]}…"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _said(alert: Alert) -> str:
    """The stance in words: an agreement is in force, an event is reported."""
    if alert.stance is Stance.IN_FORCE and alert.match.concept not in LASTING:
        return "reported"
    return _words(alert.stance)


def _facts(alert: Alert) -> list[str]:
    article = alert.article.article
    publishers = alert.publishers or (article.family,)
    voices = "not confirmed by another publisher" if len(publishers) < 2 else f"{len(publishers)} publishers"
    facts = [
        f"Where: {', '.join(alert.places[:5]) or 'unknown'}",
        f"Publisher: {article.publisher or 'unknown'} ({voices})",
        f"Published: {when(article.published_at)}",
        f"First seen: {when(article.first_seen_at)}",
    ]
    if article.credit:
        facts.append(f"Credits: {article.credit}")
    if article.labels:
        facts.append(f"Its publisher calls it: {', '.join(article.labels)}")
    if article.machine_written:
        facts.append("This copy looks machine-written")
    return facts


def _text(alert: Alert) -> str:
    sentence = marked(alert.match.sentence, alert.match.marks, "»", "«")
    head = f"{str(alert.severity).upper()}: {_words(alert.rule_id)}, {_said(alert)}"
    lines = [head, alert.article.article.title, "", f"  {sentence}", "", *_facts(alert)]
    if alert.article.article.url:
        lines.append(f"Link: {alert.article.article.url}")
    return "\n".join([*lines, f"Why: {'; '.join(alert.why)}", f"Alert {alert.alert_id}, revision {alert.revision}"])


def _html(alert: Alert) -> str:
    article = alert.article.article
    # Markup escapes whatever is joined or formatted into it; the tags come from here alone.
    sentence, done = Markup(""), 0
    for start, end in sorted(alert.match.marks):
        if start < done:
            continue
        sentence += alert.match.sentence[done:start]
        sentence += Markup("<mark>{}</mark>").format(alert.match.sentence[start:end])
        done = end
    sentence += alert.match.sentence[done:]
    return str(
        _HTML.format(
            severity=str(alert.severity).upper(),
            rule=_words(alert.rule_id),
            stance=_said(alert),
            where=f" · {alert.places[0]}" if alert.places else "",
            url=article.url if article.url.startswith(("http://", "https://")) else "#",
            title=article.title,
            language=article.language,
            sentence=sentence,
            facts=Markup("<br>").join(_facts(alert)),
            why="; ".join(alert.why),
        )
    )


def _payload(alert: Alert) -> dict[str, Any]:
    """`{type, timestamp, data}`, as Standard Webhooks advises; times in ISO 8601, UTC."""
    article, match = alert.article.article, alert.match
    return {
        "type": "alert.raised" if alert.revision == 1 else "alert.updated",
        "timestamp": alert.raised_at.isoformat(),
        "data": {
            "alert_id": alert.alert_id,
            "revision": alert.revision,
            "rule": alert.rule_id,
            "severity": str(alert.severity),
            "concept": match.concept,
            "stance": str(alert.stance),
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
        },
    }
