"""Articles that want their page in; what the pages say stored, the articles to be judged anew."""

from __future__ import annotations

import hashlib
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from worker.bootstrap import Services
from worker.connections import AllowList
from worker.errors import FetchError
from worker.headlines import alike
from worker.model import Capture, FetchRequest, Outcome, Page, StoredArticle
from worker.normalise import with_page, zone_of
from worker.polling import kept_headers
from worker.urls import canonical_url

log = logging.getLogger("trucewire")

BATCH = 16
FETCHES_AT_ONCE = 8
LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 3
RETRY_AFTER = timedelta(minutes=10)
ACCEPT = "text/html, application/xhtml+xml, */*;q=0.1"


def read(services: Services) -> int:
    """Fetch and read a batch of pages; how many articles now wait to be judged anew."""
    now = services.now()
    own = AllowList.of(services.settings.fetch.allow)
    leased = services.store.pages.lease_due(BATCH, now, now + LEASE, own.names)
    if not leased:
        return 0
    with ThreadPoolExecutor(min(FETCHES_AT_ONCE, len(leased)), "read") as pool:
        return sum(pool.map(lambda stored: _read_one(services, stored, now), leased))


def _read_one(services: Services, stored: StoredArticle, now: datetime) -> bool:
    """Complete one article by its page; False where the page could not be read."""
    url = stored.article.url
    try:
        page, capture = _fetched(services, stored, now)
    except FetchError as error:
        _record_failure(services, stored, error, now)
        return False
    except Exception as error:
        log.exception("read url=%s outcome=%s", url, Outcome.INTERNAL_ERROR)
        _record_failure(services, stored, FetchError(str(error), Outcome.INTERNAL_ERROR, permanent=True), now)
        return False
    completed = with_page(stored.article, page, now)
    named = canonical_url(page.canonical_url or capture.url)
    if named and stored.article.key.startswith("https://") and alike(page.title, completed.title):
        completed = replace(completed, key=named)
    services.store.pages.apply_page(stored, completed, capture)
    log.info("read article=%d url=%s characters=%d", stored.article_id, url, len(page.text))
    return True


def _fetched(services: Services, stored: StoredArticle, now: datetime) -> tuple[Page, Capture]:
    from worker.extract import extract  # here: 16 MB that a worker which reads no pages does not need

    response = services.fetch_page(FetchRequest(stored.article.url, accept=ACCEPT))
    content_type, zone = response.headers.get("content-type", ""), zone_of(stored.country)
    page = extract(response.body, response.url, content_type, now=now, zone=zone)
    digest = hashlib.sha256(response.body).hexdigest()
    return page, Capture(digest, response.url, now, kept_headers(response), response.body)


def _record_failure(services: Services, stored: StoredArticle, error: FetchError, now: datetime) -> None:
    given_up = error.permanent or stored.page_attempts >= MAX_ATTEMPTS
    retry_at = None if given_up else now + max(RETRY_AFTER, timedelta(seconds=error.retry_after_s or 0))
    services.store.pages.record_failure(stored, error.outcome, retry_at)
    log.warning(
        "read article=%d url=%s outcome=%s error=%r", stored.article_id, stored.article.url, error.outcome, str(error)
    )
