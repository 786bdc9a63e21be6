"""Every alert × channel gets a notification: to be sent, now or later, or with the reason why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOW, a_channel, a_silence, an_alert
from worker.model import Alert, Confirmation, NotificationPlan, Severity, UpdateReason
from worker.model.delivery import (
    Conditions,
    Digest,
    Escalation,
    GroupBy,
    Inhibition,
    Names,
    Notice,
    NoticeKind,
    QuietHours,
    Route,
    Routing,
    Throttle,
    Told,
)
from worker.routing import (
    Situation,
    Unacknowledged,
    bundle_key,
    escalations_for,
    idempotency_key,
    notice_plans,
    notifications_for,
    remembered,
)

HOUR = timedelta(hours=1)
YEREVAN = ZoneInfo("Asia/Yerevan")  # UTC+4, no summer time
NIGHT = (QuietHours(time(22), time(7)),)


def situation(*routes: Route, **changes: Any) -> Situation:
    base = Situation(now=NOW, channels=(a_channel(),), routing=Routing(routes))
    return replace(base, **changes)


def one(alert: Alert | None = None, *routes: Route, **changes: Any) -> NotificationPlan:
    plans = notifications_for([alert or an_alert()], situation(*routes, **changes))
    assert len(plans) == 1
    return plans[0]


# without routes


def test_an_alert_goes_to_every_enabled_channel_at_once() -> None:
    channels = (a_channel(name="desk"), a_channel(name="mail"), a_channel(name="off", enabled=False))

    plans = notifications_for([an_alert()], situation(channels=channels))

    assert [(plan.channel, plan.suppressed, plan.bundle) for plan in plans] == [("desk", "", ""), ("mail", "", "")]
    assert {plan.due_at for plan in plans} == {NOW}


def test_a_channel_gets_nothing_below_its_severity() -> None:
    channels = (a_channel(minimum_severity=Severity.CRITICAL),)

    below = one(an_alert(severity=Severity.WARNING), channels=channels)

    assert below.suppressed == "warning is below the channel's critical"
    assert one(an_alert(severity=Severity.CRITICAL), channels=channels).suppressed == ""


def test_a_channel_gets_only_its_rules() -> None:
    assert one(channels=(a_channel(rules=("shelling",)),)).suppressed == "channel takes only shelling"


@pytest.mark.parametrize(
    "matching",
    [
        {},
        {"rules": ("ceasefire",)},
        {"places": ("Lachin",)},
        {"publishers": ("Outlet",)},
        {"publishers": ("outlet",)},
        {"languages": ("en",)},
        {"stances": ("agreed",)},
    ],
    ids=["everything", "rule", "place", "publisher", "family", "language", "stance"],
)
def test_a_silence_suppresses_with_its_comment(matching: dict[str, Any]) -> None:
    plan = one(silences=(a_silence(**matching),))

    assert plan.suppressed == "silence 1 until 2026-03-14 13:00 UTC: drill"


@pytest.mark.parametrize(
    "other",
    [
        {"rules": ("shelling",)},
        {"places": ("Gyumri",)},
        {"publishers": ("Other",)},
        {"languages": ("ru",)},
        {"stances": ("violated",)},
        {"maximum_severity": Severity.WARNING},
        {"rules": ("ceasefire",), "places": ("Gyumri",)},
    ],
)
def test_a_silence_leaves_alone_what_it_does_not_match(other: dict[str, Any]) -> None:
    assert one(silences=(a_silence(**other),)).suppressed == ""


def test_a_disabled_channel_is_a_stored_reason() -> None:
    assert one(disabled={"desk": "wrong password"}).suppressed == "channel disabled: wrong password"


def test_the_key_is_the_same_at_every_attempt_and_no_others() -> None:
    keys = {
        idempotency_key(an_alert(), "desk"),
        idempotency_key(an_alert(), "mail"),
        idempotency_key(an_alert(revision=2), "desk"),
        idempotency_key(an_alert(rule_id="shelling"), "desk"),
        idempotency_key(an_alert(raised_at=NOW + timedelta(days=1)), "desk"),
    }

    assert len(keys) == 5
    assert idempotency_key(an_alert(), "desk") == idempotency_key(an_alert(), "desk")


def test_the_key_of_several_depends_on_nothing_but_theirs() -> None:
    assert bundle_key(["a", "b"]) == bundle_key(["b", "a"]) != bundle_key(["a", "c"])
    assert bundle_key(["a"]) == "a"


# routes


@pytest.mark.parametrize(
    ("conditions", "reason"),
    [
        (Conditions(minimum_severity=Severity.CRITICAL), "warning is below critical"),
        (Conditions(rules=Names(frozenset({"shelling"}))), "rule ceasefire is not shelling"),
        (Conditions(rules=Names(never=frozenset({"ceasefire"}))), "rule ceasefire is excluded"),
        (Conditions(concepts=Names(frozenset({"talks"}))), "concept ceasefire is not talks"),
        (Conditions(stances=Names(frozenset({"violated", "ended"}))), "stance agreed is not ended or violated"),
        (Conditions(confirmations=Names(frozenset({"independent"}))), "confirmation single_source is not independent"),
        (Conditions(places=Names(frozenset({"Gyumri"}))), "place Lachin, Armenia is not Gyumri"),
        (Conditions(languages=Names(frozenset({"ru"}))), "language en is not ru"),
        (Conditions(countries=Names(frozenset({"AZ"}))), "country unknown is not AZ"),
        (Conditions(families=Names(frozenset({"agency"}))), "family outlet, outlet is not agency"),
    ],
)
def test_a_route_says_which_condition_an_alert_fails(conditions: Conditions, reason: str) -> None:
    plan = one(an_alert(severity=Severity.WARNING), Route("desk", conditions=conditions))

    assert plan.suppressed == f"no route takes it (desk: {reason})"


def test_a_channel_that_no_route_names_gets_what_it_always_got() -> None:
    channels = (a_channel(name="desk"), a_channel(name="log"))
    critical = Route("desk", ("desk",), Conditions(minimum_severity=Severity.CRITICAL))

    plans = notifications_for([an_alert(severity=Severity.INFO)], situation(critical, channels=channels))

    assert {plan.channel: bool(plan.suppressed) for plan in plans} == {"desk": True, "log": False}


def test_of_two_routes_to_a_channel_the_sooner_counts() -> None:
    slow = Route("slow", group_wait=HOUR)
    quick = Route("quick", conditions=Conditions(rules=Names(frozenset({"ceasefire"}))))

    plan = one(None, slow, quick)

    assert (plan.route, plan.due_at) == ("quick", NOW)


def test_alerts_of_one_story_wait_for_each_other_and_go_together() -> None:
    alerts = [an_alert(alert_id=1), an_alert(alert_id=2, severity=Severity.INFO), an_alert(alert_id=3, story_id=2)]

    plans = notifications_for(alerts, situation(Route("desk", group_wait=timedelta(seconds=30))))

    assert [plan.bundle for plan in plans] == ["group:desk:1", "group:desk:2", "group:desk:1"]
    assert {plan.due_at for plan in plans} == {NOW + timedelta(seconds=30)}


def told(**changes: Any) -> Told:
    base = Told("desk", 9, "desk", "group:desk:1", Severity.CRITICAL, NOW - timedelta(minutes=5), waits=False)
    return replace(base, **changes)


def test_the_next_message_of_a_group_waits_for_the_interval() -> None:
    route = Route("desk", group_interval=HOUR, let_pass=None)

    plan = one(None, route, told=(told(),))

    assert plan.due_at == NOW + timedelta(minutes=55)
    assert plan.held == "held until 2026-03-14 12:55 UTC: group interval of route desk"


@pytest.mark.parametrize("change", ["passes", "more urgent", "escalated"])
def test_the_interval_never_holds_back_what_is_more_urgent(change: str) -> None:
    alert = an_alert(severity=Severity.WARNING)
    route = Route("desk", group_interval=HOUR, let_pass=None)
    before = told()
    changed = {
        "passes": (alert, replace(route, let_pass=Severity.WARNING), before),
        "more urgent": (alert, route, replace(before, severity=Severity.INFO)),
        "escalated": (replace(alert, revision=2, reason=UpdateReason.ESCALATED), route, before),
    }[change]

    assert one(changed[0], changed[1], told=(changed[2],)).due_at == NOW


def test_what_is_above_the_throttle_waits_and_goes_together() -> None:
    route = Route("desk", group_by=GroupBy.NONE, throttle=Throttle(2, HOUR), let_pass=None)
    alerts = [an_alert(alert_id=number, story_id=number) for number in range(1, 6)]

    plans = notifications_for(alerts, situation(route))

    assert [plan.due_at for plan in plans] == [NOW, NOW, NOW + HOUR, NOW + HOUR, NOW + HOUR]
    assert [plan.bundle for plan in plans] == ["", "", "more:desk", "more:desk", "more:desk"]
    assert "throttle of route desk" in plans[-1].held


def test_the_throttle_counts_no_message_that_is_less_urgent() -> None:
    route = Route("desk", throttle=Throttle(1, HOUR), let_pass=None)
    infos = tuple(told(alert_id=number, bundle="", severity=Severity.INFO) for number in range(5))

    assert one(an_alert(severity=Severity.WARNING), route, told=infos).due_at == NOW
    assert one(an_alert(severity=Severity.INFO), route, told=infos).due_at == NOW + timedelta(minutes=55)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-03-14T17:59+00:00", "2026-03-14T17:59+00:00"),  # 21:59 in Yerevan
        ("2026-03-14T18:00+00:00", "2026-03-15T03:00+00:00"),  # 22:00
        ("2026-03-15T02:59+00:00", "2026-03-15T03:00+00:00"),  # 06:59
        ("2026-03-15T03:00+00:00", "2026-03-15T03:00+00:00"),  # 07:00
    ],
)
def test_quiet_hours_are_kept_by_the_clock_of_their_zone(at: str, until: str) -> None:
    route = Route("desk", quiet_hours=NIGHT, zone=YEREVAN)

    plan = one(an_alert(severity=Severity.WARNING), route, now=datetime.fromisoformat(at))

    assert plan.due_at == datetime.fromisoformat(until)


def test_a_critical_alert_wakes_people_unless_told_otherwise() -> None:
    night = NOW.replace(hour=23)
    route = Route("desk", quiet_hours=NIGHT, zone=UTC)

    assert one(None, route, now=night).due_at == night
    assert one(None, replace(route, let_pass=None), now=night).due_at == night.replace(hour=7) + timedelta(days=1)


def test_quiet_hours_that_meet_are_one_night() -> None:
    route = Route("desk", quiet_hours=(QuietHours(time(11), time(13)), QuietHours(time(13), time(15))), let_pass=None)

    assert one(None, route).due_at == NOW.replace(hour=15)


@pytest.mark.parametrize(
    ("end", "utc"),
    [
        (time(2, 30), "2026-10-25T00:30+00:00"),  # comes twice that night: the first one counts …
        (time(4), "2026-10-25T03:00+00:00"),
    ],
)
def test_quiet_hours_end_once_in_the_night_when_clocks_go_back(end: time, utc: str) -> None:
    route = Route("desk", quiet_hours=(QuietHours(time(22), end),), zone=ZoneInfo("Europe/Berlin"), let_pass=None)

    plan = one(None, route, now=datetime(2026, 10, 24, 22, tzinfo=UTC))

    assert plan.due_at == datetime.fromisoformat(utc)


@pytest.mark.parametrize(
    ("digest", "at", "due"),
    [
        (Digest(), "2026-03-14T12:20+00:00", "2026-03-14T13:00+00:00"),
        (Digest(time(7, 30)), "2026-03-14T03:29+00:00", "2026-03-14T03:30+00:00"),
        (Digest(time(7, 30)), "2026-03-14T03:30+00:00", "2026-03-15T03:30+00:00"),
    ],
)
def test_a_digest_goes_out_at_its_hour(digest: Digest, at: str, due: str) -> None:
    route = Route("desk", digest=digest, zone=YEREVAN, let_pass=None)

    plan = one(None, route, now=datetime.fromisoformat(at))

    assert (plan.due_at, plan.bundle) == (datetime.fromisoformat(due), "digest:desk")


def test_a_digest_waits_for_no_critical_alert() -> None:
    assert one(None, Route("desk", digest=Digest())).due_at == NOW


# inhibition

CRITICAL_FIRST = Inhibition("lesser", Conditions(minimum_severity=Severity.CRITICAL))


def inhibiting(*alerts: Alert, **changes: Any) -> list[str]:
    routing = Routing(inhibitions=(CRITICAL_FIRST,))
    plans = notifications_for(alerts, replace(situation(**changes), routing=routing))
    return [plan.suppressed for plan in sorted(plans, key=lambda plan: plan.alert_id)]


def test_a_critical_alert_takes_the_floor_from_lesser_ones_of_its_story() -> None:
    lesser = an_alert(alert_id=2, severity=Severity.INFO)

    assert inhibiting(an_alert(), lesser) == ["", "inhibited (lesser) by critical alert 1 of the same story"]


@pytest.mark.parametrize(
    "other", [{"story_id": 2}, {"severity": Severity.WARNING}, {"raised_at": NOW + timedelta(days=2)}]
)
def test_what_is_not_of_the_story_or_not_lesser_keeps_the_floor(other: dict[str, Any]) -> None:
    assert inhibiting(an_alert(), an_alert(alert_id=2, **{"severity": Severity.INFO, **other})) == ["", ""]


def test_an_alert_that_a_channel_never_sees_inhibits_nothing_there() -> None:
    lesser = an_alert(alert_id=2, rule_id="talks", severity=Severity.INFO)

    suppressed = inhibiting(an_alert(), lesser, channels=(a_channel(rules=("talks",)),))

    assert suppressed == ["channel takes only talks", ""]


# updates


def updated(**changes: Any) -> Alert:
    return an_alert(revision=2, reason=UpdateReason.CONFIRMED, confirmation=Confirmation.INDEPENDENT, **changes)


def test_whoever_got_the_alert_gets_its_updates_whatever_the_filters_say_now() -> None:
    alert = updated(severity=Severity.INFO)
    channels = (a_channel(minimum_severity=Severity.WARNING),)

    assert one(alert, channels=channels, reached=frozenset({(1, "desk")})).suppressed == ""
    assert one(alert, channels=channels).suppressed == "info is below the channel's warning"


def test_whoever_did_not_get_it_gets_it_once_it_passes() -> None:
    route = Route("desk", conditions=Conditions(confirmations=Names(frozenset({"independent"}))))

    assert one(an_alert(), route).suppressed
    assert one(updated(), route).suppressed == ""


@pytest.mark.parametrize(
    ("reason", "sent"),
    [
        (UpdateReason.CONFIRMED, False),
        (UpdateReason.NUMBERS, False),
        (UpdateReason.ESCALATED, True),
        (UpdateReason.TURNED, True),
        (UpdateReason.CORRECTED, True),
        (UpdateReason.RETRACTED, True),
    ],
)
def test_an_acknowledged_alert_is_heard_of_only_where_it_is_news(reason: UpdateReason, sent: bool) -> None:
    alert = an_alert(revision=2, reason=reason, acknowledged_at=NOW, acknowledged_by="Ani")

    plan = one(alert, reached=frozenset({(1, "desk")}))

    assert (plan.suppressed == "") is sent
    assert plan.suppressed in ("", "acknowledged by Ani: only escalations, turns and corrections are still sent")


@pytest.mark.parametrize(("reason", "waits"), [(UpdateReason.CONFIRMED, True), (UpdateReason.ESCALATED, False)])
def test_a_snoozed_alert_waits_unless_it_becomes_more_urgent(reason: UpdateReason, waits: bool) -> None:
    alert = an_alert(revision=2, reason=reason, snoozed_until=NOW + HOUR)

    plan = one(alert, reached=frozenset({(1, "desk")}))

    assert (plan.due_at == NOW + HOUR) is waits


# escalation


def unacknowledged(minutes: int, **changes: Any) -> tuple[NotificationPlan, ...]:
    route = Route("desk", ("desk",), escalation=Escalation(timedelta(minutes=15), ("phone",)))
    waiting = [Unacknowledged(an_alert(), "desk", NOW - timedelta(minutes=minutes))]
    channels = (a_channel(), a_channel(name="phone"))
    return escalations_for(waiting, situation(route, **{"channels": channels, **changes}))


def test_a_second_channel_is_told_when_nobody_acknowledges_in_time() -> None:
    assert unacknowledged(14) == ()
    assert [(plan.channel, plan.escalates, plan.suppressed) for plan in unacknowledged(15)] == [("phone", True, "")]


def test_an_escalation_has_a_key_of_its_own() -> None:
    assert unacknowledged(15)[0].key != idempotency_key(an_alert(), "phone")


@pytest.mark.parametrize("change", [{"silences": (a_silence(),)}, {"disabled": {"phone": "no number"}}])
def test_an_escalation_that_cannot_be_sent_has_a_reason(change: dict[str, Any]) -> None:
    assert unacknowledged(15, **change)[0].suppressed != ""


# notices


def a_notice(**changes: Any) -> Notice:
    base = Notice(1, NoticeKind.SOURCE_QUIET, "https://outlet.example/rss", Severity.WARNING, "quiet", "", NOW)
    return replace(base, **changes)


def noticed(*routes: Route, notice: Notice | None = None, **channels: Any) -> list[str]:
    desk, phone = a_channel(**channels), a_channel(name="phone", minimum_severity=Severity.CRITICAL)
    plans = notice_plans(notice or a_notice(), situation(*routes, channels=(desk, phone)))
    return [plan.channel for plan in plans]


def test_a_notice_goes_to_every_channel_that_takes_warnings() -> None:
    assert noticed() == ["desk"]
    assert noticed(notice=a_notice(severity=Severity.CRITICAL)) == ["desk", "phone"]


def test_routes_may_say_who_learns_of_notices() -> None:
    assert noticed(Route("all"), Route("ops", ("phone",), notices=True)) == ["phone"]


def test_a_channels_failure_is_told_to_its_fallback_or_else_to_the_others() -> None:
    broken = a_notice(kind=NoticeKind.CHANNEL_DISABLED, subject="desk", severity=Severity.WARNING)

    assert noticed(notice=broken) == ["phone"]
    assert noticed(notice=broken, fallback="phone") == ["phone"]


def test_a_notice_reaches_no_disabled_channel() -> None:
    plans = notice_plans(a_notice(), situation(disabled={"desk": "wrong password"}))

    assert plans == ()


# properties

severities = st.sampled_from(list(Severity))
names = st.sets(st.sampled_from(["ceasefire", "shelling", "talks"]))
rules = names.map(tuple)
places = st.sets(st.sampled_from(["Lachin", "Gyumri", "Baku"])).map(tuple)
minutes = st.integers(0, 600).map(lambda count: timedelta(minutes=count))
clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
channel_names = st.sampled_from(["a", "b", "c", "d"])
channels = st.lists(
    st.builds(a_channel, name=channel_names, minimum_severity=severities, rules=rules, enabled=st.booleans()),
    unique_by=lambda channel: channel.name,
    max_size=4,
).map(tuple)
silences = st.lists(st.builds(a_silence, rules=rules, places=places, maximum_severity=severities), max_size=3).map(
    tuple
)
conditions = st.builds(
    Conditions,
    minimum_severity=severities,
    rules=st.builds(Names, names.map(frozenset), names.map(frozenset)),
    places=st.builds(Names, places.map(frozenset)),
)
routes = st.lists(
    st.builds(
        Route,
        name=st.sampled_from(["one", "two", "three"]),
        channels=st.sets(channel_names, max_size=2).map(tuple),
        conditions=conditions,
        group_by=st.sampled_from(list(GroupBy)),
        group_wait=minutes,
        group_interval=minutes,
        throttle=st.none() | st.builds(Throttle, st.integers(1, 3), minutes),
        quiet_hours=st.lists(st.builds(QuietHours, clocks, clocks), max_size=2).map(tuple),
        digest=st.none() | st.builds(Digest, st.none() | clocks),
        zone=st.sampled_from([UTC, YEREVAN, ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")]),
        let_pass=st.none() | severities,
    ),
    unique_by=lambda route: route.name,
    max_size=3,
).map(tuple)
inhibitions = st.lists(
    st.builds(Inhibition, st.just("lesser"), conditions, st.sampled_from([Severity.INFO, Severity.WARNING])), max_size=2
).map(tuple)
routings = st.builds(Routing, routes, inhibitions)
reasons = st.sampled_from(list(UpdateReason))
alerts = st.builds(
    an_alert,
    alert_id=st.integers(1, 3),
    story_id=st.integers(1, 2),
    revision=st.integers(1, 2),
    reason=reasons,
    severity=severities,
    rule_id=st.sampled_from(["ceasefire", "shelling"]),
    places=places,
    acknowledged_at=st.none() | st.just(NOW),
    snoozed_until=st.none() | minutes.map(lambda length: NOW + length),
)
batches = st.lists(alerts, max_size=3, unique_by=lambda alert: alert.alert_id)
history = st.lists(
    st.builds(
        Told,
        channel_names,
        st.integers(1, 9),
        st.sampled_from(["one", "two", "three"]),
        st.sampled_from(["", "group:one:1", "group:two:", "more:one", "quiet:two"]),
        severities,
        minutes.map(lambda length: NOW - length),
        st.booleans(),
    ),
    max_size=5,
).map(tuple)
reached = st.frozensets(st.tuples(st.integers(1, 3), channel_names), max_size=4)
situations = st.builds(
    Situation,
    now=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    channels=channels,
    routing=routings,
    silences=silences,
    told=history,
    reached=reached,
)


@given(batches, situations)
def test_no_pair_of_alert_and_channel_is_lost(batch: list[Alert], where: Situation) -> None:
    plans = notifications_for(batch, where)

    pairs = {(alert.alert_id, channel.name) for alert in batch for channel in where.channels if channel.enabled}
    assert len(plans) == len(pairs)
    assert {(plan.alert_id, plan.channel) for plan in plans} == pairs


@given(batches, situations)
def test_each_is_sent_now_or_later_or_has_a_reason(batch: list[Alert], where: Situation) -> None:
    plans = notifications_for(batch, where)

    assert all(plan.suppressed or (plan.due_at is not None and plan.due_at >= where.now) for plan in plans)


@given(batches, situations, silences)
def test_a_further_silence_only_removes(batch: list[Alert], where: Situation, further: Any) -> None:
    def sent(at: Situation) -> set[tuple[int, str]]:
        return {(plan.alert_id, plan.channel) for plan in notifications_for(batch, at) if not plan.suppressed}

    assert sent(replace(where, silences=(*where.silences, *further))) <= sent(where)


def due_by_channel(alert: Alert, where: Situation) -> dict[str, datetime | None]:
    return {plan.channel: plan.due_at for plan in notifications_for([alert], where) if not plan.suppressed}


@given(alerts, situations)
def test_a_higher_severity_is_never_later_than_a_lower_one(alert: Alert, where: Situation) -> None:
    info, warning, critical = (due_by_channel(replace(alert, severity=one), where) for one in Severity)

    late = [name for lower, higher in ((info, warning), (warning, critical)) for name in lower if name not in higher]
    later = [
        name
        for lower, higher in ((info, warning), (warning, critical))
        for name in lower.keys() & higher.keys()
        if (higher[name] or NOW) > (lower[name] or NOW)
    ]
    assert (late, later) == ([], [])


@given(routings)
def test_routing_remembers_no_further_back_than_it_must(routing: Routing) -> None:
    assert remembered(routing) >= max((route.group_interval for route in routing.routes), default=timedelta(0))
