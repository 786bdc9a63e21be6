"""A chain of redirects: each target absolute, http(s) and new; permanent as far as it is unbroken. Pure."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from worker.connections import absolute_url
from worker.errors import FetchError
from worker.model.polling import Outcome

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})


class Chain:
    """Where a request stands on its way through redirects.

    Args:
        url: of the request, as `absolute_url` returned it.
        max_redirects: that are followed.
    """

    def __init__(self, url: str, max_redirects: int) -> None:
        self.url = url
        self.targets: list[str] = []
        self.permanent_url: str | None = None
        self._seen = {url}
        self._max_redirects = max_redirects
        self._unbroken = True

    @property
    def host(self) -> str:
        """Of the present address."""
        return _host(self.url)

    def follow(self, status: int, location: str) -> None:
        """Go on to `location`, which may be relative.

        Raises:
            FetchError: bad_redirect (to nowhere, in a circle, too many); blocked_address (not http or https).
        """
        target = self._target(status, location)
        if target in self._seen:
            raise FetchError(f"redirects in a circle, to {target}", Outcome.BAD_REDIRECT, status=status)
        if len(self.targets) == self._max_redirects:
            raise FetchError(f"redirects more than {self._max_redirects} times", Outcome.BAD_REDIRECT, status=status)
        # From https to http is followed, but never for good: anyone on the way could send the next poll anywhere.
        weaker = self.url.startswith("https:") and target.startswith("http:")
        self._unbroken = self._unbroken and status in _PERMANENT and not weaker
        if self._unbroken:
            self.permanent_url = target
        self._seen.add(target)
        self.targets.append(target)
        self.url = target

    def _target(self, status: int, location: str) -> str:
        if not location:
            raise FetchError("redirects to nowhere", Outcome.BAD_REDIRECT, status=status)
        try:
            return absolute_url(urljoin(self.url, _unicode(location)))
        except (FetchError, ValueError) as error:
            message = f"redirects to {location[:200]!r}, which is no http(s) address"
            raise FetchError(message, Outcome.BLOCKED_ADDRESS, status=status) from error


@lru_cache(maxsize=4096)
def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _unicode(location: str) -> str:
    """http.client reads headers as Latin-1; servers that send letters as they are mean UTF-8."""
    try:
        return location.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return location
