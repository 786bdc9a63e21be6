"""Alerts in, HTML out. The one place that makes HTML, and so the one place that escapes.

Styles stand in the tags, since mail programs drop everything else; colours are those that read well on a light ground
and on a dark one.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from worker.model import Alert, Severity
from worker.model.delivery import Outgoing
from worker.render.catalogue import Catalogue
from worker.render.links import AlertLinks
from worker.render.words import event, facts, update

_COLOUR = {Severity.CRITICAL: "#b3261e", Severity.WARNING: "#8a5a00", Severity.INFO: "#1a5fb4"}
_PAGE = Markup(
    '<div lang="{language}" style="font-family:system-ui,-apple-system,\'Segoe UI\',sans-serif;'
    'max-width:42em;line-height:1.5;font-size:16px">{content}</div>'
)
_HEADING = Markup('<h1 style="font-size:1.25em;margin:.2em 0 .8em">{}</h1>')
_CARD = Markup(
    '<article style="margin:0 0 1.2em;padding:.1em 0 .1em 1em;border-left:4px solid {colour}">'
    '<p style="margin:.2em 0"><strong style="color:{colour}">{severity}</strong> · {event}{where}</p>{notes}'
    '<h2 style="font-size:1.1em;margin:.2em 0"><a href="{url}">{title}</a></h2>'
    '<blockquote lang="{language}" style="margin:.6em 0;padding-left:.8em;border-left:2px solid #999">'
    "{sentence}</blockquote>"
    '<p style="margin:.4em 0;color:#666;font-size:.9em">{facts}</p>{actions}'
    "</article>"
)
_NOTE = Markup('<p style="margin:.2em 0"><em>{}</em></p>')
_ACTIONS = Markup('<p style="margin:.6em 0">{}</p>')
_ACTION = Markup(
    '<a href="{address}" style="display:inline-block;margin-right:.6em;padding:.3em .8em;border:1px solid #888;'
    'border-radius:.4em;text-decoration:none">{label}</a>'
)
_BREAK = Markup("<br>")


def alert_html(alert: Alert, texts: Catalogue, links: AlertLinks, *, escalates: bool = False) -> str:
    """One alert whole."""
    number = texts.say("alert", id=alert.alert_id, revision=alert.revision)
    why = (f"{texts.say('why')}: {'; '.join(alert.why)}", number)
    notes = [texts.say("unacknowledged")] if escalates else []
    card = _card(alert, texts, links, [*facts(alert, texts), *why], notes)
    return str(_PAGE.format(language=texts.language, content=card))


def bundle_html(outgoing: Outgoing, heading: str, texts: Catalogue, links: Sequence[AlertLinks]) -> str:
    """Several alerts, a card each, the most urgent first."""
    cards = [
        _card(alert, texts, own, _short_facts(alert, texts), [])
        for alert, own in zip(outgoing.alerts, links, strict=True)
    ]
    content = _HEADING.format(heading) + Markup("").join(cards)
    return str(_PAGE.format(language=texts.language, content=content))


def text_html(text: str, language: str) -> str:
    """Paragraphs of plain text in `language`."""
    paragraphs = [Markup("<p>{}</p>").format(_BREAK.join(part.split("\n"))) for part in text.split("\n\n")]
    return str(_PAGE.format(language=language, content=Markup("").join(paragraphs)))


def _card(alert: Alert, texts: Catalogue, links: AlertLinks, lines: Sequence[str], notes: Sequence[str]) -> Markup:
    article = alert.article.article
    notes = [*notes, *filter(None, [update(alert, texts)])]
    # Markup escapes whatever is joined or formatted into it; the tags come from here alone.
    return _CARD.format(
        colour=_COLOUR[alert.severity],
        severity=texts.say(f"severity.{alert.severity}").upper(),
        event=event(alert, texts),
        where=f" · {alert.places[0]}" if alert.places else "",
        notes=Markup("").join(_NOTE.format(note) for note in notes),
        url=article.url if article.url.startswith(("http://", "https://")) else "#",
        title=article.title,
        language=article.language,
        sentence=_sentence(alert),
        facts=_BREAK.join(lines),
        actions=_actions(links, texts),
    )


def _actions(links: AlertLinks, texts: Catalogue) -> Markup:
    buttons = [_ACTION.format(address=address, label=label) for label, address in links.labelled(texts)]
    return _ACTIONS.format(Markup("").join(buttons)) if buttons else Markup("")


def _short_facts(alert: Alert, texts: Catalogue) -> list[str]:
    """Where, who and when on one line."""
    return [" · ".join(facts(alert, texts)[:3])]


def _sentence(alert: Alert) -> Markup:
    sentence, done = Markup(""), 0
    for start, end in sorted(alert.match.marks):
        if start < done:
            continue  # overlapping terms: the first one is marked
        sentence += alert.match.sentence[done:start]
        sentence += Markup("<mark>{}</mark>").format(alert.match.sentence[start:end])
        done = end
    return sentence + alert.match.sentence[done:]
