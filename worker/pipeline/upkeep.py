"""What is kept only for a time, ended."""

from __future__ import annotations

from worker.bootstrap import Services


def prune(services: Services) -> int:
    """Drop the record of polls older than the settings keep it; how many rows."""
    return services.store.upkeep.prune_polls(services.now() - services.settings.keep_polls)
