"""Alerts, routes, channels and silences in, notifications out.

`notifications_for` decides alerts × channels, `escalations_for` who is told when nobody acknowledges, `notice_plans`
who learns of what is no news. Pure: what bears on the decision comes in as a `Situation`.
"""

from worker.routing.plans import (
    DIRECT,
    Situation,
    Unacknowledged,
    bundle_key,
    escalations_for,
    idempotency_key,
    notice_plans,
    notifications_for,
    remembered,
)
from worker.routing.reach import leading, mutes, refused, unmet

__all__ = [
    "DIRECT",
    "Situation",
    "Unacknowledged",
    "bundle_key",
    "escalations_for",
    "idempotency_key",
    "leading",
    "mutes",
    "notice_plans",
    "notifications_for",
    "refused",
    "remembered",
    "unmet",
]
