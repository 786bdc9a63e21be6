"""What is said of sources that are quiet or fail, and that it is said once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.factories import NOW
from worker.model import Severity
from worker.model.delivery import NoticeKind
from worker.quiet import Habit, Source
from worker.sources import FAILING_FOR, Watched, source_plan, sources_of

LONG = timedelta(days=3)


def a_watched(feed_id: int = 1, **changes: Any) -> Watched:
    watched = Watched(
        feed_id=feed_id,
        name=f"Outlet {feed_id}",
        url=f"https://outlet{feed_id}.example/rss",
        family=f"family {feed_id}",
        country="AM",
        failures=0,
        needs_person=False,
        error="",
        since=NOW - timedelta(days=90),
        last_ok_at=NOW,
        last_new_at=NOW,
    )
    return replace(watched, **changes)


def habits_of(*feeds: Watched) -> dict[Source, Habit]:
    """Everybody used to pause for eight hours at most, and is known as far as the last four weeks."""
    habit = Habit(NOW - timedelta(days=28), NOW - timedelta(days=20), 500, timedelta(hours=8))
    return {source: habit for sources in sources_of(feeds).values() for source in sources}


def test_a_feed_that_has_fallen_silent_is_named_with_its_habit() -> None:
    silent, talking = a_watched(1, last_new_at=NOW - timedelta(hours=19)), a_watched(2, country="AZ")

    plan = source_plan([silent, talking], habits_of(silent, talking), [], NOW)

    (draft,) = plan.drafts
    assert (draft.kind, draft.subject) == (NoticeKind.SOURCE_QUIET, silent.url)
    assert draft.title == "Outlet 1 has been quiet for 19 hours"
    assert "its longest pause was 8 hours." in draft.text


def test_a_family_speaks_for_its_feeds_and_a_country_for_its_families() -> None:
    one, two = (
        a_watched(1, family="agency", last_new_at=NOW - LONG),
        a_watched(2, family="agency", last_new_at=NOW - LONG),
    )
    other = a_watched(3, country="AZ")

    family = source_plan([one, two, other], habits_of(one, two, other), [], NOW)
    three = a_watched(4, last_new_at=NOW - LONG)
    country = source_plan([one, two, three, other], habits_of(one, two, three, other), [], NOW)

    assert [draft.subject for draft in family.drafts] == ["family agency"]
    assert [(draft.subject, draft.severity) for draft in country.drafts] == [("country AM", Severity.CRITICAL)]


def test_a_family_is_not_quiet_while_one_of_its_feeds_talks() -> None:
    silent, talking = a_watched(1, family="agency", last_new_at=NOW - LONG), a_watched(2, family="agency")

    plan = source_plan([silent, talking], habits_of(silent, talking), [], NOW)

    assert [draft.subject for draft in plan.drafts] == [silent.url]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"failures": 3, "last_ok_at": NOW - FAILING_FOR - timedelta(minutes=1)}, True),
        ({"failures": 3, "last_ok_at": NOW - timedelta(hours=5)}, False),
        ({"failures": 1, "last_ok_at": NOW - timedelta(hours=1), "needs_person": True}, True),
        ({"failures": 9, "last_ok_at": None}, True),
        ({"failures": 9, "last_ok_at": None, "since": NOW - timedelta(hours=2)}, False),
    ],
)
def test_a_feed_that_fails_for_a_day_or_needs_a_person_is_named(changes: dict[str, Any], said: bool) -> None:
    feed = a_watched(error="HTTP 503", **changes)

    plan = source_plan([feed], {}, [], NOW)

    assert [(draft.kind, draft.subject) for draft in plan.drafts] == [(NoticeKind.FEED_FAILING, feed.url)] * said


def test_a_feed_that_fails_is_not_called_quiet() -> None:
    feed = a_watched(failures=2, last_ok_at=NOW - timedelta(hours=20), last_new_at=NOW - timedelta(hours=20))

    plan = source_plan([feed], habits_of(feed), [], NOW)

    assert plan.drafts == ()


def test_where_most_feeds_fail_at_once_the_fault_is_here_and_said_once() -> None:
    lost = [a_watched(n, failures=2, last_ok_at=NOW - timedelta(hours=1), error="no name server") for n in range(3)]
    open_already = [(NoticeKind.SOURCE_QUIET, "https://outlet9.example/rss")]

    plan = source_plan([*lost, a_watched(4), a_watched(5)], {}, open_already, NOW)

    assert [(draft.kind, draft.title) for draft in plan.drafts] == [(NoticeKind.CUT_OFF, "3 of 5 feeds cannot be read")]
    assert plan.over == ()


def test_what_is_over_is_closed_and_other_notices_are_left_alone() -> None:
    feed = a_watched()
    already = [(NoticeKind.SOURCE_QUIET, feed.url), (NoticeKind.CHANNEL_DISABLED, "desk")]

    plan = source_plan([feed], habits_of(feed), already, NOW)

    assert plan.over == ((NoticeKind.SOURCE_QUIET, feed.url),)
