"""Every write and claim, on SQLite and PostgreSQL: once is twice, and a crash costs nothing but a lease."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from tests.factories import (
    NOW,
    a_feed,
    a_judged,
    a_judgement,
    a_match,
    a_poll_plan,
    a_silence,
    a_state,
    always_new_story,
    an_article,
    by_status,
    raise_alerts,
    stored_feed,
)
from worker.model import (
    AlertPlan,
    Capture,
    Judged,
    MatchPlan,
    NotificationPlan,
    Outcome,
    Revised,
    Severity,
    Stance,
    StoredArticle,
    StorySignature,
)
from worker.queries import AlertFilter, ArticleFilter, Queries
from worker.store import Store
from worker.store.matches import Place
from worker.tables import captures

SOON = NOW + timedelta(minutes=1)
LATER = NOW + timedelta(minutes=10)
YESTERDAY = NOW - timedelta(days=1)


def ask(store: Store) -> Queries:
    return Queries(store.engine)


def claimed(store: Store) -> list[StoredArticle]:
    return store.articles.lease_unmatched(100, NOW, SOON)


# feeds


def test_a_new_feed_is_due_at_once(store: Store) -> None:
    store.feeds.sync([a_feed()], NOW)

    assert [feed.url for feed in store.feeds.due_feeds(NOW, 10)] == [a_feed().url]


def test_a_feed_that_left_the_settings_is_disabled_and_its_history_kept(store: Store) -> None:
    store.feeds.sync([a_feed(), a_feed(url="https://other.example/rss")], NOW)

    counts = store.feeds.sync([a_feed()], NOW)

    assert (counts.added, counts.kept, counts.disabled) == (0, 1, 1)
    assert [row["enabled"] for row in ask(store).feeds()] == [True, False]


def test_syncing_settings_leaves_imported_feeds_and_learned_state_alone(store: Store) -> None:
    feed_id = stored_feed(store)
    store.feeds.add([a_feed(url="https://imported.example/rss", origin="opml")], NOW)
    store.polls.apply_polls([a_poll_plan(feed_id=feed_id, state=a_state(feed_id, etag='"7"', next_poll_at=LATER))])

    store.feeds.sync([a_feed(name="Renamed")], NOW)

    rows = {row["url"]: row for row in ask(store).feeds()}
    assert rows["https://imported.example/rss"]["enabled"]
    assert rows[a_feed().url]["name"] == "Renamed"
    assert rows[a_feed().url]["etag"] == '"7"'
    assert rows[a_feed().url]["next_poll_at"] == LATER


def test_a_switch_outlasts_the_settings_until_it_is_reset(store: Store) -> None:
    store.feeds.sync([a_feed()], NOW)
    feed_id = ask(store).feeds()[0]["id"]
    store.feeds.switch(feed_id, enabled=False, by="ani", now=NOW)

    store.feeds.sync([a_feed(name="Renamed")], LATER)
    switched = ask(store).feeds()[0]
    known = store.feeds.as_configured(feed_id, [a_feed()], LATER)
    reset = ask(store).feeds()[0]

    assert (switched["enabled"], switched["switched_by"], switched["switched_at"]) == (False, "ani", NOW)
    assert (known, reset["enabled"], reset["switched_at"]) == (True, True, None)
    assert not store.feeds.as_configured(99, [], LATER)


def test_a_switched_feed_that_left_the_settings_is_disabled(store: Store) -> None:
    store.feeds.sync([a_feed(enabled=False)], NOW)
    store.feeds.switch(ask(store).feeds()[0]["id"], enabled=True, by="ani", now=NOW)

    store.feeds.sync([], LATER)

    assert (ask(store).feeds()[0]["enabled"], ask(store).feeds()[0]["switched_at"]) == (False, None)


def test_what_feeds_demand_is_told_of_those_that_are_polled(store: Store) -> None:
    feed_id = stored_feed(store)
    store.feeds.add([a_feed(url="https://idle.example/rss", enabled=False)], NOW)
    learned = a_state(feed_id, rate={"demand": 0.5, "excess": 0.25, "since": 1}, next_poll_at=LATER)
    store.polls.apply_polls([a_poll_plan(feed_id=feed_id, state=learned)])

    assert store.feeds.demands(10, chance=0.5) == [{"demand": 0.5, "excess": 0.25}]


def test_of_many_feeds_a_sample_stands_for_all(store: Store) -> None:
    store.feeds.add([a_feed(url=f"https://outlet.example/{number}") for number in range(10)], NOW)

    sample = store.feeds.demands(4, chance=0.0)

    assert sample == [{"demand": None, "excess": None}] * 3


def test_a_feed_is_leased_to_one_worker_only(store: Store) -> None:
    feed_id = stored_feed(store)

    first = store.feeds.lease([feed_id], NOW, SOON)
    second = store.feeds.lease([feed_id], NOW, SOON)

    assert [state.feed_id for state in first] == [feed_id]
    assert second == []
    assert store.feeds.due_feeds(NOW, 10) == []


def test_the_lease_of_a_dead_worker_ends_by_itself(store: Store) -> None:
    feed_id = stored_feed(store)
    store.feeds.lease([feed_id], NOW, SOON)

    again = store.feeds.lease([feed_id], SOON, LATER)

    assert [state.feed_id for state in again] == [feed_id]


def test_a_feed_that_was_not_polled_in_time_is_given_back(store: Store) -> None:
    feed_id = stored_feed(store)
    store.feeds.lease([feed_id], NOW, SOON)

    store.feeds.give_back([feed_id], SOON)

    assert [feed.feed_id for feed in store.feeds.due_feeds(NOW, 10)] == [feed_id]


def test_who_is_late_gives_back_nobody_elses_feed(store: Store) -> None:
    feed_id = stored_feed(store)
    store.feeds.lease([feed_id], NOW, SOON)
    store.feeds.lease([feed_id], SOON, LATER)

    store.feeds.give_back([feed_id], SOON)

    assert store.feeds.due_feeds(SOON, 10) == []


def test_a_feed_that_is_not_due_is_not_leased(store: Store) -> None:
    feed_id = stored_feed(store)

    assert store.feeds.lease([feed_id], NOW - timedelta(seconds=1), SOON) == []


# polls


def test_articles_and_the_feeds_new_state_are_stored_together(store: Store) -> None:
    feed_id = stored_feed(store)

    store.polls.apply_polls([a_poll_plan(an_article(1), an_article(2), feed_id=feed_id)])

    queries = ask(store)
    assert {row["title"] for row in queries.articles(ArticleFilter())} == {"Headline 1", "Headline 2"}
    assert [row["last_outcome"] for row in queries.feeds()] == ["new"]
    assert [(row["outcome"], row["new"]) for row in queries.polls()] == [("new", 2)]


def test_applying_a_poll_twice_stores_each_article_once(store: Store) -> None:
    plan = a_poll_plan(an_article(1), feed_id=stored_feed(store))

    store.polls.apply_polls([plan])
    store.polls.apply_polls([plan])

    assert len(ask(store).articles(ArticleFilter())) == 1


def test_a_plan_that_cannot_be_stored_leaves_nothing_of_its_batch(store: Store) -> None:
    good = a_poll_plan(an_article(1), feed_id=stored_feed(store))
    bad = a_poll_plan(replace(an_article(2), title=None), feed_id=stored_feed(store, url="https://bad.example/rss"))  # type: ignore[arg-type]

    with pytest.raises(IntegrityError):
        store.polls.apply_polls([good, bad])

    assert ask(store).articles(ArticleFilter()) == []
    assert ask(store).polls() == []


def test_one_article_from_two_feeds_is_one_row_with_two_entries(store: Store) -> None:
    first = stored_feed(store)
    second = stored_feed(store, url="https://second.example/rss")
    elsewhere = replace(an_article(1), identity="another guid")

    store.polls.apply_polls([a_poll_plan(an_article(1), feed_id=first), a_poll_plan(elsewhere, feed_id=second)])

    known = store.polls.known_entries({second: ["another guid"]})[second]
    assert len(ask(store).articles(ArticleFilter())) == 1
    assert known["another guid"].feed_id == first


def test_known_articles_are_found_by_identity_and_by_key(store: Store) -> None:
    feed_id = stored_feed(store)
    long = an_article(1, key="https://outlet.example/" + "ա" * 600, identity="ա" * 600)
    store.polls.apply_polls([a_poll_plan(long, feed_id=feed_id)])

    by_identity = store.polls.known_entries({feed_id: [long.identity, "unknown"]})[feed_id]
    by_key = store.polls.known_articles([long.key, "unknown"])

    assert list(by_identity) == [long.identity]
    assert by_key[long.key].fingerprint == long.fingerprint


def revised_once(store: Store) -> int:
    feed_id = stored_feed(store)
    store.polls.apply_polls([a_poll_plan(an_article(1), feed_id=feed_id)])
    known = store.polls.known_articles([an_article(1).key])[an_article(1).key]
    plan = a_poll_plan(feed_id=feed_id, started_at=SOON, revised=(Revised(known, an_article(1, title="Corrected")),))
    store.polls.apply_polls([plan])
    store.polls.apply_polls([plan])
    return known.article_id


def test_a_revision_keeps_what_the_article_said_before(store: Store) -> None:
    article_id = revised_once(store)

    row = ask(store).article(article_id)

    assert row is not None
    assert (row["title"], row["revision"], row["revised_at"]) == ("Corrected", 2, SOON)
    assert [(old["number"], old["title"], old["seen_at"]) for old in row["revisions"]] == [(1, "Headline 1", NOW)]


def test_a_revised_article_is_judged_anew(store: Store) -> None:
    stored_feed(store)
    store.polls.apply_polls([a_poll_plan(an_article(2), feed_id=1)])
    store.matches.apply_matches(
        [Judged(one, a_judgement()) for one in claimed(store)], always_new_story, NOW, YESTERDAY
    )
    known = store.polls.known_articles([an_article(2).key])[an_article(2).key]

    store.polls.apply_polls([a_poll_plan(feed_id=1, revised=(Revised(known, an_article(2, title="Now otherwise")),))])

    assert [one.revision for one in claimed(store)] == [2]


def test_the_bytes_of_a_document_are_kept_once(store: Store) -> None:
    capture = Capture("ab" * 32, "https://outlet.example/rss", NOW, {"etag": '"1"'}, b"<rss>" * 1000)
    feed_id = stored_feed(store)

    store.polls.apply_polls([a_poll_plan(an_article(1), feed_id=feed_id, capture=capture)])
    store.polls.apply_polls([a_poll_plan(an_article(2), feed_id=feed_id, capture=capture)])
    store.polls.apply_polls([a_poll_plan(an_article(3), feed_id=feed_id)])

    assert [ask(store).capture(article_id) for article_id in (1, 2, 3)] == [capture, capture, None]


# matches


def test_an_unmatched_article_is_claimed_once_and_comes_back_when_its_worker_dies(store: Store) -> None:
    store.polls.apply_polls([a_poll_plan(an_article(1), feed_id=stored_feed(store, dedicated=True))])

    first, second = claimed(store), claimed(store)
    after_the_lease = store.articles.lease_unmatched(100, SOON, LATER)

    assert [(one.article_id, one.dedicated) for one in first] == [(1, True)]
    assert second == []
    assert [one.article_id for one in after_the_lease] == [1]


def test_two_rules_on_one_story_are_two_alerts_and_one_notification_key_each(store: Store) -> None:
    store.polls.apply_polls([a_poll_plan(an_article(1), feed_id=stored_feed(store))])
    both = a_judgement(a_match(), a_match(concept="disarmament"))

    raised = store.matches.apply_matches([Judged(claimed(store)[0], both)], always_new_story, NOW, YESTERDAY)

    assert len(raised) == 2
    assert {row["rule_id"] for row in ask(store).alerts(AlertFilter())} == {"ceasefire", "disarmament"}


def test_a_judgement_applied_twice_raises_its_alert_once(store: Store) -> None:
    store.polls.apply_polls([a_poll_plan(an_article(1), feed_id=stored_feed(store))])
    judged = [Judged(claimed(store)[0], a_judgement())]

    first = store.matches.apply_matches(judged, always_new_story, NOW, YESTERDAY)
    second = store.matches.apply_matches(judged, always_new_story, NOW, YESTERDAY)

    assert (len(first), second) == (1, [])


def test_a_copy_adds_its_voice_to_the_alert_of_its_story(store: Store) -> None:
    copy = an_article(2, family="second")
    store.polls.apply_polls([a_poll_plan(an_article(1), copy, feed_id=stored_feed(store))])

    def place(judged: Judged, _: object, recent: Sequence[StorySignature]) -> MatchPlan:
        alert = AlertPlan("ceasefire", a_judgement().rules[0].severity, a_match(), ("why",))
        known = [signature.story_id for signature in recent]
        return MatchPlan(judged, known[0] if known else None, opens_story=not known, alerts=(alert,))

    raised = store.matches.apply_matches([Judged(one, a_judgement()) for one in claimed(store)], place, NOW, YESTERDAY)

    assert len(raised) == 1
    assert [row["families"] for row in ask(store).alerts(AlertFilter())] == [["outlet", "second"]]


def into_story_of(stance: Stance) -> Place:
    """A decision that puts every article into the first story and raises a ceasefire alert of `stance` on it."""

    def place(judged: Judged, _: object, recent: Sequence[StorySignature]) -> MatchPlan:
        alert = AlertPlan("ceasefire", Severity.CRITICAL, a_match(stance=stance), ("why",))
        known = [signature.story_id for signature in recent]
        return MatchPlan(judged, known[0] if known else None, opens_story=not known, alerts=(alert,))

    return place


def told(store: Store, number: int, stance: Stance, family: str) -> list[int]:
    store.polls.apply_polls([a_poll_plan(an_article(number, family=family), feed_id=1)])
    judged = [Judged(one, a_judgement(a_match(stance=stance))) for one in claimed(store)]
    return store.matches.apply_matches(judged, into_story_of(stance), NOW, YESTERDAY)


def test_an_alert_whose_story_turns_is_told_again_once(store: Store) -> None:
    stored_feed(store)
    stances = (Stance.AGREED, Stance.IN_FORCE, Stance.VIOLATED, Stance.ENDED, Stance.AGREED)

    told_of = [bool(told(store, number, stance, "outlet")) for number, stance in enumerate(stances)]

    (alert,) = ask(store).alerts(AlertFilter())
    assert told_of == [True, False, True, False, False]
    assert (alert["revision"], alert["stance"]) == (2, "violated")
    assert (alert["reason"], alert["detail"]) == ("turned", "violated, after agreed was reported")
    assert [one.revision for one in store.alerts.unrouted(10)] == [2]


def test_only_those_who_report_what_an_alert_says_now_confirm_it(store: Store) -> None:
    stored_feed(store)
    told(store, 1, Stance.AGREED, "first")
    told(store, 2, Stance.AGREED, "second")
    told(store, 3, Stance.VIOLATED, "third")

    told(store, 4, Stance.AGREED, "late")

    assert [alert["families"] for alert in ask(store).alerts(AlertFilter())] == [["third"]]


def test_signatures_hold_what_is_news_and_leave_out_background(store: Store) -> None:
    store.polls.apply_polls([a_poll_plan(an_article(1), an_article(2), feed_id=stored_feed(store))])
    one, two = claimed(store)
    background = a_judgement(a_match(), a_match(concept="shelling", stance=Stance.BACKGROUND))
    store.matches.apply_matches([Judged(one, background)], always_new_story, NOW, YESTERDAY)
    seen: list[StorySignature] = []

    def place(judged: Judged, _: object, recent: Sequence[StorySignature]) -> MatchPlan:
        seen.extend(recent)
        return MatchPlan(judged)

    store.matches.apply_matches([Judged(two, a_judgement())], place, NOW, YESTERDAY)

    assert [signature.reports for signature in seen] == [frozenset({"ceasefire:holds"})]


def test_the_reason_why_an_alert_was_held_is_stored(store: Store) -> None:
    store.polls.apply_polls([a_poll_plan(an_article(1), feed_id=stored_feed(store))])
    judged = Judged(claimed(store)[0], a_judgement())

    store.matches.apply_matches([judged], lambda one, *_: MatchPlan(one, held="published 31 h ago"), NOW, YESTERDAY)

    row = ask(store).article(1)
    assert row is not None
    assert row["judgement"]["held"] == "published 31 h ago"
    assert ask(store).alerts(AlertFilter()) == []


# alerts and notifications


def notification(alert_id: int, channel: str = "desk", suppressed: str = "") -> NotificationPlan:
    return NotificationPlan(alert_id, 1, channel, f"msg_{alert_id}_{channel}", suppressed)


def test_routing_twice_makes_each_notification_once(store: Store) -> None:
    raise_alerts(store, an_article(1))
    alerts = store.alerts.unrouted(10)
    plans = [notification(alerts[0].alert_id), notification(alerts[0].alert_id, "mail", "silence 1")]

    store.alerts.apply_routes(alerts, plans, NOW)
    store.alerts.apply_routes(alerts, plans, NOW)

    assert store.alerts.unrouted(10) == []
    assert by_status(store) == {"pending": 1, "suppressed": 1}


def test_an_unrouted_alert_carries_its_article_and_its_match(store: Store) -> None:
    raise_alerts(store, an_article(1))

    alert = store.alerts.unrouted(10)[0]

    assert alert.article.article.title == "Headline 1"
    assert alert.match == a_match()
    assert alert.publishers == ("outlet",)


def routed(store: Store, count: int = 1) -> None:
    raise_alerts(store, *(an_article(number) for number in range(1, count + 1)))
    alerts = store.alerts.unrouted(100)
    store.alerts.apply_routes(alerts, [notification(alert.alert_id) for alert in alerts], NOW)


def test_a_silence_is_in_force_between_its_times_and_can_be_ended(store: Store) -> None:
    silence_id = store.alerts.add_silence(a_silence(rules=("shelling",)), NOW)

    before, during = store.alerts.silences(YESTERDAY), store.alerts.silences(NOW)
    ended = store.alerts.expire_silence(silence_id, SOON)

    assert before == []
    assert during == [a_silence(silence_id=silence_id, rules=("shelling",))]
    assert ended
    assert store.alerts.silences(SOON) == []
    assert not store.alerts.expire_silence(silence_id, SOON)


# upkeep


def test_a_start_that_knows_itself_alone_takes_up_what_a_killed_process_held(store: Store) -> None:
    routed(store)
    feed_id = store.feeds.due_feeds(LATER, 1)[0].feed_id
    store.feeds.lease([feed_id], LATER, LATER + timedelta(minutes=5))
    store.notifications.lease("desk", NOW, LATER)

    store.upkeep.release_leases()

    assert [feed.feed_id for feed in store.feeds.due_feeds(LATER, 10)] == [feed_id]
    assert store.notifications.due_channels(NOW) == ["desk"]


def test_memory_is_what_was_remembered_last(store: Store) -> None:
    store.upkeep.remember("price", 1.0, NOW)
    store.upkeep.remember("price", {"v": 2.5}, NOW)

    assert store.upkeep.recall("price") == {"v": 2.5}
    assert store.upkeep.recall("nothing") is None


def test_pruning_drops_old_polls_and_no_article(store: Store) -> None:
    feed_id = stored_feed(store)
    store.polls.apply_polls(
        [a_poll_plan(an_article(1), feed_id=feed_id), a_poll_plan(feed_id=feed_id, started_at=LATER)]
    )

    dropped = store.upkeep.prune_polls(SOON)

    assert dropped == 1
    assert [row["started_at"] for row in ask(store).polls()] == [LATER]
    assert len(ask(store).articles(ArticleFilter())) == 1


def test_a_capture_whose_bytes_cannot_be_read_any_more_is_none(store: Store) -> None:
    capture = Capture("ab" * 32, "https://outlet.example/rss", NOW, {}, b"<rss>" * 1000)
    store.polls.apply_polls([a_poll_plan(an_article(1), feed_id=stored_feed(store), capture=capture)])
    with store.engine.begin() as connection:
        connection.execute(update(captures).values(body=b"damaged"))

    assert ask(store).capture(1) is None


def test_pruning_drops_old_captures_and_keeps_what_was_read_out_of_them(store: Store) -> None:
    feed_id = stored_feed(store)
    old = Capture("ab" * 32, "https://outlet.example/rss", NOW, {}, b"old")
    new = Capture("cd" * 32, "https://outlet.example/rss", LATER, {}, b"new")
    store.polls.apply_polls([a_poll_plan(an_article(1), feed_id=feed_id, capture=old)])
    store.polls.apply_polls([a_poll_plan(an_article(2), feed_id=feed_id, capture=new)])

    dropped = store.upkeep.prune_captures(SOON)

    assert dropped == 1
    assert [ask(store).capture(article_id) for article_id in (1, 2)] == [None, new]
    assert len(ask(store).articles(ArticleFilter())) == 2


def test_outcomes_of_failed_polls_are_kept_with_their_errors(store: Store) -> None:
    feed_id = stored_feed(store)
    failed = a_poll_plan(feed_id=feed_id, outcome=Outcome.TIMED_OUT, error="no answer within 30 s")

    store.polls.apply_polls([failed])

    assert [(row["outcome"], row["error"]) for row in ask(store).polls()] == [("timed_out", "no answer within 30 s")]
    assert ask(store).feeds()[0]["last_error"] == "no answer within 30 s"


def test_a_judged_article_keeps_region_places_and_trace(store: Store) -> None:
    store.polls.apply_polls([a_poll_plan(an_article(1), feed_id=stored_feed(store))])
    judged = replace(a_judged(), stored=claimed(store)[0])

    store.matches.apply_matches([judged], always_new_story, NOW, YESTERDAY)

    row = ask(store).article(1)
    assert row is not None
    assert (row["region"], row["places"], row["matched_at"]) == ("yes", ["Lachin"], NOW)
    assert [rule["rule_id"] for rule in row["judgement"]["rules"]] == ["ceasefire"]
    assert [match["concept"] for match in row["matches"]] == ["ceasefire"]


def test_what_is_asked_at_every_turn_is_looked_up_anew_after_a_while(store: Store) -> None:
    another = Store.on(store.engine)
    store.upkeep.remember("price", 1.0, NOW)

    before = another.upkeep.recall_lately("price", NOW)
    store.upkeep.remember("price", 2.0, NOW)
    meanwhile = another.upkeep.recall_lately("price", NOW + timedelta(seconds=29))
    later = another.upkeep.recall_lately("price", NOW + timedelta(seconds=30))

    assert (before, meanwhile, later) == (1.0, 1.0, 2.0)


def test_what_a_process_remembers_itself_it_recalls_at_once(store: Store) -> None:
    assert store.upkeep.recall_lately("price", NOW) is None
    store.upkeep.remember("price", 1.0, NOW)

    assert store.upkeep.recall_lately("price", NOW) == 1.0
