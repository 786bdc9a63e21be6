from __future__ import annotations

import heapq
import json
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOW, a_feed, a_state
from worker.model import FeedState, Outcome
from worker.schedule import Limits, PollFacts, SchedulePlan, next_poll, price_for
from worker.schedule.gap import worthwhile_gap
from worker.schedule.price import clearing_price
from worker.schedule.rhythm import Rhythm

LIMITS = Limits()
WIDE = Limits(polls_per_day=24, minimum_s=1, maximum_s=86_400)
PRICE = price_for([], LIMITS)
DAY = 86_400.0
FAILURES = sorted(outcome for outcome in Outcome if not outcome.ok)
SUCCESSES = sorted(outcome for outcome in Outcome if outcome.ok)
SOFT = (Outcome.SERVER_ERROR, Outcome.TIMED_OUT, Outcome.UNREACHABLE, Outcome.RATE_LIMITED)


def planned(state: FeedState | None = None, outcome: Outcome = Outcome.UNCHANGED, **facts: Any) -> SchedulePlan:
    return next_poll(state or a_state(), PollFacts(outcome, NOW, **facts), LIMITS, price=PRICE, jitter=0.5)


def pause_s(plan: SchedulePlan, polled_at: datetime = NOW) -> float:
    return (plan.next_poll_at - polled_at).total_seconds()


def after(outcomes: list[Outcome], state: FeedState | None = None) -> list[SchedulePlan]:
    """The plans of a row of polls, each at the time the one before it set."""
    plans: list[SchedulePlan] = []
    state = state or a_state()
    for outcome in outcomes:
        now = plans[-1].next_poll_at if plans else NOW
        failures = 0 if outcome.ok else state.failures + 1
        plans.append(next_poll(state, PollFacts(outcome, now, failures=failures), LIMITS, price=PRICE, jitter=0.5))
        state = replace(state, rate=plans[-1].rate, failures=failures, next_poll_at=plans[-1].next_poll_at)
    return plans


def pauses(plans: list[SchedulePlan]) -> list[float]:
    starts = [NOW, *(plan.next_poll_at for plan in plans)]
    return [pause_s(plan, start) for plan, start in zip(plans, starts, strict=False)]


