"""What people do to alerts, feeds and channels: done, and written into the audit log.

The same for pages, API and links. Each takes who does it; what does not exist is a problem. Doing anything twice
changes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NoReturn

from worker.bootstrap import Services
from worker.model import Silence
from worker.model.people import Deed, Visitor
from worker.web.problems import ProblemError

LONGEST_SNOOZE = timedelta(days=7)
CATCH_UP = timedelta(days=1)  # what a channel missed while it was disabled is sent if it is no older


def acknowledge(services: Services, visitor: Visitor, alert_id: int) -> None:
    """Take an alert on.

    Raises:
        ProblemError: there is no such alert.
    """
    if not services.store.alerts.acknowledge(alert_id, visitor.name, services.now()):
        _missing("alert")
    _record(services, visitor, Deed("alert.acknowledge", str(alert_id)))


def snooze(services: Services, visitor: Visitor, alert_id: int, length: timedelta) -> datetime:
    """Hold an alert's updates; until when.

    Raises:
        ProblemError: there is no such alert.
    """
    until = services.now() + min(length, LONGEST_SNOOZE)
    if not services.store.alerts.snooze(alert_id, until):
        _missing("alert")
    _record(services, visitor, Deed("alert.snooze", str(alert_id), {"until": until.isoformat()}))
    return until


def give_feedback(services: Services, visitor: Visitor, alert_id: int, *, right: bool, reason: str) -> None:
    """Say whether an alert was right.

    Raises:
        ProblemError: there is no such alert.
    """
    if not services.store.feedback.add(alert_id, right=right, reason=reason, now=services.now()):
        _missing("alert")
    _record(services, visitor, Deed("alert.feedback", str(alert_id), {"right": right, "reason": reason}))


def check_silence(services: Services, silence: Silence) -> None:
    """Refuse a silence that would match nothing.

    Raises:
        ProblemError: it names a rule or a place that there is not.
    """
    settings = services.settings
    for what, given, known in (
        ("rule", silence.rules, {rule.rule_id for rule in settings.rules}),
        ("place", silence.places, {place.label for place in settings.profile.places}),
    ):
        if unknown := [name for name in given if name not in known]:
            raise ProblemError(422, f"{what} {unknown[0]!r} is not known, so the silence would match nothing", [what])


def add_silence(services: Services, visitor: Visitor, silence: Silence) -> int:
    """Mute what the silence matches; its id."""
    silence_id = services.store.alerts.add_silence(silence, services.now())
    detail = {"comment": silence.comment, "until": silence.ends_at.isoformat()}
    _record(services, visitor, Deed("silence.add", str(silence_id), detail))
    return silence_id


def end_silence(services: Services, visitor: Visitor, silence_id: int) -> None:
    """End a silence now.

    Raises:
        ProblemError: none of this id is in force.
    """
    if not services.store.alerts.expire_silence(silence_id, services.now()):
        _missing("silence in force")
    _record(services, visitor, Deed("silence.end", str(silence_id)))


def switch_feed(services: Services, visitor: Visitor, feed_id: int, *, enabled: bool) -> None:
    """Have a feed polled, or no longer, whatever the settings say.

    Raises:
        ProblemError: there is no such feed.
    """
    if not services.store.feeds.switch(feed_id, enabled=enabled, by=visitor.name, now=services.now()):
        _missing("feed")
    _record(services, visitor, Deed("feed.enable" if enabled else "feed.disable", str(feed_id)))


def reset_feed(services: Services, visitor: Visitor, feed_id: int) -> None:
    """Have a feed go by the settings again.

    Raises:
        ProblemError: there is no such feed.
    """
    if not services.store.feeds.as_configured(feed_id, services.settings.feeds, services.now()):
        _missing("feed")
    _record(services, visitor, Deed("feed.reset", str(feed_id)))


def poll_feed(services: Services, visitor: Visitor, feed_id: int) -> None:
    """Have a feed polled at the next tick.

    Raises:
        ProblemError: there is no such feed.
    """
    if not services.store.feeds.make_due([feed_id], services.now()):
        _missing("feed")
    _record(services, visitor, Deed("feed.poll", str(feed_id)))


def enable_channel(services: Services, visitor: Visitor, name: str) -> int:
    """Send through a channel again that an error has disabled; how many notifications it now catches up on.

    Raises:
        ProblemError: there is no such channel.
    """
    if name not in {channel.name for channel in services.settings.channels}:
        _missing("channel")
    now = services.now()
    waiting = services.store.channels.enable(name, now, now - CATCH_UP)
    _record(services, visitor, Deed("channel.enable", name))
    return waiting


def _record(services: Services, visitor: Visitor, deed: Deed) -> None:
    services.store.people.record(visitor, deed, services.now())


def _missing(what: str) -> NoReturn:
    raise ProblemError(404, f"There is no such {what}.")
