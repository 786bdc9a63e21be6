"""The line from a feed's bytes to a message sent, on SQLite and PostgreSQL, run twice and killed in between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from typing import Any
from unittest.mock import patch

import pytest

from tests.factories import a_channel, a_poll_plan, a_silence, a_state
from tests.world import Item, World, rss
from worker import pipeline
from worker.errors import DeliveryError, FetchError
from worker.model import Judged, KnownArticle, MatchPlan, Outcome, Severity
from worker.normalise import articles_of
from worker.pipeline.deliver import MAX_ATTEMPTS, back_off_s
from worker.pipeline.tick import BATCH, HOST_SHARE
from worker.queries import AlertFilter, ArticleFilter

pipeline_match = import_module("worker.pipeline.match")  # the package has the function under that name
CEASEFIRE = Item(
    1,
    "Armenia and Azerbaijan agree ceasefire in Karabakh",
    "Armenia and Azerbaijan have agreed on a ceasefire in Nagorno-Karabakh from midnight, both governments said.",
)
BUDGET = Item(2, "Parliament in Yerevan adopts the budget", "The parliament of Armenia adopted the state budget.")


def run_line(world: World) -> None:
    services = world.services
    for batch in pipeline.tick(services):
        pipeline.poll(services, batch)
    pipeline.match(services)
    while any(pipeline.deliver(services, channel).noticed for channel in pipeline.route(services)):
        pass  # what is noticed while delivering is told to the other channels


def alerts_of(world: World) -> list[str]:
    return sorted(row["rule_id"] for row in world.services.queries.alerts(AlertFilter()))


def outcomes_of(world: World) -> dict[str, str]:
    return {row["url"]: row["last_outcome"] for row in world.services.queries.feeds()}


def test_a_ceasefire_in_a_feed_becomes_one_message(world: World) -> None:
    world.publishes(rss(CEASEFIRE, BUDGET))

    run_line(world)

    assert alerts_of(world) == ["ceasefire"]
    assert [name for name, _ in world.sent] == ["desk"]
    assert "»ceasefire«" in world.sent[0][1].text
    assert len(world.services.queries.articles(ArticleFilter())) == 2


def test_the_line_run_again_changes_nothing(world: World) -> None:
    world.publishes(rss(CEASEFIRE, BUDGET))
    run_line(world)
    world.passes(hours=1)

    run_line(world)

    assert alerts_of(world) == ["ceasefire"]
    assert len(world.sent) == 1
    assert outcomes_of(world) == {"https://outlet.example/rss": "same_body"}


def test_a_changed_document_with_known_entries_brings_nothing_new(world: World) -> None:
    world.publishes(rss(CEASEFIRE))
    run_line(world)
    world.passes(hours=1)

    world.documents["https://outlet.example/rss"] = rss(CEASEFIRE) + b"<!-- 42 -->"
    run_line(world)

    assert outcomes_of(world) == {"https://outlet.example/rss": "nothing_new"}
    assert len(world.services.queries.articles(ArticleFilter())) == 1


def test_only_items_not_seen_before_are_read_and_all_are_counted(world: World) -> None:
    world.publishes(rss(CEASEFIRE))
    run_line(world)
    world.passes(hours=1)

    world.documents["https://outlet.example/rss"] = rss(BUDGET, CEASEFIRE)
    with patch("worker.pipeline.poll.articles_of", wraps=articles_of) as normalised:
        run_line(world)

    polls = world.services.queries.polls()
    assert [len(call.args[0].entries) for call in normalised.call_args_list] == [1]
    assert (polls[0]["outcome"], polls[0]["entries"], polls[0]["new"]) == ("new", 2, 1)


def test_items_of_a_poll_that_could_not_be_stored_are_read_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.publishes(rss(CEASEFIRE))
    with monkeypatch.context() as broken:
        broken.setattr("worker.store.polls.new_article", lambda *_: 1 / 0)
        run_line(world)
    world.passes(days=1)

    run_line(world)

    assert outcomes_of(world) == {"https://outlet.example/rss": "new"}
    assert len(world.services.queries.articles(ArticleFilter())) == 1


def test_the_same_article_in_two_feeds_raises_one_alert(world: World) -> None:
    world.publishes(rss(CEASEFIRE))
    world.publishes(rss(CEASEFIRE), url="https://outlet.example/politics.rss")

    run_line(world)

    assert len(world.services.queries.articles(ArticleFilter())) == 1
    assert (alerts_of(world), len(world.sent)) == (["ceasefire"], 1)


def test_a_copy_by_another_publisher_is_another_voice_and_no_other_alert(world: World) -> None:
    copy = Item(9, CEASEFIRE.title + ", officials say", CEASEFIRE.text)
    world.publishes(rss(CEASEFIRE))
    world.publishes(rss(copy), url="https://second.example/rss", publisher="Second", family="second")

    run_line(world)

    alerts = world.services.queries.alerts(AlertFilter())
    assert [sorted(alert["families"]) for alert in alerts] == [["outlet", "second"]]


def test_an_edited_headline_is_a_revision_and_no_new_alert(world: World) -> None:
    world.publishes(rss(CEASEFIRE))
    run_line(world)
    world.passes(hours=1)

    edited = Item(1, "Ceasefire in Karabakh agreed by Armenia and Azerbaijan", CEASEFIRE.text)
    world.documents["https://outlet.example/rss"] = rss(edited)
    run_line(world)

    article = world.services.queries.article(1)
    assert article is not None
    assert (article["revision"], article["title"]) == (2, edited.title)
    assert (alerts_of(world), len(world.sent)) == (["ceasefire"], 1)


def test_the_failure_of_one_feed_touches_no_other(world: World) -> None:
    world.publishes(rss(CEASEFIRE))
    world.publishes(FetchError("no answer", Outcome.TIMED_OUT), url="https://slow.example/rss")
    world.publishes(ZeroDivisionError("our own fault"), url="https://odd.example/rss")
    world.publishes(b"<html>Are you human?</html>", url="https://guarded.example/rss")

    run_line(world)

    assert outcomes_of(world) == {
        "https://outlet.example/rss": "new",
        "https://slow.example/rss": "timed_out",
        "https://odd.example/rss": "internal_error",
        "https://guarded.example/rss": "not_a_feed",
    }
    assert len(world.sent) == 1


def test_a_feed_whose_rows_the_database_refuses_touches_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    good = world.publishes(rss(CEASEFIRE))
    world.publishes(rss(Item(7, "Headline of the bad one")), url="https://bad.example/rss")
    apply_really = type(world.store.polls).apply_polls

    def refuse_bad(self: object, plans: object) -> None:
        if any(article.title == "Headline of the bad one" for plan in plans for article in plan.new):  # type: ignore[attr-defined]
            raise RuntimeError("a row that cannot be stored")
        apply_really(self, plans)  # type: ignore[arg-type]

    monkeypatch.setattr(type(world.store.polls), "apply_polls", refuse_bad)
    run_line(world)

    assert outcomes_of(world)["https://bad.example/rss"] == "internal_error"
    assert [row["feed_id"] for row in world.services.queries.articles(ArticleFilter())] == [good]


def test_a_feed_that_cannot_be_compared_with_the_log_touches_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = world.publishes(rss(CEASEFIRE))
    world.publishes(rss(Item(7, "Headline of the bad one")), url="https://bad.example/rss")
    look_up = type(world.store.polls).known_articles

    def refuse_bad(self: object, keys: Iterable[str]) -> dict[str, KnownArticle]:
        asked = list(keys)
        if any(key.endswith("/7") for key in asked):
            raise ValueError("a name that cannot be looked up")
        return look_up(self, asked)  # type: ignore[arg-type]

    monkeypatch.setattr(type(world.store.polls), "known_articles", refuse_bad)
    run_line(world)

    assert outcomes_of(world) == {"https://outlet.example/rss": "new", "https://bad.example/rss": "internal_error"}
    assert [row["feed_id"] for row in world.services.queries.articles(ArticleFilter())] == [good]


def test_control_characters_reach_the_database_as_text(world: World) -> None:
    world.publishes(rss(Item(1, "Head\x0bline &#0; \ud83d".encode("utf-8", "replace").decode())))

    run_line(world)

    assert outcomes_of(world) == {"https://outlet.example/rss": "new"}


def test_the_first_fetch_stores_everything_and_alerts_on_nothing_stale(world: World) -> None:
    old = Item(1, CEASEFIRE.title, CEASEFIRE.text, published="Wed, 20 Sep 2023 10:00:00 GMT")
    world.publishes(rss(old))

    run_line(world)

    article = world.services.queries.article(1)
    assert article is not None
    assert "alerts are raised for 24 h" in article["judgement"]["held"]
    assert alerts_of(world) == []


def test_a_silenced_alert_is_stored_and_not_sent(world: World) -> None:
    world.store.alerts.add_silence(a_silence(comment="exercise"), world.now)
    world.publishes(rss(CEASEFIRE))

    run_line(world)

    notifications = world.services.queries.notifications()
    assert alerts_of(world) == ["ceasefire"]
    assert world.sent == []
    assert [row["status"] for row in notifications] == ["suppressed"]
    assert "exercise" in notifications[0]["reason"]


def test_a_message_that_failed_is_sent_later_with_the_same_key(world: World) -> None:
    world.refusals["desk"] = DeliveryError("desk: 503")
    world.publishes(rss(CEASEFIRE))
    run_line(world)
    key = world.services.queries.notifications()[0]["key"]

    del world.refusals["desk"]
    world.passes(minutes=1)
    run_line(world)

    assert [message.key for _, message in world.sent] == [key]
    assert [row["status"] for row in world.services.queries.notifications()] == ["sent"]


def test_a_channel_is_waited_for_as_long_as_it_asks(world: World) -> None:
    world.refusals["desk"] = DeliveryError("desk: 429", retry_after_s=3600)
    world.publishes(rss(CEASEFIRE))
    run_line(world)
    del world.refusals["desk"]

    world.passes(minutes=59)
    run_line(world)
    before = len(world.sent)
    world.passes(minutes=2)
    run_line(world)

    assert (before, len(world.sent)) == (0, 1)


def test_a_worker_that_dies_between_sending_and_recording_repeats_with_the_same_key(world: World) -> None:
    world.publishes(rss(CEASEFIRE))
    run_line(world)
    key = world.sent[0][1].key
    services = world.services
    with world.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE notifications SET status = 'pending', sent_at = NULL")

    pipeline.deliver(services, "desk")

    assert [message.key for _, message in world.sent] == [key, key]


def test_a_permanent_error_disables_the_channel_and_the_others_are_told(world: World) -> None:
    world.channels = (a_channel(name="mail"), a_channel(name="desk"))
    world.refusals["mail"] = DeliveryError("mail: 535 wrong password", permanent=True)
    world.publishes(rss(CEASEFIRE))

    run_line(world)

    subjects = [message.subject for name, message in world.sent if name == "desk"]
    assert world.store.channels.disabled() == {"mail": "mail: 535 wrong password"}
    assert "[trucewire] channel mail is disabled" in subjects
    assert {row["channel"]: row["status"] for row in world.services.queries.notifications()} == {
        "mail": "failed",
        "desk": "sent",
    }


def test_a_broken_channel_delays_no_other(world: World) -> None:
    world.channels = (a_channel(name="broken"), a_channel(name="desk"))
    world.refusals["broken"] = DeliveryError("broken: time-out")
    world.publishes(rss(CEASEFIRE))

    run_line(world)

    assert [name for name, _ in world.sent] == ["desk"]


def test_a_message_is_given_up_after_its_last_attempt_and_says_so(world: World) -> None:
    world.refusals["desk"] = DeliveryError("desk: 500")
    world.publishes(rss(CEASEFIRE))
    run_line(world)
    with world.store.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE notifications SET attempts = {MAX_ATTEMPTS - 1}")
    world.passes(days=1)

    pipeline.deliver(world.services, "desk")

    notification = world.services.queries.notifications()[0]
    assert notification["status"] == "failed"
    assert notification["reason"] == f"given up after {MAX_ATTEMPTS} attempts: desk: 500"


def test_a_channel_that_left_the_settings_fails_what_waits_for_it(world: World) -> None:
    world.refusals["desk"] = DeliveryError("desk: 500")
    world.publishes(rss(CEASEFIRE))
    run_line(world)
    world.channels = (a_channel(name="other"),)
    world.passes(hours=1)

    pipeline.deliver(world.services, "desk")

    assert world.services.queries.notifications()[0]["reason"] == "channel is no longer configured"


def test_a_channel_below_its_severity_is_recorded_as_suppressed(world: World) -> None:
    world.channels = (a_channel(rules=("talks",), minimum_severity=Severity.INFO),)
    world.publishes(rss(CEASEFIRE))

    run_line(world)

    assert [row["reason"] for row in world.services.queries.notifications()] == ["channel takes only talks"]


def test_two_ticks_at_once_poll_each_feed_once(world: World) -> None:
    world.publishes(rss(CEASEFIRE))
    services = world.services
    first, second = pipeline.tick(services), pipeline.tick(services)

    summaries = [pipeline.poll(services, batch) for batch in [*first, *second]]

    assert [summary.polled for summary in summaries] == [1, 0]
    assert len(world.requests) == 1


def hosts_of(world: World, urls: list[str]) -> list[list[str]]:
    """The hosts in each batch of the next tick."""
    by_id = {world.publishes(rss(), url=url): url.split("/")[2] for url in urls}
    return [[by_id[feed_id] for feed_id in batch] for batch in pipeline.tick(world.services)]


def test_feeds_of_one_host_share_a_batch(world: World) -> None:
    urls = [f"https://host{number % 4}.example/{number}" for number in range(4 * HOST_SHARE)]

    found = hosts_of(world, urls)

    assert sorted(host for batch in found for host in set(batch)) == [f"host{number}.example" for number in range(4)]
    assert max(map(len, found)) <= BATCH


def test_a_host_is_asked_by_one_worker_at_a_time(world: World) -> None:
    ids = [world.publishes(rss(), url=f"https://outlet.example/{number}") for number in range(HOST_SHARE + 10)]
    (first,) = pipeline.tick(world.services)

    world.store.feeds.lease(first, world.now, world.now + timedelta(minutes=1))
    meanwhile = pipeline.tick(world.services)
    world.passes(minutes=2)
    later = world.now + timedelta(hours=1)
    done = [a_poll_plan(feed_id=feed_id, state=a_state(feed_id, next_poll_at=later)) for feed_id in first]
    world.store.polls.apply_polls(done)
    afterwards = pipeline.tick(world.services)

    assert meanwhile == []
    assert sorted(first + afterwards[0]) == sorted(ids)


def test_a_feed_that_is_queued_is_not_queued_again_until_its_nudge_has_expired(world: World) -> None:
    world.publishes(rss(CEASEFIRE))
    services = world.services
    (batch,) = pipeline.tick(services)

    pipeline.note_queued(services, batch, expires_s=30)
    world.passes(seconds=29)
    meanwhile = pipeline.tick(services)
    world.passes(seconds=2)

    assert meanwhile == []
    assert pipeline.tick(services) == [batch]


def test_a_feed_that_has_become_due_anew_is_queued_again_at_once(world: World) -> None:
    feed_id = world.publishes(rss(CEASEFIRE))
    services = world.services
    pipeline.note_queued(services, [feed_id], expires_s=30)
    world.passes(seconds=1)

    world.store.feeds.make_due([feed_id], world.now)

    assert pipeline.tick(services) == [[feed_id]]


def test_a_host_whose_feeds_are_queued_waits_for_them(world: World) -> None:
    first = world.publishes(rss(CEASEFIRE), url="https://outlet.example/1")
    second = world.publishes(rss(CEASEFIRE), url="https://outlet.example/2")
    other = world.publishes(rss(CEASEFIRE), url="https://other.example/1")

    pipeline.note_queued(world.services, [first], expires_s=30)

    assert pipeline.tick(world.services) == [[other]]
    assert second != other


def test_a_host_of_the_operators_own_is_asked_by_all(world: World) -> None:
    world.settings = replace(world.settings, fetch=replace(world.settings.fetch, allow=("outlet.example",)))

    found = hosts_of(world, [f"https://outlet.example/{number}" for number in range(BATCH + 10)])

    assert list(map(len, found)) == [BATCH, 10]


def test_an_article_that_cannot_be_judged_is_kept_as_unknown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(type(world.judge), "judge", fail)
    world.publishes(rss(CEASEFIRE))

    run_line(world)

    article = world.services.queries.article(1)
    assert article is not None
    assert article["region"] == "unknown"
    assert "RecursionError" in article["judgement"]["evidence"][0]


def test_an_article_that_cannot_be_placed_holds_up_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    place = pipeline_match.match_plan

    def refuse_budget(judged: Judged, *given: Any, **named: Any) -> MatchPlan:
        if judged.stored.article.title == BUDGET.title:
            raise RecursionError("too deep")
        plan: MatchPlan = place(judged, *given, **named)
        return plan

    monkeypatch.setattr(pipeline_match, "match_plan", refuse_budget)
    world.publishes(rss(CEASEFIRE, BUDGET))

    run_line(world)

    assert alerts_of(world) == ["ceasefire"]
    assert [name for name, _ in world.sent] == ["desk"]


def test_back_off_never_shrinks_and_is_capped() -> None:
    waits = [back_off_s(attempts, 0.0) for attempts in range(1, 100)]

    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (5.0, 7200.0)


def test_a_mass_change_of_guids_raises_no_flood(world: World) -> None:
    items = [CEASEFIRE, BUDGET, *(Item(number, f"Headline {number}") for number in range(10, 40))]
    world.publishes(rss(*items))
    run_line(world)
    world.passes(hours=1)

    world.documents["https://outlet.example/rss"] = rss(*items).replace(b"guid-", b"https://new.example/guid-")
    run_line(world)

    assert len(world.services.queries.articles(ArticleFilter())) == len(items)
    assert (alerts_of(world), len(world.sent)) == (["ceasefire"], 1)


def violation(number: int, published: str = "Sat, 14 Mar 2026 11:59:00 GMT") -> Item:
    text = "Azerbaijan violated the ceasefire in Nagorno-Karabakh, Armenia's defence ministry said."
    return Item(number, "Azerbaijan violates ceasefire in Karabakh, Armenia says", text, published)


def test_whoever_was_told_of_a_ceasefire_is_told_once_that_it_is_broken(world: World) -> None:
    late = Item(52, CEASEFIRE.title + ", sources say", CEASEFIRE.text)
    world.publishes(rss(CEASEFIRE))
    run_line(world)
    world.passes(hours=1)

    world.documents["https://outlet.example/rss"] = rss(CEASEFIRE, violation(50), violation(51))
    run_line(world)

    world.documents["https://outlet.example/rss"] = rss(CEASEFIRE, violation(50), violation(51), late)
    world.passes(hours=1)
    run_line(world)

    told = [message.text.splitlines()[0] for _, message in world.sent]
    assert told == ["CRITICAL: ceasefire, agreed", "CRITICAL: ceasefire, violated"]


def test_a_disabled_channel_is_told_of_once_however_many_messages_it_refuses(world: World) -> None:
    world.channels = (a_channel(name="mail"), a_channel(name="desk"))
    world.refusals["mail"] = DeliveryError("mail: 535 wrong password", permanent=True)
    world.publishes(
        rss(
            CEASEFIRE,
            Item(60, "Shelling near Jermuk kills two in Armenia", "Two were killed by shelling in Jermuk, Armenia."),
        )
    )

    run_line(world)

    told = [message.subject for _, message in world.sent if "is disabled" in message.subject]
    assert told == ["[trucewire] channel mail is disabled"]
    assert len(world.services.queries.alerts(AlertFilter())) > 1