def a_rhythm(daily: float, days: int = 21, hours: tuple[int, ...] = tuple(range(24))) -> Rhythm:
    """A feed watched hourly for `days`, which spreads `daily` entries evenly over `hours`."""
    begin = NOW.timestamp() - days * DAY
    rhythm = Rhythm.unknown(begin, LIMITS.default_rate)
    for hour in range(24 * days):
        start = begin + hour * 3600
        count = daily / len(hours) if int(start // 3600) % 24 in hours else 0
        whole = int(count * (hour + 1)) - int(count * hour)
        rhythm.observe(start + 3600, [start + 3600 * (i + 0.5) / whole for i in range(whole)])
    return rhythm


def polls_by_day(feeds: int, days: int) -> list[int]:
    """What production does with feeds from silent to busy, all of them asleep at night."""
    random, price, polled = Random(7), PRICE, [0] * days
    states = [a_state(number) for number in range(feeds)]
    due = [(NOW, number) for number in range(feeds)]
    while due[0][0] < NOW + timedelta(days=days):
        now, number = heapq.heappop(due)
        awake = 6 <= now.hour < 18
        new = tuple(now for _ in range(2) if awake and random.random() < number / feeds / 2)
        plan = next_poll(states[number], PollFacts(Outcome.NEW, now, new), LIMITS, price=price, jitter=random.random())
        states[number] = replace(states[number], rate=plan.rate)
        polled[(now - NOW).days] += 1
        price = price_for([state.rate for state in states], LIMITS) if number == 0 else price
        heapq.heappush(due, (plan.next_poll_at, number))
    return polled


def watched_in_silence(rhythm: Rhythm, days: int) -> None:
    for _ in range(24 * days):
        rhythm.observe(rhythm.at + 3600, [])


@pytest.mark.parametrize("outcome", SUCCESSES)
@pytest.mark.parametrize("jitter", [0.0, 0.5, 0.999])
def test_a_healthy_feed_is_polled_again_within_the_limits(outcome: Outcome, jitter: float) -> None:
    plan = next_poll(a_state(), PollFacts(outcome, NOW), LIMITS, price=PRICE, jitter=jitter)

    assert LIMITS.minimum_s <= pause_s(plan) <= LIMITS.maximum_s


def test_feeds_first_polled_together_are_spread_over_the_whole_pause() -> None:
    first, last = (
        next_poll(a_state(), PollFacts(Outcome.NEW, NOW), LIMITS, price=PRICE, jitter=jitter) for jitter in (0.0, 0.999)
    )

    assert pause_s(first) == pytest.approx(LIMITS.minimum_s)
    assert pause_s(last) > 4 * LIMITS.minimum_s


def test_jitter_keeps_feeds_of_one_rhythm_from_falling_into_step() -> None:
    state = a_state(rate=planned().rate)
    facts = PollFacts(Outcome.UNCHANGED, NOW + timedelta(minutes=5))

    early, late = (next_poll(state, facts, LIMITS, price=PRICE, jitter=jitter) for jitter in (0.0, 0.999))

    assert late.next_poll_at - early.next_poll_at > timedelta(seconds=20)


def test_the_memory_is_small_json() -> None:
    plans = after([Outcome.NEW, Outcome.UNCHANGED, Outcome.TIMED_OUT, Outcome.UNCHANGED])

    text = json.dumps(plans[-1].rate, allow_nan=False)

    assert json.loads(text) == plans[-1].rate
    assert len(text) < 1_000


@pytest.mark.parametrize(
    "memory",
    [
        {},
        {"v": 1},
        {"since": "yesterday"},
        {
            "since": 1.0,
            "at": 2.0,
            "habit_at": 2.0,
            "counts": [1],
            "exposures": [],
            "votes": [],
            "hours": [],
            "days": [],
        },
        planned().rate | {"counts": [float("nan")] * 4},
        planned().rate | {"votes": [0.0] * 4},
        planned().rate | {"hours": [-1.0] * 24},
        planned().rate | {"at": NOW.timestamp() + 10 * DAY},
    ],
)
def test_a_memory_that_cannot_be_read_is_begun_anew(memory: dict[str, Any]) -> None:
    plan = planned(a_state(rate=memory))

    assert pause_s(plan) <= LIMITS.maximum_s
    assert plan.rate["at"] == pytest.approx(NOW.timestamp())


def test_a_busy_feed_is_polled_more_often_than_a_quiet_one() -> None:
    busy, quiet = (worthwhile_gap(a_rhythm(daily), 1_000.0, 1.0, DAY).seconds for daily in (96.0, 6.0))

    assert quiet / busy == pytest.approx(4.0, rel=0.15)


def test_a_dedicated_feed_is_polled_more_often() -> None:
    rate = {**a_rhythm(24.0).memory(), "demand": 0.01, "excess": 0.0}
    states = [a_state(rate=rate, feed=a_feed(dedicated=dedicated)) for dedicated in (True, False)]
    facts = PollFacts(Outcome.UNCHANGED, NOW + timedelta(minutes=1))

    dedicated, other = (
        pause_s(next_poll(state, facts, WIDE, price=1_000.0, jitter=0.5), facts.polled_at) for state in states
    )

    assert other / dedicated == pytest.approx(2.0, rel=0.05)


def test_a_burst_pulls_the_next_poll_closer_at_once() -> None:
    rate = {**a_rhythm(10.0).memory(), "demand": 0.01, "excess": 0.0}
    now = NOW + timedelta(minutes=30)
    burst = tuple(now - timedelta(minutes=2 * i) for i in range(12))

    calm, busy = (
        next_poll(a_state(rate=rate), PollFacts(Outcome.NEW, now, new), WIDE, price=3_000.0, jitter=0.5)
        for new in ((), burst)
    )

    assert pause_s(busy, now) < pause_s(calm, now) / 2
    assert busy.reason.startswith("burst")


def test_silence_lets_a_feed_drift() -> None:
    rhythm = a_rhythm(48.0)
    before = worthwhile_gap(rhythm, 1_000.0, 1.0, DAY).seconds

    watched_in_silence(rhythm, days=5)

    assert worthwhile_gap(rhythm, 1_000.0, 1.0, DAY).seconds > 1.5 * before


def test_the_hours_in_which_a_feed_publishes_are_polled_more_often() -> None:
    rhythm = a_rhythm(48.0, hours=(8, 9, 10, 11, 12, 13, 14, 15))
    midnight = rhythm.at - rhythm.at % DAY + DAY

    assert rhythm.habit(midnight + 11.5 * 3600) > 5 * rhythm.habit(midnight + 2.5 * 3600)


def test_the_habit_of_a_week_is_one_on_average() -> None:
    rhythm = a_rhythm(48.0, hours=(8, 9, 10, 20))

    week = [rhythm.habit(rhythm.at + hour * 1800) for hour in range(7 * 48)]

    assert sum(week) / len(week) == pytest.approx(1.0, abs=0.05)


def test_the_dates_of_a_first_document_are_the_feed_s_history() -> None:
    dates = tuple(NOW - timedelta(minutes=20 * i + 5) for i in range(30))

    known, undated = planned(new_entries_at=dates), planned(new_entries_at=(NOW,) * 30)

    assert known.rate["demand"] > 1.5 * undated.rate["demand"]
    assert sum(known.rate["hours"]) == 29


def test_dates_before_the_last_poll_or_in_the_future_are_believed_no_further_than_the_polls_allow() -> None:
    state = a_state(rate=planned().rate)
    now = NOW + timedelta(minutes=5)
    new = (NOW - timedelta(days=400), now + timedelta(days=400))

    plan = next_poll(state, PollFacts(Outcome.NEW, now, new), LIMITS, price=PRICE, jitter=0.5)

    assert plan.rate["hours"][12] == 2.0


@pytest.mark.parametrize("hint_s", [float("nan"), float("inf"), -5.0, 0.0, 1e9])
def test_a_feed_s_own_ttl_is_heeded_up_to_a_cap_and_remembered(hint_s: float) -> None:
    state = a_state(rate={**a_rhythm(2_000.0).memory(), "demand": 0.1, "excess": 0.0})
    now = NOW + timedelta(minutes=1)

    plan = next_poll(state, PollFacts(Outcome.NEW, now, hint_s=hint_s), LIMITS, price=1.0, jitter=0.5)
    later = next_poll(
        replace(state, rate=plan.rate), PollFacts(Outcome.UNCHANGED, plan.next_poll_at), LIMITS, price=1.0, jitter=0.5
    )

    expected = LIMITS.hint_cap_s if hint_s > LIMITS.hint_cap_s else LIMITS.minimum_s
    assert pause_s(plan, now) == pytest.approx(expected)
    assert pause_s(later, plan.next_poll_at) == pytest.approx(expected)


@given(outcomes=st.lists(st.sampled_from(FAILURES), min_size=2, max_size=60))
def test_back_off_never_shrinks_as_failures_grow_and_never_gives_up(outcomes: list[Outcome]) -> None:
    slowed = Limits().backoff_cap_s * 1.1

    found = pauses(after([outcome for outcome in outcomes if outcome not in (Outcome.GONE, Outcome.BLOCKED_ADDRESS)]))

    assert found == pytest.approx(list(accumulate(found, max)))
    assert all(pause <= slowed for pause in found)


@given(outcome=st.sampled_from(FAILURES), failures=st.integers(1, 10_000))
def test_back_off_never_shrinks_where_the_memory_was_lost(outcome: Outcome, failures: int) -> None:
    fewer, more = (planned(outcome=outcome, failures=count) for count in (failures, failures + 1))

    assert pause_s(more) >= pause_s(fewer)


@pytest.mark.parametrize("outcome", FAILURES)
def test_a_feed_that_fails_for_ever_is_polled_about_daily(outcome: Outcome) -> None:
    plans = after([outcome] * 80)

    assert DAY <= pauses(plans)[-1] <= 1.1 * DAY


@pytest.mark.parametrize("outcome", SOFT)
def test_what_tends_to_pass_slows_a_feed_less_than_what_does_not(outcome: Outcome) -> None:
    soft, hard = (pauses(after([Outcome.NEW] + [one] * 5))[-1] for one in (outcome, Outcome.NOT_FOUND))

    assert soft < hard / 2


def test_the_first_success_ends_the_back_off() -> None:
    plans = after([Outcome.NEW] + [Outcome.NOT_FOUND] * 12 + [Outcome.UNCHANGED, Outcome.NOT_FOUND])

    assert pauses(plans)[-2] <= LIMITS.maximum_s
    assert pauses(plans)[-1] <= 3 * LIMITS.maximum_s


@pytest.mark.parametrize(
    ("outcome", "permanent"), [(Outcome.GONE, False), (Outcome.BLOCKED_ADDRESS, False), (Outcome.REFUSED, True)]
)
def test_what_only_a_person_can_mend_is_polled_daily_and_says_so(outcome: Outcome, permanent: bool) -> None:
    plan = planned(outcome=outcome, permanent=permanent, failures=1)

    assert plan.needs_person
    assert "somebody must look" in plan.reason
    assert DAY <= pause_s(plan) <= 1.1 * DAY


@pytest.mark.parametrize(("asked_s", "least_s"), [(3_600.0, 3_600.0), (88 * 3_600.0, DAY)])
def test_retry_after_is_respected_up_to_its_cap(asked_s: float, least_s: float) -> None:
    plan = planned(outcome=Outcome.RATE_LIMITED, retry_after_s=asked_s, failures=1)

    assert least_s <= pause_s(plan) <= 1.1 * least_s


def test_a_failure_teaches_nothing_of_the_rate() -> None:
    known = planned().rate

    plan = planned(a_state(rate=known), Outcome.TIMED_OUT, failures=1)

    assert {key: plan.rate[key] for key in known} == known


@given(
    outcome=st.sampled_from(sorted(Outcome)),
    ages=st.lists(st.floats(-1e6, 1e9), max_size=40),
    retry_after_s=st.none() | st.floats(),
    hint_s=st.none() | st.floats(),
    price=st.floats(1e-9, 1e15),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_whatever_a_poll_brings_there_is_a_plan_for_it(
    outcome: Outcome,
    ages: list[float],
    retry_after_s: float | None,
    hint_s: float | None,
    price: float,
    jitter: float,
) -> None:
    new = tuple(NOW - timedelta(seconds=age) for age in ages)
    facts = PollFacts(outcome, NOW, new, failures=3, retry_after_s=retry_after_s, hint_s=hint_s)

    plan = next_poll(a_state(), facts, LIMITS, price=price, jitter=jitter)

    assert LIMITS.minimum_s <= pause_s(plan) <= 1.1 * LIMITS.backoff_cap_s
    assert json.dumps(plan.rate, allow_nan=False)
    assert plan.reason


@given(
    demands=st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=50),
    polls_per_day=st.floats(150, 1_400),
)
def test_at_the_price_all_feeds_together_keep_to_the_budget(demands: list[float], polls_per_day: float) -> None:
    limits = Limits(polls_per_day=polls_per_day)

    price = price_for([{"demand": demand, "excess": 0.0} for demand in demands], limits)

    gaps = [min(max(price**0.5 / demand, limits.minimum_s), limits.maximum_s) for demand in demands]
    assert sum(DAY / gap for gap in gaps) / len(gaps) == pytest.approx(polls_per_day, rel=1e-3)


def test_what_feeds_take_beyond_what_was_foreseen_is_taken_from_the_budget() -> None:
    foreseen, exceeded = (
        price_for([{"demand": demand, "excess": excess} for demand in (0.01, 0.02, 0.05)], LIMITS)
        for excess in (0.0, 0.0003)
    )

    assert exceeded > foreseen


@pytest.mark.parametrize("wrong", [{"demand": "much", "excess": 0.0}, {"demand": -1.0, "excess": 0.0}, {"demand": 0.1}])
def test_a_demand_that_cannot_be_read_counts_as_a_feed_nothing_is_known_of(wrong: dict[str, Any]) -> None:
    assert price_for([wrong], LIMITS) == price_for([], LIMITS)


def test_unequal_feeds_with_days_and_nights_keep_to_the_budget() -> None:
    polled = polls_by_day(feeds=12, days=4)

    assert polled[-1] / 12 == pytest.approx(LIMITS.polls_per_day, rel=0.06)


def test_the_default_price_polls_a_feed_nothing_is_known_of_at_the_budget_s_pace() -> None:
    rhythm = Rhythm.unknown(NOW.timestamp(), LIMITS.default_rate)

    gap = worthwhile_gap(rhythm, price_for([{}], LIMITS), 1.0, DAY)

    assert gap.seconds == pytest.approx(DAY / LIMITS.polls_per_day, rel=0.01)


def test_a_feed_of_weight_two_stands_for_two() -> None:
    assert clearing_price([(0.01, 2.0), (0.02, 1.0)], WIDE) == pytest.approx(
        clearing_price([(0.01, 1.0), (0.01, 1.0), (0.02, 1.0)], WIDE)
    )


@pytest.mark.parametrize(
    "wrong",
    [{"minimum_s": 0.0}, {"minimum_s": 700.0}, {"maximum_s": 1e9}, {"polls_per_day": 0.0}, {"hint_cap_s": -1.0}],
)
def test_limits_that_no_plan_could_keep_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        Limits(**wrong)
