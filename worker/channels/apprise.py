"""A message to anything that Apprise knows by URL: Slack, Telegram, Matrix, ntfy, and a hundred others.

Apprise says whether it worked, not why not: no failure is permanent, and none brings a Retry-After. The caller's
attempts run out instead. Apprise connects by itself, past the guarded connections: its URL is the operator's own.

It knows how long a message each service takes, and would send one that is longer all the same: such a message is
shortened here. A service without titles gets the text alone, whose first lines say what a title would say; one with
titles gets the text without them. And Apprise passes on what a service takes for more than text: a headline could call
a whole chat room by `@everyone`, or show one address and lead to another. Such marks are broken by an invisible
character.
"""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar
from datetime import datetime

import apprise

from worker.channels.lengths import fitted, in_bytes
from worker.connections import Connections
from worker.errors import DeliveryError
from worker.model import Channel, Message, Severity

_TYPES = {
    Severity.INFO: apprise.NotifyType.INFO,
    Severity.WARNING: apprise.NotifyType.WARNING,
    Severity.CRITICAL: apprise.NotifyType.FAILURE,  # the strongest there is
}
# Services that count bytes, where Apprise counts characters: a longer message becomes an attachment, or is refused.
_BYTES_AT_MOST = {"NotifyNtfy": 4096}
_ASSET = apprise.AppriseAsset(
    app_id="Trucewire",
    app_desc="news monitor",
    app_url="",
    image_url_mask=None,  # icons on somebody else's server would tell it who reads what
    async_mode=False,
)
_WORD_JOINER = "\N{WORD JOINER}"
_MARKS = re.compile(r"(@)(?=\w)|(<)(?=[!#]|https?:)|(\])(?=\()")


def send(channel: Channel, message: Message, now: datetime, connections: Connections) -> None:
    """Notify the channel's URL.

    Raises:
        DeliveryError: never permanent, but for a URL that Apprise cannot read.
    """
    service = apprise.Apprise.instantiate(channel.options["url"], asset=_ASSET)
    if not isinstance(service, apprise.NotifyBase):
        raise DeliveryError(f"{channel.name}: Apprise cannot read its address", permanent=True)
    title, body = _title_and_body(message, service)
    with _Reasons() as reasons:
        # Not `service.notify`: only the collection converts plain text to what the service speaks.
        accepted = apprise.Apprise(services=service, asset=_ASSET).notify(
            title=title,
            body=body,
            body_format=_format(service),
            notify_type=_TYPES[message.severity],
        )
    if not accepted:
        raise DeliveryError(f"{channel.name}: {reasons.last or 'Apprise could not deliver'}")


def _title_and_body(message: Message, service: apprise.NotifyBase) -> tuple[str, str]:
    """What stands in the title is not said again, unless the service cuts it short."""
    subject = _defused(message.subject)
    title = fitted(subject, service.title_maxlen) if service.title_maxlen else ""
    text = _defused(message.body if title == subject and message.body else message.text)
    bytes_at_most = _BYTES_AT_MOST.get(type(service).__name__)
    if bytes_at_most is not None:
        return title, fitted(text, bytes_at_most, in_bytes)
    return title, fitted(text, service.body_maxlen)


def _format(service: apprise.NotifyBase) -> apprise.NotifyFormat:
    """What the text is declared to be: for a service of Markdown alone, Apprise would escape the dots of links, too."""
    only_markdown = service.notify_format == apprise.NotifyFormat.MARKDOWN
    return apprise.NotifyFormat.MARKDOWN if only_markdown else apprise.NotifyFormat.TEXT


def _defused(text: str) -> str:
    """`text` without marks that call people or hide addresses."""
    return re.sub(r"\S+", lambda word: _defused_word(word[0]), text)


def _defused_word(word: str) -> str:
    if word.startswith(("https://", "http://")):
        return word.replace("@", "%40")
    return _MARKS.sub(lambda mark: mark[0] + _WORD_JOINER, word)


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
