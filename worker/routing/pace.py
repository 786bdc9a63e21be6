"""When a channel sent and how often it may in, until when it must rest out.

The generic cell rate algorithm (ITU-T I.371): a burst of a minute's worth goes out at once, what is more is spread over
the time it takes. One timestamp is all it remembers. Never reads the clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta

WINDOW = timedelta(minutes=1)


def paced(paid_until: datetime | None, per_minute: int, now: datetime) -> tuple[datetime, datetime | None]:
    """What to remember after one more message, and until when the channel rests; None where it need not.

    Args:
        paid_until: what was remembered after the message before; None where there was none.
        per_minute: messages that the service takes in a minute.
        now: when the message was sent.
    """
    due = max(now, paid_until or now) + WINDOW / per_minute
    # One message's worth before the burst is used up, for the next one costs as much.
    rest_until = due - WINDOW + WINDOW / per_minute
    return due, rest_until if rest_until > now else None
