"""Every error Trucewire raises on purpose.

::

    TrucewireError
    ├── SettingsError        a file, a key, and the remedy
    ├── FetchError           a GET that brought no usable body: an outcome, and perhaps a Retry-After
    ├── DeliveryError        a channel that did not accept a message
    ├── ExportError          a form that cannot be written, or a bundle that cannot be read
    ├── LinkError            a link in a message that was not made by us, or has expired
    ├── StoreError           the database is missing, locked or of another version
    ├── TooSlowError         a question that the database did not answer in time
    └── AlreadyRunningError  a second embedded Trucewire on one database

`permanent` says whether trying again can help. That one word drives back-off, retry and disabling.
Messages are lower-case, name the feed, file or channel, and end without a full stop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.model import Outcome


class TrucewireError(Exception):
    """Base of all errors below."""

    permanent: bool = False


class SettingsError(TrucewireError):
    """A mistake in a settings file or variable: `file: key: complaint; remedy`."""

    permanent = True

    def __init__(self, file: str, key: str, complaint: str, remedy: str) -> None:
        super().__init__(f"{file}: {key}: {complaint}; {remedy}" if key else f"{file}: {complaint}; {remedy}")
        self.file, self.key, self.complaint, self.remedy = file, key, complaint, remedy
        self.others: tuple[SettingsError, ...] = ()  # further mistakes of the same file


class FetchError(TrucewireError):
    """A GET that brought no usable body.

    Args:
        message: what happened, naming the address.
        outcome: the name under which it is stored and counted.
        permanent: whether the same request can never succeed (a refused address, 410).
        retry_after_s: what the server asked for, in seconds, capped by the fetcher; None if it asked for nothing.
        status: the HTTP status, None where none was received.
    """

    def __init__(
        self,
        message: str,
        outcome: Outcome,
        *,
        permanent: bool = False,
        retry_after_s: float | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.outcome, self.permanent, self.retry_after_s, self.status = outcome, permanent, retry_after_s, status


class DeliveryError(TrucewireError):
    """A channel did not accept a message.

    Args:
        message: what the channel answered, naming the channel.
        permanent: whether the channel itself is broken (wrong password, 410): it is disabled and reported.
        retry_after_s: the channel's own wish in seconds, None where it has none.
    """

    def __init__(self, message: str, *, permanent: bool = False, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.permanent, self.retry_after_s = permanent, retry_after_s


class LinkError(TrucewireError):
    """A signed link that is none of ours, or has expired."""

    permanent = True


class ExportError(TrucewireError):
    """What is exported cannot be written in that form, or an evidence bundle cannot be read."""

    permanent = True


class StoreError(TrucewireError):
    """The database is missing, locked, or of a version this code does not know."""


class TooSlowError(TrucewireError):
    """A question that the database did not answer in the time there was for it; a narrower one may be."""


class AlreadyRunningError(TrucewireError):
    """Another embedded Trucewire holds this database."""

    permanent = True
