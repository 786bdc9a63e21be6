"""What is kept only for a time, ended."""

from __future__ import annotations

from worker.bootstrap import Services


def prune(services: Services) -> int:
    """Drop the record of polls, and the bytes of documents, older than the settings keep them; how many rows."""
    now, settings = services.now(), services.settings
    dropped = services.store.upkeep.prune_polls(now - settings.keep_polls)
    return dropped + services.store.upkeep.prune_captures(now - settings.keep_captures)
