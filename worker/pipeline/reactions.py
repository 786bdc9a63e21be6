"""Alerts in, the links by which their readers react to them out; and the secret that those are signed with."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from worker.bootstrap import Services
from worker.links import Do, link
from worker.model import Alert
from worker.render import AlertLinks

REMEMBERED_AS = "link_secret"  # in the memory that all workers share
VALID_FOR = timedelta(days=7)


def links_for(services: Services, alerts: Sequence[Alert]) -> dict[int, AlertLinks]:
    """Links by alert id; none where TRUCEWIRE_PUBLIC_URL does not say how the web service is reached.

    They end a week after the alert's newest revision, and are the same at every attempt.
    """
    base_url = services.settings.public_url
    if not base_url or not alerts:
        return {}
    secret = link_secret(services)
    found = {}
    for alert in alerts:
        expires_at = (alert.updated_at or alert.raised_at) + VALID_FOR
        found[alert.alert_id] = AlertLinks(
            acknowledge=link(base_url, secret, Do.ACKNOWLEDGE, alert.alert_id, expires_at),
            snooze=link(base_url, secret, Do.SNOOZE_2H, alert.alert_id, expires_at),
        )
    return found


def link_secret(services: Services) -> str:
    """What links are signed with: TRUCEWIRE_LINK_SECRET, or else one that is made when it is first needed."""
    if services.settings.link_secret:
        return services.settings.link_secret
    made = services.store.upkeep.recall(REMEMBERED_AS)
    if made is None:
        made = services.store.upkeep.remember_first(REMEMBERED_AS, secrets.token_urlsafe(32), services.now())
    return str(made)
