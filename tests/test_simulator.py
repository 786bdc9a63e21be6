from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.factories import a_state
from worker.model import Outcome
from worker.schedule import Limits, PollFacts, next_poll
from worker.schedule.plan import paced
from worker.schedule.price import Demand
from worker.schedule.rhythm import Rhythm
from worker.schedule.simulator import Figures, ours, simulate
from worker.schedule.traces import usable_traces

DAY = 86_400.0
BEGIN = 1_700_000_000.0
POLICIES = ["fixed", "average_gap", "entry_frequency", "ours", "optimum"]
SHARED = Path(__file__).parents[2] / "shared" / "data" / "traces.jsonl"


def a_row(feed_id: str, daily: float, days: float = 60.0, **changes: Any) -> dict[str, Any]:
    """A feed that publishes only in the day's first half, at random."""
    random = Random(feed_id)
    moments = [BEGIN + random.random() * days * DAY for _ in range(round(2 * daily * days))]
    timestamps = sorted(moment for moment in moments if moment % DAY < DAY / 2)
    return {"feed_id": feed_id, "timestamps": timestamps, "resolution_s": 1} | changes


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return [a_row("quiet", 2.0), a_row("middling", 8.0), a_row("busy", 40.0, days=30.0)]


@pytest.fixture(scope="module")
def figures(rows: list[dict[str, Any]]) -> dict[str, Figures]:
    return simulate(rows, 24.0)


def test_every_policy_is_scored(figures: dict[str, Figures]) -> None:
    assert list(figures) == POLICIES


@pytest.mark.parametrize("policy", POLICIES)
def test_every_policy_has_the_same_budget(figures: dict[str, Figures], policy: str) -> None:
    assert figures[policy].polls == pytest.approx(figures["fixed"].polls, rel=0.02)


def test_a_fixed_schedule_finds_entries_after_half_its_interval_on_average(figures: dict[str, Figures]) -> None:
    assert figures["fixed"].mean_s == pytest.approx(1800, rel=0.05)
    assert figures["fixed"].p95_s == pytest.approx(0.95 * 3600, rel=0.05)


def test_the_optimum_is_what_the_roots_of_the_rates_predict(figures: dict[str, Figures]) -> None:
    feeds = [(2.0, 30.0), (8.0, 30.0), (40.0, 15.0)]  # entries a day, days scored
    entries = sum(rate * days for rate, days in feeds)
    mean_gap_days = sum(rate**0.5 * days for rate, days in feeds) ** 2 / (24 * sum(days for _, days in feeds)) / entries

    assert figures["optimum"].mean_s == pytest.approx(mean_gap_days * DAY / 2, rel=0.05)


def test_ours_profits_from_the_hours_of_the_day(figures: dict[str, Figures]) -> None:
    assert figures["ours"].mean_s < 0.85 * figures["optimum"].mean_s
    assert figures["ours"].mean_s < 0.65 * figures["entry_frequency"].mean_s


def test_every_entry_of_the_scored_half_is_found_once(rows: list[dict[str, Any]]) -> None:
    traces = usable_traces(rows)

    replay = ours(traces, 24.0)

    assert len(replay.delays) == sum(len(trace.scored) for trace in traces)
    assert min(replay.delays) >= 0


def test_the_future_of_a_trace_changes_no_earlier_decision() -> None:
    quiet, busy = usable_traces([a_row("quiet", 2.0), a_row("busy", 20.0)])
    cut = BEGIN + 50 * DAY
    burst = tuple(cut + i * 600.0 for i in range(1_000))
    other = replace(busy, times=(*(t for t in busy.times if t < cut), *burst, busy.times[-1]))
    found_before_cut = sum(trace.half < t < cut - 2 * DAY for trace in (quiet, busy) for t in trace.times)

    delays, other_delays = ours([quiet, busy], 24.0).delays, ours([quiet, other], 24.0).delays

    assert delays[:found_before_cut] == other_delays[:found_before_cut]
    assert delays[found_before_cut:] != other_delays[found_before_cut:]


def test_the_simulator_decides_as_production_does() -> None:
    limits = Limits(polls_per_day=24, maximum_s=DAY)
    (trace,) = usable_traces([a_row("busy", 20.0, days=21.0)])
    moments = [datetime.fromtimestamp(t, UTC) for t in trace.times]
    start, now = moments[0] - timedelta(hours=1), moments[0] + timedelta(hours=1)
    first = next_poll(a_state(), PollFacts(Outcome.EMPTY, start), limits, price=1_500.0, jitter=0.0)
    new = tuple(moment for moment in moments if moment <= now)
    rhythm = Rhythm.unknown(start.timestamp(), limits.default_rate)
    rhythm.observe(now.timestamp(), [moment.timestamp() for moment in new])

    facts = PollFacts(Outcome.NEW, now, new)
    plan = next_poll(a_state(rate=first.rate), facts, limits, price=1_500.0, jitter=0.25)
    pace = paced(rhythm, Demand.recalled(first.rate), limits, price=1_500.0, weight=1.0, jitter=0.25)

    assert (plan.next_poll_at - now).total_seconds() == pytest.approx(pace.pause_s, abs=1.0)
    assert plan.rate["demand"] == pytest.approx(pace.demand.root, rel=0.001)


@pytest.mark.parametrize(
    "row",
    [
        a_row("few", 1.0, days=40.0, timestamps=[BEGIN + i * DAY for i in range(59)]),
        a_row("short", 100.0, days=19.0),
        a_row("document", 8.0, kind="publish_time (one captured document)"),
        a_row("aggregator", 8.0, kind="aggregator_discovery_time"),
    ],
)
def test_traces_that_tell_too_little_are_left_out(row: dict[str, Any]) -> None:
    assert usable_traces([row]) == []


def test_times_of_coarse_resolution_are_spread_over_the_time_before_them() -> None:
    hourly = [BEGIN + i * 3600.0 for i in range(24 * 30)]

    (trace,) = usable_traces([a_row("hourly", 1.0, timestamps=hourly, resolution_s=3600)])

    moved = [seen - spread for seen, spread in zip(hourly, trace.times, strict=True)]
    assert min(moved) >= 0
    assert max(moved) <= 3600
    assert sum(moved) / len(moved) == pytest.approx(1800, rel=0.1)


def test_without_a_usable_trace_there_is_nothing_to_simulate() -> None:
    with pytest.raises(ValueError, match="60 timestamps"):
        simulate([a_row("short", 100.0, days=19.0)], 24.0)


def test_a_budget_must_be_positive(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueError, match="positive"):
        simulate(rows, 0.0)


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="the measuring data is not beside the checkout")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("polls_per_day", [12.0, 24.0, 48.0, 96.0])
def test_real_feeds_are_seen_sooner_than_with_any_rival_s_schedule(polls_per_day: float) -> None:
    rows = [json.loads(line) for line in SHARED.read_text(encoding="utf-8").splitlines()]

    found = simulate(rows, polls_per_day)

    assert found["ours"].mean_s <= 0.97 * found["optimum"].mean_s
    assert found["ours"].mean_s <= 0.65 * found["entry_frequency"].mean_s
    assert found["ours"].p95_s <= 1.15 * found["fixed"].p95_s
    assert {name for name, one in found.items() if abs(one.polls / found["optimum"].polls - 1) > 0.02} == set()
