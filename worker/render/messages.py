"""What a channel is handed at once in, a `Message` out: subject, plain text, HTML and the webhook's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from worker.model import Channel, Message, Severity
from worker.model.delivery import Form, Notice, Outgoing
from worker.render.catalogue import DEFAULT, Catalogue, catalogue
from worker.render.html import alert_html, bundle_html, text_html
from worker.render.links import NO_LINKS, AlertLinks
from worker.render.notices import notice_words
from worker.render.payload import alert_payload, bundle_payload, notice_payload
from worker.render.plain import alert_body, alert_text, bundle_text
from worker.render.words import event, one_line, subject


def message_for(outgoing: Outgoing, language: str = "en", links: Mapping[int, AlertLinks] | None = None) -> Message:
    """The message for a channel.

    Args:
        outgoing: one alert, several, or a notice.
        language: of the words around the quoted sentences; one without texts gets English ones.
        links: by alert id, where the reader can react.
    """
    if outgoing.notice is not None:
        return _notice_message(outgoing.key, outgoing.notice, language)
    texts, links = catalogue(language), links or {}
    own = [links.get(alert.alert_id, NO_LINKS) for alert in outgoing.alerts]
    if outgoing.form is Form.ALERT:
        return _alert_message(outgoing, texts, own[0])
    heading, text = _heading(outgoing, texts), bundle_text(outgoing, texts, own)
    return Message(
        key=outgoing.key,
        subject=one_line(_bundle_subject(outgoing, heading, texts)),
        text=f"{heading}\n\n{text}",
        body=text,
        html=bundle_html(outgoing, heading, texts, own),
        payload=bundle_payload(outgoing, own),
        severity=_most_urgent(outgoing),
        created_at=outgoing.created_at,
    )


def probe_message(channel: Channel, now: datetime) -> Message:
    """What `trucewire channel test` sends."""
    texts = catalogue(channel.language)
    text = texts.say("probe.text", channel=channel.name)
    return Message(
        key=f"msg_test_{channel.name}_{now:%Y%m%d%H%M%S%f}",
        subject=f"[trucewire] {texts.say('probe.subject', channel=channel.name)}",
        text=text,
        html=text_html(text, texts.language),
        payload={"type": "channel.test", "timestamp": now.isoformat(), "data": {"channel": channel.name}},
        created_at=now,
    )


def _alert_message(outgoing: Outgoing, texts: Catalogue, links: AlertLinks) -> Message:
    (alert,) = outgoing.alerts
    headline, whole = subject(alert, texts), alert.article.article.title
    return Message(
        key=outgoing.key,
        subject=headline,
        text=alert_text(alert, texts, links, escalates=outgoing.escalates),
        # A subject has one line of bounded length: a headline that it cannot carry is told below.
        body=alert_body(alert, texts, links, escalates=outgoing.escalates) if headline.endswith(whole) else "",
        html=alert_html(alert, texts, links, escalates=outgoing.escalates),
        payload=alert_payload(alert, links, escalates=outgoing.escalates),
        severity=alert.severity,
        created_at=alert.raised_at,
    )


def _notice_message(key: str, notice: Notice, language: str) -> Message:
    texts = catalogue(language if notice.facts else DEFAULT)
    title, body = notice_words(notice.kind, notice.facts, language) if notice.facts else (notice.title, notice.text)
    text = f"{title}\n\n{body}"
    return Message(
        key=key,
        subject=one_line(f"[trucewire] {title}"),
        text=text,
        body=body,
        html=text_html(text, texts.language),
        payload=notice_payload(notice),
        severity=notice.severity,
        created_at=notice.raised_at,
    )


def _heading(outgoing: Outgoing, texts: Catalogue) -> str:
    word = texts.say("digest" if outgoing.form is Form.DIGEST else "group")
    return f"{word}: {texts.count('alerts', len(outgoing.alerts))}"


def _bundle_subject(outgoing: Outgoing, heading: str, texts: Catalogue) -> str:
    """A digest is named by its size, a group by its first event."""
    severity = texts.say(f"severity.{_most_urgent(outgoing)}")
    if outgoing.form is Form.DIGEST:
        return f"[{severity}] {heading}"
    first = outgoing.alerts[0]
    where = f" · {first.places[0]}" if first.places else ""
    further = texts.count("alerts", len(outgoing.alerts))
    return f"[{severity}] {further}: {event(first, texts)}{where}: {first.article.article.title}"


def _most_urgent(outgoing: Outgoing) -> Severity:
    return max((alert.severity for alert in outgoing.alerts), key=lambda severity: severity.rank)
