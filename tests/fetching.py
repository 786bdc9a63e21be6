"""Limits for the tests of fetching, and what a fetch came to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from worker.errors import FetchError
from worker.fetch import Fetcher
from worker.model.polling import FetchLimits, FetchRequest, Outcome

NOW = datetime(2023, 10, 3, 12, 0, tzinfo=UTC)
LIMITS = FetchLimits(
    user_agent="Trucewire/1.0 (+https://example.org/contact)",
    connect_s=10.0,  # patient, so that a busy machine changes no outcome
    read_s=10.0,
    total_s=20.0,
    max_bytes=200_000,
    max_decompressed_bytes=400_000,
    max_redirects=5,
    allow=("127.0.0.1",),
)
IMPATIENT = replace(LIMITS, connect_s=0.5, read_s=0.3, total_s=0.6)


def failure_of(request: FetchRequest, limits: FetchLimits = LIMITS) -> FetchError:
    with pytest.raises(FetchError) as raised:
        Fetcher(limits, lambda: NOW).get(request)
    return raised.value


def outcome_of(fetcher: Fetcher, url: str) -> Outcome | None:
    try:
        fetcher.get(FetchRequest(url))
    except FetchError as error:
        return error.outcome
    return None
