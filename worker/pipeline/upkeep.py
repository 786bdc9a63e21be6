"""What is kept only for a time, ended; what has become quiet, closed."""

from __future__ import annotations

import logging
from datetime import timedelta

from worker.bootstrap import Services
from worker.stories import WINDOW

log = logging.getLogger("trucewire")

# Shorter than the window in which articles join a story: what comes after two silent days still finds its story, and
# opens it again.
QUIET = timedelta(hours=48)


def prune(services: Services) -> int:
    """Drop the record of polls, the bytes of documents and the keys of articles that have had their time; how many."""
    now, settings = services.now(), services.settings
    dropped = services.store.upkeep.prune_polls(now - settings.keep_polls)
    dropped += services.store.stories.prune_keys(now - WINDOW)  # nobody looks further back
    return dropped + services.store.upkeep.prune_captures(now - settings.keep_captures)


def close_quiet(services: Services) -> int:
    """Close the stories without a new article for two days, and their alerts; how many alerts."""
    now = services.now()
    closed = services.store.stories.close_quiet(now - QUIET, now, f"quiet for {QUIET.total_seconds() / 3600:.0f} hours")
    if closed:
        log.info("close alerts=%d", closed)
    return closed
