"""Every alert × channel gets a notification, to be sent or with the reason why not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOW, a_channel, a_silence, an_alert
from worker.model import NotificationPlan, Severity
from worker.routing import idempotency_key, notifications_for


def one(alert: Any = None, channel: Any = None, silences: Any = (), disabled: Any = None) -> NotificationPlan:
    plans = notifications_for(alert or an_alert(), [channel or a_channel()], silences, disabled or {})
    assert len(plans) == 1
    return plans[0]


def test_an_alert_goes_to_every_enabled_channel() -> None:
    channels = [a_channel(name="desk"), a_channel(name="mail"), a_channel(name="off", enabled=False)]

    plans = notifications_for(an_alert(), channels, [], {})

    assert [(plan.channel, plan.suppressed) for plan in plans] == [("desk", ""), ("mail", "")]


def test_a_channel_gets_nothing_below_its_severity() -> None:
    channel = a_channel(minimum_severity=Severity.CRITICAL)

    assert one(an_alert(severity=Severity.WARNING), channel).suppressed == "warning is below the channel's critical"
    assert one(an_alert(severity=Severity.CRITICAL), channel).suppressed == ""


def test_a_channel_gets_only_its_rules() -> None:
    channel = a_channel(rules=("shelling",))

    assert one(channel=channel).suppressed == "channel takes only shelling"


@pytest.mark.parametrize(
    "matching",
    [{}, {"rules": ("ceasefire",)}, {"places": ("Lachin",)}, {"publishers": ("Outlet",)}],
    ids=["everything", "rule", "place", "publisher"],
)
def test_a_silence_suppresses_with_its_comment(matching: dict[str, Any]) -> None:
    plan = one(silences=[a_silence(**matching)])

    assert plan.suppressed == "silence 1 until 2026-03-14 13:00 UTC: drill"


@pytest.mark.parametrize(
    "other",
    [
        {"rules": ("shelling",)},
        {"places": ("Gyumri",)},
        {"publishers": ("Other",)},
        {"rules": ("ceasefire",), "places": ("Gyumri",)},
    ],
)
def test_a_silence_leaves_alone_what_it_does_not_match(other: dict[str, Any]) -> None:
    assert one(silences=[a_silence(**other)]).suppressed == ""


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


severities = st.sampled_from(list(Severity))
rules = st.sets(st.sampled_from(["ceasefire", "shelling", "talks"])).map(tuple)
places = st.sets(st.sampled_from(["Lachin", "Gyumri", "Baku"])).map(tuple)
channels = st.lists(
    st.builds(
        a_channel,
        name=st.sampled_from(["a", "b", "c", "d"]),
        minimum_severity=severities,
        rules=rules,
        enabled=st.booleans(),
    ),
    unique_by=lambda channel: channel.name,
)
silences = st.lists(st.builds(a_silence, rules=rules, places=places), max_size=3)
alerts = st.builds(an_alert, severity=severities, rule_id=st.sampled_from(["ceasefire", "shelling"]), places=places)


@given(alerts, channels, silences)
def test_no_pair_of_alert_and_channel_is_lost(alert: Any, channels: Any, silences: Any) -> None:
    plans = notifications_for(alert, channels, silences, {})

    assert [plan.channel for plan in plans] == [channel.name for channel in channels if channel.enabled]


@given(alerts, channels, silences, silences)
def test_a_further_silence_only_removes(alert: Any, channels: Any, silences: Any, further: Any) -> None:
    def sent(with_silences: Any) -> set[str]:
        plans = notifications_for(alert, channels, with_silences, {})
        return {plan.channel for plan in plans if not plan.suppressed}

    assert sent([*silences, *further]) <= sent(silences)


@given(channels, silences)
def test_a_higher_severity_reaches_every_channel_that_a_lower_one_does(channels: Any, silences: Any) -> None:
    def sent(severity: Severity) -> set[str]:
        plans = notifications_for(an_alert(severity=severity), channels, silences, {})
        return {plan.channel for plan in plans if not plan.suppressed}

    assert sent(Severity.INFO) <= sent(Severity.WARNING) <= sent(Severity.CRITICAL)
