"""Ids that come to be seen out of their order: none is missed, none is told twice, and none is waited for for ever."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOW
from worker.web.pages.gaps import MOST, Gaps

PATIENCE = timedelta(minutes=2)


def test_an_id_that_was_passed_over_may_still_come() -> None:
    gaps = Gaps(10, PATIENCE)

    gaps.saw([14, 12], NOW)

    assert (gaps.newest, gaps.open(NOW)) == (14, [11, 13])


def test_what_has_come_is_waited_for_no_longer() -> None:
    gaps = Gaps(10, PATIENCE)
    gaps.saw([14, 12], NOW)

    gaps.saw([11], NOW)

    assert (gaps.newest, gaps.open(NOW)) == (14, [13])


def test_a_gap_that_stays_is_given_up() -> None:
    gaps = Gaps(10, PATIENCE)
    gaps.saw([12], NOW)

    assert gaps.open(NOW + PATIENCE) == []


def test_a_leap_is_no_reason_to_watch_everything() -> None:
    gaps = Gaps(0, PATIENCE)

    gaps.saw([10_000_000], NOW)

    assert len(gaps.open(NOW)) == MOST


@given(st.permutations(range(1, 30)), st.lists(st.integers(1, 5), min_size=30, max_size=30))
def test_in_whatever_order_ids_are_committed_each_is_found_once(order: list[int], sizes: list[int]) -> None:
    gaps, committed, found = Gaps(0, PATIENCE), set[int](), list[int]()
    waiting = list(order)

    for size in sizes:
        committed |= set(waiting[:size])
        waiting = waiting[size:]
        watched = set(gaps.open(NOW))
        seen = [one for one in committed if one > gaps.newest or one in watched]
        gaps.saw(seen, NOW)
        found += seen

    assert sorted(found) == list(range(1, 30))
