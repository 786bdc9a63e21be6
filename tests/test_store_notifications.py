"""Notifications are leased as messages with fixed members, sent by one worker at a time, and recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update

from tests.factories import NOW, an_article, by_status, raise_alerts
from worker.database.told import keep_revision
from worker.model import NotificationPlan, Severity
from worker.model.delivery import Form, Gap, NoticeKind, Outgoing
from worker.queries import Queries
from worker.store import Store
from worker.store.channels import ChannelState
from worker.tables import alerts, articles, notifications, revisions

SOON, LATER = NOW + timedelta(minutes=5), NOW + timedelta(hours=1)
YESTERDAY = NOW - timedelta(days=1)


def notification(alert_id: int, channel: str = "desk", revision: int = 1, **changes: Any) -> NotificationPlan:
    plan = NotificationPlan(alert_id, revision, channel, f"msg_{alert_id}_{revision}_{channel}")
    return replace(plan, **changes)


def routed(store: Store, count: int = 1, **changes: Any) -> list[int]:
    """Raise alerts, with a notification of each for the desk; their ids."""
    ids = raise_alerts(store, *(an_article(number) for number in range(1, count + 1)))
    raised = store.alerts.unrouted(100)
    store.alerts.apply_routes(raised, [notification(alert_id, **changes) for alert_id in ids], NOW)
    return ids


def leased(store: Store) -> Outgoing:
    outgoing = store.notifications.lease("desk", NOW, SOON)
    assert outgoing is not None
    return outgoing


def test_a_notification_is_leased_once_and_comes_back_with_the_same_key(store: Store) -> None:
    routed(store)

    first = store.notifications.lease("desk", NOW, SOON)
    second = store.notifications.lease("desk", NOW, SOON)
    after_a_crash = store.notifications.lease("desk", SOON, LATER)

    assert first is not None
    assert after_a_crash is not None
    assert second is None
    assert (first.key, first.message_id) == (after_a_crash.key, after_a_crash.message_id)
    assert (first.attempts, after_a_crash.attempts) == (1, 2)


def test_a_message_of_one_alert_has_the_notifications_own_key(store: Store) -> None:
    (alert_id,) = routed(store)

    outgoing = leased(store)

    assert (outgoing.key, outgoing.form) == (f"msg_{alert_id}_1_desk", Form.ALERT)
    assert [alert.alert_id for alert in outgoing.alerts] == [alert_id]


def test_a_sent_notification_is_never_sent_again(store: Store) -> None:
    routed(store)
    outgoing = leased(store)

    store.notifications.record_sent(outgoing.message_id, NOW)
    store.notifications.record_retry(outgoing.message_id, "too late", NOW)

    assert store.notifications.lease("desk", LATER, LATER) is None
    assert by_status(store) == {"sent": 1}


def test_a_failed_attempt_waits_until_its_time(store: Store) -> None:
    routed(store)
    outgoing = leased(store)

    store.notifications.record_retry(outgoing.message_id, "503", LATER)

    assert store.notifications.due_channels(SOON) == []
    assert store.notifications.due_channels(LATER) == ["desk"]


def test_the_most_urgent_goes_first(store: Store) -> None:
    ids = raise_alerts(store, an_article(1), an_article(2))
    plans = [notification(ids[0], severity_rank=0), notification(ids[1], severity_rank=2)]
    store.alerts.apply_routes(store.alerts.unrouted(10), plans, NOW)

    assert [alert.alert_id for alert in leased(store).alerts] == [ids[1]]


def test_what_waits_in_one_bundle_is_one_message(store: Store) -> None:
    ids = routed(store, 3, bundle="group:all:7")

    outgoing = leased(store)

    assert [alert.alert_id for alert in outgoing.alerts] == ids
    assert outgoing.form is Form.GROUP
    assert store.notifications.lease("desk", NOW, SOON) is None


def test_a_bundle_keeps_its_members_and_its_key_after_a_crash(store: Store) -> None:
    ids = raise_alerts(store, an_article(1), an_article(2))
    alerts = store.alerts.unrouted(10)
    store.alerts.apply_routes(alerts[:1], [notification(ids[0], bundle="group:all:7")], NOW)
    before = leased(store)
    store.alerts.apply_routes(alerts[1:], [notification(ids[1], bundle="group:all:7")], NOW)

    after = store.notifications.lease("desk", SOON, LATER)

    assert after is not None
    assert (after.key, [one.alert_id for one in after.alerts]) == (before.key, ids[:1])


def test_the_members_of_a_digest_that_are_not_due_yet_go_along(store: Store) -> None:
    ids = raise_alerts(store, an_article(1), an_article(2))
    bundle = "more:desk"
    plans = [notification(ids[0], bundle=bundle), notification(ids[1], bundle=bundle, due_at=LATER)]
    store.alerts.apply_routes(store.alerts.unrouted(10), plans, NOW)

    outgoing = leased(store)

    assert (outgoing.form, len(outgoing.alerts)) == (Form.DIGEST, 2)


def test_what_is_held_waits_for_its_time_with_the_reason(store: Store) -> None:
    routed(store, due_at=LATER, held="held until 13:00: quiet hours")

    assert store.notifications.lease("desk", SOON, SOON) is None
    assert store.notifications.due_channels(SOON) == []
    assert store.notifications.due_channels(LATER) == ["desk"]


def test_what_is_held_is_upcoming_until_it_is_due(store: Store) -> None:
    routed(store, due_at=SOON)
    soon = SOON - timedelta(seconds=5)

    assert store.notifications.upcoming(NOW, SOON - timedelta(seconds=1)) == {}
    assert store.notifications.upcoming(soon, LATER) == {"desk": SOON}
    assert store.notifications.upcoming(SOON, LATER) == {}
    assert store.notifications.due_next("desk", NOW, soon) is None
    assert store.notifications.due_next("desk", LATER, LATER) == SOON


def test_a_pausing_channel_is_upcoming_when_its_pause_ends(store: Store) -> None:
    routed(store)
    store.channels.sync(["desk"], NOW)
    store.channels.record_failure("desk", SOON)

    assert store.notifications.upcoming(NOW, LATER) == {"desk": SOON}


def test_what_is_recorded_with_the_next_claim_is_sent(store: Store) -> None:
    routed(store, 2)
    first = leased(store)

    second = store.notifications.lease("desk", NOW, SOON, sent=first.message_id)

    assert second is not None
    assert second.message_id != first.message_id
    assert by_status(store) == {"sent": 1, "pending": 1}


def test_a_later_revision_supersedes_what_still_waits(store: Store) -> None:
    (alert_id,) = routed(store, due_at=LATER)

    store.alerts.apply_routes((), [notification(alert_id, revision=2, supersedes=True)], NOW)

    assert leased(store).key == f"msg_{alert_id}_2_desk"
    assert by_status(store) == {"pending": 1, "suppressed": 1}
    assert store.notifications.reached([alert_id]) == {(alert_id, "desk")}


def revised(store: Store, alert_id: int, **changes: Any) -> None:
    """Have an alert say something else, as its second revision."""
    values = {"revision": 2, "reason": "turned", "detail": "violated, after agreed", "stance": "violated"} | changes
    with store.engine.begin() as connection:
        connection.execute(update(alerts).where(alerts.c.id == alert_id).values(values))
        keep_revision(connection, alert_id, 1, SOON)


def test_a_repeat_says_what_the_first_attempt_said_whatever_the_alert_says_now(store: Store) -> None:
    (alert_id,) = routed(store)
    before = leased(store)
    revised(store, alert_id, places=["Goris"], confirmation="confirmed", match={"concept": "clashes"})

    again = store.notifications.lease("desk", LATER, LATER)

    assert again is not None
    assert (again.key, again.alerts) == (before.key, before.alerts)


def test_a_repeat_tells_the_headline_that_the_article_had(store: Store) -> None:
    routed(store)
    before = leased(store)
    with store.engine.begin() as connection:
        old = {"article_id": 1, "number": 1, "title": "Headline 1", "summary": "", "text": "", "fingerprint": "0"}
        connection.execute(revisions.insert(), old | {"seen_at": NOW})
        connection.execute(update(articles).where(articles.c.id == 1).values(title="Headline anew", revision=2))

    again = store.notifications.lease("desk", LATER, LATER)

    assert again is not None
    assert again.alerts == before.alerts
    assert again.alerts[0].article.article.title == "Headline 1"


def test_a_later_revision_is_told_as_it_was_made(store: Store) -> None:
    (alert_id,) = routed(store)
    store.notifications.record_sent(leased(store).message_id, NOW)
    revised(store, alert_id)
    store.alerts.apply_routes((), [notification(alert_id, revision=2)], NOW)

    (alert,) = leased(store).alerts

    assert (alert.revision, str(alert.reason), str(alert.stance)) == (2, "turned", "violated")
    assert alert.updated_at == SOON


def test_what_failed_is_not_told_after_a_later_revision(store: Store) -> None:
    (alert_id,) = routed(store)
    first = leased(store)
    store.alerts.apply_routes((), [notification(alert_id, revision=2, supersedes=True)], NOW)
    second = leased(store)
    store.notifications.record_retry(first.message_id, "503", SOON)
    store.notifications.record_sent(second.message_id, NOW)

    third = store.notifications.lease("desk", LATER, LATER)

    assert (second.key, third) == (f"msg_{alert_id}_2_desk", None)
    assert by_status(store) == {"sent": 1, "suppressed": 1}


def test_a_bundle_that_failed_is_repeated_whole(store: Store) -> None:
    ids = routed(store, 2, bundle="group:all:7")
    first = leased(store)
    store.alerts.apply_routes((), [notification(ids[0], revision=2)], NOW)
    store.notifications.record_sent(leased(store).message_id, NOW)

    again = store.notifications.lease("desk", LATER, LATER)

    assert again is not None
    assert (again.key, [one.alert_id for one in again.alerts]) == (first.key, ids)


def test_a_later_revision_that_waits_longer_leaves_the_earlier_one_be(store: Store) -> None:
    (alert_id,) = routed(store)

    store.alerts.apply_routes((), [notification(alert_id, revision=2, supersedes=True, due_at=LATER)], NOW)

    assert by_status(store) == {"pending": 2}


def test_what_may_be_under_way_is_never_superseded(store: Store) -> None:
    (alert_id,) = routed(store)
    leased(store)

    store.alerts.apply_routes((), [notification(alert_id, revision=2, supersedes=True)], NOW)

    assert by_status(store) == {"pending": 2}


def test_whoever_was_told_of_a_part_was_told_of_the_whole(store: Store) -> None:
    whole, part = routed(store, 2)
    with store.engine.begin() as connection:
        connection.execute(delete(notifications).where(notifications.c.alert_id == whole))
        connection.execute(update(alerts).where(alerts.c.id == part).values(merged_into_id=whole))

    assert store.notifications.reached([whole]) == {(whole, "desk")}


def test_an_alert_that_a_channel_was_spared_has_not_reached_it(store: Store) -> None:
    (alert_id,) = routed(store, suppressed="silence 1")

    assert store.notifications.reached([alert_id]) == frozenset()


def test_channels_are_told_what_was_sent_lately_and_what_waits(store: Store) -> None:
    ids = routed(store, 2, route="desk", bundle="group:desk:1", severity_rank=2)
    store.notifications.record_sent(leased(store).message_id, NOW)

    told = store.notifications.told(YESTERDAY)

    assert [(one.channel, one.route, one.severity, one.at, one.waits) for one in told] == [
        ("desk", "desk", Severity.CRITICAL, NOW, False)
    ] * len(ids)
    assert store.notifications.told(LATER) == []


def test_a_disabled_channel_fails_what_waits_and_gives_it_back_when_enabled(store: Store) -> None:
    routed(store, 3)

    newly = store.channels.disable("desk", "wrong password", NOW)
    again = store.channels.disable("desk", "still wrong", NOW)
    while_disabled = store.channels.disabled()
    back = store.channels.enable("desk", LATER, YESTERDAY)

    assert (newly, again, back) == (True, False, 3)
    assert while_disabled == {"desk": "wrong password"}
    assert store.channels.disabled() == {}
    assert store.notifications.due_channels(LATER) == ["desk"]


def test_a_pausing_channel_has_nothing_due_until_it_has_accepted_something(store: Store) -> None:
    routed(store)
    failures = store.channels.record_failure("desk", LATER)

    while_pausing = store.notifications.due_channels(SOON)
    recovered = store.channels.record_well("desk")
    again = store.channels.record_well("desk")

    assert (failures, while_pausing, recovered, again) == (1, [], True, False)
    assert store.channels.state("desk") == ChannelState()


def test_one_worker_at_a_time_sends_through_a_channel(store: Store) -> None:
    with (
        store.channels.turn("desk") as mine,
        store.channels.turn("desk") as theirs,
        store.channels.turn("mail") as other,
    ):
        turns = (mine, theirs, other)
    with store.channels.turn("desk") as afterwards:
        pass

    assert turns == (True, False, True)
    assert afterwards


# notices


def raised(store: Store, subject: str = "desk") -> int | None:
    return store.notices.raise_notice(
        NoticeKind.CHANNEL_DISABLED, subject, Severity.CRITICAL, "channel desk is disabled", "wrong password", NOW
    )


def test_one_notice_of_a_kind_and_subject_is_open_at_a_time(store: Store) -> None:
    first, again, other = raised(store), raised(store), raised(store, "mail")
    closed = store.notices.close_notice(NoticeKind.CHANNEL_DISABLED, "desk", LATER)
    closed_again = store.notices.close_notice(NoticeKind.CHANNEL_DISABLED, "desk", LATER)

    assert first is not None
    assert again is None
    assert other is not None
    assert (closed, closed_again) == (True, False)
    assert [notice.subject for notice in store.notices.open_notices()] == ["mail"]
    assert raised(store) is not None


def test_a_notice_is_routed_once_and_leased_like_an_alert(store: Store) -> None:
    raised(store)
    (notice,) = store.notices.unrouted(10)
    plans = [NotificationPlan(0, 0, "desk", "msg_notice")]

    store.notices.apply_routes(notice, plans, NOW)
    store.notices.apply_routes(notice, plans, NOW)

    outgoing = leased(store)
    assert store.notices.unrouted(10) == []
    assert (outgoing.form, outgoing.notice, outgoing.alerts) == (Form.NOTICE, notice, ())
    assert by_status(store) == {"pending": 1}


# what people do


def test_the_first_to_acknowledge_an_alert_has_taken_it_on(store: Store) -> None:
    (alert_id,) = routed(store)

    done = [store.alerts.acknowledge(alert_id, who, NOW) for who in ("Ani", "Nino")]

    alert = store.alerts.alert(alert_id)
    assert alert is not None
    assert done == [True, True]
    assert (alert.acknowledged_by, alert.acknowledged_at) == ("Ani", NOW)


@pytest.mark.parametrize("what", ["acknowledge", "snooze"])
def test_there_is_nothing_to_do_to_an_alert_that_does_not_exist(store: Store, what: str) -> None:
    deeds = {
        "acknowledge": lambda: store.alerts.acknowledge(404, "Ani", NOW),
        "snooze": lambda: store.alerts.snooze(404, LATER),
    }

    assert not deeds[what]()


def test_a_critical_alert_waits_for_somebody_until_it_is_acknowledged(store: Store) -> None:
    first, second = routed(store, 2, route="desk")
    store.notifications.record_sent(leased(store).message_id, NOW)
    store.notifications.record_sent(leased(store).message_id, NOW)

    store.alerts.acknowledge(first, "Ani", NOW)

    waiting = store.alerts.unacknowledged(["desk"], LATER, YESTERDAY)
    assert [(one.alert.alert_id, one.route, one.sent_at) for one in waiting] == [(second, "desk", NOW)]


def test_a_snoozed_alert_waits_for_nobody_until_it_wakes(store: Store) -> None:
    (alert_id,) = routed(store, route="desk")
    store.notifications.record_sent(leased(store).message_id, NOW)

    store.alerts.snooze(alert_id, LATER)

    assert store.alerts.unacknowledged(["desk"], SOON, YESTERDAY) == []
    assert len(store.alerts.unacknowledged(["desk"], LATER, YESTERDAY)) == 1


def test_an_alert_is_escalated_once(store: Store) -> None:
    (alert_id,) = routed(store, route="desk")
    store.notifications.record_sent(leased(store).message_id, NOW)

    store.alerts.apply_routes((), [notification(alert_id, "phone", escalates=True)], NOW)

    assert store.alerts.unacknowledged(["desk"], LATER, YESTERDAY) == []


# the audit


def test_an_audit_counts_every_alert_and_every_channel_enabled_since(store: Store) -> None:
    store.channels.sync(["desk", "mail"], YESTERDAY)
    first, second = raise_alerts(store, an_article(1), an_article(2))
    plans = [
        notification(first),
        notification(first, "mail", suppressed="silence 1"),
        notification(second),
    ]
    store.alerts.apply_routes(store.alerts.unrouted(10), plans, NOW)

    found = Queries(store.engine).delivery.audit()

    assert (found.pairs, found.by_status) == (4, {"pending": 2, "suppressed": 1})
    assert found.gaps == (Gap(second, 1, "mail"),)
    assert (found.unrouted, found.unexplained) == (0, 0)


def test_an_audit_asks_nothing_of_channels_that_came_later_or_have_gone(store: Store) -> None:
    store.channels.sync(["desk", "old"], YESTERDAY)
    store.channels.sync(["desk"], YESTERDAY)
    routed(store)
    store.channels.sync(["desk", "new"], LATER)

    found = Queries(store.engine).delivery.audit()

    assert (found.pairs, found.gaps) == (1, ())


def test_an_audit_counts_what_a_channel_got_although_it_came_later(store: Store) -> None:
    routed(store)
    store.channels.sync(["desk"], LATER)

    found = Queries(store.engine).delivery.audit()

    assert (found.pairs, found.by_status, found.gaps) == (1, {"pending": 1}, ())


def test_an_audit_asks_nothing_of_what_became_part_of_another_alert_before_it_was_routed(store: Store) -> None:
    store.channels.sync(["desk"], YESTERDAY)
    whole, part = raise_alerts(store, an_article(1), an_article(2))
    with store.engine.begin() as connection:
        connection.execute(update(alerts).where(alerts.c.id == part).values(merged_into_id=whole, routed_revision=1))

    found = Queries(store.engine).delivery.audit()

    assert (found.pairs, found.gaps, found.unrouted) == (0, (), 1)


def test_an_audit_names_what_waits_for_routing_and_what_has_no_reason(store: Store) -> None:
    raise_alerts(store, an_article(1), an_article(2))
    store.alerts.apply_routes(store.alerts.unrouted(1), [notification(1)], NOW)
    store.notifications.record_failed(leased(store).message_id, "")

    found = Queries(store.engine).delivery.audit()

    assert (found.unrouted, found.unexplained) == (1, 1)
