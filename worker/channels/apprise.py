"""A message to anything that Apprise knows by URL: Slack, Telegram, Matrix, ntfy, and a hundred others.

Apprise says whether it worked, not why not: no failure is permanent, and none brings a Retry-After. The caller's
attempts run out instead. Apprise connects by itself, past the guarded connections: its URL is the operator's own.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar
from datetime import datetime

import apprise

from worker.connections import Connections
from worker.errors import DeliveryError
from worker.model import Channel, Message, Severity

_TYPES = {
    Severity.INFO: apprise.NotifyType.INFO,
    Severity.WARNING: apprise.NotifyType.WARNING,
    Severity.CRITICAL: apprise.NotifyType.FAILURE,  # the strongest there is
}
_ASSET = apprise.AppriseAsset(app_id="Trucewire", app_desc="news monitor", app_url="", async_mode=False)


def send(channel: Channel, message: Message, now: datetime, connections: Connections) -> None:
    """Notify the channel's URL.

    Raises:
        DeliveryError: never permanent, but for a URL that Apprise cannot read.
    """
    service = apprise.Apprise(asset=_ASSET)
    if not service.add(channel.options["url"]):
        raise DeliveryError(f"{channel.name}: Apprise cannot read its address", permanent=True)
    with _Reasons() as reasons:
        accepted = service.notify(
            title=message.subject,
            body=message.text,
            body_format=apprise.NotifyFormat.TEXT,
            notify_type=_TYPES[message.severity],
        )
    if not accepted:
        raise DeliveryError(f"{channel.name}: {reasons.last or 'Apprise could not deliver'}")


class _Reasons(logging.Handler):
    """Overhears why Apprise failed: it tells its log alone. Sends in other threads are not listened to.

    Apprise works in threads of its own, and copies the caller's context into them.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        if _listening.get() is self:
            self.last = record.getMessage()[:200]

    def __enter__(self) -> _Reasons:
        self._token = _listening.set(self)
        logging.getLogger("apprise").addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("apprise").removeHandler(self)
        _listening.reset(self._token)


_listening: ContextVar[_Reasons | None] = ContextVar("worker.channels.apprise", default=None)
