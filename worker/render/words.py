"""An alert in, what it says in few words out, in the language of whoever reads it.

The quoted sentence stays in its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from worker.model import Alert, Confirmation, Stance, UpdateReason
from worker.render.catalogue import Catalogue

LASTING = {"ceasefire", "disarmament", "peace_deal", "blockade", "peacekeepers"}  # concepts that can be in force
SUBJECT_LENGTH = 200
_CONTROLS = dict.fromkeys([*range(32), *range(127, 160)], " ")


def subject(alert: Alert, texts: Catalogue) -> str:
    """One line of bounded length, without control characters."""
    where = f" · {alert.places[0]}" if alert.places else ""
    severity = texts.say(f"severity.{alert.severity}")
    return one_line(f"[{severity}] {event(alert, texts)}{where}: {alert.article.article.title}")


def one_line(text: str) -> str:
    """`text` on one line of bounded length, without control characters."""
    line = " ".join(text.translate(_CONTROLS).split())
    return line if len(line) <= SUBJECT_LENGTH else f"{line[: SUBJECT_LENGTH - 1]}…"


def event(alert: Alert, texts: Catalogue) -> str:
    """What the rule watches for, and what is said of it: *ceasefire, agreed*."""
    return f"{rule(alert, texts)}, {said(alert, texts)}"


def rule(alert: Alert, texts: Catalogue) -> str:
    """The rule's name; one that is called like a concept has a name in each language."""
    key = f"concept.{alert.rule_id}"
    return texts.say(key) if texts.knows(key) else alert.rule_id.replace("_", " ")


def said(alert: Alert, texts: Catalogue) -> str:
    """The stance in words: an agreement is in force, an event is reported."""
    if alert.stance is Stance.IN_FORCE and alert.match.concept not in LASTING:
        return texts.say("stance.reported")
    return texts.say(f"stance.{alert.stance}")


def update(alert: Alert, texts: Catalogue) -> str:
    """Why it is told again, "" for a first alert."""
    if alert.reason is UpdateReason.RAISED:
        return ""
    line = texts.say(f"update.{alert.reason}")
    return f"{line} ({alert.detail})" if alert.detail else line


def voices(alert: Alert, texts: Catalogue) -> str:
    """How many publishers report it, and what that makes of it."""
    count = len(alert.publishers or (alert.article.article.family,))
    confirmation = texts.say(f"confirmation.{alert.confirmation}")
    if alert.confirmation is Confirmation.INDEPENDENT and alert.independent:
        confirmation = texts.count("confirmed_by", alert.independent)
        count = count if count > alert.independent else 0  # they are all there is to be counted
    if count < 2:
        return confirmation
    if alert.confirmation is Confirmation.SINGLE_SOURCE:  # copies of one report count once
        return texts.count("publishers", count)
    return f"{texts.count('publishers', count)}, {confirmation}"


def facts(alert: Alert, texts: Catalogue) -> list[str]:
    """Where, who, when, and what else is known of the article: a line each."""
    article = alert.article.article
    unknown = texts.say("unknown")
    lines = [
        f"{texts.say('where')}: {', '.join(alert.places[:5]) or unknown}",
        f"{texts.say('publisher')}: {article.publisher or unknown} ({voices(alert, texts)})",
        f"{texts.say('published')}: {when(article.published_at, unknown)}",
        f"{texts.say('first_seen')}: {when(article.first_seen_at, unknown)}",
    ]
    if article.credit:
        lines.append(f"{texts.say('credits')}: {article.credit}")
    if article.labels:
        lines.append(f"{texts.say('labels')}: {', '.join(article.labels)}")
    if article.machine_written:
        lines.append(texts.say("machine_written"))
    return lines


def when(moment: datetime | None, unknown: str = "unknown") -> str:
    """A time as people read it; unknown stays unknown."""
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else unknown


def marked(sentence: str, marks: Sequence[tuple[int, int]], before: str, after: str) -> str:
    """`sentence` with `before` and `after` around each mark; both are taken as they are."""
    parts, done = [], 0
    for start, end in sorted(marks):
        if start < done:
            continue  # overlapping terms: the first one is marked
        parts += [sentence[done:start], before, sentence[start:end], after]
        done = end
    return "".join([*parts, sentence[done:]])
