"""An alert and what may keep it from a channel in; the reason it is kept from it, or "", out.

Everything here is monotonous on purpose: a higher severity passes whatever a lower one does, and one silence more never
lets anything through. So conditions know a *minimum* of severity, silences a *maximum*, and a silenced alert still
inhibits lesser ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from worker.model import Alert, Channel, Severity, Silence, UpdateReason
from worker.model.delivery import Conditions, Inhibition, Names, Route

# What an acknowledgement does not hold back: news that whoever took the alert on could not have known.
NEWS_TO_ALL = frozenset(
    {UpdateReason.ESCALATED, UpdateReason.TURNED, UpdateReason.CORRECTED, UpdateReason.RETRACTED, UpdateReason.RAISED}
)


def unmet(alert: Alert, conditions: Conditions) -> str:
    """The first condition that `alert` does not meet, in words; "" where it meets them all."""
    if alert.severity.rank < conditions.minimum_severity.rank:
        return f"{alert.severity} is below {conditions.minimum_severity}"
    article = alert.article.article
    asked: tuple[tuple[str, Names, Sequence[str]], ...] = (
        ("rule", conditions.rules, (alert.rule_id,)),
        ("concept", conditions.concepts, (alert.match.concept,)),
        ("stance", conditions.stances, (str(alert.stance),)),
        ("confirmation", conditions.confirmations, (str(alert.confirmation),)),
        ("place", conditions.places, alert.places),
        ("language", conditions.languages, (article.language,)),
        ("country", conditions.countries, (alert.article.country,)),
        ("side", conditions.sides, (alert.article.side,)),
        ("family", conditions.families, (article.family, *alert.publishers)),
    )
    for what, names, own in asked:
        if not names.let(*own):
            return _unmet_names(what, names, own)
    return ""


def _unmet_names(what: str, names: Names, own: Sequence[str]) -> str:
    unwanted = sorted(names.never.intersection(own))
    if unwanted:
        return f"{what} {unwanted[0]} is excluded"
    return f"{what} {', '.join(filter(None, own)) or 'unknown'} is not {' or '.join(sorted(names.only))}"


def leading(channel: Channel, routes: Iterable[Route]) -> list[Route]:
    """The routes that name a channel."""
    return [route for route in routes if not route.channels or channel.name in route.channels]


def refused(alert: Alert, channel: Channel) -> str:
    """Why the channel itself does not take `alert`, "" where it does."""
    if channel.rules and alert.rule_id not in channel.rules:
        return f"channel takes only {', '.join(channel.rules)}"
    if alert.severity.rank < channel.minimum_severity.rank:
        return f"{alert.severity} is below the channel's {channel.minimum_severity}"
    return ""


def no_route(alert: Alert, routes: Sequence[Route]) -> str:
    """Why none of `routes` takes `alert`, for those who ask."""
    reasons = [f"{route.name}: {unmet(alert, route.conditions)}" for route in routes]
    return f"no route takes it ({'; '.join(reasons)})"


def silenced(alert: Alert, silences: Iterable[Silence]) -> str:
    """The first silence that mutes `alert`, with its comment; "" where none does."""
    for silence in silences:
        if mutes(silence, alert):
            return f"silence {silence.silence_id} until {silence.ends_at:%Y-%m-%d %H:%M} UTC: {silence.comment}"
    return ""


def mutes(silence: Silence, alert: Alert) -> bool:
    """Whether `silence` matches `alert`, whenever it is in force."""
    article = alert.article.article
    return (
        alert.severity.rank <= silence.maximum_severity.rank
        and (not silence.rules or alert.rule_id in silence.rules)
        and (not silence.places or bool(set(silence.places) & set(alert.places)))
        and (not silence.publishers or bool(set(silence.publishers) & {article.publisher, article.family}))
        and (not silence.languages or article.language in silence.languages)
        and (not silence.stances or str(alert.stance) in silence.stances)
    )


def inhibited(
    alert: Alert, channel: Channel, routes: Sequence[Route], inhibitions: Iterable[Inhibition], company: Iterable[Alert]
) -> str:
    """The alert of the same story that takes the floor from `alert` on this channel, "" where none does.

    Only one that reaches the channel by its routes counts: what nobody there learns of, silences nothing.
    """
    for inhibition in inhibitions:
        if alert.severity.rank > inhibition.target_maximum.rank or not inhibition.target_rules.let(alert.rule_id):
            continue
        for other in company:
            if (
                other.alert_id != alert.alert_id
                and other.story_id == alert.story_id
                and other.severity.rank > alert.severity.rank
                and abs(alert.raised_at - other.raised_at) <= inhibition.within
                and not unmet(other, inhibition.source)
                and _reaches(other, channel, routes)
            ):
                return f"inhibited ({inhibition.name}) by {other.severity} alert {other.alert_id} of the same story"
    return ""


def _reaches(alert: Alert, channel: Channel, routes: Sequence[Route]) -> bool:
    taken = not routes or any(not unmet(alert, route.conditions) for route in routes)
    return taken and not refused(alert, channel)


def held_by_acknowledgement(alert: Alert) -> str:
    """Why an update of an acknowledged alert is not sent, "" where it is."""
    if alert.acknowledged_at is None or alert.revision == 1 or alert.reason in NEWS_TO_ALL:
        return ""
    who = f" by {alert.acknowledged_by}" if alert.acknowledged_by else ""
    return f"acknowledged{who}: only escalations, turns and corrections are still sent"


def raises(alert: Alert) -> bool:
    """Whether its newest revision is more urgent, or says the opposite: then nothing but the hour holds it back."""
    return alert.reason in (UpdateReason.ESCALATED, UpdateReason.TURNED)


def passes(severity: Severity, route: Route) -> bool:
    """Whether this severity waits for nothing on `route` but for the rest of its group."""
    return route.let_pass is not None and severity.rank >= route.let_pass.rank
