"""A route and what its channel has been told in; when an alert is sent there, and together with what, out.

Nothing is dropped here: what does not go out at once goes out later, in one message with whatever waits for the same
reason. A higher severity never goes out later than a lower one would in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from worker.model import Alert
from worker.model.delivery import Digest, GroupBy, QuietHours, Route, Told
from worker.routing.reach import passes, raises


@dataclass(frozen=True, slots=True)
class Timing:
    """When, with what, and why then."""

    due_at: datetime
    bundle: str = ""  # "" = alone
    held: str = ""


def timing(alert: Alert, route: Route, told: Sequence[Told], now: datetime) -> Timing:
    """When `alert` goes out by `route`.

    Args:
        alert: at its newest revision.
        route: that leads to the channel.
        told: what the channel has been told, or is going to be, by this route, within the route's `memory`.
        now: the time.
    """
    own = [one for one in told if one.route == route.name]
    grouped = _grouped(alert, route, own, now)
    if passes(alert.severity, route):
        return grouped
    if route.digest is not None:
        due = next_digest(now + route.group_wait, route.digest, route.zone)
        chosen = Timing(due, f"digest:{route.name}", f"digest of route {route.name}")
        return _after_quiet_hours(chosen, route, chosen.bundle)
    chosen = grouped if raises(alert) else _throttled(alert, route, own, grouped)
    return _after_quiet_hours(chosen, route, f"quiet:{route.name}")


def memory(route: Route) -> timedelta:
    """How far back `timing` must know what a channel was told."""
    return max(route.group_interval, route.throttle.period if route.throttle else timedelta(0))


def group_key(alert: Alert, route: Route) -> str:
    """What alerts that go out together by this route have in common, "" where each goes alone."""
    match route.group_by:
        case GroupBy.NONE:
            return ""
        case GroupBy.STORY:
            value = str(alert.story_id)
        case GroupBy.RULE:
            value = alert.rule_id
        case GroupBy.PLACE:
            value = alert.places[0] if alert.places else ""
        case GroupBy.ALL:
            value = ""
    return f"group:{route.name}:{value}"


def _grouped(alert: Alert, route: Route, own: Sequence[Told], now: datetime) -> Timing:
    bundle, soonest = group_key(alert, route), now + route.group_wait
    if not bundle:
        return Timing(now)
    group = [one for one in own if one.bundle == bundle]
    waiting = [one.at for one in group if one.waits]
    if waiting:
        return Timing(max(now, min(*waiting, soonest)), bundle)
    last = max((one.at for one in group), default=None)
    if last is None or passes(alert.severity, route) or raises(alert):
        return Timing(soonest, bundle)
    if alert.severity.rank > max(one.severity.rank for one in group):
        return Timing(soonest, bundle)
    due = max(soonest, last + route.group_interval)
    return Timing(due, bundle, "" if due == soonest else f"group interval of route {route.name}")


def _throttled(alert: Alert, route: Route, own: Sequence[Told], chosen: Timing) -> Timing:
    """Later, if as many messages of this urgency or above have gone out as the route allows."""
    throttle = route.throttle
    if throttle is None or any(one.waits and one.bundle == chosen.bundle != "" for one in own):
        return chosen  # it joins a message that is counted already
    as_urgent = [one for one in own if one.severity.rank >= alert.severity.rank]
    # A message of several alerts counts once; those that go alone have their alert for a name.
    messages = {(one.bundle or f"alert:{one.alert_id}", one.at): one.at for one in as_urgent}
    recent = sorted(at for at in messages.values() if at > chosen.due_at - throttle.period)
    if len(recent) < throttle.messages:
        return chosen
    bundle, reason = f"more:{route.name}", f"throttle of route {route.name}"
    waiting = [one.at for one in own if one.waits and one.bundle == bundle]
    due = min([*waiting, recent[-throttle.messages] + throttle.period])
    return Timing(max(chosen.due_at, due), bundle, reason)


def _after_quiet_hours(chosen: Timing, route: Route, bundle: str) -> Timing:
    due = end_of_quiet(chosen.due_at, route.quiet_hours, route.zone)
    if due == chosen.due_at:
        return chosen
    return Timing(due, bundle, f"quiet hours of route {route.name}")


def end_of_quiet(at: datetime, spans: Sequence[QuietHours], zone: tzinfo) -> datetime:
    """`at` itself, or the end of the quiet hours it lies in, in UTC."""
    due = at
    for _ in range(len(spans)):  # one may end where the next begins
        ends = [end for span in spans if (end := _end_of(due, span, zone)) is not None]
        if not ends:
            break
        due = max(ends)
    return due


def _end_of(at: datetime, span: QuietHours, zone: tzinfo) -> datetime | None:
    local = at.astimezone(zone)
    clock = local.timetz().replace(tzinfo=None, fold=0)
    over_midnight = span.end <= span.start
    if over_midnight:
        inside, days = clock >= span.start or clock < span.end, int(clock >= span.start)
    else:
        inside, days = span.start <= clock < span.end, 0
    if not inside:
        return None
    end = datetime.combine(local.date() + timedelta(days=days), span.end, zone)
    # In the night when clocks go back an hour comes twice: its second end is meant where the first is over.
    if end.astimezone(UTC) <= at:
        end = end.replace(fold=1)
    return max(end.astimezone(UTC), at)


def next_digest(now: datetime, digest: Digest, zone: tzinfo) -> datetime:
    """The next time that a digest goes out, in UTC."""
    local = now.astimezone(zone)
    if digest.at is None:
        return (
            now
            + timedelta(hours=1)
            - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        )
    today = datetime.combine(local.date(), digest.at, zone).astimezone(UTC)
    if today > now:
        return today
    return datetime.combine(local.date() + timedelta(days=1), digest.at, zone).astimezone(UTC)
