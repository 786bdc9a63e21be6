"""Pages behind robots.txt: what a site asks crawlers not to fetch is not fetched (RFC 9309).

Feeds are published to be polled and need no such leave; pages are read only through here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from worker.errors import FetchError
from worker.model import FetchRequest, FetchResponse, Outcome

KEPT_FOR = timedelta(hours=24)  # RFC 9309, 2.4
MAX_BYTES = 500 * 1024  # RFC 9309, 2.5: what stands beyond need not be read
MAX_SITES = 4096
PRODUCT = "trucewire"  # our name in robots.txt
# An answer that says nothing for or against: RFC 9309, 2.3.1.3 takes it for "nothing is forbidden".
_NO_RULES = {Outcome.NOT_FOUND, Outcome.GONE, Outcome.REFUSED, Outcome.CLIENT_ERROR, Outcome.BAD_REDIRECT}


@dataclass(frozen=True, slots=True)
class _Rules:
    parsed: Protego
    until: datetime


class PageFetcher:
    """GETs pages where the site's robots.txt allows it. Thread-safe.

    Args:
        fetch: one GET.
        now: the time, to forget what is older than a day.
    """

    def __init__(self, fetch: Callable[[FetchRequest], FetchResponse], now: Callable[[], datetime]) -> None:
        self._fetch, self._now = fetch, now
        self._rules: dict[str, _Rules] = {}
        self._lock = threading.Lock()

    def get(self, request: FetchRequest) -> FetchResponse:
        """The page at `request.url`.

        Raises:
            FetchError: robots.txt forbids it (permanent), cannot be had just now, or the page itself fails.
        """
        if not self._rules_of(request.url).can_fetch(request.url, PRODUCT):
            raise FetchError(f"{request.url}: robots.txt forbids it", Outcome.DISALLOWED, permanent=True)
        return self._fetch(request)

    def _rules_of(self, url: str) -> Protego:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            known = self._rules.get(site)
        if known is not None and self._now() < known.until:
            return known.parsed
        parsed = Protego.parse(self._robots_txt(site))
        with self._lock:
            if len(self._rules) >= MAX_SITES:
                self._rules.clear()
            self._rules[site] = _Rules(parsed, self._now() + KEPT_FOR)
        return parsed

    def _robots_txt(self, site: str) -> str:
        """The site's rules; a site that cannot answer forbids everything for now, one that has none forbids nothing."""
        try:
            response = self._fetch(FetchRequest(f"{site}/robots.txt", accept="text/plain, */*;q=0.1"))
        except FetchError as error:
            if error.outcome in _NO_RULES:
                return ""
            raise
        return response.body[:MAX_BYTES].decode("utf-8", "replace")
