"""How often a channel may send."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOW
from worker.routing.pace import WINDOW, paced


def sent(per_minute: int, seconds: float) -> list[datetime]:
    """When messages go out for so long, if as many wait as can be sent."""
    times, paid_until, now = [], None, NOW
    while now < NOW + timedelta(seconds=seconds):
        times.append(now)
        paid_until, rest_until = paced(paid_until, per_minute, now)
        now = rest_until or now
    return times


def test_a_minutes_worth_goes_out_at_once_and_the_rest_in_its_time() -> None:
    times = sent(20, seconds=60)

    assert times[:20] == [NOW] * 20
    assert times[20:23] == [NOW + timedelta(seconds=seconds) for seconds in (3, 6, 9)]


def test_a_channel_that_has_rested_may_burst_again() -> None:
    paid_until, _ = paced(None, 1, NOW - timedelta(hours=1))

    _, rest_until = paced(paid_until, 20, NOW)

    assert rest_until is None


@pytest.mark.parametrize("per_minute", [1, 7, 60])
def test_in_the_long_run_no_more_than_the_rate_goes_out(per_minute: int) -> None:
    assert len(sent(per_minute, seconds=600)) <= per_minute * 11


@given(st.integers(1, 600), st.integers(0, 120))
def test_no_message_waits_longer_than_a_minute_for_its_turn(per_minute: int, ahead_s: int) -> None:
    _, rest_until = paced(NOW + min(timedelta(seconds=ahead_s), WINDOW), per_minute, NOW)

    assert (rest_until or NOW) - NOW <= 2 * WINDOW
